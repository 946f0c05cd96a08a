// SPDX-License-Identifier: Apache-2.0
// Disk: a simulated disk and the ledger on it. A batch is written frame by frame, then a mark, then
// one sync; a crash keeps any part of what was not synced. Recovery drops a batch that is not whole
// and calls damage what is not at the end.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "random.h"
#include "sale/ports.h"

namespace sluice::sim {

class Disk final : public sale::Ledger {
   public:
    // The steps of one commit, so that a crash can come between any two.
    /// Appends one record of the batch that is being written.
    void write(const sale::Record& record);
    /// Appends the mark that makes the batch whole.
    void write_mark();
    /// Makes durable what was written; a lying disk only says so.
    void sync();
    /// The commit failed: nothing may be written before a restart. `whole`: the batch is durable
    /// nevertheless, only the word of it was lost.
    void fail(bool whole);

    /// Power is cut: of what was not synced, any part is there.
    void crash(Random& random);
    /// From now on sync() says "durable" and keeps nothing.
    void start_lying() { lying_ = true; }
    /// Flips one bit of a record that is durable. False if there is none.
    [[nodiscard]] bool flip_bit(Random& random);
    /// The last record of the last whole batch, by the disk's own knowledge.
    [[nodiscard]] std::uint64_t kept_seq() const { return last_seq(synced_); }
    /// The last record that the disk said is durable.
    [[nodiscard]] std::uint64_t said_seq() const { return last_seq(batch_); }

    // The ledger, as recovery sees it.
    [[nodiscard]] base::Result<void> commit(std::span<const sale::Record> records,
                                            std::span<account::AuditEntry> audit) override;
    [[nodiscard]] base::Result<void> replay(
        const std::function<base::Result<void>(const sale::Record&)>& visit) override;
    [[nodiscard]] base::Result<void> note_clean_stop(const CleanStop& stop) override;
    [[nodiscard]] base::Result<CleanStop> last_clean_stop() override;

   private:
    struct Frame {
        sale::Record record;
        std::uint64_t sum = 0;
        bool mark = false;
        bool lost = false;  ///< the bytes never reached the disk
    };
    void drop_unfinished();
    [[nodiscard]] std::uint64_t last_seq(std::size_t frames) const;

    std::vector<Frame> frames_;
    std::size_t batch_ = 0;   // first frame of the batch that is being written
    std::size_t synced_ = 0;  // frames that survive a crash
    std::uint64_t sum_ = 0;   // of the last record written
    bool lying_ = false;
    bool failed_ = false;
    CleanStop stop_;
};

}  // namespace sluice::sim
