// SPDX-License-Identifier: Apache-2.0
// SqliteAccountStore: operators, their sessions, customers, the audit log, named values. Contract:
// account/account.h. Threads: any that may wait. A new operator's audit subject "operator/" gets
// the id that was assigned.
// While the store cannot be written, a session is kept in memory until the end of the process, so
// that whoever is on call can sign in and see why; the log has the sign-in instead of the audit.
// Likewise the last step of a second factor. A recovery code needs the store: nothing else could
// keep it from being used again after a restart.
// Parts: account_store.cc has operators, customers and named values, account_sessions.cc the
// sessions, account_factors.cc the second factors, audit_log.cc the audit log.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

#include "account/account.h"
#include "adapter/sqlite/database.h"

namespace sluice::adapter {

class SqliteAccountStore final : public account::AccountStore {
   public:
    explicit SqliteAccountStore(Database& database) : database_(database) {}

    [[nodiscard]] base::Result<account::Operator> add_operator(account::Operator who,
                                                               account::AuditEntry audit) override;
    [[nodiscard]] base::Result<account::Operator> add_first_owner(
        account::Operator who, account::AuditEntry audit) override;
    [[nodiscard]] base::Result<account::Operator> change_operator(
        account::Operator who, account::AuditEntry audit) override;
    [[nodiscard]] base::Result<account::Operator> operator_by_id(base::OperatorId id) override;
    [[nodiscard]] base::Result<account::Operator> operator_by_name(std::string_view name) override;
    [[nodiscard]] base::Result<std::vector<account::Operator>> operators() override;

    [[nodiscard]] base::Result<void> add_session(const account::OperatorSession& session,
                                                 account::AuditEntry audit) override;
    [[nodiscard]] base::Result<account::OperatorSession> session(
        std::string_view token_digest) override;
    [[nodiscard]] base::Result<void> touch_session(std::string_view token_digest,
                                                   base::Instant now) override;
    [[nodiscard]] base::Result<void> end_session(std::string_view token_digest,
                                                 account::AuditEntry audit) override;
    [[nodiscard]] base::Result<std::size_t> end_sessions_of(base::OperatorId who,
                                                            std::string_view but_digest,
                                                            account::AuditEntry audit) override;
    [[nodiscard]] base::Result<std::vector<account::OperatorSession>> sessions_of(
        base::OperatorId who) override;
    [[nodiscard]] base::Result<void> step_up(std::string_view token_digest, base::Instant until,
                                             account::AuditEntry audit) override;

    [[nodiscard]] base::Result<void> begin_totp(const account::Totp& totp,
                                                account::AuditEntry audit) override;
    [[nodiscard]] base::Result<account::Totp> totp(base::OperatorId who) override;
    [[nodiscard]] base::Result<void> enable_totp(const account::Totp& totp,
                                                 const std::vector<std::string>& recovery_digests,
                                                 account::AuditEntry audit) override;
    [[nodiscard]] base::Result<void> disable_totp(base::OperatorId who,
                                                  account::AuditEntry audit) override;
    [[nodiscard]] base::Result<void> use_totp_step(base::OperatorId who,
                                                   std::int64_t step) override;
    [[nodiscard]] base::Result<std::size_t> use_recovery_code(base::OperatorId who,
                                                              std::string_view digest,
                                                              account::AuditEntry audit) override;

    [[nodiscard]] base::Result<void> add_customer(const account::Customer& customer) override;
    [[nodiscard]] base::Result<void> add_customers(
        const std::vector<account::Customer>& customers) override;
    [[nodiscard]] base::Result<account::Customer> customer(std::string_view name) override;

    [[nodiscard]] base::Result<std::vector<account::AuditEntry>> audit(
        std::uint64_t before, const account::AuditFilter& filter, std::size_t limit) override;
    [[nodiscard]] base::Result<void> note(account::AuditEntry audit) override;
    [[nodiscard]] base::Result<std::uint64_t> verify_audit() override;

    [[nodiscard]] base::Result<std::string> value(std::string_view name) override;
    [[nodiscard]] base::Result<void> set_value(std::string_view name,
                                               std::string_view value) override;

   private:
    /// True if what was to be stored may be kept in memory instead.
    static bool cannot_write(const base::Error& error);
    void lend(const account::OperatorSession& session);
    /// All of `who` but the one with this digest ("": all); how many.
    std::size_t end_lent(base::OperatorId who, std::string_view but_digest);
    /// With the mutex held; nullptr if there is none.
    account::OperatorSession* find_lent(std::string_view token_digest);
    /// Takes the step of a code that could not be stored as used; conflict: it was used before.
    [[nodiscard]] base::Result<void> lend_step(base::OperatorId who, std::int64_t step);

    Database& database_;
    std::mutex lent_mutex_;
    std::vector<account::OperatorSession> lent_;  // those that could not be stored
    std::map<base::OperatorId, std::int64_t> lent_steps_;
};

/// Whether somebody in the store of `data_dir` is an owner and may log in; also while a server has
/// that store open. No store: nobody.
[[nodiscard]] base::Result<bool> has_owner(const std::filesystem::path& data_dir);

}  // namespace sluice::adapter
