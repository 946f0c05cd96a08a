// SPDX-License-Identifier: Apache-2.0
// Totp: the second factor of an operator: six digits that a phone makes out of a shared secret and
// the time (RFC 6238: HMAC-SHA-1, steps of 30 seconds), and the recovery codes for who lost the
// phone. Authenticators ignore every other choice of digest, digits or step, so there is none here.
// Threads: any; pure but for the random bytes.   Limits: kCodeTypedMax bytes of what is typed.
// Not here: how often one may guess (login_guard.h), and that a code is used once (account.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/time.h"

namespace sluice::account {

using TotpSecret = std::array<unsigned char, 20>;  // the length of the digest, as RFC 4226 advises

inline constexpr base::Duration kTotpStep{30'000};
inline constexpr base::Duration kTotpPendingMax{10 *
                                                60'000};  ///< from the secret to its first code
inline constexpr base::Duration kStepUpAge{5 * 60'000};  ///< how long red buttons work after a code
inline constexpr std::size_t kRecoveryCodes = 10;
inline constexpr std::size_t kCodeTypedMax = 64;  ///< bytes; three times the longest code

[[nodiscard]] TotpSecret new_totp_secret();
/// The number of the step that `at` is in.
[[nodiscard]] std::int64_t totp_step(base::Instant at);
/// The six digits of one step.
[[nodiscard]] std::string totp_code(const TotpSecret& secret, std::int64_t step);
/// The step whose code `digits` is: the one of `now`, or one beside it for a clock that is off, but
/// none up to `last_step`, whose code was used. Nothing if it is none of them.
[[nodiscard]] std::optional<std::int64_t> accepted_step(const TotpSecret& secret,
                                                        std::string_view digits, base::Instant now,
                                                        std::int64_t last_step);
/// What the phone reads from the picture: `otpauth://totp/Sluice:<name>?secret=…&issuer=Sluice`.
[[nodiscard]] std::string totp_uri(std::string_view name, const TotpSecret& secret);

/// 80 random bits as `abcd-efgh-ijkl-mnop`: nobody guesses them, also not with the digests at hand.
[[nodiscard]] std::string new_recovery_code();
/// How a recovery code is kept. The operator is in it, so that a code is good for its owner alone.
[[nodiscard]] std::string recovery_digest(base::OperatorId who, std::string_view code);

/// What somebody typed as a code.
struct TypedCode {
    enum class Kind : std::uint8_t {
        neither,  ///< it cannot be a code
        totp,     ///< six digits
        recovery  ///< as new_recovery_code writes it
    };
    Kind kind = Kind::neither;
    std::string text;  ///< "" if neither
};
/// Reads a code as people type it: spaces and hyphens anywhere, letters of either case.
[[nodiscard]] TypedCode parse_code(std::string_view typed);

/// Base32 without padding (RFC 4648 section 6), the way in which secrets are typed into a phone.
[[nodiscard]] std::string to_base32(std::span<const unsigned char> bytes);
/// Exact inverse; small letters, padding, white space and non-canonical endings are refused.
[[nodiscard]] std::optional<std::string> parse_base32(std::string_view text);

}  // namespace sluice::account
