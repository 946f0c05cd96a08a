// SPDX-License-Identifier: Apache-2.0
// Naive: the rules of design section 5 a second time, as simply as they can be said. Nothing is
// counted as it goes along: every sum is made from the list of orders when it is asked for. Shares
// no code with the sale; outcomes and states are words. Slow, and meant to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::sale::testing {

/// A shop that is run by somebody with a pencil.
class Naive {
   public:
    struct Activity {
        std::int64_t starts_at = 0, ends_at = 0;
        bool paused = false, ended = false;
    };
    struct Item {
        int activity = 0;
        std::string policy;
        std::int64_t total = 0;
        std::uint32_t limit = 0;
        std::int64_t price = 0, window = 0;
        bool by_ticket = false, cancel_returns = true, stopped = false;
        bool rehearsal = false;  // for people whose names begin with `~`, and nobody else
    };
    struct Order {
        std::string user, key;
        int item = 0;
        std::uint32_t quantity = 0, asked = 0;
        std::uint64_t ticket = 0;
        std::int64_t deadline = 0;  // 0: none
        std::string state = "pending", note = "none";
        bool keeps_units = false;  // cancelled or refunded, but its units never came back
    };
    struct Payment {
        std::size_t order = 0;
        std::int64_t amount = 0;
        std::string state = "opened";
    };
    using Answer = std::string;

    std::map<int, Activity> activities;
    std::map<int, Item> items;
    std::vector<Order> orders;
    std::vector<Payment> payments;
    std::set<std::string> stock_keys;
    bool purchases_off = false;
    std::int64_t now = 0;
    std::size_t orders_max = 0, payments_max = 0;
    std::int64_t stock_max = 0;

    /// Units of an item in the hands of orders, by where they are.
    struct Units {
        std::int64_t reserved = 0, sold = 0;
    };
    [[nodiscard]] Units units(int item) const {
        Units sum;
        for (const Order& order : orders) {
            if (order.item != item) continue;
            const std::string& policy = items.at(item).policy;
            if (order.state == "pending" && policy == "reserve") sum.reserved += order.quantity;
            if (order.state == "pending" && policy == "on_order") sum.sold += order.quantity;
            if (order.state == "paid" || order.keeps_units) sum.sold += order.quantity;
        }
        return sum;
    }
    [[nodiscard]] std::int64_t available(int item) const {
        const Units there = units(item);
        return items.at(item).total - there.reserved - there.sold;
    }
    /// What counts toward the purchase limit: units asked for, had, or gone for good.
    [[nodiscard]] std::uint32_t bought(const std::string& user, int item) const {
        std::uint32_t sum = 0;
        for (const Order& order : orders) {
            if (order.user != user || order.item != item) continue;
            if (order.state == "pending" || order.state == "paid" || order.keeps_units)
                sum += order.quantity;
        }
        return sum;
    }

    Answer buy(const std::string& user, const std::string& key, int item, std::uint32_t quantity,
               std::uint64_t ticket) {
        for (const Order& order : orders) {
            if (order.user != user || order.key != key) continue;
            const bool same = order.item == item && order.asked == quantity;
            return same ? "replayed" : "duplicate_key_mismatch";
        }
        if (!items.contains(item)) return "not_found";
        const Item& what = items[item];
        const Activity& activity = activities[what.activity];
        if (user.starts_with('~') && !what.rehearsal) return "rehearsal_only";
        if (!user.starts_with('~') && what.rehearsal) return "not_found";
        if (purchases_off) return "stopped";
        if (is_over(activity)) return "ended";
        if (now < activity.starts_at) return "not_started";
        if (activity.paused || what.stopped) return "paused";
        if (what.by_ticket && ticket == 0) return "ticket_required";
        if (what.by_ticket && is_used(ticket)) return "ticket_invalid";
        if (what.limit != 0 && bought(user, item) + quantity > what.limit) return "limit_reached";
        if (orders.size() == orders_max) return "busy";
        if (available(item) < quantity) return "sold_out";
        const std::int64_t deadline = what.policy == "on_order" ? 0 : now + what.window;
        orders.push_back({.user = user,
                          .key = key,
                          .item = item,
                          .quantity = quantity,
                          .asked = quantity,
                          .ticket = ticket,
                          .deadline = deadline});
        return "accepted";
    }

    Answer cancel(std::size_t number, const std::string& user) {
        if (!is_of(number, user)) return "not_found";
        Order& order = orders[number];
        if (order.state == "cancelled") return "already_done";
        if (order.state != "pending") return "already_" + order.state;
        const Item& item = items[order.item];
        order.keeps_units = item.policy == "on_order" && !user.empty() && !item.cancel_returns;
        order.state = "cancelled";
        order.note = user.empty() ? "by_operator" : "by_customer";
        return "done";
    }

    Answer open_payment(std::size_t number, const std::string& user) {
        if (!is_of(number, user)) return "not_found";
        const Order& order = orders[number];
        if (order.state != "pending") return "already_" + order.state;
        for (const Payment& payment : payments)
            if (payment.order == number && payment.state == "opened") return "already_done";
        if (payments.size() == payments_max) return "busy";
        payments.push_back({.order = number, .amount = items[order.item].price * order.quantity});
        return "done";
    }

