// SPDX-License-Identifier: Apache-2.0
// Shown state: from the warm-up on the sale knows in which phase an activity is; before it, the
// store does.   Threads: desks.
#pragma once

#include <vector>

#include "activity/activity.h"
#include "api/app.h"

namespace sluice::api::admin {

struct Shown {
    activity::State state = activity::State::draft;
    base::Instant ended_at{};  ///< by an operator, before the time; none: it was not
};

/// One for each, in the same order, from one look at the sale.
[[nodiscard]] std::vector<Shown> shown_states(const App& app,
                                              const std::vector<activity::Activity>& activities);
[[nodiscard]] Shown shown_state(const App& app, const activity::Activity& activity);

/// When the activity is over: as planned, or when an operator ended it before.
[[nodiscard]] constexpr base::Instant over_at(base::Instant planned, base::Instant ended_at) {
    return ended_at && ended_at < planned ? ended_at : planned;
}

/// True from the warm-up on, for ever: what people decided before stands.
[[nodiscard]] bool is_warm(const App& app, base::ActivityId id);

}  // namespace sluice::api::admin
