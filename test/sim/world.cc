// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <cstdio>
#include <utility>

#include "violation.h"

namespace sluice::sim {

using sale::Outcome;

World::World(std::uint64_t seed, const Plan& plan, bool prints)
    : plan_(plan), random_(seed), prints_(prints), rules_(plan.sale), judge_(plan.sale) {
    closed_.emplace(0, rules_);
}

void World::run() {
    restart();
    ask(plan_.opening, 1000, [this](const sale::Answer& answer) { opening_ = answer.outcome; });
    for (std::int64_t count = 0; count < plan_.purchases; ++count)
        in(500 + random_.between(0, plan_.buying_ms), [this] { begin_purchase(); });
    for (std::int64_t count = 0; count < plan_.operations; ++count)
        in(800 + random_.between(0, plan_.buying_ms), [this] { operate(); });
    for (std::int64_t count = 0; count < plan_.clock_steps; ++count)
        in(random_.between(0, plan_.buying_ms * 2), [this] {
            if (calm_) return;
            const std::int64_t step = random_.between(-4000, 4000);
            clock_offset_ += step;
            say(fmt::format("the clock is set by {} ms", step));
        });
    tick();
    work_for_payments();
    if (plan_.mode == Mode::lying)
        in(random_.between(1000, plan_.buying_ms + 1000), [this] {
            say("from now on the disk lies");
            disk_.start_lying();
        });
    run_until(plan_.buying_ms + 4000);
    if (plan_.mode == Mode::lying) {
        if (server_ != nullptr) crash();
        return restart();
    }
    end();
}

void World::in(std::int64_t ms, Action action) {
    agenda_.push({.at = time_ + ms, .number = ++entries_, .action = std::move(action)});
}

void World::run_until(std::int64_t time) {
    while (!agenda_.empty() && agenda_.top().at <= time) {
        const Entry next = agenda_.top();
        agenda_.pop();
        time_ = next.at;
        next.action();
    }
    time_ = time;
}

/// Every step comes by here, so that a failure can name its number.
void World::say(const std::string& what) {
    ++tally_.steps;
    if (prints_) fmt::print("{:>6} {:>8} ms  {}\n", tally_.steps, time_, what);
}

base::Instant World::clock() const { return kStart + base::Duration{time_ + clock_offset_}; }

/// Sends `event` again and again until there is a final answer, as clients, providers and operators
/// do; `then` is called once.
void World::ask(const Event& event, std::int64_t attempts, Then then) {
    const std::uint64_t request = calls_.size() + 1;
    calls_[request] = {.event = event, .attempts = attempts, .then = std::move(then)};
    attempt(request);
}

void World::attempt(std::uint64_t request) {
    Call& call = calls_.at(request);
    if (call.answered || call.attempts == 0) return;
    --call.attempts;
    const int copies = !calm_ && random_.chance(plan_.message_twice) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
        if (!calm_ && random_.chance(plan_.message_lost)) continue;
        const bool late = !calm_ && random_.chance(plan_.message_late);
        in(random_.between(1, late ? 3000 : 30), [this, request] { deliver(request); });
    }
    in(random_.between(80, 500), [this, request] { attempt(request); });
}

void World::deliver(std::uint64_t request) {
    if (server_ == nullptr) return;  // refused; the sender tries again
    const Event& event = calls_.at(request).event;
    say(fmt::format("#{} {}", request, prints_ ? to_text(event) : ""));
    ++tally_.events;
    server_->pass(event, clock(), request);
    if (!server_->read_only()) judge_.on_decided(server_->sale());
    pump();
}

void World::on_released(const Reply& reply) {
    if (prints_) say(fmt::format("#{} ← {}", reply.request, to_text(reply.answer)));
    judge_.on_released(reply, disk_);
    released_seq_ = std::max(released_seq_, reply.rests_on);
    if (!calm_ && random_.chance(plan_.message_lost)) return;
    in(random_.between(1, 30),
       [this, request = reply.request, answer = reply.answer] { arrive(request, answer); });
}

