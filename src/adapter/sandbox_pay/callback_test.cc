// SPDX-License-Identifier: Apache-2.0
#include "adapter/sandbox_pay/callback.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using base::Instant;
using payment::ProviderState;

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";
constexpr Instant kNow{1'800'000'000'000};
const base::Currency kCny = *base::parse_currency("CNY");

Callback example() {
    return {base::PaymentId{42}, ProviderState::succeeded, {199'900, kCny}, kNow, "n1"};
}

TEST(Callback, IsReadBackAsItWasWritten) {
    const auto read = parse_callback(to_body(example()));
    ASSERT_TRUE(read.has_value()) << read.error().what;
    EXPECT_EQ(read->payment, base::PaymentId{42});
    EXPECT_EQ(read->state, ProviderState::succeeded);
    EXPECT_EQ(read->money, (base::Money{199'900, kCny}));
    EXPECT_EQ(read->sent_at, kNow);
    EXPECT_EQ(read->nonce, "n1");
}

TEST(Callback, OnlyExactlyTheSixFieldsAreUnderstood) {
    const std::string good = to_body(example());
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string body = good;
        body.replace(body.find(from), from.size(), to);
        return body;
    };
    const std::array<std::string, 17> bad{
        "",
        "[]",
        "{}",
        "null",
        good + "x",
        with("\"42\"", "42"),
        with("\"42\"", "\"0\""),
        with("\"42\"", "\"042\""),
        with("succeeded", "pending"),
        with("199900", "\"199900\""),
        with("199900", "-1"),
        with("199900", "1.5"),
        with("CNY", "cny"),
        with("\"nonce\"", "\"nonsense\""),
        with("{\"payment_id\"", "{\"extra\":1,\"payment_id\""),
        with("{\"payment_id\"", "{\"amount\":1,\"payment_id\""),
        std::string(kCallbackBytesMax + 1, ' '),
    };
    for (const std::string& body : bad) {
        const auto read = parse_callback(body);
        ASSERT_FALSE(read.has_value()) << body;
        EXPECT_EQ(read.error().code, ErrorCode::invalid) << body;
    }
}

TEST(Signature, OfTheSameKeyAndBytesIsGood) {
    const std::string body = to_body(example());
    EXPECT_TRUE(check_signature(kKey, body, sign_callback(kKey, kNow, body), kNow).has_value());
}

TEST(Signature, HasTheDocumentedForm) {
    // printf '1800000000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    EXPECT_EQ(
        sign_callback(kKey, kNow, "{}"),
        "t=1800000000000,v1=8f66a3b8951308f907a0f28913ae352e59fb2d83601b2e81c7313d2766593bd0");
}

TEST(Signature, TamperedBytesKeyOrTimeAreForbidden) {
    const std::string body = to_body(example());
    const std::string signature = sign_callback(kKey, kNow, body);
    std::string changed_body = body;
    changed_body[changed_body.find("199900")] = '2';
    std::string changed_time = signature;
    changed_time[changed_time.find(",v1=") - 1] = '1';
    std::string changed_mac = signature;
    changed_mac.back() = changed_mac.back() == 'a' ? 'b' : 'a';

    EXPECT_FALSE(check_signature(kKey, changed_body, signature, kNow).has_value());
    EXPECT_FALSE(check_signature("another key", body, signature, kNow).has_value());
    EXPECT_FALSE(check_signature(kKey, body, changed_time, kNow).has_value());
    EXPECT_FALSE(check_signature(kKey, body, changed_mac, kNow).has_value());
    EXPECT_EQ(check_signature(kKey, body, changed_mac, kNow).error().code, ErrorCode::forbidden);
}

TEST(Signature, OlderThanFiveMinutesOrAheadIsForbidden) {
    const std::string body = to_body(example());
    const std::string signature = sign_callback(kKey, kNow, body);
    const auto check_at = [&](std::int64_t ms) {
        return check_signature(kKey, body, signature, Instant{kNow.ms + ms}).has_value();
    };
    EXPECT_TRUE(check_at(300'000));
    EXPECT_FALSE(check_at(300'001));
    EXPECT_TRUE(check_at(-300'000));
    EXPECT_FALSE(check_at(-300'001));
}

TEST(Signature, OfAnotherFormIsForbidden) {
    const std::string body = to_body(example());
    const std::string good = sign_callback(kKey, kNow, body);
    const std::array<std::string, 9> bad{
        "",
        "t=",
        "v1=",
        "t=,v1=",
        good.substr(0, good.size() - 1),
        good + "0",
        " " + good,
        "t=0" + good.substr(2),
        "t=-" + good.substr(2),
    };
    for (const std::string& signature : bad) {
        EXPECT_FALSE(check_signature(kKey, body, signature, kNow).has_value()) << signature;
    }
}

}  // namespace
}  // namespace sluice::adapter
