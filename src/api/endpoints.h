// SPDX-License-Identifier: Apache-2.0
// Endpoints: the handlers of the public listener besides buy, one file each; public_routes.cc makes
// the table of them.   Threads: those that take an Exchange run inline on a door and never wait;
// those that return a Response run on a desk and may.
#pragma once

#include <cstdint>
#include <string>

#include "api/app.h"
#include "base/time.h"
#include "http/exchange.h"
#include "http/request.h"
#include "http/response.h"
#include "sale/board.h"

namespace sluice::api {

/// GET /v1/time: the clock that decides.
void get_time(App& app, const http::Request& request, http::Exchange& exchange);

/// GET /v1/items/{id}/state: phase, level, and when to ask again; at most 200 bytes.
void get_item_state(App& app, const http::Request& request, http::Exchange& exchange);
/// The body of it. `spread` spreads the clients' next polls: any number that differs.
[[nodiscard]] std::string item_state_json(const sale::Posting& posting, bool stopped,
                                          base::Instant now, std::uint64_t spread);

/// POST /v1/items/{id}/tickets: opens the hidden purchase address, after the start only.
void post_ticket(App& app, const http::Request& request, http::Exchange& exchange);
/// POST /v1/items/{id}/challenge: 404, no item asks a question.
void post_challenge(App& app, const http::Request& request, http::Exchange& exchange);

/// POST /v1/accounts: a built-in account.
[[nodiscard]] http::Response post_account(App& app, const http::Request& request);
/// POST /v1/sessions: a name and password, or the shop's word, for a session token.
[[nodiscard]] http::Response post_session(App& app, const http::Request& request);

/// GET /v1/orders: the customer's own, newest first.
void get_orders(App& app, const http::Request& request, http::Exchange& exchange);
/// GET /v1/orders/{id}: the customer's own.
void get_order(App& app, const http::Request& request, http::Exchange& exchange);
/// POST /v1/orders/{id}/cancel: an unpaid one.
void post_cancel(App& app, const http::Request& request, http::Exchange& exchange);

/// POST /v1/orders/{id}/payments: sends the customer to the cashier.
[[nodiscard]] http::Response post_payment(App& app, const http::Request& request);
/// POST /v1/payments/callbacks/{provider}: what the provider says of a payment.
[[nodiscard]] http::Response post_callback(App& app, const http::Request& request);

}  // namespace sluice::api
