// SPDX-License-Identifier: Apache-2.0
// Tickets: after the start a customer asks for one, and learns the address to buy at. Who asks is
// checked as for a purchase, in the same order, because a ticket is the first half of one.
#include <fmt/format.h>

#include <utility>

#include "api/auth.h"
#include "api/customer_gates.h"
#include "api/door_answers.h"
#include "api/endpoints.h"
#include "api/json_body.h"
#include "api/outcome_http.h"
#include "http/problem.h"

namespace sluice::api {

using guard::Gate;
using http::Prepared;
using sale::Outcome;

namespace {

/// A ticket for an item that needs none would be a second way in, so there is none.
const Prepared* item_refusal(App& app, const sale::Posting* posting, base::Instant now,
                             std::int64_t vary) {
    const Refusals& refusals = app.answers.refusals();
    if (posting == nullptr ||
        static_cast<activity::Entry>(posting->entry.load()) != activity::Entry::ticket)
        return &refusals.of(Outcome::not_found, vary);
    const auto no = app.board.refusal(*posting, now);
    if (!no) return nullptr;
    app.gates.count(*no == Outcome::sold_out ? Gate::sold_out : Gate::window);
    return &refusals.of(*no, vary);
}

}  // namespace

void post_ticket(App& app, const http::Request& request, http::Exchange& exchange) {
    const base::Instant now = app.clock.now();
    const auto item = base::parse_id<base::ItemId>(request.params[0]);
    const sale::Posting* posting = item ? app.board.find(*item) : nullptr;
    const bool may_hide = posting != nullptr && posting->rehearsal;
    if (may_hide && is_hidden(*posting, customer_of(app, request, now))) posting = nullptr;
    if (const Prepared* no = item_refusal(app, posting, now, request.received_ns))
        return exchange.send_prepared(*no);
    const auto user = customer_of(app, request, now);
    if (const auto no = customer_refusal(app, request, user, now))
        return exchange.send_prepared(no->answer);
    if (base::is_rehearsal(*user) && !posting->rehearsal)
        return exchange.send_prepared(
            app.answers.refusals().of(Outcome::rehearsal_only, request.received_ns));
    const JsonBody body(request.body, JsonBody::Empty::allowed);
    if (auto refusal = body.refusal()) return exchange.send(std::move(*refusal));

    const base::Instant expires_at = now + app.options.ticket_age;
    exchange.send(http::json(
        201,
        fmt::format(R"({{"buy_url":"/v1/tickets/{}/orders","expires_at":"{}"}})",
                    app.tickets.issue(*item, *user, expires_at), base::to_rfc3339(expires_at))));
}

void post_challenge(App&, const http::Request&, http::Exchange& exchange) {
    exchange.send(http::not_found("No item asks a question; ask for a ticket or buy directly."));
}

}  // namespace sluice::api
