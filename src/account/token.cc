// SPDX-License-Identifier: Apache-2.0
#include "account/token.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "base/text.h"

namespace sluice::account {

namespace {

static_assert(std::endian::native == std::endian::little, "the layout is written as it is held");

constexpr std::uint8_t kVersion = 1;

/// The signed part; the layout is drawn in token.h.
struct Claims {
    std::uint8_t version = kVersion;
    std::array<std::uint8_t, 3> zero{};
    std::uint32_t expires_s = 0;
    std::uint64_t user_high = 0;
    std::uint64_t user_low = 0;
    std::int64_t issued_ms = 0;
};
static_assert(sizeof(Claims) == 32 && std::has_unique_object_representations_v<Claims>);

struct Sealed {
    Claims claims;
    base::Mac16 mac{};
};
static_assert(sizeof(Sealed) == 48 && sizeof(Sealed) * 4 / 3 == kTokenSize);

std::string_view bytes_of(const Claims& claims) {
    return {reinterpret_cast<const char*>(&claims), sizeof claims};
}

/// Whole seconds, rounded down, within what the token can say: until 2106.
std::uint32_t to_seconds(base::Instant at) {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(at.ms / 1000, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

std::string TokenKey::issue(base::UserId user, base::Instant now, base::Instant expires_at) const {
    Sealed sealed;
    sealed.claims.expires_s = to_seconds(expires_at);
    sealed.claims.user_high = user.key.high;
    sealed.claims.user_low = user.key.low;
    sealed.claims.issued_ms = now.ms;
    sealed.mac = key_.sign(bytes_of(sealed.claims));
    std::array<unsigned char, sizeof sealed> bytes{};
    std::memcpy(bytes.data(), &sealed, sizeof sealed);
    return base::to_base64url(bytes);
}

std::optional<base::UserId> TokenKey::verify(std::string_view token,
                                             base::Instant now) const noexcept {
    std::array<unsigned char, sizeof(Sealed)> bytes{};
    if (token.size() != kTokenSize || !base::parse_base64url(token, bytes)) return std::nullopt;
    Sealed sealed;
    std::memcpy(&sealed, bytes.data(), sizeof sealed);
    // The signature comes first: nothing in a forged token is worth a look.
    if (!key_.verify(bytes_of(sealed.claims), sealed.mac)) return std::nullopt;
    const Claims& claims = sealed.claims;
    if (claims.version != kVersion) return std::nullopt;
    if (now.ms >= std::int64_t{claims.expires_s} * 1000) return std::nullopt;
    const base::UserId user{base::Key128{claims.user_high, claims.user_low}};
    if (!user) return std::nullopt;
    return user;
}

}  // namespace sluice::account
