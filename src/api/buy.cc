// SPDX-License-Identifier: Apache-2.0
#include "api/buy.h"

#include <algorithm>
#include <expected>
#include <functional>
#include <string>
#include <utility>

#include "api/arrivals.h"
#include "api/attempt.h"
#include "api/auth.h"
#include "api/customer_gates.h"
#include "api/door_answers.h"
#include "api/json_body.h"
#include "api/outcome_http.h"
#include "api/traffic.h"
#include "base/sentences.h"
#include "http/problem.h"

namespace sluice::api {

using guard::Gate;
using http::Prepared;
using sale::Outcome;

namespace {

constexpr std::size_t kIdempotencyKeyMax = 64;  // bytes

/// One request on its way through the gates, and what they found out.
struct Attempt {
    App& app;
    const http::Request& request;
    base::Instant now;
    std::optional<base::UserId> user = {};
    const sale::Posting* posting = nullptr;
    base::ItemId item = {};
    guard::Ticket ticket = {};  // nonce 0: the open address
    // What the door says of it; the sale says the rest.
    std::optional<Ending> ended = {};
    std::optional<Gate> gate = {};  // that ended it
};

// Each gate returns the prepared refusal, or nullptr to let the attempt pass.

/// What happens in rehearsals is counted apart.
bool rehearses(const Attempt& attempt) {
    return (attempt.user && base::is_rehearsal(*attempt.user)) ||
           (attempt.posting != nullptr && attempt.posting->rehearsal);
}

const Prepared* refuse(Attempt& attempt, Outcome outcome) {
    attempt.ended = outcome;
    return &attempt.app.answers.refusals().of(outcome, attempt.request.received_ns);
}

const Prepared* refuse(Attempt& attempt, Gate gate, Outcome outcome) {
    attempt.gate = gate;
    attempt.app.gates.count(gate);
    return refuse(attempt, outcome);
}

/// The gates that ask who it is.
const Prepared* pass_customer_gates(Attempt& attempt) {
    const auto no = customer_refusal(attempt.app, attempt.request, attempt.user, attempt.now);
    if (!no) return nullptr;
    attempt.gate = no->gate;
    attempt.ended = turned_away_by(no->gate);
    return &no->answer;
}

/// Who it is, looked at once: a MAC is not free.
const std::optional<base::UserId>& identify(Attempt& attempt) {
    if (!attempt.user) attempt.user = customer_of(attempt.app, attempt.request, attempt.now);
    return attempt.user;
}

/// Who asks is looked at only for what may be hidden: what is really sold is not.
bool is_nothing(Attempt& attempt) {
    if (attempt.posting == nullptr) return true;
    return attempt.posting->rehearsal && is_hidden(*attempt.posting, identify(attempt));
}

/// The open address: the item is in the path.
const Prepared* find_item(Attempt& attempt) {
    attempt.item = base::parse_id<base::ItemId>(attempt.request.params[0]).value_or(base::ItemId{});
    attempt.posting = attempt.app.board.find(attempt.item);
    if (is_nothing(attempt)) return refuse(attempt, Outcome::not_found);
    const auto entry = static_cast<activity::Entry>(attempt.posting->entry.load());
    if (entry != activity::Entry::open) return refuse(attempt, Outcome::ticket_required);
    return nullptr;
}

/// The key of the purchase if it may have been accepted before; nearly nobody's was.
std::optional<base::Key128> key_of_replay(const Attempt& attempt) {
    if (!attempt.app.board.may_have_order(*attempt.user)) return std::nullopt;
    const auto key = purchase_key_of(attempt.request, *attempt.user);
    return key && attempt.app.board.may_be_replay(*key) ? key : std::nullopt;
}

/// Whether this very purchase was accepted before. Exact, so it asks the sale, under its lock:
/// after the board, which knows that nearly all were not.
bool was_accepted(const Attempt& attempt) {
    const auto key = key_of_replay(attempt);
    if (!key) return false;
    bool known = false;
    const auto look = [&](const sale::Sale& sale) {
        known = sale.orders().by_key(*key) != nullptr;
    };
    attempt.app.turnstile.look(std::cref(look));
    return known;
}

/// The hidden address: only the ticket says which item is meant, and it is bound to the user. So
/// here the gates `token` and `ticket` come before the window.
const Prepared* open_ticket(Attempt& attempt) {
    if (!identify(attempt)) return pass_customer_gates(attempt);
    // Checked without its age first: a winner who retries after it expired must find the order.
    const auto ticket = attempt.app.tickets.verify(attempt.request.params[0], *attempt.user, {});
    if (!ticket || (ticket->expires_at <= attempt.now && !was_accepted(attempt))) {
        if (ticket) attempt.posting = attempt.app.board.find(ticket->item);
        return refuse(attempt, Gate::ticket, Outcome::ticket_invalid);
    }
    attempt.ticket = *ticket;
    attempt.item = ticket->item;
    attempt.posting = attempt.app.board.find(attempt.item);
    return is_nothing(attempt) ? refuse(attempt, Outcome::not_found) : nullptr;
}

/// The window and the sold-out flag. Most attempts end here. Who may have won before goes on to the
/// sale all the same: the answer to a retry is the order, not `sold_out`.
const Prepared* pass_board(Attempt& attempt) {
    const auto no = attempt.app.board.refusal(*attempt.posting, attempt.now);
    if (!no) return nullptr;
    if (identify(attempt) && key_of_replay(attempt)) return nullptr;
    return refuse(attempt, *no == Outcome::sold_out ? Gate::sold_out : Gate::window, *no);
}

/// A document is built only for a body that is not as plain as nearly all are: it would cost as
/// much as the decision.
std::expected<std::int64_t, http::Response> read_quantity(std::string_view text) {
    const auto plain = sole_number(text, "quantity");
    if (plain && *plain >= 1 && *plain <= activity::kQuantityMax) return *plain;
    const JsonBody body(text);
    const auto quantity = body.root().number("quantity", 1, activity::kQuantityMax);
    if (auto refusal = body.refusal()) return std::unexpected(std::move(*refusal));
    return quantity;
}

std::expected<sale::Buy, http::Response> read_purchase(const Attempt& attempt) {
    const auto key = purchase_key_of(attempt.request, *attempt.user);
    if (!key) {
        return std::unexpected(http::invalid(
            "Every purchase needs an Idempotency-Key, so that a repeated request cannot buy twice.",
            {{"header Idempotency-Key", base::say("key_required", kIdempotencyKeyMax)}}));
    }
    auto quantity = read_quantity(attempt.request.body);
    if (!quantity) return std::unexpected(std::move(quantity.error()));
    return sale::Buy{.user = *attempt.user,
                     .key = *key,
                     .item = attempt.item,
                     .quantity = static_cast<std::uint32_t>(*quantity),
                     .ticket = attempt.ticket.nonce};
}

const Prepared* pass_gates(Attempt& attempt, Entrance entrance) {
    const Prepared* no = entrance == Entrance::item ? find_item(attempt) : open_ticket(attempt);
    if (no == nullptr) no = pass_board(attempt);
    if (no != nullptr) return no;
    identify(attempt);
    return pass_customer_gates(attempt);
}

/// While the ledger hangs a new purchase would wait for nobody knows how long. A retry of what was
/// accepted waits for nothing.
bool may_wait(const Attempt& attempt) {
    return !attempt.app.turnstile.is_lagging(attempt.request.received_ns) || was_accepted(attempt);
}

/// The machine's own limits, last of all: only what goes on to the sale counts. A retry of what was
/// accepted is answered with the order whatever the rate.
const Prepared* pass_machine(Attempt& attempt, const DoorAnswers& answers) {
    if (answers.full() || !may_wait(attempt)) return refuse(attempt, Outcome::busy);
    if (attempt.app.gates.admit_purchase(attempt.now) || was_accepted(attempt)) return nullptr;
    return refuse(attempt, Gate::purchase_rate, Outcome::busy);
}

/// Who came, for the report after the sale.
Arrival arrive(const Attempt& attempt, http::Exchange& exchange) {
    if (attempt.app.arrivals == nullptr || attempt.posting == nullptr) return {};
    return attempt.app.arrivals->arrive(exchange.door().index(), *attempt.posting,
                                        attempt.request.address, attempt.user, attempt.now);
}

/// Counts who went no further than the door.
void turn_away(const Attempt& attempt, http::Exchange& exchange, const Arrival& arrival) {
    attempt.app.traffic.count(*attempt.ended, rehearses(attempt));
    if (arrival.slot < 0) return;
    attempt.app.arrivals->count(exchange.door().index(), arrival, *attempt.ended, attempt.gate);
}

}  // namespace

// PATH buy 3/8 Passes the door's cheap gates and turns JSON into one event. Next: sale/turnstile.cc
void buy(App& app, Entrance entrance, const http::Request& request, http::Exchange& exchange) {
    Attempt attempt{.app = app, .request = request, .now = app.clock.now()};
    const Prepared* no = pass_gates(attempt, entrance);
    const Arrival arrival = arrive(attempt, exchange);
    if (no != nullptr) {
        turn_away(attempt, exchange, arrival);
        return exchange.send_prepared(*no);
    }
    auto purchase = read_purchase(attempt);
    if (!purchase) {
        attempt.ended = TurnedAway::invalid;
        turn_away(attempt, exchange, arrival);
        return exchange.send(std::move(purchase.error()));
    }
    DoorAnswers& answers = app.answers.of(exchange.door().index());
    no = pass_machine(attempt, answers);
    if (no != nullptr) {
        turn_away(attempt, exchange, arrival);
        return exchange.send_prepared(*no);
    }

    const sale::Waiting place = answers.reserve(rehearses(attempt) ? Ask::rehearse : Ask::buy,
                                                request.received_ns, arrival);
    if (const auto answer = app.turnstile.pass(*purchase, place))
        answers.answer(place, *answer, exchange);
    else
        answers.wait(place, exchange.later());
}

std::optional<base::Key128> purchase_key_of(const http::Request& request, base::UserId user) {
    const std::string_view key = request.header(http::Header::idempotency_key);
    const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if (key.empty() || key.size() > kIdempotencyKeyMax || !std::ranges::all_of(key, is_visible))
        return std::nullopt;
    return sale::purchase_key(user, key);
}

}  // namespace sluice::api
