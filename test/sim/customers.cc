// SPDX-License-Identifier: Apache-2.0
// Customers and the payment provider: they click again, change their minds, pay late, and what the
// provider says comes late, twice, wrong, or never.
#include "violation.h"
#include "world.h"

namespace sluice::sim {

using sale::Outcome;

base::UserId World::user_named(const std::string& name, bool rehearses) const {
    return rehearses ? base::rehearsal_user_of(name) : base::user_of("sim", name);
}

sale::Buy World::make_purchase() {
    const auto& items = plan_.opening.items;
    const auto& item =
        items[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(items.size())))];
    sale::Buy buy;
    const bool is_stranger = plan_.strangers != 0 && random_.chance(plan_.strangers);
    buy.user =
        user_named(std::to_string(random_.below(plan_.users)), plan_.rehearsal != is_stranger);
    buy.key = sale::purchase_key(buy.user, std::to_string(++purchases_begun_));
    buy.item = random_.chance(15) ? base::ItemId{99} : item.id;
    buy.quantity = static_cast<std::uint32_t>(random_.chance(600) ? 1 : random_.between(1, 4));
    if (item.entry != activity::Entry::open && !random_.chance(60)) {
        const bool again = !tickets_.empty() && random_.chance(120);
        buy.ticket = again ? tickets_[static_cast<std::size_t>(
                                 random_.below(static_cast<std::int64_t>(tickets_.size())))]
                           : random_.next() | 1;
        tickets_.push_back(buy.ticket);
    }
    return buy;
}

void World::begin_purchase() {
    const sale::Buy buy = make_purchase();
    ask(buy, random_.between(1, 6), [this, buy](const sale::Answer& answer) {
        if (answer.outcome != Outcome::accepted && answer.outcome != Outcome::replayed) return;
        decide_about(answer.order);
        if (random_.chance(250))  // a second click, perhaps after everything is over
            in(random_.between(0, 5000), [this, buy] { ask(buy, 1, [](const auto&) {}); });
        if (random_.chance(80)) {
            sale::Buy other = buy;
            ++other.quantity;
            ask(other, 2, [](const auto&) {});
        }
    });
}

void World::decide_about(const order::Order& order) {
    const bool cancels = random_.chance(250);
    if (cancels)
        in(random_.between(0, 3000), [this, order] {
            ask(sale::Cancel{.order = order.id, .user = order.user}, 3, [](const auto&) {});
        });
    if (random_.chance(cancels ? 400 : 750))
        in(random_.between(0, 1000), [this, order] { go_to_cashier(order, 2); });
    if (random_.chance(30))  // somebody else tries
        ask(sale::Cancel{.order = order.id, .user = user_named("thief", plan_.rehearsal)}, 1,
            [](const auto&) {});
}

void World::go_to_cashier(const order::Order& order, std::int64_t visits) {
    ask(sale::OpenPayment{.order = order.id, .user = order.user}, 4,
        [this, order, visits](const sale::Answer& answer) {
            if (answer.outcome != Outcome::done && answer.outcome != Outcome::already_done) return;
            const base::PaymentId payment = answer.payment.id;
            Account& account = accounts_[payment];
            account.amount = answer.payment.amount;
            for (const activity::ItemTerms& item : plan_.opening.items)
                if (item.id == order.item) account.currency = item.currency;
            const bool late = random_.chance(plan_.pays_late);
            in(random_.between(10, late ? 9000 : 600),
               [this, order, payment, visits] { be_at_cashier(order, payment, visits); });
        });
}

void World::be_at_cashier(const order::Order& order, base::PaymentId payment, std::int64_t visits) {
    Account& account = accounts_.at(payment);
    if (account.paid || account.declined) return;
    if (random_.chance(700)) {
        account.paid = true;
        say(fmt::format("the provider has the money of payment {}", payment.value));
        return call_back(payment);
    }
    if (random_.chance(500)) return;  // goes away without a word
    account.declined = true;
    ask(sale::ClosePayment{.payment = payment}, 4, [](const auto&) {});
    if (visits > 1) in(200, [this, order, visits] { go_to_cashier(order, visits - 1); });
}

void World::call_back(base::PaymentId payment) {
    const Account& account = accounts_.at(payment);
    const sale::Settle truth{
        .payment = payment, .amount = account.amount, .currency = account.currency};
    if (random_.chance(plan_.provider_lies)) {
        sale::Settle lie = truth;
        if (random_.chance(500)) {
            lie.amount += random_.chance(500) ? 1 : -1;
        } else {
            lie.currency = *base::parse_currency("USD");
        }
        ask(lie, 2, [](const auto&) {});
    }
    if (account.given_up) return ask(truth, 1000, [](const auto&) {});
    if (random_.chance(plan_.provider_silent)) return;  // it will say so when it is asked
    const std::int64_t times = random_.chance(plan_.provider_repeats) ? 3 : 1;
    for (std::int64_t count = 0; count < times; ++count)
        in(random_.between(0, 2000) * count, [this, truth] { ask(truth, 3, [](const auto&) {}); });
}

}  // namespace sluice::sim
