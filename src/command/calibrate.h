// SPDX-License-Identifier: Apache-2.0
// Calibrate: how many durable purchases a second this machine bears, on the disk where the store
// is, with the configuration that will be used. A server of its own and the generator of rush share
// the machine, so the figure is rather too low than too high where both want the processors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "command/peak_search.h"
#include "command/rush_server.h"

namespace sluice::command {

struct CalibrateOptions {
    RushServerOptions server;
    double seconds = 20;      ///< of load; making server and sale takes some three more
    double p99_ms_max = 100;  ///< a purchase answered later is no good one
    std::uint32_t connections = 256;
    bool quiet = false;  ///< no progress lines
};

struct Calibration {
    Peak peak;
    LoadStep at_70;                  ///< at 70 % of the peak
    double refusals_per_second = 0;  ///< sold out, as fast as they go
    std::uint32_t connections = 0;

    /// 80 % of the peak: the rest is for deadlines, payments, and bad moments of the disk.
    [[nodiscard]] std::uint64_t limit() const;
    /// The thread that sends was the limit, not the server.
    [[nodiscard]] bool generator_saturated() const;
};

[[nodiscard]] base::Result<Calibration> calibrate(const CalibrateOptions& options);

[[nodiscard]] std::string to_text(const Calibration& calibration);
/// The baseline: machine, version and figures.
[[nodiscard]] std::string to_json(const Calibration& calibration);

/// The peak in a baseline that to_json made.
[[nodiscard]] base::Result<double> peak_of_baseline(std::string_view json, const std::string& file);
/// Whether `peak` is below `baseline` by more than so many percent.
[[nodiscard]] bool has_fallen(double peak, double baseline, double tolerance_percent);

}  // namespace sluice::command
