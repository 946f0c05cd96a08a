// SPDX-License-Identifier: Apache-2.0
// What a calibration came to, for people and as a baseline.
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

#include "base/text.h"
#include "command/calibrate.h"
#include "command/commands.h"
#include "command/console_client.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

constexpr double kLimitShare = 0.8;
constexpr double kGeneratorBusyMax = 0.9;  // of a core

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown processor";
}

std::string machine() {
    utsname name{};
    uname(&name);
    return fmt::format("{} cores, {}, {} {} {}", sysconf(_SC_NPROCESSORS_ONLN), processor(),
                       name.sysname, name.release, name.machine);
}

std::string step_json(const LoadStep& step) {
    return fmt::format(R"({{"rate":{:.0f},"goodput":{:.0f},"p50_ms":{:.3f},"p99_ms":{:.3f},)"
                       R"("server_cpu_us":{:.2f},"generator_busy":{:.3f},"kept_up":{}}})",
                       step.rate, step.goodput, step.p50_ms, step.p99_ms, step.server_cpu_us,
                       step.generator_busy, step.kept_up);
}

}  // namespace

// Of the peak as it is printed: who does the sum again gets the same.
std::uint64_t Calibration::limit() const {
    const double printed = std::nearbyint(peak.per_second);
    return static_cast<std::uint64_t>(std::max(1.0, std::floor(kLimitShare * printed)));
}

bool Calibration::generator_saturated() const {
    return std::ranges::any_of(peak.steps, [](const LoadStep& step) {
        return !step.kept_up && step.generator_busy > kGeneratorBusyMax;
    });
}

std::string to_text(const Calibration& calibration) {
    const Peak& peak = calibration.peak;
    std::string text = fmt::format("\n{:>10} {:>10} {:>9} {:>9} {:>12} {:>10}\n", "offered/s",
                                   "done/s", "p50 ms", "p99 ms", "server µs", "kept up");
    for (const LoadStep& step : peak.steps)
        text += fmt::format("{:>10.0f} {:>10.0f} {:>9.1f} {:>9.1f} {:>12.1f} {:>9}\n", step.rate,
                            step.goodput, step.p50_ms, step.p99_ms, step.server_cpu_us,
                            step.kept_up ? "yes" : "no");
    text += fmt::format(
        "\npeak     {:.0f} durable purchases/s   p99 at 70 % of it {:.1f} ms   sold-out refusals "
        "{:.0f}/s\n",
        peak.per_second, calibration.at_70.p99_ms, calibration.refusals_per_second);
    if (!peak.is_bounded) text += "         it was not reached in the time: use more --seconds\n";
    if (!peak.kept_up)
        text +=
            "         no rate kept its p99 within the bound; this is the most that came through\n";
    if (calibration.generator_saturated())
        text += "         the generator was the limit: the server alone bears more\n";
    text += fmt::format(
        "limit    purchases_per_second = {}   80 % of the peak\n"
        "machine  {}, shared by server and generator: alone, the server bears more\n",
        calibration.limit(), machine());
    return text;
}

std::string to_json(const Calibration& calibration) {
    std::string machine_json;
    base::append_json_string(machine_json, machine());
    std::string steps;
    for (const LoadStep& step : calibration.peak.steps)
        steps += (steps.empty() ? "" : ",") + step_json(step);
    return fmt::format(
        R"({{"peak_per_second":{:.0f},"limit_per_second":{},"p99_ms_at_70_percent":{:.3f},)"
        R"("refusals_per_second":{:.0f},"is_bounded":{},"kept_up":{},"generator_saturated":{},)"
        R"("shares_machine":true,"connections":{},"version":"{}","machine":{},"steps":[{}]}})"
        "\n",
        calibration.peak.per_second, calibration.limit(), calibration.at_70.p99_ms,
        calibration.refusals_per_second, calibration.peak.is_bounded, calibration.peak.kept_up,
        calibration.generator_saturated(), calibration.connections, kVersion, machine_json, steps);
}

Result<double> peak_of_baseline(std::string_view json, const std::string& file) {
    const std::string text = json_at(json, "peak_per_second");
    double peak = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), peak);
    if (error != std::errc{} || end != text.data() + text.size() || !(peak > 0))
        return failure(ErrorCode::invalid,
                       fmt::format("{} is no baseline: it has no peak_per_second above 0; write "
                                   "one with `sluice calibrate --baseline`",
                                   file));
    return peak;
}

bool has_fallen(double peak, double baseline, double tolerance_percent) {
    return peak < baseline * (1 - tolerance_percent / 100);
}

}  // namespace sluice::command
