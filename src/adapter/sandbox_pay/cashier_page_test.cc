// SPDX-License-Identifier: Apache-2.0
#include "adapter/sandbox_pay/cashier_page.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sluice::adapter {
namespace {

const base::Currency kCny = *base::parse_currency("CNY");
constexpr base::Duration kDelay{5000};

SandboxPayment example() {
    SandboxPayment payment;
    payment.id = base::PaymentId{7};
    payment.order = base::OrderId{5};
    payment.money = {199'900, kCny};
    payment.title = "Phone";
    payment.return_url = "/items/1";
    return payment;
}

std::string page_of(const SandboxPayment& payment, Language language = Language::english) {
    return cashier_page({payment, language, base::Instant{1000}, kDelay, "nonce"});
}

bool has(const std::string& page, std::string_view text) {
    return page.find(text) != std::string::npos;
}

TEST(CashierPage, OffersEveryActionWhilePending) {
    const std::string page = page_of(example());
    for (const char* action : {"pay", "decline", "late", "repeat", "lie", "forge", "silent"}) {
        EXPECT_TRUE(has(page, "value=\"" + std::string(action) + "\"")) << action;
    }
    EXPECT_TRUE(has(page, "1999.00 CNY"));
    EXPECT_TRUE(has(page, "lang=\"en\""));
}

TEST(CashierPage, OffersNothingOnceDecided) {
    SandboxPayment payment = example();
    payment.state = SandboxState::succeeded;
    const std::string page = page_of(payment);
    EXPECT_FALSE(has(page, "<form"));
    EXPECT_FALSE(has(page, "<button"));
    EXPECT_TRUE(has(page, "paid"));
}

TEST(CashierPage, EscapesWhatTheShopSent) {
    SandboxPayment payment = example();
    payment.title = "<script>alert('x')</script>&\"";
    payment.return_url = "/a?b=1&c=2";
    const std::string page = page_of(payment);
    EXPECT_FALSE(has(page, "<script"));
    EXPECT_TRUE(has(page, "&lt;script&gt;"));
    EXPECT_TRUE(has(page, "href=\"/a?b=1&amp;c=2\""));
}

TEST(CashierPage, LoadsNothingFromElsewhere) {
    const std::string page = page_of(example());
    EXPECT_FALSE(has(page, "src="));
    EXPECT_FALSE(has(page, "<link"));
    EXPECT_FALSE(has(page, "url("));
    EXPECT_FALSE(has(page, "http://"));
    EXPECT_FALSE(has(page, "https://"));
}

TEST(CashierPage, SaysThatTheTimeToPayHasPassed) {
    SandboxPayment payment = example();
    payment.expires_at = base::Instant{999};
    EXPECT_TRUE(has(page_of(payment), "has passed"));
    payment.expires_at = base::Instant{1000};
    EXPECT_FALSE(has(page_of(payment), "has passed"));
}

TEST(CashierPage, SpeaksChineseToThoseWhoPreferIt) {
    EXPECT_EQ(language_of("zh-CN,zh;q=0.9,en;q=0.8"), Language::chinese);
    EXPECT_EQ(language_of("en-GB,zh;q=0.5"), Language::english);
    EXPECT_EQ(language_of(""), Language::english);
    const std::string page = page_of(example(), Language::chinese);
    EXPECT_TRUE(has(page, "lang=\"zh-CN\""));
    EXPECT_TRUE(has(page, "支付"));
}

TEST(CashierPage, AllowsTheFormToLeadBackToTheShopOnly) {
    const std::string absolute = page_policy("n", "https://shop.example:8443/orders?x=1");
    EXPECT_TRUE(has(absolute, "form-action 'self' https://shop.example:8443;"));
    const std::string relative = page_policy("n", "/orders");
    EXPECT_TRUE(has(relative, "form-action 'self' ;"));
    EXPECT_TRUE(has(relative, "default-src 'none'"));
    EXPECT_TRUE(has(relative, "style-src 'nonce-n'"));
}

TEST(ReturnUrl, IsAPathOrAnHttpAddressWithPlainCharacters) {
    for (const char* good :
         {"/", "/orders/1?x=2#y", "http://a/", "https://a.b:1/c", "http://[::1]:80/"}) {
        EXPECT_TRUE(is_return_url(good)) << good;
    }
    for (const char* bad : {"", "//evil.example/", "orders", "javascript:alert(1)", "http://",
                            "http://user@host/", "/a b", "/a\r\nSet-Cookie: x=1",
                            "https://a;script-src *", "/\"", "/\xc3\xa4", "ftp://a/"}) {
        EXPECT_FALSE(is_return_url(bad)) << bad;
    }
}

TEST(CashierRequest, IsReadFromJsonAndFromAForm) {
    const auto json = parse_cashier_json(R"({"action":"late","delay_ms":20})", kDelay);
    ASSERT_TRUE(json.has_value());
    EXPECT_EQ(json->action, CashierAction::late);
    EXPECT_EQ(json->delay, base::Duration{20});
    const auto form = parse_cashier_form("action=late&delay_ms=0", kDelay);
    ASSERT_TRUE(form.has_value());
    EXPECT_EQ(form->delay, base::Duration{0});
    const auto plain = parse_cashier_form("action=pay&delay_ms=", kDelay);
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(plain->action, CashierAction::pay);
    EXPECT_EQ(plain->delay, kDelay);
}

TEST(CashierRequest, WithAnythingElseIsRefused) {
    for (const char* body :
         {"", "[]", "{}", R"({"action":"steal"})", R"({"action":"none"})", R"({"action":1})",
          R"({"action":"pay","delay_ms":-1})", R"({"action":"pay","delay_ms":86400001})",
          R"({"action":"pay","delay_ms":"1"})", R"({"action":"pay","delay_ms":1.5})",
          R"({"action":"pay","amount":1})", R"({"action":"decline","action":"pay"})"}) {
        EXPECT_FALSE(parse_cashier_json(body, kDelay).has_value()) << body;
    }
    for (const char* body : {"", "action", "action=", "action=steal", "action=pay&delay_ms=-1",
                             "action=pay&delay_ms=86400001", "action=pay&delay_ms=x",
                             "action=pay&amount=1", "action=%zz"}) {
        EXPECT_FALSE(parse_cashier_form(body, kDelay).has_value()) << body;
    }
}

TEST(MoneyText, HasTheDecimalsOfTheCurrency) {
    const auto text = [](std::int64_t amount, std::string_view currency) {
        return to_text(base::Money{amount, *base::parse_currency(currency)});
    };
    EXPECT_EQ(text(5, "CNY"), "0.05 CNY");
    EXPECT_EQ(text(199'900, "USD"), "1999.00 USD");
    EXPECT_EQ(text(500, "JPY"), "500 JPY");
    EXPECT_EQ(text(1'005, "KWD"), "1.005 KWD");
}

}  // namespace
}  // namespace sluice::adapter
