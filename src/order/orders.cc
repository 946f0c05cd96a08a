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
    const auto at = std::ranges::lower_bound(orders_, id, {}, &Order::id);
    return at != orders_.end() && at->id == id ? &*at : nullptr;
}

const Order* Orders::by_key(base::Key128 key) const {
    const std::uint32_t* number = by_key_.find(key);
    return number != nullptr ? &orders_[*number] : nullptr;
}

const Order* Orders::latest_of(base::UserId user) const {
    const std::uint32_t* number = by_user_.find(user.key);
    return number != nullptr ? &orders_[*number] : nullptr;
}

const Order* Orders::before(const Order& order) const {
    return order.previous_of_user != 0 ? &orders_[order.previous_of_user - 1] : nullptr;
}

bool Orders::ticket_used(std::uint64_t nonce) const {
    return nonce != 0 && tickets_.find(nonce) != nullptr;
}

Order& Orders::add(Order order) {
    CHECK(!full());
    CHECK(orders_.empty() || orders_.back().id < order.id);
    const auto number = static_cast<std::uint32_t>(orders_.size());
    const std::uint32_t* latest = by_user_.find(order.user.key);
    order.previous_of_user = latest != nullptr ? *latest + 1 : 0;
    by_user_.insert(order.user.key) = number;
    by_key_.insert(order.key) = number;
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
