// SPDX-License-Identifier: Apache-2.0
// Openings: an activity that the sale knows is never removed from the store, and one that was
// removed is never opened. Whoever opens or removes one holds this from reading it until that is
// done; otherwise one would not see what the other is about to do, since the sale and the store
// have no transaction in common before the records are written.
// Owner: App.   Threads: desks; held while a commit is waited for. Both are done a few times a day.
#pragma once

#include <mutex>

namespace sluice::api {

class Openings {
   public:
    /// While it lives, nobody else opens or removes an activity.
    [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }

   private:
    std::mutex mutex_;
};

}  // namespace sluice::api
