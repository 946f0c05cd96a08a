// SPDX-License-Identifier: Apache-2.0
#include "adapter/sandbox_pay/cashier_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <boost/system/error_code.hpp>
#include <optional>

#include "base/json_keys.h"
#include "base/text.h"
#include "http/request.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using base::failure;

/// One text in both languages.
struct Phrase {
    std::string_view english;
    std::string_view chinese;
    [[nodiscard]] std::string_view in(Language language) const {
        return language == Language::chinese ? chinese : english;
    }
};

struct Button {
    CashierAction action;
    Phrase label;
    Phrase effect;
};

constexpr Phrase kTitle{"Sandbox cashier", "沙箱收银台"};
constexpr Phrase kNotice{"This is a test. No real money moves.",
                         "这是测试环境，不会产生真实扣款。"};
constexpr Phrase kOrder{"Order", "订单"};
constexpr Phrase kAmount{"Amount", "金额"};
constexpr Phrase kDeadline{"Pay until", "支付截止"};
constexpr Phrase kPassed{"The time to pay has passed. Paying now tries a late payment.",
                         "已超过支付时间，现在支付将模拟迟到付款。"};
constexpr Phrase kDelay{"Delay of a late payment, in milliseconds", "迟到付款的延迟（毫秒）"};
constexpr Phrase kBack{"Back to the shop", "返回商店"};
constexpr Phrase kUnknown{"There is no such payment. Go back to your order and pay from there.",
                          "没有这笔支付。请返回订单页面重新发起支付。"};

constexpr std::array<Button, 7> kButtons{{
    {CashierAction::pay,
     {"Pay", "支付"},
     {"The money is taken and one callback says so.", "扣款并发送一次回调。"}},
    {CashierAction::decline,
     {"Decline", "拒绝支付"},
     {"No money moves; one callback says so.", "不扣款，发送一次失败回调。"}},
    {CashierAction::late,
     {"Pay late", "迟到支付"},
     {"The money is taken, and the callback sent, only after the delay.",
      "延迟之后才扣款并发送回调。"}},
    {CashierAction::repeat,
     {"Pay, repeat the callback", "支付并重复回调"},
     {"The same callback is sent three times.", "同一回调发送三次。"}},
    {CashierAction::lie,
     {"Pay, lie about the amount", "支付但谎报金额"},
     {"The callback names another amount; a query tells the true one.",
      "回调中的金额不实，主动查询可得真实金额。"}},
    {CashierAction::forge,
     {"Pay, forge the signature", "支付但伪造签名"},
     {"The callback is not signed by the provider; only a query finds the payment.",
      "回调签名无效，只有主动查询能发现付款。"}},
    {CashierAction::silent,
     {"Pay without a callback", "支付但不回调"},
     {"No callback is sent; only a query finds the payment.",
      "不发送回调，只有主动查询能发现付款。"}},
}};

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--text:#1c2430;--main:#1f5fbf;"
    "--on-main:#fff;--note:#fff4d6}"
    "@media(prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161c24;--text:#eaf0f6;"
    "--main:#8ab6ff;--on-main:#06234d;--note:#33240c}}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:var(--page);color:var(--text)}"
    "main{max-width:34rem;margin:2rem auto;padding:1.5rem;background:var(--card);"
    "border-radius:12px}"
    "h1{font-size:1.25rem;margin:0}dl{display:grid;grid-template-columns:auto 1fr;"
    "gap:.25rem 1rem;align-items:baseline}"
    "dd{margin:0;overflow-wrap:anywhere}.amount{font-size:1.5rem;font-weight:700}"
    ".note{background:var(--note);padding:.5rem .75rem;border-radius:8px}"
    ".choice{display:grid;grid-template-columns:13rem 1fr;gap:.75rem;align-items:center;"
    "margin:.75rem 0}"
    "button{font:inherit;min-height:48px;border:1px solid var(--main);border-radius:8px;"
    "background:none;color:var(--main);cursor:pointer}"
    "button[value=pay]{background:var(--main);color:var(--on-main)}"
    "input{font:inherit;min-height:44px;width:9rem}a{color:var(--main)}"
    "@media(max-width:30rem){main{margin:0;border-radius:0}"
    ".choice{grid-template-columns:1fr;gap:.25rem;margin:1rem 0}}";

