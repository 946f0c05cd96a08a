// SPDX-License-Identifier: Apache-2.0
// Rates: how fast one, or all together, may come. No lock; any thread.
// Both count by GCRA, the virtual scheduling algorithm of ITU-T I.371.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/big_memory.h"
#include "base/time.h"
#include "guard/gates.h"

namespace sluice::guard {

/// Remembers how fast many come, in fixed memory.
///
///    63          44 43                             0
///   +--------------+--------------------------------+    0: nobody.
///   |   tag, odd   |  next due, µs modulo 2^44      |    "next due" is GCRA's theoretical arrival
///   +--------------+--------------------------------+    time; 2^44 µs are 203 days.
///
/// A key belongs to a set of eight words, one cache line, and is found there by its tag. If it is
/// not there it replaces the word that is due first, that is the one that was quiet the longest.
/// Two threads that bring in the same new key while others change the set may give it two words for
/// a moment: then it has its burst twice, once.
class RateTable {
   public:
    RateTable(Rate rate, std::size_t slots) {
        if (!(rate.per_second > 0)) return;
        const double step = std::clamp(1e6 / rate.per_second, 1.0, kStepMaxUs);
        step_us_ = std::llround(step);
        const auto burst = std::clamp<std::int64_t>(rate.burst, 1, kReachMaxUs / step_us_);
        slack_us_ = step_us_ * (burst - 1);
        const std::size_t sets = std::bit_ceil(std::max<std::size_t>(slots / kWays, 1));
        mask_ = sets - 1;
        sets_ = base::BigArray<Set>(sets);
    }

    /// 0: may pass, and is counted. Else in how many ms one more may.
    [[nodiscard]] std::int64_t wait_ms(std::uint64_t hash, base::Instant now) noexcept {
        if (!sets_) return 0;
        Set& set = sets_[hash & mask_];
        const std::uint64_t tag = (hash >> kDueBits) | 1;  // odd, so that no word is 0
        const std::int64_t now_us = now.ms * 1000;
        while (true) {
            std::atomic<std::uint64_t>& word = word_of(set, tag, now_us);
            std::uint64_t seen = word.load(std::memory_order_relaxed);
            // Somebody else's word is free for the taking: it was chosen as the quietest.
            const std::int64_t ahead = (seen >> kDueBits) == tag ? ahead_of(seen, now_us) : 0;
            if (ahead > slack_us_) return (ahead - slack_us_ + 999) / 1000;
            const auto due =
                static_cast<std::uint64_t>(now_us + std::max<std::int64_t>(ahead, 0) + step_us_);
            const std::uint64_t next = (tag << kDueBits) | (due & kDueMask);
            if (word.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return 0;
        }
    }

   private:
    static constexpr std::size_t kWays = 8;
    static constexpr unsigned kDueBits = 44;
    static constexpr std::uint64_t kDueMask = (std::uint64_t{1} << kDueBits) - 1;
    static constexpr std::int64_t kReachMaxUs = std::int64_t{1} << 42;  // 50 days
    static constexpr double kStepMaxUs = 1e12;                          // 11 days
    /// Doors read the clock on their own: one may come with a time that another has left behind.
    static constexpr std::int64_t kClocksApartUs = 60'000'000;

    struct alignas(base::kCacheLine) Set {
        std::array<std::atomic<std::uint64_t>, kWays> words{};
    };

    /// How far `word` is due after `now_us`, at most step and slack and what the clocks of two
    /// doors may be apart; negative: it was quiet so long. A word that claims more is older than
    /// the 203 days that it can tell apart: quiet.
    [[nodiscard]] std::int64_t ahead_of(std::uint64_t word, std::int64_t now_us) const noexcept {
        const std::uint64_t gap = (word - static_cast<std::uint64_t>(now_us)) & kDueMask;
        const std::int64_t ahead = gap > kDueMask / 2 ? static_cast<std::int64_t>(gap | ~kDueMask)
                                                      : static_cast<std::int64_t>(gap);
        return word == 0 || ahead > step_us_ + slack_us_ + kClocksApartUs ? -kReachMaxUs : ahead;
    }

    [[nodiscard]] std::atomic<std::uint64_t>& word_of(Set& set, std::uint64_t tag,
                                                      std::int64_t now_us) const noexcept {
        std::atomic<std::uint64_t>* quietest = nullptr;
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        for (std::atomic<std::uint64_t>& word : set.words) {
            const std::uint64_t seen = word.load(std::memory_order_relaxed);
            if ((seen >> kDueBits) == tag) return word;
            const std::int64_t ahead = ahead_of(seen, now_us);
            if (ahead < least) {
                least = ahead;
                quietest = &word;
            }
        }
        return *quietest;
    }

    std::int64_t step_us_ = 0;   ///< between two at the average rate
    std::int64_t slack_us_ = 0;  ///< how far ahead of it one may be: the burst
    std::size_t mask_ = 0;
    base::BigArray<Set> sets_;
};

/// One rate for everybody: GCRA as above, with the whole word for "next due", in nanoseconds,
/// because a step of many purchases a second is no whole number of microseconds. A door may come
/// with a time that others have left behind, so no word is ever taken for an old one.
class SharedRate {
   public:
    explicit SharedRate(Rate rate) {
        if (!(rate.per_second > 0)) return;
        // Upwards: never more than the rate.
        const double step = std::ceil(std::min(1e9 / rate.per_second, kStepMaxNs));
        step_ns_ = std::max<std::int64_t>(std::llround(step), 1);
        const double tenth = std::min(rate.per_second / 10, static_cast<double>(kBurstMax));
        const std::int64_t burst = rate.burst != 0 ? rate.burst : std::llround(tenth);
        slack_ns_ = step_ns_ * (std::clamp<std::int64_t>(burst, 1, kReachMaxNs / step_ns_) - 1);
    }

    /// False: not now, and nothing is counted.
    [[nodiscard]] bool admit(base::Instant now) noexcept {
        if (step_ns_ == 0) return true;
        const std::int64_t now_ns = now.ms * 1'000'000;
        std::int64_t due = due_ns_.load(std::memory_order_relaxed);
        do {
            if (due - now_ns > slack_ns_) return false;
        } while (!due_ns_.compare_exchange_weak(due, std::max(due, now_ns) + step_ns_,
                                                std::memory_order_relaxed));
        return true;
    }

   private:
    static constexpr double kStepMaxNs = 1e15;                          // 11 days
    static constexpr std::int64_t kReachMaxNs = std::int64_t{1} << 52;  // 52 days
    static constexpr std::int64_t kBurstMax = 1'000'000;

    std::int64_t step_ns_ = 0;   ///< between two at the average rate; 0: no limit
    std::int64_t slack_ns_ = 0;  ///< how far ahead of it one may be: the burst
    /// Alone on its cache line: every purchase of every door writes here.
    alignas(base::kCacheLine) std::atomic<std::int64_t> due_ns_{0};
};

}  // namespace sluice::guard
