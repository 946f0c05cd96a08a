// SPDX-License-Identifier: Apache-2.0
// Served: what the whole server did during a sale, from the samples that were kept of it: how fast
// it answered and what it refused. As counted: other sales of the same time are in it, and the last
// seconds before a crash are missing.
// Threads: desks; reads the history store in pages, so it may wait for the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "activity/activity.h"
#include "activity/history.h"
#include "api/admin/json_text.h"
#include "api/history.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::api::admin {

class Served {
   public:
    using Counters = std::map<std::string, std::uint64_t, std::less<>>;

    /// What is sampled before `starts_at` is only where the counters begin.
    explicit Served(base::Instant starts_at) : starts_at_(starts_at) {}
    /// The next sample, in the order of time. What cannot be read is passed over.
    void add(const activity::Sample& sample);
    /// False until there is a sample of the sale itself.
    [[nodiscard]] bool any() const { return samples_ != 0; }
    /// The members of one object.
    void append_to(JsonText& out) const;

   private:
    struct Counted {
        Counters last, sum;
    };

    base::Instant starts_at_, from_, until_;
    std::size_t samples_ = 0;
    bool begun_ = false;
    Counted refused_, purchases_;
    std::uint64_t accepted_ = 0;
    std::vector<double> p99_;  // of each second in which a purchase was accepted
};

/// From the start of `activity` to `over_at`, or to now.
[[nodiscard]] base::Result<Served> served_during(const History& history,
                                                 const activity::Activity& activity,
                                                 base::Instant over_at);

}  // namespace sluice::api::admin
