// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/door_answers.h"
#include "api/endpoints.h"
#include "api/json_body.h"
#include "api/outcome_http.h"
#include "api/sessions.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/problem.h"

namespace sluice::api {

http::Response post_account(App& app, const http::Request& request) {
    const base::Instant now = app.clock.now();
    if (!app.options.accounts)
        return http::not_found("This shop has its own accounts; sign in there.");
    if (!app.gates.on("accounts", now))
        return problem_of(sale::Outcome::stopped, "New accounts are switched off for the moment.");

    JsonBody body(request.body);
    const JsonReader root = body.root();
    account::Customer customer;
    customer.name = to_lower(root.text("name"));
    const std::string password = root.text("password");
    if (!customer.name.empty())
        if (auto what = account::complaint_about_name(customer.name); !what.empty())
            root.complain("name", std::move(what));
    if (!password.empty())
        if (auto what = account::complaint_about_password(password, customer.name); !what.empty())
            root.complain("password", std::move(what));
    if (auto refusal = body.refusal()) return std::move(*refusal);

    // A new account is counted like a wrong password, and stays counted: each costs as much work,
    // and a row for ever. The plus, which no name has, keeps it apart from log-ins to that name.
    const std::string from = guard::counted_as(request.address);
    const base::Duration wait = app.customer_logins.admit("+" + customer.name, from, now);
    if (wait.ms > 0)
        return too_fast("Too many accounts were asked for from this address. Wait a while.", wait);
    auto hash = base::hash_password(password);
    if (!hash) return http::busy("The server has no memory free for passwords at the moment.");
    customer.password_hash = std::move(*hash);
    customer.created_at = now;
    if (const auto added = app.accounts.add_customer(customer); !added) {
        if (added.error().code == base::ErrorCode::conflict)
            return http::conflict("name_taken", "This name is taken.", "Choose another one.");
        base::log_error("customer_not_added", {{"why", added.error().what}});
        if (added.error().code == base::ErrorCode::stopped)
            return problem_of(sale::Outcome::read_only);
        return http::busy("The account could not be stored.");
    }
    std::string out = R"({"name":)";
    base::append_json_string(out, customer.name);
    out += fmt::format(R"(,"user_id":"{}"}})",
                       base::to_text(base::user_of(kBuiltInIssuer, customer.name)));
    return http::json(201, std::move(out));
}

}  // namespace sluice::api
