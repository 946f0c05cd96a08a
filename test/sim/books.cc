// SPDX-License-Identifier: Apache-2.0
// What each event does to the books of the rules, and the comparison with the books of the sale.
#include <algorithm>
#include <array>
#include <cstring>

#include "rules.h"
#include "violation.h"

namespace sluice::sim {

using activity::StockPolicy;
using order::OrderNote;
using order::OrderState;
using payment::Payment;
using payment::PaymentState;

namespace {

/// All that a decision can get wrong.
std::string to_text(const order::Order& order) {
    return fmt::format(
        "[{} {}, {} of {} units{}, at {}, pay until {}, payment {}, key {:.6}, "
        "record {} at {}, note {}, previous {}]",
        order.id.value, order::to_text(order.state), order.quantity, order.quantity_asked,
        order.holds_units ? " held" : "", order.unit_price, order.pay_until.ms, order.payment.value,
        base::to_text(order.key), order.changed_seq, order.changed_at.ms,
        order::to_text(order.note), order.previous_of_user);
}

}  // namespace

void Rules::restart() {
    for (Order& order : orders_) order.dropped = false;
}

std::int64_t Rules::available(base::ItemId id) const {
    std::int64_t units = 0;
    for (const Item& item : items_)
        if (item.terms.id == id) units = item.total;
    for (const Order& order : orders_)
        if (order.expected.item == id && order.units != Units::none)
            units -= order.expected.quantity;
    return units;
}

std::int64_t Rules::bought(base::UserId user, base::ItemId item) const {
    std::int64_t units = 0;
    for (const Order& order : orders_)
        if (order.counts && order.expected.user == user && order.expected.item == item)
            units += order.expected.quantity;
    return units;
}

bool Rules::within_limit(base::UserId user, const Item& item, std::uint32_t quantity) const {
    return item.terms.limit_per_user == 0 ||
           bought(user, item.terms.id) + quantity <= item.terms.limit_per_user;
}

/// Whether units can be found for an order that has none.
bool Rules::can_have_units(const Order& order) const {
    return available(order.expected.item) >= order.expected.quantity &&
           (order.counts ||
            within_limit(order.expected.user, item_of(order), order.expected.quantity));
}

Rules::Order* Rules::find(base::OrderId id) {
    for (Order& order : orders_)
        if (order.expected.id == id) return &order;
    return nullptr;
}

Payment* Rules::find(base::PaymentId id) {
    for (Payment& payment : payments_)
        if (payment.id == id) return &payment;
    return nullptr;
}

Rules::Item* Rules::find(base::ItemId id) {
    for (Item& item : items_)
        if (item.terms.id == id) return &item;
    return nullptr;
}

const Rules::Item& Rules::item_of(const Order& order) const {
    return items_.at(order.expected.item.value - 1);  // the plan numbers them from 1
}

/// One more record.
std::uint64_t Rules::record(base::Instant now) {
    last_at_ = now;
    return ++seq_;
}

void Rules::change(Order& order) {
    order.expected.changed_at = last_at_;
    order.expected.changed_seq = seq_;
}

void Rules::change(Payment& payment, PaymentState state) {
    payment.state = state;
    payment.changed_at = last_at_;
    payment.changed_seq = seq_;
}

void Rules::create(const sale::Buy& event, Item& item, base::OrderId id) {
    Order made;
    order::Order& order = made.expected;
    order.id = id;
    order.user = event.user;
    order.key = event.key;
    order.ticket = event.ticket;
    order.item = event.item;
    order.quantity = order.quantity_asked = event.quantity;
    order.unit_price = item.terms.unit_price;
    order.created_at = last_at_;
    if (item.terms.policy != StockPolicy::on_order)
        order.pay_until = last_at_ + item.terms.pay_window;
    for (std::size_t number = 0; number < orders_.size(); ++number)
        if (orders_[number].expected.user == event.user)
            order.previous_of_user = static_cast<std::uint32_t>(number + 1);
    change(made);
    switch (item.terms.policy) {
        case StockPolicy::reserve:
            made.units = Units::reserved;
            made.holds_opened = 1;
            break;
        case StockPolicy::on_order: made.units = Units::sold; break;
        case StockPolicy::on_payment: break;
    }
    orders_.push_back(made);
}

/// A hold ends, and never a second time.
void Rules::resolve(Order& order) {
    if (order.units != Units::reserved) return;
    ++order.holds_resolved;
    expect(order.holds_resolved == 1, "P5: the hold of order {} is resolved twice",
           order.expected.id.value);
}

void Rules::pay(Order& order, std::uint32_t quantity, Payment* payment, base::Instant now) {
    record(now);
    change(order);
    resolve(order);
    order.units = Units::sold;
    order.counts = true;
    order.expected.quantity = quantity;
    order.expected.state = OrderState::paid;
    order.expected.note = OrderNote::none;
    if (payment == nullptr) return;
    change(*payment, PaymentState::succeeded);
    order.expected.payment = payment->id;
}

void Rules::close(Order& order, OrderState state, OrderNote note, bool returns, base::Instant now) {
    record(now);
    change(order);
    resolve(order);
    if (returns) {
        order.units = Units::none;
        order.counts = false;
    }
    order.expected.state = state;
    order.expected.note = note;
}

void Rules::send_back(Payment& payment, base::Instant now) {
    record(now);
    change(payment, PaymentState::refund_due);
}

void Rules::compare(const sale::Sale& sale, const char* after) const {
    expect(sale.last_seq() == seq_, "rules: after {} there must be {} records, not {}", after, seq_,
           sale.last_seq());
    expect(sale.last_at() == last_at_, "rules: after {} the last record must be of {}, not {}",
           after, last_at_.ms, sale.last_at().ms);
    expect(sale.items().size() == items_.size(), "rules: after {} items are missing", after);
    for (std::size_t at = 0; at < items_.size(); ++at) {
        const Item& item = items_[at];
        const sale::OpenedItem& real = sale.items()[at];
        std::int64_t reserved = 0;
        std::int64_t sold = 0;
        std::array<std::uint64_t, order::kOrderStates> orders{};
        for (const Order& order : orders_) {
            if (order.expected.item != item.terms.id) continue;
            ++orders[static_cast<std::size_t>(order.expected.state)];
            if (order.units == Units::reserved) reserved += order.expected.quantity;
            if (order.units == Units::sold) sold += order.expected.quantity;
        }
        const stock::Stock& stock = real.stock;
        expect(reserved + sold <= item.total, "P1: item {} is oversold after {}",
               item.terms.id.value, after);
        expect(stock.reserved() == reserved && stock.sold() == sold &&
                   stock.available() == item.total - reserved - sold && stock.total() == item.total,
               "P1: after {} item {} must have {}/{}/{} units available/reserved/sold, not "
               "{}/{}/{}",
               after, item.terms.id.value, item.total - reserved - sold, reserved, sold,
               stock.available(), stock.reserved(), stock.sold());
        expect(real.stopped == item.stopped, "rules: after {} item {} is on sale or not, wrongly",
               after, item.terms.id.value);
        expect(real.orders == orders, "rules: after {} the counts of item {} are wrong", after,
               item.terms.id.value);
    }
    expect(sale.activities().size() == activities_.size(), "rules: after {} activities are missing",
           after);
    for (std::size_t at = 0; at < activities_.size(); ++at)
        expect(sale.activities()[at].paused == activities_[at].paused &&
                   sale.activities()[at].ended == activities_[at].ended,
               "rules: after {} the activity is in another state", after);
    expect(sale.orders().all().size() == orders_.size(), "rules: after {} orders are missing",
           after);
    for (std::size_t at = 0; at < orders_.size(); ++at) {
        const Order& order = orders_[at];
        order::Order expected = order.expected;
        expected.holds_units = order.units != Units::none;
        const order::Order& got = sale.orders().all()[at];
        expect(std::memcmp(&got, &expected, sizeof expected) == 0,
               "rules: after {} an order must be {}, but is {}", after, to_text(expected),
               to_text(got));
        const std::int64_t units = bought(expected.user, expected.item);
        const std::uint32_t limit = item_of(order).terms.limit_per_user;
        expect(sale.bought(expected.user, expected.item) == units,
               "P4: after {} the customer of order {} has {} units, but counted are {}", after,
               expected.id.value, units, sale.bought(expected.user, expected.item));
        expect(limit == 0 || units <= limit,
               "P4: after {} the customer of order {} has {} units; the limit is {}", after,
               expected.id.value, units, limit);
        expect(
            order.holds_opened == order.holds_resolved + (order.units == Units::reserved ? 1 : 0),
            "P5: after {} the hold of order {} is not resolved exactly once", after,
            expected.id.value);
    }
    expect(sale.payments().all().size() == payments_.size(), "rules: after {} payments are missing",
           after);
    for (std::size_t at = 0; at < payments_.size(); ++at)
        expect(std::memcmp(&sale.payments().all()[at], &payments_[at], sizeof(Payment)) == 0,
               "rules: after {} payment {} must be {}, but is {}", after, payments_[at].id.value,
               payment::to_text(payments_[at].state),
               payment::to_text(sale.payments().all()[at].state));
}

}  // namespace sluice::sim
