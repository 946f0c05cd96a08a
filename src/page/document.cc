// SPDX-License-Identifier: Apache-2.0
#include "page/document.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "asset/asset.h"
#include "base/check.h"
#include "base/secret.h"
#include "base/text.h"

namespace sluice::page {

namespace {

// A file of web/storefront, without the line break at its end.
std::string_view asset_text(std::string_view name, std::string_view ending) {
    const asset::Asset* found = asset::find(fmt::format("storefront/{}.{}", name, ending));
    CHECK(found != nullptr);
    std::string_view text = found->bytes;
    while (text.ends_with('\n')) text.remove_suffix(1);
    return text;
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

// " https://cdn.example" for each other host that has a picture; a page with more than a few has
// no room for their names, and goes without.
std::string image_sources(const std::vector<std::string>& image_urls) {
    constexpr std::size_t kOriginsMax = 8;
    std::vector<std::string_view> origins;
    for (const std::string_view url : image_urls) {
        if (!url.starts_with("https://")) continue;
        const std::string_view origin = url.substr(0, url.find_first_of("/?#", 8));
        const bool is_plain = std::ranges::all_of(origin.substr(8), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '-' || c == ':';
        });
        if (is_plain && std::ranges::find(origins, origin) == origins.end())
            origins.push_back(origin);
    }
    if (origins.size() > kOriginsMax) origins.resize(kOriginsMax);
    std::string text;
    for (const std::string_view origin : origins) text.append(" ").append(origin);
    return text;
}

struct Policy {
    std::string in_page;
    std::string header;  ///< also what a page cannot ask for itself
};

// The source of what only a preview has.
std::string preview_source(const Shop& shop, std::string_view ending) {
    return shop.preview_at ? " " + hash_source(asset_text("preview", ending)) : std::string();
}

Policy policy_of(const Shop& shop, const Content& content) {
    const std::string text = fmt::format(
        "default-src 'none'; script-src {} {}{}; style-src {}{}; connect-src {}; "
        "img-src 'self' data:{}; base-uri 'none'; form-action 'none'",
        hash_source(asset_text("boot", "js")), hash_source(asset_text(content.script, "js")),
        preview_source(shop, "js"), hash_source(asset_text(content.style, "css")),
        preview_source(shop, "css"), shop.preview_at ? "'none'" : "'self'",
        image_sources(content.image_urls));
    return {text, text + "; frame-ancestors 'none'"};
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

std::string tag_of(std::string_view bytes) {
    return fmt::format("\"{}\"", base::digest_hex(bytes).substr(0, 32));
}

constexpr std::string_view kTop = R"html(<body>
<a class="skip" href="#main" data-t="skip"></a>
<header class="bar"><nav class="row">
<a class="brand" href="/"><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" fill="currentColor"/><path d="M6 12c3.3-3 6.7-3 10 0s6.7 3 10 0M6 20c3.3-3 6.7-3 10 0s6.7 3 10 0" fill="none" stroke-width="3" stroke-linecap="round"/></svg>Sluice</a>
<a href="/orders" data-t="orders"></a>
<a href="/account" id="me" data-t="account"></a>
</nav></header>
<div id="old" class="strip" role="status" hidden><p><span data-t="old"></span><button type="button" id="reload" data-t="reload"></button></p></div>
<div id="lost" class="strip" role="status" hidden><p data-t="lost"></p></div>
)html";

constexpr std::string_view kMain = R"html(<main id="main">
<noscript><h1>此页面需要 JavaScript。This page needs JavaScript.</h1></noscript>
)html";

constexpr std::string_view kBottom = R"html(</main>
<footer class="foot">
<p data-t="foot"></p>
<div class="group"><button type="button" id="language" data-t="other_language"></button></div>
<div class="group" role="group" data-label="theme"><button type="button" id="theme-auto" data-t="theme_auto"></button><button type="button" id="theme-light" data-t="theme_light"></button><button type="button" id="theme-dark" data-t="theme_dark"></button></div>
</footer>
<p id="live-region" class="heard" role="status"></p>
)html";

// What is typed is checked by the script, in the reader's words, and by the server.
constexpr std::string_view kSignForm = R"html(<h2 id="sign-title" data-t="sign_in"></h2>
<form id="sign-form" novalidate>
<label for="sign-name" data-t="name"></label>
<input id="sign-name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required aria-describedby="sign-name-rule">
<p id="sign-name-rule" hidden></p>
<label for="sign-password" data-t="password"></label>
<input id="sign-password" type="password" autocomplete="current-password" maxlength="200" required aria-describedby="sign-password-rule">
<p id="sign-password-rule" hidden></p>
<p id="sign-note" class="note" role="alert"></p>
<button id="sign-go" class="main wide" data-t="sign_in"></button>
<p><button type="button" id="sign-other" class="link" data-t="sign_up"></button></p>
</form>
)html";

