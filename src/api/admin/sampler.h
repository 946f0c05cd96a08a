// SPDX-License-Identifier: Apache-2.0
// Sampler: once a second writes down what the control room shows of every activity that runs, so
// that the sale can be seen again when it is over; and lets the doors count who comes.
// Owner: command/recorder.   Threads: one, which may wait for the disk.
// Limits: kFollowedMax activities at once, kItemsInSample items of each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "activity/terms.h"
#include "api/admin/json_text.h"
#include "api/app.h"
#include "api/arrivals.h"
#include "base/metrics.h"
#include "base/time.h"

namespace sluice::api::admin {

inline constexpr base::Duration kSampledBefore{60'000};      // the start
inline constexpr base::Duration kSampledAfter{15 * 60'000};  // the end, for the payments
inline constexpr base::Duration kSaveEach{10'000};
inline constexpr base::Duration kThinEach{60'000};
inline constexpr std::size_t kItemsInSample = 50;

/// Percentiles of what was recorded between two looks.
class Interval {
   public:
    /// `all` is everything since the start of the program.
    void advance(const base::Latencies& all);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] double percentile_ms(double fraction) const;

   private:
    std::vector<std::uint64_t> before_, during_;  // by bucket
    std::uint64_t total_ = 0, count_ = 0;
};

class Sampler {
   public:
    explicit Sampler(App& app) : app_(app) {}
    /// Takes one sample of each; call it once a second.
    void step(base::Instant now);
    /// Brings all that was taken to the store.
    void save(base::Instant now);

   private:
    struct Followed {
        activity::ActivityTerms terms;
        base::Instant thinned_at;
    };
    void follow(base::Instant now);
    [[nodiscard]] std::string server_json(const Interval& purchases) const;

    App& app_;
    std::vector<Followed> followed_;
    Interval accepted_, rehearsed_;
    base::Instant saved_at_;
    bool failed_ = false;  // so that a store that fails is logged once
};

/// How many attempts ended how, each code that occurred.
void append_endings(JsonText& out, const Endings& endings);
/// Of the whole server, in two objects: `purchases` by outcome, `turned_away` by the rest. Together
/// they are all attempts.
void append_purchases(JsonText& out, const Endings& endings);

/// What the doors counted until `until`, for the report.
[[nodiscard]] std::string to_json(const Tally& tally, base::Instant until);
/// Whether this is such a text, of the same run of the program.
[[nodiscard]] bool is_of_same_run(std::string_view json, const Tally& tally);

}  // namespace sluice::api::admin
