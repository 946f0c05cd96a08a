// SPDX-License-Identifier: Apache-2.0
// Attempt: what is counted when people try to buy. Every number that is said to be of attempts, in
// the report, in the control room and in /metrics, is of these.
//
//   An attempt is one request to a purchase address (POST /v1/items/{id}/orders or
//   POST /v1/tickets/{ticket}/orders) that reached its handler. It is counted once, with its
//   answer, whatever that says, so at any time: the sum over the endings = attempts.
//
//   - A retry is an attempt of its own: a replayed answer ends it as `replayed`. It is no second
//     win: wins are the attempts that ended as `accepted`, one for each order.
//   - What cannot be read (a bad quantity, no Idempotency-Key) ends as `invalid`.
//   - Who is turned away by a gate ends as that gate says; the gate counts it besides.
//   - It belongs to the activity of its item. What names no item (an unknown id, a ticket that is
//     not good) is in the counts of the whole server alone.
//   - When it came is when its request was read: before_start, or a second after the start.
//
// Not attempts: asking for a ticket; and what is refused before the handler, because it is no HTTP,
// too long, another method (405), no JSON by its Content-Type (415), or one too many in an overload
// (http/server.h counts these).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sale/outcome.h"

namespace sluice::api {

/// Why the door ended an attempt for which the sale has no outcome.
enum class TurnedAway : std::uint8_t {
    no_session,    ///< the gate `token`
    rate_or_list,  ///< the gates `address_rate`, `user_rate` and `risk`
    invalid,       ///< not to be read
    count_         ///< how many there are; not a reason
};

/// How one attempt ended: an outcome of the sale, also where a door gives it, or turned away.
class Ending {
   public:
    static constexpr std::size_t kOutcomes = static_cast<std::size_t>(sale::Outcome::count_);
    static constexpr std::size_t kCount = kOutcomes + static_cast<std::size_t>(TurnedAway::count_);

    constexpr Ending(sale::Outcome outcome) noexcept  // NOLINT: an outcome is an ending
        : index_(static_cast<std::uint8_t>(outcome)) {}
    constexpr Ending(TurnedAway why) noexcept  // NOLINT: so is this
        : index_(static_cast<std::uint8_t>(kOutcomes + static_cast<std::size_t>(why))) {}

    [[nodiscard]] constexpr std::size_t index() const noexcept { return index_; }
    [[nodiscard]] constexpr bool won() const noexcept {
        return index_ == static_cast<std::size_t>(sale::Outcome::accepted);
    }

   private:
    std::uint8_t index_;
};

/// The word on the wire for ending number `index`; unknown from Ending::kCount on (CHECKed).
[[nodiscard]] std::string_view ending_text(std::size_t index);

/// So many attempts ended each way.
struct Endings {
    std::array<std::uint64_t, Ending::kCount> counts{};

    [[nodiscard]] std::uint64_t of(Ending ending) const { return counts[ending.index()]; }
    [[nodiscard]] std::uint64_t attempts() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : counts) sum += count;
        return sum;
    }
    [[nodiscard]] std::uint64_t wins() const { return of(sale::Outcome::accepted); }
};

}  // namespace sluice::api
