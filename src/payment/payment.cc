// SPDX-License-Identifier: Apache-2.0
#include "payment/payment.h"

#include <type_traits>

namespace sluice::payment {

// The state hash covers payments byte by byte.
static_assert(std::has_unique_object_representations_v<Payment>);

std::string_view to_text(PaymentState state) {
    switch (state) {
        case PaymentState::opened: return "opened";
        case PaymentState::succeeded: return "succeeded";
        case PaymentState::refund_due: return "refund_due";
        case PaymentState::refunded: return "refunded";
        case PaymentState::closed: return "closed";
    }
    return "unknown";
}

}  // namespace sluice::payment
