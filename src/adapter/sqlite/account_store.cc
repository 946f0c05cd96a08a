// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/account_store.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>

#include "adapter/sqlite/audit_log.h"
#include "base/log.h"
#include "base/sentences.h"

namespace sluice::adapter {

using account::AuditEntry;
using account::Customer;
using account::Operator;
using account::OperatorSession;
using account::Role;
using base::ErrorCode;
using base::Result;

namespace {

/// Sessions that are kept in memory; the oldest makes room. A handful of people is on call.
constexpr std::size_t kLentMax = 64;

constexpr std::string_view kSelectOperator =
    "SELECT id, name, role, password_hash, disabled, created_ms, last_login_ms,"
    " EXISTS(SELECT 1 FROM totp WHERE who = id AND enabled_ms <> 0) FROM operator ";

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

bool cannot_write(const base::Error& error) {
    return error.code == ErrorCode::unavailable || error.code == ErrorCode::full ||
           error.code == ErrorCode::stopped;
}

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

Operator read_operator(const Statement& row) {
    Operator who;
    who.id = row.id<base::OperatorId>(0);
    who.name = row.text(1);
    who.role = row.choice<Role>(2);
    who.password_hash = row.text(3);
    who.disabled = row.integer(4) != 0;
    who.created_at = row.instant(5);
    who.last_login_at = row.instant(6);
    who.totp_enabled = row.integer(7) != 0;
    return who;
}

Operator operator_with(Connection& connection, base::OperatorId id) {
    Statement query(connection, std::string(kSelectOperator) + "WHERE id = ?1");
    if (!query.bind(id).step())
        refuse(ErrorCode::not_found, "there is no operator " + base::to_text(id));
    return read_operator(query);
}

void insert_operator(Connection& connection, Operator& who) {
    Statement taken(connection, "SELECT 1 FROM operator WHERE name = ?1");
    if (taken.bind(who.name).step())
        refuse(ErrorCode::conflict, base::say("operator_name_taken", who.name));
    Statement(connection,
              "INSERT INTO operator(name, role, password_hash, disabled, created_ms, last_login_ms)"
              " VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(who.name, who.role, who.password_hash, who.disabled, who.created_at,
              who.last_login_at)
        .run();
    who.id = {static_cast<std::uint32_t>(connection.last_id())};
}

/// True if somebody is an owner and may log in.
bool has_owner(Connection& connection) {
    Statement query(connection, "SELECT 1 FROM operator WHERE role = ?1 AND disabled = 0");
    return query.bind(Role::owner).step();
}

void check_an_owner_is_left(Connection& connection) {
    if (!has_owner(connection)) refuse(ErrorCode::conflict, base::say("last_owner"));
}

void purge_sessions(Connection& connection, base::Instant now) {
    Statement(connection, "DELETE FROM operator_session WHERE seen_ms < ?1 OR created_ms < ?2")
        .bind(now - account::kSessionIdleMax, now - account::kSessionAgeMax)
        .run();
}

}  // namespace

Result<Operator> SqliteAccountStore::add_operator(Operator who, AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        insert_operator(transaction.connection, who);
        append_audit_of_new(transaction, audit, who.id.value);
        return who;
    });
}

Result<Operator> SqliteAccountStore::add_first_owner(Operator who, AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        if (has_owner(transaction.connection))
            refuse(ErrorCode::conflict, base::say("owner_exists"));
        insert_operator(transaction.connection, who);
        append_audit_of_new(transaction, audit, who.id.value);
        return who;
    });
}

Result<Operator> SqliteAccountStore::change_operator(Operator who, AuditEntry audit) {
    bool ends_sessions = false;
    auto changed = database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        Operator stored = operator_with(connection, who.id);
        const bool was_owner = stored.role == Role::owner && !stored.disabled;
        ends_sessions = who.disabled || who.password_hash != stored.password_hash;
        stored.role = who.role;
        stored.disabled = who.disabled;
        stored.password_hash = who.password_hash;
        Statement(connection,
                  "UPDATE operator SET role = ?2, disabled = ?3, password_hash = ?4 WHERE id = ?1")
            .bind(stored.id, stored.role, stored.disabled, stored.password_hash)
            .run();
        if (was_owner) check_an_owner_is_left(connection);
        if (ends_sessions)
            Statement(connection, "DELETE FROM operator_session WHERE who = ?1")
                .bind(stored.id)
                .run();
        append_audit(transaction, audit);
        return stored;
    });
    if (changed && ends_sessions) {
        const std::lock_guard lock(lent_mutex_);
        std::erase_if(lent_, [&](const OperatorSession& lent) { return lent.who == who.id; });
    }
    return changed;
}

Result<Operator> SqliteAccountStore::operator_by_id(base::OperatorId id) {
    return database_.read([&](Connection& connection) { return operator_with(connection, id); });
}

Result<Operator> SqliteAccountStore::operator_by_name(std::string_view name) {
    return database_.read([&](Connection& connection) {
        Statement query(connection, std::string(kSelectOperator) + "WHERE name = ?1");
        if (!query.bind(name).step())
            refuse(ErrorCode::not_found, "there is no operator " + std::string(name));
        return read_operator(query);
    });
}

Result<std::vector<Operator>> SqliteAccountStore::operators() {
    return database_.read([&](Connection& connection) {
        std::vector<Operator> found;
        Statement query(connection, std::string(kSelectOperator) + "ORDER BY id");
        while (query.step()) found.push_back(read_operator(query));
        return found;
    });
}

