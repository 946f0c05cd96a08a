// SPDX-License-Identifier: Apache-2.0
// Outcome: every answer of the sale. Ordered: where several apply, the first one wins.
// The names are the `code`s of the API; api/outcome_http.cc maps each to HTTP in one exhaustive
// switch.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sluice::sale {

enum class Outcome : std::uint8_t {
    // Done: a record was made, or had been made before.
    accepted,      ///< a purchase: the order exists
    replayed,      ///< the same key and body as before: the same order again
    done,          ///< any other event took effect
    already_done,  ///< it had taken effect before; nothing changed
    refund_due,    ///< the money came but no unit is to be had: it goes back

    // Refused: nothing changed.
    read_only,               ///< the ledger failed; the sale has stopped, reads go on
    in_progress,             ///< the same key is being made durable right now; ask again
    duplicate_key_mismatch,  ///< the same key with another body
    not_found,               ///< no such item, order or payment; or it is another user's
    rehearsal_only,          ///< a rehearsal user and an item that is really sold
    stopped,                 ///< all purchases are switched off
    not_started,
    ended,
    paused,
    ticket_required,  ///< the item is bought through a ticket
    ticket_invalid,   ///< used, expired, or somebody else's
    limit_reached,    ///< the user's purchase limit
    busy,             ///< a configured bound is reached: batch, orders, users
    sold_out,

    // Refused, of payments, orders, stock and activities.
    amount_mismatch,  ///< the provider's amount or currency is not the order's
    already_paid,
    already_cancelled,
    already_expired,
    already_refunded,
    not_paid,         ///< a refund of an order that has no payment
    below_committed,  ///< stock below what is reserved and sold
    too_much,         ///< more stock than an item can have
    already_open,     ///< the activity was warmed before
    count_            ///< how many there are; not an outcome
};

/// The `code` in problem documents, metrics and tables: the enumerator's name.
[[nodiscard]] std::string_view to_text(Outcome outcome);
/// True if something exists or happened because of the event, now or before.
[[nodiscard]] constexpr bool succeeded(Outcome outcome) { return outcome <= Outcome::refund_due; }
/// True if the same request may succeed later, unchanged.
[[nodiscard]] bool retryable(Outcome outcome);

}  // namespace sluice::sale
