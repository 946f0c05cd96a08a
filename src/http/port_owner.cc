// SPDX-License-Identifier: Apache-2.0
#include "http/port_owner.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

namespace sluice::http {

namespace {

namespace fs = std::filesystem;

/// Collects the link texts ("socket:[123]") of the sockets that listen on `port`.
void collect_listeners(const char* table, std::uint16_t port, std::set<std::string>& out) {
    std::ifstream file{table};
    std::string line;
    std::getline(file, line);  // the titles
    while (std::getline(file, line)) {
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
        std::istringstream words{line};
        std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
        words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
            timeout >> inode;
        const auto colon = local.rfind(':');
        if (state != "0A" || colon == std::string::npos) continue;
        if (std::stoul(local.substr(colon + 1), nullptr, 16) == port)
            out.insert("socket:[" + inode + "]");
    }
}

bool holds_one(const fs::path& process, const std::set<std::string>& sockets) {
    std::error_code error;
    for (fs::directory_iterator at{process / "fd", error}, end; !error && at != end;
         at.increment(error)) {
        std::error_code unreadable;
        if (sockets.contains(fs::read_symlink(at->path(), unreadable).string())) return true;
    }
    return false;
}

}  // namespace

std::string port_owner(std::uint16_t port) {
    std::set<std::string> sockets;
    collect_listeners("/proc/net/tcp", port, sockets);
    collect_listeners("/proc/net/tcp6", port, sockets);
    if (sockets.empty()) return {};
    std::error_code error;
    for (fs::directory_iterator at{"/proc", error}, end; !error && at != end; at.increment(error)) {
        const std::string pid = at->path().filename().string();
        if (!std::ranges::all_of(pid, [](unsigned char c) { return std::isdigit(c) != 0; }))
            continue;
        if (!holds_one(at->path(), sockets)) continue;
        std::ifstream file{at->path() / "comm"};
        std::string name;
        std::getline(file, name);
        return "pid " + pid + " (" + name + ")";
    }
    return {};
}

}  // namespace sluice::http
