// SPDX-License-Identifier: Apache-2.0
// Activities: the JSON of what was published, for scripts and apps, as the pages are for people.
// Without the exact stock, which would help scripts more than people; the level is in the item's
// state.
#pragma once

#include <string>
#include <vector>

#include "activity/activity.h"

namespace sluice::api {

/// One activity with its description and items.
[[nodiscard]] std::string activity_json(const activity::Activity& activity);
/// `{"data":[…]}`: all of them without descriptions, the soonest to end first.
[[nodiscard]] std::string activities_json(const std::vector<activity::Activity>& activities);

}  // namespace sluice::api
