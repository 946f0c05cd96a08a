// SPDX-License-Identifier: Apache-2.0
// Payments: every payment of the run, found by id.
// Owner: Sale.   Threads: only inside the turnstile.   Limits: as Orders.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/big_memory.h"
#include "base/id.h"
#include "payment/payment.h"

namespace sluice::payment {

class Payments {
   public:
    explicit Payments(std::size_t capacity);

    [[nodiscard]] bool full() const { return payments_.size() >= capacity_; }
    [[nodiscard]] const Payment* find(base::PaymentId id) const;
    /// All of them, ascending by id, which is also by time.
    [[nodiscard]] std::span<const Payment> all() const { return payments_; }

    /// Adds a payment whose id is greater than every other (CHECKed).
    Payment& add(const Payment& payment);
    /// For the one place that changes payments: Sale::apply.
    [[nodiscard]] Payment& at(base::PaymentId id);

   private:
    std::size_t capacity_;
    std::vector<Payment, base::BigAllocator<Payment>> payments_;
};

}  // namespace sluice::payment
