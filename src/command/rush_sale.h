// SPDX-License-Identifier: Apache-2.0
// RushSale: the sale that is rushed, from the operators' side: the server, two people, the activity
// that starts in a moment, and afterwards the figures and the books.
// Owner: a rush.   Threads: one; every call waits for its answer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "account/token.h"
#include "base/result.h"
#include "base/time.h"
#include "command/console_client.h"
#include "command/rush.h"
#include "command/rush_judge.h"
#include "command/rush_server.h"

namespace sluice::command {

/// Where a server listens.
struct RushAddress {
    std::string host;  ///< numeric
    std::uint16_t port = 80;
    [[nodiscard]] std::string text() const { return host + ":" + std::to_string(port); }
};

class RushSale {
   public:
    /// Units that one user may have.
    static constexpr std::int64_t kLimit = 1;

    explicit RushSale(const RushOptions& options) : options_(options) {}

    /// Finds the server, or starts one, and has both people logged in.
    [[nodiscard]] base::Result<void> open();
    /// Makes the activity, has it approved and warm; it starts at starts_at().
    [[nodiscard]] base::Result<void> set_up();

    [[nodiscard]] const RushAddress& address() const { return address_; }
    /// A session token as a log-in would give it.
    [[nodiscard]] std::string token_for(base::UserId user, base::Instant now) const;
    [[nodiscard]] base::Instant starts_at() const { return starts_at_; }
    [[nodiscard]] const std::string& item() const { return item_; }
    /// CPU time that the server used so far; 0 if it is not ours.
    [[nodiscard]] double server_cpu_seconds() const;
    [[nodiscard]] bool shares_machine() const;

    /// The server's own sums.
    struct Figures {
        std::int64_t available = 0, reserved = 0, sold = 0;  ///< units
        std::int64_t paid = 0, refunded = 0;                 ///< orders
    };
    [[nodiscard]] base::Result<Figures> figures();
    /// Every order of the item.
    [[nodiscard]] base::Result<std::vector<BookedOrder>> books();
    /// What the server's own reconciliation says.
    [[nodiscard]] base::Result<bool> is_balanced();

   private:
    [[nodiscard]] base::Result<void> hire();
    [[nodiscard]] base::Result<void> log_in();
    [[nodiscard]] base::Result<std::string> make_activity(const std::string& sku);

    const RushOptions& options_;
    std::unique_ptr<RushServer> server_;
    RushAddress address_;
    std::unique_ptr<account::TokenKey> tokens_;
    std::unique_ptr<ConsoleClient> operator_;
    std::unique_ptr<ConsoleClient> reviewer_;
    base::Instant starts_at_;
    std::string item_;
};

}  // namespace sluice::command
