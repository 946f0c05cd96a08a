// SPDX-License-Identifier: Apache-2.0
#include "order/order.h"

#include <type_traits>

namespace sluice::order {

// The state hash covers orders byte by byte.
static_assert(std::has_unique_object_representations_v<Order>);

std::string_view to_text(OrderState state) {
    switch (state) {
        case OrderState::pending: return "pending";
        case OrderState::paid: return "paid";
        case OrderState::cancelled: return "cancelled";
        case OrderState::expired: return "expired";
        case OrderState::refunded: return "refunded";
    }
    return "unknown";
}

std::string_view to_text(OrderNote note) {
    switch (note) {
        case OrderNote::none: return "none";
        case OrderNote::by_customer: return "by_customer";
        case OrderNote::by_operator: return "by_operator";
        case OrderNote::paid_too_late: return "paid_too_late";
        case OrderNote::sold_out_at_payment: return "sold_out_at_payment";
    }
    return "unknown";
}

}  // namespace sluice::order
