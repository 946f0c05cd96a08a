// SPDX-License-Identifier: Apache-2.0
// Page: the static, viewer-free pages of the storefront (动静分离): the same bytes for everybody,
// no user, no cookie, no clock. Everything personal comes from /v1 by script.   Threads: any; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "activity/activity.h"
#include "base/time.h"

namespace sluice::page {

struct Page {
    std::string path;  ///< the one canonical address: "/", "/activities/7", "/items/12"
    std::string content_type;
    std::string body;
    std::string etag;     ///< quoted, from the bytes: equal bytes have equal tags
    std::string headers;  ///< further header lines (Content-Security-Policy …), each ended by \r\n
};

/// All pages for these activities (warm ones, in any phase), "/" first; also the orders page and
/// the 404 page, whose path is "/404".
[[nodiscard]] std::vector<Page> render(const std::vector<activity::Activity>& activities);

}  // namespace sluice::page
