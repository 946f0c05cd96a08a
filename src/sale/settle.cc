// SPDX-License-Identifier: Apache-2.0
// Money: payments are opened, settled, closed and refunded; orders are cancelled. Each order and
// each payment is resolved exactly once, whatever comes in which order and however often.
#include "reservation/reservation.h"
#include "sale/sale.h"

namespace sluice::sale {

using order::Order;
using order::OrderNote;
using order::OrderState;
using payment::Payment;
using payment::PaymentState;

namespace {

/// What somebody is told who came too late for an order in this state.
Outcome already(OrderState state) {
    switch (state) {
        case OrderState::paid: return Outcome::already_paid;
        case OrderState::cancelled: return Outcome::already_cancelled;
        case OrderState::expired: return Outcome::already_expired;
        case OrderState::refunded: return Outcome::already_refunded;
        case OrderState::pending: break;
    }
    CHECK(false);
}

}  // namespace

Decision Sale::decide(const OpenPayment& event, base::Instant now, Records& out) {
    const Order* order = order_of(event.order, event.user);
    if (order == nullptr) return {.outcome = Outcome::not_found};
    if (order->state != OrderState::pending) return answer(already(order->state), order->id);
    const Payment* open = payments_.find(order->payment);
    if (open != nullptr && open->state == PaymentState::opened)
        return answer(Outcome::already_done, order->id, open->id);
    if (!out.has_room(1) || payments_.full()) return {.outcome = Outcome::busy};

    const base::PaymentId id{ids_.peek(now)};
    happen(
        PaymentOpened{
            .payment = id, .order = order->id, .amount = order->unit_price * order->quantity},
        now, out);
    return answer(Outcome::done, order->id, id);
}

// PATH settle 3/5 Decides what a statement of the provider means for the order. Next:
// adapter/sqlite/ledger.cc
Decision Sale::decide(const Settle& event, base::Instant now, Records& out) {
    const Payment* payment = payments_.find(event.payment);
    if (payment == nullptr) return {.outcome = Outcome::not_found};
    const Order& order = *orders_.find(payment->order);
    const OpenedItem& item = *this->item(order.item);
    if (event.amount != payment->amount || event.currency != item.terms.currency)
        return answer(Outcome::amount_mismatch, order.id, payment->id);
    // A payment that was given up as closed may still turn out to be paid: then the money counts.
    if (payment->state != PaymentState::opened && payment->state != PaymentState::closed)
        return answer(Outcome::already_done, order.id, payment->id);
    if (!out.has_room(2)) return {.outcome = Outcome::busy};

    switch (order.state) {
        case OrderState::pending:
            if (!order.holds_units && !can_take_for(order))
                return refund_payment(order, *payment, OrderNote::sold_out_at_payment, now, out);
            break;
        case OrderState::expired:
            if (!can_take_for(order))
                return refund_payment(order, *payment, OrderNote::paid_too_late, now, out);
            break;
        case OrderState::cancelled:
            return refund_payment(order, *payment, OrderNote::paid_too_late, now, out);
        case OrderState::paid:      // paid twice: the order stays paid, this money goes back
        case OrderState::refunded:  // its money is on the way back already, this too
            happen(RefundDue{.payment = payment->id}, now, out);
            return answer(Outcome::refund_due, order.id, payment->id);
    }
    happen(OrderPaid{.order = order.id, .payment = payment->id, .taken = order.quantity}, now, out);
    return answer(Outcome::done, order.id, payment->id);
}

Decision Sale::decide(const ClosePayment& event, base::Instant now, Records& out) {
    const Payment* payment = payments_.find(event.payment);
    if (payment == nullptr) return {.outcome = Outcome::not_found};
    if (payment->state == PaymentState::closed)
        return answer(Outcome::already_done, payment->order, payment->id);
    if (payment->state != PaymentState::opened)
        return answer(Outcome::already_paid, payment->order, payment->id);
    if (!out.has_room(1)) return {.outcome = Outcome::busy};
    happen(PaymentClosed{.payment = payment->id}, now, out);
    return answer(Outcome::done, payment->order, payment->id);
}

Decision Sale::decide(const ConfirmRefund& event, base::Instant now, Records& out) {
    const Payment* payment = payments_.find(event.payment);
    if (payment == nullptr) return {.outcome = Outcome::not_found};
    if (payment->state == PaymentState::refunded)
        return answer(Outcome::already_done, payment->order, payment->id);
    if (payment->state != PaymentState::refund_due)
        return answer(Outcome::not_paid, payment->order, payment->id);
    if (!out.has_room(1)) return {.outcome = Outcome::busy};
    happen(RefundDone{.payment = payment->id}, now, out);
    return answer(Outcome::done, payment->order, payment->id);
}

Decision Sale::decide(const Cancel& event, base::Instant now, Records& out) {
    const Order* order = order_of(event.order, event.user);
    if (order == nullptr) return {.outcome = Outcome::not_found};
    if (order->state == OrderState::cancelled) return answer(Outcome::already_done, order->id);
    if (order->state != OrderState::pending) return answer(already(order->state), order->id);
    if (!out.has_room(1)) return {.outcome = Outcome::busy};

    const activity::ItemTerms& terms = item(order->item)->terms;
    const bool by_operator = !event.user;
    const bool returns = terms.policy != activity::StockPolicy::on_order || by_operator ||
                         terms.cancel_returns_unit != 0;
    happen(OrderClosed{.order = order->id,
                       .state = OrderState::cancelled,
                       .note = by_operator ? OrderNote::by_operator : OrderNote::by_customer,
                       .returns_units = static_cast<std::uint8_t>(returns)},
           now, out);
    return answer(Outcome::done, order->id);
}

Decision Sale::decide(const MarkPaid& event, base::Instant now, Records& out) {
    const Order* order = orders_.find(event.order);
    if (order == nullptr) return {.outcome = Outcome::not_found};
    if (order->state == OrderState::paid) return answer(Outcome::already_done, order->id);
    if (order->state != OrderState::pending && order->state != OrderState::expired)
        return answer(already(order->state), order->id);
    const auto parting = reservation::part(order->quantity, event.quantity);
    const bool is_hold = order->state == OrderState::pending &&
                         item(order->item)->terms.policy == activity::StockPolicy::reserve;
    if (!parting || (parting->released != 0 && !is_hold))
        return answer(Outcome::too_much, order->id);
    if (!order->holds_units && !can_take_for(*order)) return answer(Outcome::sold_out, order->id);
    if (!out.has_room(1)) return {.outcome = Outcome::busy};
    happen(OrderPaid{.order = order->id, .payment = {}, .taken = parting->confirmed}, now, out);
    return answer(Outcome::done, order->id);
}

Decision Sale::decide(const Refund& event, base::Instant now, Records& out) {
    const Order* order = orders_.find(event.order);
    if (order == nullptr) return {.outcome = Outcome::not_found};
    if (order->state == OrderState::refunded) return answer(Outcome::already_done, order->id);
    if (order->state != OrderState::paid) return answer(Outcome::not_paid, order->id);
    if (!out.has_room(2)) return {.outcome = Outcome::busy};
    const Payment* payment = payments_.find(order->payment);
    happen(OrderClosed{.order = order->id,
                       .state = OrderState::refunded,
                       .note = OrderNote::by_operator,
                       .returns_units = event.returns_units},
           now, out);
    // An order that was marked as paid has no payment here to send back.
    if (payment != nullptr && payment->state == PaymentState::succeeded)
        happen(RefundDue{.payment = payment->id}, now, out);
    return answer(Outcome::done, order->id, payment != nullptr ? payment->id : base::PaymentId{});
}

/// The money came but the order can have no unit: the order is refunded, the money goes back.
Decision Sale::refund_payment(const Order& order, const Payment& payment, OrderNote note,
                              base::Instant now, Records& out) {
    const bool counts = order.state == OrderState::pending;  // else it was given back before
    happen(OrderClosed{.order = order.id,
                       .state = OrderState::refunded,
                       .note = note,
                       .returns_units = static_cast<std::uint8_t>(counts)},
           now, out);
    happen(RefundDue{.payment = payment.id}, now, out);
    return answer(Outcome::refund_due, order.id, payment.id);
}

/// The order if it exists and is the user's; without a user, an operator asks.
const Order* Sale::order_of(base::OrderId id, base::UserId user) const {
    const Order* order = orders_.find(id);
    return order != nullptr && (!user || order->user == user) ? order : nullptr;
}

/// True if units can be taken from the stock for an order that holds none. An expired order gave
/// its units back to the purchase limit, so the user may have bought others since; a pending one
/// did not.
bool Sale::can_take_for(const Order& order) const {
    const OpenedItem& item = *this->item(order.item);
    const bool counted = order.state == OrderState::pending;
    return item.stock.has(order.quantity) &&
           (counted ||
            limits_.admits(order.user, order.item, order.quantity, item.terms.limit_per_user));
}

Decision Sale::answer(Outcome outcome, base::OrderId order, base::PaymentId payment) const {
    Decision decision{.outcome = outcome, .order = orders_.find(order)};
    decision.payment = payments_.find(payment);
    if (decision.order != nullptr) decision.seq = decision.order->changed_seq;
    if (decision.payment != nullptr)
        decision.seq = std::max(decision.seq, decision.payment->changed_seq);
    return decision;
}

}  // namespace sluice::sale
