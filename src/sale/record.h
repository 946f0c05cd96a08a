// SPDX-License-Identifier: Apache-2.0
// Record: one thing that happened. The ledger is the sequence of all records; the state of the sale
// is what they add up to, in the running server as in recovery: both go through Sale::apply. A body
// is plain data of fixed layout, little-endian, without padding; docs/formats/records.md draws it.
// A changed layout is a new kind with a new number; numbers are never used again.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "activity/terms.h"
#include "base/check.h"
#include "base/id.h"
#include "base/time.h"
#include "order/order.h"

namespace sluice::sale {

static_assert(std::endian::native == std::endian::little, "records are little-endian on the disk");

enum class RecordKind : std::uint16_t {
    activity_opened = 1,
    item_opened = 2,
    activity_switched = 3,
    item_switched = 4,
    stock_changed = 5,
    order_created = 10,
    order_paid = 11,
    order_closed = 12,
    payment_opened = 20,
    payment_closed = 21,
    refund_due = 22,
    refund_done = 23,
};

[[nodiscard]] std::string_view to_text(RecordKind kind);

/// 预热: the activity was warmed up; from here on it starts and ends by the clock.
struct ActivityOpened {
    static constexpr RecordKind kKind = RecordKind::activity_opened;
    activity::ActivityTerms terms;
};

/// One item of a warm activity, with its stock.
struct ItemOpened {
    static constexpr RecordKind kKind = RecordKind::item_opened;
    activity::ItemTerms terms;
};

/// What an operator did to a whole activity.
enum class ActivitySwitch : std::uint32_t { pause = 1, resume = 2, end = 3 };
struct ActivitySwitched {
    static constexpr RecordKind kKind = RecordKind::activity_switched;
    base::ActivityId activity;
    ActivitySwitch to = ActivitySwitch::pause;
};

/// An operator stopped one item, or let it go on.
struct ItemSwitched {
    static constexpr RecordKind kKind = RecordKind::item_switched;
    base::ItemId item;
    std::uint32_t stopped = 0;  ///< 1 stopped, 0 on sale
};

/// Stock was added (delta > 0) or taken (delta < 0).
struct StockChanged {
    static constexpr RecordKind kKind = RecordKind::stock_changed;
    base::ItemId item;
    std::uint32_t reserved = 0;
    std::int64_t delta = 0;
    base::Key128 key;  ///< of the request, so that a repeated one changes nothing
};

struct OrderCreated {
    static constexpr RecordKind kKind = RecordKind::order_created;
    base::OrderId order;
    base::UserId user;
    base::Key128 key;
    std::uint64_t ticket = 0;
    base::ItemId item;
    std::uint32_t quantity = 0;
    std::int64_t unit_price = 0;
    base::Instant pay_until;
};

/// The order is paid. `taken` units are sold for it; a remainder of a partly confirmed hold was
/// released.
struct OrderPaid {
    static constexpr RecordKind kKind = RecordKind::order_paid;
    base::OrderId order;
    base::PaymentId payment;  ///< none: marked as paid by an operator
    std::uint32_t taken = 0;
    std::uint32_t reserved = 0;
};

/// The order is cancelled, expired or refunded.
struct OrderClosed {
    static constexpr RecordKind kKind = RecordKind::order_closed;
    base::OrderId order;
    order::OrderState state = order::OrderState::cancelled;
    order::OrderNote note = order::OrderNote::none;
    std::uint8_t returns_units =
        0;  ///< 1: what it held goes back to the stock and to the user's limit
    std::array<std::uint8_t, 5> reserved{};
};

struct PaymentOpened {
    static constexpr RecordKind kKind = RecordKind::payment_opened;
    base::PaymentId payment;
    base::OrderId order;
    std::int64_t amount = 0;
};

/// Declined or given up: no money moved.
struct PaymentClosed {
    static constexpr RecordKind kKind = RecordKind::payment_closed;
    base::PaymentId payment;
};

/// Money that must go back to the customer.
struct RefundDue {
    static constexpr RecordKind kKind = RecordKind::refund_due;
    base::PaymentId payment;
};

/// The provider confirmed that the money went back.
struct RefundDone {
    static constexpr RecordKind kKind = RecordKind::refund_done;
    base::PaymentId payment;
};

/// One record, whatever its kind: what the ledger stores and what recovery reads.
struct Record {
    static constexpr std::size_t kBodyMax = 80;

    std::uint64_t seq = 0;  ///< 1, 2, 3 … without gaps
    base::Instant at;       ///< the turnstile's clock when it was decided; never goes back
    RecordKind kind = RecordKind::activity_opened;
    std::uint16_t size = 0;  ///< bytes used of `body`
    std::array<std::byte, kBodyMax> body{};

    template <class Body>
    [[nodiscard]] static Record of(std::uint64_t seq, base::Instant at, const Body& body) {
        static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) <= kBodyMax);
        static_assert(std::has_unique_object_representations_v<Body>,
                      "no padding: these bytes go to disk");
        Record record;
        record.seq = seq;
        record.at = at;
        record.kind = Body::kKind;
        record.size = sizeof(Body);
        std::memcpy(record.body.data(), &body, sizeof(Body));
        return record;
    }

    template <class Body>
    [[nodiscard]] Body as() const {
        CHECK(kind == Body::kKind && size == sizeof(Body));
        Body result;
        std::memcpy(&result, body.data(), sizeof(Body));
        return result;
    }
};

/// The bytes that `kind` must have; 0 for a number that is no kind. For adapters that read records
/// back.
[[nodiscard]] std::size_t body_size(RecordKind kind);

/// A checksum of a record that also covers every record before it: `previous` is that of seq - 1,
/// or 0. Not a signature: it finds damage, not an attacker who can write to the store.
[[nodiscard]] std::uint64_t chain_sum(const Record& record, std::uint64_t previous);

}  // namespace sluice::sale
