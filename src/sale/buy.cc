// SPDX-License-Identifier: Apache-2.0
// The heart: one purchase is decided. Guards return, one decision, one record.
#include "sale/sale.h"

namespace sluice::sale {

namespace {

/// Real customers and rehearsal users never buy of the same stock. For somebody real a rehearsal
/// does not exist.
std::optional<Outcome> rehearsal_refusal(const activity::ItemTerms& terms, base::UserId user) {
    const bool rehearses = base::is_rehearsal(user);
    if (rehearses == (terms.rehearsal != 0)) return std::nullopt;
    return rehearses ? Outcome::rehearsal_only : Outcome::not_found;
}

}  // namespace

// PATH buy 5/8 Decides one purchase, alone inside the turnstile. Next: adapter/sqlite/ledger.cc
Decision Sale::decide(const Buy& event, base::Instant now, Records& out) {
    // Before everything else: who was accepted gets the same answer after the end, too.
    if (const order::Order* past = orders_.by_key(event.key)) {
        const bool same = past->item == event.item && past->quantity_asked == event.quantity;
        if (!same) return {.outcome = Outcome::duplicate_key_mismatch};
        return answer(Outcome::replayed, past->id);
    }
    const OpenedItem* item = this->item(event.item);
    if (item == nullptr) return {.outcome = Outcome::not_found};
    if (const auto no = rehearsal_refusal(item->terms, event.user)) return {.outcome = *no};
    if (const auto no = window_refusal(*item, now)) return {.outcome = *no};
    if (const auto no = ticket_refusal(*item, event.ticket)) return {.outcome = *no};
    const activity::ItemTerms& terms = item->terms;
    if (!limits_.admits(event.user, terms.id, event.quantity, terms.limit_per_user))
        return {.outcome = Outcome::limit_reached};
    if (!has_room_for_order(out)) return {.outcome = Outcome::busy};
    if (!item->stock.has(event.quantity)) return {.outcome = Outcome::sold_out};

    const base::OrderId id{ids_.peek(now)};
    const bool has_deadline = terms.policy != activity::StockPolicy::on_order;
    happen(OrderCreated{.order = id,
                        .user = event.user,
                        .key = event.key,
                        .ticket = event.ticket,
                        .item = terms.id,
                        .quantity = event.quantity,
                        .unit_price = terms.unit_price,
                        .pay_until = has_deadline ? now + terms.pay_window : base::Instant{}},
           now, out);
    return answer(Outcome::accepted, id);
}

std::optional<Outcome> Sale::window_refusal(const OpenedItem& item, base::Instant now) const {
    if (stopped_) return Outcome::stopped;
    const OpenedActivity& activity = activities_[item.activity_index];
    switch (phase(activity, now)) {
        case activity::State::warming: return Outcome::not_started;
        case activity::State::ended: return Outcome::ended;
        case activity::State::paused: return Outcome::paused;
        case activity::State::running: break;
        case activity::State::draft:
        case activity::State::in_review:
        case activity::State::approved: CHECK(false);  // such an activity never enters the sale
    }
    if (item.stopped) return Outcome::paused;
    return std::nullopt;
}

std::optional<Outcome> Sale::ticket_refusal(const OpenedItem& item, std::uint64_t ticket) const {
    if (item.terms.entry == activity::Entry::open) return std::nullopt;
    if (ticket == 0) return Outcome::ticket_required;
    if (orders_.ticket_used(ticket)) return Outcome::ticket_invalid;
    return std::nullopt;
}

bool Sale::has_room_for_order(const Records& out) const {
    return out.has_room(1) && !orders_.full() && !limits_.full() && !deadlines_.full();
}

}  // namespace sluice::sale
