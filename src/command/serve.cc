// SPDX-License-Identifier: Apache-2.0
// `sluice serve`: runs the server until SIGTERM or SIGINT, then drains.
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "command/commands.h"
#include "command/service.h"
#include "command/setup_link.h"
#include "command/stop_signals.h"

namespace sluice::command {

namespace {

struct ServeFlags {
    ConfigFlags config;
    bool json = false;
    int parent = 0;  ///< end with this process; 0: with nobody
};

/// Has the kernel stop us when the thread that started us ends, however it ends. False if it has
/// ended already: the question comes after the wish, so none falls in between.
bool live_with(int parent) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent;
}

void greet(Service& service, const std::string& data_dir, const std::string& setup_link) {
    fmt::print("sluice {}  data={}\n", kVersion, data_dir);
    fmt::print("  Storefront  {}/\n", service.app().options.public_url);
    fmt::print("  Console     {}/admin\n", service.console_url());
    fmt::print("  API         {}/v1          spec: /openapi.json\n", service.public_url());
    fmt::print("  Metrics     {}/metrics     health: /livez /readyz\n", service.console_url());
    if (!setup_link.empty())
        fmt::print(
            "  No owner yet. One-time link (15 min): {}\n  Lost this text?  sluice admin "
            "setup-link --data {}\n",
            setup_link, data_dir);
    std::fflush(stdout);
}

/// One line for programs that start a server: where it listens.
void greet_json(Service& service, const std::string& setup_link) {
    std::string link;
    base::append_json_string(link, setup_link);
    fmt::print(R"({{"event":"serving","public":"{}","console":"{}","setup_link":{},"pid":{}}})"
               "\n",
               service.public_url(), service.console_url(), link, getpid());
    std::fflush(stdout);
}

int serve(const ServeFlags& flags) {
    const auto config = load_config(flags.config);
    if (!config) return complain(config.error(), kUsage);
    block_stop_signals();
    if (flags.parent != 0 && !live_with(flags.parent)) return kDone;
    auto service = Service::open(*config);
    if (!service) return complain(service.error());
    const auto link = offer_setup_link(**service, config->data_dir);
    if (!link) return complain(link.error());
    if (auto started = (*service)->start(); !started) return complain(started.error());
    flags.json ? greet_json(**service, *link) : greet(**service, config->data_dir, *link);
    (*service)->wait_for_stop_signal();
    return (*service)->stop() == 0 ? kDone : kFailed;
}

}  // namespace

void add_serve(CLI::App& program, int& exit_code) {
    auto flags = std::make_shared<ServeFlags>();
    CLI::App* command = program.add_subcommand("serve", "Run the server until SIGTERM or Ctrl-C.");
    command->footer(
        "Example: sluice serve --config /etc/sluice/sluice.toml --set public.address=0.0.0.0");
    add_config_flags(*command, flags->config);
    command->add_flag("--json", flags->json, "Print one JSON line when serving, instead of text.");
    command->add_option("--parent", flags->parent, "End with this process.")->group("");
    command->callback([flags, &exit_code] { exit_code = serve(*flags); });
}

}  // namespace sluice::command
