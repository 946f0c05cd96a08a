// SPDX-License-Identifier: Apache-2.0
#include "api/admin/second_factor.h"

#include <string>
#include <utility>
#include <vector>

#include "account/login_guard.h"
#include "api/admin/answers.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/json_body.h"
#include "base/log.h"
#include "base/sentences.h"

namespace sluice::api::admin {

namespace {

constexpr TextRule kPasswordRule{1, account::kPasswordMax};
constexpr TextRule kCodeRule{1, kCodeMax};

http::Response refuse(int status, std::string_view code, std::string_view title,
                      std::string detail) {
    return http::problem({.status = status,
                          .code = code,
                          .title = title,
                          .detail = std::move(detail),
                          .retry_after_s = 0,
                          .errors = {}});
}

http::Response not_enabled() {
    return refuse(403, "totp_enrollment_required", "A second factor is needed.",
                  "Enable one with a phone first: POST /admin/v1/operators/current/totp.");
}

std::string subject_of(const Caller& caller) { return "operator/" + base::to_text(caller.who.id); }

/// Guesses inside a session are counted apart from those at the sign-in: no stranger who fails
/// there can keep an operator from a red button.
std::string guard_name(const Caller& caller) { return "+code/" + caller.who.name; }

/// What keeps this try from being looked at, or nothing.
std::optional<Response> too_many_tries(App& app, const Request& request, const Caller& caller) {
    const base::Duration wait = app.operator_logins.admit(
        guard_name(caller), guard::counted_as(request.address), app.clock.now());
    if (wait.ms > 0) return too_fast(wait);
    return std::nullopt;
}

void count_no_failure(App& app, const Request& request, const Caller& caller) {
    app.operator_logins.succeeded(guard_name(caller), guard::counted_as(request.address));
}

void note_failure(App& app, const Request& request, const Caller& caller, std::string_view action) {
    const auto noted =
        app.accounts.note(audit_of(app, caller, request, action, subject_of(caller)));
    if (!noted)
        base::log_warn("code_failure_not_noted", {{"what", std::string_view(noted.error().what)}});
}

base::Result<bool> prove_totp(App& app, const account::Operator& who, const std::string& digits) {
    const auto totp = app.accounts.totp(who.id);
    if (!totp) return std::unexpected(totp.error());
    const auto step =
        account::accepted_step(totp->secret, digits, app.clock.now(), totp->last_step);
    if (!step || !totp->enabled_at) return false;
    const auto used = app.accounts.use_totp_step(who.id, *step);
    if (used) return true;
    // Somebody was faster with the same code.
    if (used.error().code == base::ErrorCode::conflict) return false;
    return std::unexpected(used.error());
}

base::Result<bool> prove_recovery(App& app, const Request& request, const account::Operator& who,
                                  const std::string& code) {
    const Caller as_who{who, {}};
    const auto left = app.accounts.use_recovery_code(
        who.id, account::recovery_digest(who.id, code),
        audit_of(app, as_who, request, "operator.recovery_code_used", subject_of(as_who)));
    if (left) return true;
    if (left.error().code == base::ErrorCode::not_found) return false;
    return std::unexpected(left.error());
}

/// The new recovery codes, and the answer that is the only one ever to show them.
struct RecoveryCodes {
    std::vector<std::string> digests;
    std::string json;
};

RecoveryCodes new_recovery_codes(base::OperatorId who) {
    RecoveryCodes codes;
    JsonText out;
    out.open().open_list("recovery_codes");
    for (std::size_t i = 0; i < account::kRecoveryCodes; ++i) {
        const std::string code = account::new_recovery_code();
        codes.digests.push_back(account::recovery_digest(who, code));
        out.element(code);
    }
    codes.json = out.close_list().close().take();
    return codes;
}

base::Result<base::Instant> step_up_now(App& app, const Request& request, const Caller& caller) {
    const base::Instant until = app.clock.now() + account::kStepUpAge;
    const auto done = app.accounts.step_up(
        caller.session.token_digest, until,
        audit_of(app, caller, request, "operator.step_up", subject_of(caller)));
    if (!done) return std::unexpected(done.error());
    return until;
}

}  // namespace

std::optional<http::Response> red_refusal(const ApiOptions& options, const Caller& caller,
                                          base::Instant now) {
    if (!caller.who.totp_enabled) {
        if (!options.second_factor_required()) return std::nullopt;
        return not_enabled();
    }
    if (now < caller.session.stepped_up_until) return std::nullopt;
    return refuse(403, "step_up_required", "A code is needed.",
                  "Send a code to POST /admin/v1/sessions/current/step-up, then repeat this.");
}

base::Result<bool> prove(App& app, const Request& request, const account::Operator& who,
                         std::string_view typed) {
    const account::TypedCode code = account::parse_code(typed);
    switch (code.kind) {
        case account::TypedCode::Kind::neither: return false;
        case account::TypedCode::Kind::totp: return prove_totp(app, who, code.text);
        case account::TypedCode::Kind::recovery:
            return prove_recovery(app, request, who, code.text);
    }
    return false;
}

http::Response totp_invalid(int status) {
    return http::problem({.status = status,
                          .code = "totp_invalid",
                          .title = "The code is wrong.",
                          .detail = "Each code is good once: wait for the next one, and see that "
                                    "the phone's clock is right.",
                          .retry_after_s = 0,
                          .errors = {{"/code", base::say("code_wrong")}}});
}

Response begin_totp(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    const std::string password = body.root().text("password", kPasswordRule);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (auto wait = too_many_tries(app, request, caller)) return std::move(*wait);
    if (!account::password_matches(&caller.who.password_hash, password)) {
        note_failure(app, request, caller, "operator.totp_begin_failed");
        return wrong_field("/password", base::say("password_wrong"));
    }
    count_no_failure(app, request, caller);
    account::Totp totp;
    totp.who = caller.who.id;
    totp.secret = account::new_totp_secret();
    totp.begun_at = app.clock.now();
    const auto begun = app.accounts.begin_totp(
        totp, audit_of(app, caller, request, "operator.totp_begin", subject_of(caller)));
    if (!begun) return problem_of(begun.error());
    return http::json(200, JsonText()
                               .open()
                               .text("secret", account::to_base32(totp.secret))
                               .text("uri", account::totp_uri(caller.who.name, totp.secret))
                               .close()
                               .take());
}

Response confirm_totp(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    const std::string typed = body.root().text("code", kCodeRule);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    const auto begun = app.accounts.totp(caller.who.id);
    if (!begun && begun.error().code != base::ErrorCode::not_found)
        return problem_of(begun.error());
    const base::Instant now = app.clock.now();
    if (!begun || begun->enabled_at || now - begun->begun_at >= account::kTotpPendingMax)
        return http::conflict("conflict", "No secret waits for its first code.",
                              base::say("totp_not_begun"));
    if (auto wait = too_many_tries(app, request, caller)) return std::move(*wait);
    const account::TypedCode code = account::parse_code(typed);
    const auto step = code.kind == account::TypedCode::Kind::totp
                          ? account::accepted_step(begun->secret, code.text, now, 0)
                          : std::nullopt;
    if (!step) {
        note_failure(app, request, caller, "operator.totp_enable_failed");
        return totp_invalid(422);
    }
    count_no_failure(app, request, caller);
    account::Totp totp = *begun;
    totp.enabled_at = now;
    totp.last_step = *step;
    const RecoveryCodes codes = new_recovery_codes(caller.who.id);
    const auto enabled = app.accounts.enable_totp(
        totp, codes.digests,
        audit_of(app, caller, request, "operator.totp_enable", subject_of(caller)));
    if (!enabled) return problem_of(enabled.error());
    // This was a code as good as any: nobody should have to wait for the next one to go on.
    if (const auto until = step_up_now(app, request, caller); !until)
        base::log_warn("not_stepped_up", {{"what", std::string_view(until.error().what)}});
    return http::json(200, codes.json);
}

Response disable_totp(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    const std::string password = body.root().text("password", kPasswordRule);
    const std::string typed = body.root().text("code", kCodeRule);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (!caller.who.totp_enabled) return http::not_found(base::say("totp_not_enabled"));
    if (auto wait = too_many_tries(app, request, caller)) return std::move(*wait);
    if (!account::password_matches(&caller.who.password_hash, password)) {
        note_failure(app, request, caller, "operator.totp_disable_failed");
        return wrong_field("/password", base::say("password_wrong"));
    }
    const auto proved = prove(app, request, caller.who, typed);
    if (!proved) return problem_of(proved.error());
    if (!*proved) {
        note_failure(app, request, caller, "operator.totp_disable_failed");
        return totp_invalid(422);
    }
    count_no_failure(app, request, caller);
    const auto disabled = app.accounts.disable_totp(
        caller.who.id, audit_of(app, caller, request, "operator.totp_disable", subject_of(caller)));
    return disabled ? http::no_content() : problem_of(disabled.error());
}

Response step_up(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    const std::string typed = body.root().text("code", kCodeRule);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (!caller.who.totp_enabled) return not_enabled();
    if (auto wait = too_many_tries(app, request, caller)) return std::move(*wait);
    const auto proved = prove(app, request, caller.who, typed);
    if (!proved) return problem_of(proved.error());
    if (!*proved) {
        note_failure(app, request, caller, "operator.step_up_failed");
        return totp_invalid(422);
    }
    count_no_failure(app, request, caller);
    const auto until = step_up_now(app, request, caller);
    if (!until) return problem_of(until.error());
    return http::json(200, JsonText().open().time("stepped_up_until", *until).close().take());
}

}  // namespace sluice::api::admin
