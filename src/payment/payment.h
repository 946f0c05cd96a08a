// SPDX-License-Identifier: Apache-2.0
// Payment: one attempt to pay one order. What the provider says is an event of the sale; each
// payment is counted once however often its callback comes.
//
//   opened ──► succeeded ──► refund_due ──► refunded
//      └─────► closed
//   Straight to refund_due: paid too late, paid twice, sold out at payment.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/id.h"
#include "base/time.h"

namespace sluice::payment {

enum class PaymentState : std::uint8_t {
    opened,      ///< the cashier has it; no word yet
    succeeded,   ///< the money is here and the order is paid
    refund_due,  ///< the money is here and must go back; the provider was not yet told, or did not
                 ///< confirm
    refunded,    ///< the provider confirmed that the money went back
    closed       ///< declined or given up: no money moved
};

[[nodiscard]] std::string_view to_text(PaymentState state);

/// Plain data; one per attempt for the whole run.
struct Payment {
    base::PaymentId id;
    base::OrderId order;
    std::int64_t amount = 0;  ///< minor units: price × quantity when it was opened
    base::Instant opened_at;
    base::Instant changed_at;
    std::uint64_t changed_seq = 0;
    base::PaymentId previous_of_order;
    PaymentState state = PaymentState::opened;
    std::array<std::uint8_t, 7> reserved{};
};

}  // namespace sluice::payment
