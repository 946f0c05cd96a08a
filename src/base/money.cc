// SPDX-License-Identifier: Apache-2.0
#include "base/money.h"

#include <fmt/format.h>

namespace sluice::base {

std::optional<Currency> parse_currency(std::string_view text) {
    if (text.size() != 3) return std::nullopt;
    Currency currency;
    for (std::size_t i = 0; i < 3; ++i) {
        if (text[i] < 'A' || text[i] > 'Z') return std::nullopt;
        currency.letters[i] = text[i];
    }
    return currency;
}

std::string to_json(const Money& money) {
    return fmt::format(R"({{"amount":{},"currency":"{}"}})", money.amount, money.currency.text());
}

}  // namespace sluice::base
