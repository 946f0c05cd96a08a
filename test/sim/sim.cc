// SPDX-License-Identifier: Apache-2.0
// sluice_sim: runs simulated sales, one a seed. The same program and seed are the same sale.
#include <unistd.h>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "violation.h"
#include "world.h"

namespace sluice::sim {
namespace {

/// What is running, for the case that a CHECK of the sale ends the process.
volatile std::sig_atomic_t g_seed = 0;
volatile std::sig_atomic_t g_mode = 0;
volatile std::sig_atomic_t g_crash_at = -1;  // -1: none; 0: the small sale without a crash

std::string replay_command(std::uint64_t seed, Mode mode, std::optional<std::uint64_t> crash_at) {
    return fmt::format("make sim SEED={}{}{}", seed, mode == Mode::lying ? " LYING=1" : "",
                       crash_at ? fmt::format(" CRASH_AT={}", *crash_at) : "");
}

extern "C" void on_abort(int) {
    const int crash_at = g_crash_at;
    const std::string line = fmt::format(
        "seed {}: a CHECK failed; {} shows how\n", static_cast<long>(g_seed),
        replay_command(static_cast<std::uint64_t>(g_seed), static_cast<Mode>(g_mode),
                       crash_at >= 0 ? std::optional<std::uint64_t>(crash_at) : std::nullopt));
    (void)!::write(STDERR_FILENO, line.data(), line.size());
    std::_Exit(1);
}

struct Totals {
    std::uint64_t sales = 0, failures = 0, lies_told = 0;
    Tally sum;
};

void add(Tally& sum, const Tally& one) {
    sum.steps += one.steps;
    sum.events += one.events;
    sum.records += one.records;
    sum.orders += one.orders;
    sum.crashes += one.crashes;
    sum.failed_commits += one.failed_commits;
    sum.restarts += one.restarts;
    sum.disk_operations += one.disk_operations;
    sum.flipped_bits += one.flipped_bits;
    sum.refunds += one.refunds;
    sum.units_sold += one.units_sold;
}

/// One sale. Returns how many operations its disk made.
std::uint64_t run(std::uint64_t seed, Mode mode, std::optional<std::uint64_t> crash_at, bool small,
                  bool prints, Totals& totals) {
    g_seed = static_cast<std::sig_atomic_t>(seed);
    g_mode = static_cast<std::sig_atomic_t>(mode);
    g_crash_at = crash_at ? static_cast<std::sig_atomic_t>(*crash_at) : -1;
    Plan plan(seed, mode, small);
    if (small) plan.crash = plan.write_fails = plan.sync_fails = 0;
    plan.crash_at = crash_at;
    World world(seed, plan, prints);
    std::string what;
    try {
        world.run();
    } catch (const Violation& violation) {
        what = violation.what;
    }
    const bool lied = mode == Mode::lying && world.tally().lost_acknowledgement;
    const bool noticed = what.starts_with("P2");
    if (lied && noticed) what.clear();
    if (lied && !noticed && what.empty())
        what = "the disk lost what a customer had been told, and nobody noticed";
    ++totals.sales;
    totals.lies_told += lied ? 1 : 0;
    add(totals.sum, world.tally());
    if (!what.empty()) {
        ++totals.failures;
        fmt::print("seed {}, step {}: {}\n    {}\n", seed, world.tally().steps, what,
                   replay_command(seed, mode, crash_at));
    }
    return world.tally().disk_operations;
}

/// A small sale again and again, with a crash before each operation of its disk in turn.
void run_every_crash(std::uint64_t seed, Totals& totals) {
    const std::uint64_t operations = run(seed, Mode::honest, 0, true, false, totals);
    for (std::uint64_t at = 1; at <= operations && totals.failures == 0; ++at)
        run(seed, Mode::honest, at, true, false, totals);
}

struct Options {
    std::uint64_t seeds = 200;
    std::uint64_t first = 1;
    std::optional<std::uint64_t> seed, crash_at;
    bool lying = false;
    bool keeps_going = false;
};

int usage() {
    fmt::print(stderr,
               "usage: sluice_sim [--seeds N] [--first N] [--keep-going]\n"
               "       sluice_sim --seed N [--crash-at N] [--lying]\n");
    return 2;
}

std::optional<Options> parse(int count, char** words) {
    Options options;
    for (int at = 1; at < count; ++at) {
        const std::string_view word = words[at];
        if (word == "--lying") {
            options.lying = true;
        } else if (word == "--keep-going") {
            options.keeps_going = true;
        } else {
            if (++at == count) return std::nullopt;
            std::uint64_t number = 0;
            const char* end = words[at] + std::strlen(words[at]);
            const auto [stop, error] = std::from_chars(words[at], end, number);
            if (error != std::errc() || stop != end) return std::nullopt;
            if (word == "--seeds") {
                options.seeds = number;
            } else if (word == "--first") {
                options.first = number;
            } else if (word == "--seed") {
                options.seed = number;
            } else if (word == "--crash-at") {
                options.crash_at = number;
            } else {
                return std::nullopt;
            }
        }
    }
    return options;
}

void print_totals(const Totals& totals, double seconds) {
    const Tally& sum = totals.sum;
    fmt::print(
        "{} sales in {:.1f} s ({:.0f} a minute): {} events, {} records, {} orders, {} units "
        "sold, {} refunds\n",
        totals.sales, seconds, static_cast<double>(totals.sales) * 60 / seconds, sum.events,
        sum.records, sum.orders, sum.units_sold, sum.refunds);
    fmt::print(
        "{} crashes, {} failed commits, {} restarts, {} flipped bits, {} times a "
        "lying disk lost what a customer was told; {}\n",
        sum.crashes, sum.failed_commits, sum.restarts, sum.flipped_bits, totals.lies_told,
        totals.failures == 0 ? "each loss was noticed, no promise was broken"
                             : fmt::format("{} FAILED", totals.failures));
}

int main_of(const Options& options) {
    std::signal(SIGABRT, on_abort);
    Totals totals;
    const std::int64_t begun_ns = base::monotonic_ns();
    if (options.seed) {
        run(*options.seed, options.lying ? Mode::lying : Mode::honest, options.crash_at,
            options.crash_at.has_value(), true, totals);
        fmt::print("seed {}: {}\n", *options.seed, totals.failures == 0 ? "clean" : "FAILED");
        return totals.failures == 0 ? 0 : 1;
    }
    for (std::uint64_t seed = options.first; seed < options.first + options.seeds; ++seed) {
        run(seed, Mode::honest, std::nullopt, false, false, totals);
        if (seed % 10 == 0) run(seed, Mode::lying, std::nullopt, false, false, totals);
        if (seed % 100 == 0) run_every_crash(seed, totals);
        if (totals.failures != 0 && !options.keeps_going) break;
    }
    print_totals(totals, static_cast<double>(base::monotonic_ns() - begun_ns) / 1e9);
    return totals.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sluice::sim

int main(int count, char** words) {
    const auto options = sluice::sim::parse(count, words);
    return options ? sluice::sim::main_of(*options) : sluice::sim::usage();
}
