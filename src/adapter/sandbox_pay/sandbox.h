// SPDX-License-Identifier: Apache-2.0
// SandboxProvider: the built-in payment provider, with a cashier page of its own. It plays a
// foreign company: what it knows reaches us only through signed callbacks and its answers to
// query(). Owner: main.   Threads: any; one mutex for the book, held for memory and one write of a
// line. Limits: SandboxOptions. Fails: unavailable before start() or if the journal cannot be
// written; full past payments_max. Not here: money. Nothing real moves, so it must not be the
// provider of a real shop.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapter/sandbox_pay/book.h"
#include "adapter/sandbox_pay/callback_sender.h"
#include "adapter/sandbox_pay/cashier_page.h"
#include "base/secret.h"
#include "http/router.h"
#include "payment/provider.h"

namespace sluice::adapter {

struct SandboxOptions {
    std::filesystem::path data_dir;        ///< holds sandbox_pay.jsonl
    base::Bytes32 secret{};                ///< signs the callbacks; see base::load_or_create_key
    std::size_t payments_max = 1'000'000;  ///< kept for ever, some 300 bytes each
    base::Duration late_by{5000};  ///< of a late payment, if the cashier is not told another
    SenderOptions sender;
};

/// Where things are; known once the public listener is bound.
struct SandboxAddresses {
    std::string public_url;    ///< how customers reach the cashier; "" makes its addresses relative
    std::string callback_url;  ///< where callbacks are posted to
};

class SandboxProvider final : public payment::Provider {
   public:
    /// Opens or makes the journal, and reads it back.
    [[nodiscard]] static base::Result<std::unique_ptr<SandboxProvider>> create(
        const base::Clock& clock, const SandboxOptions& options);
    ~SandboxProvider() override;
    SandboxProvider(const SandboxProvider&) = delete;
    SandboxProvider& operator=(const SandboxProvider&) = delete;

    /// Starts sending callbacks, also those of late payments of an earlier run. Once.
    [[nodiscard]] base::Result<void> start(const SandboxAddresses& addresses);
    /// Ends the sending; before the callbacks' receiver ends.
    void stop();

    /// GET and POST /sandbox/cashier/{key}, for the public listener; they must not outlive this.
    [[nodiscard]] std::vector<http::Route> cashier_routes();

    [[nodiscard]] std::string_view name() const override { return "sandbox"; }
    [[nodiscard]] base::Result<std::string> open(const payment::Intent& intent) override;
    [[nodiscard]] base::Result<payment::Statement> verify(std::string_view body,
                                                          std::string_view signature,
                                                          base::Instant now) override;
    [[nodiscard]] base::Result<payment::Statement> query(base::PaymentId payment) override;
    [[nodiscard]] base::Result<void> refund(base::PaymentId payment, base::Money money) override;

    /// Does what the customer chose at the cashier. The same choice again changes nothing, another
    /// one is `conflict`. Returns the state afterwards.
    [[nodiscard]] base::Result<SandboxState> choose(base::PaymentId payment,
                                                    const CashierRequest& request);
    [[nodiscard]] CallbackSender::Counts callback_counts() const { return sender_.counts(); }

   private:
    SandboxProvider(const base::Clock& clock, const SandboxOptions& options,
                    std::unique_ptr<Book> book);

    [[nodiscard]] std::string_view secret() const;
    [[nodiscard]] base::Key128 key_of(base::PaymentId payment) const;
    /// The payment behind a cashier address, copied; nothing if there is none.
    [[nodiscard]] std::optional<SandboxPayment> by_key(std::string_view key) const;
    void tell(const SandboxPayment& payment, payment::ProviderState state);
    [[nodiscard]] base::Result<void> ripen(base::PaymentId payment, base::Instant now);
    [[nodiscard]] base::Result<SignedCallback> compose(const CallbackTask& task);

    http::Response show(const http::Request& request) const;
    http::Response take(const http::Request& request);

    struct KeyHash {
        std::size_t operator()(const base::Key128& key) const { return key.low; }
    };

    const base::Clock& clock_;
    const SandboxOptions options_;
    mutable std::mutex mutex_;  // of the members up to sender_
    std::unique_ptr<Book> book_;
    std::unordered_map<base::Key128, base::PaymentId, KeyHash> by_key_;
    std::string public_url_;
    bool started_ = false;
    CallbackSender sender_;
};

}  // namespace sluice::adapter
