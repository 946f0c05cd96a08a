// SPDX-License-Identifier: Apache-2.0
// Page: the static, viewer-free pages of the storefront (动静分离): the same bytes for everybody,
// no user, no cookie, no clock. Everything personal comes from /v1 by script.   Threads: any; pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "activity/activity.h"
#include "base/id.h"
#include "base/time.h"

namespace sluice::page {

/// What the catalogue says of a sku, for people.
struct Presentation {
    std::string image_url;    ///< "", https://… or a path on this host
    std::string description;  ///< plain text, lines kept
};

/// All that pages are made of.
struct Shop {
    std::vector<activity::Activity> activities;  ///< warm; state `ended`: over before its time
    std::map<base::SkuId, Presentation> skus;    ///< those without are shown without
    std::string public_url;                      ///< how customers reach us; "": not known
    /// A preview, and what its clock is set to: the pages say so, nothing on them can be pressed,
    /// and they ask nobody for anything. Never published.
    std::optional<base::Instant> preview_at = {};
};

struct Page {
    std::string path;  ///< the one canonical address: "/", "/activities/7", "/items/12"
    std::string content_type;
    std::string body;
    std::string etag;     ///< quoted, from the bytes: equal bytes have equal tags
    std::string headers;  ///< further header lines (Content-Security-Policy …), each ended by \r\n
};

/// All pages of this shop, "/" first; also orders, account, the page to show while nothing can be
/// reached ("/later") and the 404 page ("/404").
[[nodiscard]] std::vector<Page> render(const Shop& shop);

/// A picture as it is published: `path` with its bytes. It runs nothing, whatever is in it.
[[nodiscard]] Page image(std::string path, std::string content_type, std::string bytes);

/// The version of the scripts and styles, eight hexadecimal digits. A page carries it, and the
/// server tells its own: that is how an older tab knows that it is one.
[[nodiscard]] std::string_view version();

}  // namespace sluice::page
