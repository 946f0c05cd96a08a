// SPDX-License-Identifier: Apache-2.0
#include "sale/board.h"

#include <algorithm>
#include <array>

namespace sluice::sale {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

/// An item is "few" from a tenth of its stock downwards, but never while more than 1,000 are left.
constexpr std::int64_t kFewMost = 1000;

constexpr std::size_t kBlockWords = 8;

/// Where a hash is marked in the filter: a word of its block, and a bit of that, twice.
struct Place {
    std::size_t word;
    std::uint64_t bit;
};
std::array<Place, 2> places_of(base::Key128 hash, std::size_t blocks) {
    const std::size_t first = static_cast<std::size_t>(hash.high) % blocks * kBlockWords;
    const auto place = [first](std::uint64_t bits) {
        return Place{first + bits / 64 % kBlockWords, std::uint64_t{1} << (bits % 64)};
    };
    return {place(hash.low), place(hash.low >> 32)};
}

}  // namespace

Board::Board() : postings_(new Posting[kSlots]), filter_(kFilterBlocks * kBlockWords) {}

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

// A Bloom filter with two bits an entry, both in one cache line (Putze, Sanders, Singler: "Cache-,
// Hash- and Space-Efficient Bloom Filters", 2007). Users and keys are independent hashes already.
void Board::mark(base::Key128 hash) noexcept {
    // Not fetch_or: only one thread at a time writes, and it need not wait for the memory.
    for (const Place& place : places_of(hash, kFilterBlocks)) {
        std::atomic<std::uint64_t>& word = filter_[place.word];
        word.store(word.load(kRelaxed) | place.bit, kRelaxed);
    }
}

bool Board::is_marked(base::Key128 hash) const noexcept {
    return std::ranges::all_of(places_of(hash, kFilterBlocks), [this](const Place& place) {
        return (filter_[place.word].load(kRelaxed) & place.bit) != 0;
    });
}

void Board::remember(base::UserId user, base::Key128 key) noexcept {
    mark(user.key);
    mark(key);
}

void Board::prefetch(base::UserId user, base::Key128 key) const noexcept {
    for (const base::Key128 hash : {user.key, key})
        base::prefetch(&filter_[places_of(hash, kFilterBlocks)[0].word]);
}

bool Board::may_have_order(base::UserId user) const noexcept { return is_marked(user.key); }

bool Board::may_be_replay(base::Key128 key) const noexcept { return is_marked(key); }

}  // namespace sluice::sale
