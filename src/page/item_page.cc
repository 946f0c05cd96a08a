// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "page/content.h"

namespace sluice::page {

namespace {

constexpr std::uint32_t kChoicesMax = 10;  // quantities offered; more are rare and can be repeated

// The limit, and what there is to choose: nothing where one is the limit.
std::string terms(const activity::Item& item) {
    std::string text = "<div class=\"terms\">";
    if (item.limit_per_user > 0)
        text += fmt::format("<p class=\"quiet\" data-t=\"limit\" data-n=\"{}\"></p>",
                            item.limit_per_user);
    const std::uint32_t most =
        item.limit_per_user == 0 ? kChoicesMax : std::min(item.limit_per_user, kChoicesMax);
    if (most > 1) {
        text += "<label><span data-t=\"quantity\"></span> <select id=\"quantity\">";
        for (std::uint32_t i = 1; i <= most; ++i) text += fmt::format("<option>{}</option>", i);
        text += "</select></label>";
    }
    return text + "</div>\n";
}

std::string prices(const activity::Item& item) {
    std::string text = fmt::format(
        "<p class=\"prices\"><span class=\"heard\" data-t=\"price\">"
        "</span> {}",
        money_element(item.price, "span", "price"));
    if (item.list_price.amount > 0) {
        text += fmt::format(" <span class=\"heard\" data-t=\"list_price\"></span>{}",
                            money_element(item.list_price, "s", "list"));
    }
    return text + "</p>\n";
}

std::string countdown(const activity::Activity& activity) {
    return fmt::format(
        "<div class=\"count\">\n<p class=\"line\"><span id=\"counts\"></span> "
        "<span id=\"level\" class=\"badge\"></span></p>\n"
        "<div id=\"clock\" class=\"dial\" role=\"timer\" aria-live=\"off\"></div>\n"
        "<p class=\"when\">{} – {}</p>\n</div>\n",
        time_element(activity.starts_at), time_element(activity.ends_at));
}

constexpr std::string_view kPurchase =
    R"html(<button type="button" id="buy" class="main wide" aria-disabled="true" aria-describedby="note"></button>
<p id="note" class="note"></p>
</div>
<div id="bought" class="got" hidden>
<p class="tick" aria-hidden="true">✓</p>
<h2 id="bought-title" tabindex="-1" data-t="got"></h2>
<p class="price" id="total"></p>
<p class="quiet" id="bought-order"></p>
<p id="pay-clock" class="deadline"><span data-t="pay_left"></span> <b id="pay-left" role="timer"></b></p>
<p id="pay-until" class="hint"></p>
<p class="actions"><button type="button" id="pay" class="main wide" data-t="pay"></button> <a class="as-button" href="/orders" data-t="orders"></a></p>
<p id="pay-note" class="note"></p>
</div>
<p id="returns" class="hint" data-t="returns" hidden></p>
<div id="ready" class="ready" hidden><p id="ready-text"></p><button type="button" id="ready-button" data-t="sign_in"></button></div>
</section>
)html";

constexpr std::string_view kChallenge =
    R"html(<dialog id="challenge" aria-labelledby="challenge-title" aria-describedby="challenge-hint">
<h2 id="challenge-title" data-t="challenge"></h2>
<p id="challenge-hint" class="hint" data-t="challenge_hint"></p>
<form id="challenge-form" novalidate>
<p id="challenge-question" class="question"></p>
<label for="challenge-answer" data-t="answer"></label>
<input id="challenge-answer" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="100" required aria-describedby="challenge-question challenge-note">
<p id="challenge-note" class="note" role="alert"></p>
<p class="actions"><button class="main" data-t="send"></button><button type="button" id="challenge-close" data-t="close"></button></p>
</form>
</dialog>
)html";

// The activity's own text is on its page: each byte here is in the way of the button.
std::string about(const Shop& shop, const activity::Item& item) {
    const auto found = shop.skus.find(item.sku);
    if (found == shop.skus.end() || found->second.description.empty()) return {};
    return fmt::format(
        "<section class=\"about\"><h2 data-t=\"about\"></h2><p class=\"lines\">{}</p>"
        "</section>\n",
        base::to_html(found->second.description));
}

}  // namespace

Content item_page(const Shop& shop, const activity::Activity& activity,
                  const activity::Item& item) {
    Content content;
    content.path = fmt::format("/items/{}", item.id.value);
    content.title = item.title;
    content.summary = activity.name;
    content.script = content.style = "item";
    content.signs_in = true;
    content.image_urls = {image_of(shop, item.sku)};
    content.main = fmt::format(
        "<p class=\"crumb\"><a href=\"/activities/{}\">‹ {}</a></p>\n"
        "<div class=\"item\">\n{}<section class=\"card\" aria-labelledby=\"title\">\n"
        "<h1 id=\"title\">{}</h1>\n{}<div id=\"buying\">\n",
        activity.id.value, base::to_html(activity.name),
        picture(content.image_urls.front(), item.title, true), base::to_html(item.title),
        prices(item));
    content.main += countdown(activity);
    content.main += terms(item);
    content.main += kPurchase;
    content.main += about(shop, item);
    content.main += "</div>\n";
    const bool asks = item.entry == activity::Entry::challenge;
    if (asks) {
        content.main += kChallenge;
        content.script = content.style = "question";
    }
    const bool is_over = activity.state == activity::State::ended;
    content.data = fmt::format(R"("id":"{}","entry":"{}","digits":{},"starts":{},"ends":{})",
                               item.id.value, activity::to_text(item.entry),
                               base::minor_digits(item.price.currency).value_or(2),
                               activity.starts_at.ms, is_over ? 0 : activity.ends_at.ms);
    return content;
}

}  // namespace sluice::page