void World::arrive(std::uint64_t request, const sale::Answer& answer) {
    Call& call = calls_.at(request);
    const bool final = answer.outcome != Outcome::read_only &&
                       answer.outcome != Outcome::in_progress && answer.outcome != Outcome::busy;
    if (!final || call.answered) return;
    call.answered = true;
    call.then(answer);
}

void World::on_batch_closed(std::uint64_t seq) {
    closed_.insert_or_assign(seq, rules_);
    closed_.erase(closed_.begin(), closed_.lower_bound(disk_.kept_seq()));
}

void World::on_record(const sale::Record& record) {
    ++tally_.records;
    if (prints_)
        fmt::print("                    record {} {}\n", record.seq, sale::to_text(record.kind));
    judge_.on_record(record);
}

/// Lets the ledger go on if it waits.
void World::pump() {
    if (pumping_) return;
    pumping_ = true;
    in(random_.between(0, calm_ ? 3 : plan_.disk_ms_max), [this] {
        pumping_ = false;
        work_disk();
    });
}

/// One step of the ledger, or what comes in between.
void World::work_disk() {
    if (server_ == nullptr || server_->read_only()) return;
    ++tally_.disk_operations;
    if (plan_.crash_at && *plan_.crash_at == tally_.disk_operations) return crash();
    if (!calm_ && random_.chance(plan_.crash)) return crash();
    const bool write_fails = !calm_ && server_->writes_next() && random_.chance(plan_.write_fails);
    const bool sync_fails = !calm_ && server_->syncs_next() && random_.chance(plan_.sync_fails);
    if (write_fails || sync_fails) {
        const bool whole = sync_fails && random_.chance(400);
        say(fmt::format("the {} fails{}", write_fails ? "write" : "sync",
                        whole ? ", yet the batch is there" : ""));
        ++tally_.failed_commits;
        server_->fail_commit(whole);
        in(random_.between(50, 1500), [this] {
            if (server_ != nullptr && server_->read_only()) crash();
        });
        return;
    }
    if (server_->step_ledger()) {
        say("the ledger goes on");
        pump();
    }
}

/// Ten times a second, as the turnstile does when nobody comes.
void World::tick() {
    in(100, [this] { tick(); });
    if (server_ == nullptr) return;
    const std::uint64_t before = server_->sale().last_seq();
    server_->tick(clock());
    if (server_->sale().last_seq() == before) return;
    say("a tick expires what is due");
    judge_.on_decided(server_->sale());
    pump();
}

void World::crash() {
    say("the power is cut");
    ++tally_.crashes;
    server_.reset();
    disk_.crash(random_);
    tally_.lost_acknowledgement = disk_.kept_seq() < released_seq_;
    in(random_.between(5, 400), [this] { restart(); });
}

void World::restart() {
    if (server_ != nullptr) return;
    ++tally_.restarts;
    if (random_.chance(100)) {
        Disk damaged = disk_;
        if (damaged.flip_bit(random_)) {
            ++tally_.flipped_bits;
            judge_.on_damaged(std::move(damaged));
        }
    }
    server_ = std::make_unique<Server>(plan_, disk_, rules_, *this);
    const auto recovered = server_->recover();
    expect(recovered.has_value(), "recovery fails: {}",
           recovered ? std::string() : recovered.error().what);
    say(fmt::format("restarted with {} records", recovered->records));
    judge_.on_recovered(server_->sale(), *recovered, disk_);
    if (plan_.mode == Mode::lying && !closed_.contains(recovered->records)) {
        server_.reset();  // nothing that anybody knew of is lost, but more than one batch
        return;
    }
    const auto known = closed_.find(recovered->records);
    expect(known != closed_.end(), "half a batch is there: {} records", recovered->records);
    Rules there = known->second;
    closed_.clear();
    closed_.emplace(recovered->records, there);
    rules_ = std::move(there);
    rules_.restart();
    server_->stop_purchases(purchases_stopped_);
    rules_.compare(server_->sale(), "recovery");
    pump();
}

}  // namespace sluice::sim
