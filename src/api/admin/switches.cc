// SPDX-License-Identifier: Apache-2.0
// Switches: the red buttons. They must work within a second, also on a bad day: switching purchases
// off reaches the turnstile before anything waits for the disk.
#include <algorithm>
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "base/sentences.h"

namespace sluice::api::admin {

namespace {

constexpr std::string_view kPurchases = "purchases";

struct Lists {
    std::vector<guard::RiskEntry> risks;
    std::vector<guard::Switch> switches;
};

base::Result<Lists> read_lists(App& app) {
    auto risks = app.guard_store.risks();
    if (!risks) return std::unexpected(risks.error());
    auto switches = app.guard_store.switches();
    if (!switches) return std::unexpected(switches.error());
    return Lists{std::move(*risks), std::move(*switches)};
}

/// Equal lists have equal texts.
std::string text_of(const Lists& lists) {
    std::string text;
    for (const guard::RiskEntry& entry : lists.risks) text += to_json(entry);
    for (const guard::Switch& value : lists.switches) text += to_json(value);
    return text;
}

/// What is stored of a switch; a name that nobody touched is on.
guard::Switch stored_or_on(const std::vector<guard::Switch>& stored, std::string_view name) {
    const auto found = std::ranges::find(stored, name, &guard::Switch::name);
    if (found != stored.end()) return *found;
    guard::Switch value;
    value.name = name;
    return value;
}

}  // namespace

// Two desks may do this at the same time, and the one that read earlier may publish later. So each
// reads again after publishing: the last to publish has then seen everything stored before it.
base::Result<void> load_gates(App& app) {
    auto lists = read_lists(app);
    while (lists) {
        const std::string published = text_of(*lists);
        app.turnstile.stop_purchases(!stored_or_on(lists->switches, kPurchases).on);
        app.gates.load(std::move(lists->risks), std::move(lists->switches));
        lists = read_lists(app);
        if (lists && text_of(*lists) == published) return {};
    }
    return std::unexpected(lists.error());
}

Response list_switches(App& app, const Request&, const Caller&) {
    const auto stored = app.guard_store.switches();
    if (!stored) return problem_of(stored.error());
    const Names names = names_of(app);
    std::vector<std::string> rows;
    for (const std::string_view name : guard::Gates::switch_names())
        rows.push_back(to_json(stored_or_on(*stored, name), names));
    return list_answer("switches", rows, std::nullopt);
}

Response set_switch(App& app, const Request& request, const Caller& caller) {
    const std::string_view name = request.params[0];
    if (std::ranges::count(guard::Gates::switch_names(), name) == 0) return http::not_found();
    const JsonBody body(request.body);
    const JsonReader root = body.root();
    guard::Switch value;
    value.name = name;
    value.on = root.flag("on");
    value.reason = root.text("reason", kReasonRule);
    value.until = root.maybe_instant("until").value_or(base::Instant{});
    if (value.until && value.until <= app.clock.now()) root.complain("until", base::say("past"));
    if (value.until && value.on) root.complain("until", base::say("until_when_on"));
    if (value.until && name == kPurchases) root.complain("until", base::say("until_not_offered"));
    if (auto refusal = body.refusal()) return std::move(*refusal);

    const bool stops = name == kPurchases && !value.on;
    if (stops) app.turnstile.stop_purchases(true);
    const auto stored = app.guard_store.switches();
    auto audit = audit_of(app, caller, request, value.on ? "switch.on" : "switch.off",
                          "switch/" + value.name);
    if (stored) audit.before = to_json(stored_or_on(*stored, name));
    value.changed_by = caller.who.id;
    value.changed_at = app.clock.now();
    audit.after = to_json(value);
    audit.reason = value.reason;
    if (const auto set = app.guard_store.set_switch(value, std::move(audit)); !set) {
        return stops ? http::busy(base::say("stopped_not_stored", set.error()))
                     : problem_of(set.error());
    }
    if (const auto loaded = load_gates(app); !loaded) return problem_of(loaded.error());
    return http::json(200, to_json(value, names_of(app)));
}

}  // namespace sluice::api::admin
