// SPDX-License-Identifier: Apache-2.0
// Sale: bytes are events. Each is decided by the sale and by the naive shop (sale/naive_test.h),
// who must say the same; after each the units of every item add up. Now and then the batch is
// committed, or the commit fails and leaves nothing or everything, or the power goes: what recovery
// then reads must be, to the hash, what was durable. A byte picks the event, the next ones say
// which order, how many, by whom; what is missing counts as 0.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapter/memory/ledger.h"
#include "base/check.h"
#include "sale/naive_test.h"
#include "sale/recover.h"
#include "sale/sale.h"

namespace {

using namespace sluice;
using adapter::MemoryLedger;
using sale::testing::Naive;

constexpr std::array<const char*, 4> kUsers = {"ann", "bob", "cid", "~dry"};  // ~: rehearses
constexpr std::size_t kEventsMax = 200;  // longer inputs find nothing that shorter ones do not

base::UserId user_named(const std::string& name) {
    if (name.empty()) return {};
    return name.starts_with('~') ? base::rehearsal_user_of(name) : base::user_of("fuzz", name);
}

class Bytes {
   public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    [[nodiscard]] bool empty() const { return left_ == 0; }
    std::uint8_t next() {
        if (left_ == 0) return 0;
        --left_;
        return *data_++;
    }
    std::uint32_t below(std::uint32_t sides) { return next() % sides; }

   private:
    const std::uint8_t* data_;
    std::size_t left_;
};

/// What was decided and is not durable yet.
class Batch final : public sale::Records {
   public:
    [[nodiscard]] bool has_room(std::size_t) const override { return true; }
    void append(const sale::Record& record) override { records.push_back(record); }
    std::vector<sale::Record> records;
};

class Play {
   public:
    explicit Play(Bytes bytes) : in_(bytes) {
        options_.orders_max = 24;
        options_.payments_max = 16;
        options_.activities_max = 4;
        options_.items_max = 12;
        options_.stock_changes_max = 64;
        sale_ = std::make_unique<sale::Sale>(options_);
        books_.naive.orders_max = options_.orders_max;
        books_.naive.payments_max = options_.payments_max;
        books_.naive.stock_max = activity::kStockMax;
        keep();
    }

    void run() {
        for (std::size_t i = 0; i < kEventsMax && !in_.empty(); ++i) {
            const std::uint8_t byte = in_.next();
            // The turnstile's clock never goes behind the last record.
            naive().now = std::max(clock_ms_, sale_->last_at().ms);
            // As the turnstile does; the sale must be right also if it was not asked.
            if (byte < 0xc0) expire();
            play(byte % 20);
            check_sums();
        }
        compare_books();
        commit();
        restart();
    }

   private:
    /// All that a crash takes back to what it was at the last commit.
    struct Books {
        Naive naive;
        std::vector<base::OrderId> orders;
        std::vector<base::PaymentId> payments;
        std::uint64_t hash = 0;
    };

    void play(unsigned event) {
        switch (event) {
            case 0:
            case 1:
            case 2: return buy();
            case 3: return cancel();
            case 4:
            case 5: return open_payment();
            case 6:
            case 7: return settle();
            case 8: return close();
            case 9: return confirm_refund();
            case 10: return mark_paid();
            case 11: return refund();
            case 12: return change_stock();
            case 13: return switch_activity();
            case 14: return switch_item();
            case 15: return switch_purchases();
            case 16: return open_activity();
            case 17: return step_clock();
            case 18: return commit();
            default: return crash();
        }
    }

