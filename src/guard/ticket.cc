// SPDX-License-Identifier: Apache-2.0
#include "guard/ticket.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/text.h"

namespace sluice::guard {

namespace {

static_assert(std::endian::native == std::endian::little, "the layout is written as it is held");

/// What the ticket says; the layout is drawn in ticket.h.
struct Claims {
    std::uint32_t item = 0;
    std::uint32_t expires_s = 0;
    std::uint32_t nonce_low = 0;
    std::uint32_t nonce_high = 0;
    std::uint32_t zero = 0;
};
static_assert(sizeof(Claims) == 20 && std::has_unique_object_representations_v<Claims>);

struct Sealed {
    Claims claims;
    base::Mac16 mac{};
};
static_assert(sizeof(Sealed) == 36 && sizeof(Sealed) * 4 / 3 == kTicketSize);

/// What the MAC covers: the claims and, not sent along, the user. It is longer than what a session
/// token signs, so neither could pose as the other even under one key.
std::array<char, 36> message_of(const Claims& claims, base::UserId user) {
    std::array<char, 36> message{};
    std::memcpy(message.data(), &claims, sizeof claims);
    std::memcpy(message.data() + 20, &user.key.high, 8);
    std::memcpy(message.data() + 28, &user.key.low, 8);
    return message;
}

std::string_view view_of(const std::array<char, 36>& message) {
    return {message.data(), message.size()};
}

std::uint64_t nonce_of(const Claims& claims) {
    return (std::uint64_t{claims.nonce_high} << 32) | claims.nonce_low;
}

/// Whole seconds, rounded down, within what the ticket can say: until 2106.
std::uint32_t to_seconds(base::Instant at) {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(at.ms / 1000, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

std::string TicketKey::issue(base::ItemId item, base::UserId user, base::Instant expires_at) const {
    std::uint64_t nonce = 0;
    while (nonce == 0) nonce = base::random_u64();
    Sealed sealed;
    sealed.claims.item = item.value;
    sealed.claims.expires_s = to_seconds(expires_at);
    sealed.claims.nonce_low = static_cast<std::uint32_t>(nonce);
    sealed.claims.nonce_high = static_cast<std::uint32_t>(nonce >> 32);
    sealed.mac = key_.sign(view_of(message_of(sealed.claims, user)));
    std::array<unsigned char, sizeof sealed> bytes{};
    std::memcpy(bytes.data(), &sealed, sizeof sealed);
    return base::to_base64url(bytes);
}

std::optional<Ticket> TicketKey::verify(std::string_view text, base::UserId user,
                                        base::Instant now) const noexcept {
    std::array<unsigned char, sizeof(Sealed)> bytes{};
    if (text.size() != kTicketSize || !base::parse_base64url(text, bytes)) return std::nullopt;
    Sealed sealed;
    std::memcpy(&sealed, bytes.data(), sizeof sealed);
    const Claims& claims = sealed.claims;
    if (!key_.verify(view_of(message_of(claims, user)), sealed.mac)) return std::nullopt;
    const base::Instant expires_at{std::int64_t{claims.expires_s} * 1000};
    if (claims.zero != 0 || claims.item == 0 || nonce_of(claims) == 0 || now >= expires_at)
        return std::nullopt;
    return Ticket{base::ItemId{claims.item}, nonce_of(claims), expires_at};
}

}  // namespace sluice::guard
