// SPDX-License-Identifier: Apache-2.0
#include "disk.h"

#include <algorithm>

#include "violation.h"

namespace sluice::sim {

using base::Result;

void Disk::write(const sale::Record& record) {
    expect(!failed_, "disk: a write after a failed commit, before a restart");
    sum_ = sale::chain_sum(record, sum_);
    frames_.push_back({.record = record, .sum = sum_});
}

void Disk::write_mark() {
    expect(!failed_, "disk: a write after a failed commit, before a restart");
    frames_.push_back({.record = {}, .sum = sum_, .mark = true});
}

void Disk::sync() {
    expect(!failed_, "disk: a sync after a failed commit, before a restart");
    expect(!frames_.empty() && frames_.back().mark, "disk: a sync without the mark of the batch");
    batch_ = frames_.size();
    if (!lying_) synced_ = frames_.size();
}

void Disk::fail(bool whole) {
    failed_ = true;
    if (whole && !frames_.empty() && frames_.back().mark) synced_ = frames_.size();
}

void Disk::crash(Random& random) {
    // A batch that was synced by a disk that lied is gone; of the one under way any part may be
    // there.
    if (synced_ < batch_) {
        frames_.resize(synced_);
    } else {
        const auto unsynced = static_cast<std::int64_t>(frames_.size() - synced_);
        if (random.chance(300)) {  // a prefix
            frames_.resize(synced_ + static_cast<std::size_t>(random.between(0, unsynced)));
        } else if (random.chance(700)) {  // pages reach the disk in any order
            for (std::size_t at = synced_; at < frames_.size(); ++at)
                frames_[at].lost = random.chance(200);
        }
    }
    failed_ = false;
    drop_unfinished();
}

/// Keeps whole batches only. Called after a crash, before anything is read.
void Disk::drop_unfinished() {
    const bool marked = frames_.size() > synced_ && frames_.back().mark;
    const bool whole =
        marked && std::none_of(frames_.begin() + static_cast<std::ptrdiff_t>(synced_),
                               frames_.end(), [](const Frame& f) { return f.lost; });
    if (!whole) frames_.resize(synced_);
    synced_ = batch_ = frames_.size();
    sum_ = frames_.empty() ? 0 : frames_.back().sum;
}

bool Disk::flip_bit(Random& random) {
    if (synced_ == 0) return false;
    auto at = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(synced_)));
    if (frames_[at].mark) --at;  // a batch has at least one record before its mark
    sale::Record& record = frames_[at].record;
    const auto bit = static_cast<std::size_t>(random.below((record.size + 20) * 8));
    std::array<std::byte*, 4> head = {
        reinterpret_cast<std::byte*>(&record.seq), reinterpret_cast<std::byte*>(&record.at.ms),
        reinterpret_cast<std::byte*>(&record.kind), reinterpret_cast<std::byte*>(&record.size)};
    constexpr std::array<std::size_t, 4> kSizes = {8, 8, 2, 2};
    std::size_t byte = bit / 8;
    std::byte* there = nullptr;
    for (std::size_t field = 0; field < head.size() && there == nullptr; ++field) {
        if (byte < kSizes[field]) {
            there = head[field] + byte;
        } else {
            byte -= kSizes[field];
        }
    }
    if (there == nullptr) there = record.body.data() + byte;
    *there ^= std::byte{1} << (bit % 8);
    // A size beyond the body would be refused by any store before the sum is asked.
    if (record.size > sale::Record::kBodyMax) record.size = 0;
    return true;
}

std::uint64_t Disk::last_seq(std::size_t frames) const {
    for (std::size_t at = frames; at > 0; --at)
        if (!frames_[at - 1].mark) return frames_[at - 1].record.seq;
    return 0;
}

Result<void> Disk::commit(std::span<const sale::Record> records, std::span<account::AuditEntry>) {
    for (const sale::Record& record : records) write(record);
    write_mark();
    sync();
    return {};
}

Result<void> Disk::replay(const std::function<Result<void>(const sale::Record&)>& visit) {
    std::uint64_t sum = 0;
    for (const Frame& frame : frames_) {
        if (frame.mark) continue;
        sum = sale::chain_sum(frame.record, sum);
        if (frame.lost || sum != frame.sum)
            return base::failure(
                base::ErrorCode::damaged,
                fmt::format("record {} is not what was written", frame.record.seq));
        if (auto visited = visit(frame.record); !visited) return visited;
    }
    return {};
}

Result<void> Disk::note_clean_stop(const CleanStop& stop) {
    stop_ = stop;
    return {};
}

Result<sale::Ledger::CleanStop> Disk::last_clean_stop() {
    return stop_.seq == kept_seq() ? stop_ : CleanStop{};
}

}  // namespace sluice::sim