    void buy() {
        const std::string user = kUsers[in_.below(kUsers.size())];
        const std::string key = "k" + std::to_string(in_.below(32));
        const int item = pick_item();
        const std::uint32_t quantity = 1 + in_.below(3);
        const std::uint64_t ticket = in_.below(6);
        sale::Buy event{.user = user_named(user), .key = {}, .item = item_id(item)};
        event.key = sale::purchase_key(event.user, key);
        event.quantity = quantity;
        event.ticket = ticket;
        const sale::Decision decision = sale_->decide(event, now(), batch_);
        same(decision.outcome, naive().buy(user, key, item, quantity, ticket));
        if (decision.outcome == sale::Outcome::accepted)
            books_.orders.push_back(decision.order->id);
        if (decision.outcome != sale::Outcome::replayed) return;
        const auto at = std::ranges::find(books_.orders, decision.order->id);
        CHECK(at != books_.orders.end());
        const auto& order = naive().orders[static_cast<std::size_t>(at - books_.orders.begin())];
        CHECK(order.user == user && order.key == key);
    }

    void cancel() {
        const std::size_t number = pick(naive().orders.size());
        // Without a name it is an operator.
        const std::string user = in_.below(4) == 3 ? "" : pick_owner(number);
        decide(sale::Cancel{.order = order_id(number), .user = user_named(user)},
               naive().cancel(number, user));
    }

    void open_payment() {
        const std::size_t number = pick(naive().orders.size());
        const std::string user = pick_owner(number);
        const sale::Decision decision = sale_->decide(
            sale::OpenPayment{.order = order_id(number), .user = user_named(user)}, now(), batch_);
        same(decision.outcome, naive().open_payment(number, user));
        if (decision.outcome == sale::Outcome::done)
            books_.payments.push_back(decision.payment->id);
    }

    void settle() {
        const std::size_t number = pick(naive().payments.size());
        const std::uint32_t kind = in_.below(8);
        std::int64_t amount =
            number < naive().payments.size() ? naive().payments[number].amount : 1;
        if (kind == 1) ++amount;
        const bool same_currency = kind != 2;
        decide(sale::Settle{.payment = payment_id(number),
                            .amount = amount,
                            .currency = *base::parse_currency(same_currency ? "CNY" : "EUR")},
               naive().settle(number, amount, same_currency));
    }

    void close() {
        const std::size_t number = pick(naive().payments.size());
        decide(sale::ClosePayment{.payment = payment_id(number)}, naive().close(number));
    }

    void confirm_refund() {
        const std::size_t number = pick(naive().payments.size());
        decide(sale::ConfirmRefund{.payment = payment_id(number)}, naive().confirm_refund(number));
    }

    void mark_paid() {
        const std::size_t number = pick(naive().orders.size());
        const std::uint32_t quantity = in_.below(4);
        decide(sale::MarkPaid{.order = order_id(number), .quantity = quantity},
               naive().mark_paid(number, quantity));
    }

    void refund() {
        const std::size_t number = pick(naive().orders.size());
        const bool returns = in_.below(2) == 0;
        decide(sale::Refund{.order = order_id(number), .returns_units = returns},
               naive().refund(number, returns));
    }

    void change_stock() {
        const int item = pick_item();
        const std::uint32_t by = in_.below(16);
        const std::int64_t delta =
            by == 15 ? activity::kStockMax : static_cast<std::int64_t>(by) - 7;
        const std::string key = "c" + std::to_string(in_.below(32));
        decide(
            sale::ChangeStock{
                .item = item_id(item), .delta = delta, .key = base::hash128("stock", key, "")},
            naive().change_stock(item, delta, key));
    }

    void switch_activity() {
        constexpr std::array kLevers = {
            std::pair(sale::ActivitySwitch::pause, "pause"),
            std::pair(sale::ActivitySwitch::resume, "resume"),
            std::pair(sale::ActivitySwitch::end, "end"),
        };
        const std::uint32_t number = 1 + in_.below(4);
        const auto [lever, word] = kLevers[in_.below(kLevers.size())];
        decide(sale::SwitchActivity{.activity = {number}, .to = lever},
               naive().switch_activity(static_cast<int>(number), word));
    }

