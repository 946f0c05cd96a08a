// SPDX-License-Identifier: Apache-2.0
#include "base/money.h"

#include <fmt/format.h>

namespace sluice::base {

namespace {

// ISO 4217, list one, of 2026: what people pay with, by the digits of its minor unit. The scripts
// of web/ know those that are not 2; their test compares them with these.
constexpr std::string_view kNoDigits =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
constexpr std::string_view kTwoDigits =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP "
    "LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK "
    "NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
    "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST "
    "XCD XCG YER ZAR ZMW ZWG";
constexpr std::string_view kThreeDigits = "BHD IQD JOD KWD LYD OMR TND";

}  // namespace

std::optional<Currency> parse_currency(std::string_view text) {
    if (text.size() != 3) return std::nullopt;
    Currency currency;
    for (std::size_t i = 0; i < 3; ++i) {
        if (text[i] < 'A' || text[i] > 'Z') return std::nullopt;
        currency.letters[i] = text[i];
    }
    return currency;
}

std::optional<int> minor_digits(const Currency& currency) noexcept {
    const std::string_view letters = currency.text();
    if (letters.size() != 3) return std::nullopt;
    if (kTwoDigits.find(letters) != std::string_view::npos) return 2;
    if (kNoDigits.find(letters) != std::string_view::npos) return 0;
    if (kThreeDigits.find(letters) != std::string_view::npos) return 3;
    return std::nullopt;
}

std::string to_json(const Money& money) {
    return fmt::format(R"({{"amount":{},"currency":"{}"}})", money.amount, money.currency.text());
}

}  // namespace sluice::base
