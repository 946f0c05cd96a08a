// SPDX-License-Identifier: Apache-2.0
// Recover: reads the ledger back, so that the state after a restart is the state before it.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "sale/ports.h"
#include "sale/sale.h"

namespace sluice::sale {

/// What was found.
struct Recovered {
    std::uint64_t records = 0;
    std::uint64_t state_hash = 0;
    bool clean = false;  ///< the last stop was clean, and the state hash equals the one it left
};

/// Replays `ledger` into the empty `sale`. damaged: a record is not what was written, does not fit
/// the limits of the sale, or the state differs from the one at the last clean stop. Before the
/// first event; one thread.
[[nodiscard]] base::Result<Recovered> recover(Ledger& ledger, Sale& sale);

}  // namespace sluice::sale
