// SPDX-License-Identifier: Apache-2.0
#include "base/snowflake.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::base {

namespace {
constexpr unsigned kSequenceBits = 12;
constexpr unsigned kTimeShift = 22;
constexpr std::uint64_t kSequenceMax = (1U << kSequenceBits) - 1;
}  // namespace

Snowflake::Snowflake(std::uint32_t node) : node_bits_(std::uint64_t{node} << kSequenceBits) {
    CHECK(node <= kNodeMax);
}

std::uint64_t Snowflake::peek(Instant now) const {
    const auto clock_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now.ms - kEpochMs, 1));
    const std::uint64_t last_ms = last_ >> kTimeShift;
    if (clock_ms > last_ms) return (clock_ms << kTimeShift) | node_bits_;
    const std::uint64_t sequence = last_ & kSequenceMax;
    const std::uint64_t next = (last_ms << kTimeShift) | node_bits_ | (sequence + 1);
    // Not greater if this server had a higher number before: then only the time can rise.
    if (sequence < kSequenceMax && next > last_) return next;
    return ((last_ms + 1) << kTimeShift) | node_bits_;
}

void Snowflake::taken(std::uint64_t id) { last_ = std::max(last_, id); }

Instant Snowflake::time_of(std::uint64_t id) {
    return {static_cast<std::int64_t>(id >> kTimeShift) + kEpochMs};
}

}  // namespace sluice::base
