// SPDX-License-Identifier: Apache-2.0
// `sluice calibrate`: its flags, and what becomes of the figures.
#include <fmt/format.h>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/secret.h"
#include "command/calibrate.h"
#include "command/commands.h"
#include "command/config_edit.h"
#include "command/stop_signals.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

constexpr std::uint32_t kSpareConnections = 16;

struct CalibrateFlags {
    ConfigFlags config;
    CalibrateOptions options;
    std::string write_file;
    std::string baseline_file;
    std::string compare_file;
    double tolerance_percent = 30;
    bool dry_run = false;
    bool json = false;
};

/// The folder of the store, or what there is of its path: on the same disk.
std::string nearest_folder(const std::string& data_dir) {
    std::error_code ignored;
    std::filesystem::path path = std::filesystem::absolute(data_dir, ignored);
    while (!std::filesystem::is_directory(path, ignored) && path.has_relative_path())
        path = path.parent_path();
    return path.string();
}

/// What the calibration must not inherit: limits of its own making, folders, names for the outside.
void make_neutral(RushServerOptions& server) {
    for (const char* set : {"public.address=127.0.0.1", "console.address=127.0.0.1", "public.url=",
                            "public.publish_dir=", "public.connections_per_address_max=0",
                            "gates.address_per_second=0", "gates.user_per_second=0",
                            "gates.purchases_per_second=0", "sale.orders_max=4000000"})
        server.sets.emplace_back(set);
}

Result<void> write_limit(const CalibrateFlags& flags, std::uint64_t limit) {
    // Read again: somebody may have edited it during the run.
    const auto text = read_whole_file(flags.write_file);
    if (!text) return std::unexpected(text.error());
    const auto edited = with_purchase_limit(*text, flags.write_file, limit);
    if (!edited) return std::unexpected(edited.error());
    if (!flags.json)
        fmt::print("{}{}:\n{}", flags.dry_run ? "would change " : "changed ", flags.write_file,
                   line_difference(*text, *edited));
    return flags.dry_run ? Result<void>{} : replace_file(flags.write_file, *edited);
}

Result<void> write_baseline(const std::string& file, const std::string& json) {
    std::ofstream out(file);
    out << json;
    out.close();
    if (out) return {};
    return failure(ErrorCode::unavailable,
                   fmt::format("cannot write {}; check the folder and its permissions", file));
}

/// Files are replaced by renaming, so that it is the folder that must allow it.
Result<void> check_folder_of(const std::string& file) {
    const std::string folder = std::filesystem::absolute(file).parent_path();
    if (access(folder.c_str(), W_OK) == 0) return {};
    return failure(ErrorCode::unavailable, fmt::format("cannot write {}: its folder {}: {}", file,
                                                       folder, std::strerror(errno)));
}

/// What can be known to fail is refused before half a minute of load, not after it.
Result<double> check_files(const CalibrateFlags& flags) {
    if (flags.dry_run && flags.write_file.empty())
        return failure(ErrorCode::invalid, "--dry-run shows what --write would do: give both");
    if (!flags.write_file.empty()) {
        const auto text = read_whole_file(flags.write_file);
        if (!text) return std::unexpected(text.error());
        if (auto edited = with_purchase_limit(*text, flags.write_file, 1); !edited)
            return std::unexpected(edited.error());
    }
    for (const std::string& file : {flags.write_file, flags.baseline_file}) {
        if (file.empty() || (flags.dry_run && file == flags.write_file)) continue;
        if (auto allowed = check_folder_of(file); !allowed) return std::unexpected(allowed.error());
    }
    if (flags.compare_file.empty()) return 0;
    const auto text = read_whole_file(flags.compare_file);
    if (!text) return std::unexpected(text.error());
    return peak_of_baseline(*text, flags.compare_file);
}

