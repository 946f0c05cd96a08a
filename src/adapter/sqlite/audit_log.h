// SPDX-License-Identifier: Apache-2.0
// The audit log inside a transaction: each entry stands or falls with the change that it tells of.
#pragma once

#include <cstdint>
#include <string_view>

#include "account/audit.h"
#include "adapter/sqlite/database.h"

namespace sluice::adapter {

/// Gives `entry` its seq and hash and stores it.
void append_audit(Transaction& transaction, account::AuditEntry& entry);

/// The same for a thing whose id was assigned just now: a subject "product/" becomes "product/7".
void append_audit_of_new(Transaction& transaction, account::AuditEntry& entry, std::uint64_t id);

/// Reads one row of `SELECT <kAuditColumns> FROM audit`.
inline constexpr std::string_view kAuditColumns =
    "seq, at_ms, who, who_name, action, subject, before, after, reason, address, hash";
[[nodiscard]] account::AuditEntry read_audit(const Statement& row);

}  // namespace sluice::adapter
