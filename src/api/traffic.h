// SPDX-License-Identifier: Apache-2.0
// Traffic: what happens at the doors, counted: requests by area, attempts to buy by how they ended
// (api/attempt.h), and how long a purchase took. Read by /metrics and by the operator's live
// screen.
// Owner: main.   Threads: any counts, without contention; any reads.
// Not here: refusals of the gates (guard/gates.h), connections (http/server.h), batches
// (sale/turnstile.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "api/attempt.h"
#include "base/metrics.h"

namespace sluice::api {

/// What a route is about. Names are label values of /metrics.
enum class Area : std::uint8_t {
    pages,      ///< static pages
    reads,      ///< time, activities, state of an item, openapi
    accounts,   ///< accounts and sessions
    tickets,    ///< tickets and challenges
    purchases,  ///< both purchase addresses
    orders,     ///< reading and cancelling orders
    payments,   ///< opening payments
    callbacks,  ///< of payment providers
    count_      ///< how many there are; not an area
};
[[nodiscard]] std::string_view to_text(Area area);

class Traffic {
   public:
    Traffic();
    ~Traffic();
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;

    /// A request reached its handler.
    void count(Area area) noexcept;
    /// An attempt was refused at the door, before the sale was asked. Those of rehearsals are
    /// counted apart.
    void count(Ending ending, bool rehearsal) noexcept;
    /// The sale's answer to an attempt goes out, `ns` after the request came in.
    void purchase(sale::Outcome outcome, std::int64_t ns, bool rehearsal = false) noexcept;

    /// A payment callback was not believed: anybody may post there, so it is counted, not logged.
    void refused_callback() noexcept;
    /// Likewise a token that was said to be the shop's.
    void refused_shop_token() noexcept;

    /// Since the start of the program.
    struct Counts {
        std::array<std::uint64_t, static_cast<std::size_t>(Area::count_)> requests{};
        Endings purchases;
        Endings rehearsals;  ///< attempts of rehearsals; not in `purchases`

        std::uint64_t callbacks_refused = 0;
        std::uint64_t shop_tokens_refused = 0;

        [[nodiscard]] std::uint64_t of(Area area) const {
            return requests[static_cast<std::size_t>(area)];
        }
        [[nodiscard]] std::uint64_t of(Ending ending) const { return purchases.of(ending); }
    };
    [[nodiscard]] Counts counts() const;
    /// How long purchases took that the sale accepted: from their bytes to their durable answer.
    [[nodiscard]] base::Latencies accepted() const;
    /// Likewise of rehearsals, which are not in `accepted`.
    [[nodiscard]] base::Latencies rehearsed() const;

   private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace sluice::api
