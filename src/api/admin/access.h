// SPDX-License-Identifier: Apache-2.0
// Access: the one door to the console. Every route stands in one of two tables: open_routes() for
// whoever reaches the listener, admin_routes() for operators, each with the permission it needs.
// What the wrapper checks, in this order: session → operator enabled → CSRF token (every method but
// GET and HEAD) → permission → for a red route the second factor (second_factor.h) → for a
// versioned one If-Match; only then the handler runs. All of these are headers: for a route with
// long bodies they are checked before the body is read.   Threads: desks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/account.h"
#include "api/app.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

namespace sluice::api::admin {

/// Who asks: an operator with a living session.
struct Caller {
    account::Operator who;
    account::OperatorSession session;
};

/// A route for operators. The table is the authority: a test walks it with every role.
struct AdminRoute {
    http::Method method = http::Method::get;
    std::string_view pattern;
    std::optional<account::Permission> permission;  ///< nothing: every signed-in operator
    http::Response (*handler)(App&, const http::Request&, const Caller&) = nullptr;
    std::size_t body_max = 0;
    bool red = false;  ///< stops a sale, moves stock or money, or lets people in: needs a code
    bool takes_files = false;  ///< text/csv besides application/json
    bool versioned = false;    ///< needs If-Match
};
[[nodiscard]] const std::vector<AdminRoute>& admin_routes();

/// A route without a session: log-in, set-up, the console's page, health and metrics. The listener
/// is bound to loopback unless told otherwise, so these say nothing personal and change nothing
/// without a secret.
struct OpenRoute {
    http::Method method = http::Method::get;
    std::string_view pattern;
    http::Response (*handler)(App&, const http::Request&) = nullptr;
    std::size_t body_max = 0;
};
[[nodiscard]] const std::vector<OpenRoute>& open_routes();

/// Why this caller may not use the route; nothing, and `caller`, if it may.
[[nodiscard]] std::optional<http::Response> refusal(App& app, const AdminRoute& route,
                                                    const http::Request& request,
                                                    std::optional<Caller>& caller);
/// Checks the session, then runs the handler or refuses: 401 without a session, 403 without a
/// right, 428 without the version that is edited.
[[nodiscard]] http::Response enter(App& app, const AdminRoute& route, const http::Request& request);

/// The name of the session cookie, by options.console_cookie_secure.
[[nodiscard]] std::string_view cookie_name(const ApiOptions& options);
/// False for a session that was idle for too long, or is too old.
[[nodiscard]] bool is_alive(const account::OperatorSession& session, base::Instant now);
/// The operator behind the cookie, or forbidden/unavailable with the reason.
[[nodiscard]] base::Result<Caller> caller_of(App& app, const http::Request& request);

}  // namespace sluice::api::admin
