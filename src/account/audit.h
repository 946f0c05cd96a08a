// SPDX-License-Identifier: Apache-2.0
// Audit: who changed what, from what to what, from where and why. Append-only; each entry is linked
// to the one before by a hash, so that an entry cannot be changed or taken out unseen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/id.h"
#include "base/time.h"

namespace sluice::account {

/// One change. The store adds `seq`, `previous_hash` and `hash`.
struct AuditEntry {
    std::uint64_t seq = 0;  ///< 1, 2, 3 … without gaps
    base::Instant at;
    base::OperatorId who;  ///< none: the program itself
    std::string who_name;  ///< as it was then
    std::string action;    ///< "activity.approve", "stock.change", "operator.login" …
    std::string subject;   ///< "activity/7", "item/12", "order/123" …
    std::string before;    ///< JSON, "" if there was nothing
    std::string after;     ///< JSON, "" if there is nothing now
    std::string reason;    ///< the words of the person; "" where none is asked
    std::string address;   ///< of the client
    std::string hash;      ///< of all fields above and the hash before
};

/// Which entries somebody wants to see; what is empty admits all.
struct AuditFilter {
    std::string subject;   ///< this one
    std::string who_name;  ///< this one; names are never given to another
    std::string action;    ///< this one; with a dot at its end all that begin with it
    std::optional<base::Instant> from, to;  ///< both included
};
/// All entries of one thing.
[[nodiscard]] AuditFilter about(std::string subject);

/// The hash of `entry` (its `hash` ignored) behind `previous_hash`.
[[nodiscard]] std::string chain_hash(const AuditEntry& entry, const std::string& previous_hash);

}  // namespace sluice::account
