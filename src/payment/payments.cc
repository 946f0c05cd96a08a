// SPDX-License-Identifier: Apache-2.0
#include "payment/payments.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::payment {

Payments::Payments(std::size_t capacity) : capacity_(capacity) { payments_.reserve(capacity); }

const Payment* Payments::find(base::PaymentId id) const {
    const auto at = std::ranges::lower_bound(payments_, id, {}, &Payment::id);
    return at != payments_.end() && at->id == id ? &*at : nullptr;
}

Payment& Payments::add(const Payment& payment) {
    CHECK(!full());
    CHECK(payments_.empty() || payments_.back().id < payment.id);
    payments_.push_back(payment);
    return payments_.back();
}

Payment& Payments::at(base::PaymentId id) {
    const Payment* payment = find(id);
    CHECK(payment != nullptr);
    return payments_[static_cast<std::size_t>(payment - payments_.data())];
}

}  // namespace sluice::payment
