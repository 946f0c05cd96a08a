// SPDX-License-Identifier: Apache-2.0
#include "command/peak_search.h"

#include <algorithm>
#include <cmath>

namespace sluice::command {

using base::Result;

namespace {

constexpr double kRateMin = 1;  // per second; slower is not a server

class PeakSearch {
   public:
    PeakSearch(const PeakOptions& options, const Measure& measure)
        : options_(options), measure_(measure) {}

    Result<Peak> run() {
        double rate = options_.first_rate;
        while (rate >= kRateMin && rate <= options_.rate_max && has_time()) {
            const auto kept_up = try_rate(rate);
            if (!kept_up) return std::unexpected(kept_up.error());
            if (*kept_up) {
                least_ = rate;
            } else {
                most_ = rate;
                peak_.is_bounded = true;
            }
            if (least_ > 0 && most_ > 0 && most_ / least_ < options_.gap_min) break;
            rate = next_rate();
        }
        peak_.kept_up = least_ > 0;
        for (const LoadStep& step : peak_.steps)
            if (step.kept_up || !peak_.kept_up)
                peak_.per_second = std::max(peak_.per_second, step.goodput);
        return std::move(peak_);
    }

   private:
    [[nodiscard]] bool has_time() const {
        return peak_.steps.empty() || spent_ + options_.step_seconds <= options_.seconds;
    }

    [[nodiscard]] double next_rate() const {
        if (most_ == 0) return least_ * 2;
        return least_ == 0 ? most_ / 4 : std::sqrt(least_ * most_);
    }

    /// A rate is too much when it is too much twice: once may be the machine's other work.
    Result<bool> try_rate(double rate) {
        for (int turn = 0; turn < 2 && (turn == 0 || has_time()); ++turn) {
            auto step = measure_(rate, options_.step_seconds);
            if (!step) return std::unexpected(step.error());
            step->kept_up =
                step->goodput >= options_.goodput_min * rate && step->p99_ms <= options_.p99_ms_max;
            spent_ += step->seconds;
            peak_.steps.push_back(*step);
            if (step->kept_up) return true;
        }
        return false;
    }

    const PeakOptions& options_;
    const Measure& measure_;
    double least_ = 0;  ///< the fastest rate that was kept up with; 0: none yet
    double most_ = 0;   ///< the slowest one that was not
    double spent_ = 0;  ///< seconds
    Peak peak_;
};

}  // namespace

Result<Peak> find_peak(const PeakOptions& options, const Measure& measure) {
    return PeakSearch(options, measure).run();
}

}  // namespace sluice::command
