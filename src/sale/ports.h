// SPDX-License-Identifier: Apache-2.0
// Ports: what the sale needs from the world. Adapters: adapter/memory, adapter/sqlite.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "account/audit.h"
#include "base/id.h"
#include "base/result.h"
#include "order/order.h"
#include "payment/payment.h"
#include "sale/outcome.h"
#include "sale/record.h"

namespace sluice::sale {

/// Makes records durable. Called by the ledger thread alone, except where noted.
class Ledger {
   public:
    virtual ~Ledger() = default;

    /// Makes all of it durable in one transaction and one sync, or returns an error. After an error
    /// the outcome is unknown: nothing may be committed again before a restart has read the ledger.
    /// Records come in order of seq without gaps, also from call to call; `audit` may be empty.
    [[nodiscard]] virtual base::Result<void> commit(std::span<const Record> records,
                                                    std::span<account::AuditEntry> audit) = 0;

    /// Whether it can still commit: what others write to the same store may have failed and stopped
    /// it. Asked by the ledger thread when it has had nothing to commit for a tick.
    [[nodiscard]] virtual base::Result<void> check() { return {}; }

    /// Calls `visit` for every durable record in order of seq, then returns. Fails with `damaged`
    /// and the place if a record is missing, out of order, or not what was written; `visit` may
    /// fail too.
    [[nodiscard]] virtual base::Result<void> replay(
        const std::function<base::Result<void>(const Record&)>& visit) = 0;

    /// What the last clean stop left: the state hash at `seq`. Nothing if there was no clean stop
    /// at the end.
    struct CleanStop {
        std::uint64_t seq = 0;
        std::uint64_t state_hash = 0;
    };
    [[nodiscard]] virtual base::Result<void> note_clean_stop(const CleanStop& stop) = 0;
    [[nodiscard]] virtual base::Result<CleanStop> last_clean_stop() = 0;
};

/// Reads records that are durable, while the sale goes on. Any thread that may wait.
class Archive {
   public:
    virtual ~Archive() = default;

    /// The records of orders and payments that begin with one of `ids` (an order's and its
    /// payments'), decided between `from` and `to` (both included), in order, at most `limit`.
    /// Their times are what makes it bearable: every record between them is looked at.
    [[nodiscard]] virtual base::Result<std::vector<Record>> records_of(
        std::span<const std::uint64_t> ids, base::Instant from, base::Instant to,
        std::size_t limit) = 0;
};

/// True if `record` is of an order or a payment and begins with one of `ids`.
[[nodiscard]] bool begins_with(const Record& record, std::span<const std::uint64_t> ids);

class AnswerPort;

/// Who waits for an answer: a port and a number that only the port understands.
struct Waiting {
    AnswerPort* port = nullptr;
    std::uint64_t token = 0;
};

/// An answer of the sale: what became of the event, and the order and payment as they are after it.
struct Answer {
    Waiting to;
    Outcome outcome = Outcome::busy;
    order::Order order;        ///< id 0: none concerned
    payment::Payment payment;  ///< id 0: none concerned
};

/// Where answers go once they are durable. Called by the ledger thread; must only hand over, never
/// wait.
class AnswerPort {
   public:
    virtual ~AnswerPort() = default;
    virtual void deliver(std::span<const Answer> answers) noexcept = 0;
};

}  // namespace sluice::sale
