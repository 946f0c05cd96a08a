// SPDX-License-Identifier: Apache-2.0
// What operators do to a sale: warm it up, change the stock, pause, resume, end, stop one item.
#include "sale/board.h"
#include "sale/sale.h"

namespace sluice::sale {

Decision Sale::decide(const OpenActivity& event, base::Instant now, Records& out) {
    if (activity(event.activity.id) != nullptr)
        return {.outcome = Outcome::already_open, .seq = last_seq_};
    if (event.activity.ends_at <= now) return {.outcome = Outcome::ended};
    if (!out.has_room(1 + event.items.size()) || activity_index_.full() ||
        items_.size() + event.items.size() > options_.items_max)
        return {.outcome = Outcome::busy};
    happen(ActivityOpened{.terms = event.activity}, now, out);
    for (const activity::ItemTerms& terms : event.items)
        happen(ItemOpened{.terms = terms}, now, out);
    return {.outcome = Outcome::done, .seq = last_seq_};
}

Decision Sale::decide(const ChangeStock& event, base::Instant now, Records& out) {
    const OpenedItem* item = this->item(event.item);
    if (item == nullptr) return {.outcome = Outcome::not_found};
    if (stock_keys_.find(event.key) != nullptr)
        return {.outcome = Outcome::already_done, .seq = last_seq_};
    if (event.delta < -item->stock.available()) return {.outcome = Outcome::below_committed};
    if (!item->stock.can_change(event.delta, activity::kStockMax))
        return {.outcome = Outcome::too_much};
    if (!out.has_room(1) || stock_keys_.full()) return {.outcome = Outcome::busy};
    happen(StockChanged{.item = event.item, .delta = event.delta, .key = event.key}, now, out);
    return {.outcome = Outcome::done, .seq = last_seq_};
}

Decision Sale::decide(const SwitchActivity& event, base::Instant now, Records& out) {
    const OpenedActivity* activity = this->activity(event.activity);
    if (activity == nullptr) return {.outcome = Outcome::not_found};
    const bool over = phase(*activity, now) == activity::State::ended;
    if (over && event.to != ActivitySwitch::end) return {.outcome = Outcome::ended};
    const bool there = (event.to == ActivitySwitch::pause && activity->paused) ||
                       (event.to == ActivitySwitch::resume && !activity->paused) ||
                       (event.to == ActivitySwitch::end && over);
    if (there) return {.outcome = Outcome::already_done, .seq = last_seq_};
    if (!out.has_room(1)) return {.outcome = Outcome::busy};
    happen(ActivitySwitched{.activity = event.activity, .to = event.to}, now, out);
    return {.outcome = Outcome::done, .seq = last_seq_};
}

Decision Sale::decide(const SwitchItem& event, base::Instant now, Records& out) {
    const OpenedItem* item = this->item(event.item);
    if (item == nullptr) return {.outcome = Outcome::not_found};
    if (item->stopped == event.stopped) return {.outcome = Outcome::already_done, .seq = last_seq_};
    if (!out.has_room(1)) return {.outcome = Outcome::busy};
    happen(ItemSwitched{.item = event.item, .stopped = event.stopped}, now, out);
    return {.outcome = Outcome::done, .seq = last_seq_};
}

}  // namespace sluice::sale
