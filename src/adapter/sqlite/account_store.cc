// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/account_store.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "adapter/sqlite/audit_log.h"
#include "base/sentences.h"

namespace sluice::adapter {

using account::AuditEntry;
using account::Customer;
using account::Operator;
using account::Role;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kSelectOperator =
    "SELECT id, name, role, password_hash, disabled, created_ms, last_login_ms,"
    " EXISTS(SELECT 1 FROM totp WHERE who = id AND enabled_ms <> 0) FROM operator ";

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
    if (changed && ends_sessions) end_lent(who.id, "");
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
    return database_.read(
        [&](Connection& connection) { return audit_entries(connection, before, filter, limit); });
}

Result<void> SqliteAccountStore::note(AuditEntry audit) {
    return database_.write([&](Transaction& transaction) { append_audit(transaction, audit); });
}

Result<std::uint64_t> SqliteAccountStore::verify_audit() {
    const std::uint64_t last = database_.reach().audit_seq;
    const auto verified =
        database_.read_apart([&](Connection& connection) { check_audit_chain(connection, last); });
    if (!verified) return std::unexpected(verified.error());
    return last;
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
