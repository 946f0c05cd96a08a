// SPDX-License-Identifier: Apache-2.0
#include "api/admin/shown_state.h"

namespace sluice::api::admin {

std::vector<activity::State> shown_states(const App& app,
                                          const std::vector<activity::Activity>& activities) {
    std::vector<activity::State> states(activities.size());
    const base::Instant now = app.clock.now();
    app.turnstile.look([&](const sale::Sale& sale) {
        for (std::size_t i = 0; i < activities.size(); ++i) {
            const sale::OpenedActivity* opened = sale.activity(activities[i].id);
            states[i] = opened != nullptr ? sale.phase(*opened, now) : activities[i].state;
        }
    });
    return states;
}

activity::State shown_state(const App& app, const activity::Activity& activity) {
    return shown_states(app, {activity}).front();
}

bool is_warm(const App& app, base::ActivityId id) {
    bool warm = false;
    app.turnstile.look([&](const sale::Sale& sale) { warm = sale.activity(id) != nullptr; });
    return warm;
}

}  // namespace sluice::api::admin
