// SPDX-License-Identifier: Apache-2.0
// Plan: what a seed stands for: the size of the sale and how often each misfortune comes. Each
// misfortune is absent from a part of the seeds, so that they are also met alone.
#pragma once

#include <cstdint>
#include <optional>

#include "random.h"
#include "sale/events.h"
#include "sale/sale.h"

namespace sluice::sim {

/// What kind of run it is.
enum class Mode {
    honest,  ///< the disk keeps what it said is durable: no promise may break
    lying,   ///< the disk says durable and forgets: a lost acknowledgement must be noticed
};

struct Plan {
    Plan(std::uint64_t seed, Mode mode, bool small);

    Mode mode;
    sale::SaleOptions sale;
    std::size_t batch_records_max = 0;
    sale::OpenActivity opening;
    bool rehearsal = false;  ///< the whole sale is one
    std::int64_t users = 0;
    std::int64_t strangers = 0;  ///< thousandths: rehearsal users if the sale is real, or the other
    std::int64_t purchases = 0;
    std::int64_t operations = 0;   ///< of operators
    std::int64_t buying_ms = 0;    ///< purchases begin within this time
    std::int64_t disk_ms_max = 3;  ///< for one operation of the disk; when slow, batches fill up

    // Thousandths.
    std::int64_t message_lost = 0, message_twice = 0, message_late = 0;
    std::int64_t write_fails = 0, sync_fails = 0, crash = 0;
    std::int64_t clock_steps = 0;  ///< how many
    std::int64_t provider_lies = 0, provider_silent = 0, provider_repeats = 0, pays_late = 0;
    bool stop_purchases = false, marks_paid = false, refunds = false, changes_stock = false,
         switches = false, ends = false;
    /// Crash before exactly this operation of the disk, and at no other time.
    std::optional<std::uint64_t> crash_at;
};

/// When every simulated activity starts.
inline constexpr base::Instant kStart{1'800'000'000'000};

}  // namespace sluice::sim
