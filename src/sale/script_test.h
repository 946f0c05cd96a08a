// SPDX-License-Identifier: Apache-2.0
// Script: rules of the sale as text. One line is one event and what it must come to; each line also
// checks the sums of every item, and at the end the state is rebuilt from the records and must have
// the same hash.
//
//   <ms> buy <user> <key> <item> <quantity> [t<ticket>]  = <outcome>    the order is named by its
//   key; a user whose name begins with `~` is one who rehearses
//   <ms> cancel <order> <user|->                          = <outcome>    "-" is an operator
//   <ms> open_payment <order> <user> <payment>            = <outcome>    names the payment
//   <ms> settle <payment> <amount> <currency>             = <outcome>
//   <ms> close <payment> · confirm_refund <payment>       = <outcome>
//   <ms> mark_paid <order> <quantity> · refund <order> <keep|return>   = <outcome>
//   <ms> stock <item> <delta> <key>                       = <outcome>
//   <ms> pause|resume|end <activity> · stop|go <item>     = <outcome>
//   <ms> expire                                           = <how many>
//   <ms> purchases <on|off>
//   <ms> units <item>                                     = <available>/<reserved>/<sold>
//   <ms> released <item>                                  = <units that went back to the stock>
//   <ms> order <order> · payment <payment>                = <state> [<note>]
//   <ms> bought <user> <item>                             = <units>
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "sale/sale.h"

namespace sluice::sale::testing {

/// Keeps every record, as a ledger would.
class Tape final : public Records {
   public:
    [[nodiscard]] bool has_room(std::size_t count) const override {
        return records.size() + count <= most;
    }
    void append(const Record& record) override { records.push_back(record); }

    std::vector<Record> records;
    std::size_t most = 1'000'000;
};

inline SaleOptions small_sale() {
    SaleOptions options;
    options.orders_max = 1000;
    options.payments_max = 1000;
    return options;
}

/// A name that begins with `~` is a rehearsal user's.
inline base::UserId user_named(const std::string& name) {
    return name.starts_with('~') ? base::rehearsal_user_of(name) : base::user_of("test", name);
}

inline activity::ActivityTerms activity_terms(std::uint32_t id, std::int64_t starts,
                                              std::int64_t ends) {
    activity::ActivityTerms terms;
    terms.id = {id};
    terms.starts_at = {starts};
    terms.ends_at = {ends};
    return terms;
}

inline activity::ItemTerms item_terms(std::uint32_t id, std::uint32_t activity,
                                      activity::StockPolicy policy, std::int64_t total,
                                      std::uint32_t limit) {
    activity::ItemTerms terms;
    terms.id = {id};
    terms.activity = {activity};
    terms.sku = {id};
    terms.limit_per_user = limit;
    terms.unit_price = 100;
    terms.currency = *base::parse_currency("CNY");
    terms.policy = policy;
    terms.pay_window = {1000};
    terms.total = total;
    return terms;
}

class Script {
   public:
    explicit Script(OpenActivity opened, SaleOptions options = small_sale())
        : options_(options), sale_(options) {
        const Decision decision = sale_.decide(opened, base::Instant{1}, tape_);
        EXPECT_EQ(decision.outcome, Outcome::done);
    }

    void run(const std::string& text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            if (line.find_first_not_of(' ') == line.npos) continue;
            const std::size_t equals = line.find(" = ");
            const std::string expected = equals == line.npos ? "" : line.substr(equals + 3);
            EXPECT_EQ(play(line.substr(0, equals)), expected) << line;
            check_sums(line);
        }
        check_replay();
    }

