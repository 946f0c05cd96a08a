// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "page/content.h"

namespace sluice::page {

namespace {

std::string part(std::string_view phase) {
    return fmt::format(
        "<section id=\"{0}-part\" class=\"part\" hidden><h2 data-t=\"{0}\"></h2>"
        "<ul id=\"{0}\" class=\"cards\"></ul></section>\n",
        phase);
}

// One that was ended before its time is over whatever the clock says.
std::string card(const Shop& shop, const activity::Activity& activity, bool is_first) {
    const bool is_over = activity.state == activity::State::ended;
    std::string text = fmt::format("<li data-starts=\"{}\" data-ends=\"{}\">\n",
                                   activity.starts_at.ms, is_over ? 0 : activity.ends_at.ms);
    const activity::Item* first = activity.items.empty() ? nullptr : &activity.items.front();
    const std::string_view title = first != nullptr ? first->title : activity.name;
    text += picture(first != nullptr ? image_of(shop, first->sku) : "", title, is_first);
    text += fmt::format("<h3><a href=\"/activities/{}\">{}</a></h3>\n", activity.id.value,
                        base::to_html(activity.name));
    if (first != nullptr) {
        const auto cheapest = std::ranges::min_element(
            activity.items, {}, [](const activity::Item& item) { return item.price.amount; });
        text += fmt::format(
            "<p><span data-t=\"from\"></span> {} <span class=\"quiet\" "
            "data-t=\"{}\" data-n=\"{}\"></span></p>\n",
            money_element(cheapest->price, "span", "price"),
            activity.items.size() == 1 ? "thing" : "things", activity.items.size());
    }
    return text + fmt::format(
                      "<p class=\"quiet\">{} – {}</p>\n"
                      "<p class=\"quiet\"><span class=\"in-key\"></span> "
                      "<span class=\"in\"></span></p>\n</li>\n",
                      time_element(activity.starts_at), time_element(activity.ends_at));
}

}  // namespace

Content home(const Shop& shop) {
    std::vector<const activity::Activity*> sorted;
    for (const activity::Activity& activity : shop.activities) sorted.push_back(&activity);
    std::ranges::sort(sorted, {}, [](const activity::Activity* activity) {
        return std::tuple(activity->starts_at, activity->id);
    });
    Content content;
    content.path = "/";
    content.title = "Sluice";
    content.summary = "限时抢购 · Flash sales";
    content.script = content.style = "home";
    content.main =
        "<h1 data-t=\"shows\"></h1>\n<p class=\"lead\" data-t=\"lead\"></p>\n"
        "<p id=\"empty\" data-t=\"empty\" hidden></p>\n";
    content.main += part("live") + part("soon") + part("past");
    content.main += "<noscript><h2>活动 · Sales</h2></noscript>\n<ul id=\"all\" class=\"cards\">\n";
    for (const activity::Activity* activity : sorted)
        content.main += card(shop, *activity, activity == sorted.front());
    content.main += "</ul>\n";
    for (const activity::Activity* activity : sorted)
        if (!activity->items.empty())
            content.image_urls.push_back(image_of(shop, activity->items.front().sku));
    return content;
}

}  // namespace sluice::page
