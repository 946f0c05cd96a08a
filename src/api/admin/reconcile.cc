// SPDX-License-Identifier: Apache-2.0
// Reconcile (对账): proves from the orders alone what the stock counters say. For every item it
// adds up which units the orders hold, what each user has, and how the total came about, and
// compares.
//
// The proof needs one moment: orders and counters that were read at different times would differ
// without anything being wrong. So everything is copied in one look at the sale, and the arithmetic
// is done outside. The copy takes 56 bytes of each order into memory that was touched
// before: some ms under the lock for a hundred thousand orders, some tens of ms for a million, once
// for each press of the button. Slices would have to be repaired for every order that changed
// between the first and the last of them, and the repair would read all orders again.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "base/sentences.h"

namespace sluice::api::admin {

namespace {

using activity::StockPolicy;
using base::say;
using order::OrderState;

/// What is copied of an order.
struct Line {
    base::OrderId order;
    base::UserId user;
    std::int64_t unit_price = 0;
    base::ItemId item;
    std::uint32_t quantity = 0;
    OrderState state = OrderState::pending;
    bool holds_units = false;
};

/// What is copied of a payment: whether money is here, and for which order.
struct Money {
    base::OrderId order;
    payment::PaymentState state = payment::PaymentState::opened;
    std::int64_t amount = 0;
};

/// Everything at one moment.
struct Moment {
    std::vector<Figures> items;
    std::vector<Line> lines;  ///< ascending by order
    std::vector<Money> payments;
    std::uint64_t seq = 0;
};

/// What the orders of one item add up to.
struct Sums {
    std::array<std::uint64_t, order::kOrderStates> orders{};
    std::int64_t reserved = 0;
    std::int64_t sold = 0;
    std::uint64_t misplaced = 0;  ///< orders that hold units in a state that cannot, or do not
    std::uint64_t limit_violations = 0;
    std::int64_t paid_amount = 0;
    std::int64_t collected = 0, refund_due = 0, refunded = 0;  ///< of the payments
};

struct Asked {
    base::ActivityId activity;
    base::ItemId item;
    [[nodiscard]] bool admits(const activity::ItemTerms& terms) const {
        return (!activity || terms.activity == activity) && (!item || terms.id == item);
    }
};

Line line_of(const order::Order& order) {
    return {order.id,       order.user,  order.unit_price,      order.item,
            order.quantity, order.state, order.holds_units != 0};
}

/// One consistent moment. The memory is taken and touched before the look, with room for what is
/// bought in between; if that was not enough, once more.
Moment copy(const App& app, const Asked& asked) {
    Moment moment;
    std::size_t orders = 0, payments = 0;
    const base::Instant now = app.clock.now();
    for (bool complete = false; !complete;) {
        app.turnstile.look([&](const sale::Sale& sale) {
            orders = sale.orders().all().size();
            payments = sale.payments().all().size();
        });
        moment.lines.resize(orders + orders / 8 + 4096);
        moment.payments.resize(payments + payments / 8 + 4096);
        moment.items.clear();
        moment.items.reserve(sale::kItemsMax);
        app.turnstile.look([&](const sale::Sale& sale) {
            const auto all = sale.orders().all();
            const auto paid = sale.payments().all();
            complete = all.size() <= moment.lines.size() && paid.size() <= moment.payments.size();
            if (!complete) return;
            moment.seq = sale.last_seq();
            for (const sale::OpenedItem& item : sale.items())
                if (asked.admits(item.terms)) moment.items.push_back(figures_of(sale, item, now));
            orders = payments = 0;
            for (const order::Order& order : all)
                if (!asked.item || order.item == asked.item)
                    moment.lines[orders++] = line_of(order);
            for (const payment::Payment& payment : paid)
                moment.payments[payments++] = {payment.order, payment.state, payment.amount};
        });
    }
    moment.lines.resize(orders);
    moment.payments.resize(payments);
    return moment;
}

/// Where the units of an order must be by its state and the item's policy alone.
enum class Place : unsigned char { nowhere, reserved, sold };

Place place_of(const Line& line, StockPolicy policy) {
    switch (line.state) {
        case OrderState::pending:
            if (policy == StockPolicy::reserve) return Place::reserved;
            return policy == StockPolicy::on_order ? Place::sold : Place::nowhere;
        case OrderState::paid: return Place::sold;
        case OrderState::expired: return Place::nowhere;
        case OrderState::cancelled:
        case OrderState::refunded:
            // Here only the order knows: units come back unless the operator or the policy kept
            // them.
            return line.holds_units ? Place::sold : Place::nowhere;
    }
    return Place::nowhere;
}

/// A reservation that is cancelled always comes back, whoever cancels.
bool is_misplaced(const Line& line, StockPolicy policy) {
    const bool cannot_keep = line.state == OrderState::cancelled && policy != StockPolicy::on_order;
    const bool must_hold = place_of(line, policy) != Place::nowhere && !cannot_keep;
    return line.holds_units != must_hold;
}

using SumsByItem = std::map<base::ItemId, Sums>;

void add_line(Sums& sums, const Line& line, StockPolicy policy) {
    ++sums.orders[static_cast<std::size_t>(line.state)];
    const Place place = place_of(line, policy);
    if (place == Place::reserved) sums.reserved += line.quantity;
    if (place == Place::sold) sums.sold += line.quantity;
    if (is_misplaced(line, policy)) ++sums.misplaced;
    if (line.state == OrderState::paid)
        sums.paid_amount += line.unit_price * static_cast<std::int64_t>(line.quantity);
}

/// Users with more units than their limit, counted per item by sorting: no map of a million users.
void add_limits(SumsByItem& sums, std::vector<Line> lines,
                const std::map<base::ItemId, Figures>& items) {
    std::erase_if(lines, [](const Line& line) {
        const bool counts =
            line.state == OrderState::pending || line.state == OrderState::paid || line.holds_units;
        return !counts;
    });
    std::ranges::sort(lines, [](const Line& a, const Line& b) {
        return std::pair(a.item, a.user) < std::pair(b.item, b.user);
    });
    for (auto at = lines.begin(); at != lines.end();) {
        const auto first = at;
        std::uint64_t units = 0;
        for (; at != lines.end() && at->item == first->item && at->user == first->user; ++at)
            units += at->quantity;
        const auto item = items.find(first->item);
        if (item == items.end()) continue;
        const std::uint32_t most = item->second.terms.limit_per_user;
        if (most != 0 && units > most) ++sums[first->item].limit_violations;
    }
}

void add_payment(Sums& sums, const Money& money) {
    switch (money.state) {
        case payment::PaymentState::succeeded: sums.collected += money.amount; break;
        case payment::PaymentState::refund_due: sums.refund_due += money.amount; break;
        case payment::PaymentState::refunded: sums.refunded += money.amount; break;
        case payment::PaymentState::opened:
        case payment::PaymentState::closed: break;
    }
}

SumsByItem add_up(const Moment& moment) {
    std::map<base::ItemId, Figures> items;
    for (const Figures& figures : moment.items) items.emplace(figures.terms.id, figures);
    SumsByItem sums;
    for (const Line& line : moment.lines) {
        const auto item = items.find(line.item);
        if (item != items.end()) add_line(sums[line.item], line, item->second.terms.policy);
    }
    for (const Money& money : moment.payments) {
        const auto line = std::ranges::lower_bound(moment.lines, money.order, {}, &Line::order);
        const bool is_here = line != moment.lines.end() && line->order == money.order;
        if (is_here && items.contains(line->item)) add_payment(sums[line->item], money);
    }
    add_limits(sums, moment.lines, items);
    return sums;
}

/// The total as people made it: the stock at the warm-up and every approved change.
base::Result<std::int64_t> total_of_changes(App& app, const Figures& figures) {
    const auto proposals = app.activities.proposals(figures.terms.id);
    if (!proposals) return std::unexpected(proposals.error());
    std::int64_t total = figures.terms.total;
    for (const activity::StockProposal& proposal : *proposals)
        if (proposal.state == activity::StockProposal::State::approved) total += proposal.delta;
    return total;
}

/// What does not fit; nothing if the item is balanced.
std::vector<base::Sentence> findings_of(const Figures& figures, const Sums& sums,
                                        std::int64_t expected_total) {
    std::vector<base::Sentence> findings;
    const std::int64_t available = figures.total - sums.reserved - sums.sold;
    const std::uint64_t orders =
        sums.orders[0] + sums.orders[1] + sums.orders[2] + sums.orders[3] + sums.orders[4];
    if (figures.reserved != sums.reserved)
        findings.push_back(say("reserved_differs", figures.reserved, sums.reserved));
    if (figures.sold != sums.sold) findings.push_back(say("sold_differs", figures.sold, sums.sold));
    if (figures.available != available)
        findings.push_back(say("available_differs", figures.available, available));
    if (figures.orders != orders) findings.push_back(say("orders_differ", figures.orders, orders));
    if (sums.reserved + sums.sold > figures.total) findings.push_back(say("oversold"));
    if (figures.total != expected_total)
        findings.push_back(say("total_differs", figures.total, expected_total));
    if (sums.misplaced != 0) findings.push_back(say("orders_misplaced", sums.misplaced));
    if (sums.limit_violations != 0)
        findings.push_back(say("limits_exceeded", sums.limit_violations));
    return findings;
}

void append_item(JsonText& out, const Figures& figures, const Sums& sums,
                 std::int64_t expected_total, const std::vector<base::Sentence>& findings) {
    const base::Currency& currency = figures.terms.currency;
    out.open()
        .id("item_id", figures.terms.id)
        .id("activity_id", figures.terms.activity)
        .text("policy", activity::to_text(figures.terms.policy))
        .flag("rehearsal", figures.terms.rehearsal != 0)
        .text("phase", activity::to_text(figures.phase))
        .flag("balanced", findings.empty())
        .number("total", figures.total)
        .number("available", figures.available)
        .number("reserved", figures.reserved)
        .number("sold", figures.sold)
        .open("recomputed")
        .number("total", expected_total)
        .number("available", expected_total - sums.reserved - sums.sold)
        .number("reserved", sums.reserved)
        .number("sold", sums.sold)
        .close()
        .open("orders");
    for (std::size_t i = 0; i < order::kOrderStates; ++i)
        out.number(order::to_text(static_cast<OrderState>(i)), sums.orders[i]);
    out.close()
        .number("oversold", std::max<std::int64_t>(0, sums.reserved + sums.sold - expected_total))
        .number("limit_violations", sums.limit_violations)
        .number("misplaced_orders", sums.misplaced)
        .open("money")
        .money("paid_orders", {sums.paid_amount, currency})
        .money("collected", {sums.collected, currency})
        .money("refund_due", {sums.refund_due, currency})
        .money("refunded", {sums.refunded, currency})
        .close()
        .open_list("findings");
    for (const base::Sentence& finding : findings) out.raw(base::to_json(finding));
    out.close_list().close();
}

base::Result<Asked> asked_in(const Request& request) {
    Asked asked;
    if (const auto text = request.query_value("activity_id"); text && !text->empty()) {
        const auto id = base::parse_id<base::ActivityId>(*text);
        if (!id)
            return base::failure(base::ErrorCode::invalid,
                                 "?activity_id must be an activity's id.");
        asked.activity = *id;
    }
    if (const auto text = request.query_value("item_id"); text && !text->empty()) {
        const auto id = base::parse_id<base::ItemId>(*text);
        if (!id) return base::failure(base::ErrorCode::invalid, "?item_id must be an item's id.");
        asked.item = *id;
    }
    return asked;
}

}  // namespace

Response reconcile(App& app, const Request& request, const Caller&) {
    const auto asked = asked_in(request);
    if (!asked) return problem_of(asked.error());
    const Moment moment = copy(app, *asked);
    if (moment.items.empty() && (asked->item || asked->activity))
        return http::not_found(say("not_in_sale"));
    SumsByItem sums = add_up(moment);
    bool balanced = true;
    JsonText items;
    items.open_list();
    for (const Figures& figures : moment.items) {
        const Sums& sum = sums[figures.terms.id];
        const auto total = total_of_changes(app, figures);
        if (!total) return problem_of(total.error());
        const std::vector<base::Sentence> findings = findings_of(figures, sum, *total);
        balanced = balanced && findings.empty();
        append_item(items, figures, sum, *total, findings);
    }
    return http::json(200, JsonText()
                               .open()
                               .flag("balanced", balanced)
                               .time("at", app.clock.now())
                               .number("seq", moment.seq)
                               .number("durable_seq", app.turnstile.durable_seq())
                               .number("orders_read", moment.lines.size())
                               .raw("items", items.close_list().take())
                               .close()
                               .take());
}

}  // namespace sluice::api::admin
