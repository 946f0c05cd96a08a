// SPDX-License-Identifier: Apache-2.0
#include "adapter/sandbox_pay/callback.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <boost/system/error_code.hpp>
#include <optional>
#include <string>

#include "base/json_keys.h"
#include "base/secret.h"
#include "base/text.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using base::failure;
using payment::ProviderState;

constexpr std::size_t kFields = 6;
constexpr std::size_t kNonceBytesMax = 64;
constexpr std::uint64_t kInstantMax = 253'402'300'799'999;  // the end of the year 9999

std::string_view status_of(ProviderState state) {
    switch (state) {
        case ProviderState::succeeded: return "succeeded";
        case ProviderState::failed: return "failed";
        case ProviderState::refunded: return "refunded";
        case ProviderState::pending: return "pending";
        case ProviderState::unknown: return "unknown";
    }
    return "unknown";
}

std::optional<ProviderState> parse_status(std::string_view text) {
    if (text == "succeeded") return ProviderState::succeeded;
    if (text == "failed") return ProviderState::failed;
    if (text == "refunded") return ProviderState::refunded;
    return std::nullopt;
}

std::optional<std::string_view> text_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    if (text == nullptr) return std::nullopt;
    return std::string_view(text->data(), text->size());
}

std::optional<std::int64_t> number_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    const auto* number = value != nullptr ? value->if_int64() : nullptr;
    if (number == nullptr) return std::nullopt;
    return *number;
}

struct Signature {
    std::string_view time;
    std::string_view mac;
};

std::optional<Signature> split_signature(std::string_view text) {
    if (!text.starts_with("t=")) return std::nullopt;
    const auto comma = text.find(",v1=");
    if (comma == std::string_view::npos) return std::nullopt;
    const Signature parts{text.substr(2, comma - 2), text.substr(comma + 4)};
    if (parts.mac.size() != 64) return std::nullopt;
    return parts;
}

std::string mac_of(std::string_view key, std::string_view time, std::string_view body) {
    return base::hmac_sha256_hex(key, fmt::format("{}.{}", time, body));
}

}  // namespace

std::string to_body(const Callback& callback) {
    std::string body =
        fmt::format(R"({{"payment_id":"{}","status":"{}","amount":{},"currency":)",
                    callback.payment.value, status_of(callback.state), callback.money.amount);
    base::append_json_string(body, callback.money.currency.text());
    body += fmt::format(R"(,"sent_at_ms":{},"nonce":)", callback.sent_at.ms);
    base::append_json_string(body, callback.nonce);
    body += '}';
    return body;
}

base::Result<Callback> parse_callback(std::string_view body) {
    if (body.size() > kCallbackBytesMax) {
        return failure(ErrorCode::invalid, "the callback is longer than 4096 bytes");
    }
    boost::system::error_code error;
    const auto value = boost::json::parse({body.data(), body.size()}, error);
    const auto* object = error ? nullptr : value.if_object();
    if (object == nullptr || object->size() != kFields) {
        return failure(ErrorCode::invalid, "the callback is not a JSON object of its six fields");
    }
    if (!base::find_repeated_key(body).empty())
        return failure(ErrorCode::invalid, "the callback has a field twice");
    const auto id = text_of(*object, "payment_id");
    const auto payment = id ? base::parse_id<base::PaymentId>(*id) : std::nullopt;
    const auto status = text_of(*object, "status");
    const auto state = status ? parse_status(*status) : std::nullopt;
    const auto amount = number_of(*object, "amount");
    const auto letters = text_of(*object, "currency");
    const auto currency = letters ? base::parse_currency(*letters) : std::nullopt;
    const auto sent_at = number_of(*object, "sent_at_ms");
    const auto nonce = text_of(*object, "nonce");
    if (!payment) return failure(ErrorCode::invalid, "payment_id is not an id in a string");
    if (!state) return failure(ErrorCode::invalid, "status is not succeeded, failed or refunded");
    if (!amount || *amount < 0) return failure(ErrorCode::invalid, "amount is not minor units");
    if (!currency) return failure(ErrorCode::invalid, "currency is not three capital letters");
    if (!sent_at || *sent_at <= 0) return failure(ErrorCode::invalid, "sent_at_ms is not a time");
    if (!nonce || nonce->empty() || nonce->size() > kNonceBytesMax) {
        return failure(ErrorCode::invalid, "nonce is not a text of 1 to 64 bytes");
    }
    return Callback{*payment, *state, base::Money{*amount, *currency}, base::Instant{*sent_at},
                    std::string(*nonce)};
}

std::string sign_callback(std::string_view key, base::Instant at, std::string_view body) {
    const std::string time = std::to_string(at.ms);
    return fmt::format("t={},v1={}", time, mac_of(key, time, body));
}

base::Result<void> check_signature(std::string_view key, std::string_view body,
                                   std::string_view signature, base::Instant now) {
    const auto parts = split_signature(signature);
    const auto time = parts ? base::parse_number(parts->time, kInstantMax) : std::nullopt;
    if (!time) {
        return failure(ErrorCode::forbidden,
                       "X-Signature is missing or not of the form t=<ms>,v1=<hex>");
    }
    if (!base::same_secret(mac_of(key, parts->time, body), parts->mac)) {
        return failure(ErrorCode::forbidden, "the signature is not the payment provider's");
    }
    // Only behind the signature: an attacker must not learn how far the clocks are apart.
    const base::Duration age = now - base::Instant{static_cast<std::int64_t>(*time)};
    if (age > kSignatureAgeMax || age < base::Duration{-kSignatureAgeMax.ms}) {
        return failure(ErrorCode::forbidden,
                       "the signature is more than 5 minutes old or ahead; send it anew and "
                       "compare the clocks");
    }
    return {};
}

}  // namespace sluice::adapter
