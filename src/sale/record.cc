// SPDX-License-Identifier: Apache-2.0
#include "sale/record.h"

#include <algorithm>

#include "sale/ports.h"

namespace sluice::sale {

namespace {

/// Calls `visit` with an empty body of the kind, or returns `unknown` for a number that is no kind.
template <class Result, class Visit>
Result visit_kind(RecordKind kind, Result unknown, Visit visit) {
    switch (kind) {
        case RecordKind::activity_opened: return visit(ActivityOpened{});
        case RecordKind::item_opened: return visit(ItemOpened{});
        case RecordKind::activity_switched: return visit(ActivitySwitched{});
        case RecordKind::item_switched: return visit(ItemSwitched{});
        case RecordKind::stock_changed: return visit(StockChanged{});
        case RecordKind::order_created: return visit(OrderCreated{});
        case RecordKind::order_paid: return visit(OrderPaid{});
        case RecordKind::order_closed: return visit(OrderClosed{});
        case RecordKind::payment_opened: return visit(PaymentOpened{});
        case RecordKind::payment_closed: return visit(PaymentClosed{});
        case RecordKind::refund_due: return visit(RefundDue{});
        case RecordKind::refund_done: return visit(RefundDone{});
    }
    return unknown;
}

}  // namespace

std::string_view to_text(RecordKind kind) {
    switch (kind) {
        case RecordKind::activity_opened: return "activity_opened";
        case RecordKind::item_opened: return "item_opened";
        case RecordKind::activity_switched: return "activity_switched";
        case RecordKind::item_switched: return "item_switched";
        case RecordKind::stock_changed: return "stock_changed";
        case RecordKind::order_created: return "order_created";
        case RecordKind::order_paid: return "order_paid";
        case RecordKind::order_closed: return "order_closed";
        case RecordKind::payment_opened: return "payment_opened";
        case RecordKind::payment_closed: return "payment_closed";
        case RecordKind::refund_due: return "refund_due";
        case RecordKind::refund_done: return "refund_done";
    }
    return "unknown";
}

std::size_t body_size(RecordKind kind) {
    return visit_kind(kind, std::size_t{0}, [](const auto& body) { return sizeof(body); });
}

std::uint64_t chain_sum(const Record& record, std::uint64_t previous) {
    const auto head = (std::uint64_t{static_cast<std::uint16_t>(record.kind)} << 16) | record.size;
    std::uint64_t sum = base::mix64(previous ^ record.seq);
    sum = base::mix64(sum ^ static_cast<std::uint64_t>(record.at.ms));
    sum = base::mix64(sum ^ head);
    for (std::size_t at = 0; at < record.size; at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;  // the last one is filled up with zeros
        std::memcpy(&word, record.body.data() + at, std::min(sizeof word, record.size - at));
        sum = base::mix64(sum + word);
    }
    return sum;
}

bool begins_with(const Record& record, std::span<const std::uint64_t> ids) {
    if (record.kind < RecordKind::order_created || record.size < sizeof(std::uint64_t))
        return false;
    std::uint64_t id = 0;
    std::memcpy(&id, record.body.data(), sizeof id);
    return std::ranges::find(ids, id) != ids.end();
}

}  // namespace sluice::sale
