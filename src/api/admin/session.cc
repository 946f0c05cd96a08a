// SPDX-License-Identifier: Apache-2.0
// Session: how an operator comes in and goes out. The cookie holds 32 random bytes, the store only
// their digest; the `csrf` in the answer must come back with every unsafe request. Log-in is JSON
// only, and the cookie is SameSite=Strict, so another site can neither sign somebody in nor act.
#include <algorithm>
#include <array>
#include <utility>

#include "account/audit_actions.h"
#include "account/login_guard.h"
#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/admin/second_factor.h"
#include "base/check.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::api::admin {

namespace {

constexpr TextRule kPasswordRule{1, account::kPasswordMax};
/// Tries of the one-time link; no operator has a name with a plus.
constexpr std::string_view kSetUpGuard = "+setup";

std::string random_text() {
    const base::Bytes32 bytes = base::random_bytes32();
    return base::to_base64url(bytes);
}

std::string session_json(const App& app, const Caller& caller) {
    JsonText out;
    out.open()
        .text("csrf", caller.session.csrf)
        .open("operator")
        .id("id", caller.who.id)
        .text("name", caller.who.name)
        .text("role", account::to_text(caller.who.role))
        .close()
        .text("second_factor", app.options.second_factor)
        .flag("totp_enabled", caller.who.totp_enabled);
    if (app.clock.now() < caller.session.stepped_up_until)
        out.time("stepped_up_until", caller.session.stepped_up_until);
    return out.close().take();
}

/// What the browser calls itself, cut and in printable ASCII: it is shown to people.
std::string short_user_agent(const Request& request) {
    std::string text(request.header(http::Header::user_agent).substr(0, account::kUserAgentMax));
    for (char& c : text)
        if (c < ' ' || c > '~') c = '?';
    return text;
}

std::string session_row(const Caller& caller, const account::OperatorSession& session) {
    return JsonText()
        .open()
        .text("id", account::session_id(session))
        .time("created_at", session.created_at)
        .time("last_seen_at", session.seen_at)
        .text("address", session.address)
        .text("user_agent", session.user_agent)
        .flag("current", session.token_digest == caller.session.token_digest)
        .close()
        .take();
}

/// Where `who` is signed in now.
Response sessions_answer(const App& app, const Caller& caller, base::OperatorId who) {
    const auto found = app.accounts.sessions_of(who);
    if (!found) return problem_of(found.error());
    std::vector<std::string> rows;
    for (const account::OperatorSession& session : *found)
        if (is_alive(session, app.clock.now())) rows.push_back(session_row(caller, session));
    return list_answer("sessions", rows, std::nullopt);
}

/// `age_s` 0 takes the cookie away.
void add_cookie(const ApiOptions& options, Response& response, std::string_view token,
                std::int64_t age_s) {
    std::string cookie(cookie_name(options));
    cookie += '=';
    cookie += token;
    cookie += "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(age_s);
    if (options.console_cookie_secure) cookie += "; Secure";
    response.add_header("Set-Cookie", cookie);
    response.add_header("Cache-Control", "no-store");
}

account::AuditEntry audit_of_stranger(const App& app, const Request& request,
                                      std::string_view action, std::string subject) {
    CHECK(account::is_audit_action(action));
    account::AuditEntry entry;
    entry.at = app.clock.now();
    entry.action = action;
    entry.subject = std::move(subject);
    entry.address = request.address;
    return entry;
}

/// What a stranger typed as a name goes into the log only if it can be one: people type their
/// password into the wrong field.
std::string subject_of_typed(std::string_view name) {
    return "operator/" +
           (account::complaint_about_name(name).empty() ? std::string(name) : std::string("?"));
}

/// What a sign-in was proved with.
enum class Proved : std::uint8_t { by_password, by_password_and_code };

Response start_session(App& app, const Request& request, const account::Operator& who, int status,
                       Proved proved = Proved::by_password) {
    const std::string token = random_text();
    const base::Instant now = app.clock.now();
    account::OperatorSession session;
    session.token_digest = base::digest_hex(token);
    session.csrf = random_text();
    session.who = who.id;
    session.created_at = session.seen_at = now;
    session.address = request.address;
    session.user_agent = short_user_agent(request);
    // The code is used up: who signs in to stop a sale must not have to wait for the next one.
    if (proved == Proved::by_password_and_code)
        session.stepped_up_until = now + account::kStepUpAge;
    const Caller caller{who, session};
    const auto added = app.accounts.add_session(
        session,
        audit_of(app, caller, request, "operator.sign_in", "operator/" + base::to_text(who.id)));
    if (!added) return problem_of(added.error());
    Response response = http::json(status, session_json(app, caller));
    add_cookie(app.options, response, token, account::kSessionAgeMax.ms / 1000);
    return response;
}

void note_failed(App& app, const Request& request, std::string_view action, std::string_view name) {
    const auto noted =
        app.accounts.note(audit_of_stranger(app, request, action, subject_of_typed(name)));
    if (!noted)
        base::log_warn("sign_in_not_noted", {{"what", std::string_view(noted.error().what)}});
}

/// One answer for an unknown name, a wrong password and a disabled operator.
Response refused(App& app, const Request& request, std::string_view name) {
    note_failed(app, request, "operator.sign_in_failed", name);
    return http::unauthorized(base::say("name_or_password_wrong"));
}

Response totp_required() {
    return http::problem({.status = 401,
                          .code = "totp_required",
                          .title = "A code is needed.",
                          .detail = "Send the same again with the `code` that the phone shows, or "
                                    "a recovery code.",
                          .retry_after_s = 0,
                          .errors = {}});
}

/// True if `token` is the one of the one-time link and still good.
base::Result<bool> is_setup_token(App& app, std::string_view token) {
    const auto digest = app.accounts.value("setup_token_digest");
    if (!digest) return std::unexpected(digest.error());
    const auto expires = app.accounts.value("setup_token_expires_ms");
    if (!expires) return std::unexpected(expires.error());
    const auto expires_ms = base::parse_number(*expires, INT64_MAX);
    return !digest->empty() && base::same_secret(base::digest_hex(token), *digest) && expires_ms &&
           app.clock.now().ms < static_cast<std::int64_t>(*expires_ms);
}

}  // namespace

