// SPDX-License-Identifier: Apache-2.0
#include "command/rush_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "command/console_client.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

/// Everything up to the first line break; what there is if the writer ends.
std::string read_line(int file) {
    std::string line;
    for (char c = 0; read(file, &c, 1) == 1 && c != '\n';) line += c;
    return line;
}

}  // namespace

Result<std::unique_ptr<RushServer>> RushServer::start(const RushServerOptions& options) {
    std::unique_ptr<RushServer> server(new RushServer);
    std::error_code error;
    const std::filesystem::path parent = options.parent_dir.empty()
                                             ? std::filesystem::temp_directory_path(error)
                                             : std::filesystem::path(options.parent_dir);
    if (error)
        return failure(
            ErrorCode::unavailable,
            fmt::format("there is no folder for temporary files: {}; set TMPDIR", error.message()));
    std::string dir = (parent / "sluice-rush-XXXXXX").string();
    if (mkdtemp(dir.data()) == nullptr)
        return failure(
            ErrorCode::unavailable,
            fmt::format("cannot make a folder in {}: {}; {}", parent.string(), std::strerror(errno),
                        options.parent_dir.empty() ? "set TMPDIR" : "choose another"));
    server->data_dir_ = dir;

    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0)
        return failure(ErrorCode::unavailable,
                       fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    std::vector<std::string> arguments{
        "sluice", "serve", "--json", "--data", dir, "--parent", std::to_string(getpid())};
    if (!options.config_file.empty()) {
        arguments.emplace_back("--config");
        arguments.push_back(options.config_file);
    }
    std::vector<std::string> sets = options.sets;
    for (const char* set : {"public.port=0", "console.port=0", "payment.sandbox=true",
                            "console.second_factor=optional", "log_level=warn"})
        sets.emplace_back(set);
    for (std::string& set : sets) {
        arguments.emplace_back("--set");
        arguments.push_back(std::move(set));
    }
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    // A caller may have blocked the stop signals for itself; the server must hear them.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    // In a group of its own, so that Ctrl-C reaches the caller alone, who then stops the server.
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    const int spawned =
        posix_spawn(&server->pid_, "/proc/self/exe", &actions, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(pipe_ends[1]);
    server->output_ = pipe_ends[0];
    if (spawned != 0) {
        server->pid_ = -1;
        return failure(ErrorCode::unavailable,
                       fmt::format("cannot start a server: {}", std::strerror(spawned)));
    }
    const std::string line = read_line(server->output_);
    server->public_url_ = json_at(line, "public");
    server->console_url_ = json_at(line, "console");
    const std::string link = json_at(line, "setup_link");
    const std::size_t token = link.find("#k=");
    if (token != link.npos) server->setup_token_ = link.substr(token + 3);
    if (server->public_url_.empty() || server->setup_token_.empty())
        return failure(ErrorCode::unavailable, "the server did not start; see its error above");
    return server;
}

RushServer::~RushServer() {
    if (pid_ > 0) {
        kill(pid_, SIGTERM);
        waitpid(pid_, nullptr, 0);
    }
    if (output_ >= 0) close(output_);
    std::error_code ignored;
    if (!data_dir_.empty()) std::filesystem::remove_all(data_dir_, ignored);
}

double RushServer::cpu_seconds() const {
    std::ifstream file(fmt::format("/proc/{}/stat", pid_));
    std::string text;
    std::getline(file, text);
    text.erase(0, text.rfind(')') + 2);  // the name may hold anything
    std::array<std::string, 13> fields;
    std::size_t at = 0;
    for (std::string& field : fields) {
        const std::size_t space = text.find(' ', at);
        field = text.substr(at, space - at);
        if (space == text.npos) return 0;
        at = space + 1;
    }
    const double ticks =
        std::strtod(fields[11].c_str(), nullptr) + std::strtod(fields[12].c_str(), nullptr);
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace sluice::command
