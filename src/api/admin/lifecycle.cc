// SPDX-License-Identifier: Apache-2.0
// Lifecycle: submit, approve, reject by people (two of them); warm, pause, resume, end by the sale.
// Every step may carry If-Match: then it applies only to the version that the person has seen.
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/admin/sampler.h"
#include "api/admin/shown_state.h"
#include "api/arrivals.h"
#include "base/log.h"
#include "base/sentences.h"
#include "sale/events.h"

namespace sluice::api::admin {

namespace {

using activity::Activity;

std::string subject_of(const Activity& activity) {
    return "activity/" + base::to_text(activity.id);
}

std::string state_json(activity::State state) {
    return JsonText().open().text("state", activity::to_text(state)).close().take();
}

/// The activity in the path, in the version that If-Match names, if it names one.
base::Result<Activity> activity_of(App& app, const Request& request) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return base::failure(base::ErrorCode::not_found, "");
    auto found = app.activities.activity(*id);
    if (!found || request.header(http::Header::if_match).empty()) return found;
    const auto version = version_in(request);
    if (!version) return std::unexpected(version.error());
    if (*version != found->version)
        return base::failure(base::ErrorCode::conflict, base::say("changed_since_read"));
    return found;
}

Response shown(const App& app, const Activity& activity) {
    return with_version(
        http::json(200, to_json(activity, shown_state(app, activity), names_of(app))),
        activity.version);
}

using Step = base::Result<void> (*)(Activity&, base::OperatorId, std::string_view, base::Instant);

/// Why a step was not taken. What is wrong with the activity is told field by field, unless it is
/// rejected for that.
Response refusal_of(const base::Error& error, Step step, const Activity& activity,
                    base::Instant now) {
    if (error.code != base::ErrorCode::invalid || step == activity::reject)
        return problem_of(error);
    std::vector<http::FieldError> errors;
    if (activity.items.empty()) errors.push_back({"/items", base::say("sells_nothing")});
    for (activity::Complaint& complaint : activity::complaints(activity, now))
        errors.push_back({std::move(complaint.pointer), std::move(complaint.what)});
    return http::problem({.detail = error.what,
                          .retry_after_s = 0,
                          .errors = std::move(errors),
                          .reason = error.sentence});
}

Response take_step(App& app, const Request& request, const Caller& caller, std::string_view action,
                   Step step) {
    auto found = activity_of(app, request);
    if (!found) return problem_of(found.error());
    const JsonBody body(request.body, JsonBody::Empty::allowed);
    const std::string note =
        body.root().maybe_text("note", {0, activity::kNoteMax, true}).value_or("");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (is_warm(app, found->id)) return problem_of(sale::Outcome::already_open);
    auto audit = audit_of(app, caller, request, action, subject_of(*found));
    audit.before = state_json(found->state);
    audit.reason = note;
    const base::Instant now = app.clock.now();
    if (const auto taken = step(*found, caller.who.id, note, now); !taken)
        return refusal_of(taken.error(), step, *found, now);
    // An approval says exactly what was approved, with the version that it gets.
    Activity approved = *found;
    ++approved.version;
    audit.after = found->state == activity::State::approved ? to_json(approved, approved.state)
                                                            : state_json(found->state);
    const auto saved = app.activities.replace(std::move(*found), std::move(audit));
    return saved ? shown(app, *saved) : problem_of(saved.error());
}

Response switch_activity(App& app, const Request& request, const Caller& caller,
                         sale::ActivitySwitch to, std::string_view action) {
    const auto found = activity_of(app, request);
    if (!found) return problem_of(found.error());
    Reason reason = reason_in(request);
    if (reason.refusal) return std::move(*reason.refusal);
    auto audit = audit_of(app, caller, request, action, subject_of(*found));
    audit.before = state_json(shown_state(app, *found).state);
    audit.after = state_json(to == sale::ActivitySwitch::end     ? activity::State::ended
                             : to == sale::ActivitySwitch::pause ? activity::State::paused
                                                                 : activity::State::running);
    audit.reason = reason.text;
    const sale::Answer answer =
        app.turnstile.pass_and_wait(sale::SwitchActivity{found->id, to}, std::move(audit));
    if (sale::succeeded(answer.outcome)) {
        if (to != sale::ActivitySwitch::end) return shown(app, *found);
        // Its skus lead to the shop again. The sale is over in any case.
        if (const auto published = publish_warm(app); !published)
            base::log_warn("pages_not_published", {{"why", published.error().what}});
        return shown(app, *found);
    }
    if (answer.outcome == sale::Outcome::not_found)
        return http::conflict("conflict", "The activity is not warm yet.", base::say("not_warm"));
    return problem_of(answer.outcome);
}

sale::OpenActivity opening_of(const Activity& activity) {
    sale::OpenActivity event{activity::terms_of(activity), {}};
    for (const activity::Item& item : activity.items)
        event.items.push_back(activity::terms_of(activity, item));
    return event;
}

/// Why it cannot be warmed, or nothing. The sale refuses again what it can see itself.
std::optional<Response> refusal_to_warm(const App& app, const Activity& activity) {
    if (activity.state != activity::State::approved)
        return http::conflict("conflict", "Only an approved activity can be warmed up.",
                              base::say("warm_only_approved", activity::to_text(activity.state)));
    if (activity.ends_at <= app.clock.now()) return problem_of(sale::Outcome::ended);
    if (activity.items.empty())
        return http::conflict("conflict", "The activity sells nothing.",
                              base::say("sells_nothing"));
    return std::nullopt;
}

/// What was opened must be what is stored. If somebody rejected or changed it in that moment, it
/// must not sell: it is paused, and a person decides.
std::optional<Response> pause_if_changed(App& app, const Activity& opened,
                                         account::AuditEntry audit) {
    const auto stored = app.activities.activity(opened.id);
    if (stored && stored->version == opened.version) return std::nullopt;
    audit.action = "activity.pause";
    audit.reason = "It was changed in the moment of its warm-up.";
    const sale::Answer paused = app.turnstile.pass_and_wait(
        sale::SwitchActivity{opened.id, sale::ActivitySwitch::pause}, std::move(audit));
    base::log_warn("activity_changed_while_warming", {{"activity", std::uint64_t{opened.id.value}},
                                                      {"paused", sale::succeeded(paused.outcome)}});
    return http::conflict("conflict", "It was changed in the moment of its warm-up.",
                          base::say("paused_by_change"));
}

}  // namespace

