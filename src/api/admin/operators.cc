// SPDX-License-Identifier: Apache-2.0
// Operators: who may use the console, in which role. Only owners come here. Nobody is ever deleted:
// the audit log names them; who leaves is disabled.
#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "base/secret.h"

namespace sluice::api::admin {

namespace {

std::string subject_of(base::OperatorId id) { return "operator/" + base::to_text(id); }

/// The role in `key`; a complaint if it is none.
account::Role role_in(const JsonReader& root, const std::string& text) {
    const auto role = account::parse_role(text);
    if (!role && !text.empty()) root.complain("role", role.error().sentence);
    return role.value_or(account::Role::viewer);
}

void check_password(const JsonReader& root, std::string_view key, std::string_view password,
                    std::string_view name) {
    if (password.empty()) return;  // its absence was complained about already
    const base::Sentence complaint = account::complaint_about_password(password, name);
    if (!complaint.empty()) root.complain(key, complaint);
}

}  // namespace

Response list_operators(App& app, const Request&, const Caller&) {
    const auto found = app.accounts.operators();
    if (!found) return problem_of(found.error());
    std::vector<std::string> rows;
    for (const account::Operator& who : *found) rows.push_back(to_json(who));
    return list_answer("operators", rows, std::nullopt);
}

Response add_operator(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    const JsonReader root = body.root();
    account::Operator who;
    who.name = root.text("name");
    who.role = role_in(root, root.text("role"));
    const std::string password = root.text("password", {1, account::kPasswordMax});
    if (!who.name.empty()) {
        const base::Sentence complaint = account::complaint_about_name(who.name);
        if (!complaint.empty()) root.complain("name", complaint);
    }
    check_password(root, "password", password, who.name);
    if (auto refusal = body.refusal()) return std::move(*refusal);

    auto hash = base::hash_password(password);
    if (!hash) return problem_of(hash.error());
    who.password_hash = std::move(*hash);
    who.created_at = app.clock.now();
    auto audit = audit_of(app, caller, request, "operator.add", "operator/");
    audit.after = to_json(who);
    const auto added = app.accounts.add_operator(std::move(who), std::move(audit));
    if (added) return http::json(201, to_json(*added));
    if (added.error().sentence.code() != "operator_name_taken") return problem_of(added.error());
    return conflict_of(added.error(), {{"/name", added.error().sentence}});
}

Response change_operator(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::OperatorId>(request);
    if (!id) return http::not_found();
    auto found = app.accounts.operator_by_id(*id);
    if (!found) return problem_of(found.error());
    const std::string before = to_json(*found);

    const JsonBody body(request.body);
    const JsonReader root = body.root();
    if (const auto role = root.maybe_text("role")) found->role = role_in(root, *role);
    if (const auto disabled = root.maybe_flag("disabled")) found->disabled = *disabled;
    const auto password = root.maybe_text("password", {1, account::kPasswordMax});
    if (password) check_password(root, "password", *password, found->name);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (password) {
        auto hash = base::hash_password(*password);
        if (!hash) return problem_of(hash.error());
        found->password_hash = std::move(*hash);
    }

    auto audit =
        audit_of(app, caller, request, password ? "operator.reset_password" : "operator.change",
                 subject_of(*id));
    audit.before = before;
    audit.after = to_json(*found);
    const auto changed = app.accounts.change_operator(std::move(*found), std::move(audit));
    return changed ? http::json(200, to_json(*changed)) : problem_of(changed.error());
}

}  // namespace sluice::api::admin
