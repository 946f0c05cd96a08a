// SPDX-License-Identifier: Apache-2.0
// SqliteActivityStore: activities, their items, and proposed stock changes. Contract:
// activity/activity.h. Threads: any that may wait. A new thing's audit subject "activity/" gets the
// id that was assigned.
#pragma once

#include "activity/activity.h"
#include "adapter/sqlite/database.h"

namespace sluice::adapter {

class SqliteActivityStore final : public activity::ActivityStore {
   public:
    explicit SqliteActivityStore(Database& database) : database_(database) {}

    [[nodiscard]] base::Result<activity::Activity> add(activity::Activity activity,
                                                       account::AuditEntry audit) override;
    [[nodiscard]] base::Result<activity::Activity> replace(activity::Activity activity,
                                                           account::AuditEntry audit) override;
    [[nodiscard]] base::Result<void> remove(base::ActivityId id, std::uint32_t version,
                                            account::AuditEntry audit) override;
    [[nodiscard]] base::Result<activity::Activity> activity(base::ActivityId id) override;
    [[nodiscard]] base::Result<std::vector<activity::Activity>> activities(
        base::ActivityId before, std::size_t limit) override;

    [[nodiscard]] base::Result<activity::StockProposal> add_proposal(
        activity::StockProposal proposal, account::AuditEntry audit) override;
    [[nodiscard]] base::Result<activity::StockProposal> proposal(std::uint64_t id) override;
    [[nodiscard]] base::Result<activity::StockProposal> decide_proposal(
        const activity::StockProposal& decided, account::AuditEntry audit) override;
    [[nodiscard]] base::Result<std::vector<activity::StockProposal>> open_proposals(
        std::uint64_t before, std::size_t limit) override;
    [[nodiscard]] base::Result<std::vector<activity::StockProposal>> proposals(
        base::ItemId item) override;
    [[nodiscard]] base::Result<std::vector<activity::StockProposal>> activity_proposals(
        base::ActivityId activity, std::uint64_t before, std::size_t limit) override;

   private:
    Database& database_;
};

}  // namespace sluice::adapter
