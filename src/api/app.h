// SPDX-License-Identifier: Apache-2.0
// App: what the endpoints work with, wired once in command/serve. Everything is a reference that
// outlives the servers.   Threads: handlers run on doors (inline) and desks; each member says in
// its own header who may use it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "account/account.h"
#include "account/jwt.h"
#include "account/login_guard.h"
#include "account/token.h"
#include "activity/activity.h"
#include "api/openings.h"
#include "base/machine.h"
#include "base/result.h"
#include "base/time.h"
#include "base/watchdog.h"
#include "catalog/catalog.h"
#include "guard/gates.h"
#include "guard/ticket.h"
#include "http/router.h"
#include "http/server.h"
#include "payment/provider.h"
#include "sale/board.h"
#include "sale/turnstile.h"

namespace sluice::api {

class Pages;     // api/pages.h: the published pages, swapped whole
class Answers;   // api/door_answers.h: brings the sale's answers back to the door they came from
class History;   // api/history.h: samples of the sales, to be seen again
class Arrivals;  // api/arrivals.h: who came to an activity, when and from where
class Traffic;   // api/traffic.h: what is counted at the doors

/// Each limit has its reason in conf/sluice.toml.
struct ApiOptions {
    /// How customers reach us; for cashier and return addresses. "": where the public listener is.
    std::string public_url;
    std::string shop_issuer;  ///< of the shop's tokens, as their customers are named by; "": none
    bool accounts = true;     ///< built-in accounts: POST /v1/accounts
    base::Duration session_age{12 * 3'600'000};  ///< of a customer's token
    base::Duration ticket_age{300'000};          ///< of a ticket
    bool console_cookie_secure =
        true;  ///< the cookie is `__Host-sluice` with Secure; browsers take it on loopback too
    std::string second_factor = "required";  ///< or "optional": who has none may do without
    [[nodiscard]] bool second_factor_required() const { return second_factor == "required"; }
    std::uint32_t login_tries = 10;  ///< failed log-ins per name and per address in 15 minutes
    std::size_t sale_answers_max = 65536;  ///< purchases waiting for the disk, per door
};

struct App {
    ApiOptions options;
    const base::Clock& clock;
    sale::Turnstile& turnstile;
    const sale::Board& board;
    guard::Gates& gates;
    const account::TokenKey& tokens;
    const guard::TicketKey& tickets;
    const account::JwtVerifier* jwt;  ///< nullptr: the shop vouches for nobody
    account::AccountStore& accounts;
    activity::ActivityStore& activities;
    catalog::CatalogStore& catalog;
    guard::GuardStore& guard_store;
    payment::Providers providers;
    Pages& pages;
    Traffic& traffic;
    Answers& answers;  ///< must outlive the turnstile's ledger thread and the public server
    account::LoginGuard& customer_logins;  ///< of POST /v1/sessions and /v1/accounts
    account::LoginGuard& operator_logins;  ///< of the console: a customer may have the same name
    std::function<std::string()>
        not_ready;  ///< "" when ready, else why not: "starting", "draining"; unset: ready
    std::function<std::vector<std::pair<std::string, http::Server::Counts>>()>
        server_counts;                 ///< of each listener by its name, for /metrics; unset: none
    Arrivals* arrivals = nullptr;      ///< counted at the doors; nullptr: nothing is
    History* history = nullptr;        ///< of the sales; nullptr: none is kept
    sale::Archive* archive = nullptr;  ///< the records, for the story of an order
    std::function<std::vector<base::Finding>()> machine =
        {};  ///< what the host gives us, for the pre-flight list; unset: not looked at
    const base::Watchdog* watchdog = nullptr;  ///< over the threads, for /metrics; nullptr: none
    Openings openings = {};                    ///< no activity is opened while it is removed
};

/// Tells pages and answers which doors the public server has. Between Server::open and
/// Server::start.
void attach_doors(App& app, http::Server& public_server);

/// Publishes the pages of every activity that is warm, newest state: at the start, and by a desk
/// after each warm-up. Waits for the store.
[[nodiscard]] base::Result<void> publish_warm(App& app);

/// Every route of the public listener.
[[nodiscard]] std::vector<http::Route> public_routes(App& app);
/// For addresses that none of these has: a person gets a page that leads on, a program a problem.
[[nodiscard]] http::InlineHandler unknown_public_address(App& app);

/// Every route of the console listener (api/admin/).
[[nodiscard]] std::vector<http::Route> console_routes(App& app);
/// Leads from the listener's root to its page.
[[nodiscard]] http::InlineHandler unknown_console_address();

}  // namespace sluice::api
