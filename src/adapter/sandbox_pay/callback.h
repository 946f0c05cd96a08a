// SPDX-License-Identifier: Apache-2.0
// Callback: the message by which the sandbox tells us what became of a payment, and its signature.
//
//   POST <callback address>
//   X-Signature: t=<ms since the epoch>,v1=<HMAC-SHA-256 of "<t>.<body>", 64 hexadecimal digits>
//
//   {"payment_id":"7","status":"succeeded","amount":199900,"currency":"CNY",
//    "sent_at_ms":1790000000000,"nonce":"…"}
//
// The time is signed together with the body, so that an old message cannot be sent again later.
// Fails: forbidden (not signed by the holder of the key, or too old), invalid (not understood).
#pragma once

#include <string>
#include <string_view>

#include "base/id.h"
#include "base/money.h"
#include "base/result.h"
#include "base/time.h"
#include "payment/provider.h"

namespace sluice::adapter {

/// A signature that is older or newer than this is refused.
inline constexpr base::Duration kSignatureAgeMax{300'000};
/// Most bytes of a callback: five short fields and room for whitespace.
inline constexpr std::size_t kCallbackBytesMax = 4096;

/// What one callback says. `state` is succeeded, failed or refunded.
struct Callback {
    base::PaymentId payment;
    payment::ProviderState state = payment::ProviderState::unknown;
    base::Money money;
    base::Instant sent_at;
    std::string nonce;  ///< the same in every repetition of one callback
};

[[nodiscard]] std::string to_body(const Callback& callback);
/// Strict: exactly the six fields with their types.
[[nodiscard]] base::Result<Callback> parse_callback(std::string_view body);

/// The value of X-Signature.
[[nodiscard]] std::string sign_callback(std::string_view key, base::Instant at,
                                        std::string_view body);
/// Checks signature and age; takes the same time wherever the signature differs.
[[nodiscard]] base::Result<void> check_signature(std::string_view key, std::string_view body,
                                                 std::string_view signature, base::Instant now);

}  // namespace sluice::adapter