Result<void> SqliteAccountStore::add_session(const OperatorSession& session, AuditEntry audit) {
    auto added = database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        const Operator who = operator_with(connection, session.who);
        purge_sessions(connection, session.created_at);
        Statement(connection,
                  "INSERT INTO operator_session(token_digest, csrf, who, created_ms, seen_ms,"
                  " address, user_agent, stepped_up_until_ms)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .bind(session.token_digest, session.csrf, session.who, session.created_at,
                  session.seen_at, session.address, session.user_agent, session.stepped_up_until)
            .run();
        Statement(connection, "UPDATE operator SET last_login_ms = ?2 WHERE id = ?1")
            .bind(who.id, session.created_at)
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
    std::size_t ended = 0;
    {
        const std::lock_guard lock(lent_mutex_);
        ended = std::erase_if(lent_, [&](const OperatorSession& lent) {
            return lent.who == who && lent.token_digest != but_digest;
        });
    }
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

Result<void> SqliteAccountStore::add_customer(const Customer& customer) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        Statement taken(connection, "SELECT 1 FROM customer WHERE name = ?1");
        if (taken.bind(customer.name).step())
            refuse(ErrorCode::conflict, "the name " + customer.name + " is taken");
        Statement(connection,
                  "INSERT INTO customer(name, password_hash, created_ms) VALUES(?1, ?2, ?3)")
            .bind(customer.name, customer.password_hash, customer.created_at)
            .run();
    });
}

Result<void> SqliteAccountStore::add_customers(const std::vector<Customer>& customers) {
    return database_.write([&](Transaction& transaction) {
        Statement insert(transaction.connection,
                         "INSERT INTO customer(name, password_hash, created_ms) VALUES(?1, ?2, ?3)"
                         " ON CONFLICT(name) DO NOTHING");
        for (const Customer& customer : customers)
            insert.bind(customer.name, customer.password_hash, customer.created_at).run();
    });
}

Result<Customer> SqliteAccountStore::customer(std::string_view name) {
    return database_.read([&](Connection& connection) {
        Statement query(connection,
                        "SELECT name, password_hash, created_ms FROM customer WHERE name = ?1");
        if (!query.bind(name).step())
            refuse(ErrorCode::not_found, "there is no customer " + std::string(name));
        return Customer{query.text(0), query.text(1), query.instant(2)};
    });
}

Result<std::vector<AuditEntry>> SqliteAccountStore::audit(std::uint64_t before,
                                                          const account::AuditFilter& filter,
                                                          std::size_t limit) {
    return database_.read([&](Connection& connection) {
        std::vector<AuditEntry> found;
        std::string sql =
            "SELECT " + std::string(kAuditColumns) + " FROM audit WHERE (?1 = 0 OR seq < ?1)";
        // Only what is asked for stands in the question, so that an index can answer it.
        sql += filter.subject.empty() ? " AND ?2 = ''" : " AND subject = ?2";
        sql += filter.who_name.empty() ? " AND ?3 = ''" : " AND who_name = ?3";
        const bool is_family = filter.action.ends_with('.');
        sql += filter.action.empty() ? " AND ?4 = '' AND ?5 = ''"
               : is_family           ? " AND action >= ?4 AND action < ?5"
                                     : " AND action = ?4 AND ?5 = ''";
        const std::string family_end =
            is_family ? filter.action.substr(0, filter.action.size() - 1) + '/' : "";
        if (filter.from || filter.to) sql += " AND at_ms BETWEEN ?6 AND ?7";
        Statement query(connection, sql + " ORDER BY seq DESC LIMIT ?8");
        query.bind(before, filter.subject, filter.who_name, filter.action, family_end,
                   filter.from.value_or(base::Instant{INT64_MIN}),
                   filter.to.value_or(base::Instant{INT64_MAX}), limit);
        while (query.step()) found.push_back(read_audit(query));
        return found;
    });
}

Result<void> SqliteAccountStore::note(AuditEntry audit) {
    return database_.write([&](Transaction& transaction) { append_audit(transaction, audit); });
}

Result<std::uint64_t> SqliteAccountStore::verify_audit() {
    const std::uint64_t last = database_.reach().audit_seq;
    std::uint64_t seq = 0;
    auto verified = database_.read_apart([&](Connection& connection) {
        std::string previous;
        Statement rows(connection,
                       "SELECT " + std::string(kAuditColumns) + " FROM audit ORDER BY seq");
        while (seq < last) {
            const bool found = rows.step();
            const AuditEntry entry = found ? read_audit(rows) : AuditEntry{};
            ++seq;
            if (entry.seq != seq)
                refuse(ErrorCode::damaged, "the audit log is damaged: entry " +
                                               std::to_string(seq) +
                                               " is missing; restore a backup to see what it said");
            if (entry.hash != account::chain_hash(entry, previous))
                refuse(ErrorCode::damaged, "the audit log is damaged: entry " +
                                               std::to_string(seq) +
                                               " is not what was written; restore a backup to see "
                                               "what it said");
            previous = entry.hash;
        }
    });
    if (!verified) return std::unexpected(std::move(verified).error());
    return seq;
}

Result<std::string> SqliteAccountStore::value(std::string_view name) {
    return database_.read([&](Connection& connection) {
        Statement query(connection, "SELECT value FROM named_value WHERE name = ?1");
        return query.bind(name).step() ? query.text(0) : std::string();
    });
}

Result<void> SqliteAccountStore::set_value(std::string_view name, std::string_view value) {
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection,
                  "INSERT INTO named_value(name, value) VALUES(?1, ?2)"
                  " ON CONFLICT(name) DO UPDATE SET value = excluded.value")
            .bind(name, value)
            .run();
    });
}

Result<bool> has_owner(const std::filesystem::path& data_dir) {
    const std::filesystem::path file = data_dir / "sluice.db";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return false;
    try {
        Connection connection(file, Connection::Mode::read_only);
        return has_owner(connection);
    } catch (const Failure& failed) {
        return std::unexpected(failed.error);
    }
}

}  // namespace sluice::adapter
