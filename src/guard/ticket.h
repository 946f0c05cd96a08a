// SPDX-License-Identifier: Apache-2.0
// Ticket: opens the hidden purchase address of one item, for one user, for a short time, once.
// It carries its own proof; that it was used is remembered by the sale with the order.
//
//    0           4           8            16           20         36
//   +-----------+-----------+------------+------------+----------+
//   | item      | expires s |   nonce    |     0      |   MAC    |    48 characters of base64url
//   +-----------+-----------+------------+------------+----------+
//   The MAC also covers the user, so another user's ticket does not verify.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/secret.h"
#include "base/time.h"

namespace sluice::guard {

inline constexpr std::size_t kTicketSize = 48;  // characters

struct Ticket {
    base::ItemId item;
    std::uint64_t nonce = 0;  ///< never 0
    base::Instant expires_at;
};

class TicketKey {
   public:
    explicit TicketKey(const base::Bytes32& key) : key_(key) {}
    [[nodiscard]] std::string issue(base::ItemId item, base::UserId user,
                                    base::Instant expires_at) const;
    /// The ticket if it is genuine, for `user`, and not expired. The caller still compares the
    /// item.
    [[nodiscard]] std::optional<Ticket> verify(std::string_view text, base::UserId user,
                                               base::Instant now) const noexcept;

   private:
    base::MacKey key_;
};

}  // namespace sluice::guard