    void switch_item() {
        const int item = pick_item();
        const bool stopped = in_.below(2) == 0;
        decide(sale::SwitchItem{.item = item_id(item), .stopped = stopped},
               naive().switch_item(item, stopped));
    }

    void switch_purchases() {
        naive().purchases_off = !naive().purchases_off;
        sale_->stop_purchases(naive().purchases_off);
    }

    /// An activity with an item of each policy; the bytes say when it is and what they are like.
    void open_activity() {
        constexpr std::array kPolicies = {
            std::pair(activity::StockPolicy::reserve, "reserve"),
            std::pair(activity::StockPolicy::on_order, "on_order"),
            std::pair(activity::StockPolicy::on_payment, "on_payment"),
        };
        const std::uint32_t number = 1 + in_.below(3);
        Naive::Activity there;
        there.starts_at = naive().now - 50 + in_.next();
        there.ends_at = there.starts_at + 10 * (1 + std::int64_t{in_.next()});
        sale::OpenActivity event;
        event.activity.id = {number};
        event.activity.rehearsal = number == 3;
        event.activity.starts_at = {there.starts_at};
        event.activity.ends_at = {there.ends_at};
        std::vector<std::pair<int, Naive::Item>> items;
        for (const auto& [policy, word] : kPolicies) {
            const std::uint8_t traits = in_.next();
            Naive::Item item;
            item.activity = static_cast<int>(number);
            item.policy = word;
            item.total = 1 + traits % 5;
            item.limit = traits / 8U % 4;
            item.price = 100 + traits;
            item.window = 100 * (1 + traits / 32);
            item.by_ticket = traits % 7 == 6;
            item.cancel_returns = traits % 2 == 0;
            item.rehearsal = number == 3;
            const int id = static_cast<int>(number * 10 + items.size());
            activity::ItemTerms terms;
            terms.id = item_id(id);
            terms.activity = {number};
            terms.sku = {static_cast<std::uint32_t>(id)};
            terms.limit_per_user = item.limit;
            terms.unit_price = item.price;
            terms.currency = *base::parse_currency("CNY");
            terms.policy = policy;
            terms.pay_window = {item.window};
            terms.total = item.total;
            terms.cancel_returns_unit = item.cancel_returns;
            terms.rehearsal = item.rehearsal;
            if (item.by_ticket) terms.entry = activity::Entry::ticket;
            event.items.push_back(terms);
            items.emplace_back(id, item);
        }
        decide(event, naive().open_activity(static_cast<int>(number), there, items));
    }

    /// Forward by up to 5 s, or back by up to 0.6 s.
    void step_clock() {
        const std::int64_t by = in_.next();
        clock_ms_ += by < 192 ? by * by / 7 : -10 * (by - 192);
    }

    /// Makes durable what is open. Of a commit that fails nobody knows what it left: the server
    /// sells nothing until a restart has looked.
    void commit() {
        const std::uint32_t fate = in_.below(8);
        if (batch_.records.empty()) return keep();
        switch (fate) {
            case 6: ledger_.fail_commit(1, MemoryLedger::Leaves::nothing); break;
            case 7: ledger_.fail_commit(1, MemoryLedger::Leaves::everything); break;
            default: return keep();
        }
        CHECK(!ledger_.commit(batch_.records, {}).has_value());
        ledger_.restart();
        if (fate == 7) remember();
        recover();
    }

    void keep() {
        if (!batch_.records.empty()) CHECK(ledger_.commit(batch_.records, {}).has_value());
        remember();
    }

    void remember() {
        batch_.records.clear();
        books_.hash = sale_->hash();
        durable_ = books_;
    }

    void crash() {
        ledger_.restart();
        recover();
    }

    void restart() {
        keep();
        recover();
        compare_books();
    }

