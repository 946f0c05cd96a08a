// SPDX-License-Identifier: Apache-2.0
#include "api/admin/access.h"

#include <utility>

#include "api/admin/answers.h"
#include "api/admin/second_factor.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/sentences.h"
#include "http/exchange.h"
#include "http/problem.h"

namespace sluice::api::admin {

namespace {

/// Neither says which of the reasons it was: that is nobody's business who is not signed in.
base::Error signed_out() {
    return {base::ErrorCode::forbidden, "Sign in: there is no session, or it has ended."};
}

bool is_safe(http::Method method) {
    return method == http::Method::get || method == http::Method::head;
}

/// At most one write a minute and session, so that a screen that polls does not write all day.
void touch(App& app, const account::OperatorSession& session, base::Instant now) {
    if (now - session.seen_at < base::kMinute) return;
    const auto touched = app.accounts.touch_session(session.token_digest, now);
    if (!touched)
        base::log_warn("session_not_touched", {{"what", std::string_view(touched.error().what)}});
}

}  // namespace

std::string_view cookie_name(const ApiOptions& options) {
    return options.console_cookie_secure ? "__Host-sluice" : "sluice";
}

bool is_alive(const account::OperatorSession& session, base::Instant now) {
    return now - session.created_at < account::kSessionAgeMax &&
           now - session.seen_at < account::kSessionIdleMax;
}

base::Result<Caller> caller_of(App& app, const http::Request& request) {
    const std::string_view token = request.cookie(cookie_name(app.options));
    if (token.empty() || token.size() > 128) return std::unexpected(signed_out());
    auto session = app.accounts.session(base::digest_hex(token));
    if (!session) {
        if (session.error().code == base::ErrorCode::not_found)
            return std::unexpected(signed_out());
        return std::unexpected(std::move(session.error()));
    }
    const base::Instant now = app.clock.now();
    if (!is_alive(*session, now)) return std::unexpected(signed_out());
    auto who = app.accounts.operator_by_id(session->who);
    if (!who) return std::unexpected(std::move(who.error()));
    if (who->disabled) return std::unexpected(signed_out());
    touch(app, *session, now);
    return Caller{std::move(*who), std::move(*session)};
}

std::optional<http::Response> refusal(App& app, const AdminRoute& route,
                                      const http::Request& request, std::optional<Caller>& caller) {
    auto found = caller_of(app, request);
    if (!found) {
        return found.error().code == base::ErrorCode::forbidden
                   ? http::unauthorized(found.error().what)
                   : problem_of(found.error());
    }
    if (!is_safe(request.method) &&
        !base::same_secret(request.header(http::Header::x_csrf_token), found->session.csrf))
        return http::forbidden(base::say("csrf_wrong"));
    if (route.permission && !account::may(found->who.role, *route.permission))
        return http::forbidden(base::say("role_forbids", account::to_text(found->who.role)));
    if (route.red)
        if (auto refused = red_refusal(app.options, *found, app.clock.now())) return refused;
    if (route.versioned)
        if (const auto version = version_in(request); !version)
            return version_problem(version.error());
    caller = std::move(*found);
    return std::nullopt;
}

http::Response enter(App& app, const AdminRoute& route, const http::Request& request) {
    std::optional<Caller> caller;
    if (auto refused = refusal(app, route, request, caller)) return std::move(*refused);
    http::Response response = route.handler(app, request, *caller);
    // The console shows what is so now, and to one person: no cache may keep it.
    if (response.headers.find("Cache-Control") == std::string::npos)
        response.add_header("Cache-Control", "no-store");
    return response;
}

}  // namespace sluice::api::admin

namespace sluice::api {

namespace {

/// A longer body is read only when it is known who sends it.
constexpr std::size_t kUngatedBodyMax = 64 * 1024;

http::Route as_route(App& app, const admin::AdminRoute& route) {
    http::Route result;
    result.method = route.method;
    result.pattern = route.pattern;
    result.body_max = route.body_max;
    if (route.takes_files) result.content_types.emplace_back("text/csv");
    result.desk_handler = [&app, route](const http::Request& request) {
        return admin::enter(app, route, request);
    };
    if (route.body_max > kUngatedBodyMax)
        result.gate = [&app, route](const http::Request& request) {
            std::optional<admin::Caller> caller;
            return admin::refusal(app, route, request, caller).value_or(http::no_content());
        };
    return result;
}

http::Route as_route(App& app, const admin::OpenRoute& route) {
    http::Route result;
    result.method = route.method;
    result.pattern = route.pattern;
    result.body_max = route.body_max;
    result.slow = route.method == http::Method::post;  // who has no session sends a password
    result.desk_handler = [&app, route](const http::Request& request) {
        return route.handler(app, request);
    };
    return result;
}

}  // namespace

std::vector<http::Route> console_routes(App& app) {
    std::vector<http::Route> result;
    for (const admin::AdminRoute& route : admin::admin_routes())
        result.push_back(as_route(app, route));
    for (const admin::OpenRoute& route : admin::open_routes())
        result.push_back(as_route(app, route));
    return result;
}

http::InlineHandler unknown_console_address() {
    return [](const http::Request& request, http::Exchange& exchange) {
        const bool means_console = request.path == "/" || request.path == "/admin/";
        exchange.send(means_console ? http::permanent_redirect("/admin") : http::not_found());
    };
}

}  // namespace sluice::api
