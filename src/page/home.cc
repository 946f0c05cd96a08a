// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "page/content.h"
#include "page/script.h"

namespace sluice::page {

namespace {

std::string part(std::string_view phase) {
    return fmt::format(
        "<section id=\"{0}-part\" hidden><h2 data-t=\"{0}\"></h2>"
        "<ul id=\"{0}\"></ul></section>\n",
        phase);
}

std::string card(const activity::Activity& activity) {
    return fmt::format(
        "<li data-starts=\"{}\" data-ends=\"{}\"><h3><a href=\"/activities/{}\">{}</a></h3>"
        "<p class=\"quiet\">{} – {}</p></li>\n",
        activity.starts_at.ms, activity.ends_at.ms, activity.id.value, base::to_html(activity.name),
        time_element(activity.starts_at), time_element(activity.ends_at));
}

}  // namespace

Content home(const std::vector<activity::Activity>& activities) {
    std::vector<const activity::Activity*> sorted;
    for (const activity::Activity& activity : activities) sorted.push_back(&activity);
    std::ranges::sort(sorted, {}, [](const activity::Activity* activity) {
        return std::tuple(activity->starts_at, activity->id);
    });
    Content content;
    content.path = "/";
    content.title = "Sluice";
    content.main = "<h1 data-t=\"shows\"></h1>\n<p id=\"empty\" data-t=\"empty\" hidden></p>\n";
    content.main += part("live") + part("soon") + part("past");
    content.main += "<ul id=\"all\">\n";
    for (const activity::Activity* activity : sorted) content.main += card(*activity);
    content.main += "</ul>\n";
    content.script = home_script();
    return content;
}

}  // namespace sluice::page
