// SPDX-License-Identifier: Apache-2.0
// Commands: one function a sub-command adds its flags and what it does to the command line. Each
// returns its exit code through `exit_code`: 0 done, 1 failed, 2 wrong usage or configuration, 3 a
// verdict or check failed.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config.h"

namespace CLI {
class App;
}

namespace sluice::command {

inline constexpr const char* kVersion = SLUICE_VERSION;

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2, kVerdict = 3 };

void add_serve(CLI::App& program, int& exit_code);
void add_demo(CLI::App& program, int& exit_code);
void add_rush(CLI::App& program, int& exit_code);
void add_calibrate(CLI::App& program, int& exit_code);
void add_doctor(CLI::App& program, int& exit_code);
void add_admin(CLI::App& program, int& exit_code);
void add_config(CLI::App& program, int& exit_code);
void add_version(CLI::App& program, int& exit_code);

/// The flags that every command has which reads the configuration.
struct ConfigFlags {
    std::string file;               ///< --config
    std::string data_dir;           ///< --data
    std::vector<std::string> sets;  ///< --set name=value, repeatable
};
void add_config_flags(CLI::App& command, ConfigFlags& flags);
/// Defaults, then file, then environment, then flags; checked as a whole.
[[nodiscard]] base::Result<Config> load_config(const ConfigFlags& flags);
/// The same over other defaults.
[[nodiscard]] base::Result<Config> load_config(const ConfigFlags& flags, Config defaults);

/// Prints `error: …` on standard error and returns `code`.
int complain(const base::Error& error, int code = kFailed);

}  // namespace sluice::command
