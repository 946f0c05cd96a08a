// SPDX-License-Identifier: Apache-2.0
// Risk: the list of users and addresses that may not buy. A change reaches every door at once.
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "base/sentences.h"

namespace sluice::api::admin {

Response list_risk_entries(App& app, const Request&, const Caller&) {
    const auto found = app.guard_store.risks();
    if (!found) return problem_of(found.error());
    const Names names = names_of(app);
    std::vector<std::string> rows;
    for (const guard::RiskEntry& entry : *found) rows.push_back(to_json(entry, names));
    return list_answer("risk_entries", rows, std::nullopt);
}

Response add_risk_entry(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    const JsonReader root = body.root();
    guard::RiskEntry entry;
    entry.kind = static_cast<guard::RiskEntry::Kind>(root.choice("kind", {"user", "address"}));
    entry.value = root.text("value");
    entry.reason = root.text("reason", kReasonRule);
    entry.expires_at = root.maybe_instant("expires_at").value_or(base::Instant{});
    if (entry.expires_at && entry.expires_at <= app.clock.now())
        root.complain("expires_at", base::say("past"));
    const base::Sentence complaint = guard::complaint_about(entry);
    std::vector<http::FieldError> errors;
    if (!complaint.empty()) errors.push_back({"/value", complaint});
    if (auto refusal = body.refusal(errors)) return std::move(*refusal);
    if (!errors.empty()) return http::invalid(complaint.text(), std::move(errors));
    entry.created_by = caller.who.id;
    entry.created_at = app.clock.now();
    auto audit = audit_of(app, caller, request, "risk.add", "risk/");
    audit.after = to_json(entry);
    audit.reason = entry.reason;
    const auto added = app.guard_store.add_risk(std::move(entry), std::move(audit));
    if (!added) return problem_of(added.error());
    if (const auto loaded = load_gates(app); !loaded) return problem_of(loaded.error());
    return http::json(201, to_json(*added, names_of(app)));
}

Response remove_risk_entry(App& app, const Request& request, const Caller& caller) {
    const auto id = base::parse_number(request.params[0], INT64_MAX);
    if (!id) return http::not_found();
    const auto entries = app.guard_store.risks();
    if (!entries) return problem_of(entries.error());
    auto audit = audit_of(app, caller, request, "risk.remove", "risk/" + std::to_string(*id));
    for (const guard::RiskEntry& entry : *entries)
        if (entry.id == *id) audit.before = to_json(entry);
    if (audit.before.empty()) return http::not_found();
    const auto removed = app.guard_store.remove_risk(*id, std::move(audit));
    if (!removed) return problem_of(removed.error());
    if (const auto loaded = load_gates(app); !loaded) return problem_of(loaded.error());
    return http::no_content();
}

}  // namespace sluice::api::admin
