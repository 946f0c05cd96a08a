// SPDX-License-Identifier: Apache-2.0
// History: what the control room showed, second by second, kept after the sale; and what the doors
// counted. Not the truth about the sale, which is the ledger: it may be lost or thinned out.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::activity {

/// The figures of one activity at one second, as JSON.
struct Sample {
    base::ActivityId activity;
    base::Instant at;  ///< whole seconds
    std::string json;
};

// How long which samples stay. The first minutes of a sale are what people look at again.
inline constexpr base::Duration kEverySecondFor{60 * 60'000};    // then every tenth
inline constexpr base::Duration kEveryTenthFor{24 * 3'600'000};  // then every sixtieth
inline constexpr base::Duration kStartKeptWhole{10 * 60'000};    // of the sale, for good
inline constexpr std::size_t kSamplesMax = 100'000;  // of all activities; the oldest go first

/// Where they are kept. Any thread that may wait.
class HistoryStore {
   public:
    virtual ~HistoryStore() = default;
    /// Adds samples in one transaction; one that is there already is replaced.
    [[nodiscard]] virtual base::Result<void> add_samples(std::span<const Sample> samples) = 0;
    /// Those of `activity` from `from` to `to` (both included), oldest first, at most `limit`.
    [[nodiscard]] virtual base::Result<std::vector<Sample>> samples(base::ActivityId activity,
                                                                    base::Instant from,
                                                                    base::Instant to,
                                                                    std::size_t limit) = 0;
    /// Takes out what is too old for its resolution, of an activity that started at `starts_at`,
    /// and the oldest of all if there are more than kSamplesMax.
    [[nodiscard]] virtual base::Result<void> thin_out(base::ActivityId activity,
                                                      base::Instant starts_at,
                                                      base::Instant now) = 0;
    /// Keeps what was counted of an activity since `since`, when this run of the program began to.
    [[nodiscard]] virtual base::Result<void> keep_tally(base::ActivityId activity,
                                                        base::Instant since,
                                                        const std::string& json) = 0;
    /// What was counted, one text for each run of the program, oldest first.
    [[nodiscard]] virtual base::Result<std::vector<std::string>> tallies(
        base::ActivityId activity) = 0;
};

}  // namespace sluice::activity