std::string head_of(const Shop& shop, const Content& content, std::string_view policy) {
    std::string canonical;
    if (content.is_canonical)
        canonical = fmt::format("<link rel=\"canonical\" href=\"{}{}\">\n",
                                base::to_html(shop.public_url), content.path);
    std::string title = base::to_html(content.title);
    std::string preview_style;
    if (shop.preview_at) {
        title = "预览 Preview · " + title;
        preview_style = fmt::format("<style>{}</style>\n", asset_text("preview", "css"));
    }
    return fmt::format(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n{}<title>{}</title>\n"
        "<meta name=\"description\" content=\"{}\">\n<style>{}</style>\n{}"
        "<script>{}</script>\n</head>\n",
        policy, canonical, title,
        base::to_html(content.summary.empty() ? content.title : content.summary),
        asset_text(content.style, "css"), preview_style, asset_text("boot", "js"));
}

// In both languages; the style shows the one that the page is in.
std::string preview_banner(base::Instant at) {
    return fmt::format(
        "<aside id=\"preview\" class=\"strip\" aria-label=\"预览 Preview\" data-at=\"{0}\">"
        "<p lang=\"zh-CN\"><b>预览，时钟设为 <span class=\"preview-at\">{1} UTC</span></b> "
        "<span>这就是顾客将看到的页面；在这里不能购买，也不能登录。</span></p>"
        "<p lang=\"en\"><b>Preview, clock set to <span class=\"preview-at\">{1} UTC</span></b> "
        "<span>The page as customers will see it; nothing can be bought here, and nobody can sign "
        "in.</span></p></aside>\n",
        at.ms, base::to_rfc3339(at).replace(10, 1, " ").substr(0, 19));
}

}  // namespace

std::string_view sign_form() { return kSignForm; }

std::string_view version() {
    static const std::string text = [] {
        std::string tags;
        for (const asset::Asset& each : asset::all())
            if (each.name.starts_with("storefront/")) tags += each.etag;
        return std::string(base::digest_hex(tags).substr(0, 8));
    }();
    return text;
}

Page document(const Shop& shop, const Content& content) {
    const Policy policy = policy_of(shop, content);
    Page page;
    page.path = content.path;
    page.content_type = "text/html; charset=utf-8";
    page.headers = fmt::format("Content-Security-Policy: {}\r\nReferrer-Policy: same-origin\r\n",
                               policy.header);
    page.body = head_of(shop, content, policy.in_page);
    page.body += kTop;
    if (shop.preview_at) page.body += preview_banner(*shop.preview_at);
    page.body += kMain;
    page.body += content.main;
    page.body += kBottom;
    if (content.signs_in) {
        page.body += "<dialog id=\"sign\" aria-labelledby=\"sign-title\">\n";
        page.body += kSignForm;
        page.body +=
            "<p class=\"actions\"><button type=\"button\" id=\"sign-close\" class=\"wide\" "
            "data-t=\"close\"></button></p>\n</dialog>\n";
    }
    page.body += fmt::format(
        "<script type=\"application/json\" id=\"data\">{{{}\"page\":\"{}\"{}}}</script>\n"
        "<script>{}</script>\n{}</body>\n</html>\n",
        shop.preview_at ? fmt::format("\"now\":{},", shop.preview_at->ms) : "", version(),
        content.data.empty() ? "" : "," + inside_script(content.data),
        asset_text(content.script, "js"),
        shop.preview_at ? fmt::format("<script>{}</script>\n", asset_text("preview", "js")) : "");
    page.etag = tag_of(page.body);
    return page;
}

Page image(std::string path, std::string content_type, std::string bytes) {
    Page page;
    page.path = std::move(path);
    page.content_type = std::move(content_type);
    page.etag = tag_of(bytes);
    page.body = std::move(bytes);
    // An SVG opened as a document could have scripts.
    page.headers = "Content-Security-Policy: default-src 'none'; sandbox\r\n";
    return page;
}

std::string time_element(base::Instant at) {
    const std::string text = base::to_rfc3339(at);
    return fmt::format("<time datetime=\"{}\">{} {} UTC</time>", text, text.substr(0, 10),
                       text.substr(11, 5));
}

std::string money_element(const base::Money& money, std::string_view element,
                          std::string_view class_name) {
    const auto digits = static_cast<std::size_t>(base::minor_digits(money.currency).value_or(2));
    std::string number = fmt::format("{:0{}}", money.amount, digits + 1);
    if (digits > 0) number.insert(number.size() - digits, ".");
    return fmt::format("<{0} class=\"{1}\" data-money=\"{2} {3}\">{2} {3}</{0}>", element,
                       class_name, money.currency.text(), number);
}

std::string picture(std::string_view image_url, std::string_view title, bool is_first) {
    // 4 to 3 whatever the file is: nothing moves when it comes.
    if (!image_url.empty())
        return fmt::format(
            "<img class=\"shot\" src=\"{}\" alt=\"\" width=\"640\" height=\"480\" "
            "decoding=\"async\"{}>\n",
            base::to_html(image_url), is_first ? " fetchpriority=\"high\"" : " loading=\"lazy\"");
    std::size_t letter = 1;
    while (letter < title.size() && (static_cast<unsigned char>(title[letter]) & 0xC0U) == 0x80U)
        ++letter;
    return fmt::format("<div class=\"shot mark\" aria-hidden=\"true\">{}</div>\n",
                       base::to_html(title.substr(0, letter)));
}

std::string image_of(const Shop& shop, base::SkuId sku) {
    const auto found = shop.skus.find(sku);
    return found == shop.skus.end() ? std::string() : found->second.image_url;
}

}  // namespace sluice::page
