// SPDX-License-Identifier: Apache-2.0
// Ids of all modules: one type an idea, so that an order cannot be passed for an item. 0 means
// "none". In JSON every id is a string: a snowflake loses digits as a JavaScript number.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::base {

/// A number that names one thing of one kind.
template <class Tag, class Number>
struct Id {
    Number value = 0;
    constexpr auto operator<=>(const Id&) const = default;
    constexpr explicit operator bool() const { return value != 0; }
};

using ProductId = Id<struct ProductTag, std::uint32_t>;    ///< 商品 (SPU)
using SkuId = Id<struct SkuTag, std::uint32_t>;            ///< what is stocked and sold
using ActivityId = Id<struct ActivityTag, std::uint32_t>;  ///< 活动
using ItemId = Id<struct ItemTag, std::uint32_t>;  ///< 活动商品: a sku on sale in one activity
using OperatorId = Id<struct OperatorTag, std::uint32_t>;  ///< a person of the console
using OrderId = Id<struct OrderTag, std::uint64_t>;        ///< a snowflake
using PaymentId = Id<struct PaymentTag, std::uint64_t>;    ///< a snowflake

/// 128 bits that stand for something longer: the hash of a name or a key. All zero means "none".
struct Key128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    constexpr auto operator<=>(const Key128&) const = default;
    constexpr explicit operator bool() const { return (high | low) != 0; }
};

/// A customer: the hash of who vouches for the name, and the name (see user_of). No table is asked.
struct UserId {
    Key128 key;
    constexpr auto operator<=>(const UserId&) const = default;
    constexpr explicit operator bool() const { return static_cast<bool>(key); }
};

/// The customer whom `issuer` calls `subject`. The built-in accounts have the issuer "sluice".
/// Never a rehearsal user (see below).
[[nodiscard]] UserId user_of(std::string_view issuer, std::string_view subject);

/// The first 32 bits of a rehearsal user ("rehe"): the mark is part of the identity, so it is in
/// the token's MAC and in every record, and nobody can have it on or off for one request.
inline constexpr std::uint64_t kRehearsalPrefix = 0x72656865;
/// Somebody who only rehearses (演练): may buy in rehearsals and nowhere else.
[[nodiscard]] UserId rehearsal_user_of(std::string_view subject);
[[nodiscard]] constexpr bool is_rehearsal(UserId user) {
    return user.key.high >> 32 == kRehearsalPrefix;
}
/// The customer with this hash. One hash in 2^32 begins like somebody who rehearses: its first bit
/// is flipped, because a name must not make a real customer into one of those.
[[nodiscard]] constexpr UserId customer_with(Key128 hash) {
    if (is_rehearsal(UserId{hash})) hash.high ^= std::uint64_t{1} << 63;
    return UserId{hash};
}

/// BLAKE2b-128 of the parts, each preceded by its length, so that ("ab","c") and ("a","bc") differ.
[[nodiscard]] Key128 hash128(std::string_view domain, std::string_view first,
                             std::string_view second);

/// 32 lower-case hexadecimal digits.
[[nodiscard]] std::string to_text(Key128 key);
[[nodiscard]] inline std::string to_text(UserId user) { return to_text(user.key); }
/// The decimal digits, as JSON carries them.
template <class Tag, class Number>
[[nodiscard]] std::string to_text(Id<Tag, Number> id) {
    return std::to_string(id.value);
}

/// Parses 32 hexadecimal digits; nothing else is accepted.
[[nodiscard]] std::optional<Key128> parse_key128(std::string_view text);
/// Parses 1 to 20 decimal digits, no sign, no leading zero, at most `most`, not 0.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t most);
/// Parses an id as it stands in a path or in JSON.
template <class AnyId>
[[nodiscard]] std::optional<AnyId> parse_id(std::string_view text) {
    using Number = decltype(AnyId::value);
    const auto number =
        parse_number(text, static_cast<Number>(-1) >> (sizeof(Number) == 8 ? 1 : 0));
    if (!number) return std::nullopt;
    return AnyId{static_cast<Number>(*number)};
}

/// Spreads a number over 64 bits (the finaliser of SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace sluice::base
