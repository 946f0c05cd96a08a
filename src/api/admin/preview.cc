// SPDX-License-Identifier: Apache-2.0
// Preview: the page of an activity or item as the storefront would have it, with its pictures,
// before it is published, and at a time that the person chooses. The page's script reads that time
// from `now` among the page's data instead of asking the server for its clock. The page says that
// it is a preview, and nothing on it can be pressed.
#include <algorithm>
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/handlers.h"
#include "api/pages.h"
#include "catalog/fields.h"
#include "page/page.h"

namespace sluice::api::admin {

namespace {

constexpr std::int64_t kLatestMs = 3'786'912'000'000;
constexpr std::size_t kActivitiesPerRead = 100;
constexpr std::string_view kPlace = "/admin/v1/preview";
constexpr std::string_view kImages = "/images/";

/// `content_type` is a literal: the answer keeps a view.
Response answer_of(page::Page page, std::string_view content_type) {
    Response response;
    response.status = 200;
    response.content_type = content_type;
    response.headers = std::move(page.headers);
    response.add_header("Cache-Control", "no-store");
    response.add_header("X-Robots-Tag", "noindex");
    response.body = std::move(page.body);
    return response;
}

Response preview(App& app, const Request& request, const activity::Activity& activity,
                 const std::string& path) {
    std::int64_t at_ms = activity.starts_at.ms;
    if (const auto text = request.query_value("at_ms"); text && !text->empty()) {
        const auto ms = base::parse_number(*text, kLatestMs);
        if (!ms) return http::invalid("?at_ms must be milliseconds since 1970.");
        at_ms = static_cast<std::int64_t>(*ms);
    }
    page::Shop shop = shop_of(app, {activity});
    shop.preview_at = base::Instant{at_ms};
    static_cast<void>(app.pages.images(shop));  // one that cannot be published is not shown either
    for (auto& [sku, shown] : shop.skus)
        if (shown.image_url.starts_with(kImages)) shown.image_url.insert(0, kPlace);
    std::vector<page::Page> pages = page::render(shop);
    const auto found = std::ranges::find(pages, path, &page::Page::path);
    if (found == pages.end()) return http::not_found();
    return answer_of(std::move(*found), "text/html; charset=utf-8");
}

}  // namespace

Response preview_activity(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    const auto found = app.activities.activity(*id);
    if (!found) return problem_of(found.error());
    return preview(app, request, *found, "/activities/" + base::to_text(*id));
}

Response preview_item(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ItemId>(request);
    if (!id) return http::not_found();
    for (base::ActivityId before;;) {
        const auto part = app.activities.activities(before, kActivitiesPerRead);
        if (!part) return problem_of(part.error());
        for (const activity::Activity& activity : *part) {
            before = activity.id;
            if (std::ranges::find(activity.items, *id, &activity::Item::id) != activity.items.end())
                return preview(app, request, activity, "/items/" + base::to_text(*id));
        }
        if (part->size() < kActivitiesPerRead) return http::not_found();
    }
}

Response preview_image(App& app, const Request& request, const Caller&) {
    auto found = app.pages.image(std::string(kImages) + std::string(request.params[0]));
    if (!found) return http::not_found(found.error().sentence);
    return answer_of(std::move(*found), catalog::image_type_of(request.params[0]));
}

}  // namespace sluice::api::admin
