// SPDX-License-Identifier: Apache-2.0
// Document: the frame of every page: head, top line, foot, the form to sign in, and the
// Content-Security-Policy that admits the inline scripts and the inline style by their hash and
// nothing else. The policy is a header, and also in the page, for who serves it from a folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "page/page.h"

namespace sluice::page {

/// What differs from page to page.
struct Content {
    std::string path;
    std::string title;        ///< plain text, escaped here
    std::string summary;      ///< likewise, for who lists or shares the page; "": the title says it
    std::string main;         ///< HTML inside <main>; whoever makes it escapes
    std::string data;         ///< further members of the JSON for the script: `"id":"12",…`
    std::string_view script;  ///< file of web/storefront without its ending: "item"
    std::string_view style;   ///< likewise
    std::vector<std::string> image_urls;  ///< of the pictures that are shown
    bool signs_in = false;                ///< has the dialog to sign in
    bool is_canonical = true;
};

[[nodiscard]] Page document(const Shop& shop, const Content& content);

/// The form to sign in or to create an account; once on a page.
[[nodiscard]] std::string_view sign_form();
/// `<time>` that reads in UTC until the script shows it in the reader's zone.
[[nodiscard]] std::string time_element(base::Instant at);
/// The amount as text that reads without the script: `<span …>CNY 1999.00</span>`, in `element`.
[[nodiscard]] std::string money_element(const base::Money& money, std::string_view element,
                                        std::string_view class_name);
/// The picture of a sku, or the first letter of `title` where there is none. `is_first`: it is
/// what people look at first, so it is not put off.
[[nodiscard]] std::string picture(std::string_view image_url, std::string_view title,
                                  bool is_first);
/// The address of the picture of this sku, or "".
[[nodiscard]] std::string image_of(const Shop& shop, base::SkuId sku);

}  // namespace sluice::page
