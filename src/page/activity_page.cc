// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "page/content.h"
#include "page/script.h"

namespace sluice::page {

namespace {

std::string card(const activity::Item& item) {
    std::string text =
        fmt::format("<li><h2><a href=\"/items/{}\">{}</a></h2><p>{}", item.id.value,
                    base::to_html(item.title), money_element(item.price, "span", "price"));
    if (item.list_price.amount > 0) text += money_element(item.list_price, "s", "list");
    return text + "</p></li>\n";
}

}  // namespace

Content activity_page(const activity::Activity& activity) {
    Content content;
    content.path = fmt::format("/activities/{}", activity.id.value);
    content.title = activity.name;
    content.main = fmt::format(
        "<h1>{}</h1>\n<p id=\"phase\" class=\"badge\"></p>\n"
        "<p class=\"quiet\"><span data-t=\"starts\"></span> {} · <span data-t=\"ends\"></span> "
        "{}</p>\n<p class=\"lines\">{}</p>\n<ul>\n",
        base::to_html(activity.name), time_element(activity.starts_at),
        time_element(activity.ends_at), base::to_html(activity.description));
    for (const activity::Item& item : activity.items) content.main += card(item);
    content.main += "</ul>\n";
    content.data =
        fmt::format("{{\"starts\":{},\"ends\":{}}}", activity.starts_at.ms, activity.ends_at.ms);
    content.script = activity_script();
    return content;
}

}  // namespace sluice::page
