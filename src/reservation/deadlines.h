// SPDX-License-Identifier: Apache-2.0
// Deadlines: when each reservation (预占) that waits for payment runs out.
// Owner: Sale.   Threads: only inside the turnstile.
// Limits: `capacity` deadlines, reserved in the constructor; add and pop are O(log n).
// Not here: what is held and how it is resolved (reservation.h), the stock itself (stock/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/id.h"
#include "base/time.h"

namespace sluice::reservation {

/// A hold that has a deadline.
struct Deadline {
    base::Instant at;
    base::OrderId order;
};

/// The deadlines of all holds, soonest first: a binary heap. The order says whether its hold is
/// still open, so resolving one early costs nothing here; its deadline is dropped when it comes up.
class Deadlines {
   public:
    explicit Deadlines(std::size_t capacity);

    [[nodiscard]] bool full() const { return heap_.size() >= capacity_; }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }
    void add(Deadline deadline);
    /// The soonest, if it is due at `now`.
    [[nodiscard]] std::optional<Deadline> due(base::Instant now) const;
    /// Removes the soonest.
    void pop();

   private:
    std::size_t capacity_;
    std::vector<Deadline> heap_;
};

}  // namespace sluice::reservation