Response too_fast(base::Duration wait) {
    return http::problem({.status = 429,
                          .code = "too_fast",
                          .title = "Too many tries.",
                          .detail = "Wait, then try again. An owner can set a new password.",
                          .retry_after_s = static_cast<int>((wait.ms + 999) / 1000),
                          .errors = {}});
}

Response sign_in(App& app, const Request& request) {
    const JsonBody body(request.body);
    const std::string name = body.root().text("name", {1, 64});
    const std::string password = body.root().text("password", kPasswordRule);
    const auto code = body.root().maybe_text("code", {1, kCodeMax});
    if (auto refusal = body.refusal()) return std::move(*refusal);

    const std::string from = guard::counted_as(request.address);
    const base::Duration wait = app.operator_logins.admit(name, from, app.clock.now());
    if (wait.ms > 0) return too_fast(wait);
    const auto who = app.accounts.operator_by_name(name);
    if (!who && who.error().code != base::ErrorCode::not_found) return problem_of(who.error());
    // Unknown and disabled names cost the same time as others.
    const bool matches = account::password_matches(who ? &who->password_hash : nullptr, password);
    if (!who || !matches || who->disabled) return refused(app, request, name);
    if (who->totp_enabled && !code) {
        // Neither a failure nor a success: whoever knows the password could else wipe out the
        // count of codes that were guessed.
        app.operator_logins.take_back(name, from);
        return totp_required();
    }
    if (who->totp_enabled) {
        const auto proved = prove(app, request, *who, *code);
        if (!proved) return problem_of(proved.error());
        if (!*proved) {
            note_failed(app, request, "operator.sign_in_code_failed", name);
            return totp_invalid(401);
        }
    }
    app.operator_logins.succeeded(name, from);
    return start_session(app, request, *who, 201,
                         who->totp_enabled ? Proved::by_password_and_code : Proved::by_password);
}

Response set_up(App& app, const Request& request) {
    const JsonBody body(request.body);
    const JsonReader root = body.root();
    const std::string token = root.text("token");
    account::Operator owner;
    owner.name = root.text("name", {1, 64});
    const std::string password = root.text("password", kPasswordRule);
    if (!owner.name.empty()) {
        const base::Sentence complaint = account::complaint_about_name(owner.name);
        if (!complaint.empty()) root.complain("name", complaint);
    }
    if (!password.empty()) {
        const base::Sentence complaint = account::complaint_about_password(password, owner.name);
        if (!complaint.empty()) root.complain("password", complaint);
    }
    if (auto refusal = body.refusal()) return std::move(*refusal);

    const base::Duration wait =
        app.operator_logins.admit(kSetUpGuard, guard::counted_as(request.address), app.clock.now());
    if (wait.ms > 0) return too_fast(wait);
    const auto good = is_setup_token(app, token);
    if (!good) return problem_of(good.error());
    if (!*good) return http::forbidden(base::say("link_not_good"));
    app.operator_logins.succeeded(kSetUpGuard, guard::counted_as(request.address));
    auto hash = base::hash_password(password);
    if (!hash) return problem_of(hash.error());
    owner.role = account::Role::owner;
    owner.password_hash = std::move(*hash);
    owner.created_at = app.clock.now();
    auto audit = audit_of_stranger(app, request, "operator.set_up", "operator/");
    audit.after = to_json(owner);
    // This is what makes the link single-use: two requests at once cannot both add the first owner.
    const auto added = app.accounts.add_first_owner(std::move(owner), std::move(audit));
    if (!added) return problem_of(added.error());
    const auto cleared = app.accounts.set_value("setup_token_digest", "");
    if (!cleared)
        base::log_warn("setup_token_not_cleared",
                       {{"what", std::string_view(cleared.error().what)}});
    return start_session(app, request, *added, 201);
}

