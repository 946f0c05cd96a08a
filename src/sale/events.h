// SPDX-License-Identifier: Apache-2.0
// Events: all that can be asked of the sale. Each is decided by one Sale::decide, alone, inside the
// turnstile. Input is already validated: a quantity is in 1..kQuantityMax, texts are bounded.
#pragma once

#include <cstdint>
#include <vector>

#include "account/audit.h"
#include "activity/terms.h"
#include "base/id.h"
#include "base/time.h"
#include "order/order.h"
#include "sale/record.h"

namespace sluice::sale {

/// 抢购: a customer buys.
struct Buy {
    base::UserId user;
    base::Key128 key;  ///< hash of user and Idempotency-Key (see purchase_key)
    base::ItemId item;
    std::uint32_t quantity = 1;
    std::uint64_t ticket = 0;  ///< nonce of a verified ticket for this user and item; 0: none
};

/// A customer, or an operator on behalf of one (`user` none), cancels an unpaid order.
struct Cancel {
    base::OrderId order;
    base::UserId user;
};

/// A customer goes to the cashier.
struct OpenPayment {
    base::OrderId order;
    base::UserId user;
};

/// A verified statement of the provider that money came.
struct Settle {
    base::PaymentId payment;
    std::int64_t amount = 0;
    base::Currency currency;
};

/// The provider says that no money will come for this payment, or we gave up asking.
struct ClosePayment {
    base::PaymentId payment;
};

/// The provider confirmed a refund.
struct ConfirmRefund {
    base::PaymentId payment;
};

/// An operator takes the money as received elsewhere, for all of the order's units or, of a hold,
/// for fewer.
struct MarkPaid {
    base::OrderId order;
    std::uint32_t quantity = 0;  ///< 0: all
};

/// An operator refunds a paid order; its units go back on sale if `returns_units`.
struct Refund {
    base::OrderId order;
    bool returns_units = true;
};

struct ChangeStock {
    base::ItemId item;
    std::int64_t delta = 0;
    base::Key128 key;
};

/// 预热: an approved activity and its items enter the sale.
struct OpenActivity {
    activity::ActivityTerms activity;
    std::vector<activity::ItemTerms> items;
};

struct SwitchActivity {
    base::ActivityId activity;
    ActivitySwitch to = ActivitySwitch::pause;
};

struct SwitchItem {
    base::ItemId item;
    bool stopped = true;
};

/// The key under which a purchase is remembered: 128 bits of user and Idempotency-Key.
[[nodiscard]] base::Key128 purchase_key(base::UserId user, std::string_view idempotency_key);

}  // namespace sluice::sale
