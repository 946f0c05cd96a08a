// SPDX-License-Identifier: Apache-2.0
#include "command/demo_crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/admin/sampler.h"
#include "api/arrivals.h"
#include "api/customer_gates.h"
#include "api/traffic.h"
#include "base/check.h"

namespace sluice::command {

using api::Ending;
using api::TurnedAway;
using base::Duration;
using base::Instant;
using base::Result;
using guard::Gate;
using sale::Outcome;

namespace {

constexpr std::uint32_t kDoor = 0;
constexpr int kCustomers = 150;               // of the demo's own; the others only look
constexpr std::int64_t kAtCashierMs = 2'500;  // how long one pays
constexpr std::uint64_t kScript = 199;        // the customer who uses one

/// The same story in every demo: a small generator with a seed of its own.
class Story {
   public:
    std::int64_t from_to(std::int64_t least, std::int64_t most) {
        state_ = base::mix64(state_ + 1);
        return least + static_cast<std::int64_t>(state_ % static_cast<std::uint64_t>(most - least));
    }

   private:
    std::uint64_t state_ = 20'201'111;
};

class Player {
   public:
    Player(api::App& app, PastClock& clock, const activity::Activity& activity,
           adapter::SandboxProvider* sandbox)
        : app_(app),
          clock_(clock),
          starts_at_(activity.starts_at),
          item_(activity.items.at(0).id),
          title_(activity.items.at(0).title),
          price_(activity.items.at(0).price),
          posting_(app.board.find(item_)),
          sandbox_(sandbox) {}

    Result<void> play() {
        CHECK(posting_ != nullptr);
        plan();
        api::admin::Sampler sampler(app_);
        const Instant end = starts_at_ + kDemoSaleLength;
        for (Instant at = starts_at_ - base::kMinute; at <= end; at = at + base::kSecond) {
            clock_.set(at);
            sampler.step(at);
            while (!plan_.empty() && plan_.begin()->first < at + base::kSecond) {
                const auto next = plan_.extract(plan_.begin());
                clock_.set(std::max(next.key(), clock_.now()));
                next.mapped()();
            }
            if (!failed_.empty()) return base::failure(base::ErrorCode::unavailable, failed_);
        }
        sampler.save(end);
        return {};
    }

   private:
    struct Person {
        base::UserId user;
        std::string address;
    };

    void at(std::int64_t after_start_ms, std::function<void()> what) {
        plan_.emplace(starts_at_ + Duration{after_start_ms}, std::move(what));
    }

    static Person customer(std::uint64_t number) {
        // Half of them share the networks of two mobile operators, as people do.
        const auto host = number % 250 + 1;
        const std::string address = number % 4 == 0   ? fmt::format("203.0.113.{}", host)
                                    : number % 4 == 1 ? fmt::format("192.0.2.{}", host)
                                    : number % 4 == 2
                                        ? fmt::format("2001:db8:{:x}::{}", number, host)
                                        : fmt::format("10.{}.0.{}", number, host);
        return {base::user_of("sluice", fmt::format("demo{}", number)), address};
    }