    void recover() {
        const bool purchases_off = naive().purchases_off;
        batch_.records.clear();
        books_ = durable_;
        naive().purchases_off = purchases_off;  // the store of switches remembers it
        sale_ = std::make_unique<sale::Sale>(options_);
        const auto recovered = sale::recover(ledger_, *sale_);
        CHECK(recovered.has_value());
        CHECK(sale_->hash() == books_.hash);
        sale_->stop_purchases(purchases_off);
    }

    void expire() { CHECK(sale_->expire_due(now(), batch_) == naive().expire()); }

    template <class Event>
    void decide(const Event& event, const std::string& expected) {
        same(sale_->decide(event, now(), batch_).outcome, expected);
    }

    static void same(sale::Outcome outcome, const std::string& expected) {
        CHECK(to_text(outcome) == expected);
    }

    void check_sums() const {
        for (const sale::OpenedItem& item : sale_->items()) {
            const stock::Stock& stock = item.stock;
            CHECK(stock.available() >= 0 && stock.reserved() >= 0 && stock.sold() >= 0);
            CHECK(stock.available() + stock.reserved() + stock.sold() == stock.total());
        }
    }

    /// Everything, as both have it.
    void compare_books() {
        CHECK(sale_->items().size() == naive().items.size());
        for (const auto& [number, expected] : naive().items) {
            const sale::OpenedItem& item = *sale_->item(item_id(number));
            const Naive::Units units = naive().units(number);
            CHECK(item.stock.reserved() == units.reserved && item.stock.sold() == units.sold);
            CHECK(item.stock.total() == expected.total);
            for (const char* user : kUsers)
                CHECK(sale_->bought(user_named(user), item.terms.id) ==
                      naive().bought(user, number));
        }
        CHECK(sale_->orders().all().size() == naive().orders.size());
        for (std::size_t i = 0; i < naive().orders.size(); ++i) {
            const order::Order& order = *sale_->orders().find(books_.orders.at(i));
            CHECK(to_text(order.state) == naive().orders[i].state);
            CHECK(to_text(order.note) == naive().orders[i].note);
            CHECK(order.quantity == naive().orders[i].quantity);
        }
        CHECK(sale_->payments().all().size() == naive().payments.size());
        for (std::size_t i = 0; i < naive().payments.size(); ++i) {
            const payment::Payment& payment = *sale_->payments().find(books_.payments.at(i));
            CHECK(to_text(payment.state) == naive().payments[i].state);
        }
    }

    Naive& naive() { return books_.naive; }
    [[nodiscard]] base::Instant now() const { return {books_.naive.now}; }

    /// One of `count`, counted from the newest, or one that is not there.
    std::size_t pick(std::size_t count) {
        const std::size_t back = in_.below(static_cast<std::uint32_t>(count) + 1);
        return back == count ? count : count - 1 - back;
    }
    int pick_item() {
        const std::uint32_t item = in_.below(10);
        return static_cast<int>(item == 9 ? 99 : (1 + item / 3) * 10 + item % 3);
    }
    /// The owner mostly.
    std::string pick_owner(std::size_t number) {
        const std::uint32_t who = in_.below(8);
        if (who < kUsers.size()) return kUsers[who];
        return number < naive().orders.size() ? naive().orders[number].user : "ann";
    }
    static base::ItemId item_id(int number) { return {static_cast<std::uint32_t>(number)}; }
    [[nodiscard]] base::OrderId order_id(std::size_t number) const {
        return number < books_.orders.size() ? books_.orders[number] : base::OrderId{12345};
    }
    [[nodiscard]] base::PaymentId payment_id(std::size_t number) const {
        return number < books_.payments.size() ? books_.payments[number] : base::PaymentId{12345};
    }

    Bytes in_;
    sale::SaleOptions options_;
    std::unique_ptr<sale::Sale> sale_;
    Batch batch_;
    MemoryLedger ledger_;
    Books books_;
    Books durable_;
    std::int64_t clock_ms_ = 1'000'000;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Play(Bytes(data, size)).run();
    return 0;
}
