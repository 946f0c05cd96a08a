// SPDX-License-Identifier: Apache-2.0
// History: the samples of the last seconds in memory, and the store behind them.
// Owner: main.   Threads: add and save by the recorder (command/recorder), samples by desks.
// Limits: kUnsavedMax samples wait for the store; of more the oldest are lost, never a purchase.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "activity/history.h"

namespace sluice::api {

class History {
   public:
    static constexpr std::size_t kUnsavedMax = 16 * 120;

    explicit History(activity::HistoryStore& store) : store_(store) {}

    void add(activity::Sample sample);
    /// Brings what was added to the store.
    [[nodiscard]] base::Result<void> save();
    /// From the store and from memory, oldest first.
    [[nodiscard]] base::Result<std::vector<activity::Sample>> samples(base::ActivityId activity,
                                                                      base::Instant from,
                                                                      base::Instant to,
                                                                      std::size_t limit) const;
    [[nodiscard]] activity::HistoryStore& store() const { return store_; }

   private:
    activity::HistoryStore& store_;
    mutable std::mutex mutex_;  // guards what follows
    std::deque<activity::Sample> unsaved_;
};

}  // namespace sluice::api
