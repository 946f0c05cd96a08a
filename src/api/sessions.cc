// SPDX-License-Identifier: Apache-2.0
// Sessions: a password or the shop's word is exchanged for a short signed token. A wrong name and a
// wrong password look the same, in words and in time.
#include "api/sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "account/login_guard.h"
#include "api/auth.h"
#include "api/endpoints.h"
#include "api/json_body.h"
#include "api/outcome_http.h"
#include "api/traffic.h"
#include "base/log.h"
#include "http/problem.h"

namespace sluice::api {

namespace {

http::Response session_of(const App& app, base::UserId user, base::Instant now) {
    const base::Instant expires_at = now + app.options.session_age;
    return http::json(201, fmt::format(R"({{"token":"{}","expires_at":"{}","user_id":"{}"}})",
                                       app.tokens.issue(user, now, expires_at),
                                       base::to_rfc3339(expires_at), base::to_text(user)));
}

http::Response by_password(App& app, const http::Request& request, const std::string& name,
                           const std::string& password, base::Instant now) {
    const std::string from = guard::counted_as(request.address);
    const base::Duration wait = app.customer_logins.admit(name, from, now);
    if (wait.ms > 0)
        return too_fast(
            "Too many sign-ins failed for this name or from this address. Wait a while.", wait);
    const auto customer = app.accounts.customer(name);
    if (!customer && customer.error().code != base::ErrorCode::not_found) {
        base::log_error("customer_not_read", {{"why", customer.error().what}});
        return http::busy("Accounts cannot be read at the moment.");
    }
    if (!account::password_matches(customer ? &customer->password_hash : nullptr, password))
        return http::unauthorized("The name or the password is wrong.");
    app.customer_logins.succeeded(name, from);
    return session_of(app, base::user_of(kBuiltInIssuer, name), now);
}

http::Response by_shop(App& app, std::string_view jwt, base::Instant now) {
    const auto refuse = [&app](std::string_view why) {
        app.traffic.refused_shop_token();
        base::log(base::LogLevel::debug, "shop_token_refused", {{"why", why}});
        return http::unauthorized("The token is not accepted.");
    };
    if (app.jwt == nullptr) return refuse("no key of a shop is configured");
    const auto subject = app.jwt->verify(jwt, now);
    if (!subject) return refuse(subject.error().what);
    return session_of(app, base::user_of(subject->issuer, subject->subject), now);
}

}  // namespace

http::Response too_fast(std::string_view detail, base::Duration wait) {
    http::Problem problem;
    problem.status = 429;
    problem.code = "too_fast";
    problem.title = "Too many attempts.";
    problem.detail = detail;
    problem.retry_after_s = static_cast<int>((wait.ms + 999) / 1000);
    return http::problem(problem);
}

std::string to_lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

http::Response post_session(App& app, const http::Request& request) {
    constexpr TextRule kJwtRule{1, 8192, false};
    const base::Instant now = app.clock.now();
    if (!app.gates.on("sessions", now))
        return problem_of(sale::Outcome::stopped, "Signing in is switched off for the moment.");

    JsonBody body(request.body, JsonBody::Empty::allowed);
    const JsonReader root = body.root();
    const std::string_view header_jwt = bearer(request);
    const auto body_jwt = root.maybe_text("jwt", kJwtRule);
    if (body_jwt || (!header_jwt.empty() && !root.has("name") && !root.has("password"))) {
        if (auto refusal = body.refusal()) return std::move(*refusal);
        return by_shop(app, body_jwt ? std::string_view(*body_jwt) : header_jwt, now);
    }
    if (!app.options.accounts)
        return http::unauthorized("Sign in at the shop, and send its token as `jwt`.");
    const std::string name = to_lower(root.text("name"));
    const std::string password = root.text("password");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    return by_password(app, request, name, password, now);
}

}  // namespace sluice::api