    /// As run, but whatever each line comes to is right.
    void play_all(const std::string& text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            play(line);
            check_sums(line);
        }
    }

    /// The outcomes that any script came to.
    static std::set<Outcome>& seen() {
        static std::set<Outcome> outcomes;
        return outcomes;
    }
    Sale& sale() { return sale_; }
    Tape& tape() { return tape_; }

   private:
    template <class Event>
    std::string decide(const Event& event) {
        const Decision decision = sale_.decide(event, now_, tape_);
        seen().insert(decision.outcome);
        return std::string(to_text(decision.outcome));
    }

    std::string play(const std::string& line) {
        std::istringstream in(line);
        std::string verb;
        in >> now_.ms >> verb;
        std::vector<std::string> args;
        for (std::string arg; in >> arg;) args.push_back(arg);
        const auto number = [&args](std::size_t i) { return std::stoll(args.at(i)); };
        const auto item = [&](std::size_t i) {
            return base::ItemId{static_cast<std::uint32_t>(number(i))};
        };
        const auto activity = [&](std::size_t i) {
            return base::ActivityId{static_cast<std::uint32_t>(number(i))};
        };
        const auto user = [&args](std::size_t i) {
            return args.at(i) == "-" ? base::UserId{} : user_named(args.at(i));
        };

        if (verb == "buy") {
            Buy event{.user = user(0), .key = {}, .item = item(2)};
            event.key = purchase_key(event.user, args.at(1));
            event.quantity = static_cast<std::uint32_t>(number(3));
            if (args.size() > 4) event.ticket = std::stoull(args[4].substr(1));
            const Decision decision = sale_.decide(event, now_, tape_);
            seen().insert(decision.outcome);
            if (decision.order != nullptr) orders_[args[1]] = decision.order->id;
            return std::string(to_text(decision.outcome));
        }
        if (verb == "open_payment") {
            const Decision decision =
                sale_.decide(OpenPayment{.order = order(args.at(0)), .user = user(1)}, now_, tape_);
            seen().insert(decision.outcome);
            if (decision.payment != nullptr) payments_[args.at(2)] = decision.payment->id;
            return std::string(to_text(decision.outcome));
        }
        if (verb == "cancel") return decide(Cancel{.order = order(args.at(0)), .user = user(1)});
        if (verb == "settle")
            return decide(Settle{.payment = payment(args.at(0)),
                                 .amount = number(1),
                                 .currency = *base::parse_currency(args.at(2))});
        if (verb == "close") return decide(ClosePayment{.payment = payment(args.at(0))});
        if (verb == "confirm_refund") return decide(ConfirmRefund{.payment = payment(args.at(0))});
        if (verb == "mark_paid")
            return decide(MarkPaid{.order = order(args.at(0)),
                                   .quantity = static_cast<std::uint32_t>(number(1))});
        if (verb == "refund")
            return decide(
                Refund{.order = order(args.at(0)), .returns_units = args.at(1) == "return"});
        if (verb == "stock")
            return decide(ChangeStock{.item = item(0),
                                      .delta = number(1),
                                      .key = base::hash128("stock_change", args.at(2), "")});
        if (verb == "pause")
            return decide(SwitchActivity{.activity = activity(0), .to = ActivitySwitch::pause});
        if (verb == "resume")
            return decide(SwitchActivity{.activity = activity(0), .to = ActivitySwitch::resume});
        if (verb == "end")
            return decide(SwitchActivity{.activity = activity(0), .to = ActivitySwitch::end});
        if (verb == "stop") return decide(SwitchItem{.item = item(0), .stopped = true});
        if (verb == "go") return decide(SwitchItem{.item = item(0), .stopped = false});
        if (verb == "expire") return std::to_string(sale_.expire_due(now_, tape_));
        if (verb == "purchases") return sale_.stop_purchases(args.at(0) == "off"), "";
        if (verb == "units") {
            const stock::Stock& stock = sale_.item(item(0))->stock;
            return std::to_string(stock.available()) + "/" + std::to_string(stock.reserved()) +
                   "/" + std::to_string(stock.sold());
        }
        if (verb == "released") return std::to_string(sale_.item(item(0))->units_released);
        if (verb == "order") {
            const order::Order& found = *sale_.orders().find(order(args.at(0)));
            const std::string state(to_text(found.state));
            return found.note == order::OrderNote::none
                       ? state
                       : state + " " + std::string(to_text(found.note));
        }
        if (verb == "payment")
            return std::string(to_text(sale_.payments().find(payment(args.at(0)))->state));
        if (verb == "bought") return std::to_string(sale_.bought(user(0), item(1)));
        ADD_FAILURE() << "no such verb: " << line;
        return "";
    }

    base::OrderId order(const std::string& name) {
        return orders_.contains(name) ? orders_[name] : base::OrderId{1};
    }
    base::PaymentId payment(const std::string& name) {
        return payments_.contains(name) ? payments_[name] : base::PaymentId{1};
    }

    /// P1 and the books: what each item says must be what its orders add up to.
    void check_sums(const std::string& line) {
        for (const OpenedItem& item : sale_.items()) {
            std::int64_t reserved = 0;
            std::int64_t sold = 0;
            std::int64_t paid = 0;
            std::array<std::uint64_t, order::kOrderStates> orders{};
            for (const order::Order& each : sale_.orders().all()) {
                if (each.item != item.terms.id) continue;
                ++orders.at(static_cast<std::size_t>(each.state));
                if (each.state == order::OrderState::paid) paid += each.quantity;
                if (each.holds_units == 0) continue;
                const bool held = each.state == order::OrderState::pending &&
                                  item.terms.policy == activity::StockPolicy::reserve;
                (held ? reserved : sold) += each.quantity;
            }
            ASSERT_EQ(item.stock.reserved(), reserved) << line;
            ASSERT_EQ(item.stock.sold(), sold) << line;
            ASSERT_EQ(item.units_paid, paid) << line;
            ASSERT_EQ(item.orders, orders) << line << ": each order is in one state";
            ASSERT_EQ(item.stock.available() + reserved + sold, item.stock.total()) << line;
        }
    }

    void check_replay() {
        Sale again(options_);
        for (const Record& record : tape_.records) again.apply(record);
        EXPECT_EQ(again.hash(), sale_.hash());
        for (const OpenedItem& item : sale_.items())
            EXPECT_EQ(again.item(item.terms.id)->units_released, item.units_released);
    }

    SaleOptions options_;
    Sale sale_;
    Tape tape_;
    base::Instant now_;
    std::map<std::string, base::OrderId> orders_;
    std::map<std::string, base::PaymentId> payments_;
};

}  // namespace sluice::sale::testing
