// SPDX-License-Identifier: Apache-2.0
// Provider: the port to whoever takes the money. Adapters: adapter/sandbox_pay.
// Threads: every call may wait for the network: desks and the payment worker only, never a door.
#pragma once

#include <string>
#include <string_view>

#include "base/id.h"
#include "base/money.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::payment {

/// What the provider is asked to collect.
struct Intent {
    base::PaymentId payment;
    base::OrderId order;
    base::Money money;
    std::string title;         ///< shown at the cashier
    base::Instant expires_at;  ///< the cashier need not take money after this; 0: no limit
    std::string return_url;    ///< where the cashier sends the customer back to
};

/// What the provider says of a payment.
enum class ProviderState : unsigned char { pending, succeeded, failed, refunded, unknown };

/// A verified statement of the provider: from a callback or from a query.
struct Statement {
    base::PaymentId payment;
    ProviderState state = ProviderState::unknown;
    base::Money money;  ///< what was really paid
};

class Provider {
   public:
    virtual ~Provider() = default;
    /// The `{provider}` of the callback address.
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Tells the provider of the payment; repeating it with the same id is harmless. Returns the
    /// cashier's address.
    [[nodiscard]] virtual base::Result<std::string> open(const Intent& intent) = 0;
    /// Checks the signature of a callback over the exact bytes, and its age; then parses it.
    /// forbidden: not signed by the provider. invalid: signed but not understood.
    [[nodiscard]] virtual base::Result<Statement> verify(std::string_view body,
                                                         std::string_view signature,
                                                         base::Instant now) = 0;
    /// Asks what became of a payment.
    [[nodiscard]] virtual base::Result<Statement> query(base::PaymentId payment) = 0;
    /// Sends the money back; repeating it with the same id is harmless.
    [[nodiscard]] virtual base::Result<void> refund(base::PaymentId payment, base::Money money) = 0;
};

/// Whom the sale deals with. Who rehearses never meets a provider that moves real money, and the
/// sandbox never says anything about a real order while somebody real takes the money.
struct Providers {
    // NOLINTNEXTLINE(google-explicit-constructor): one provider for all is the usual case in tests
    Providers(Provider& real_one, Provider* sandbox = nullptr)
        : real(real_one), rehearsal(sandbox) {}
    /// The provider for an order of this user, or nullptr: then it cannot be paid.
    [[nodiscard]] Provider* of(base::UserId user) const {
        return base::is_rehearsal(user) ? rehearsal : &real;
    }

    Provider& real;
    Provider* rehearsal;  ///< the sandbox; nullptr: it is switched off
};

}  // namespace sluice::payment
