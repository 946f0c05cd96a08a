// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "page/content.h"

namespace sluice::page {

namespace {

std::string card(const Shop& shop, const activity::Item& item, bool is_first) {
    std::string text = "<li>\n" + picture(image_of(shop, item.sku), item.title, is_first);
    text += fmt::format("<h2><a href=\"/items/{}\">{}</a></h2>\n<p>{}", item.id.value,
                        base::to_html(item.title), money_element(item.price, "span", "price"));
    if (item.list_price.amount > 0) text += money_element(item.list_price, "s", "list");
    return text + "</p>\n</li>\n";
}

}  // namespace

Content activity_page(const Shop& shop, const activity::Activity& activity) {
    Content content;
    content.path = fmt::format("/activities/{}", activity.id.value);
    content.title = activity.name;
    content.script = "activity";
    content.style = "home";
    content.main = fmt::format(
        "<p class=\"crumb\"><a href=\"/\">‹ <span data-t=\"shows\">活动 · Sales</span></a></p>\n"
        "<h1>{}</h1>\n<div class=\"card sale\">\n<p class=\"line\"><span id=\"counts\"></span> "
        "<span id=\"phase\" class=\"badge\"></span></p>\n"
        "<div id=\"clock\" class=\"dial\" role=\"timer\" aria-live=\"off\"></div>\n"
        "<p class=\"when\">{} – {}</p>\n</div>\n<p class=\"lines\">{}</p>\n<ul class=\"cards\">\n",
        base::to_html(activity.name), time_element(activity.starts_at),
        time_element(activity.ends_at), base::to_html(activity.description));
    for (const activity::Item& item : activity.items)
        content.main += card(shop, item, &item == activity.items.data());
    content.main += "</ul>\n";
    const bool is_over = activity.state == activity::State::ended;
    content.data = fmt::format("\"starts\":{},\"ends\":{}", activity.starts_at.ms,
                               is_over ? 0 : activity.ends_at.ms);
    for (const activity::Item& item : activity.items)
        content.image_urls.push_back(image_of(shop, item.sku));
    return content;
}

}  // namespace sluice::page
