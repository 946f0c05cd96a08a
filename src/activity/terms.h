// SPDX-License-Identifier: Apache-2.0
// Terms: what an activity and its items are once they are warm. The sale decides by them; they
// never change afterwards, except the stock (by stock changes) and what the switches say. Plain
// data with no padding: a record carries it to the disk byte by byte (docs/formats/records.md).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/id.h"
#include "base/money.h"
#include "base/time.h"

namespace sluice::activity {

/// When a unit leaves the stock. Chosen per item.
enum class StockPolicy : std::uint8_t {
    reserve,    ///< 下单预扣: buying reserves for the payment window; payment confirms
    on_order,   ///< 下单减库存: the order takes the unit for good
    on_payment  ///< 付款减库存: the order holds nothing; payment takes the unit if one is left
};

/// How a buyer reaches the purchase.
enum class Entry : std::uint8_t {
    open,      ///< POST /v1/items/{id}/orders
    ticket,    ///< a ticket first; the purchase address is hidden until the start
    challenge  ///< a question before the ticket
};

[[nodiscard]] std::string_view to_text(StockPolicy policy);
[[nodiscard]] std::string_view to_text(Entry entry);

/// An activity as the sale knows it.
struct ActivityTerms {
    base::ActivityId id;
    std::uint32_t rehearsal = 0;  ///< 1: 演练, only rehearsal users may buy
    base::Instant starts_at;
    base::Instant ends_at;
};

/// An item as the sale knows it.
struct ItemTerms {
    base::ItemId id;
    base::ActivityId activity;
    base::SkuId sku;
    std::uint32_t limit_per_user = 1;  ///< units; 0: no limit
    std::int64_t unit_price = 0;       ///< minor units
    base::Currency currency;
    StockPolicy policy = StockPolicy::reserve;
    Entry entry = Entry::open;
    std::uint8_t cancel_returns_unit =
        1;                       ///< on_order only: a customer's cancel puts the unit back
    std::uint8_t rehearsal = 0;  ///< 1: of a rehearsal, as its activity says
    base::Duration pay_window{
        600'000};            ///< reserve, on_payment: an unpaid order expires after this
    std::int64_t total = 0;  ///< units at warm-up
};

/// Most units that one purchase may ask for.
inline constexpr std::uint32_t kQuantityMax = 1000;
/// Most units of one item: 2^40, so that sums of items fit 64 bits.
inline constexpr std::int64_t kStockMax = std::int64_t{1} << 40;

}  // namespace sluice::activity