    Answer settle(std::size_t number, std::int64_t amount, bool same_currency) {
        if (number >= payments.size()) return "not_found";
        Payment& payment = payments[number];
        if (amount != payment.amount || !same_currency) return "amount_mismatch";
        if (payment.state != "opened" && payment.state != "closed") return "already_done";
        Order& order = orders[payment.order];
        const bool is_open = order.state == "pending" || order.state == "expired";
        if (is_open && can_have_units(order)) {
            order.state = "paid";
            payment.state = "succeeded";
            return "done";
        }
        payment.state = "refund_due";
        if (order.state != "paid" && order.state != "refunded") {
            order.note = order.state == "pending" ? "sold_out_at_payment" : "paid_too_late";
            order.state = "refunded";
        }
        return "refund_due";
    }

    Answer close(std::size_t number) {
        if (number >= payments.size()) return "not_found";
        Payment& payment = payments[number];
        if (payment.state == "closed") return "already_done";
        if (payment.state != "opened") return "already_paid";
        payment.state = "closed";
        return "done";
    }

    Answer confirm_refund(std::size_t number) {
        if (number >= payments.size()) return "not_found";
        Payment& payment = payments[number];
        if (payment.state == "refunded") return "already_done";
        if (payment.state != "refund_due") return "not_paid";
        payment.state = "refunded";
        return "done";
    }

    Answer mark_paid(std::size_t number, std::uint32_t quantity) {
        if (number >= orders.size()) return "not_found";
        Order& order = orders[number];
        if (order.state == "paid") return "already_done";
        if (order.state == "cancelled" || order.state == "refunded")
            return "already_" + order.state;
        if (quantity == 0) quantity = order.quantity;
        const bool is_hold = order.state == "pending" && items[order.item].policy == "reserve";
        if (quantity > order.quantity) return "too_much";
        if (quantity < order.quantity && !is_hold) return "too_much";
        if (!can_have_units(order)) return "sold_out";
        order.state = "paid";
        order.quantity = quantity;
        return "done";
    }

    Answer refund(std::size_t number, bool returns_units) {
        if (number >= orders.size()) return "not_found";
        Order& order = orders[number];
        if (order.state == "refunded") return "already_done";
        if (order.state != "paid") return "not_paid";
        order.state = "refunded";
        order.note = "by_operator";
        order.keeps_units = !returns_units;
        for (Payment& payment : payments)
            if (payment.order == number && payment.state == "succeeded")
                payment.state = "refund_due";
        return "done";
    }

    Answer change_stock(int item, std::int64_t delta, const std::string& key) {
        if (!items.contains(item)) return "not_found";
        if (stock_keys.contains(key)) return "already_done";
        if (available(item) + delta < 0) return "below_committed";
        if (items[item].total + delta > stock_max) return "too_much";
        items[item].total += delta;
        stock_keys.insert(key);
        return "done";
    }

    Answer open_activity(int number, const Activity& activity,
                         const std::vector<std::pair<int, Item>>& with) {
        if (activities.contains(number)) return "already_open";
        if (now >= activity.ends_at) return "ended";
        activities[number] = activity;
        for (const auto& [item, terms] : with) items[item] = terms;
        return "done";
    }

    Answer switch_activity(int number, const std::string& to) {
        if (!activities.contains(number)) return "not_found";
        Activity& activity = activities[number];
        if (to == "end") {
            if (is_over(activity)) return "already_done";
            activity.ended = true;
            return "done";
        }
        if (is_over(activity)) return "ended";
        if (activity.paused == (to == "pause")) return "already_done";
        activity.paused = to == "pause";
        return "done";
    }

    Answer switch_item(int item, bool stopped) {
        if (!items.contains(item)) return "not_found";
        if (items[item].stopped == stopped) return "already_done";
        items[item].stopped = stopped;
        return "done";
    }

    std::size_t expire() {
        std::size_t expired = 0;
        for (Order& order : orders) {
            if (order.state != "pending" || order.deadline == 0 || order.deadline > now) continue;
            order.state = "expired";
            ++expired;
        }
        return expired;
    }

   private:
    [[nodiscard]] bool is_over(const Activity& activity) const {
        return activity.ended || now >= activity.ends_at;
    }
    [[nodiscard]] bool is_used(std::uint64_t ticket) const {
        for (const Order& order : orders)
            if (order.ticket == ticket) return true;
        return false;
    }
    /// An operator, who has no name, may touch every order.
    [[nodiscard]] bool is_of(std::size_t number, const std::string& user) const {
        return number < orders.size() && (user.empty() || orders[number].user == user);
    }
    /// True if the order has units, or units are left that it may have.
    [[nodiscard]] bool can_have_units(const Order& order) const {
        const Item& item = items.at(order.item);
        if (order.state == "pending" && item.policy != "on_payment") return true;
        if (available(order.item) < order.quantity) return false;
        if (order.state == "pending" || item.limit == 0) return true;
        return bought(order.user, order.item) + order.quantity <= item.limit;
    }
};

}  // namespace sluice::sale::testing
