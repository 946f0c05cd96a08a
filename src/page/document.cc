// SPDX-License-Identifier: Apache-2.0
#include "page/document.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "base/secret.h"
#include "base/text.h"
#include "page/script.h"
#include "page/style.h"

namespace sluice::page {

namespace {

// ISO 4217: currencies whose smallest unit is not a hundredth. The script knows the same ones.
constexpr std::string_view kZeroDigits =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
constexpr std::string_view kThreeDigits = "BHD IQD JOD KWD LYD OMR TND";

std::size_t minor_digits(const base::Currency& currency) {
    const std::string_view letters = currency.text();
    if (kZeroDigits.find(letters) != std::string_view::npos) return 0;
    return kThreeDigits.find(letters) != std::string_view::npos ? 3 : 2;
}

std::string script_for(std::string_view own) {
    return fmt::format(
        "(() => {{\n'use strict';\nconst zeroDigits = '{}', threeDigits = '{}';{}{}{}}})();",
        kZeroDigits, kThreeDigits, words_script(), common_script(), own);
}

// A source of the policy: the hash of an inline element's text.
std::string hash_source(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size());
    std::array<char, 64> base64{};
    sodium_bin2base64(base64.data(), base64.size(), digest.data(), digest.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    return fmt::format("'sha256-{}'", base64.data());
}

/// It stands in the page, too, because who serves the published files knows no hash of them.
std::string policy_for(std::string_view script) {
    return fmt::format(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        hash_source(script), hash_source(style()));
}

// Of a page itself, browsers take no frame-ancestors.
std::string headers_for(std::string_view policy) {
    return fmt::format(
        "Content-Security-Policy: {}; frame-ancestors 'none'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: same-origin\r\n",
        policy);
}

// JSON that cannot end the element it stands in.
std::string inside_script(std::string_view json) {
    std::string safe;
    for (const char c : json) {
        switch (c) {
            case '<': safe += "\\u003c"; break;
            case '>': safe += "\\u003e"; break;
            case '&': safe += "\\u0026"; break;
            default: safe += c;
        }
    }
    return safe;
}

constexpr std::string_view kTop = R"html(<body>
<header>
<a class="brand" href="/">Sluice</a>
<a href="/orders" data-t="orders"></a>
<span id="name-shown" class="quiet"></span>
<button type="button" id="session"></button>
<button type="button" id="language" data-t="language"></button>
</header>
<noscript><p class="card">此页面需要 JavaScript。This page needs JavaScript.</p></noscript>
<main>
)html";

constexpr std::string_view kBottom = R"html(</main>
<p id="live-region" class="heard" role="status"></p>
<dialog id="sign" aria-labelledby="sign-title">
<h2 id="sign-title" data-t="sign_in"></h2>
<form id="sign-form">
<label><span data-t="name"></span> <input id="sign-name" autocomplete="username" autocapitalize="none" required minlength="3" maxlength="32" pattern="[A-Za-z0-9._\-]+" aria-describedby="name-rule"></label>
<p id="name-rule" class="quiet" data-t="name_rule"></p>
<label><span data-t="password"></span> <input id="sign-password" type="password" autocomplete="current-password" required minlength="10" maxlength="200" aria-describedby="password-rule"></label>
<p id="password-rule" class="quiet" data-t="password_rule"></p>
<p id="sign-note" role="alert"></p>
<p class="actions"><button class="main" data-t="sign_in"></button>
<button type="button" id="sign-create" data-t="sign_up"></button>
<button type="button" id="sign-close" data-t="close"></button></p>
</form>
</dialog>
)html";

}  // namespace

Page document(const Content& content) {
    const std::string script = script_for(content.script);
    Page page;
    page.path = content.path;
    page.content_type = "text/html; charset=utf-8";
    const std::string policy = policy_for(script);
    page.headers = headers_for(policy);
    page.body = fmt::format(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>{}</style>\n</head>\n",
        policy, base::to_html(content.title), style());
    page.body += kTop;
    page.body += content.main;
    page.body += kBottom;
    page.body += fmt::format(
        "<script type=\"application/json\" id=\"data\">{}</script>\n"
        "<script>{}</script>\n</body>\n</html>\n",
        inside_script(content.data), script);
    page.etag = fmt::format("\"{}\"", base::digest_hex(page.body).substr(0, 32));
    return page;
}

std::string time_element(base::Instant at) {
    const std::string text = base::to_rfc3339(at);
    return fmt::format("<time datetime=\"{}\" data-ms=\"{}\">{} {} UTC</time>", text, at.ms,
                       text.substr(0, 10), text.substr(11, 5));
}

std::string money_element(const base::Money& money, std::string_view element,
                          std::string_view class_name) {
    const std::size_t digits = minor_digits(money.currency);
    std::string number = fmt::format("{:0{}}", money.amount, digits + 1);
    if (digits > 0) number.insert(number.size() - digits, ".");
    return fmt::format("<{0} class=\"{1}\" data-amount=\"{2}\" data-currency=\"{3}\">{3} {4}</{0}>",
                       element, class_name, money.amount, money.currency.text(), number);
}

}  // namespace sluice::page
