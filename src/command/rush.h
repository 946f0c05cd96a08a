// SPDX-License-Identifier: Apache-2.0
// Rush: the load generator and judge. Open model: every request has its time, and latency counts
// from that time, whatever the generator or the server did meanwhile. Real HTTP, a different user
// with a real token for every buyer. Afterwards every answer is compared with the books: an
// acknowledgement without an order, an order twice, a user above the limit, a unit sold twice or
// not at all is a failed verdict.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace sluice::command {

struct RushOptions {
    std::uint64_t buyers = 100'000;
    std::int64_t stock = 1000;
    std::string policy = "reserve";     ///< reserve, on_order or on_payment
    std::uint32_t abandon_percent = 0;  ///< winners who do not pay
    std::uint32_t pay_window_ms = 600'000;
    double rate = 0;         ///< first purchases a second; 0: a crowd, within 2 to 8 s of T0
    std::uint64_t seed = 0;  ///< 0: a random one, which is printed
    std::uint32_t connections = 256;
    std::string json_file;  ///< "" for none
    bool quiet = false;     ///< no progress lines

    // Whom to rush. Empty: a server of our own on a temporary store.
    std::string public_url;  ///< http://127.0.0.1:8080
    std::string console_url;
    std::string
        token_key_file;  ///< the server's token.key: tokens are made with it, as a log-in would
    std::string operator_name, operator_password;  ///< role operator: makes the activity
    std::string reviewer_name, reviewer_password;  ///< role reviewer: approves it
};

/// What is judged; all but `sold` must be 0.
struct Verdict {
    std::int64_t oversold = 0;   ///< units in paid or pending orders beyond the stock
    std::int64_t undersold = 0;  ///< units left although buyers who wanted one were turned away
    std::int64_t duplicates =
        0;  ///< orders beyond the first for one key, or that nobody was told of
    std::int64_t over_limit = 0;  ///< users with more units than the limit
    std::int64_t lost_acks = 0;   ///< acknowledged orders that are not in the books
    std::int64_t sold = 0;        ///< units sold in the end
    [[nodiscard]] bool clean() const {
        return oversold == 0 && undersold == 0 && duplicates == 0 && over_limit == 0 &&
               lost_acks == 0;
    }
};

/// Plays one rush and prints the report, verdict first. An error is something that kept it from
/// being played.
[[nodiscard]] base::Result<Verdict> rush(const RushOptions& options);

}  // namespace sluice::command
