// SPDX-License-Identifier: Apache-2.0
// Jwt: the shop vouches for its customer (RFC 7519). Only the configured keys count, each with the
// one algorithm that it is for: HS256, RS256 or ES256. What the token says of its own algorithm or
// key is only ever compared with that, never followed (RFC 8725).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace sluice::account {

struct JwtKey {
    std::string id;         ///< `kid`; "" serves tokens that name none, or one that no key has
    std::string algorithm;  ///< "HS256", "RS256" or "ES256"
    std::string material;   ///< HS256: the secret, at least 32 bytes; else a public key in PEM
};

struct JwtOptions {
    std::string issuer;             ///< `iss` must equal it; "sluice" is the built-in accounts
    std::string audience;           ///< `aud` must contain it
    base::Duration leeway{60'000};  ///< for clocks that differ, on exp, nbf and iat
    std::vector<JwtKey> keys;       ///< empty: no shop tokens are accepted
};

/// Who the shop says it is.
struct JwtSubject {
    std::string issuer;
    std::string subject;  ///< 1..255 bytes
    base::Instant expires_at;
};

/// Checks tokens of the shop. Limits: 8 KiB a token; `exp` is required; `crit` is refused.
class JwtVerifier {
   public:
    /// Reads the keys; an unusable one is an error that names it.
    [[nodiscard]] static base::Result<std::unique_ptr<JwtVerifier>> open(const JwtOptions& options);
    virtual ~JwtVerifier() = default;
    /// Threads: any. forbidden with a reason for the log; the client is told only that the token is
    /// not accepted.
    [[nodiscard]] virtual base::Result<JwtSubject> verify(std::string_view token,
                                                          base::Instant now) const = 0;
};

/// Makes an HS256 token: for the load command and tests, which play the shop.
[[nodiscard]] std::string make_hs256(std::string_view secret, std::string_view issuer,
                                     std::string_view audience, std::string_view subject,
                                     base::Instant now, base::Instant expires_at);

}  // namespace sluice::account
