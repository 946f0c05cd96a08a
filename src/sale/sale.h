// SPDX-License-Identifier: Apache-2.0
// Sale: 抢购, the pure state machine at the heart: (state, event, now) → (outcome, records).
// Owner: main, entered only through the turnstile.   Threads: none of its own, one at a time.
// Each `decide` reads, decides, and then makes records; `apply` is the only place where state
// changes, and
//   recovery goes through the same `apply`. So what a restart finds is what the server had.
// Limits: SaleOptions, reserved at construction; full is `busy`. No I/O, no clock, no waiting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "activity/activity.h"
#include "activity/terms.h"
#include "base/flat_map.h"
#include "base/id.h"
#include "base/snowflake.h"
#include "base/time.h"
#include "order/order.h"
#include "order/orders.h"
#include "payment/payment.h"
#include "payment/payments.h"
#include "reservation/deadlines.h"
#include "sale/events.h"
#include "sale/limits.h"
#include "sale/outcome.h"
#include "sale/record.h"
#include "stock/stock.h"

namespace sluice::sale {

struct SaleOptions {
    std::uint32_t node = 0;              ///< of the snowflakes
    std::size_t orders_max = 4'000'000;  ///< kept in memory, some 250 bytes each when used
    std::size_t payments_max = 4'000'000;
    std::size_t expiries_per_pass = 64;  ///< so that a wave of deadlines does not stop the buyers
};

/// Takes the records of a decision: the open batch, or a vector in tests.
class Records {
   public:
    virtual ~Records() = default;
    /// True if `count` more fit.
    [[nodiscard]] virtual bool has_room(std::size_t count) const = 0;
    virtual void append(const Record& record) = 0;
};

/// What a decision came to.
struct Decision {
    Outcome outcome = Outcome::busy;
    const order::Order* order = nullptr;
    const payment::Payment* payment = nullptr;
    std::uint64_t seq = 0;  ///< the answer rests on this record and those before it; 0: on none
};

/// An activity that was warmed.
struct OpenedActivity {
    activity::ActivityTerms terms;
    bool paused = false;
    bool ended = false;  ///< by an operator
};

/// An item that was opened, with its stock.
struct OpenedItem {
    activity::ItemTerms terms;
    stock::Stock stock;
    bool stopped = false;
    std::uint32_t activity_index = 0;
    std::uint64_t orders_created = 0, orders_paid = 0, orders_cancelled = 0, orders_expired = 0,
                  orders_refunded = 0;
};

class Sale {
   public:
    explicit Sale(const SaleOptions& options);

    Decision decide(const Buy& event, base::Instant now, Records& out);
    Decision decide(const Cancel& event, base::Instant now, Records& out);
    Decision decide(const OpenPayment& event, base::Instant now, Records& out);
    Decision decide(const Settle& event, base::Instant now, Records& out);
    Decision decide(const ClosePayment& event, base::Instant now, Records& out);
    Decision decide(const ConfirmRefund& event, base::Instant now, Records& out);
    Decision decide(const MarkPaid& event, base::Instant now, Records& out);
    Decision decide(const Refund& event, base::Instant now, Records& out);
    Decision decide(const ChangeStock& event, base::Instant now, Records& out);
    Decision decide(const OpenActivity& event, base::Instant now, Records& out);
    Decision decide(const SwitchActivity& event, base::Instant now, Records& out);
    Decision decide(const SwitchItem& event, base::Instant now, Records& out);
    /// Expires what is due, at most expiries_per_pass orders. Returns how many.
    std::size_t expire_due(base::Instant now, Records& out);

    /// Changes the state as `record` says. CHECKs that the record fits the state: recovery must
    /// verify records (chain_sum) before.
    void apply(const Record& record);

    // Reading. Pointers and spans are good until the next decision.
    [[nodiscard]] const OpenedItem* item(base::ItemId id) const;
    [[nodiscard]] const OpenedActivity* activity(base::ActivityId id) const;
    [[nodiscard]] std::span<const OpenedItem> items() const { return items_; }
    [[nodiscard]] std::span<const OpenedActivity> activities() const { return activities_; }
    /// warming, running, paused or ended at `now`.
    [[nodiscard]] activity::State phase(const OpenedActivity& activity, base::Instant now) const;
    [[nodiscard]] const order::Orders& orders() const { return orders_; }
    [[nodiscard]] const payment::Payments& payments() const { return payments_; }
    [[nodiscard]] std::uint32_t bought(base::UserId user, base::ItemId item) const;
    [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }
    [[nodiscard]] base::Instant last_at() const { return last_at_; }
    /// Of everything that later decisions depend on. Equal states have equal hashes.
    [[nodiscard]] std::uint64_t hash() const;

   private:
    struct ItemIdHash {
        std::uint64_t operator()(base::ItemId id) const { return base::mix64(id.value); }
    };
    struct ActivityIdHash {
        std::uint64_t operator()(base::ActivityId id) const { return base::mix64(id.value); }
    };

    /// Makes the record of `body`, applies it and hands it out: the only way from a decision to the
    /// state.
    template <class Body>
    void happen(const Body& body, base::Instant now, Records& out);

    std::optional<Outcome> closed(const OpenedItem& item, base::Instant now) const;
    Decision settle_late(const order::Order& order, const payment::Payment& payment,
                         base::Instant now, Records& out);
    Decision refund_payment(const order::Order& order, const payment::Payment& payment,
                            order::OrderNote note, base::Instant now, Records& out);
    OpenedItem& item_of(const order::Order& order);
    void give_back(order::Order& order);

    void apply_body(const ActivityOpened& body, const Record& record);
    void apply_body(const ItemOpened& body, const Record& record);
    void apply_body(const ActivitySwitched& body, const Record& record);
    void apply_body(const ItemSwitched& body, const Record& record);
    void apply_body(const StockChanged& body, const Record& record);
    void apply_body(const OrderCreated& body, const Record& record);
    void apply_body(const OrderPaid& body, const Record& record);
    void apply_body(const OrderClosed& body, const Record& record);
    void apply_body(const PaymentOpened& body, const Record& record);
    void apply_body(const PaymentClosed& body, const Record& record);
    void apply_body(const RefundDue& body, const Record& record);
    void apply_body(const RefundDone& body, const Record& record);

    SaleOptions options_;
    base::Snowflake ids_;
    std::vector<OpenedActivity> activities_;
    std::vector<OpenedItem> items_;
    base::FlatMap<base::ActivityId, std::uint32_t, ActivityIdHash> activity_index_;
    base::FlatMap<base::ItemId, std::uint32_t, ItemIdHash> item_index_;
    order::Orders orders_;
    payment::Payments payments_;
    reservation::Deadlines deadlines_;
    Limits limits_;
    base::FlatMap<base::Key128, std::uint8_t, order::KeyHash> stock_keys_;
    std::uint64_t last_seq_ = 0;
    base::Instant last_at_;
};

}  // namespace sluice::sale
