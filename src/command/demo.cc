// SPDX-License-Identifier: Apache-2.0
// `sluice demo`: a server with a seeded shop, on loopback, without configuration; with --rush also
// a rush on it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "command/commands.h"
#include "command/demo_data.h"
#include "command/rush.h"
#include "command/service.h"
#include "command/setup_link.h"
#include "command/stop_signals.h"

namespace sluice::command {

namespace {

struct DemoFlags {
    ConfigFlags config;
    std::uint64_t rush_buyers = 0;
    bool exit = false;
};

void greet(Service& service, const std::string& data_dir, const DemoData& data,
           const std::string& link) {
    const std::string store = service.app().options.public_url;
    const std::string console = service.console_url();
    fmt::print("\nsluice {}  demo mode  data={} (kept)\n", kVersion, data_dir);
    fmt::print("  Storefront  {}/            try it: buyer {} / {}\n", store, data.buyer,
               data.buyer_password);
    fmt::print("  Console     {}/admin       {}\n", console,
               link.empty() ? "log in as the owner you made" : "one-time link (15 min):");
    if (!link.empty()) fmt::print("              {}\n", link);
    fmt::print("  Operators   {} / {}   {} / {}\n", data.operator_name, data.operator_password,
               data.reviewer_name, data.reviewer_password);
    fmt::print("  API         {}/v1          spec: /openapi.json\n", store);
    fmt::print("  Metrics     {}/metrics     health: /livez /readyz\n", console);
    const base::Duration wait = data.next_start - service.app().clock.now();
    if (wait.ms > 0)
        fmt::print("  Next sale starts in {}m{:02}s.   Load it:  sluice rush\n", wait.ms / 60'000,
                   wait.ms / 1000 % 60);
    if (!link.empty())
        fmt::print("  Lost this text?  sluice admin setup-link --data {}\n", data_dir);
    std::fflush(stdout);
}

int rush_on(Service& service, const std::string& data_dir, const DemoData& data,
            std::uint64_t buyers) {
    RushOptions options;
    options.buyers = buyers;
    options.stock = 1000;
    options.public_url = service.public_url();
    options.console_url = service.console_url();
    options.token_key_file = data_dir + "/token.key";
    options.operator_name = data.operator_name;
    options.operator_password = data.operator_password;
    options.reviewer_name = data.reviewer_name;
    options.reviewer_password = data.reviewer_password;
    const auto verdict = rush(options);
    if (!verdict) return complain(verdict.error());
    return verdict->clean() ? kDone : kVerdict;
}

int demo(const DemoFlags& flags) {
    Config defaults;
    defaults.sandbox = true;
    defaults.api.second_factor = "optional";  // nobody takes out the phone to look at a demo
    defaults.log_level = "warn";              // the screen is for the person
    auto config = load_config(flags.config, defaults);
    if (!config) return complain(config.error(), kUsage);
    const bool has_own_images = config->publish.image_dir.empty();
    if (has_own_images) config->publish.image_dir = config->data_dir + "/images";
    block_stop_signals();
    if (auto past = make_demo_past(*config); !past) return complain(past.error());
    auto service = Service::open(*config);
    if (!service) return complain(service.error());
    if (has_own_images)
        if (auto written = write_demo_images(config->publish.image_dir); !written)
            return complain(written.error());
    const auto link = offer_setup_link(**service, config->data_dir);
    if (!link) return complain(link.error());
    if (auto started = (*service)->start(); !started) return complain(started.error());
    const auto data = make_demo_data((*service)->app());
    if (!data) return complain(data.error());
    greet(**service, config->data_dir, *data, *link);

    int exit_code = kDone;
    if (flags.rush_buyers != 0) {
        exit_code = rush_on(**service, config->data_dir, *data, flags.rush_buyers);
        if (!flags.exit) greet(**service, config->data_dir, *data, *link);
    }
    if (!flags.exit) {
        fmt::print("\nRunning until Ctrl-C.\n");
        std::fflush(stdout);
        (*service)->wait_for_stop_signal();
    }
    const std::size_t cut = (*service)->stop();
    return exit_code != kDone ? exit_code : cut == 0 ? kDone : kFailed;
}

}  // namespace

void add_demo(CLI::App& program, int& exit_code) {
    auto flags = std::make_shared<DemoFlags>();
    CLI::App* command =
        program.add_subcommand("demo", "Run a server with a shop to play with, on loopback.");
    command->footer("Example: sluice demo --rush 100000");
    add_config_flags(*command, flags->config);
    command
        ->add_option("--rush", flags->rush_buyers,
                     "First play a rush of so many buyers against it.")
        ->type_name("BUYERS")
        ->check(CLI::Range(1, 10'000'000));
    command->add_flag("--exit", flags->exit,
                      "Stop after the rush instead of serving until Ctrl-C.");
    command->callback([flags, &exit_code] { exit_code = demo(*flags); });
}

}  // namespace sluice::command
