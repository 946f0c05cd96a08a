// SPDX-License-Identifier: Apache-2.0
// The second factors of operators: the secret, the last step that was used, the recovery codes.
#include <algorithm>
#include <string>

#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/audit_log.h"
#include "base/sentences.h"

namespace sluice::adapter {

using account::AuditEntry;
using account::OperatorSession;
using base::ErrorCode;
using base::Result;

namespace {

account::Totp totp_of(Connection& connection, base::OperatorId who) {
    Statement query(connection,
                    "SELECT secret, begun_ms, enabled_ms, last_step,"
                    " (SELECT count(*) FROM recovery_code WHERE who = ?1) FROM totp"
                    " WHERE who = ?1");
    if (!query.bind(who).step()) refuse(ErrorCode::not_found, "there is no second factor");
    account::Totp totp;
    totp.who = who;
    const auto secret = account::parse_base32(query.text(0));
    if (!secret || secret->size() != totp.secret.size())
        refuse(ErrorCode::damaged, "the second factor of operator " + base::to_text(who) +
                                       " is damaged; `sluice admin disable-totp` removes it");
    std::ranges::copy(*secret, totp.secret.begin());
    totp.begun_at = query.instant(1);
    totp.enabled_at = query.instant(2);
    totp.last_step = query.integer(3);
    totp.recovery_codes_left = query.number<std::size_t>(4);
    return totp;
}

void forget_recovery_codes(Connection& connection, base::OperatorId who) {
    Statement(connection, "DELETE FROM recovery_code WHERE who = ?1").bind(who).run();
}

}  // namespace

Result<void> SqliteAccountStore::begin_totp(const account::Totp& totp, AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        Statement(connection,
                  "INSERT INTO totp(who, secret, begun_ms, enabled_ms, last_step)"
                  " VALUES(?1, ?2, ?3, 0, 0) ON CONFLICT(who) DO UPDATE SET"
                  " secret = excluded.secret, begun_ms = excluded.begun_ms WHERE enabled_ms = 0")
            .bind(totp.who, account::to_base32(totp.secret), totp.begun_at)
            .run();
        if (connection.changes() == 0)
            refuse(ErrorCode::conflict, base::say("totp_enabled_already"));
        append_audit(transaction, audit);
    });
}

Result<account::Totp> SqliteAccountStore::totp(base::OperatorId who) {
    return database_.read([&](Connection& connection) { return totp_of(connection, who); });
}

Result<void> SqliteAccountStore::enable_totp(const account::Totp& totp,
                                             const std::vector<std::string>& recovery_digests,
                                             AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        Statement(connection,
                  "UPDATE totp SET enabled_ms = ?3, last_step = ?4"
                  " WHERE who = ?1 AND secret = ?2 AND enabled_ms = 0")
            .bind(totp.who, account::to_base32(totp.secret), totp.enabled_at, totp.last_step)
            .run();
        if (connection.changes() == 0) refuse(ErrorCode::conflict, base::say("totp_not_begun"));
        forget_recovery_codes(connection, totp.who);
        Statement insert(connection, "INSERT INTO recovery_code(digest, who) VALUES(?1, ?2)");
        for (const std::string& digest : recovery_digests) insert.bind(digest, totp.who).run();
        append_audit(transaction, audit);
    });
}

Result<void> SqliteAccountStore::disable_totp(base::OperatorId who, AuditEntry audit) {
    auto disabled = database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        Statement(connection, "DELETE FROM totp WHERE who = ?1").bind(who).run();
        if (connection.changes() == 0)
            refuse(ErrorCode::not_found, "there is no second factor to disable");
        forget_recovery_codes(connection, who);
        Statement(connection, "UPDATE operator_session SET stepped_up_until_ms = 0 WHERE who = ?1")
            .bind(who)
            .run();
        append_audit(transaction, audit);
    });
    if (!disabled) return disabled;
    const std::lock_guard lock(lent_mutex_);
    lent_steps_.erase(who);
    for (OperatorSession& lent : lent_)
        if (lent.who == who) lent.stepped_up_until = {};
    return disabled;
}

Result<void> SqliteAccountStore::lend_step(base::OperatorId who, std::int64_t step) {
    const auto stored = totp(who);
    if (!stored) return std::unexpected(stored.error());
    const std::lock_guard lock(lent_mutex_);
    std::int64_t& last = lent_steps_[who];
    last = std::max(last, stored->last_step);
    if (step <= last) return base::failure(ErrorCode::conflict, "this code was used before");
    last = step;
    return {};
}

Result<void> SqliteAccountStore::use_totp_step(base::OperatorId who, std::int64_t step) {
    {
        const std::lock_guard lock(lent_mutex_);
        const auto lent = lent_steps_.find(who);
        if (lent != lent_steps_.end() && step <= lent->second)
            return base::failure(ErrorCode::conflict, "this code was used before");
    }
    auto used = database_.write([&](Transaction& transaction) {
        Statement(transaction.connection,
                  "UPDATE totp SET last_step = ?2"
                  " WHERE who = ?1 AND enabled_ms <> 0 AND last_step < ?2")
            .bind(who, step)
            .run();
        if (transaction.connection.changes() == 0)
            refuse(ErrorCode::conflict, "this code was used before");
    });
    return used || !cannot_write(used.error()) ? used : lend_step(who, step);
}

Result<std::size_t> SqliteAccountStore::use_recovery_code(base::OperatorId who,
                                                          std::string_view digest,
                                                          AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        Statement(connection, "DELETE FROM recovery_code WHERE digest = ?1 AND who = ?2")
            .bind(digest, who)
            .run();
        if (connection.changes() == 0) refuse(ErrorCode::not_found, "there is no such code");
        const std::size_t left = totp_of(connection, who).recovery_codes_left;
        audit.after = "{\"recovery_codes_left\":" + std::to_string(left) + "}";
        append_audit(transaction, audit);
        return left;
    });
}

}  // namespace sluice::adapter
