// SPDX-License-Identifier: Apache-2.0
// SqliteHistoryStore: samples of sales, and what doors counted. Contract: activity/history.h.
// Threads: any that may wait. The recorder writes every ten seconds.
#pragma once

#include "activity/history.h"
#include "adapter/sqlite/database.h"

namespace sluice::adapter {

class SqliteHistoryStore final : public activity::HistoryStore {
   public:
    explicit SqliteHistoryStore(Database& database) : database_(database) {}

    [[nodiscard]] base::Result<void> add_samples(
        std::span<const activity::Sample> samples) override;
    [[nodiscard]] base::Result<std::vector<activity::Sample>> samples(base::ActivityId activity,
                                                                      base::Instant from,
                                                                      base::Instant to,
                                                                      std::size_t limit) override;
    [[nodiscard]] base::Result<void> thin_out(base::ActivityId activity, base::Instant starts_at,
                                              base::Instant now) override;
    [[nodiscard]] base::Result<void> keep_tally(base::ActivityId activity, base::Instant since,
                                                const std::string& json) override;
    [[nodiscard]] base::Result<std::vector<std::string>> tallies(
        base::ActivityId activity) override;

   private:
    Database& database_;
};

}  // namespace sluice::adapter
