// SPDX-License-Identifier: Apache-2.0
#include "api/admin/shown_state.h"

namespace sluice::api::admin {

std::vector<Shown> shown_states(const App& app, const std::vector<activity::Activity>& activities) {
    std::vector<Shown> shown(activities.size());
    const base::Instant now = app.clock.now();
    app.turnstile.look([&](const sale::Sale& sale) {
        for (std::size_t i = 0; i < activities.size(); ++i) {
            const sale::OpenedActivity* opened = sale.activity(activities[i].id);
            if (opened != nullptr)
                shown[i] = {sale.phase(*opened, now), opened->ended_at};
            else
                shown[i].state = activities[i].state;
        }
    });
    return shown;
}

Shown shown_state(const App& app, const activity::Activity& activity) {
    return shown_states(app, {activity}).front();
}

bool is_warm(const App& app, base::ActivityId id) {
    bool warm = false;
    app.turnstile.look([&](const sale::Sale& sale) { warm = sale.activity(id) != nullptr; });
    return warm;
}

}  // namespace sluice::api::admin
