// SPDX-License-Identifier: Apache-2.0
// Operators, who change everything while the sale runs, and the workers that ask the provider what
// became of a payment and send money back.
#include "violation.h"
#include "world.h"

namespace sluice::sim {

using order::OrderState;
using payment::PaymentState;

namespace {
const auto kNothing = [](const sale::Answer&) {};
}  // namespace

/// An order that an operator can see, a durable one; one for several units if `large`.
const order::Order* World::any_order(bool large) {
    if (server_ == nullptr || server_->sale().orders().all().empty()) return nullptr;
    const auto orders = server_->sale().orders().all();
    if (large)
        for (const order::Order& order : orders)
            if (order.state == OrderState::pending && order.quantity > 1 &&
                order.changed_seq <= server_->durable_seq())
                return &order;
    const order::Order& order =
        orders[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(orders.size())))];
    return order.changed_seq <= server_->durable_seq() ? &order : nullptr;
}

void World::mark_paid(const order::Order& order) {
    const sale::Buy purchase{
        .user = order.user, .key = order.key, .item = order.item, .quantity = order.quantity_asked};
    ask(sale::MarkPaid{.order = order.id, .quantity = static_cast<std::uint32_t>(random_.below(3))},
        random_.between(1, 3), [this, purchase](const sale::Answer& answer) {
            // The customer may have got fewer units than asked for, and clicks again.
            if (answer.outcome == sale::Outcome::done && random_.chance(500))
                ask(purchase, 1, kNothing);
        });
}

void World::operate() {
    const std::int64_t what = random_.below(6);
    const order::Order* order = any_order(what == 2 && random_.chance(500));
    switch (what) {
        case 0:
            if (plan_.changes_stock) change_stock();
            break;
        case 1: switch_something(); break;
        case 2:
            if (plan_.marks_paid && order != nullptr) mark_paid(*order);
            break;
        case 3:
            if (plan_.refunds && order != nullptr)
                ask(sale::Refund{.order = order->id, .returns_units = random_.chance(600)},
                    random_.between(1, 3), kNothing);
            break;
        case 4:
            if (order != nullptr)
                ask(sale::Cancel{.order = order->id, .user = {}}, random_.between(1, 3), kNothing);
            break;
        default:
            if (random_.chance(500)) {
                ask(plan_.opening, 1, kNothing);
            } else {
                ask(sale::ConfirmRefund{.payment = {random_.next()}}, 1, kNothing);
                ask(sale::Refund{.order = {random_.next()}, .returns_units = true}, 1, kNothing);
            }
    }
}

void World::change_stock() {
    const auto item = static_cast<std::uint32_t>(
        random_.between(1, static_cast<std::int64_t>(plan_.opening.items.size())));
    const base::Key128 key{random_.next(), random_.next()};
    const std::int64_t delta = random_.chance(50) ? activity::kStockMax : random_.between(-6, 6);
    const sale::ChangeStock event{.item = {item}, .delta = delta, .key = key};
    ask(event, 4, kNothing);
    if (random_.chance(300))
        in(random_.between(1, 2000), [this, event] { ask(event, 1, kNothing); });
}

/// Switches something off, and on again a little later.
void World::switch_something() {
    const std::int64_t pause_ms = random_.between(50, 1500);
    const base::ActivityId activity = plan_.opening.activity.id;
    if (plan_.ends)
        return ask(sale::SwitchActivity{activity, sale::ActivitySwitch::end}, 2, kNothing);
    if (plan_.stop_purchases) {
        const auto set = [this](bool stopped) {
            say(stopped ? "purchases are switched off" : "purchases are switched on");
            purchases_stopped_ = stopped;
            if (server_ != nullptr) server_->stop_purchases(stopped);
        };
        set(true);
        in(pause_ms, [set] { set(false); });
    }
    if (!plan_.switches) return;
    if (random_.chance(500)) {
        ask(sale::SwitchActivity{activity, sale::ActivitySwitch::pause}, 2, kNothing);
        in(pause_ms, [this, activity] {
            ask(sale::SwitchActivity{activity, sale::ActivitySwitch::resume}, 3, kNothing);
        });
    } else {
        const base::ItemId item = plan_.opening.items.front().id;
        ask(sale::SwitchItem{.item = item, .stopped = true}, 2, kNothing);
        in(pause_ms,
           [this, item] { ask(sale::SwitchItem{.item = item, .stopped = false}, 3, kNothing); });
    }
}

/// Asks the provider about payments that it was silent about.
void World::query_payments() {
    for (const payment::Payment& payment : server_->sale().payments().all()) {
        if (payment.state != PaymentState::opened || payment.changed_seq > server_->durable_seq())
            continue;
        const std::int64_t age_ms = (server_->sale().last_at() - payment.opened_at).ms;
        const std::int64_t waited_ms = std::max(age_ms, (clock() - payment.opened_at).ms);
        if (waited_ms < 1500) continue;
        const auto account = accounts_.find(payment.id);
        const bool known = account != accounts_.end();
        if (known && account->second.paid) {
            ask(sale::Settle{.payment = payment.id,
                             .amount = account->second.amount,
                             .currency = account->second.currency},
                1, kNothing);
        } else if ((known && account->second.declined) || waited_ms > 5000) {
            accounts_[payment.id].given_up = true;
            ask(sale::ClosePayment{.payment = payment.id}, 1, kNothing);
        }
    }
}

void World::send_refunds() {
    for (const payment::Payment& payment : server_->sale().payments().all()) {
        if (payment.state != PaymentState::refund_due ||
            payment.changed_seq > server_->durable_seq())
            continue;
        Account& account = accounts_.at(payment.id);
        expect(account.paid, "money of payment {} goes back that never came", payment.id.value);
        if (!account.refunded) ++tally_.refunds;
        account.refunded = true;
        ask(sale::ConfirmRefund{.payment = payment.id}, 1, kNothing);
    }
}

void World::work_for_payments() {
    in(700, [this] { work_for_payments(); });
    if (server_ == nullptr || server_->read_only()) return;
    query_payments();
    send_refunds();
}

}  // namespace sluice::sim
