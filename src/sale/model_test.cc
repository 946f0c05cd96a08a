// SPDX-License-Identifier: Apache-2.0
// Any sequence of events, played against the sale and against the naive shop (naive_test.h): after
// every event both must say the same and have the same in their books. On the way the sale is
// thrown away and rebuilt from its records, as a crash would do; nothing may be different then.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sale/naive_test.h"
#include "sale/script_test.h"

namespace sluice::sale::testing {
namespace {

using activity::StockPolicy;

constexpr std::array<const char*, 5> kUsers = {"ann", "bob", "cid", "dan", "~eve"};
constexpr std::size_t kStepsEach = 150;
constexpr int kRehearsal = 3;  // this activity is one

/// What one step of a sequence does follows from its number and the round alone, so that a failing
/// sequence is made smaller by making its numbers smaller. Number 0 does nothing.
class Dice {
   public:
    Dice(std::uint32_t number, std::uint32_t round)
        : state_((std::uint64_t{round} << 32) | number) {}
    /// 0 .. sides - 1
    std::uint32_t roll(std::uint32_t sides) {
        state_ += 0x9e3779b97f4a7c15;
        return static_cast<std::uint32_t>(base::mix64(state_) % sides);
    }
    bool one_in(std::uint32_t sides) { return roll(sides) == 0; }

