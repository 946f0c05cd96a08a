// SPDX-License-Identifier: Apache-2.0
// What each record does to the state: the same in the running server, in recovery and in
// simulation. Nothing here decides; a record that does not fit the state is a bug or damage that
// the chain sum missed.
#include "sale/board.h"
#include "sale/sale.h"

namespace sluice::sale {

using activity::StockPolicy;
using order::Order;
using order::OrderState;
using payment::Payment;
using payment::PaymentState;

Sale::Sale(const SaleOptions& options)
    : options_(options),
      ids_(options.node),
      activity_index_(options.activities_max),
      item_index_(options.items_max),
      orders_(options.orders_max),
      payments_(options.payments_max),
      deadlines_(options.orders_max),
      limits_(options.orders_max),
      stock_keys_(options.stock_changes_max) {
    activities_.reserve(options.activities_max);
    items_.reserve(options.items_max);
    touched_.reserve(options.items_max);
}

// PATH recover 4/4 Adds one record to the state; when all are added, the state is what it was.
// Next: -
void Sale::apply(const Record& record) {
    CHECK(record.seq == last_seq_ + 1 && record.at >= last_at_);
    last_seq_ = record.seq;
    last_at_ = record.at;
    switch (record.kind) {
        case RecordKind::activity_opened: return apply_body(record.as<ActivityOpened>());
        case RecordKind::item_opened: return apply_body(record.as<ItemOpened>());
        case RecordKind::activity_switched: return apply_body(record.as<ActivitySwitched>());
        case RecordKind::item_switched: return apply_body(record.as<ItemSwitched>());
        case RecordKind::stock_changed: return apply_body(record.as<StockChanged>());
        case RecordKind::order_created: return apply_body(record.as<OrderCreated>());
        case RecordKind::order_paid: return apply_body(record.as<OrderPaid>());
        case RecordKind::order_closed: return apply_body(record.as<OrderClosed>());
        case RecordKind::payment_opened: return apply_body(record.as<PaymentOpened>());
        case RecordKind::payment_closed: return apply_body(record.as<PaymentClosed>());
        case RecordKind::refund_due: return apply_body(record.as<RefundDue>());
        case RecordKind::refund_done: return apply_body(record.as<RefundDone>());
    }
    CHECK(false);
}

void Sale::apply_body(const ActivityOpened& body) {
    CHECK(activity(body.terms.id) == nullptr);
    activity_index_.insert(body.terms.id) = static_cast<std::uint32_t>(activities_.size());
    activities_.push_back({.terms = body.terms});
}

void Sale::apply_body(const ItemOpened& body) {
    CHECK(item(body.terms.id) == nullptr);
    item_index_.insert(body.terms.id) = static_cast<std::uint32_t>(items_.size());
    const std::uint32_t* activity = activity_index_.find(body.terms.activity);
    CHECK(activity != nullptr);
    CHECK(body.terms.rehearsal == activities_[*activity].terms.rehearsal);
    items_.push_back({.terms = body.terms,
                      .stock = stock::Stock(body.terms.total),
                      .activity_index = *activity});
    touch(body.terms.id);
}

void Sale::apply_body(const ActivitySwitched& body) {
    const std::uint32_t* index = activity_index_.find(body.activity);
    CHECK(index != nullptr);
    OpenedActivity& activity = activities_[*index];
    switch (body.to) {
        case ActivitySwitch::pause: activity.paused = true; break;
        case ActivitySwitch::resume: activity.paused = false; break;
        case ActivitySwitch::end:
            activity.ended = true;
            activity.ended_at = last_at_;
            break;
    }
    for (const OpenedItem& item : items_)
        if (item.activity_index == *index) touch(item.terms.id);
}

void Sale::apply_body(const ItemSwitched& body) { touch(body.item).stopped = body.stopped != 0; }

void Sale::apply_body(const StockChanged& body) {
    touch(body.item).stock.change(body.delta);
    stock_keys_.insert(body.key) = 1;
}

void Sale::apply_body(const OrderCreated& body) {
    OpenedItem& item = touch(body.item);
    CHECK(base::is_rehearsal(body.user) == (item.terms.rehearsal != 0));
    switch (item.terms.policy) {
        case StockPolicy::reserve: item.stock.reserve(body.quantity); break;
        case StockPolicy::on_order: item.stock.take(body.quantity); break;
        case StockPolicy::on_payment: break;
    }
    limits_.add(body.user, body.item, body.quantity);
    if (body.pay_until) deadlines_.add({.at = body.pay_until, .order = body.order});
    ids_.taken(body.order.value);
    order::Order order;
    order.id = body.order;
    order.user = body.user;
    order.key = body.key;
    order.ticket = body.ticket;
    order.item = body.item;
    order.quantity = order.quantity_asked = body.quantity;
    order.unit_price = body.unit_price;
    order.pay_until = body.pay_until;
    order.created_at = order.changed_at = last_at_;
    order.changed_seq = last_seq_;
    order.holds_units = item.terms.policy != StockPolicy::on_payment;
    orders_.add(order);
    ++item.orders[static_cast<std::size_t>(order.state)];
}

namespace {

void move_to(OpenedItem& item, Order& order, OrderState state) {
    --item.orders[static_cast<std::size_t>(order.state)];
    ++item.orders[static_cast<std::size_t>(state)];
    order.state = state;
}

}  // namespace

void Sale::apply_body(const OrderPaid& body) {
    Order& order = change_order(body.order);
    OpenedItem& item = touch(order.item);
    if (order.state == OrderState::expired) {  // it gave its units back; it takes others now
        CHECK(body.taken == order.quantity);
        limits_.add(order.user, order.item, order.quantity);
        item.stock.take(order.quantity);
    } else {
        CHECK(order.state == OrderState::pending && body.taken <= order.quantity);
        switch (item.terms.policy) {
            case StockPolicy::reserve: item.stock.confirm(body.taken); break;
            case StockPolicy::on_order: break;  // sold since the order was made
            case StockPolicy::on_payment: item.stock.take(body.taken); break;
        }
        if (const std::uint32_t rest = order.quantity - body.taken; rest != 0) {
            item.stock.release(rest);
            item.units_released += rest;
            limits_.remove(order.user, order.item, rest);
            order.quantity = body.taken;
        }
    }
    move_to(item, order, OrderState::paid);
    order.note = order::OrderNote::none;
    order.holds_units = 1;
    item.units_paid += order.quantity;
    if (body.payment) {
        change_payment(body.payment, PaymentState::succeeded);
        order.payment = body.payment;
    }
}

void Sale::apply_body(const OrderClosed& body) {
    Order& order = change_order(body.order);
    OpenedItem& item = touch(order.item);
    if (order.state == OrderState::paid) item.units_paid -= order.quantity;
    if (body.returns_units != 0) give_back(item, order);
    CHECK(body.state != OrderState::pending && body.state != OrderState::paid);
    move_to(item, order, body.state);
    order.note = body.note;
}

/// The units of `order` go back on sale, and its user may buy as many again.
void Sale::give_back(OpenedItem& item, Order& order) {
    limits_.remove(order.user, order.item, order.quantity);
    if (!order.holds_units) return;
    const bool reserved =
        order.state == OrderState::pending && item.terms.policy == StockPolicy::reserve;
    if (reserved) {
        item.stock.release(order.quantity);
    } else {
        item.stock.put_back(order.quantity);
    }
    item.units_released += order.quantity;
    order.holds_units = 0;
}

void Sale::apply_body(const PaymentOpened& body) {
    Order& order = change_order(body.order);
    Payment payment;
    payment.id = body.payment;
    payment.order = body.order;
    payment.amount = body.amount;
    payment.opened_at = payment.changed_at = last_at_;
    payment.changed_seq = last_seq_;
    payment.previous_of_order = order.payment;
    payments_.add(payment);
    order.payment = body.payment;
    ids_.taken(body.payment.value);
}

void Sale::apply_body(const PaymentClosed& body) {
    change_payment(body.payment, PaymentState::closed);
}

void Sale::apply_body(const RefundDue& body) {
    change_payment(body.payment, PaymentState::refund_due);
}

void Sale::apply_body(const RefundDone& body) {
    change_payment(body.payment, PaymentState::refunded);
}

OpenedItem& Sale::touch(base::ItemId id) {
    const std::uint32_t* index = item_index_.find(id);
    CHECK(index != nullptr);
    OpenedItem& item = items_[*index];
    if (!item.touched) {
        item.touched = true;
        touched_.push_back(*index);
    }
    return item;
}

Order& Sale::change_order(base::OrderId id) {
    Order& order = orders_.at(id);
    order.changed_at = last_at_;
    order.changed_seq = last_seq_;
    return order;
}

Payment& Sale::change_payment(base::PaymentId id, PaymentState state) {
    Payment& payment = payments_.at(id);
    payment.state = state;
    payment.changed_at = last_at_;
    payment.changed_seq = last_seq_;
    return payment;
}

}  // namespace sluice::sale
