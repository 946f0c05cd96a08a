// SPDX-License-Identifier: Apache-2.0
// Content: what stands on each kind of page. Words come from the script's dictionary, in the
// reader's language; names, times and prices are written here, so that they need no script.
#pragma once

#include "activity/activity.h"
#include "page/document.h"
#include "page/page.h"

namespace sluice::page {

/// All activities; which are live the script decides by the server's clock.
[[nodiscard]] Content home(const Shop& shop);
[[nodiscard]] Content activity_page(const Shop& shop, const activity::Activity& activity);
[[nodiscard]] Content item_page(const Shop& shop, const activity::Activity& activity,
                                const activity::Item& item);
[[nodiscard]] Content orders_page();
[[nodiscard]] Content account_page();
[[nodiscard]] Content not_found_page();
/// Stands in for every page while the server cannot be reached.
[[nodiscard]] Content later_page();

}  // namespace sluice::page
