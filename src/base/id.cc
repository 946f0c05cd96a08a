// SPDX-License-Identifier: Apache-2.0
#include "base/id.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "base/check.h"

namespace sluice::base {

namespace {

void add_part(crypto_generichash_state& state, std::string_view part) {
    const std::uint64_t size = part.size();
    std::array<unsigned char, sizeof size> prefix{};
    std::memcpy(prefix.data(), &size, sizeof size);
    crypto_generichash_update(&state, prefix.data(), prefix.size());
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
}

}  // namespace

Key128 hash128(std::string_view domain, std::string_view first, std::string_view second) {
    crypto_generichash_state state;
    CHECK(crypto_generichash_init(&state, nullptr, 0, 16) == 0);
    add_part(state, domain);
    add_part(state, first);
    add_part(state, second);
    std::array<unsigned char, 16> digest{};
    crypto_generichash_final(&state, digest.data(), digest.size());
    Key128 key;
    std::memcpy(&key.high, digest.data(), 8);
    std::memcpy(&key.low, digest.data() + 8, 8);
    return key;
}

UserId user_of(std::string_view issuer, std::string_view subject) {
    return customer_with(hash128("user", issuer, subject));
}

UserId rehearsal_user_of(std::string_view subject) {
    UserId user{hash128("rehearsal", "", subject)};
    user.key.high = kRehearsalPrefix << 32 | (user.key.high & 0xffffffff);
    return user;
}

std::string to_text(Key128 key) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text(32, '0');
    for (std::size_t i = 0; i < 16; ++i) {
        text[15 - i] = kDigits[(key.high >> (4 * i)) & 15];
        text[31 - i] = kDigits[(key.low >> (4 * i)) & 15];
    }
    return text;
}

std::optional<Key128> parse_key128(std::string_view text) {
    if (text.size() != 32) return std::nullopt;
    std::array<std::uint64_t, 2> halves{};
    for (std::size_t i = 0; i < 32; ++i) {
        const char c = text[i];
        unsigned digit = 0;
        if (c >= '0' && c <= '9') {
            digit = static_cast<unsigned>(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = static_cast<unsigned>(c - 'a') + 10;
        } else {
            return std::nullopt;
        }
        halves[i / 16] = (halves[i / 16] << 4) | digit;
    }
    return Key128{halves[0], halves[1]};
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t most) {
    if (text.empty() || text.size() > 20 || text.front() == '0') return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (digit > most || number > (most - digit) / 10) return std::nullopt;
        number = number * 10 + digit;
    }
    return number;
}

}  // namespace sluice::base
