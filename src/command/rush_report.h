// SPDX-License-Identifier: Apache-2.0
// RushReport: what a rush came to, for people and as JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "command/load_engine.h"
#include "command/rush.h"

namespace sluice::command {

struct RushReport {
    Verdict verdict;
    bool balanced = false;                         ///< the server's own reconciliation
    std::map<std::string, std::uint64_t> answers;  ///< by code, retries included
    std::uint64_t won = 0, paid = 0, abandoned = 0, retries = 0, unexpected = 0;
    LoadStats storm;                ///< the first purchases
    double server_cpu_seconds = 0;  ///< during the storm; 0: not our own server
    std::uint64_t seed = 0;
    bool shares_machine = true;

    /// Too many requests were sent late by the generator itself: its latencies say nothing.
    [[nodiscard]] bool generator_was_slow() const { return storm.late * 100 > storm.answered; }
};

[[nodiscard]] std::string to_text(const RushReport& report, const RushOptions& options);
[[nodiscard]] std::string to_json(const RushReport& report, const RushOptions& options);
/// Whether the file of --json can be written: asked before the rush, not after it.
[[nodiscard]] base::Result<void> check_json_file(const RushOptions& options);
[[nodiscard]] base::Result<void> write_json(const RushReport& report, const RushOptions& options);

}  // namespace sluice::command