/// "2026-11-21 19:48:54 UTC".
std::string moment(base::Instant at) {
    const std::string text = base::to_rfc3339(at);
    return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 8));
}

Phrase state_phrase(SandboxState state) {
    switch (state) {
        case SandboxState::pending: return {"waiting for you", "等待支付"};
        case SandboxState::processing:
            return {"on its way, the money is not here yet", "处理中，尚未到账"};
        case SandboxState::succeeded: return {"paid", "已支付"};
        case SandboxState::failed: return {"declined", "已拒绝"};
        case SandboxState::refunded: return {"refunded", "已退款"};
    }
    return {"", ""};
}

std::string page_around(Language language, std::string_view nonce, std::string_view content) {
    return fmt::format(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<meta name=\"robots\" content=\"noindex\"><title>{}</title>"
        "<style nonce=\"{}\">{}</style></head><body><main><h1>{}</h1>\n{}</main></body></html>\n",
        language == Language::chinese ? "zh-CN" : "en", kTitle.in(language), nonce, kStyle,
        kTitle.in(language), content);
}

std::string buttons(const PageView& view) {
    std::string form = "<form method=\"post\">\n";
    for (const Button& button : kButtons) {
        form += fmt::format(
            "<div class=\"choice\"><button name=\"action\" value=\"{0}\" "
            "aria-describedby=\"{0}\">{1}</button><span id=\"{0}\">{2}</span></div>\n",
            to_text(button.action), button.label.in(view.language),
            button.effect.in(view.language));
    }
    form += fmt::format(
        "<p><label>{} <input name=\"delay_ms\" type=\"number\" min=\"0\" max=\"{}\" "
        "value=\"{}\"></label></p></form>\n",
        kDelay.in(view.language), kDelayMax.ms, view.delay.ms);
    return form;
}

base::Result<CashierRequest> make_request(std::string_view action_name,
                                          std::optional<std::int64_t> delay_ms,
                                          base::Duration delay) {
    const auto action = parse_action(action_name);
    if (!action) {
        return failure(ErrorCode::invalid,
                       "action is none of pay, decline, late, repeat, lie, forge, silent");
    }
    if (delay_ms && (*delay_ms < 0 || *delay_ms > kDelayMax.ms)) {
        return failure(ErrorCode::invalid, "delay_ms is not between 0 and 86400000");
    }
    return CashierRequest{*action, delay_ms ? base::Duration{*delay_ms} : delay};
}

/// What a form or JSON may carry.
std::optional<std::int64_t> parse_delay(std::string_view text) {
    if (text == "0") return 0;
    const auto number = base::parse_number(text, static_cast<std::uint64_t>(kDelayMax.ms));
    return number ? static_cast<std::int64_t>(*number) : -1;
}

/// "https://host:port" of an absolute address, "" of a path.
std::string_view origin_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

}  // namespace

Language language_of(std::string_view accept_language) {
    return accept_language.starts_with("zh") ? Language::chinese : Language::english;
}

base::Result<CashierRequest> parse_cashier_json(std::string_view body, base::Duration delay) {
    boost::system::error_code error;
    const auto value = boost::json::parse({body.data(), body.size()}, error);
    const auto* object = error ? nullptr : value.if_object();
    if (object == nullptr) return failure(ErrorCode::invalid, "the body is not a JSON object");
    if (!base::find_repeated_key(body).empty())
        return failure(ErrorCode::invalid, "the body has a field twice");
    std::string_view action;
    std::optional<std::int64_t> delay_ms;
    for (const auto& field : *object) {
        const std::string_view name(field.key().data(), field.key().size());
        if (const auto* text = field.value().if_string(); name == "action" && text != nullptr) {
            action = {text->data(), text->size()};
        } else if (const auto* number = field.value().if_int64();
                   name == "delay_ms" && number != nullptr) {
            delay_ms = *number;
        } else {
            return failure(ErrorCode::invalid,
                           "the body has more than a text `action` and a whole number `delay_ms`");
        }
    }
    return make_request(action, delay_ms, delay);
}