Response warm_activity(App& app, const Request& request, const Caller& caller) {
    auto held = app.openings.hold();  // before it is read: nobody removes it until it is open
    const auto found = activity_of(app, request);
    if (!found) return problem_of(found.error());
    const JsonBody body(request.body, JsonBody::Empty::allowed);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (!is_warm(app, found->id))
        if (auto refusal = refusal_to_warm(app, *found)) return std::move(*refusal);
    auto audit = audit_of(app, caller, request, "activity.warm", subject_of(*found));
    audit.before = state_json(found->state);
    audit.after = to_json(*found, activity::State::warming);
    const sale::Answer answer = app.turnstile.pass_and_wait(opening_of(*found), audit);
    if (answer.outcome == sale::Outcome::done)
        if (auto refusal = pause_if_changed(app, *found, audit)) return std::move(*refusal);
    held.unlock();
    if (answer.outcome != sale::Outcome::done && answer.outcome != sale::Outcome::already_open)
        return problem_of(answer.outcome);
    // The recorder looks once a second; the customers of a sale that is on come sooner.
    const base::Instant now = app.clock.now();
    if (answer.outcome == sale::Outcome::done && app.arrivals != nullptr &&
        now >= found->starts_at - kSampledBefore)
        app.arrivals->follow(found->id, found->starts_at, now);
    // Also when it was open before: the warm-up that opened it may have failed right here.
    if (const auto published = publish_warm(app); !published) return problem_of(published.error());
    return answer.outcome == sale::Outcome::done ? shown(app, *found) : problem_of(answer.outcome);
}

Response submit_activity(App& app, const Request& request, const Caller& caller) {
    return take_step(app, request, caller, "activity.submit",
                     [](Activity& activity, base::OperatorId who, std::string_view,
                        base::Instant now) { return activity::submit(activity, who, now); });
}

Response approve_activity(App& app, const Request& request, const Caller& caller) {
    return take_step(app, request, caller, "activity.approve", activity::approve);
}

Response reject_activity(App& app, const Request& request, const Caller& caller) {
    return take_step(app, request, caller, "activity.reject", activity::reject);
}

Response pause_activity(App& app, const Request& request, const Caller& caller) {
    return switch_activity(app, request, caller, sale::ActivitySwitch::pause, "activity.pause");
}

Response resume_activity(App& app, const Request& request, const Caller& caller) {
    return switch_activity(app, request, caller, sale::ActivitySwitch::resume, "activity.resume");
}

Response end_activity(App& app, const Request& request, const Caller& caller) {
    return switch_activity(app, request, caller, sale::ActivitySwitch::end, "activity.end");
}

}  // namespace sluice::api::admin
