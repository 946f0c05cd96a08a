// SPDX-License-Identifier: Apache-2.0
#include "api/activities.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/money.h"
#include "base/text.h"
#include "base/time.h"

namespace sluice::api {

namespace {

void append_item(std::string& out, const activity::Item& item) {
    fmt::format_to(std::back_inserter(out), R"({{"id":"{}","sku_id":"{}","title":)", item.id.value,
                   item.sku.value);
    base::append_json_string(out, item.title);
    out += R"(,"price":)" + base::to_json(item.price);
    if (item.list_price.amount > 0) out += R"(,"list_price":)" + base::to_json(item.list_price);
    fmt::format_to(std::back_inserter(out),
                   R"(,"limit_per_user":{},"entry":"{}","pay_window_s":{}}})", item.limit_per_user,
                   to_text(item.entry), item.pay_window.ms / 1000);
}

void append_activity(std::string& out, const activity::Activity& activity, bool described) {
    fmt::format_to(std::back_inserter(out), R"({{"id":"{}","name":)", activity.id.value);
    base::append_json_string(out, activity.name);
    if (described) {
        out += R"(,"description":)";
        base::append_json_string(out, activity.description);
    }
    fmt::format_to(std::back_inserter(out), R"(,"starts_at":"{}","ends_at":"{}","items":[)",
                   base::to_rfc3339(activity.starts_at), base::to_rfc3339(activity.ends_at));
    for (std::size_t i = 0; i < activity.items.size(); ++i) {
        if (i > 0) out += ',';
        append_item(out, activity.items[i]);
    }
    out += "]}";
}

}  // namespace

std::string activity_json(const activity::Activity& activity) {
    std::string out;
    append_activity(out, activity, true);
    return out;
}

std::string activities_json(const std::vector<activity::Activity>& activities) {
    std::vector<const activity::Activity*> sorted;
    for (const activity::Activity& activity : activities) sorted.push_back(&activity);
    std::ranges::stable_sort(sorted, {}, [](const auto* activity) { return activity->ends_at; });
    std::string out = R"({"data":[)";
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (i > 0) out += ',';
        append_activity(out, *sorted[i], false);
    }
    return out + "]}";
}

}  // namespace sluice::api