   private:
    std::uint64_t state_;
};

StockPolicy policy_named(std::string_view name) {
    if (name == "reserve") return StockPolicy::reserve;
    return name == "on_order" ? StockPolicy::on_order : StockPolicy::on_payment;
}

/// Plays both and compares them.
class Match {
   public:
    Match(const SaleOptions& options, std::uint32_t round)
        : options_(options), round_(round), sale_(std::make_unique<Sale>(options)) {
        naive_.orders_max = options.orders_max;
        naive_.payments_max = options.payments_max;
        naive_.stock_max = activity::kStockMax;
        naive_.now = 900;
        open_activity(1, 1000, 60'000);
        open_activity(2, 2000, 8'000);
        open_activity(kRehearsal, 1000, 30'000);
    }

    void step(std::uint32_t number) {
        if (number == 0) return;
        Dice dice(number, round_);
        naive_.now += dice.one_in(6) ? dice.roll(900) : dice.roll(20);
        // As the turnstile does, mostly; the sale itself must be right also if it was not asked.
        if (!dice.one_in(4)) expire();
        play(dice);
        compare_items();
        compare_orders();
        compare_payments();
        hashes_.emplace_back(tape_.records.size(), sale_->hash());
    }

    /// Reads all records back; the state must be the same at the end of every event.
    void check_replay() const {
        Sale again(options_);
        std::size_t applied = 0;
        for (const auto& [records, hash] : hashes_) {
            for (; applied < records; ++applied) again.apply(tape_.records[applied]);
            RC_ASSERT(again.hash() == hash);
        }
        RC_ASSERT(applied == tape_.records.size());
    }

    /// How often each answer was given: a model that never gets far proves nothing.
    static std::map<std::string, int>& seen() {
        static std::map<std::string, int> counts;
        return counts;
    }

   private:
    void play(Dice& dice) {
        switch (dice.roll(34)) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4:
            case 5:
            case 6:
            case 7:
            case 8:
            case 9:
            case 10: return buy(dice);
            case 11:
            case 12: return retry(dice);
            case 13:
            case 14: return cancel(dice);
            case 15:
            case 16:
            case 17:
            case 18: return open_payment(dice);
            case 19:
            case 20:
            case 21:
            case 22: return settle(dice);
            case 23: return close(dice);
            case 24: return confirm_refund(dice);
            case 25: return mark_paid(dice);
            case 26:
            case 27: return refund(dice);
            case 28:
            case 29: return change_stock(dice);
            case 30: return switch_activity(dice);
            case 31: return switch_item(dice);
            case 32: return dice.one_in(4) ? switch_purchases() : open_again(dice);
            default: return restart();
        }
    }

    void buy(Dice& dice) {
        const std::string user = kUsers[dice.roll(kUsers.size())];
        const std::string key = "k" + std::to_string(next_key_++);
        const int item = pick_item(dice);
        const std::uint32_t quantity = 1 + dice.roll(3);
        // Few nonces, so that one is used again now and then.
        const std::uint64_t ticket = dice.one_in(3) ? 0 : 1 + dice.roll(12);
        send(user, key, item, quantity, ticket);
    }

    void retry(Dice& dice) {
        if (naive_.orders.empty()) return;
        const Naive::Order order = naive_.orders[pick(dice, naive_.orders.size())];
        const bool other_user = dice.one_in(8);
        send(other_user ? kUsers[dice.roll(kUsers.size())] : order.user, order.key,
             dice.one_in(8) ? pick_item(dice) : order.item,
             dice.one_in(8) ? 1 + dice.roll(3) : order.asked, order.ticket);
    }

    void send(const std::string& user, const std::string& key, int item, std::uint32_t quantity,
              std::uint64_t ticket) {
        Buy event{.user = user_named(user),
                  .key = purchase_key(user_named(user), key),
                  .item = {static_cast<std::uint32_t>(item)},
                  .quantity = quantity,
                  .ticket = ticket};
        const Decision decision = sale_->decide(event, now(), tape_);
        const std::size_t known = naive_.orders.size();
        same("buy " + user + " " + key + " item " + std::to_string(item), decision.outcome,
             naive_.buy(user, key, item, quantity, ticket));
        if (naive_.orders.size() != known) {
            order_ids_.push_back(decision.order->id);
            if (item / 10 == kRehearsal) ++seen()["accepted in a rehearsal"];
        }
        RC_ASSERT((decision.order != nullptr) == succeeded(decision.outcome));
        if (decision.order == nullptr) return;
        // Whoever asks is told of his own order, made under this key.
        RC_ASSERT(decision.order->user == event.user);
        RC_ASSERT(decision.order->key == event.key);
        RC_ASSERT(decision.seq != 0U);
    }

    void cancel(Dice& dice) {
        const std::size_t number = pick_order(dice);
        const std::string user = pick_owner(dice, number);
        const Decision decision =
            sale_->decide(Cancel{.order = order_id(number),
                                 .user = user.empty() ? base::UserId{} : user_named(user)},
                          now(), tape_);
        same("cancel " + std::to_string(number) + " by " + user, decision.outcome,
             naive_.cancel(number, user));
        check_told(decision, number);
    }

    void open_payment(Dice& dice) {
        const std::size_t number = pick_order(dice);
        std::string user = pick_owner(dice, number);
        if (user.empty()) user = "ann";
        const Decision decision = sale_->decide(
            OpenPayment{.order = order_id(number), .user = user_named(user)}, now(), tape_);
        same("open_payment " + std::to_string(number) + " by " + user, decision.outcome,
             naive_.open_payment(number, user));
        if (decision.outcome == Outcome::done) payment_ids_.push_back(decision.payment->id);
        check_told(decision, number);
    }

    void settle(Dice& dice) {
        const std::size_t number = pick_payment(dice);
        std::int64_t amount = number < naive_.payments.size() ? naive_.payments[number].amount : 1;
        if (dice.one_in(12)) amount += dice.one_in(2) ? 1 : -1;
        const bool same_currency = !dice.one_in(12);
        const Decision decision =
            sale_->decide(Settle{.payment = payment_id(number),
                                 .amount = amount,
                                 .currency = *base::parse_currency(same_currency ? "CNY" : "EUR")},
                          now(), tape_);
        same("settle " + std::to_string(number), decision.outcome,
             naive_.settle(number, amount, same_currency));
    }

    void close(Dice& dice) {
        const std::size_t number = pick_payment(dice);
        const auto outcome =
            sale_->decide(ClosePayment{.payment = payment_id(number)}, now(), tape_).outcome;
        same("close " + std::to_string(number), outcome, naive_.close(number));
    }

    void confirm_refund(Dice& dice) {
        const std::size_t number = pick_payment(dice);
        const auto outcome =
            sale_->decide(ConfirmRefund{.payment = payment_id(number)}, now(), tape_).outcome;
        same("confirm_refund " + std::to_string(number), outcome, naive_.confirm_refund(number));
    }

    void mark_paid(Dice& dice) {
        const std::size_t number = pick_order(dice);
        const std::uint32_t quantity = dice.roll(4);
        const Decision decision =
            sale_->decide(MarkPaid{.order = order_id(number), .quantity = quantity}, now(), tape_);
        same("mark_paid " + std::to_string(number), decision.outcome,
             naive_.mark_paid(number, quantity));
        check_told(decision, number);
    }

    void refund(Dice& dice) {
        const std::size_t number = pick_order(dice);
        const bool returns = dice.one_in(2);
        const Decision decision = sale_->decide(
            Refund{.order = order_id(number), .returns_units = returns}, now(), tape_);
        same("refund " + std::to_string(number), decision.outcome, naive_.refund(number, returns));
        check_told(decision, number);
    }

    void change_stock(Dice& dice) {
        const int item = pick_item(dice);
        std::int64_t delta = static_cast<std::int64_t>(dice.roll(9)) - 4;
        if (dice.one_in(20)) delta = activity::kStockMax;
        const std::string key = "c" + std::to_string(dice.roll(200));
        const auto outcome = sale_
                                 ->decide(ChangeStock{.item = {static_cast<std::uint32_t>(item)},
                                                      .delta = delta,
                                                      .key = base::hash128("stock", key, "")},
                                          now(), tape_)
                                 .outcome;
        same("stock " + std::to_string(item) + " by " + std::to_string(delta), outcome,
             naive_.change_stock(item, delta, key));
    }

    void switch_activity(Dice& dice) {
        const int number = 1 + static_cast<int>(dice.roll(4));
        const std::string to = dice.one_in(8) ? "end" : dice.one_in(3) ? "pause" : "resume";
        const ActivitySwitch lever = to == "end"     ? ActivitySwitch::end
                                     : to == "pause" ? ActivitySwitch::pause
                                                     : ActivitySwitch::resume;
        const auto outcome =
            sale_
                ->decide(
                    SwitchActivity{.activity = {static_cast<std::uint32_t>(number)}, .to = lever},
                    now(), tape_)
                .outcome;
        same(to + " " + std::to_string(number), outcome, naive_.switch_activity(number, to));
    }

    void switch_item(Dice& dice) {
        const int item = pick_item(dice);
        const bool stopped = dice.one_in(3);
        const auto outcome =
            sale_
                ->decide(SwitchItem{.item = {static_cast<std::uint32_t>(item)}, .stopped = stopped},
                         now(), tape_)
                .outcome;
        same("switch " + std::to_string(item), outcome, naive_.switch_item(item, stopped));
    }

    void switch_purchases() {
        naive_.purchases_off = !naive_.purchases_off;
        sale_->stop_purchases(naive_.purchases_off);
    }

    void open_again(Dice& dice) {
        if (naive_.purchases_off) return switch_purchases();  // or nothing would be sold any more
        open_activity(1 + static_cast<int>(dice.roll(4)), naive_.now,
                      naive_.now - 5 + 10 * static_cast<std::int64_t>(dice.roll(400)));
    }

    /// An activity with one item of each policy; which terms they have follows from its number.
    void open_activity(int number, std::int64_t starts, std::int64_t ends) {
        const Naive::Activity activity{.starts_at = starts, .ends_at = ends};
        std::vector<std::pair<int, Naive::Item>> items;
        for (const char* policy : {"reserve", "on_order", "on_payment"}) {
            const int id = number * 10 + static_cast<int>(items.size());
            items.emplace_back(
                id, Naive::Item{.activity = number,
                                .policy = policy,
                                .total = 2 + id % 4,
                                .limit = static_cast<std::uint32_t>((number + 2 * (id % 3)) % 4),
                                .price = 100 + id,
                                .window = 300 + 100 * number,
                                .by_ticket = id % 4 == 1,
                                .cancel_returns = number % 2 == 0,
                                .rehearsal = number == kRehearsal});
        }
        OpenActivity event;
        event.activity = activity_terms(static_cast<std::uint32_t>(number), starts, ends);
        event.activity.rehearsal = number == kRehearsal;
        for (const auto& [id, item] : items) {
            auto terms =
                item_terms(static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(number),
                           policy_named(item.policy), item.total, item.limit);
            terms.unit_price = item.price;
            terms.pay_window = {item.window};
            terms.cancel_returns_unit = item.cancel_returns;
            terms.rehearsal = item.rehearsal;
            if (item.by_ticket) terms.entry = activity::Entry::ticket;
            event.items.push_back(terms);
        }
        same("open activity " + std::to_string(number), sale_->decide(event, now(), tape_).outcome,
             naive_.open_activity(number, activity, items));
    }

    void expire() {
        const std::size_t expired = sale_->expire_due(now(), tape_);
        const std::size_t expected = naive_.expire();
        RC_ASSERT(expired == expected);
        seen()["expired"] += static_cast<int>(expired);
    }

    /// A crash: what was in memory is gone, the records are not.
    void restart() {
        const std::uint64_t hash = sale_->hash();
        sale_ = std::make_unique<Sale>(options_);
        for (const Record& record : tape_.records) sale_->apply(record);
        sale_->stop_purchases(naive_.purchases_off);  // the store of switches remembers it
        RC_ASSERT(sale_->hash() == hash);
        ++seen()["restart"];
    }

    void same(const std::string& what, Outcome outcome, const std::string& expected) {
        RC_LOG() << naive_.now << " " << what << " = " << to_text(outcome) << std::endl;
        ++seen()[expected];
        RC_ASSERT(std::string(to_text(outcome)) == expected);
    }

    /// Whoever asks for an order is answered with that order or with none.
    void check_told(const Decision& decision, std::size_t number) const {
        if (decision.order != nullptr) RC_ASSERT(decision.order->id == order_id(number));
        if (decision.outcome == Outcome::not_found) RC_ASSERT(decision.order == nullptr);
    }

    void compare_items() const {
        RC_ASSERT(sale_->items().size() == naive_.items.size());
        for (const auto& [number, expected] : naive_.items) {
            const OpenedItem& item = *sale_->item({static_cast<std::uint32_t>(number)});
            const Naive::Units units = naive_.units(number);
            RC_ASSERT(item.stock.reserved() == units.reserved);
            RC_ASSERT(item.stock.sold() == units.sold);
            RC_ASSERT(item.stock.total() == expected.total);
            RC_ASSERT(item.stock.available() >= 0);
            RC_ASSERT(item.stock.available() + units.reserved + units.sold == expected.total);
            for (const char* user : kUsers) {
                const std::uint32_t bought = naive_.bought(user, number);
                RC_ASSERT(sale_->bought(user_named(user), item.terms.id) == bought);
                if (expected.limit != 0) RC_ASSERT(bought <= expected.limit);
            }
        }
    }

    void compare_orders() const {
        RC_ASSERT(sale_->orders().all().size() == naive_.orders.size());
        for (std::size_t i = 0; i < naive_.orders.size(); ++i) {
            const Naive::Order& expected = naive_.orders[i];
            const order::Order& order = *sale_->orders().find(order_ids_.at(i));
            RC_ASSERT(std::string(to_text(order.state)) == expected.state);
            RC_ASSERT(std::string(to_text(order.note)) == expected.note);
            RC_ASSERT(order.quantity == expected.quantity);
            RC_ASSERT(order.pay_until.ms == expected.deadline);
            RC_ASSERT(order.user == user_named(expected.user));
        }
    }

    void compare_payments() const {
        RC_ASSERT(sale_->payments().all().size() == naive_.payments.size());
        for (std::size_t i = 0; i < naive_.payments.size(); ++i) {
            const payment::Payment& payment = *sale_->payments().find(payment_ids_.at(i));
            RC_ASSERT(std::string(to_text(payment.state)) == naive_.payments[i].state);
            RC_ASSERT(payment.amount == naive_.payments[i].amount);
            RC_ASSERT(payment.order == order_ids_.at(naive_.payments[i].order));
        }
    }

    [[nodiscard]] base::Instant now() const { return {naive_.now}; }

    /// One of `count`, of the latest ones more often; now and then one that is not there.
    static std::size_t pick(Dice& dice, std::size_t count) {
        const auto all = static_cast<std::uint32_t>(count);
        const std::uint32_t back = dice.one_in(2) ? dice.roll(5) : dice.roll(all + 1);
        return back < all ? all - 1 - back : 0;
    }
    [[nodiscard]] std::size_t pick_order(Dice& dice) const {
        if (naive_.orders.empty() || dice.one_in(30)) return naive_.orders.size();
        return pick(dice, naive_.orders.size());
    }
    [[nodiscard]] std::size_t pick_payment(Dice& dice) const {
        if (naive_.payments.empty() || dice.one_in(30)) return naive_.payments.size();
        return pick(dice, naive_.payments.size());
    }
    static int pick_item(Dice& dice) {
        if (dice.one_in(40)) return 99;
        const int activity = dice.one_in(2) ? 1 : 1 + static_cast<int>(dice.roll(4));
        return activity * 10 + static_cast<int>(dice.roll(3));
    }
    /// Mostly the owner; "" is an operator.
    [[nodiscard]] std::string pick_owner(Dice& dice, std::size_t number) const {
        if (dice.one_in(8)) return "";
        if (dice.one_in(8) || number >= naive_.orders.size())
            return kUsers[dice.roll(kUsers.size())];
        return naive_.orders[number].user;
    }
    /// The sale's name for the order; for one that is not there, an id nobody has.
    [[nodiscard]] base::OrderId order_id(std::size_t number) const {
        return number < order_ids_.size() ? order_ids_[number] : base::OrderId{12345};
    }
    [[nodiscard]] base::PaymentId payment_id(std::size_t number) const {
        return number < payment_ids_.size() ? payment_ids_[number] : base::PaymentId{12345};
    }

    SaleOptions options_;
    std::uint32_t round_;
    std::unique_ptr<Sale> sale_;
    Naive naive_;
    Tape tape_;
    std::vector<base::OrderId> order_ids_;
    std::vector<base::PaymentId> payment_ids_;
    std::vector<std::pair<std::size_t, std::uint64_t>> hashes_;  // after each event
    int next_key_ = 0;
};

/// Any number; it is made smaller in one step, by leaving the event out. Halving it would only give
/// another event, and take minutes to find that out.
rc::Gen<std::uint32_t> any_step() {
    return rc::gen::shrink(rc::gen::noShrink(rc::gen::resize(
                               rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, 1U << 30))),
                           [](std::uint32_t number) {
                               return number == 0 ? rc::Seq<std::uint32_t>()
                                                  : rc::seq::just(std::uint32_t{0});
                           });
}

/// 100 sequences of 150 events each. Every rc::check of one process draws the same numbers, so it
/// is the round that makes their events other ones.
bool plays_alike(const SaleOptions& options, std::uint32_t round) {
    return rc::check([&options, round] {
        const auto numbers =
            *rc::gen::container<std::vector<std::uint32_t>>(kStepsEach, any_step());
        Match match(options, round);
        for (const std::uint32_t number : numbers) match.step(number);
        match.check_replay();
    });
}

TEST(Model, TheSaleDoesWhatTheNaiveShopDoes) {
    constexpr std::array kMustBeSeen{"accepted",
                                     "replayed",
                                     "done",
                                     "already_done",
                                     "refund_due",
                                     "duplicate_key_mismatch",
                                     "not_found",
                                     "stopped",
                                     "not_started",
                                     "ended",
                                     "paused",
                                     "ticket_required",
                                     "ticket_invalid",
                                     "limit_reached",
                                     "sold_out",
                                     "amount_mismatch",
                                     "already_paid",
                                     "already_cancelled",
                                     "already_expired",
                                     "not_paid",
                                     "already_refunded",
                                     "below_committed",
                                     "too_much",
                                     "already_open",
                                     "rehearsal_only",
                                     "expired",
                                     "restart",
                                     "accepted in a rehearsal"};
    const auto saw = [](const char* outcome) { return Match::seen()[outcome] > 0; };
    // The sequences must reach what they are made for; the rarest comes about seven times in a
    // round.
    for (std::uint32_t round = 0;
         round < 3 || (round < 20 && !std::ranges::all_of(kMustBeSeen, saw)); ++round)
        ASSERT_TRUE(plays_alike(small_sale(), round));
    for (const char* outcome : kMustBeSeen) EXPECT_TRUE(saw(outcome)) << outcome;
}

TEST(Model, TheSaleDoesWhatTheNaiveShopDoesWhenItIsFull) {
    SaleOptions options = small_sale();
    options.orders_max = 12;
    options.payments_max = 8;
    EXPECT_TRUE(plays_alike(options, 0));
    EXPECT_GT(Match::seen()["busy"], 0);
}

}  // namespace
}  // namespace sluice::sale::testing
