// SPDX-License-Identifier: Apache-2.0
// Stock changes: one person proposes, another decides, the sale does it.
//
// A decision is two writes in two places, so its order matters: first the sale, under a key made
// from the proposal's id, then the proposal. The sale takes each key once, which makes it the
// referee:
//   approve   uses the key for the change;    reject   uses it up with a change of nothing.
// Whoever came first has decided, also if the program stopped before the second write or if two
// people decide at the same moment. The audit entry that the sale writes together with its record
// says which of the two it was; so repeating either button finishes what was begun, and the stock
// never changes twice, nor behind a rejected proposal.
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "base/sentences.h"
#include "sale/events.h"

namespace sluice::api::admin {

namespace {

using activity::StockProposal;

constexpr std::string_view kApplied = "stock.change";  // the sale changed the stock
constexpr std::string_view kRefused = "stock.refuse";  // the sale used up the key for nothing

std::string subject_of(std::uint64_t id) { return "stock_change/" + std::to_string(id); }

base::Key128 key_of(std::uint64_t id) {
    return base::hash128("stock_change", std::to_string(id), "");
}

Response part_answer(const App& app, const Part& part,
                     const base::Result<std::vector<StockProposal>>& found) {
    if (!found) return problem_of(found.error());
    const Names names = names_of(app);
    std::vector<std::string> rows;
    for (const StockProposal& proposal : *found) rows.push_back(to_json(proposal, names));
    std::optional<std::uint64_t> next;
    if (found->size() == part.limit) next = found->back().id;
    return list_answer("stock_changes", rows, next);
}

bool is_open_item(const App& app, base::ItemId id) {
    bool is_open = false;
    app.turnstile.look([&](const sale::Sale& sale) { is_open = sale.item(id) != nullptr; });
    return is_open;
}

/// What the sale did under the key of this proposal, by its own audit entry.
base::Result<StockProposal::State> done_by_sale(App& app, std::uint64_t id) {
    const auto entries = app.accounts.audit(0, account::about(subject_of(id)), 50);
    if (!entries) return std::unexpected(entries.error());
    for (const account::AuditEntry& entry : *entries) {
        if (entry.action == kApplied) return StockProposal::State::approved;
        if (entry.action == kRefused) return StockProposal::State::rejected;
    }
    return base::failure(
        base::ErrorCode::damaged,
        "The sale knows the decision of " + subject_of(id) + " but the audit log does not.");
}

/// Asks the sale to take the decision, or learns which one it took before.
base::Result<StockProposal::State> decide_in_sale(App& app, const StockProposal& proposal,
                                                  StockProposal::State wanted,
                                                  account::AuditEntry audit,
                                                  sale::Outcome& outcome) {
    const bool approves = wanted == StockProposal::State::approved;
    audit.action = approves ? kApplied : kRefused;
    const sale::Answer answer = app.turnstile.pass_and_wait(
        sale::ChangeStock{proposal.item, approves ? proposal.delta : 0, key_of(proposal.id)},
        std::move(audit));
    outcome = answer.outcome;
    if (outcome == sale::Outcome::already_done) return done_by_sale(app, proposal.id);
    return wanted;
}

Response decide(App& app, const Request& request, const Caller& caller,
                StockProposal::State wanted) {
    const auto id = base::parse_number(request.params[0], INT64_MAX);
    if (!id) return http::not_found();
    auto proposal = app.activities.proposal(*id);
    if (!proposal) return problem_of(proposal.error());
    const JsonBody body(request.body, JsonBody::Empty::allowed);
    std::string reason = body.root().maybe_text("reason", kReasonRule).value_or("");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    // Only approving needs another person; whoever proposed may take it back.
    if (wanted == StockProposal::State::approved && proposal->proposed_by == caller.who.id)
        return http::forbidden(base::say("own_stock_change"));
    if (proposal->state != StockProposal::State::open) {
        if (proposal->state == wanted) return http::json(200, to_json(*proposal, names_of(app)));
        return http::conflict("conflict", "This stock change was decided already.",
                              base::say("stock_change_decided"));
    }

    auto audit = audit_of(app, caller, request, "stock.approve", subject_of(*id));
    audit.before = to_json(*proposal);
    audit.reason = std::move(reason);
    proposal->decided_by = caller.who.id;
    proposal->decided_at = app.clock.now();
    proposal->state = wanted;
    audit.after = to_json(*proposal);
    sale::Outcome outcome{};
    const auto decided = decide_in_sale(app, *proposal, wanted, audit, outcome);
    if (!decided) return problem_of(decided.error());
    if (!sale::succeeded(outcome)) return problem_of(outcome);
    proposal->state = *decided;
    audit.after = to_json(*proposal);
    audit.action = *decided == StockProposal::State::approved ? "stock.approve" : "stock.reject";
    const auto stored = app.activities.decide_proposal(*proposal, std::move(audit));
    if (!stored) return problem_of(stored.error());
    if (*decided == wanted) return http::json(200, to_json(*stored, names_of(app)));
    return http::conflict("conflict", "This stock change was decided already.",
                          base::say("stock_change_decided"));
}

}  // namespace

Response list_open_stock_changes(App& app, const Request& request, const Caller&) {
    const auto part = part_of(request);
    if (!part) return problem_of(part.error());
    return part_answer(app, *part, app.activities.open_proposals(part->before, part->limit));
}

Response list_activity_stock_changes(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    const auto part = part_of(request);
    if (!part) return problem_of(part.error());
    const auto activity = app.activities.activity(*id);
    if (!activity) return problem_of(activity.error());
    return part_answer(app, *part,
                       app.activities.activity_proposals(*id, part->before, part->limit));
}

Response propose_stock_change(App& app, const Request& request, const Caller& caller) {
    const auto item = id_in_path<base::ItemId>(request);
    if (!item || !is_open_item(app, *item))
        return http::not_found(base::say("stock_item_not_in_sale"));
    const JsonBody body(request.body);
    const JsonReader root = body.root();
    StockProposal proposal;
    proposal.item = *item;
    proposal.delta = root.number("delta", -activity::kStockMax, activity::kStockMax);
    if (proposal.delta == 0 && !root.is_wrong("delta")) root.complain("delta", base::say("zero"));
    proposal.reason = root.text("reason", kReasonRule);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    proposal.proposed_by = caller.who.id;
    proposal.proposed_at = app.clock.now();
    auto audit = audit_of(app, caller, request, "stock.propose", "stock_change/");
    audit.after = to_json(proposal);
    audit.reason = proposal.reason;
    const auto added = app.activities.add_proposal(std::move(proposal), std::move(audit));
    return added ? http::json(201, to_json(*added, names_of(app))) : problem_of(added.error());
}

Response approve_stock_change(App& app, const Request& request, const Caller& caller) {
    return decide(app, request, caller, StockProposal::State::approved);
}

Response reject_stock_change(App& app, const Request& request, const Caller& caller) {
    return decide(app, request, caller, StockProposal::State::rejected);
}

}  // namespace sluice::api::admin
