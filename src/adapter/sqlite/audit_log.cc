// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/audit_log.h"

#include <string>

namespace sluice::adapter {

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

}  // namespace sluice::adapter
