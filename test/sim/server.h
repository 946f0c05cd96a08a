// SPDX-License-Identifier: Apache-2.0
// Server: what sale/turnstile.cc does, in one thread and one step at a time: one event at a time,
// batches, answers only when they are durable, read-only after a failed commit. Around the real
// sale and the real recovery. A restart is a new Server on the same disk.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "disk.h"
#include "event.h"
#include "plan.h"
#include "rules.h"
#include "sale/recover.h"
#include "sale/sale.h"

namespace sluice::sim {

/// The answer to one request, and what it rests on by the rules, not by what the sale says.
struct Reply {
    std::uint64_t request = 0;
    Event event;
    sale::Answer answer;
    std::uint64_t rests_on = 0;
};

/// What the server tells the simulation.
class Witness {
   public:
    virtual ~Witness() = default;
    /// The open batch was closed after record `seq`.
    virtual void on_batch_closed(std::uint64_t seq) = 0;
    /// An answer leaves the server.
    virtual void on_released(const Reply& reply) = 0;
    /// `record` was decided.
    virtual void on_record(const sale::Record& record) = 0;
};

class Server {
   public:
    Server(const Plan& plan, Disk& disk, Rules& rules, Witness& witness);

    /// Reads the disk. Before anything else.
    [[nodiscard]] base::Result<sale::Recovered> recover();
    /// Decides one event. The reply is released at once or when it is durable.
    void pass(const Event& event, base::Instant clock, std::uint64_t request);
    /// Expires what is due, when nothing else happens.
    void tick(base::Instant clock);
    void stop_purchases(bool stopped);

    /// Does the next step of the ledger: close the batch, write one record, the mark, sync, release
    /// one answer. False: there is nothing to do.
    bool step_ledger();
    /// The step under way fails. `whole`: yet everything is durable.
    void fail_commit(bool whole);
    [[nodiscard]] bool syncs_next() const { return stage_ == Stage::syncing; }
    [[nodiscard]] bool writes_next() const { return stage_ == Stage::writing; }
    /// Notes a clean stop. Everything is durable already.
    void stop();

    [[nodiscard]] const sale::Sale& sale() const { return sale_; }
    [[nodiscard]] std::uint64_t durable_seq() const { return durable_seq_; }
    [[nodiscard]] bool read_only() const { return read_only_; }

   private:
    class Batch final : public sale::Records {
       public:
        Batch(std::size_t most, Witness& witness) : most_(most), witness_(witness) {}
        [[nodiscard]] bool has_room(std::size_t count) const override {
            return records.size() + count <= most_ && replies.size() < most_;
        }
        void append(const sale::Record& record) override {
            records.push_back(record);
            witness_.on_record(record);
        }
        /// How many records more it takes.
        [[nodiscard]] std::size_t room() const {
            return replies.size() < most_ ? most_ - records.size() : 0;
        }
        void clear() {
            records.clear();
            replies.clear();
        }
        std::vector<sale::Record> records;
        std::deque<Reply> replies;

       private:
        std::size_t most_;
        Witness& witness_;
    };
    enum class Stage { idle, writing, syncing, releasing };

    void expire(base::Instant now);
    void check(const char* after);

    Disk& disk_;
    Rules& rules_;
    Witness& witness_;
    sale::Sale sale_;
    std::unique_ptr<Batch> open_;
    std::unique_ptr<Batch> writing_;
    std::size_t written_ = 0;
    Stage stage_ = Stage::idle;
    std::uint64_t durable_seq_ = 0;
    bool read_only_ = false;
};

}  // namespace sluice::sim
