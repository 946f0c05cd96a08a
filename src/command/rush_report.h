// SPDX-License-Identifier: Apache-2.0
// RushReport: what a rush came to, for people and as JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/result.h"
#include "command/load_engine.h"
#include "command/rush.h"

namespace sluice::command {

struct RushReport {
    Verdict verdict;
    bool balanced = false;                                      ///< the server's own reconciliation
    std::map<std::string, std::uint64_t, std::less<>> answers;  ///< by code, retries included
    std::uint64_t won = 0, paid = 0, abandoned = 0, retries = 0, unexpected = 0;
    LoadStats storm;                   ///< the first requests of everybody
    double storm_seconds = 0;          ///< from T0 until the last of them had a clear answer
    std::uint64_t storm_requests = 0;  ///< with those that were repeated until then
    double whole_seconds = 0;          ///< from the start of the program to the judgement
    double server_cpu_seconds = 0;     ///< during the storm; 0: not our own server
    double generator_cpu_seconds = 0;  ///< during the storm, with those who pay
    double generator_busy = 0;         ///< of one core: the thread that sends and receives
    std::uint64_t seed = 0;
    bool shares_machine = true;

    /// The generator itself was the limit: what was measured says nothing about the server.
    [[nodiscard]] bool generator_saturated() const {
        return storm.late * 100 > storm.answered || generator_busy > 0.97;
    }
};

[[nodiscard]] std::string to_text(const RushReport& report, const RushOptions& options);
[[nodiscard]] std::string to_json(const RushReport& report, const RushOptions& options);
/// Whether the file of --json can be written: asked before the rush, not after it.
[[nodiscard]] base::Result<void> check_json_file(const RushOptions& options);
[[nodiscard]] base::Result<void> write_json(const RushReport& report, const RushOptions& options);

}  // namespace sluice::command
