// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/durable_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "adapter/sqlite/connection.h"
#include "base/id.h"

namespace sluice::adapter {

namespace {

using Words = std::array<std::uint64_t, 5>;

constexpr std::uint64_t kMagic = 0x314b52414d434c53ULL;  // "SLCMARK1" as little-endian bytes

std::uint64_t check_of(const Words& words) {
    std::uint64_t check = 0;
    for (std::size_t at = 0; at + 1 < words.size(); ++at) check = base::mix64(check + words[at]);
    return check;
}

}  // namespace

DurableMark::DurableMark(const std::filesystem::path& file) {
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0)
        refuse(base::ErrorCode::unavailable,
               "cannot open " + file.string() + ": " + std::strerror(errno) +
                   "; check the owner and the mode of the data directory");
    Words words{};
    if (::pread(descriptor_, words.data(), sizeof words, 0) != sizeof words) return;
    if (words[0] != kMagic || words[4] != check_of(words)) return;
    found_ = {words[1], words[2], words[3]};
}

DurableMark::~DurableMark() { ::close(descriptor_); }

bool DurableMark::write(const Reach& reach) noexcept {
    Words words{kMagic, reach.record_seq, reach.record_sum, reach.audit_seq, 0};
    words[4] = check_of(words);
    return ::pwrite(descriptor_, words.data(), sizeof words, 0) == sizeof words;
}

}  // namespace sluice::adapter
