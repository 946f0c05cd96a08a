// SPDX-License-Identifier: Apache-2.0
// Rules: the rules of the sale a second time, as simply as they can be said: lists, and sums over
// them whenever a number is needed. Shares nothing with src/sale but the types of events, orders
// and payments. Follows each decision of the real sale and throws a Violation where it differs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "event.h"
#include "plan.h"
#include "sale/record.h"
#include "sale/sale.h"

namespace sluice::sim {

/// What besides the event decides.
struct Situation {
    base::Instant now;
    std::size_t room = 0;  ///< records that the open batch still takes
};

class Rules {
   public:
    explicit Rules(const sale::SaleOptions& options) : options_(options) {}

    /// Checks the decision of the sale and follows it. Returns the number of the record that the
    /// answer rests on; 0: none.
    std::uint64_t decide(const Event& event, const Situation& situation, const sale::Decision& got);
    /// Checks that exactly those orders expired that were due, the earliest first.
    void expire(const Situation& situation, std::span<const sale::Record> records,
                std::size_t count);
    void stop_purchases(bool stopped) { stopped_ = stopped; }
    /// A restart lost what only the memory knew.
    void restart();

    /// Checks P1, P4, P5 and that `sale` knows exactly what the rules know.
    void compare(const sale::Sale& sale, const char* after) const;

    [[nodiscard]] std::int64_t available(base::ItemId item) const;
    [[nodiscard]] std::uint64_t seq() const { return seq_; }

   private:
    /// Where the units of an order are.
    enum class Units { none, reserved, sold };
    struct Order {
        order::Order expected;  ///< what the sale must know of it
        Units units = Units::none;
        bool counts = true;    ///< toward the purchase limit
        bool dropped = false;  ///< its deadline came up since the last restart
        int holds_opened = 0, holds_resolved = 0;
    };
    struct Item {
        activity::ItemTerms terms;
        std::int64_t total = 0;
        bool stopped = false;
        std::uint64_t changed_seq = 0;
    };
    struct Activity {
        activity::ActivityTerms terms;
        bool paused = false, ended = false;
        std::uint64_t opened_seq = 0, changed_seq = 0;
    };
    struct StockKey {
        base::Key128 key;
        std::uint64_t seq = 0;
    };
    /// What the sale has to answer.
    struct Expected {
        sale::Outcome outcome = sale::Outcome::done;
        const Order* order = nullptr;
        const payment::Payment* payment = nullptr;
        std::uint64_t rests_on = 0;
    };

    Expected on(const sale::Buy& event, const Situation& situation, const sale::Decision& got);
    Expected on(const sale::Cancel& event, const Situation& situation, const sale::Decision&);
    Expected on(const sale::OpenPayment& event, const Situation& situation,
                const sale::Decision& got);
    Expected on(const sale::Settle& event, const Situation& situation, const sale::Decision&);
    Expected on(const sale::ClosePayment& event, const Situation& situation, const sale::Decision&);
    Expected on(const sale::ConfirmRefund& event, const Situation& situation,
                const sale::Decision&);
    Expected on(const sale::MarkPaid& event, const Situation& situation, const sale::Decision&);
    Expected on(const sale::Refund& event, const Situation& situation, const sale::Decision&);
    Expected on(const sale::ChangeStock& event, const Situation& situation, const sale::Decision&);
    Expected on(const sale::OpenActivity& event, const Situation& situation, const sale::Decision&);
    Expected on(const sale::SwitchActivity& event, const Situation& situation,
                const sale::Decision&);
    Expected on(const sale::SwitchItem& event, const Situation& situation, const sale::Decision&);

    Order* find(base::OrderId id);
    payment::Payment* find(base::PaymentId id);
    Item* find(base::ItemId id);
    [[nodiscard]] const Item& item_of(const Order& order) const;
    [[nodiscard]] std::int64_t bought(base::UserId user, base::ItemId item) const;
    [[nodiscard]] bool within_limit(base::UserId user, const Item& item,
                                    std::uint32_t quantity) const;
    [[nodiscard]] bool can_have_units(const Order& order) const;
    std::uint64_t record(base::Instant now);
    void change(Order& order);
    void change(payment::Payment& payment, payment::PaymentState state);
    void create(const sale::Buy& event, Item& item, base::OrderId id);
    void pay(Order& order, std::uint32_t quantity, payment::Payment* payment, base::Instant now);
    void close(Order& order, order::OrderState state, order::OrderNote note, bool returns,
               base::Instant now);
    void send_back(payment::Payment& payment, base::Instant now);
    void resolve(Order& order);

    sale::SaleOptions options_;
    std::vector<Activity> activities_;
    std::vector<Item> items_;
    std::vector<Order> orders_;
    std::vector<payment::Payment> payments_;
    std::vector<StockKey> stock_keys_;
    std::uint64_t seq_ = 0;
    base::Instant last_at_;
    bool stopped_ = false;
};

}  // namespace sluice::sim
