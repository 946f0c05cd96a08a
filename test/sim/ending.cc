// SPDX-License-Identifier: Apache-2.0
// The end of a simulated sale: no more misfortunes. Everything must settle, no money may be
// astray, and who still wants a unit gets it until none is left (P6).
#include <algorithm>

#include "violation.h"
#include "world.h"

namespace sluice::sim {

using order::OrderState;
using payment::PaymentState;
using sale::Outcome;

void World::end() {
    settle_down();
    check_money();
    if (opening_ != Outcome::ended)  // else the clock was set past its end before it was opened
        for (const activity::ItemTerms& item : plan_.opening.items) sell_the_rest(item);
    stop_and_start();
    tally_.orders = server_->sale().orders().all().size();
    for (const sale::OpenedItem& item : server_->sale().items())
        tally_.units_sold += static_cast<std::uint64_t>(item.stock.sold());
}

/// Everybody gets an answer, every deadline passes, every payment is asked about.
void World::settle_down() {
    say("quiet from here on");
    calm_ = true;
    if (server_ != nullptr && server_->read_only()) crash();
    wait(1000);
    // A clock that was set back must catch up before deadlines pass.
    clock_offset_ += std::max<std::int64_t>((server_->sale().last_at() - clock()).ms, 0);
    purchases_stopped_ = false;
    server_->stop_purchases(false);
    const auto nothing = [](const sale::Answer&) {};
    ask(sale::SwitchActivity{plan_.opening.activity.id, sale::ActivitySwitch::resume}, 9, nothing);
    for (const activity::ItemTerms& item : plan_.opening.items)
        ask(sale::SwitchItem{.item = item.id, .stopped = false}, 9, nothing);
    wait(20'000);
    for (const order::Order& order : server_->sale().orders().all())
        expect(order.state != OrderState::pending || !order.pay_until,
               "P6: order {} holds its units long after its deadline", order.id.value);
}

/// What the provider took was taken once for a paid order, or went back.
void World::check_money() const {
    const sale::Sale& sale = server_->sale();
    for (const payment::Payment& payment : sale.payments().all()) {
        const auto account = accounts_.find(payment.id);
        const bool paid = account != accounts_.end() && account->second.paid;
        const bool refunded = account != accounts_.end() && account->second.refunded;
        const order::Order& order = *sale.orders().find(payment.order);
        const bool keeps = payment.state == PaymentState::succeeded;
        expect(paid == (keeps || payment.state == PaymentState::refunded),
               "the provider {} the money of payment {}, which is {}",
               paid ? "has" : "does not have", payment.id.value, payment::to_text(payment.state));
        expect(refunded == (payment.state == PaymentState::refunded),
               "payment {} was {}sent back, but is {}", payment.id.value, refunded ? "" : "not ",
               payment::to_text(payment.state));
        expect(!keeps || (order.state == OrderState::paid && order.payment == payment.id),
               "the money of payment {} is kept, but order {} is {}", payment.id.value,
               order.id.value, order::to_text(order.state));
    }
}

/// Lets time pass until the server is there.
void World::wait(std::int64_t ms) {
    run_until(time_ + ms);
    for (int more = 0; more < 100 && server_ == nullptr; ++more) run_until(time_ + 100);
    expect(server_ != nullptr, "the server does not come back");
}

void World::sell_the_rest(const activity::ItemTerms& item) {
    const sale::OpenedActivity* activity = server_->sale().activity(item.activity);
    expect(activity != nullptr, "the activity was never opened");
    if (sale::Sale::phase(*activity, clock()) == activity::State::ended) return;
    const std::int64_t wanted = rules_.available(item.id);
    if (wanted > 1000) return;  // an operator added more than a sale can sell
    for (std::int64_t count = 0; count <= wanted; ++count) {
        if (server_->sale().orders().full()) return;
        const Outcome outcome = sell_one(item, static_cast<std::uint64_t>(count));
        const Outcome right = count < wanted ? Outcome::accepted : Outcome::sold_out;
        expect(outcome == right, "P6: with {} units of item {} left a customer is told {}",
               wanted - count, item.id.value, sale::to_text(outcome));
    }
    wait(1500);
    const stock::Stock& stock = server_->sale().item(item.id)->stock;
    expect(stock.available() == 0 && stock.reserved() == 0 && stock.sold() == stock.total(),
           "P6: {} units of item {} are left though somebody wants them", stock.available(),
           item.id.value);
}

Outcome World::sell_one(const activity::ItemTerms& item, std::uint64_t number) {
    sale::Buy buy;
    buy.user = user_named("rest " + std::to_string(number), plan_.rehearsal);
    buy.key = sale::purchase_key(buy.user, base::to_text(item.id));
    buy.item = item.id;
    if (item.entry != activity::Entry::open) buy.ticket = random_.next() | 1;
    Outcome outcome = Outcome::busy;
    bool over = false;
    ask(buy, 99, [this, &outcome, &over](const sale::Answer& answer) {
        outcome = answer.outcome == Outcome::replayed ? Outcome::accepted : answer.outcome;
        over = outcome != Outcome::accepted;
        if (!over)
            ask(sale::MarkPaid{.order = answer.order.id, .quantity = 0}, 99,
                [&over](const sale::Answer&) { over = true; });
    });
    for (int more = 0; more < 60 && !over; ++more) wait(100);
    expect(over, "P6: a customer gets no answer");
    return outcome;
}

/// A clean stop leaves what the next start finds.
void World::stop_and_start() {
    wait(1000);
    expect(server_->durable_seq() == server_->sale().last_seq(),
           "P2: record {} is not durable though the ledger had time", server_->sale().last_seq());
    server_->stop();
    const std::uint64_t hash = server_->sale().hash();
    Server again(plan_, disk_, rules_, *this);
    const auto recovered = again.recover();
    const bool clean = recovered.has_value() && (recovered->clean || recovered->records == 0);
    expect(clean && recovered->state_hash == hash,
           "P8: after a clean stop the state is not what it was: {}",
           recovered ? "another hash" : recovered.error().what);
    judge_.on_recovered(again.sale(), *recovered, disk_);
}

}  // namespace sluice::sim
