// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "page/content.h"
#include "page/script.h"

namespace sluice::page {

namespace {

constexpr std::uint32_t kChoicesMax = 10;  // quantities offered; more are rare and can be repeated

std::string limit_line(const activity::Item& item) {
    if (item.limit_per_user == 0) return {};
    return fmt::format("<p class=\"quiet\" data-t=\"limit\" data-n=\"{}\"></p>\n",
                       item.limit_per_user);
}

// Nothing to choose where one is the limit.
std::string quantity_choice(const activity::Item& item) {
    const std::uint32_t most =
        item.limit_per_user == 0 ? kChoicesMax : std::min(item.limit_per_user, kChoicesMax);
    if (most == 1) return {};
    std::string text = "<label><span data-t=\"quantity\"></span> <select id=\"quantity\">";
    for (std::uint32_t i = 1; i <= most; ++i) text += fmt::format("<option>{}</option>", i);
    return text + "</select></label>\n";
}

std::string prices(const activity::Item& item) {
    std::string text = fmt::format("<p><span class=\"heard\" data-t=\"price\"></span> {}",
                                   money_element(item.price, "span", "price"));
    if (item.list_price.amount > 0) {
        text += fmt::format(" <span class=\"heard\" data-t=\"list_price\"></span>{}",
                            money_element(item.list_price, "s", "list"));
    }
    return text + "</p>\n";
}

constexpr std::string_view kPurchase =
    R"html(<button type="button" id="buy" class="main wide" disabled></button>
<p id="note" role="status"></p>
<div id="bought" hidden>
<p class="price" id="total"></p>
<p id="pay-until"></p>
<p class="actions"><button type="button" id="pay" class="main" data-t="pay"></button> <a href="/orders" data-t="orders"></a></p>
</div>
<p id="returns" class="quiet" data-t="returns" hidden></p>
<div id="ready" hidden><p data-t="ready"></p><button type="button" id="ready-button" data-t="sign_in"></button></div>
</div>
)html";

}  // namespace

Content item_page(const activity::Activity& activity, const activity::Item& item) {
    Content content;
    content.path = fmt::format("/items/{}", item.id.value);
    content.title = item.title;
    content.main = fmt::format(
        "<p><a href=\"/activities/{}\">{}</a></p>\n<h1>{}</h1>\n{}{}"
        "<div class=\"card\">\n<p><span id=\"counts\" class=\"quiet\"></span> "
        "<span id=\"clock\" role=\"timer\" aria-live=\"off\"></span></p>\n"
        "<p class=\"quiet\"><span data-t=\"starts\"></span> {} · <span data-t=\"ends\"></span> "
        "{}</p>\n<p id=\"level\" class=\"badge\"></p>\n{}",
        activity.id.value, base::to_html(activity.name), base::to_html(item.title), prices(item),
        limit_line(item), time_element(activity.starts_at), time_element(activity.ends_at),
        quantity_choice(item));
    content.main += kPurchase;
    content.main += fmt::format("<p class=\"lines\">{}</p>\n", base::to_html(activity.description));
    content.data =
        fmt::format(R"({{"id":"{}","entry":"{}","starts":{},"ends":{}}})", item.id.value,
                    activity::to_text(item.entry), activity.starts_at.ms, activity.ends_at.ms);
    content.script = item_script();
    return content;
}

}  // namespace sluice::page
