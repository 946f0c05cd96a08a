// SPDX-License-Identifier: Apache-2.0
// The sessions of operators: in the store, and those that it could not take in memory.
#include <algorithm>
#include <functional>
#include <string>

#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/audit_log.h"
#include "base/log.h"

namespace sluice::adapter {

using account::AuditEntry;
using account::OperatorSession;
using base::ErrorCode;
using base::Result;

namespace {

/// Sessions that are kept in memory; the oldest makes room. A handful of people is on call.
constexpr std::size_t kLentMax = 64;

constexpr std::string_view kSelectSession =
    "SELECT token_digest, csrf, who, created_ms, seen_ms, address, user_agent, stepped_up_until_ms"
    " FROM operator_session ";

OperatorSession read_session(const Statement& row) {
    OperatorSession session;
    session.token_digest = row.text(0);
    session.csrf = row.text(1);
    session.who = row.id<base::OperatorId>(2);
    session.created_at = row.instant(3);
    session.seen_at = row.instant(4);
    session.address = row.text(5);
    session.user_agent = row.text(6);
    session.stepped_up_until = row.instant(7);
    return session;
}

void purge_sessions(Connection& connection, base::Instant now) {
    Statement(connection, "DELETE FROM operator_session WHERE seen_ms < ?1 OR created_ms < ?2")
        .bind(now - account::kSessionIdleMax, now - account::kSessionAgeMax)
        .run();
}

}  // namespace

bool SqliteAccountStore::cannot_write(const base::Error& error) {
    return error.code == ErrorCode::unavailable || error.code == ErrorCode::full ||
           error.code == ErrorCode::stopped;
}

Result<void> SqliteAccountStore::add_session(const OperatorSession& session, AuditEntry audit) {
    auto added = database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        Statement(connection, "UPDATE operator SET last_login_ms = ?2 WHERE id = ?1")
            .bind(session.who, session.created_at)
            .run();
        if (connection.changes() == 0)
            refuse(ErrorCode::not_found, "there is no operator " + base::to_text(session.who));
        purge_sessions(connection, session.created_at);
        Statement(connection,
                  "INSERT INTO operator_session(token_digest, csrf, who, created_ms, seen_ms,"
                  " address, user_agent, stepped_up_until_ms)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .bind(session.token_digest, session.csrf, session.who, session.created_at,
                  session.seen_at, session.address, session.user_agent, session.stepped_up_until)
            .run();
        append_audit(transaction, audit);
    });
    if (added || !cannot_write(added.error())) return added;
    lend(session);
    base::log_warn("session_not_stored", {{"operator", std::uint64_t{session.who.value}},
                                          {"why", added.error().what},
                                          {"effect", "signed in until the next restart"}});
    return {};
}

OperatorSession* SqliteAccountStore::find_lent(std::string_view token_digest) {
    const auto found = std::ranges::find(lent_, token_digest, &OperatorSession::token_digest);
    return found == lent_.end() ? nullptr : &*found;
}

void SqliteAccountStore::lend(const OperatorSession& session) {
    const std::lock_guard lock(lent_mutex_);
    if (lent_.size() == kLentMax) lent_.erase(lent_.begin());
    lent_.push_back(session);
}

std::size_t SqliteAccountStore::end_lent(base::OperatorId who, std::string_view but_digest) {
    const std::lock_guard lock(lent_mutex_);
    return std::erase_if(lent_, [&](const OperatorSession& lent) {
        return lent.who == who && lent.token_digest != but_digest;
    });
}

Result<OperatorSession> SqliteAccountStore::session(std::string_view token_digest) {
    {
        const std::lock_guard lock(lent_mutex_);
        if (const OperatorSession* const lent = find_lent(token_digest)) return *lent;
    }
    return database_.read([&](Connection& connection) {
        Statement query(connection, std::string(kSelectSession) + "WHERE token_digest = ?1");
        if (!query.bind(token_digest).step())
            refuse(ErrorCode::not_found, "there is no such session; log in again");
        return read_session(query);
    });
}

Result<void> SqliteAccountStore::touch_session(std::string_view token_digest, base::Instant now) {
    {
        const std::lock_guard lock(lent_mutex_);
        if (OperatorSession* const lent = find_lent(token_digest)) {
            lent->seen_at = std::max(lent->seen_at, now);
            return {};
        }
    }
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection,
                  "UPDATE operator_session SET seen_ms = max(seen_ms, ?2) WHERE token_digest = ?1")
            .bind(token_digest, now)
            .run();
        if (transaction.connection.changes() == 0)
            refuse(ErrorCode::not_found, "there is no such session; log in again");
    });
}

Result<void> SqliteAccountStore::end_session(std::string_view token_digest, AuditEntry audit) {
    {
        const std::lock_guard lock(lent_mutex_);
        const auto is_it = [&](const OperatorSession& lent) {
            return lent.token_digest == token_digest;
        };
        if (std::erase_if(lent_, is_it) != 0) return {};
    }
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection, "DELETE FROM operator_session WHERE token_digest = ?1")
            .bind(token_digest)
            .run();
        if (transaction.connection.changes() == 0)
            refuse(ErrorCode::not_found, "there is no such session");
        append_audit(transaction, audit);
    });
}

Result<std::size_t> SqliteAccountStore::end_sessions_of(base::OperatorId who,
                                                        std::string_view but_digest,
                                                        AuditEntry audit) {
    std::size_t ended = end_lent(who, but_digest);
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection,
                  "DELETE FROM operator_session WHERE who = ?1 AND token_digest <> ?2")
            .bind(who, but_digest)
            .run();
        ended += static_cast<std::size_t>(transaction.connection.changes());
        audit.after = "{\"sessions\":" + std::to_string(ended) + "}";
        append_audit(transaction, audit);
        return ended;
    });
}

Result<std::vector<OperatorSession>> SqliteAccountStore::sessions_of(base::OperatorId who) {
    auto stored = database_.read([&](Connection& connection) {
        std::vector<OperatorSession> found;
        Statement query(connection, std::string(kSelectSession) + "WHERE who = ?1");
        query.bind(who);
        while (query.step()) found.push_back(read_session(query));
        return found;
    });
    if (!stored) return stored;
    {
        const std::lock_guard lock(lent_mutex_);
        for (const OperatorSession& lent : lent_)
            if (lent.who == who) stored->push_back(lent);
    }
    std::ranges::sort(*stored, std::greater<>(), &OperatorSession::created_at);
    return stored;
}

Result<void> SqliteAccountStore::step_up(std::string_view token_digest, base::Instant until,
                                         AuditEntry audit) {
    {
        const std::lock_guard lock(lent_mutex_);
        if (OperatorSession* const lent = find_lent(token_digest)) {
            lent->stepped_up_until = until;
            return {};
        }
    }
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection,
                  "UPDATE operator_session SET stepped_up_until_ms = ?2 WHERE token_digest = ?1")
            .bind(token_digest, until)
            .run();
        if (transaction.connection.changes() == 0)
            refuse(ErrorCode::not_found, "there is no such session; log in again");
        append_audit(transaction, audit);
    });
}

}  // namespace sluice::adapter
