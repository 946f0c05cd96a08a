// SPDX-License-Identifier: Apache-2.0
// Reservation: 预占, how the units that are held for an order part when it is resolved. Pure.
//   held ──► confirmed (a remainder is released in the same step) | released | expired
// Not here: the stock that the units come from (stock/), when a hold runs out (deadlines.h).
#pragma once

#include <cstdint>
#include <optional>

namespace sluice::reservation {

/// What becomes of the units of a hold when it is confirmed; the two add up to what was held.
struct Parting {
    std::uint32_t confirmed = 0;
    std::uint32_t released = 0;
};

/// Confirms `quantity` of `held` units; 0 means all. Nothing if more is asked for than is held.
[[nodiscard]] constexpr std::optional<Parting> part(std::uint32_t held, std::uint32_t quantity) {
    if (quantity > held) return std::nullopt;
    const std::uint32_t confirmed = quantity == 0 ? held : quantity;
    return Parting{confirmed, held - confirmed};
}

}  // namespace sluice::reservation
