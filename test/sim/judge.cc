// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include <algorithm>
#include <cstring>

#include "violation.h"

namespace sluice::sim {

using sale::Outcome;

namespace {

/// True if `later` can be what became of `earlier`: all that an order never changes is the same.
bool same_purchase(const order::Order& earlier, const order::Order& later) {
    return earlier.id == later.id && earlier.user == later.user && earlier.key == later.key &&
           earlier.ticket == later.ticket && earlier.item == later.item &&
           earlier.quantity_asked == later.quantity_asked &&
           earlier.unit_price == later.unit_price && earlier.created_at == later.created_at &&
           earlier.pay_until == later.pay_until;
}

/// Keeps the later of two states of one thing.
template <class Id, class Thing>
void remember(std::map<Id, Thing>& known, const Thing& thing) {
    const auto [at, added] = known.try_emplace(thing.id, thing);
    if (!added && at->second.changed_seq < thing.changed_seq) at->second = thing;
}

}  // namespace

Judge::Judge(const sale::SaleOptions& options)
    : options_(options), shadow_(std::make_unique<sale::Sale>(options)) {
    hashes_[0] = shadow_->hash();
}

void Judge::on_record(const sale::Record& record) {
    shadow_->apply(record);
    hashes_[record.seq] = shadow_->hash();
}

void Judge::on_decided(const sale::Sale& sale) const {
    expect(sale.hash() == hashes_.rbegin()->second,
           "P8: after record {} the state that decided differs from the state that its records "
           "add up to",
           sale.last_seq());
}

void Judge::on_released(const Reply& reply, const Disk& disk) {
    const sale::Answer& answer = reply.answer;
    expect(reply.rests_on <= disk.said_seq(),
           "P2: an answer that rests on record {} goes out when {} is durable", reply.rests_on,
           disk.said_seq());
    if (const auto* buy = std::get_if<sale::Buy>(&reply.event)) {
        const auto known = bought_.find(buy->key);
        const bool first = known == bought_.end();
        const std::uint64_t before = first ? 0 : known->second.id.value;
        if (answer.outcome == Outcome::accepted || answer.outcome == Outcome::replayed) {
            // A retry can be told "replayed" a moment before the first try is told "accepted".
            expect(answer.outcome == Outcome::replayed || accepted_.insert(buy->key).second,
                   "P3: the key of order {} is accepted again", before);
            expect(first || same_purchase(known->second, answer.order),
                   "P3: a key got order {} and now order {}", before, answer.order.id.value);
            bought_[buy->key] = answer.order;
        } else {
            // A change of the order that is on the way to the disk is in progress, too.
            expect(first || answer.outcome == Outcome::read_only ||
                       answer.outcome == Outcome::in_progress ||
                       answer.outcome == Outcome::duplicate_key_mismatch,
                   "P3: the key of order {} is answered {}", before, sale::to_text(answer.outcome));
        }
    }
    acknowledged_seq_ = std::max(acknowledged_seq_, reply.rests_on);
    if (answer.order.id) remember(orders_, answer.order);
    if (answer.payment.id) remember(payments_, answer.payment);
}

void Judge::on_recovered(const sale::Sale& sale, const sale::Recovered& recovered, Disk& disk) {
    check_acknowledged(sale);
    expect(recovered.records >= acknowledged_seq_,
           "P2: acknowledged is record {}, but after the restart there are {}", acknowledged_seq_,
           recovered.records);
    const auto known = hashes_.find(sale.last_seq());
    expect(known != hashes_.end(), "P8: record {} was never decided", sale.last_seq());
    expect(known->second == sale.hash() && recovered.state_hash == sale.hash(),
           "P8: the state after record {} is not what it was before the restart", sale.last_seq());
    hashes_.erase(std::next(known), hashes_.end());
    shadow_ = std::make_unique<sale::Sale>(options_);
    const auto replayed = disk.replay([this](const sale::Record& record) -> base::Result<void> {
        shadow_->apply(record);
        return {};
    });
    expect(replayed.has_value(), "the disk cannot be read twice");
    on_decided(*shadow_);
}

void Judge::check_acknowledged(const sale::Sale& sale) const {
    for (const auto& [id, told] : orders_) {
        const order::Order* order = sale.orders().find(id);
        expect(order != nullptr, "P2: the acknowledged order {} is lost", id.value);
        expect(same_purchase(told, *order), "P2: the acknowledged order {} is another one now",
               id.value);
        expect(order->changed_seq >= told.changed_seq,
               "P2: what was acknowledged of order {} is undone", id.value);
        expect(order->changed_seq > told.changed_seq || std::memcmp(order, &told, sizeof told) == 0,
               "P2: the acknowledged order {} has changed without a record", id.value);
    }
    for (const auto& [key, told] : bought_) {
        const order::Order* order = sale.orders().by_key(key);
        expect(order != nullptr && order->id == told.id,
               "P3: the key of the acknowledged order {} is forgotten", told.id.value);
        expect(told.ticket == 0 || sale.orders().ticket_used(told.ticket),
               "P3: the ticket of the acknowledged order {} can be used again", told.id.value);
        // The list of the customer's orders is rebuilt, too.
        const order::Order* mine = sale.orders().latest_of(told.user);
        while (mine != nullptr && mine->id != told.id) mine = sale.orders().before(*mine);
        expect(mine != nullptr, "P2: order {} is not among its customer's orders", told.id.value);
    }
    for (const auto& [id, told] : payments_) {
        const payment::Payment* payment = sale.payments().find(id);
        expect(payment != nullptr && payment->order == told.order &&
                   payment->amount == told.amount && payment->changed_seq >= told.changed_seq,
               "P2: the acknowledged payment {} is lost or undone", id.value);
    }
}

void Judge::on_damaged(Disk disk) const {
    sale::Sale sale(options_);
    const auto recovered = sale::recover(disk, sale);
    expect(!recovered.has_value(), "P9: a flipped bit was not noticed");
    expect(recovered.error().code == base::ErrorCode::damaged ||
               recovered.error().code == base::ErrorCode::unsupported,
           "P9: a flipped bit is reported as: {}", recovered.error().what);
}

}  // namespace sluice::sim
