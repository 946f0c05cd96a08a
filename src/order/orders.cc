// SPDX-License-Identifier: Apache-2.0
#include "order/orders.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::order {

Orders::Orders(std::size_t capacity)
    : capacity_(capacity), by_key_(capacity), by_user_(capacity), tickets_(capacity) {
    orders_.reserve(capacity);
}

const Order* Orders::find(base::OrderId id) const {
    // The one that was just made is asked for most.
    if (!orders_.empty() && orders_.back().id == id) return &orders_.back();
    const auto at = std::ranges::lower_bound(orders_, id, {}, &Order::id);
    return at != orders_.end() && at->id == id ? &*at : nullptr;
}

const Order* Orders::numbered(std::uint32_t number) const {
    return number != base::FlatIndex::kNone ? &orders_[number] : nullptr;
}

const Order* Orders::by_key(base::Key128 key) const {
    return numbered(by_key_.find(KeyHash{}(key),
                                 [&](std::uint32_t number) { return orders_[number].key == key; }));
}

const Order* Orders::latest_of(base::UserId user) const {
    return numbered(by_user_.find(
        KeyHash{}(user.key), [&](std::uint32_t number) { return orders_[number].user == user; }));
}

const Order* Orders::before(const Order& order) const {
    return order.previous_of_user != 0 ? &orders_[order.previous_of_user - 1] : nullptr;
}

bool Orders::ticket_used(std::uint64_t nonce) const {
    return nonce != 0 && tickets_.find(nonce) != nullptr;
}

void Orders::prefetch(base::Key128 key, base::UserId user) const {
    by_key_.prefetch(KeyHash{}(key));
    by_user_.prefetch(KeyHash{}(user.key));
}

void Orders::populate() {
    by_key_.populate();
    by_user_.populate();
}

Order& Orders::add(Order order) {
    CHECK(!full());
    CHECK(orders_.empty() || orders_.back().id < order.id);
    CHECK(order.key && order.user);
    const auto number = static_cast<std::uint32_t>(orders_.size());
    const std::uint32_t latest =
        by_user_.exchange(KeyHash{}(order.user.key), number,
                          [&](std::uint32_t other) { return orders_[other].user == order.user; });
    order.previous_of_user = latest + 1;  // 0 for kNone
    by_key_.exchange(KeyHash{}(order.key), number,
                     [&](std::uint32_t other) { return orders_[other].key == order.key; });
    if (order.ticket != 0) tickets_.insert(order.ticket) = 1;
    orders_.push_back(order);
    return orders_.back();
}

Order& Orders::at(base::OrderId id) {
    const Order* order = find(id);
    CHECK(order != nullptr);
    return orders_[static_cast<std::size_t>(order - orders_.data())];
}

}  // namespace sluice::order