    void plan() {
        for (std::uint64_t number = 1; number <= kCustomers; ++number) {
            const Person who = customer(number);
            if (number % 5 == 0)  // cannot wait
                at(-story_.from_to(200, 40'000), [this, who] { attempt(who, "early"); });
            // Most come in the first seconds, the rest as word spreads.
            const std::int64_t came =
                number % 3 != 0 ? story_.from_to(350, 2'500) : story_.from_to(2'500, 40'000);
            at(came, [this, who] { attempt(who, "first"); });
            if (number % 4 == 0)  // refused, and tries once more
                at(came + story_.from_to(1'500, 9'000), [this, who] { attempt(who, "again"); });
            if (number % 11 == 0)  // the answer got lost: the same purchase again
                at(came + story_.from_to(900, 2'000), [this, who] { attempt(who, "first"); });
            if (number % 37 == 0) at(came - 50, [this, who] { end(who, TurnedAway::invalid, {}); });
        }
        for (int stranger = 0; stranger < 9; ++stranger)
            at(story_.from_to(300, 60'000), [this, stranger] {
                attempt({{}, fmt::format("100.64.{}.7", stranger)}, "none");
            });
        // A script: there sooner than a person can be, and far too often.
        for (int i = 0; i < 45; ++i)
            at(40 + 150 * i, [this] {
                attempt({base::user_of("sluice", fmt::format("demo{}", kScript)), "198.51.100.7"},
                        "script");
            });
        // Units that were not paid for are back after the window: some who stayed get them.
        for (std::uint64_t number = 151; number <= 170; ++number)
            at(story_.from_to(kDemoPayWindow.ms + 1'000, kDemoPayWindow.ms + 50'000),
               [this, number] { attempt(customer(number), "late"); });
    }

    /// One request to buy, through what a door asks: the board first, then the gates.
    void attempt(const Person& who, const char* key) {
        const Instant now = clock_.now();
        if (const auto no = app_.board.refusal(*posting_, now)) {
            const Gate gate = *no == Outcome::sold_out ? Gate::sold_out : Gate::window;
            app_.gates.count(gate);
            return end(who, *no, gate);
        }
        if (const auto gate = api::refusing_gate(app_, who.address, user_of(who), now))
            return end(who, api::turned_away_by(*gate), *gate);
        const std::int64_t begun_ns = base::monotonic_ns();
        const sale::Answer answer =
            app_.turnstile.pass_and_wait(sale::Buy{.user = who.user,
                                                   .key = sale::purchase_key(who.user, key),
                                                   .item = item_,
                                                   .quantity = 1,
                                                   .ticket = 0});
        app_.traffic.purchase(answer.outcome, base::monotonic_ns() - begun_ns);
        app_.arrivals->count(kDoor, arrive(who), answer.outcome);
        if (answer.outcome == Outcome::accepted) decide(who, answer.order);
    }

    /// Strangers have no account.
    static std::optional<base::UserId> user_of(const Person& who) {
        return who.user == base::UserId{} ? std::nullopt : std::optional(who.user);
    }

    /// What the door ends itself.
    void end(const Person& who, Ending ending, std::optional<Gate> gate) {
        app_.traffic.count(ending, false);
        app_.arrivals->count(kDoor, arrive(who), ending, gate);
    }

    api::Arrival arrive(const Person& who) {
        return app_.arrivals->arrive(kDoor, *posting_, who.address, user_of(who), clock_.now());
    }

    /// Most pay; some cancel, and of some nothing is heard again.
    void decide(const Person& who, const order::Order& order) {
        const std::uint64_t number = ++orders_;
        const base::OrderId id = order.id;
        const std::int64_t after_ms =
            (clock_.now() - starts_at_).ms + story_.from_to(4'000, 50'000);
        if (number % 10 == 3) return;
        if (number % 10 == 7) {
            at(after_ms, [this, who, id] {
                must(app_.turnstile.pass_and_wait(sale::Cancel{.order = id, .user = who.user}));
            });
            return;
        }
        if (sandbox_ == nullptr) return;
        at(after_ms - kAtCashierMs, [this, who, id] { go_to_cashier(who, id); });
    }

    /// As api/payments.cc opens a payment and the payment worker settles it.
    void go_to_cashier(const Person& who, base::OrderId id) {
        const sale::Answer opened =
            app_.turnstile.pass_and_wait(sale::OpenPayment{.order = id, .user = who.user});
        must(opened);
        const base::PaymentId payment = opened.payment.id;
        const auto cashier = sandbox_->open({.payment = payment,
                                             .order = id,
                                             .money = {opened.payment.amount, price_.currency},
                                             .title = title_,
                                             .expires_at = opened.order.pay_until,
                                             .return_url = {}});
        must(cashier);
        at((clock_.now() - starts_at_).ms + kAtCashierMs, [this, payment] { pay(payment); });
    }

    void pay(base::PaymentId payment) {
        // Nobody is there yet whom the sandbox could call back: it is asked.
        must(sandbox_->choose(payment, {.action = adapter::CashierAction::silent, .delay = {}}));
        const auto paid = sandbox_->query(payment);
        must(paid);
        if (!paid) return;
        must(app_.turnstile.pass_and_wait(sale::Settle{
            .payment = payment, .amount = paid->money.amount, .currency = paid->money.currency}));
    }

    void must(const sale::Answer& answer) {
        if (!sale::succeeded(answer.outcome))
            failed_ = fmt::format("the demo's past sale: {}", sale::to_text(answer.outcome));
    }

    template <class Value>
    void must(const Result<Value>& done) {
        if (!done) failed_ = fmt::format("the demo's past sale: {}", done.error().what);
    }

    api::App& app_;
    PastClock& clock_;
    const Instant starts_at_;
    const base::ItemId item_;
    const std::string title_;
    const base::Money price_;
    const sale::Posting* const posting_;
    adapter::SandboxProvider* const sandbox_;
    Story story_;
    std::multimap<Instant, std::function<void()>> plan_;
    std::uint64_t orders_ = 0;
    std::string failed_;
};

}  // namespace

Result<void> play_past_sale(api::App& app, PastClock& clock, const activity::Activity& activity,
                            adapter::SandboxProvider* sandbox) {
    return Player(app, clock, activity, sandbox).play();
}

}  // namespace sluice::command
