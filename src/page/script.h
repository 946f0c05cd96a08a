// SPDX-License-Identifier: Apache-2.0
// Script: what the pages run in the browser, in ES2017 because the web views of old telephones are
// uneven. One text per kind of page; each is put behind `common_script` in one inline element whose
// hash is in the Content-Security-Policy. What people read is in `words_script`, in both languages.
// No page may be built out of strings here: text goes in by textContent only.
#pragma once

#include <string_view>

namespace sluice::page {

/// The dictionary: Chinese and English.
[[nodiscard]] std::string_view words_script();
/// Language, the server's clock, money, requests, and signing in.
[[nodiscard]] std::string_view common_script();
/// Puts the activities under live, soon and past.
[[nodiscard]] std::string_view home_script();
/// Says of one activity whether it is live.
[[nodiscard]] std::string_view activity_script();
/// Countdown, stock level and the purchase.
[[nodiscard]] std::string_view item_script();
/// The customer's orders: pay and cancel.
[[nodiscard]] std::string_view orders_script();

}  // namespace sluice::page
