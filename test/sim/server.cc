// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include <algorithm>
#include <utility>

#include "violation.h"

namespace sluice::sim {

using sale::Outcome;

Server::Server(const Plan& plan, Disk& disk, Rules& rules, Witness& witness)
    : disk_(disk),
      rules_(rules),
      witness_(witness),
      sale_(plan.sale),
      open_(std::make_unique<Batch>(plan.batch_records_max, witness)),
      writing_(std::make_unique<Batch>(plan.batch_records_max, witness)) {}

base::Result<sale::Recovered> Server::recover() {
    auto recovered = sale::recover(disk_, sale_);
    durable_seq_ = sale_.last_seq();
    return recovered;
}

void Server::pass(const Event& event, base::Instant clock, std::uint64_t request) {
    Reply reply;
    reply.request = request;
    reply.event = event;
    if (read_only_) {
        reply.answer.outcome = Outcome::read_only;
        return witness_.on_released(reply);
    }
    const base::Instant now = std::max(clock, sale_.last_at());
    expire(now);
    const Situation situation{.now = now, .room = open_->room()};
    const sale::Decision decision =
        std::visit([&](const auto& one) { return sale_.decide(one, now, *open_); }, event);
    reply.rests_on = rules_.decide(event, situation, decision);
    check("the decision");

    reply.answer.outcome = decision.outcome;
    if (decision.order != nullptr) reply.answer.order = *decision.order;
    if (decision.payment != nullptr) reply.answer.payment = *decision.payment;
    const bool durable = decision.seq <= durable_seq_;
    if (decision.outcome == Outcome::replayed && !durable) {
        reply.answer = {};
        reply.answer.outcome = Outcome::in_progress;
        reply.rests_on = 0;
        return witness_.on_released(reply);
    }
    if (durable) return witness_.on_released(reply);
    open_->replies.push_back(reply);
}

void Server::tick(base::Instant clock) {
    if (!read_only_) expire(std::max(clock, sale_.last_at()));
}

void Server::expire(base::Instant now) {
    const std::size_t room = open_->room();
    const std::size_t before = open_->records.size();
    const std::size_t count = sale_.expire_due(now, *open_);
    rules_.expire({.now = now, .room = room}, std::span(open_->records).subspan(before), count);
    check("the expiries");
}

void Server::stop_purchases(bool stopped) {
    sale_.stop_purchases(stopped);
    rules_.stop_purchases(stopped);
}

bool Server::step_ledger() {
    switch (stage_) {
        case Stage::idle:
            if (read_only_ || (open_->records.empty() && open_->replies.empty())) return false;
            std::swap(open_, writing_);
            witness_.on_batch_closed(sale_.last_seq());
            written_ = 0;
            stage_ = writing_->records.empty() ? Stage::releasing : Stage::writing;
            return true;
        case Stage::writing:
            if (written_ < writing_->records.size()) {
                disk_.write(writing_->records[written_++]);
            } else {
                disk_.write_mark();
                stage_ = Stage::syncing;
            }
            return true;
        case Stage::syncing:
            disk_.sync();
            durable_seq_ = writing_->records.back().seq;
            stage_ = Stage::releasing;
            return true;
        case Stage::releasing:
            if (writing_->replies.empty()) {
                writing_->clear();
                stage_ = Stage::idle;
            } else {
                const Reply reply = writing_->replies.front();
                writing_->replies.pop_front();
                witness_.on_released(reply);
            }
            return true;
    }
    return false;
}

void Server::fail_commit(bool whole) {
    disk_.fail(whole);
    read_only_ = true;
    stage_ = Stage::idle;
    for (Batch* lost : {writing_.get(), open_.get()}) {
        for (Reply& reply : lost->replies) {
            reply.answer = {};
            reply.answer.outcome = Outcome::read_only;
            reply.rests_on = 0;
            witness_.on_released(reply);
        }
        lost->clear();
    }
}

void Server::stop() {
    const auto noted = disk_.note_clean_stop({.seq = sale_.last_seq(), .state_hash = sale_.hash()});
    expect(noted.has_value(), "the clean stop was not noted");
}

/// The state of the sale must be what the rules say, whole and after every event.
void Server::check(const char* after) {
    rules_.compare(sale_, after);
    sale_.clear_touched();
}

}  // namespace sluice::sim
