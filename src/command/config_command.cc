// SPDX-License-Identifier: Apache-2.0
// `sluice config`: checks and prints the configuration. `sluice version`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "command/commands.h"

namespace sluice::command {

void add_config(CLI::App& program, int& exit_code) {
    auto flags = std::make_shared<ConfigFlags>();
    CLI::App* command = program.add_subcommand("config", "Check and print the configuration.");
    command->require_subcommand(1);
    command->footer(
        "Examples:\n"
        "  sluice config init > sluice.toml                      every option with its default\n"
        "  sluice config check --config sluice.toml              before a restart\n"
        "  sluice config print --config sluice.toml              with what environment and flags "
        "change");

    CLI::App* check = command->add_subcommand(
        "check", "Say whether the configuration is right, and what is not.");
    add_config_flags(*check, *flags);
    check->callback([flags, &exit_code] {
        const auto config = load_config(*flags);
        if (!config) {
            exit_code = complain(config.error(), kUsage);
        } else {
            fmt::print("the configuration is right\n");
        }
    });

    CLI::App* print =
        command->add_subcommand("print", "Print the configuration in force, as a commented file.");
    add_config_flags(*print, *flags);
    print->callback([flags, &exit_code] {
        const auto config = load_config(*flags);
        if (!config) {
            exit_code = complain(config.error(), kUsage);
        } else {
            fmt::print("{}", to_toml(*config));
        }
    });

    CLI::App* init = command->add_subcommand(
        "init", "Print a commented file with every option and its default.");
    init->callback([] { fmt::print("{}", to_toml(Config{})); });
}

void add_version(CLI::App& program, int& exit_code) {
    auto json = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand("version", "Print the version.");
    command->footer("Example: sluice version --json");
    command->add_flag("--json", *json, "As JSON.");
    command->callback([json, &exit_code] {
        exit_code = kDone;
        *json ? fmt::print("{{\"version\":\"{}\",\"store\":1}}\n", kVersion)
              : fmt::print("sluice {}\n", kVersion);
    });
}

}  // namespace sluice::command
