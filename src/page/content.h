// SPDX-License-Identifier: Apache-2.0
// Content: what stands on each kind of page. Words come from the script's dictionary, in the
// reader's language; names, times and prices are written here, so that they need no script.
#pragma once

#include <vector>

#include "activity/activity.h"
#include "page/document.h"

namespace sluice::page {

/// All activities; which are live the script decides by the server's clock.
[[nodiscard]] Content home(const std::vector<activity::Activity>& activities);
[[nodiscard]] Content activity_page(const activity::Activity& activity);
[[nodiscard]] Content item_page(const activity::Activity& activity, const activity::Item& item);
[[nodiscard]] Content orders_page();
[[nodiscard]] Content not_found_page();

}  // namespace sluice::page
