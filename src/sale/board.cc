// SPDX-License-Identifier: Apache-2.0
#include "sale/board.h"

#include <algorithm>
#include <array>

namespace sluice::sale {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

/// An item is "few" from a tenth of its stock downwards, but never while more than 1,000 are left.
constexpr std::int64_t kFewMost = 1000;

}  // namespace

Board::Board()
    : postings_(new Posting[kSlots]), filter_(new std::atomic<std::uint64_t>[kFilterBits / 64]()) {}

const Posting* Board::find(base::ItemId item) const noexcept {
    std::size_t at = static_cast<std::size_t>(base::mix64(item.value)) % kSlots;
    for (;;) {
        const std::uint32_t there = postings_[at].item.load(std::memory_order_acquire);
        if (there == item.value) return item ? &postings_[at] : nullptr;
        if (there == 0) return nullptr;
        at = (at + 1) % kSlots;
    }
}

Posting* Board::post(base::ItemId item) noexcept {
    if (const Posting* known = find(item)) return const_cast<Posting*>(known);
    if (posted_ == kItemsMax) return nullptr;  // half of the slots stay free, so probing ends soon
    ++posted_;
    std::size_t at = static_cast<std::size_t>(base::mix64(item.value)) % kSlots;
    while (postings_[at].item.load(kRelaxed) != 0) at = (at + 1) % kSlots;
    return &postings_[at];  // the caller fills it and stores `item` last, which makes it visible
}

std::optional<Outcome> Board::refusal(const Posting& posting, base::Instant now) const noexcept {
    if (failed_.load(kRelaxed)) return Outcome::read_only;
    if (stopped()) return Outcome::stopped;
    if (posting.ended.load(kRelaxed) || now.ms >= posting.ends_at_ms.load(kRelaxed))
        return Outcome::ended;
    if (now.ms < posting.starts_at_ms.load(kRelaxed)) return Outcome::not_started;
    if (posting.paused.load(kRelaxed)) return Outcome::paused;
    if (posting.available.load(kRelaxed) <= 0) return Outcome::sold_out;
    return std::nullopt;
}

Level Board::level(const Posting& posting) noexcept {
    const std::int64_t available = posting.available.load(kRelaxed);
    if (available <= 0) return Level::none;
    const std::int64_t few = std::min(posting.total.load(kRelaxed) / 10, kFewMost);
    return available <= few ? Level::few : Level::plenty;
}

// A Bloom filter with two bits a key: `high` and `low` are independent hashes already.
void Board::remember(base::Key128 key) noexcept {
    for (const std::uint64_t hash : {key.high, key.low}) {
        const std::uint64_t bit = hash % kFilterBits;
        filter_[bit / 64].fetch_or(std::uint64_t{1} << (bit % 64), kRelaxed);
    }
}

bool Board::may_be_replay(base::Key128 key) const noexcept {
    return std::ranges::all_of(std::array{key.high, key.low}, [this](std::uint64_t hash) {
        const std::uint64_t bit = hash % kFilterBits;
        return ((filter_[bit / 64].load(kRelaxed) >> (bit % 64)) & 1) != 0;
    });
}

}  // namespace sluice::sale
