// SPDX-License-Identifier: Apache-2.0
// Items: the live figures of one item, and its own stop button.
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "base/sentences.h"
#include "sale/events.h"

namespace sluice::api::admin {

namespace {

std::optional<Figures> figures_now(const App& app, base::ItemId id) {
    std::optional<Figures> figures;
    const base::Instant now = app.clock.now();
    app.turnstile.look([&](const sale::Sale& sale) {
        if (const sale::OpenedItem* item = sale.item(id)) figures = figures_of(sale, *item, now);
    });
    return figures;
}

Response switch_item(App& app, const Request& request, const Caller& caller, bool stopped) {
    const auto id = id_in_path<base::ItemId>(request);
    if (!id) return http::not_found();
    Reason reason = reason_in(request);
    if (reason.refusal) return std::move(*reason.refusal);
    auto audit = audit_of(app, caller, request, stopped ? "item.stop" : "item.resume",
                          "item/" + base::to_text(*id));
    audit.before = JsonText().open().flag("stopped", !stopped).close().take();
    audit.after = JsonText().open().flag("stopped", stopped).close().take();
    audit.reason = std::move(reason.text);
    const sale::Answer answer =
        app.turnstile.pass_and_wait(sale::SwitchItem{*id, stopped}, std::move(audit));
    if (!sale::succeeded(answer.outcome)) return problem_of(answer.outcome);
    const auto figures = figures_now(app, *id);
    return figures ? http::json(200, to_json(*figures)) : http::not_found();
}

}  // namespace

Response show_item(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ItemId>(request);
    const auto figures = id ? figures_now(app, *id) : std::nullopt;
    if (!figures) return http::not_found(base::say("item_not_in_sale"));
    return http::json(200, to_json(*figures));
}

Response stop_item(App& app, const Request& request, const Caller& caller) {
    return switch_item(app, request, caller, true);
}

Response resume_item(App& app, const Request& request, const Caller& caller) {
    return switch_item(app, request, caller, false);
}

}  // namespace sluice::api::admin
