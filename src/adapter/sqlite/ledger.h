// SPDX-License-Identifier: Apache-2.0
// SqliteLedger: the records in the table `record`, one transaction and one sync a batch.
// Owner: main.   Threads: commit by the ledger thread alone; the others any.
// The hot table is append-only and has no secondary index: rows go to the right end of one tree.
// Each row carries the chain sum over itself and all rows before it.
// Fails: a failed commit sticks: every later one returns the same error and touches nothing.
#pragma once

#include <optional>

#include "adapter/sqlite/database.h"
#include "sale/ports.h"

namespace sluice::adapter {

class SqliteLedger final : public sale::Ledger, public sale::Archive {
   public:
    explicit SqliteLedger(Database& database) : database_(database) {}

    [[nodiscard]] base::Result<void> commit(std::span<const sale::Record> records,
                                            std::span<account::AuditEntry> audit) override;
    [[nodiscard]] base::Result<void> check() override;
    [[nodiscard]] base::Result<void> replay(
        const std::function<base::Result<void>(const sale::Record&)>& visit) override;
    [[nodiscard]] base::Result<void> note_clean_stop(const CleanStop& stop) override;
    [[nodiscard]] base::Result<CleanStop> last_clean_stop() override;
    [[nodiscard]] base::Result<std::vector<sale::Record>> records_of(
        std::span<const std::uint64_t> ids, base::Instant from, base::Instant to,
        std::size_t limit) override;

   private:
    void insert(Transaction& transaction, std::span<const sale::Record> records);
    static void bind(Statement& insert, int index, const sale::Record& record, Reach& reach);

    Database& database_;
    std::optional<Statement> insert_one_;  // prepared once; only used inside a write
    std::optional<Statement> insert_many_;
    std::optional<base::Error> failed_;  // only touched by the thread that commits
};

}  // namespace sluice::adapter
