// SPDX-License-Identifier: Apache-2.0
// Snowflake: ids that ascend for ever: time, node, sequence in 63 bits.
//
//    62            22 21        12 11         0
//   +----------------+------------+------------+
//   | ms since 2024  |    node    |  sequence  |    41 + 10 + 12 bits; lasts until 2093
//   +----------------+------------+------------+
//
// Owner: Sale.   Threads: only inside the turnstile.
// Invariant: every id is greater than the one before, also when the clock goes back or when more
// than 4,096 are taken in a millisecond: then the time in the id runs ahead of the clock.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace sluice::base {

/// Makes ids that never repeat and never go back.
class Snowflake {
   public:
    static constexpr std::int64_t kEpochMs = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
    static constexpr std::uint32_t kNodeMax = 1023;

    /// `node` (0..kNodeMax) must differ between servers that share a store.
    explicit Snowflake(std::uint32_t node);

    /// What the next id will be if it is taken now; changes nothing.
    [[nodiscard]] std::uint64_t peek(Instant now) const;
    /// `id` is in use: the next one is greater. Called for each new id, and for each one found in
    /// the ledger.
    void taken(std::uint64_t id);

    /// The time inside an id.
    [[nodiscard]] static Instant time_of(std::uint64_t id);

   private:
    std::uint64_t node_bits_;
    std::uint64_t last_ = 0;
};

}  // namespace sluice::base
