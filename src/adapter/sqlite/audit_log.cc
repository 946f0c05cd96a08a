// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/audit_log.h"

#include <string>
#include <string_view>

namespace sluice::adapter {

namespace {

constexpr std::string_view kAuditColumns =
    "seq, at_ms, who, who_name, action, subject, before, after, reason, address, hash";

account::AuditEntry read_audit(const Statement& row) {
    account::AuditEntry entry;
    entry.seq = row.number<std::uint64_t>(0);
    entry.at = row.instant(1);
    entry.who = row.id<base::OperatorId>(2);
    entry.who_name = row.text(3);
    entry.action = row.text(4);
    entry.subject = row.text(5);
    entry.before = row.text(6);
    entry.after = row.text(7);
    entry.reason = row.text(8);
    entry.address = row.text(9);
    entry.hash = row.text(10);
    return entry;
}

}  // namespace

void append_audit(Transaction& transaction, account::AuditEntry& entry) {
    std::string previous;
    std::uint64_t last = 0;
    Statement newest(transaction.connection,
                     "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
    if (newest.step()) {
        last = newest.number<std::uint64_t>(0);
        previous = newest.text(1);
    }
    entry.seq = last + 1;
    entry.hash = account::chain_hash(entry, previous);
    Statement(transaction.connection,
              "INSERT INTO audit(seq, at_ms, who, who_name, action, subject, before, after, reason,"
              " address, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
        .bind(entry.seq, entry.at, entry.who, entry.who_name, entry.action, entry.subject,
              entry.before, entry.after, entry.reason, entry.address, entry.hash)
        .run();
    transaction.reach.audit_seq = entry.seq;
}

void append_audit_of_new(Transaction& transaction, account::AuditEntry& entry, std::uint64_t id) {
    if (entry.subject.ends_with('/')) entry.subject += std::to_string(id);
    append_audit(transaction, entry);
}

std::vector<account::AuditEntry> audit_entries(Connection& connection, std::uint64_t before,
                                               const account::AuditFilter& filter,
                                               std::size_t limit) {
    std::vector<account::AuditEntry> found;
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
}

void check_audit_chain(Connection& connection, std::uint64_t last) {
    const auto refuse_entry = [](std::uint64_t seq, const char* what) {
        refuse(base::ErrorCode::damaged, "the audit log is damaged: entry " + std::to_string(seq) +
                                             what + "; restore a backup to see what it said");
    };
    std::string previous;
    Statement rows(connection, "SELECT " + std::string(kAuditColumns) + " FROM audit ORDER BY seq");
    for (std::uint64_t seq = 1; seq <= last; ++seq) {
        const bool found = rows.step();
        const account::AuditEntry entry = found ? read_audit(rows) : account::AuditEntry{};
        if (entry.seq != seq) refuse_entry(seq, " is missing");
        if (entry.hash != account::chain_hash(entry, previous))
            refuse_entry(seq, " is not what was written");
        previous = entry.hash;
    }
}

}  // namespace sluice::adapter
