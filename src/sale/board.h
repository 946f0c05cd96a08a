// SPDX-License-Identifier: Apache-2.0
// Board: what the doors may know without entering the turnstile: the window and the level of every
// open item, and whether a purchase key may have been accepted before. Owner: main.   Threads:
// written only inside the turnstile, read by every door without a lock. Each field
//   is true by itself; a reader that is one event late loses an attempt, never a unit.
// Limits: kItemsMax items open at once, allocated in the constructor.
// Not here: decisions. Whatever passes the board is decided again, exactly, by the sale.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "activity/terms.h"
#include "base/big_memory.h"
#include "base/id.h"
#include "base/time.h"
#include "sale/outcome.h"

namespace sluice::sale {

/// Most items that can be open in one process.
inline constexpr std::size_t kItemsMax = 16384;

/// The stock as the public may know it (K10): exact numbers would help scripts more than people.
enum class Level : std::uint8_t { none, few, plenty };

/// What is posted of one item. `available` is exact and for operators; customers get `level()`.
struct Posting {
    std::atomic<std::uint32_t> item{0};
    std::atomic<std::uint32_t> activity{0};
    std::atomic<std::int64_t> starts_at_ms{0};
    std::atomic<std::int64_t> ends_at_ms{0};
    std::atomic<std::int64_t> available{0};
    std::atomic<std::int64_t> total{0};
    std::atomic<std::uint8_t> entry{0};
    std::atomic<bool> rehearsal{false};  ///< does not exist but for rehearsal users
    std::atomic<bool> paused{false};     ///< the activity is paused or the item is stopped
    std::atomic<bool> ended{false};      ///< by an operator, before the time
};

class Board {
   public:
    Board();

    /// The posting of an open item, or nullptr. Any thread.
    [[nodiscard]] const Posting* find(base::ItemId item) const noexcept;
    /// The refusal that the board alone can give: read_only, stopped, not_started, ended, paused or
    /// sold_out.
    [[nodiscard]] std::optional<Outcome> refusal(const Posting& posting,
                                                 base::Instant now) const noexcept;
    /// False: this user has no order. True: may have one; ask may_be_replay. The cheap question,
    /// because a purchase key has to be hashed first and nearly nobody has an order.
    [[nodiscard]] bool may_have_order(base::UserId user) const noexcept;
    /// False: this key was never accepted. True: it may have been; ask the sale (a winner who
    /// retries after the stock is gone must get the same order again, not `sold_out`).
    [[nodiscard]] bool may_be_replay(base::Key128 key) const noexcept;
    /// Asks the processor for what remember() will touch.
    void prefetch(base::UserId user, base::Key128 key) const noexcept;
    [[nodiscard]] static Level level(const Posting& posting) noexcept;
    [[nodiscard]] bool stopped() const noexcept { return stopped_.load(std::memory_order_relaxed); }

    // Inside the turnstile only.
    /// The posting of an item, new or not; nullptr if the board is full. The caller fills a new one
    /// and stores its item last.
    Posting* post(base::ItemId item) noexcept;
    /// An accepted purchase.
    void remember(base::UserId user, base::Key128 key) noexcept;
    void stop(bool stopped) noexcept { stopped_.store(stopped, std::memory_order_relaxed); }
    /// The ledger failed: nothing is sold until a restart, and buyers are told so.
    void fail() noexcept { failed_.store(true, std::memory_order_relaxed); }

   private:
    static constexpr std::size_t kSlots = 2 * kItemsMax;
    /// Of eight words each, one cache line. 16 MiB: of the keys that were never accepted 0.04 % are
    /// taken for one that was at 600 thousand orders, 1.2 % at 3.5 million.
    static constexpr std::size_t kFilterBlocks = std::size_t{1} << 18;

    void mark(base::Key128 hash) noexcept;
    [[nodiscard]] bool is_marked(base::Key128 hash) const noexcept;

    std::unique_ptr<Posting[]> postings_;
    std::size_t posted_ = 0;
    base::BigArray<std::atomic<std::uint64_t>> filter_;
    std::atomic<bool> stopped_{false};
    std::atomic<bool> failed_{false};
};

}  // namespace sluice::sale
