// SPDX-License-Identifier: Apache-2.0
#include "command/rush_report.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "base/text.h"

namespace sluice::command {

namespace {

struct Percentile {
    const char* name;
    double fraction;
};
constexpr Percentile kPercentiles[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}};

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

std::string latencies_text(const base::Latencies& latencies) {
    std::string text;
    for (const Percentile& each : kPercentiles)
        text += fmt::format("{} {:.1f}  ", each.name, ms(latencies.percentile_ns(each.fraction)));
    return text + fmt::format("max {:.1f} ms", ms(latencies.max_ns()));
}

std::string latencies_json(const base::Latencies& latencies) {
    std::string json = "{";
    for (const Percentile& each : kPercentiles)
        json += fmt::format(R"("{}_ms":{:.3f},)", each.name,
                            ms(latencies.percentile_ns(each.fraction)));
    return json + fmt::format(R"("max_ms":{:.3f}}})", ms(latencies.max_ns()));
}

std::string machine() {
    utsname name{};
    uname(&name);
    return fmt::format("{} cores, {} {} {}", sysconf(_SC_NPROCESSORS_ONLN), name.sysname,
                       name.release, name.machine);
}

double late_percent(const RushReport& report) {
    return report.storm.answered == 0 ? 0
                                      : 100.0 * static_cast<double>(report.storm.late) /
                                            static_cast<double>(report.storm.answered);
}

double per_storm_second(std::uint64_t count, const RushReport& report) {
    return report.storm_seconds > 0 ? static_cast<double>(count) / report.storm_seconds : 0;
}

double us_per_request(double cpu_seconds, const RushReport& report) {
    return report.storm_requests > 0
               ? cpu_seconds * 1e6 / static_cast<double>(report.storm_requests)
               : 0;
}

std::string generator_text(const RushReport& report) {
    std::string text = fmt::format("generator late {:.2f} %", late_percent(report));
    if (report.storm.late > 0)
        text += fmt::format(", at most by {:.0f} ms", ms(report.storm.late_max_ns));
    return text + fmt::format(", busy {:.0f} % of a core", 100 * report.generator_busy);
}

std::string reproduce(const RushReport& report, const RushOptions& options) {
    std::string command = fmt::format("sluice rush --buyers {} --stock {} --policy {} --seed {}",
                                      options.buyers, options.stock, options.policy, report.seed);
    if (options.abandon_percent != 0)
        command += fmt::format(" --abandon {} --pay-window {}", options.abandon_percent,
                               options.pay_window_ms);
    if (options.rate > 0) command += fmt::format(" --rate {}", options.rate);
    return command;
}

}  // namespace

std::string to_text(const RushReport& report, const RushOptions& options) {
    const Verdict& v = report.verdict;
    std::string text = fmt::format(
        "\nVERDICT  {}   oversold {}   undersold {}   duplicates {}   over limit {}   lost acks {} "
        "  sold {} of {}\n",
        v.clean() ? "PASS" : "FAIL", v.oversold, v.undersold, v.duplicates, v.over_limit,
        v.lost_acks, v.sold, options.stock);
    text += fmt::format(
        "storm    {:.2f} s from T0 to the last answer   {:.0f} buyers/s   {} requests, {:.0f}/s   "
        "whole run {:.1f} s\n",
        report.storm_seconds, per_storm_second(options.buyers, report), report.storm_requests,
        per_storm_second(report.storm_requests, report), report.whole_seconds);
    if (report.generator_saturated())
        text += fmt::format(
            "VOID     generator saturated: {:.1f} % of the sends more than 5 ms late. The verdict "
            "stands, the times do not: use --rate\n",
            late_percent(report));
    text +=
        fmt::format("answers  {}", report.balanced ? "" : "THE SERVER'S BOOKS DO NOT BALANCE  ");
    for (const auto& [code, count] : report.answers) text += fmt::format("{} {}   ", code, count);
    text += fmt::format(
        "\npeople   won {}   paid {}   let go {}   retries {}   unexpected answers {}\n",
        report.won, report.paid, report.abandoned, report.retries, report.unexpected);
    text += fmt::format(
        "cpu      {}generator {:.1f} µs for each request\n",
        report.server_cpu_seconds > 0
            ? fmt::format("server {:.1f} µs   ", us_per_request(report.server_cpu_seconds, report))
            : "",
        us_per_request(report.generator_cpu_seconds, report));
    text += fmt::format("latency  {}   (from the intended time)\n",
                        latencies_text(report.storm.corrected));
    text += fmt::format("         {}   (from sending: what a closed loop would report)\n",
                        latencies_text(report.storm.uncorrected));
    text += fmt::format("machine  {}{}   {}\n", machine(),
                        report.shares_machine ? ", shared by server and generator" : "",
                        generator_text(report));
    return text + fmt::format("again    {}\n", reproduce(report, options));
}

