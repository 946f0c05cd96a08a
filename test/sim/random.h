// SPDX-License-Identifier: Apache-2.0
// Random: all chance of a simulated sale comes from one seed, so that the seed is the sale.
#pragma once

#include <cstdint>

#include "base/id.h"

namespace sluice::sim {

class Random {
   public:
    explicit Random(std::uint64_t seed) : state_(base::mix64(seed + kStep)) {}

    std::uint64_t next() {
        state_ += kStep;
        return base::mix64(state_);
    }
    /// 0 to `count` - 1.
    std::int64_t below(std::int64_t count) {
        return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(count));
    }
    /// `least` to `most`, both included.
    std::int64_t between(std::int64_t least, std::int64_t most) {
        return least + below(most - least + 1);
    }
    /// True in `thousandths` of 1,000 cases.
    bool chance(std::int64_t thousandths) { return below(1000) < thousandths; }

   private:
    static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
    std::uint64_t state_;
};

}  // namespace sluice::sim
