// SPDX-License-Identifier: Apache-2.0
// World: all around the server, under one seed: time, network, power, customers, the payment
// provider and the operators. One thread: an agenda of what happens when.
//   world.cc     time, network, disk, crash and restart
//   customers.cc customers and the provider
//   operators.cc operators and the workers that query and refund payments
//   ending.cc    quiet at the end: everything settles, then the last units are sold
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "disk.h"
#include "judge.h"
#include "plan.h"
#include "random.h"
#include "rules.h"
#include "server.h"

namespace sluice::sim {

/// What one simulated sale met, for the report.
struct Tally {
    std::uint64_t steps = 0, events = 0, records = 0, orders = 0, crashes = 0, failed_commits = 0,
                  restarts = 0, disk_operations = 0, flipped_bits = 0, refunds = 0, units_sold = 0;
    bool lost_acknowledgement = false;  ///< a lying disk lost what a customer was told
};

class World final : public Witness {
   public:
    World(std::uint64_t seed, const Plan& plan, bool prints);

    /// The whole sale. Throws a Violation.
    void run();
    [[nodiscard]] const Tally& tally() const { return tally_; }

    void on_batch_closed(std::uint64_t seq) override;
    void on_released(const Reply& reply) override;
    void on_record(const sale::Record& record) override;

   private:
    using Action = std::function<void()>;
    using Then = std::function<void(const sale::Answer&)>;
    struct Entry {
        std::int64_t at;
        std::uint64_t number;  // of the same time, the one that was planned first
        Action action;
        bool operator>(const Entry& other) const {
            return at != other.at ? at > other.at : number > other.number;
        }
    };
    /// Somebody who asks until there is an answer.
    struct Call {
        Event event;
        std::int64_t attempts = 0;
        bool answered = false;
        Then then;
    };
    /// What the provider knows of one payment.
    struct Account {
        std::int64_t amount = 0;
        base::Currency currency;
        bool paid = false, declined = false, refunded = false;
        bool given_up = false;  ///< nobody asks any more, so it must call back until it is heard
    };

    // world.cc
    void in(std::int64_t ms, Action action);
    void run_until(std::int64_t time);
    void say(const std::string& what);
    [[nodiscard]] base::Instant clock() const;
    void ask(const Event& event, std::int64_t attempts, Then then);
    void attempt(std::uint64_t request);
    void deliver(std::uint64_t request);
    void arrive(std::uint64_t request, const sale::Answer& answer);
    void pump();
    void work_disk();
    void tick();
    void crash();
    void restart();

    // customers.cc
    void begin_purchase();
    [[nodiscard]] base::UserId user_named(const std::string& name, bool rehearses) const;
    [[nodiscard]] sale::Buy make_purchase();
    void decide_about(const order::Order& order);
    void go_to_cashier(const order::Order& order, std::int64_t visits);
    void be_at_cashier(const order::Order& order, base::PaymentId payment, std::int64_t visits);
    void call_back(base::PaymentId payment);

    // operators.cc
    void operate();
    void change_stock();
    void mark_paid(const order::Order& order);
    [[nodiscard]] const order::Order* any_order(bool large);
    void switch_something();
    void query_payments();
    void send_refunds();
    void work_for_payments();

    // ending.cc
    void end();
    void wait(std::int64_t ms);
    void settle_down();
    void check_money() const;
    void sell_the_rest(const activity::ItemTerms& item);
    [[nodiscard]] sale::Outcome sell_one(const activity::ItemTerms& item, std::uint64_t number);
    void stop_and_start();

    Plan plan_;
    Random random_;
    bool prints_;
    Tally tally_;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> agenda_;
    std::uint64_t entries_ = 0;
    std::int64_t time_ = -1000;      // ms since the start of the activity; always goes on
    std::int64_t clock_offset_ = 0;  // of the server's clock, which is set now and then
    Disk disk_;
    Rules rules_;
    std::map<std::uint64_t, Rules> closed_;  // what the rules knew when a batch was closed
    Judge judge_;
    std::unique_ptr<Server> server_;
    bool pumping_ = false;
    bool calm_ = false;  // the misfortunes are over
    bool purchases_stopped_ = false;
    sale::Outcome opening_ = sale::Outcome::busy;
    std::uint64_t released_seq_ = 0;
    std::map<std::uint64_t, Call> calls_;
    std::uint64_t purchases_begun_ = 0;
    std::vector<std::uint64_t> tickets_;
    std::map<base::PaymentId, Account> accounts_;
};

}  // namespace sluice::sim