std::string to_json(const RushReport& report, const RushOptions& options) {
    const Verdict& v = report.verdict;
    std::string answers;
    for (const auto& [code, count] : report.answers) {
        if (!answers.empty()) answers += ',';
        base::append_json_string(answers, code);
        answers += fmt::format(":{}", count);
    }
    std::string machine_json;
    base::append_json_string(machine_json, machine());
    return fmt::format(
               R"({{"verdict":{{"oversold":{},"undersold":{},"duplicates":{},"over_limit":{},"lost_acks":{},"sold":{}}},)"
               R"("clean":{},"balanced":{},)",
               v.oversold, v.undersold, v.duplicates, v.over_limit, v.lost_acks, v.sold, v.clean(),
               report.balanced) +
           // Beside the whole verdict, what one row of a table wants.
           fmt::format(
               R"("storm_seconds":{:.3f},"buyers_per_second":{:.0f},"requests_per_second":{:.0f},)"
               R"("server_cpu_us_per_request":{:.3f},"generator_cpu_us_per_request":{:.3f},)"
               R"("oversold":{},"undersold":{},"duplicates":{},"lost_acks":{},"whole_seconds":{:.3f},)",
               report.storm_seconds, per_storm_second(options.buyers, report),
               per_storm_second(report.storm_requests, report),
               us_per_request(report.server_cpu_seconds, report),
               us_per_request(report.generator_cpu_seconds, report), v.oversold, v.undersold,
               v.duplicates, v.lost_acks, report.whole_seconds) +
           fmt::format(
               R"("seconds":{:.3f},"requests":{},"per_second":{:.0f},"answers":{{{}}},)"
               R"("won":{},"paid":{},"abandoned":{},"retries":{},"unexpected":{},)"
               R"("latency":{{"corrected":{},"uncorrected":{}}},"server_cpu_seconds":{:.3f},)",
               report.storm.seconds, report.storm.answered,
               static_cast<double>(report.storm.answered) / report.storm.seconds, answers,
               report.won, report.paid, report.abandoned, report.retries, report.unexpected,
               latencies_json(report.storm.corrected), latencies_json(report.storm.uncorrected),
               report.server_cpu_seconds) +
           fmt::format(
               R"("generator_late":{:.4f},"generator_late_max_ms":{:.3f},"generator_busy":{:.3f},)"
               R"("generator_saturated":{},"shares_machine":{},"machine":{},"seed":{},)"
               R"("buyers":{},"stock":{},"policy":"{}","abandon_percent":{},"pay_window_ms":{},"connections":{}}})"
               "\n",
               late_percent(report) / 100, ms(report.storm.late_max_ns), report.generator_busy,
               report.generator_saturated(), report.shares_machine, machine_json, report.seed,
               options.buyers, options.stock, options.policy, options.abandon_percent,
               options.pay_window_ms, options.connections);
}

base::Result<void> check_json_file(const RushOptions& options) {
    if (options.json_file.empty() || std::ofstream(options.json_file, std::ios::app)) return {};
    return base::failure(
        base::ErrorCode::unavailable,
        fmt::format("cannot write {}; check the folder and its permissions", options.json_file));
}

base::Result<void> write_json(const RushReport& report, const RushOptions& options) {
    std::ofstream file(options.json_file);
    file << to_json(report, options);
    file.close();
    if (!file)
        return base::failure(base::ErrorCode::unavailable,
                             fmt::format("cannot write {}; check the folder and its permissions",
                                         options.json_file));
    return {};
}

}  // namespace sluice::command
