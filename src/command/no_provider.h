// SPDX-License-Identifier: Apache-2.0
// NoProvider: stands where no payment provider is configured. Orders can still be marked as paid by
// operators.
#pragma once

#include "base/sentences.h"
#include "payment/provider.h"

namespace sluice::command {

class NoProvider final : public payment::Provider {
   public:
    [[nodiscard]] std::string_view name() const override { return "none"; }
    [[nodiscard]] base::Result<std::string> open(const payment::Intent&) override { return none(); }
    [[nodiscard]] base::Result<payment::Statement> verify(std::string_view, std::string_view,
                                                          base::Instant) override {
        return none();
    }
    [[nodiscard]] base::Result<payment::Statement> query(base::PaymentId) override {
        return none();
    }
    [[nodiscard]] base::Result<void> refund(base::PaymentId, base::Money) override {
        return none();
    }

   private:
    static std::unexpected<base::Error> none() {
        return std::unexpected(
            base::Error{base::ErrorCode::unavailable,
                        "no payment provider is configured; see [payment] in the configuration",
                        base::say("provider_none")});
    }
};

}  // namespace sluice::command
