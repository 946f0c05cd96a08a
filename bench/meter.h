// SPDX-License-Identifier: Apache-2.0
// Meter: what a piece of work cost in time, in processor time of all threads and in memory, and the
// line of JSON that says so.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/time.h"

namespace sluice::bench {

/// Processor time in µs: of all threads (RUSAGE_SELF) or of the calling one (RUSAGE_THREAD).
[[nodiscard]] inline double cpu_us(int who) {
    rusage usage{};
    getrusage(who, &usage);
    const auto us = [](const timeval& at) {
        return static_cast<double>(at.tv_sec) * 1e6 + static_cast<double>(at.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

/// Bytes of this process that are in memory.
[[nodiscard]] inline double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    file >> size >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Measures from its construction on.
class Meter {
   public:
    [[nodiscard]] double wall_us() const {
        return static_cast<double>(base::monotonic_ns() - begun_ns_) / 1e3;
    }
    [[nodiscard]] double cpu_all_us() const { return cpu_us(RUSAGE_SELF) - begun_cpu_us_; }

   private:
    std::int64_t begun_ns_ = base::monotonic_ns();
    double begun_cpu_us_ = cpu_us(RUSAGE_SELF);
};

/// Of many samples: how large the smallest is that `share` of them do not exceed.
[[nodiscard]] inline double percentile(std::vector<double>& samples, double share) {
    if (samples.empty()) return 0;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
    std::ranges::nth_element(samples, samples.begin() + static_cast<std::ptrdiff_t>(at));
    return samples[at];
}

/// One row of the report.
class Row {
   public:
    Row(std::string_view name, double value, std::string_view unit, double cpu_us_each)
        : head_(fmt::format(R"({{"name":"{}","value":{:.6g},"unit":"{}","cpu_us":{:.4g})", name,
                            value, unit, cpu_us_each)) {}
    Row& add(std::string_view name, double number) {
        return add_raw(name, fmt::format("{:.6g}", number));
    }
    Row& add(std::string_view name, std::string_view text) {
        return add_raw(name, fmt::format(R"("{}")", text));
    }
    void print() const {
        std::printf("%s,\"detail\":{%s}}\n", head_.c_str(), detail_.c_str());
        std::fflush(stdout);
    }

   private:
    Row& add_raw(std::string_view name, const std::string& value) {
        detail_ += fmt::format(R"({}"{}":{})", detail_.empty() ? "" : ",", name, value);
        return *this;
    }

    std::string head_;
    std::string detail_;
};

}  // namespace sluice::bench
