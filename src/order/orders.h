// SPDX-License-Identifier: Apache-2.0
// Orders: every order of the run, found by id, by idempotency key and by user.
// Owner: Sale.   Threads: only inside the turnstile.
// Limits: `capacity` orders, reserved in the constructor, touched as they come; nothing is ever
// moved or erased. Layout: a vector in ascending order of id, so a look-up by id is a binary search
// and needs no index; the
//   orders of a user are a chain from the latest backwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/big_memory.h"
#include "base/flat_index.h"
#include "base/flat_map.h"
#include "base/id.h"
#include "order/order.h"

namespace sluice::order {

/// Spreads the 128 bits of a hash, which are random already.
struct KeyHash {
    std::uint64_t operator()(const base::Key128& key) const { return key.low; }
};

class Orders {
   public:
    explicit Orders(std::size_t capacity);

    [[nodiscard]] bool full() const { return orders_.size() >= capacity_; }
    [[nodiscard]] const Order* find(base::OrderId id) const;
    /// The order that was made under this key, or nullptr.
    [[nodiscard]] const Order* by_key(base::Key128 key) const;
    /// The user's latest order, or nullptr; then `before` leads to the older ones.
    [[nodiscard]] const Order* latest_of(base::UserId user) const;
    [[nodiscard]] const Order* before(const Order& order) const;
    /// True if a ticket with this nonce was used.
    [[nodiscard]] bool ticket_used(std::uint64_t nonce) const;
    /// All of them, ascending by id, which is also by time.
    [[nodiscard]] std::span<const Order> all() const { return orders_; }

    /// Asks the processor for what a purchase will look up. Any thread, without a lock.
    void prefetch(base::Key128 key, base::UserId user) const;

    /// Takes the memory of the indexes from the machine; see Sale::populate.
    void populate();

    /// Adds an order whose id is greater than every other (CHECKed); links it to its user.
    Order& add(Order order);
    /// For the one place that changes orders: Sale::apply.
    [[nodiscard]] Order& at(base::OrderId id);

   private:
    struct NonceHash {
        std::uint64_t operator()(std::uint64_t nonce) const { return base::mix64(nonce); }
    };

    [[nodiscard]] const Order* numbered(std::uint32_t number) const;

    std::size_t capacity_;
    std::vector<Order, base::BigAllocator<Order>> orders_;
    base::FlatIndex by_key_;
    base::FlatIndex by_user_;  // the latest order of each
    base::FlatMap<std::uint64_t, std::uint8_t, NonceHash> tickets_;
};

}  // namespace sluice::order
