// SPDX-License-Identifier: Apache-2.0
// Order: what one customer bought, at which price, and what became of it.
//
//   pending ──► paid ──► refunded
//      ├──────► cancelled ──► refunded      paid after the customer cancelled
//      └──────► expired ──► paid | refunded  paid too late: a unit is taken again, if one is left
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/id.h"
#include "base/time.h"

namespace sluice::order {

enum class OrderState : std::uint8_t {
    pending,    ///< waits for payment
    paid,       ///< paid; its units are sold
    cancelled,  ///< by the customer or the operator, before payment
    expired,    ///< not paid within the window
    refunded    ///< the money goes back, or went back
};
inline constexpr std::size_t kOrderStates = 5;

[[nodiscard]] std::string_view to_text(OrderState state);

/// Why an order is refunded, or was cancelled: shown to the customer in words.
enum class OrderNote : std::uint8_t {
    none,
    by_customer,         ///< cancelled by the customer
    by_operator,         ///< cancelled or refunded by the operator
    paid_too_late,       ///< paid after expiry or cancel, and no unit was left
    sold_out_at_payment  ///< on_payment: somebody else paid for the last unit first
};

[[nodiscard]] std::string_view to_text(OrderNote note);

/// Plain data; one per purchase for the whole run. Amounts follow from the item's terms, except the
/// price, which is fixed when the order is made.
struct Order {
    base::OrderId id;
    base::UserId user;
    base::Key128 key;          ///< of user and idempotency key
    std::uint64_t ticket = 0;  ///< nonce of the ticket that was used; 0: none
    base::ItemId item;
    std::uint32_t quantity = 0;
    std::int64_t unit_price = 0;  ///< minor units of the item's currency
    base::Instant created_at;
    base::Instant pay_until;  ///< 0: no deadline
    base::Instant changed_at;
    std::uint64_t changed_seq = 0;     ///< the record that changed it last
    base::PaymentId payment;           ///< the latest payment opened for it
    std::uint32_t quantity_asked = 0;  ///< `quantity` is less after a partial confirmation
    /// Number of the user's order before this one, plus 1; 0: none.
    std::uint32_t previous_of_user = 0;
    OrderState state = OrderState::pending;
    OrderNote note = OrderNote::none;
    std::uint8_t holds_units = 0;  ///< 1 while its units are reserved or sold for it
    std::array<std::uint8_t, 5> reserved{};
};

}  // namespace sluice::order
