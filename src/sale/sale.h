// SPDX-License-Identifier: Apache-2.0
// Sale: 抢购, the pure state machine at the heart: (state, event, now) → (outcome, records).
// Owner: main, entered only through the turnstile.   Threads: none of its own, one at a time.
// Each `decide` reads, decides, and then makes records; `apply` is the only place where state
// changes, and
//   recovery goes through the same `apply`. So what a restart finds is what the server had.
// Limits: SaleOptions, reserved at construction; full is `busy`. No I/O, no clock, no waiting.
#pragma once

#include <array>
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
#include "sale/board.h"
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
    std::size_t activities_max = 4096;
    std::size_t items_max = kItemsMax;  ///< never more than the board has places for
    std::size_t stock_changes_max = 65536;
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
    bool ended = false;        ///< by an operator
    base::Instant ended_at{};  ///< then: when

    /// When its window closes: earlier than planned if it was ended after it had begun.
    [[nodiscard]] base::Instant closes_at() const {
        return ended && ended_at > terms.starts_at ? ended_at : terms.ends_at;
    }
};

/// An item that was opened, with its stock.
struct OpenedItem {
    activity::ItemTerms terms;
    stock::Stock stock;
    bool stopped = false;
    bool touched = false;              ///< it is in Sale::touched()
    std::uint32_t activity_index = 0;  ///< into Sale::activities()
    /// By the state they are in now. Each order is in one: together they are all there ever were.
    std::array<std::uint64_t, order::kOrderStates> orders{};
    std::int64_t units_paid = 0;  ///< in the orders that are paid now
    /// That went back from orders into the stock since it was opened; each time counts.
    std::int64_t units_released = 0;

    [[nodiscard]] std::uint64_t orders_in(order::OrderState state) const {
        return orders[static_cast<std::size_t>(state)];
    }
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
    /// Asks the processor for the memory that deciding `event` will look at, so that the wait for
    /// it is not under the lock. Any thread, without a lock: it reads nothing that changes.
    void prefetch(const Buy& event) const {
        orders_.prefetch(event.key, event.user);
        limits_.prefetch(event.user, event.item);
    }
    template <class Event>
    void prefetch(const Event& /*event*/) const {}
    /// Takes the memory of the indexes that every purchase reaches at random from the machine, so
    /// that none waits for their pages under the lock. Some 50 bytes for each order that may come;
    /// orders, deadlines and used tickets follow as they come.
    void populate();
    /// Expires what is due, at most expiries_per_pass orders. Returns how many.
    std::size_t expire_due(base::Instant now, Records& out);
    /// True if a deadline is due that expire_due has not come to yet.
    [[nodiscard]] bool has_due(base::Instant now) const { return deadlines_.due(now).has_value(); }

    /// Changes the state as `record` says. CHECKs that the record fits the state: recovery must
    /// verify records (chain_sum) before.
    void apply(const Record& record);

    /// Switches all purchases off or on. Not part of the state: the store of switches remembers it.
    void stop_purchases(bool stopped) { stopped_ = stopped; }

    // Reading. Pointers and spans are good until the next decision.
    [[nodiscard]] const OpenedItem* item(base::ItemId id) const;
    [[nodiscard]] const OpenedActivity* activity(base::ActivityId id) const;
    [[nodiscard]] std::span<const OpenedItem> items() const { return items_; }
    [[nodiscard]] std::span<const OpenedActivity> activities() const { return activities_; }
    /// warming, running, paused or ended at `now`.
    [[nodiscard]] static activity::State phase(const OpenedActivity& activity, base::Instant now);
    [[nodiscard]] const order::Orders& orders() const { return orders_; }
    [[nodiscard]] const payment::Payments& payments() const { return payments_; }
    /// Units of `item` in the pending and paid orders of `user`.
    [[nodiscard]] std::uint32_t bought(base::UserId user, base::ItemId item) const;
    [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }
    [[nodiscard]] base::Instant last_at() const { return last_at_; }
    /// Of everything that later decisions depend on. Equal states have equal hashes. Reads all
    /// orders.
    [[nodiscard]] std::uint64_t hash() const;
    /// Indexes into items() of those that changed since clear_touched(), each once. For the board.
    [[nodiscard]] std::span<const std::uint32_t> touched() const { return touched_; }
    void clear_touched();

   private:
    template <class Id>
    struct IdHash {
        std::uint64_t operator()(Id id) const { return base::mix64(id.value); }
    };

    /// Makes the record of `body`, applies it, hands it out: the only way from a decision to the
    /// state.
    template <class Body>
    void happen(const Body& body, base::Instant now, Records& out) {
        const Record record = Record::of(last_seq_ + 1, now, body);
        apply(record);
        out.append(record);
    }

    // buy.cc
    [[nodiscard]] std::optional<Outcome> window_refusal(const OpenedItem& item,
                                                        base::Instant now) const;
    [[nodiscard]] std::optional<Outcome> ticket_refusal(const OpenedItem& item,
                                                        std::uint64_t ticket) const;
    [[nodiscard]] bool has_room_for_order(const Records& out) const;
    // settle.cc
    [[nodiscard]] const order::Order* order_of(base::OrderId id, base::UserId user) const;
    [[nodiscard]] bool can_take_for(const order::Order& order) const;
    Decision refund_payment(const order::Order& order, const payment::Payment& payment,
                            order::OrderNote note, base::Instant now, Records& out);
    [[nodiscard]] Decision answer(Outcome outcome, base::OrderId order,
                                  base::PaymentId payment = {}) const;

    // apply.cc
    OpenedItem& touch(base::ItemId id);
    void give_back(OpenedItem& item, order::Order& order);
    void apply_body(const ActivityOpened& body);
    void apply_body(const ItemOpened& body);
    void apply_body(const ActivitySwitched& body);
    void apply_body(const ItemSwitched& body);
    void apply_body(const StockChanged& body);
    void apply_body(const OrderCreated& body);
    void apply_body(const OrderPaid& body);
    void apply_body(const OrderClosed& body);
    void apply_body(const PaymentOpened& body);
    void apply_body(const PaymentClosed& body);
    void apply_body(const RefundDue& body);
    void apply_body(const RefundDone& body);
    order::Order& change_order(base::OrderId id);
    payment::Payment& change_payment(base::PaymentId id, payment::PaymentState state);

    SaleOptions options_;
    base::Snowflake ids_;
    std::vector<OpenedActivity> activities_;
    std::vector<OpenedItem> items_;
    base::FlatMap<base::ActivityId, std::uint32_t, IdHash<base::ActivityId>> activity_index_;
    base::FlatMap<base::ItemId, std::uint32_t, IdHash<base::ItemId>> item_index_;
    order::Orders orders_;
    payment::Payments payments_;
    reservation::Deadlines deadlines_;
    Limits limits_;
    base::FlatMap<base::Key128, std::uint8_t, order::KeyHash> stock_keys_;
    std::vector<std::uint32_t> touched_;
    std::uint64_t last_seq_ = 0;
    base::Instant last_at_;
    bool stopped_ = false;
};

}  // namespace sluice::sale
