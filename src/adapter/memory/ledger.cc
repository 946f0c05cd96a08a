// SPDX-License-Identifier: Apache-2.0
#include "adapter/memory/ledger.h"

#include <string>
#include <utility>

#include "base/check.h"

namespace sluice::adapter {

using base::ErrorCode;
using base::Result;

Result<void> MemoryLedger::commit(std::span<const sale::Record> records,
                                  std::span<account::AuditEntry> audit) {
    const std::lock_guard lock(mutex_);
    ++commits_;
    if (failed_) return std::unexpected(*failed_);
    if (auto ordered = check_order(records); !ordered) return fail(ordered.error());
    if (commits_ == fail_at_) {
        if (leaves_ == Leaves::everything) keep(records, audit);
        return fail({ErrorCode::unavailable, "the memory ledger was told to fail this commit"});
    }
    keep(records, audit);
    return {};
}

Result<void> MemoryLedger::replay(const std::function<Result<void>(const sale::Record&)>& visit) {
    std::vector<Kept> kept;
    {
        const std::lock_guard lock(mutex_);
        kept = kept_;  // so that `visit` may ask the ledger
    }
    std::uint64_t sum = 0;
    for (const Kept& one : kept) {
        sum = sale::chain_sum(one.record, sum);
        if (sum != one.sum)
            return base::failure(ErrorCode::damaged,
                                 "record " + std::to_string(one.record.seq) +
                                     " of the memory ledger is not what was written");
        if (auto visited = visit(one.record); !visited) return visited;
    }
    return {};
}

Result<void> MemoryLedger::note_clean_stop(const CleanStop& stop) {
    const std::lock_guard lock(mutex_);
    if (failed_) return std::unexpected(*failed_);
    clean_stop_ = stop;
    return {};
}

Result<sale::Ledger::CleanStop> MemoryLedger::last_clean_stop() {
    const std::lock_guard lock(mutex_);
    const std::uint64_t last = kept_.empty() ? 0 : kept_.back().record.seq;
    if (!clean_stop_ || clean_stop_->seq != last) return CleanStop{};
    return *clean_stop_;
}

Result<std::vector<sale::Record>> MemoryLedger::records_of(std::span<const std::uint64_t> ids,
                                                           base::Instant from, base::Instant to,
                                                           std::size_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<sale::Record> found;
    for (const Kept& one : kept_)
        if (found.size() < limit && from <= one.record.at && one.record.at <= to &&
            sale::begins_with(one.record, ids))
            found.push_back(one.record);
    return found;
}

void MemoryLedger::fail_commit(std::size_t nth, Leaves leaves) {
    const std::lock_guard lock(mutex_);
    fail_at_ = commits_ + nth;
    leaves_ = leaves;
}

void MemoryLedger::set_syncing(bool syncing) {
    const std::lock_guard lock(mutex_);
    syncing_ = syncing;
    if (!syncing) return;
    synced_records_ = kept_.size();
    synced_audit_ = audit_.size();
}

void MemoryLedger::drop_unsynced() {
    const std::lock_guard lock(mutex_);
    kept_.resize(synced_records_);
    audit_.resize(synced_audit_);
}

void MemoryLedger::restart() {
    const std::lock_guard lock(mutex_);
    failed_.reset();
    fail_at_ = 0;
}

void MemoryLedger::damage(std::uint64_t seq) {
    const std::lock_guard lock(mutex_);
    CHECK(seq >= 1 && seq <= kept_.size());
    kept_[seq - 1].record.body[0] ^= std::byte{1};
}

std::size_t MemoryLedger::commits() const {
    const std::lock_guard lock(mutex_);
    return commits_;
}

std::vector<sale::Record> MemoryLedger::records() const {
    const std::lock_guard lock(mutex_);
    std::vector<sale::Record> result;
    result.reserve(kept_.size());
    for (const Kept& one : kept_) result.push_back(one.record);
    return result;
}

std::vector<account::AuditEntry> MemoryLedger::audit() const {
    const std::lock_guard lock(mutex_);
    return audit_;
}

Result<void> MemoryLedger::fail(base::Error error) {
    failed_ = error;
    return std::unexpected(std::move(error));
}

Result<void> MemoryLedger::check_order(std::span<const sale::Record> records) const {
    std::uint64_t last = kept_.empty() ? 0 : kept_.back().record.seq;
    for (const sale::Record& record : records) {
        if (record.seq != last + 1)
            return base::failure(ErrorCode::invalid, "record " + std::to_string(record.seq) +
                                                         " cannot follow record " +
                                                         std::to_string(last));
        last = record.seq;
    }
    return {};
}

void MemoryLedger::keep(std::span<const sale::Record> records,
                        std::span<account::AuditEntry> audit) {
    for (const sale::Record& record : records) {
        const std::uint64_t previous = kept_.empty() ? 0 : kept_.back().sum;
        kept_.push_back({record, sale::chain_sum(record, previous)});
    }
    for (account::AuditEntry& entry : audit) {
        entry.seq = audit_.size() + 1;
        entry.hash = account::chain_hash(entry, audit_.empty() ? "" : audit_.back().hash);
        audit_.push_back(entry);
    }
    if (!syncing_) return;
    synced_records_ = kept_.size();
    synced_audit_ = audit_.size();
}

}  // namespace sluice::adapter
