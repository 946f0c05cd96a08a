// SPDX-License-Identifier: Apache-2.0
// Money: integer minor units (fen, cents) of an ISO 4217 currency. Never a floating-point number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::base {

/// Three capital letters of ISO 4217, such as CNY.
struct Currency {
    std::array<char, 4> letters{};  // the fourth is always 0, so that the type has no padding
    bool operator==(const Currency&) const = default;
    [[nodiscard]] std::string_view text() const {
        return {letters.data(), letters[0] == 0 ? 0U : 3U};
    }
};

/// Three capital letters, else nothing. Whether it is money anywhere: minor_digits.
[[nodiscard]] std::optional<Currency> parse_currency(std::string_view text);

/// How many digits of an amount are behind the point: 2 of CNY, 0 of JPY, 3 of KWD. Nothing if it
/// is not the active code of a currency that people pay with by ISO 4217: funds, metals and codes
/// for tests are none.
[[nodiscard]] std::optional<int> minor_digits(const Currency& currency) noexcept;

/// The most that one price may be: 10^13 minor units, so that a price times any quantity fits 64
/// bits.
inline constexpr std::int64_t kAmountMax = 10'000'000'000'000;

/// An amount in minor units and its currency.
struct Money {
    std::int64_t amount = 0;
    Currency currency;
    bool operator==(const Money&) const = default;
};

/// `{"amount":199900,"currency":"CNY"}`
[[nodiscard]] std::string to_json(const Money& money);

}  // namespace sluice::base
