// SPDX-License-Identifier: Apache-2.0
// `sluice doctor`: looks at machine, configuration and store, and says of each what is right, what
// is not, and what to do. Changes nothing. Exit code 3 if something is wrong.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>

#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/database.h"
#include "adapter/sqlite/ledger.h"
#include "base/machine.h"
#include "base/text.h"
#include "base/time.h"
#include "command/commands.h"
#include "command/service.h"
#include "sale/recover.h"

namespace sluice::command {

namespace {

using base::Health;

/// Like base::Finding, in the words of a shell: it also tells what the console has no sentence for.
struct Line {
    Health health = Health::good;
    std::string subject;
    std::string what;
    std::string fix;
};

Line check_sync(const std::string& data_dir) {
    const std::string where = std::filesystem::exists(data_dir) ? data_dir : ".";
    std::string name = where + "/sluice-doctor-XXXXXX";
    const int file = mkstemp(name.data());
    if (file < 0)
        return {Health::bad, "disk sync", fmt::format("cannot write to {}", where),
                "check who owns the folder"};
    unlink(name.c_str());
    constexpr int kTries = 20;
    const std::int64_t begun = base::monotonic_ns();
    bool ok = true;
    for (int i = 0; i < kTries; ++i) ok = ok && write(file, "x", 1) == 1 && fdatasync(file) == 0;
    const double ms = static_cast<double>(base::monotonic_ns() - begun) / 1e6 / kTries;
    close(file);
    if (!ok)
        return {Health::bad, "disk sync",
                fmt::format("writing and syncing a file in {} failed", where),
                "look for disk errors in the system's log"};
    return {ms < 10 ? Health::good : Health::warning, "disk sync",
            fmt::format("{:.2f} ms each; every answer to a purchase waits for one", ms),
            ms < 10 ? "" : "put the data folder on a faster disk"};
}

Line check_permissions(const std::string& data_dir) {
    struct stat status {};
    if (stat(data_dir.c_str(), &status) != 0)
        return {Health::good, "store",
                fmt::format("{} does not exist yet; the first start makes it", data_dir), ""};
    if ((status.st_mode & 077) == 0)
        return {Health::good, "folder", fmt::format("{} is private", data_dir), ""};
    return {Health::bad, "folder", fmt::format("others can look into {}", data_dir),
            fmt::format("chmod 700 {}", data_dir)};
}

/// Reads the whole store: integrity, every record and its sum, the state at the last clean stop,
/// the audit chain.
std::vector<Line> check_store(const Config& config) {
    if (!std::filesystem::exists(std::filesystem::path(config.data_dir) / "sluice.db")) return {};
    auto database = adapter::Database::open(config.data_dir);
    if (!database) {
        const bool in_use = database.error().code == base::ErrorCode::conflict;
        return {{in_use ? Health::warning : Health::bad, "store", database.error().what, ""}};
    }
    std::vector<Line> findings;
    adapter::SqliteLedger ledger(**database);
    sale::Sale sale(config.sale);
    if (const auto recovered = sale::recover(ledger, sale)) {
        findings.push_back({Health::good, "ledger",
                            fmt::format("{} records, every sum is right{}", recovered->records,
                                        recovered->clean ? ", and the last stop was clean" : ""),
                            ""});
    } else {
        findings.push_back({Health::bad, "ledger", recovered.error().what, ""});
    }
    adapter::SqliteAccountStore accounts(**database);
    if (const auto entries = accounts.verify_audit()) {
        findings.push_back(
            {Health::good, "audit", fmt::format("{} entries, the chain is whole", *entries), ""});
    } else {
        findings.push_back({Health::bad, "audit", entries.error().what, ""});
    }
    return findings;
}

void print(const std::vector<Line>& findings, bool json) {
    static constexpr const char* kNames[] = {"good", "warning", "bad"};
    std::string out = json ? "[" : "";
    for (const Line& finding : findings) {
        const char* health = kNames[static_cast<std::size_t>(finding.health)];
        const std::string what = finding.what + (finding.fix.empty() ? "" : ": ") + finding.fix;
        if (json) {
            out += fmt::format(R"({}{{"health":"{}","subject":"{}","what":)",
                               out.size() > 1 ? "," : "", health, finding.subject);
            base::append_json_string(out, what);
            out += "}";
        } else {
            out += fmt::format("{:<8} {:<13} {}\n", health, finding.subject, what);
        }
    }
    fmt::print("{}{}", out, json ? "]\n" : "");
}

int doctor(const ConfigFlags& flags, bool json) {
    const auto config = load_config(flags);
    if (!config) return complain(config.error(), kUsage);
    std::vector<Line> findings;
    for (const base::Finding& found : check_machine(*config))
        findings.push_back({found.health, found.subject, found.what.text(), found.fix.text()});
    findings.push_back(check_sync(config->data_dir));
    findings.push_back(check_permissions(config->data_dir));
    for (Line& finding : check_store(*config)) findings.push_back(std::move(finding));
    print(findings, json);
    const auto is_bad = [](const Line& finding) { return finding.health == Health::bad; };
    return std::ranges::any_of(findings, is_bad) ? kVerdict : kDone;
}

}  // namespace

void add_doctor(CLI::App& program, int& exit_code) {
    auto flags = std::make_shared<ConfigFlags>();
    auto json = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand(
        "doctor", "Check machine, configuration and store; changes nothing.");
    command->footer(
        "Example: sluice doctor --config /etc/sluice/sluice.toml\n"
        "The whole store is read while no server has it. Exit code 3 if something is bad.");
    add_config_flags(*command, *flags);
    command->add_flag("--json", *json, "As JSON.");
    command->callback([flags, json, &exit_code] { exit_code = doctor(*flags, *json); });
}

}  // namespace sluice::command
