// SPDX-License-Identifier: Apache-2.0
// What each event must come to, in the order in which the rules name the refusals.
#include "rules.h"

#include <algorithm>

#include "violation.h"

namespace sluice::sim {

using activity::StockPolicy;
using order::OrderNote;
using order::OrderState;
using payment::Payment;
using payment::PaymentState;
using sale::Outcome;

namespace {

/// The answer to whoever comes too late for an order.
Outcome too_late(OrderState state) {
    switch (state) {
        case OrderState::paid: return Outcome::already_paid;
        case OrderState::cancelled: return Outcome::already_cancelled;
        case OrderState::expired: return Outcome::already_expired;
        case OrderState::refunded: return Outcome::already_refunded;
        case OrderState::pending: break;
    }
    throw Violation{"rules: a pending order is never too late"};
}

}  // namespace

std::uint64_t Rules::decide(const Event& event, const Situation& situation,
                            const sale::Decision& got) {
    const Expected due =
        std::visit([&](const auto& one) { return on(one, situation, got); }, event);
    expect(got.outcome == due.outcome, "rules: the outcome must be {}, but is {}",
           sale::to_text(due.outcome), sale::to_text(got.outcome));
    const base::OrderId order = due.order != nullptr ? due.order->expected.id : base::OrderId{};
    const base::PaymentId payment = due.payment != nullptr ? due.payment->id : base::PaymentId{};
    expect((got.order != nullptr ? got.order->id : base::OrderId{}) == order,
           "rules: the answer must name order {}", order.value);
    expect((got.payment != nullptr ? got.payment->id : base::PaymentId{}) == payment,
           "rules: the answer must name payment {}", payment.value);
    std::uint64_t rests_on = due.rests_on;
    if (due.order != nullptr) rests_on = std::max(rests_on, due.order->expected.changed_seq);
    if (due.payment != nullptr) rests_on = std::max(rests_on, due.payment->changed_seq);
    expect(got.seq >= rests_on, "P2: the answer rests on record {}, but claims {}", rests_on,
           got.seq);
    return rests_on;
}

Rules::Expected Rules::on(const sale::Buy& event, const Situation& situation,
                          const sale::Decision& got) {
    const auto past = std::ranges::find_if(
        orders_, [&event](const Order& order) { return order.expected.key == event.key; });
    if (past != orders_.end()) {
        if (past->expected.item != event.item || past->expected.quantity_asked != event.quantity)
            return {.outcome = Outcome::duplicate_key_mismatch};
        return {.outcome = Outcome::replayed, .order = &*past};
    }
    Item* item = find(event.item);
    if (item == nullptr) return {.outcome = Outcome::not_found};

    // Whatever applies; the first in the order of the outcomes is the answer.
    std::vector<Outcome> refusals;
    const auto refuse_if = [&refusals](bool applies, Outcome outcome) {
        if (applies) refusals.push_back(outcome);
    };
    if (base::is_rehearsal(event.user) && item->terms.rehearsal == 0)
        return {.outcome = Outcome::rehearsal_only};
    if (!base::is_rehearsal(event.user) && item->terms.rehearsal != 0)
        return {.outcome = Outcome::not_found};
    const Activity& activity = activities_.at(item->terms.activity.value - 1);
    const bool over = activity.ended || situation.now >= activity.terms.ends_at;
    refuse_if(stopped_, Outcome::stopped);
    refuse_if(over, Outcome::ended);
    refuse_if(!over && situation.now < activity.terms.starts_at, Outcome::not_started);
    refuse_if(!over && (activity.paused || item->stopped), Outcome::paused);
    if (item->terms.entry != activity::Entry::open) {
        refuse_if(event.ticket == 0, Outcome::ticket_required);
        refuse_if(event.ticket != 0 && std::ranges::any_of(orders_,
                                                           [&event](const Order& order) {
                                                               return order.expected.ticket ==
                                                                      event.ticket;
                                                           }),
                  Outcome::ticket_invalid);
    }
    refuse_if(!within_limit(event.user, *item, event.quantity), Outcome::limit_reached);
    refuse_if(situation.room == 0 || orders_.size() >= options_.orders_max, Outcome::busy);
    refuse_if(available(event.item) < event.quantity, Outcome::sold_out);
    if (!refusals.empty()) return {.outcome = *std::ranges::min_element(refusals)};

    expect(got.outcome == Outcome::accepted && got.order != nullptr,
           "rules: the purchase must be accepted, but is {}", sale::to_text(got.outcome));
    const base::OrderId id = got.order->id;
    for (const Order& order : orders_)
        expect(order.expected.id < id, "P3: order id {} does not ascend", id.value);
    record(situation.now);
    create(event, *item, id);
    return {.outcome = Outcome::accepted, .order = &orders_.back()};
}

Rules::Expected Rules::on(const sale::Cancel& event, const Situation& situation,
                          const sale::Decision&) {
    Order* order = find(event.order);
    if (order == nullptr || (event.user && order->expected.user != event.user))
        return {.outcome = Outcome::not_found};
    const OrderState state = order->expected.state;
    if (state == OrderState::cancelled) return {.outcome = Outcome::already_done, .order = order};
    if (state != OrderState::pending) return {.outcome = too_late(state), .order = order};
    if (situation.room < 1) return {.outcome = Outcome::busy};
    const activity::ItemTerms& terms = item_of(*order).terms;
    const bool kept =
        terms.policy == StockPolicy::on_order && event.user && terms.cancel_returns_unit == 0;
    close(*order, OrderState::cancelled,
          event.user ? OrderNote::by_customer : OrderNote::by_operator, !kept, situation.now);
    return {.outcome = Outcome::done, .order = order};
}

Rules::Expected Rules::on(const sale::OpenPayment& event, const Situation& situation,
                          const sale::Decision& got) {
    Order* order = find(event.order);
    if (order == nullptr || (event.user && order->expected.user != event.user))
        return {.outcome = Outcome::not_found};
    if (order->expected.state != OrderState::pending)
        return {.outcome = too_late(order->expected.state), .order = order};
    const Payment* open = find(order->expected.payment);
    if (open != nullptr && open->state == PaymentState::opened)
        return {.outcome = Outcome::already_done, .order = order, .payment = open};
    if (situation.room < 1 || payments_.size() >= options_.payments_max)
        return {.outcome = Outcome::busy};
    expect(got.payment != nullptr, "rules: a payment must be opened");
    for (const Payment& payment : payments_)
        expect(payment.id < got.payment->id, "P3: payment id {} does not ascend",
               got.payment->id.value);
    record(situation.now);
    change(*order);
    Payment payment;
    payment.id = got.payment->id;
    payment.order = order->expected.id;
    payment.amount = order->expected.unit_price * order->expected.quantity;
    payment.opened_at = situation.now;
    payment.previous_of_order = order->expected.payment;
    change(payment, PaymentState::opened);
    payments_.push_back(payment);
    order->expected.payment = payment.id;
    return {.outcome = Outcome::done, .order = order, .payment = &payments_.back()};
}

Rules::Expected Rules::on(const sale::Settle& event, const Situation& situation,
                          const sale::Decision&) {
    Payment* payment = find(event.payment);
    if (payment == nullptr) return {.outcome = Outcome::not_found};
    Order& order = *find(payment->order);
    const base::Instant now = situation.now;
    const auto answer = [&](Outcome outcome) {
        return Expected{.outcome = outcome, .order = &order, .payment = payment};
    };
    if (event.amount != payment->amount || !(event.currency == item_of(order).terms.currency))
        return answer(Outcome::amount_mismatch);
    if (payment->state == PaymentState::succeeded || payment->state == PaymentState::refund_due ||
        payment->state == PaymentState::refunded)
        return answer(Outcome::already_done);
    if (situation.room < 2) return {.outcome = Outcome::busy};

    const OrderState state = order.expected.state;
    if (state == OrderState::paid || state == OrderState::refunded) {
        send_back(*payment, now);
        return answer(Outcome::refund_due);
    }
    const bool has_units = order.units != Units::none;
    const bool pays = state == OrderState::pending
                          ? has_units || can_have_units(order)
                          : state == OrderState::expired && can_have_units(order);
    if (pays) {
        pay(order, order.expected.quantity, payment, now);
        return answer(Outcome::done);
    }
    const bool pending = state == OrderState::pending;
    close(order, OrderState::refunded,
          pending ? OrderNote::sold_out_at_payment : OrderNote::paid_too_late, pending, now);
    send_back(*payment, now);
    return answer(Outcome::refund_due);
}

Rules::Expected Rules::on(const sale::ClosePayment& event, const Situation& situation,
                          const sale::Decision&) {
    Payment* payment = find(event.payment);
    if (payment == nullptr) return {.outcome = Outcome::not_found};
    const Order* order = find(payment->order);
    if (payment->state == PaymentState::closed)
        return {.outcome = Outcome::already_done, .order = order, .payment = payment};
    if (payment->state != PaymentState::opened)
        return {.outcome = Outcome::already_paid, .order = order, .payment = payment};
    if (situation.room < 1) return {.outcome = Outcome::busy};
    record(situation.now);
    change(*payment, PaymentState::closed);
    return {.outcome = Outcome::done, .order = order, .payment = payment};
}

Rules::Expected Rules::on(const sale::ConfirmRefund& event, const Situation& situation,
                          const sale::Decision&) {
    Payment* payment = find(event.payment);
    if (payment == nullptr) return {.outcome = Outcome::not_found};
    const Order* order = find(payment->order);
    if (payment->state == PaymentState::refunded)
        return {.outcome = Outcome::already_done, .order = order, .payment = payment};
    if (payment->state != PaymentState::refund_due)
        return {.outcome = Outcome::not_paid, .order = order, .payment = payment};
    if (situation.room < 1) return {.outcome = Outcome::busy};
    record(situation.now);
    change(*payment, PaymentState::refunded);
    return {.outcome = Outcome::done, .order = order, .payment = payment};
}

Rules::Expected Rules::on(const sale::MarkPaid& event, const Situation& situation,
                          const sale::Decision&) {
    Order* order = find(event.order);
    if (order == nullptr) return {.outcome = Outcome::not_found};
    const OrderState state = order->expected.state;
    if (state == OrderState::paid) return {.outcome = Outcome::already_done, .order = order};
    if (state != OrderState::pending && state != OrderState::expired)
        return {.outcome = too_late(state), .order = order};
    const std::uint32_t all = order->expected.quantity;
    const std::uint32_t quantity = event.quantity == 0 ? all : event.quantity;
    if (quantity > all || (quantity < all && order->units != Units::reserved))
        return {.outcome = Outcome::too_much, .order = order};
    if (order->units == Units::none && !can_have_units(*order))
        return {.outcome = Outcome::sold_out, .order = order};
    if (situation.room < 1) return {.outcome = Outcome::busy};
    pay(*order, quantity, nullptr, situation.now);
    return {.outcome = Outcome::done, .order = order};
}

Rules::Expected Rules::on(const sale::Refund& event, const Situation& situation,
                          const sale::Decision&) {
    Order* order = find(event.order);
    if (order == nullptr) return {.outcome = Outcome::not_found};
    const OrderState state = order->expected.state;
    if (state == OrderState::refunded) return {.outcome = Outcome::already_done, .order = order};
    if (state != OrderState::paid) return {.outcome = Outcome::not_paid, .order = order};
    if (situation.room < 2) return {.outcome = Outcome::busy};
    close(*order, OrderState::refunded, OrderNote::by_operator, event.returns_units, situation.now);
    Payment* payment = find(order->expected.payment);
    if (payment != nullptr && payment->state == PaymentState::succeeded)
        send_back(*payment, situation.now);
    return {.outcome = Outcome::done, .order = order, .payment = payment};
}

Rules::Expected Rules::on(const sale::ChangeStock& event, const Situation& situation,
                          const sale::Decision&) {
    Item* item = find(event.item);
    if (item == nullptr) return {.outcome = Outcome::not_found};
    const auto known = std::ranges::find(stock_keys_, event.key, &StockKey::key);
    if (known != stock_keys_.end())
        return {.outcome = Outcome::already_done, .rests_on = known->seq};
    if (available(event.item) + event.delta < 0) return {.outcome = Outcome::below_committed};
    if (item->total + event.delta > activity::kStockMax) return {.outcome = Outcome::too_much};
    if (situation.room < 1) return {.outcome = Outcome::busy};
    item->total += event.delta;
    stock_keys_.push_back({.key = event.key, .seq = record(situation.now)});
    return {.outcome = Outcome::done, .rests_on = seq_};
}

Rules::Expected Rules::on(const sale::OpenActivity& event, const Situation& situation,
                          const sale::Decision&) {
    for (const Activity& activity : activities_)
        if (activity.terms.id == event.activity.id)
            return {.outcome = Outcome::already_open, .rests_on = activity.opened_seq};
    if (event.activity.ends_at <= situation.now) return {.outcome = Outcome::ended};
    if (situation.room < 1 + event.items.size()) return {.outcome = Outcome::busy};
    record(situation.now);
    activities_.push_back({.terms = event.activity});
    for (const activity::ItemTerms& terms : event.items) {
        record(situation.now);
        items_.push_back({.terms = terms, .total = terms.total});
    }
    activities_.back().opened_seq = seq_;
    return {.outcome = Outcome::done, .rests_on = seq_};
}

Rules::Expected Rules::on(const sale::SwitchActivity& event, const Situation& situation,
                          const sale::Decision&) {
    const auto found = std::ranges::find_if(activities_, [&event](const Activity& activity) {
        return activity.terms.id == event.activity;
    });
    if (found == activities_.end()) return {.outcome = Outcome::not_found};
    Activity& activity = *found;
    const bool over = activity.ended || situation.now >= activity.terms.ends_at;
    switch (event.to) {
        case sale::ActivitySwitch::pause:
        case sale::ActivitySwitch::resume: {
            if (over) return {.outcome = Outcome::ended};
            const bool pauses = event.to == sale::ActivitySwitch::pause;
            if (activity.paused == pauses)
                return {.outcome = Outcome::already_done, .rests_on = activity.changed_seq};
            if (situation.room < 1) return {.outcome = Outcome::busy};
            activity.paused = pauses;
            break;
        }
        case sale::ActivitySwitch::end:
            if (over) return {.outcome = Outcome::already_done, .rests_on = activity.changed_seq};
            if (situation.room < 1) return {.outcome = Outcome::busy};
            activity.ended = true;
            break;
    }
    activity.changed_seq = record(situation.now);
    return {.outcome = Outcome::done, .rests_on = seq_};
}

Rules::Expected Rules::on(const sale::SwitchItem& event, const Situation& situation,
                          const sale::Decision&) {
    Item* item = find(event.item);
    if (item == nullptr) return {.outcome = Outcome::not_found};
    if (item->stopped == event.stopped)
        return {.outcome = Outcome::already_done, .rests_on = item->changed_seq};
    if (situation.room < 1) return {.outcome = Outcome::busy};
    item->stopped = event.stopped;
    item->changed_seq = record(situation.now);
    return {.outcome = Outcome::done, .rests_on = seq_};
}

void Rules::expire(const Situation& situation, std::span<const sale::Record> records,
                   std::size_t count) {
    expect(records.size() == count, "rules: {} orders expired with {} records", count,
           records.size());
    const auto due = [&situation](const Order& order) {
        return order.expected.pay_until && !order.dropped &&
               order.expected.pay_until <= situation.now;
    };
    std::size_t expired = 0;
    for (std::size_t looked = 0; looked < options_.expiries_per_pass; ++looked) {
        Order* first = nullptr;  // of one millisecond: the one that was made first
        for (Order& order : orders_)
            if (due(order) &&
                (first == nullptr || order.expected.pay_until < first->expected.pay_until))
                first = &order;
        if (first == nullptr || expired == situation.room) break;
        first->dropped = true;
        if (first->expected.state != OrderState::pending) continue;
        expect(expired < count, "P6: order {} was due and has not expired",
               first->expected.id.value);
        const auto body = records[expired].as<sale::OrderClosed>();
        expect(body.order == first->expected.id && body.state == OrderState::expired,
               "P5: order {} expired before its turn", body.order.value);
        close(*first, OrderState::expired, OrderNote::none, true, situation.now);
        ++expired;
    }
    expect(expired == count, "P5: {} orders expired instead of {}", count, expired);
}

}  // namespace sluice::sim
