// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/guard_store.h"

#include <string>

#include "adapter/sqlite/audit_log.h"

namespace sluice::adapter {

using base::ErrorCode;
using base::Result;
using guard::RiskEntry;
using guard::Switch;

Result<RiskEntry> SqliteGuardStore::add_risk(RiskEntry entry, account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection,
                  "INSERT INTO risk_entry(kind, value, reason, expires_ms, created_by, created_ms)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
            .bind(entry.kind, entry.value, entry.reason, entry.expires_at, entry.created_by,
                  entry.created_at)
            .run();
        entry.id = static_cast<std::uint64_t>(transaction.connection.last_id());
        append_audit_of_new(transaction, audit, entry.id);
        return entry;
    });
}

Result<void> SqliteGuardStore::remove_risk(std::uint64_t id, account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection, "DELETE FROM risk_entry WHERE id = ?1").bind(id).run();
        if (transaction.connection.changes() == 0)
            refuse(ErrorCode::not_found, "there is no risk entry " + std::to_string(id));
        append_audit(transaction, audit);
    });
}

Result<std::vector<RiskEntry>> SqliteGuardStore::risks() {
    return database_.read([&](Connection& connection) {
        std::vector<RiskEntry> found;
        Statement query(connection,
                        "SELECT id, kind, value, reason, expires_ms, created_by, created_ms"
                        " FROM risk_entry ORDER BY id");
        while (query.step()) {
            RiskEntry entry;
            entry.id = query.number<std::uint64_t>(0);
            entry.kind = query.choice<RiskEntry::Kind>(1);
            entry.value = query.text(2);
            entry.reason = query.text(3);
            entry.expires_at = query.instant(4);
            entry.created_by = query.id<base::OperatorId>(5);
            entry.created_at = query.instant(6);
            found.push_back(std::move(entry));
        }
        return found;
    });
}

Result<void> SqliteGuardStore::set_switch(const Switch& value, account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection,
                  "INSERT INTO switch(name, is_on, reason, changed_by, changed_ms, until_ms)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(name) DO UPDATE SET"
                  " is_on = excluded.is_on, reason = excluded.reason,"
                  " changed_by = excluded.changed_by, changed_ms = excluded.changed_ms,"
                  " until_ms = excluded.until_ms")
            .bind(value.name, value.on, value.reason, value.changed_by, value.changed_at,
                  value.until)
            .run();
        append_audit(transaction, audit);
    });
}

Result<std::vector<Switch>> SqliteGuardStore::switches() {
    return database_.read([&](Connection& connection) {
        std::vector<Switch> found;
        Statement query(connection,
                        "SELECT name, is_on, reason, changed_by, changed_ms, until_ms"
                        " FROM switch ORDER BY name");
        while (query.step()) {
            Switch value;
            value.name = query.text(0);
            value.on = query.integer(1) != 0;
            value.reason = query.text(2);
            value.changed_by = query.id<base::OperatorId>(3);
            value.changed_at = query.instant(4);
            value.until = query.instant(5);
            found.push_back(std::move(value));
        }
        return found;
    });
}

}  // namespace sluice::adapter
