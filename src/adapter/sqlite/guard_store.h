// SPDX-License-Identifier: Apache-2.0
// SqliteGuardStore: risk lists and switches. Contract: guard/gates.h. Threads: any that may wait.
// A new entry's audit subject "risk/" gets the id that was assigned.
#pragma once

#include "adapter/sqlite/database.h"
#include "guard/gates.h"

namespace sluice::adapter {

class SqliteGuardStore final : public guard::GuardStore {
   public:
    explicit SqliteGuardStore(Database& database) : database_(database) {}

    [[nodiscard]] base::Result<guard::RiskEntry> add_risk(guard::RiskEntry entry,
                                                          account::AuditEntry audit) override;
    [[nodiscard]] base::Result<void> remove_risk(std::uint64_t id,
                                                 account::AuditEntry audit) override;
    [[nodiscard]] base::Result<std::vector<guard::RiskEntry>> risks() override;
    [[nodiscard]] base::Result<void> set_switch(const guard::Switch& value,
                                                account::AuditEntry audit) override;
    [[nodiscard]] base::Result<std::vector<guard::Switch>> switches() override;

   private:
    Database& database_;
};

}  // namespace sluice::adapter
