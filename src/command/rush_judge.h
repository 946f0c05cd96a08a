// SPDX-License-Identifier: Apache-2.0
// Judge: compares what the buyers were told with what the books say. Pure, so that it is tested
// with books that are wrong on purpose: a judge that cannot say "guilty" proves nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "command/rush.h"

namespace sluice::command {

/// An acknowledgement: a buyer was told that this order exists. One a request, so a retry gives
/// another.
struct Ack {
    std::string user;       ///< 32 hexadecimal digits
    std::uint64_t key = 0;  ///< number of the idempotency key within the rush
    std::uint64_t order = 0;
};

/// One line of the books.
struct BookedOrder {
    std::uint64_t order = 0;
    std::string user;
    std::int64_t quantity = 0;
    std::string state;
};

/// What the rush was about, and the server's own sums.
struct Case {
    std::int64_t stock = 0;
    std::int64_t limit = 1;
    std::string policy;
    std::int64_t wanted = 0;     ///< units that buyers asked for and would have paid
    std::int64_t unclear = 0;    ///< clicks that never got a clear answer: each may be an order
    std::int64_t available = 0;  ///< by the server, at the end
    std::int64_t reserved = 0;
    std::int64_t sold = 0;
};

/// Reads the CSV of /admin/v1/orders/export.
[[nodiscard]] base::Result<std::vector<BookedOrder>> read_books(std::string_view csv);

[[nodiscard]] Verdict judge(const Case& rush, const std::vector<Ack>& acks,
                            const std::vector<BookedOrder>& books);

}  // namespace sluice::command