Response show_session(App& app, const Request&, const Caller& caller) {
    return http::json(200, session_json(app, caller));
}

Response list_sessions(App& app, const Request&, const Caller& caller) {
    return sessions_answer(app, caller, caller.who.id);
}

Response list_sessions_of(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::OperatorId>(request);
    if (!id) return http::not_found();
    const auto who = app.accounts.operator_by_id(*id);
    return who ? sessions_answer(app, caller, who->id) : problem_of(who.error());
}

Response sign_out_everywhere(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::OperatorId>(request);
    if (!id) return http::not_found();
    const auto who = app.accounts.operator_by_id(*id);
    if (!who) return problem_of(who.error());
    Reason reason = reason_in(request);
    if (reason.refusal) return std::move(*reason.refusal);
    auto audit = audit_of(app, caller, request, "operator.sign_out_everywhere",
                          "operator/" + base::to_text(*id));
    audit.reason = std::move(reason.text);
    // Who does it to oneself stays signed in here.
    const auto ended =
        app.accounts.end_sessions_of(*id, caller.session.token_digest, std::move(audit));
    if (!ended) return problem_of(ended.error());
    return http::json(200, JsonText().open().number("ended", *ended).close().take());
}

Response end_session(App& app, const Request& request, const Caller& caller) {
    const auto found = app.accounts.sessions_of(caller.who.id);
    if (!found) return problem_of(found.error());
    const auto named = std::ranges::find(*found, request.params[0], account::session_id);
    if (named == found->end()) return http::not_found(base::say("no_such_session"));
    if (named->token_digest == caller.session.token_digest) return sign_out(app, request, caller);
    const auto ended = app.accounts.end_session(
        named->token_digest, audit_of(app, caller, request, "operator.end_session",
                                      "operator/" + base::to_text(caller.who.id)));
    return ended ? http::no_content() : problem_of(ended.error());
}

Response sign_out(App& app, const Request& request, const Caller& caller) {
    const auto ended = app.accounts.end_session(
        caller.session.token_digest, audit_of(app, caller, request, "operator.sign_out",
                                              "operator/" + base::to_text(caller.who.id)));
    if (!ended) return problem_of(ended.error());
    Response response = http::no_content();
    add_cookie(app.options, response, "", 0);
    return response;
}

Response change_own_password(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    const JsonReader root = body.root();
    const std::string current = root.text("current", kPasswordRule);
    const std::string password = root.text("password", kPasswordRule);
    if (!password.empty()) {
        const base::Sentence complaint =
            account::complaint_about_password(password, caller.who.name);
        if (!complaint.empty()) root.complain("password", complaint);
    }
    if (auto refusal = body.refusal()) return std::move(*refusal);

    const base::Duration wait = app.operator_logins.admit(
        caller.who.name, guard::counted_as(request.address), app.clock.now());
    if (wait.ms > 0) return too_fast(wait);
    if (!account::password_matches(&caller.who.password_hash, current)) {
        const auto noted =
            app.accounts.note(audit_of(app, caller, request, "operator.password_failed",
                                       "operator/" + base::to_text(caller.who.id)));
        if (!noted)
            base::log_warn("password_failure_not_noted",
                           {{"what", std::string_view(noted.error().what)}});
        return wrong_field("/current", base::say("current_password_wrong"));
    }
    app.operator_logins.succeeded(caller.who.name, guard::counted_as(request.address));
    account::Operator who = caller.who;
    auto hash = base::hash_password(password);
    if (!hash) return problem_of(hash.error());
    who.password_hash = std::move(*hash);
    const auto changed = app.accounts.change_operator(
        std::move(who), audit_of(app, caller, request, "operator.password",
                                 "operator/" + base::to_text(caller.who.id)));
    if (!changed) return problem_of(changed.error());
    // The change has ended every session of this person, so also one that somebody else holds.
    return start_session(app, request, *changed, 200);
}

}  // namespace sluice::api::admin
