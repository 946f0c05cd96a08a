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

#include "base/flat_map.h"
#include "base/id.h"

namespace sluice::sale {

class Limits {
   public:
    explicit Limits(std::size_t capacity) : counts_(capacity) {}

    [[nodiscard]] bool full() const { return counts_.full(); }
    /// Units that `user` has of `item`, in pending and paid orders.
    [[nodiscard]] std::uint32_t count(base::UserId user, base::ItemId item) const;
    /// True if `quantity` more stay within `most` (0: no limit).
    [[nodiscard]] bool admits(base::UserId user, base::ItemId item, std::uint32_t quantity,
                              std::uint32_t most) const;
    void add(base::UserId user, base::ItemId item, std::uint32_t quantity);
    void remove(base::UserId user, base::ItemId item, std::uint32_t quantity);

   private:
    struct Pair {
        base::UserId user;
        base::ItemId item;
        std::uint32_t reserved = 0;
        bool operator==(const Pair&) const = default;
    };
    struct PairHash {
        std::uint64_t operator()(const Pair& pair) const {
            return pair.user.key.low ^ base::mix64(pair.item.value);
        }
    };
    base::FlatMap<Pair, std::uint32_t, PairHash> counts_;
};

}  // namespace sluice::sale
