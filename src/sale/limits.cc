// SPDX-License-Identifier: Apache-2.0
#include "sale/limits.h"

#include "base/check.h"

namespace sluice::sale {

std::uint32_t Limits::find(base::UserId user, base::ItemId item) const {
    return index_.find(hash_of(user, item), [&](std::uint32_t number) {
        return counts_[number].user == user && counts_[number].item == item;
    });
}

std::uint32_t Limits::count(base::UserId user, base::ItemId item) const {
    const std::uint32_t number = find(user, item);
    return number != base::FlatIndex::kNone ? counts_[number].units : 0;
}

bool Limits::admits(base::UserId user, base::ItemId item, std::uint32_t quantity,
                    std::uint32_t most) const {
    if (most == 0) return true;
    return std::uint64_t{count(user, item)} + quantity <= most;
}

void Limits::add(base::UserId user, base::ItemId item, std::uint32_t quantity) {
    std::uint32_t number = find(user, item);
    if (number == base::FlatIndex::kNone) {
        CHECK(!full());
        number = static_cast<std::uint32_t>(counts_.size());
        counts_.push_back({.user = user, .item = item});
        const auto is_new = [](std::uint32_t /*other*/) { return false; };
        index_.exchange(hash_of(user, item), number, is_new);
    }
    counts_[number].units += quantity;
}

void Limits::remove(base::UserId user, base::ItemId item, std::uint32_t quantity) {
    const std::uint32_t number = find(user, item);
    CHECK(number != base::FlatIndex::kNone && counts_[number].units >= quantity);
    counts_[number].units -= quantity;
}

}  // namespace sluice::sale