base::Result<CashierRequest> parse_cashier_form(std::string_view body, base::Duration delay) {
    std::string action;
    std::optional<std::int64_t> delay_ms;
    while (!body.empty()) {
        const auto end = std::min(body.find('&'), body.size());
        const auto field = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        const auto equals = std::min(field.find('='), field.size());
        const auto value =
            http::percent_decode(field.substr(std::min(equals + 1, field.size())), true);
        const auto name = field.substr(0, equals);
        if (value && name == "action") {
            action = *value;
        } else if (value && name == "delay_ms") {
            if (!value->empty()) delay_ms = parse_delay(*value);
        } else {
            return failure(ErrorCode::invalid, "the form has more than `action` and `delay_ms`");
        }
    }
    return make_request(action, delay_ms, delay);
}

std::string cashier_page(const PageView& view) {
    const SandboxPayment& payment = view.payment;
    const Language language = view.language;
    const bool is_pending = payment.state == SandboxState::pending;
    std::string content = fmt::format(
        "<p class=\"note\">{}</p>\n<p>{}</p>\n<dl><dt>{}</dt><dd class=\"amount\">{}</dd>"
        "<dt>{}</dt><dd>{}</dd>",
        kNotice.in(language), base::to_html(payment.title), kAmount.in(language),
        base::to_html(to_text(payment.money)), kOrder.in(language), payment.order.value);
    if (payment.expires_at) {
        content += fmt::format("<dt>{}</dt><dd>{}</dd>", kDeadline.in(language),
                               moment(payment.expires_at));
    }
    content += "</dl>\n";
    if (is_pending && payment.expires_at && view.now > payment.expires_at) {
        content += fmt::format("<p class=\"note\">{}</p>\n", kPassed.in(language));
    }
    content += is_pending ? buttons(view)
                          : fmt::format("<p role=\"status\"><strong>{}</strong></p>\n",
                                        state_phrase(payment.state).in(language));
    if (!payment.return_url.empty()) {
        content += fmt::format("<p><a href=\"{}\">{}</a></p>\n", base::to_html(payment.return_url),
                               kBack.in(language));
    }
    return page_around(language, view.nonce, content);
}

std::string unknown_page(Language language, std::string_view nonce) {
    return page_around(language, nonce, fmt::format("<p>{}</p>\n", kUnknown.in(language)));
}

std::string page_policy(std::string_view nonce, std::string_view return_url) {
    // The redirect behind the form counts as a target of the form, so its origin must be named.
    return fmt::format(
        "default-src 'none'; style-src 'nonce-{}'; form-action 'self' {}; base-uri 'none'; "
        "frame-ancestors 'none'",
        nonce, origin_of(return_url));
}

bool is_return_url(std::string_view url) {
    const bool plain = std::ranges::all_of(url, [](unsigned char c) {
        return c > ' ' && c < 0x7f &&
               std::string_view("\"'<>\\^`{}|,;").find(static_cast<char>(c)) ==
                   std::string_view::npos;
    });
    if (!plain || url.size() > Book::kUrlBytesMax) return false;
    if (url.starts_with('/')) return !url.starts_with("//");
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!url.starts_with(scheme)) continue;
        const auto host = origin_of(url).substr(scheme.size());
        return !host.empty() && host.find('@') == std::string_view::npos;
    }
    return false;
}

std::string to_text(const base::Money& money) {
    const auto currency = money.currency.text();
    const int decimals = base::minor_digits(money.currency).value_or(2);
    if (decimals == 0) return fmt::format("{} {}", money.amount, currency);
    const std::int64_t unit = decimals == 3 ? 1000 : 100;
    return fmt::format("{}.{:0{}} {}", money.amount / unit, money.amount % unit, decimals,
                       currency);
}

}  // namespace sluice::adapter
