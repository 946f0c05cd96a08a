// SPDX-License-Identifier: Apache-2.0
// Forms: how the console shows each thing of the domain in JSON. The same text goes into the audit
// log as `before` and `after`, so what a person saw is what the log keeps.   Threads: any; pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "account/account.h"
#include "activity/activity.h"
#include "api/admin/shown_state.h"
#include "catalog/catalog.h"
#include "guard/gates.h"
#include "order/order.h"
#include "payment/payment.h"
#include "sale/sale.h"
#include "sale/turnstile.h"

namespace sluice::api::admin {

/// The names of operators, for who may read what they did but not list them.
using Names = std::map<base::OperatorId, std::string>;

/// Without the password's hash, which never leaves the server.
[[nodiscard]] std::string to_json(const account::Operator& who);
[[nodiscard]] std::string to_json(const account::AuditEntry& entry);
[[nodiscard]] std::string to_json(const catalog::Product& product);
/// `shown`: the sale's phase once the activity is warm.
[[nodiscard]] std::string to_json(const activity::Activity& activity, const Shown& shown,
                                  const Names& names);
/// As it is stored, for the audit.
[[nodiscard]] std::string to_json(const activity::Activity& activity, activity::State state);
/// Without names it is what the audit keeps, which has its own.
[[nodiscard]] std::string to_json(const activity::StockProposal& proposal, const Names& names = {});
[[nodiscard]] std::string to_json(const guard::RiskEntry& entry, const Names& names = {});
[[nodiscard]] std::string to_json(const guard::Switch& value, const Names& names = {});
[[nodiscard]] std::string to_json(const payment::Payment& payment, const base::Currency& currency);

/// What the console shows of an item that is open, as one look at the sale found it.
struct Figures {
    activity::ItemTerms terms;
    activity::State phase = activity::State::warming;
    bool stopped = false;
    std::int64_t total = 0, available = 0, reserved = 0, sold = 0, paid_units = 0,
                 released_units = 0;
    /// All orders, and how many of them are in each state now.
    std::uint64_t orders = 0, pending = 0, paid = 0, cancelled = 0, expired = 0, refunded = 0;
};
[[nodiscard]] Figures figures_of(const sale::Sale& sale, const sale::OpenedItem& item,
                                 base::Instant now);
[[nodiscard]] std::string to_json(const Figures& figures);

/// Items seen in one look: some microseconds, in which no buyer passes.
inline constexpr std::size_t kItemsPerLook = 256;
/// Shows every open item to `see`, newest first, in as many looks as it takes: each item is of one
/// moment, all of them together are not. Returns how many there are.
std::size_t see_items(const sale::Turnstile& turnstile,
                      const std::function<void(const sale::Sale&, const sale::OpenedItem&)>& see);

/// An order and what is not in it.
struct OrderRow {
    order::Order order;
    base::Currency currency;
    bool durable = false;  ///< false for the moment until the disk has it
};
/// `shows_user` false: the customer is masked.
[[nodiscard]] std::string to_json(const OrderRow& row, bool shows_user);

}  // namespace sluice::api::admin
