// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/log.h"
#include "command/commands.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

void add_config_flags(CLI::App& command, ConfigFlags& flags) {
    command.add_option("--config", flags.file, "Configuration file (see conf/sluice.toml).")
        ->type_name("FILE");
    command.add_option("--data", flags.data_dir, "Folder of the store; default sluice-data.")
        ->type_name("DIR");
    command
        .add_option("--set", flags.sets, "Any option of the configuration: --set public.port=80")
        ->type_name("NAME=VALUE");
}

namespace {

base::LogLevel level_of(const std::string& name) {
    if (name == "debug") return base::LogLevel::debug;
    if (name == "warn") return base::LogLevel::warn;
    if (name == "error") return base::LogLevel::error;
    return base::LogLevel::info;
}

}  // namespace

Result<Config> load_config(const ConfigFlags& flags) { return load_config(flags, Config{}); }

Result<Config> load_config(const ConfigFlags& flags, Config defaults) {
    Config config = std::move(defaults);
    if (!flags.file.empty())
        if (auto read = read_file(config, flags.file); !read) return std::unexpected(read.error());
    if (auto read = read_environment(config, environ); !read) return std::unexpected(read.error());
    for (const std::string& set : flags.sets) {
        const std::size_t equals = set.find('=');
        if (equals == set.npos)
            return failure(
                ErrorCode::invalid,
                fmt::format("--set {}: write it as NAME=VALUE, such as public.port=80", set));
        if (auto done = set_option(config, set.substr(0, equals), set.substr(equals + 1)); !done)
            return failure(ErrorCode::invalid, fmt::format("--set {}: {}", set, done.error().what));
    }
    if (!flags.data_dir.empty()) config.data_dir = flags.data_dir;
    if (auto checked = check(config); !checked) return std::unexpected(checked.error());
    base::set_log_level(level_of(config.log_level));
    return config;
}

int complain(const base::Error& error, int code) {
    base::flush_log();
    fmt::print(stderr, "error: {}\n", error.what);
    return code;
}

}  // namespace sluice::command
