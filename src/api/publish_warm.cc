// SPDX-License-Identifier: Apache-2.0
// Publishes what is warm: reads it from the sale and the stores, and hands it to Pages.
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/app.h"
#include "api/pages.h"
#include "base/sentences.h"

namespace sluice::api {

namespace {

/// One that is warm.
struct Warm {
    base::ActivityId id;
    bool over = false;
    base::Instant closes_at;
};
using WarmIds = std::vector<Warm>;  // sorted

/// Every activity that is warm, as it is stored now, oldest last.
base::Result<std::vector<activity::Activity>> warm_activities(App& app, WarmIds& warm) {
    constexpr std::size_t kPageSize = 100;
    warm.reserve(sale::kItemsMax);  // here, because nothing is allocated under the lock
    const base::Instant now = app.clock.now();
    const auto copy = [&](const sale::Sale& sale) {
        for (const sale::OpenedActivity& opened : sale.activities())
            warm.push_back({opened.terms.id,
                            sale::Sale::phase(opened, now) == activity::State::ended,
                            opened.closes_at()});
    };
    app.turnstile.look(std::cref(copy));
    std::ranges::sort(warm, {}, &Warm::id);

    std::vector<activity::Activity> published;
    base::ActivityId before;
    for (;;) {
        auto page = app.activities.activities(before, kPageSize);
        if (!page) return std::unexpected(page.error());
        for (activity::Activity& activity : *page) {
            before = activity.id;
            const auto found = std::ranges::lower_bound(warm, activity.id, {}, &Warm::id);
            if (found == warm.end() || found->id != activity.id) continue;
            // Also where an operator ended it: its page does not ask the clock any more.
            if (found->over) activity.state = activity::State::ended;
            activity.ends_at = found->closes_at;
            published.push_back(std::move(activity));
        }
        if (page->size() < kPageSize) break;
    }
    return published;
}

base::Result<std::vector<TaggedItem>> tagged_items(
    App& app, const std::vector<activity::Activity>& activities, const WarmIds& warm) {
    std::vector<TaggedItem> tagged;
    for (const activity::Activity& activity : activities) {
        const auto known = std::ranges::lower_bound(warm, activity.id, {}, &Warm::id);
        for (const activity::Item& item : activity.items) {
            if (item.traffic_tag.empty()) continue;
            TaggedItem one;
            one.item = item.id;
            one.tag = item.traffic_tag;
            one.ends_at = activity.ends_at;
            one.over = known->over;
            if (!activity.rehearsal) {  // a rehearsal is let in, but no customer is led to it
                auto sku = app.catalog.sku(item.sku);
                if (!sku) return std::unexpected(sku.error());
                one.sku = std::move(sku->code);
            }
            tagged.push_back(std::move(one));
        }
    }
    choose_routes(tagged);
    return tagged;
}

/// A sku or product that cannot be read is shown without picture and description.
std::map<base::SkuId, page::Presentation> presentations(
    App& app, const std::vector<activity::Activity>& activities) {
    std::map<base::SkuId, page::Presentation> found;
    std::map<base::ProductId, page::Presentation> products;
    for (const activity::Activity& activity : activities) {
        for (const activity::Item& item : activity.items) {
            if (found.contains(item.sku)) continue;
            const auto sku = app.catalog.sku(item.sku);
            if (!sku) continue;
            auto known = products.find(sku->product);
            if (known == products.end()) {
                const auto product = app.catalog.product(sku->product);
                if (!product) continue;
                known = products
                            .emplace(sku->product,
                                     page::Presentation{product->image_url, product->description})
                            .first;
            }
            found.emplace(item.sku, known->second);
        }
    }
    return found;
}

/// Addresses of all pages that `scope` is about.
std::vector<std::string> addresses_of(const std::vector<activity::Activity>& activities,
                                      const PublishScope& scope) {
    std::vector<std::string> addresses;
    if (!scope.purge) return addresses;
    const bool all = !scope.activity && !scope.item && !scope.sku;
    if (all) addresses = {"/", "/orders", "/account"};
    for (const activity::Activity& activity : activities) {
        if (activity.rehearsal) continue;  // has no page
        const bool whole = all || activity.id == scope.activity;
        if (whole) addresses.push_back("/activities/" + base::to_text(activity.id));
        for (const activity::Item& item : activity.items)
            if (whole || item.id == scope.item || item.sku == scope.sku)
                addresses.push_back("/items/" + base::to_text(item.id));
    }
    return addresses;
}

base::Result<Published> publish_once(App& app, const PublishScope& scope) {
    // Before the store and the sale are asked: what was changed by then is in this publication.
    const std::uint64_t as_of = app.pages.begin();
    WarmIds warm;
    auto activities = warm_activities(app, warm);
    if (!activities) return std::unexpected(activities.error());
    auto tagged = tagged_items(app, *activities, warm);
    if (!tagged) return std::unexpected(tagged.error());
    const Pages::Extra extra{std::move(*tagged), addresses_of(*activities, scope)};
    if (scope.purge && extra.purge_also.empty())
        return base::failure(base::ErrorCode::not_found, base::say("nothing_published"));
    return app.pages.publish(shop_of(app, std::move(*activities)), as_of, extra);
}

}  // namespace

page::Shop shop_of(App& app, std::vector<activity::Activity> activities) {
    page::Shop shop;
    shop.skus = presentations(app, activities);
    shop.activities = std::move(activities);
    shop.public_url = app.options.public_url;
    return shop;
}

base::Result<page::Shop> warm_shop(App& app) {
    WarmIds warm;
    auto activities = warm_activities(app, warm);
    if (!activities) return std::unexpected(activities.error());
    return shop_of(app, std::move(*activities));
}

// Who was overtaken may have had something to purge. It cannot go on for ever: of those who try at
// the same time one always gets through.
base::Result<Published> publish_pages(App& app, const PublishScope& scope) {
    auto published = publish_once(app, scope);
    while (published && published->overtaken) published = publish_once(app, scope);
    return published;
}

base::Result<void> publish_warm(App& app) {
    if (auto published = publish_pages(app, {}); !published)
        return std::unexpected(published.error());
    return {};
}

}  // namespace sluice::api