int run(CalibrateFlags flags) {
    const auto config = load_config(flags.config);
    if (!config) return complain(config.error(), kUsage);
    const auto before = check_files(flags);
    if (!before) return complain(before.error(), kUsage);
    CalibrateOptions& options = flags.options;
    options.quiet = flags.json;
    options.server.parent_dir = nearest_folder(config->data_dir);
    options.server.config_file = flags.config.file;
    options.server.sets = flags.config.sets;
    make_neutral(options.server);
    // Room for the generator whatever is configured, and not more: each needs a descriptor.
    options.server.sets.push_back(
        fmt::format("public.connections_max={}", options.connections + kSpareConnections));
    base::open_secrets();
    block_stop_signals();  // asked for between the steps, so that the server is put away
    const auto found = calibrate(options);
    if (!found) return complain(found.error());
    const std::string json = to_json(*found);
    fmt::print("{}", flags.json ? json : to_text(*found));
    if (!flags.baseline_file.empty())
        if (auto written = write_baseline(flags.baseline_file, json); !written)
            return complain(written.error());
    if (!flags.write_file.empty())
        if (auto written = write_limit(flags, found->limit()); !written)
            return complain(written.error());
    if (flags.compare_file.empty()) return kDone;
    const double peak = found->peak.per_second;
    const bool fallen = has_fallen(peak, *before, flags.tolerance_percent);
    // To where a person or a log looks for it, beside JSON on standard output.
    fmt::print(flags.json ? stderr : stdout,
               "compare  {}: peak {:.0f}/s, {:+.0f} % to {:.0f}/s of {}; may fall by {:.0f} %\n",
               fallen ? "FAIL" : "PASS", peak, 100 * (peak / *before - 1), *before,
               flags.compare_file, flags.tolerance_percent);
    return fallen ? kVerdict : kDone;
}

}  // namespace

void add_calibrate(CLI::App& program, int& exit_code) {
    auto flags = std::make_shared<CalibrateFlags>();
    CLI::App* command = program.add_subcommand(
        "calibrate", "Measure how many purchases a second this machine bears; set the limit.");
    command->footer(
        "Examples:\n"
        "  sluice calibrate --data /var/lib/sluice                    only the figures\n"
        "  sluice calibrate --config sluice.toml --write sluice.toml  80 % of the peak becomes the "
        "limit\n"
        "  sluice calibrate --baseline peak.json                      keep the figures\n"
        "  sluice calibrate --compare peak.json --tolerance 30        in CI: is it as fast as it "
        "was?\n"
        "A server of its own, on a temporary store on the disk of --data, and the generator share "
        "the\nmachine; let nothing else run. Exit code 3 if the peak fell by more than the "
        "tolerance.");
    add_config_flags(*command, flags->config);
    command
        ->add_option("--seconds", flags->options.seconds,
                     "Of load, all steps together; default 20. Starting takes some three more.")
        ->check(CLI::Range(2.0, 60.0));
    command
        ->add_option("--p99", flags->options.p99_ms_max,
                     "A rate is too much if its p99 is above so many ms; default 100.")
        ->check(CLI::Range(1.0, 60'000.0));
    command
        ->add_option("--connections", flags->options.connections,
                     "Connections of the generator; default 256.")
        ->check(CLI::Range(1, 20'000));
    command
        ->add_option("--write", flags->write_file,
                     "Put the limit into this configuration file; the rest stays as it is.")
        ->type_name("FILE");
    command->add_flag("--dry-run", flags->dry_run, "With --write: only show the change.");
    command->add_option("--baseline", flags->baseline_file, "Write the figures as JSON.")
        ->type_name("FILE");
    command->add_option("--compare", flags->compare_file, "A baseline to compare the peak with.")
        ->type_name("FILE");
    command
        ->add_option("--tolerance", flags->tolerance_percent,
                     "Percent by which the peak may be below that of --compare; default 30.")
        ->check(CLI::Range(0.0, 99.0));
    command->add_flag("--json", flags->json, "Print the figures as JSON, and nothing else.");
    command->callback([flags, &exit_code] { exit_code = run(*flags); });
}

}  // namespace sluice::command
