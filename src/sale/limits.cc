// SPDX-License-Identifier: Apache-2.0
#include "sale/limits.h"

#include "base/check.h"

namespace sluice::sale {

std::uint32_t Limits::count(base::UserId user, base::ItemId item) const {
    const std::uint32_t* count = counts_.find(Pair{.user = user, .item = item});
    return count != nullptr ? *count : 0;
}

bool Limits::admits(base::UserId user, base::ItemId item, std::uint32_t quantity,
                    std::uint32_t most) const {
    if (most == 0) return true;
    return std::uint64_t{count(user, item)} + quantity <= most;
}

void Limits::add(base::UserId user, base::ItemId item, std::uint32_t quantity) {
    counts_.insert(Pair{.user = user, .item = item}) += quantity;
}

void Limits::remove(base::UserId user, base::ItemId item, std::uint32_t quantity) {
    std::uint32_t* count = counts_.find(Pair{.user = user, .item = item});
    CHECK(count != nullptr && *count >= quantity);
    *count -= quantity;
}

}  // namespace sluice::sale
