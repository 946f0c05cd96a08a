// SPDX-License-Identifier: Apache-2.0
// The audit log: inside a transaction, so that each entry stands or falls with the change that it
// tells of; and read back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "account/audit.h"
#include "adapter/sqlite/database.h"

namespace sluice::adapter {

/// Gives `entry` its seq and hash and stores it.
void append_audit(Transaction& transaction, account::AuditEntry& entry);

/// The same for a thing whose id was assigned just now: a subject "product/" becomes "product/7".
void append_audit_of_new(Transaction& transaction, account::AuditEntry& entry, std::uint64_t id);

/// The newest `limit` entries that the filter admits, of those before `before` (0: of all).
[[nodiscard]] std::vector<account::AuditEntry> audit_entries(Connection& connection,
                                                             std::uint64_t before,
                                                             const account::AuditFilter& filter,
                                                             std::size_t limit);
/// Refuses with `damaged` unless entries 1 to `last` are there, each as it was written.
void check_audit_chain(Connection& connection, std::uint64_t last);

}  // namespace sluice::adapter
