// SPDX-License-Identifier: Apache-2.0
#include "base/machine.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <filesystem>
#include <fstream>

#include "base/sentences.h"

namespace sluice::base {

Finding check_descriptors(std::uint64_t wanted) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max >= wanted)
        return {Health::good, "descriptors", say("descriptors_allowed", limit.rlim_max), {}};
    return {Health::warning, "descriptors", say("descriptors_few", limit.rlim_max, wanted),
            say("do_raise_descriptors")};
}

Finding check_accept_queue() {
    std::ifstream file("/proc/sys/net/core/somaxconn");
    int backlog = 0;
    file >> backlog;
    if (backlog >= 4096) return {Health::good, "accept queue", say("backlog_is", backlog), {}};
    return {Health::warning, "accept queue", say("backlog_short", backlog),
            say("do_raise_backlog")};
}

Finding check_clock() {
    timex state{};
    const int status = ntp_adjtime(&state);
    if (status != TIME_ERROR && (state.status & STA_UNSYNC) == 0)
        return {Health::good, "clock", say("clock_synchronised"), {}};
    return {Health::warning, "clock", say("clock_not_synchronised"), say("do_synchronise")};
}

Finding check_disk(const std::string& data_dir) {
    constexpr std::uint64_t kGoodMb = 1000;
    constexpr std::uint64_t kBadMb = 100;
    struct statvfs space {};
    std::error_code error;
    const std::string where = std::filesystem::exists(data_dir, error) ? data_dir : ".";
    if (statvfs(where.c_str(), &space) != 0)
        return {Health::bad, "disk", say("folder_unreadable", where), say("do_check_folder")};
    const std::uint64_t free_mb = std::uint64_t{space.f_bavail} * space.f_frsize / 1'000'000;
    if (free_mb >= kGoodMb) return {Health::good, "disk", say("disk_free", free_mb), {}};
    return {free_mb < kBadMb ? Health::bad : Health::warning, "disk", say("disk_short", free_mb),
            say("do_free_space")};
}

}  // namespace sluice::base
