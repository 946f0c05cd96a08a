// SPDX-License-Identifier: Apache-2.0
// Limits: 限购, how many units of an item each user has: exact, because it is counted where the
// stock is. Owner: Sale.   Threads: only inside the turnstile. Rule: the count follows the unit. It
// goes up with the order and comes down exactly when the order's units
//   go back on sale; so buying and cancelling in turn cannot drain an item whose units do not come
//   back.
// Limits: `capacity` pairs of user and item, reserved in the constructor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/big_memory.h"
#include "base/flat_index.h"
#include "base/id.h"

namespace sluice::sale {

class Limits {
   public:
    explicit Limits(std::size_t capacity) : capacity_(capacity), index_(capacity) {
        counts_.reserve(capacity);
    }

    [[nodiscard]] bool full() const { return counts_.size() >= capacity_; }
    /// Units that `user` has of `item`, in pending and paid orders.
    [[nodiscard]] std::uint32_t count(base::UserId user, base::ItemId item) const;
    /// True if `quantity` more stay within `most` (0: no limit).
    [[nodiscard]] bool admits(base::UserId user, base::ItemId item, std::uint32_t quantity,
                              std::uint32_t most) const;
    /// Asks the processor for what admits() will look at. Any thread, without a lock.
    void prefetch(base::UserId user, base::ItemId item) const {
        index_.prefetch(hash_of(user, item));
    }
    /// Takes the memory of the index from the machine; see Sale::populate.
    void populate() { index_.populate(); }
    void add(base::UserId user, base::ItemId item, std::uint32_t quantity);
    void remove(base::UserId user, base::ItemId item, std::uint32_t quantity);

   private:
    struct Count {
        base::UserId user;
        base::ItemId item;
        std::uint32_t units = 0;
    };
    static std::uint64_t hash_of(base::UserId user, base::ItemId item) {
        return user.key.low ^ base::mix64(item.value);
    }
    /// Its number in counts_, or kNone.
    [[nodiscard]] std::uint32_t find(base::UserId user, base::ItemId item) const;

    std::size_t capacity_;
    std::vector<Count, base::BigAllocator<Count>> counts_;
    base::FlatIndex index_;  // → number in counts_
};

}  // namespace sluice::sale
