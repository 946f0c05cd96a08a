// SPDX-License-Identifier: Apache-2.0
#include "base/machine.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <filesystem>
#include <fstream>

namespace sluice::base {

Finding check_descriptors(std::uint64_t wanted) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max >= wanted)
        return {Health::good, "descriptors", fmt::format("{} allowed", limit.rlim_max), ""};
    return {Health::warning, "descriptors",
            fmt::format("{} allowed, {} wanted for connections_max", limit.rlim_max, wanted),
            "raise LimitNOFILE or `ulimit -Hn`"};
}

Finding check_accept_queue() {
    std::ifstream file("/proc/sys/net/core/somaxconn");
    int backlog = 0;
    file >> backlog;
    const std::string what = fmt::format("somaxconn is {}", backlog);
    if (backlog >= 4096) return {Health::good, "accept queue", what, ""};
    return {Health::warning, "accept queue",
            what + "; a start brings thousands of connections at once",
            "sysctl -w net.core.somaxconn=4096"};
}

Finding check_clock() {
    timex state{};
    const int status = ntp_adjtime(&state);
    if (status != TIME_ERROR && (state.status & STA_UNSYNC) == 0)
        return {Health::good, "clock", "synchronised", ""};
    return {Health::warning, "clock",
            "the kernel does not say that the clock is synchronised; sales start and end by it",
            "run chrony or systemd-timesyncd"};
}

Finding check_disk(const std::string& data_dir) {
    constexpr std::uint64_t kGoodMb = 1000;
    constexpr std::uint64_t kBadMb = 100;
    struct statvfs space {};
    std::error_code error;
    const std::string where = std::filesystem::exists(data_dir, error) ? data_dir : ".";
    if (statvfs(where.c_str(), &space) != 0)
        return {Health::bad, "disk", fmt::format("cannot look at {}", where),
                "check the folder and who owns it"};
    const std::uint64_t free_mb = std::uint64_t{space.f_bavail} * space.f_frsize / 1'000'000;
    const std::string what = fmt::format("{} MB free", free_mb);
    if (free_mb >= kGoodMb) return {Health::good, "disk", what, ""};
    return {free_mb < kBadMb ? Health::bad : Health::warning, "disk",
            what + "; a million orders take some 200 MB, and a full disk stops the sale",
            "free some space, or move the data folder"};
}

}  // namespace sluice::base
