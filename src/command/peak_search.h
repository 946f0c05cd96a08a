// SPDX-License-Identifier: Apache-2.0
// Peak search: which rate a server bears, by trying. Doubles the rate until the server no longer
// keeps up, then halves the gap. Pure: what a rate does is asked of `measure`.
// Limits: PeakOptions::seconds, overshot by one step at most.
#pragma once

#include <functional>
#include <vector>

#include "base/result.h"

namespace sluice::command {

/// What came of one rate.
struct LoadStep {
    double rate = 0;     ///< asked for, per second
    double goodput = 0;  ///< done, per second
    double p50_ms = 0;   ///< from the intended time, as p99_ms
    double p99_ms = 0;
    double seconds = 0;  ///< that it took
    double generator_busy = 0;
    double server_cpu_us = 0;  ///< for each request
    bool kept_up = false;
};

struct PeakOptions {
    double first_rate = 1000;
    double rate_max = 5'000'000;
    double step_seconds = 1;
    double seconds = 16;        ///< for all steps together
    double p99_ms_max = 100;    ///< a server that answers later does not keep up
    double goodput_min = 0.95;  ///< of the rate
    double gap_min = 1.03;      ///< between what was kept up with and what was not; less is noise
};

struct Peak {
    double per_second = 0;
    /// A rate that was too much was found; else there was no time for it, and the peak is higher.
    bool is_bounded = false;
    /// Some rate was kept up with; else the peak is the most that came through.
    bool kept_up = false;
    std::vector<LoadStep> steps;
};

/// Offers so many a second for so long. An error ends the search.
using Measure = std::function<base::Result<LoadStep>(double rate, double seconds)>;

[[nodiscard]] base::Result<Peak> find_peak(const PeakOptions& options, const Measure& measure);

}  // namespace sluice::command
