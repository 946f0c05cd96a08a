// SPDX-License-Identifier: Apache-2.0
// AddressCounts: how many open connections each client address has, over all doors of a server.
// Owner: Lobby.      Threads: any; asked once when a connection opens and once when it closes.
// Two tables of counters under a secret hash instead of a map under a lock: an address is counted
// at two places, and the smaller count is its own unless others meet it at both. So an address
// never gets more than its share, and one is wrongly refused only if others fill both its places.
// IPv6 is counted by /64, because whoever has one address there has them all.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "http/proxies.h"

namespace sluice::http {

class AddressCounts {
   public:
    /// Where an address is counted; 0: nowhere.
    using Place = std::uint64_t;

    /// `max`: connections of one address, 0: no limit. `connections_max`: of all of them.
    AddressCounts(std::uint32_t max, std::uint32_t connections_max);

    /// Counts one connection more; nothing if the address has its share already.
    [[nodiscard]] std::optional<Place> try_enter(const AddressBytes& address);
    /// Takes back what try_enter counted.
    void leave(Place place);

   private:
    using Counter = std::atomic<std::uint32_t>;
    [[nodiscard]] Counter& first(Place place) { return first_[place & mask_]; }
    [[nodiscard]] Counter& second(Place place) { return second_[(place >> 32) & mask_]; }

    const std::uint32_t max_;
    const std::uint64_t seed_;
    std::uint64_t mask_ = 0;
    std::vector<Counter> first_;
    std::vector<Counter> second_;
};

}  // namespace sluice::http
