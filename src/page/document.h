// SPDX-License-Identifier: Apache-2.0
// Document: the frame of every page: head, top line, the dialog to sign in, one inline style and
// one inline script, and the Content-Security-Policy that admits these two by their hash and
// nothing else.
#pragma once

#include <string>
#include <string_view>

#include "base/money.h"
#include "base/time.h"
#include "page/page.h"

namespace sluice::page {

/// What differs from page to page.
struct Content {
    std::string path;
    std::string title;        ///< plain text, escaped here
    std::string main;         ///< HTML inside <main>; whoever makes it escapes
    std::string data = "{}";  ///< JSON for the script
    std::string_view script;  ///< of this kind of page
};

[[nodiscard]] Page document(const Content& content);

/// `<time>` that reads in UTC until the script shows it in the reader's zone.
[[nodiscard]] std::string time_element(base::Instant at);
/// The amount as text that reads without the script: `<span …>CNY 1999.00</span>`, in `element`.
[[nodiscard]] std::string money_element(const base::Money& money, std::string_view element,
                                        std::string_view class_name);

}  // namespace sluice::page
