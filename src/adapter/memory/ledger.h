// SPDX-License-Identifier: Apache-2.0
// MemoryLedger: a ledger that forgets at the end of the process, for tests and the simulator.
// It fails on demand, and can play a disk that says "durable" too early.
// Threads: any; one mutex.   Limits: memory.   Not here: the audit log of the office stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "account/audit.h"
#include "base/result.h"
#include "sale/ports.h"

namespace sluice::adapter {

class MemoryLedger final : public sale::Ledger, public sale::Archive {
   public:
    [[nodiscard]] base::Result<void> commit(std::span<const sale::Record> records,
                                            std::span<account::AuditEntry> audit) override;
    [[nodiscard]] base::Result<void> replay(
        const std::function<base::Result<void>(const sale::Record&)>& visit) override;
    [[nodiscard]] base::Result<void> note_clean_stop(const CleanStop& stop) override;
    [[nodiscard]] base::Result<CleanStop> last_clean_stop() override;
    [[nodiscard]] base::Result<std::vector<sale::Record>> records_of(
        std::span<const std::uint64_t> ids, base::Instant from, base::Instant to,
        std::size_t limit) override;

    /// What a failed commit left behind. The caller of commit cannot know, so tests play both.
    enum class Leaves {
        nothing,    ///< the batch is gone
        everything  ///< the batch is durable, only the word of it was lost
    };
    /// The `nth` commit from now (1: the next) fails, and so does every commit after it.
    void fail_commit(std::size_t nth, Leaves leaves);
    /// While off, commits succeed but are lost by drop_unsynced(): a disk that lies.
    void set_syncing(bool syncing);
    /// What a power cut does: all that was not synced is gone.
    void drop_unsynced();
    /// What a restart does: a failure is forgotten, what was kept is the ledger.
    void restart();
    /// Flips one bit in the body of record `seq`, which must exist.
    void damage(std::uint64_t seq);

    /// Commits that were tried, failed ones included.
    [[nodiscard]] std::size_t commits() const;
    [[nodiscard]] std::vector<sale::Record> records() const;
    [[nodiscard]] std::vector<account::AuditEntry> audit() const;

   private:
    struct Kept {
        sale::Record record;
        std::uint64_t sum = 0;
    };

    [[nodiscard]] base::Result<void> fail(base::Error error);
    [[nodiscard]] base::Result<void> check_order(std::span<const sale::Record> records) const;
    void keep(std::span<const sale::Record> records, std::span<account::AuditEntry> audit);

    mutable std::mutex mutex_;
    std::vector<Kept> kept_;
    std::vector<account::AuditEntry> audit_;
    std::size_t synced_records_ = 0;
    std::size_t synced_audit_ = 0;
    std::optional<CleanStop> clean_stop_;
    std::optional<base::Error> failed_;
    std::size_t commits_ = 0;
    std::size_t fail_at_ = 0;  // the number of the commit that fails; 0: none
    Leaves leaves_ = Leaves::nothing;
    bool syncing_ = true;
};

}  // namespace sluice::adapter
