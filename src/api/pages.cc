// SPDX-License-Identifier: Apache-2.0
#include "api/pages.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "api/activities.h"
#include "api/app.h"
#include "api/publish_folder.h"
#include "base/check.h"
#include "base/secret.h"
#include "page/page.h"

namespace sluice::api {

namespace {

// Short, because nobody is told what to purge of it.
constexpr std::string_view kJsonCache = "public, max-age=1, stale-if-error=86400";
constexpr std::string_view kNotFoundPath = "/404";

using DocumentRef = std::shared_ptr<const Document>;

/// Lets a map of strings be searched with a string_view, without making a string.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};
using Documents = std::unordered_map<std::string, DocumentRef, TextHash, std::equal_to<>>;

/// What is posted to every door.
struct Publication {
    Documents documents;
    std::unordered_map<std::uint32_t, activity::Item> items;
};

/// What one door serves; touched by that door only.
struct Shelf {
    std::shared_ptr<const Publication> current;
    Documents documents;
    std::vector<DocumentRef> retired;

    void adopt(std::shared_ptr<const Publication> next) {
        Documents adopted;
        for (const auto& [path, document] : next->documents) {
            const auto old = documents.find(path);
            const bool same = old != documents.end() && old->second->etag == document->etag;
            adopted.emplace(path, same ? old->second : document);
        }
        for (auto& [path, document] : documents) {
            const auto kept = adopted.find(path);
            if (kept == adopted.end() || kept->second != document) retired.push_back(document);
        }
        documents = std::move(adopted);
        current = std::move(next);
    }
};

DocumentRef document_of(int status, std::string_view content_type, const std::string& body,
                        const std::string& etag, std::string_view cache_control,
                        const std::string& headers) {
    http::Response fresh;
    fresh.status = status;
    fresh.content_type = content_type;
    fresh.body = body;
    fresh.headers = headers;
    fresh.add_header("ETag", etag);
    fresh.add_header("Cache-Control", cache_control);
    http::Response not_modified;
    not_modified.status = 304;
    not_modified.add_header("ETag", etag);
    not_modified.add_header("Cache-Control", cache_control);
    return std::make_shared<const Document>(
        Document{etag, http::prepare(fresh), http::prepare(not_modified)});
}

DocumentRef document_of(const page::Page& page) {
    const int status = page.path == kNotFoundPath ? 404 : 200;
    return document_of(status, page.content_type, page.body, page.etag, kPageCache, page.headers);
}

DocumentRef document_of(const std::string& json) {
    const std::string etag = '"' + base::digest_hex(json).substr(0, 32) + '"';
    return document_of(200, "application/json", json, etag, kJsonCache, {});
}

void add_documents(Publication& publication, const std::vector<activity::Activity>& activities,
                   const std::vector<page::Page>& pages) {
    for (const page::Page& page : pages)
        publication.documents.emplace(page.path, document_of(page));
    publication.documents.emplace("/v1/activities", document_of(activities_json(activities)));
    for (const activity::Activity& activity : activities)
        publication.documents.emplace("/v1/activities/" + base::to_text(activity.id),
                                      document_of(activity_json(activity)));
}

}  // namespace

struct Pages::Inside {
    std::string publish_dir;
    std::mutex publishing;  // desks only: the doors never wait for it
    std::uint64_t begun = 0;
    std::uint64_t newest = 0;  // number of what is published, kNow apart
    std::vector<http::Door*> doors;
    std::vector<Shelf> shelves{
        1};  // one for each door; the first also serves before they are known
};

Pages::Pages(std::string publish_dir) : inside_(std::make_unique<Inside>()) {
    inside_->publish_dir = std::move(publish_dir);
}

Pages::~Pages() = default;

void Pages::attach(const std::vector<http::Door*>& doors) {
    CHECK(!doors.empty() && inside_->doors.empty());
    inside_->doors = doors;
    inside_->shelves.resize(doors.size(), Shelf(inside_->shelves.front()));
}

std::uint64_t Pages::begin() {
    const std::lock_guard lock(inside_->publishing);
    return ++inside_->begun;
}

base::Result<Published> Pages::publish(std::vector<activity::Activity> activities,
                                       std::uint64_t as_of, const Extra& extra) {
    auto publication = std::make_shared<Publication>();
    for (const activity::Activity& activity : activities)
        for (const activity::Item& item : activity.items)
            publication->items.emplace(item.id.value, item);
    // A rehearsal has no page and is in no list; only its items are known, for what orders show.
    std::erase_if(activities, [](const auto& activity) { return activity.rehearsal; });
    const std::vector<page::Page> pages = page::render(activities);
    add_documents(*publication, activities, pages);
    const std::lock_guard lock(inside_->publishing);
    if (as_of < inside_->newest) return Published{0, {}, true};
    if (as_of != kNow) inside_->newest = as_of;
    if (inside_->doors.empty()) inside_->shelves.front().adopt(publication);
    for (std::size_t i = 0; i < inside_->doors.size(); ++i)
        inside_->doors[i]->post([this, i, publication] { inside_->shelves[i].adopt(publication); });
    if (inside_->publish_dir.empty()) return Published{};
    return write_folder(inside_->publish_dir, pages, extra.tagged, extra.purge_also);
}

base::Result<std::vector<std::string>> Pages::etags(const std::string& path) const {
    constexpr std::chrono::seconds kPatience{2};  // a door answers in less than a millisecond
    const auto etag_at = [this](std::size_t door, const std::string& at) {
        const Document* document = find(static_cast<std::uint32_t>(door), at);
        return document == nullptr ? std::string() : document->etag;
    };
    if (inside_->doors.empty()) return std::vector{etag_at(0, path)};
    std::vector<std::future<std::string>> asked;
    for (std::size_t i = 0; i < inside_->doors.size(); ++i) {
        auto answer = std::make_shared<std::promise<std::string>>();
        asked.push_back(answer->get_future());
        inside_->doors[i]->post([=] { answer->set_value(etag_at(i, path)); });
    }
    std::vector<std::string> found;
    for (std::future<std::string>& each : asked) {
        if (each.wait_for(kPatience) != std::future_status::ready)
            return base::failure(base::ErrorCode::unavailable, "A door did not answer in time.");
        found.push_back(each.get());
    }
    return found;
}

const Document* Pages::find(std::uint32_t door, std::string_view path) const noexcept {
    const Documents& documents = inside_->shelves[door].documents;
    const auto found = documents.find(path);
    return found == documents.end() ? nullptr : found->second.get();
}

const activity::Item* Pages::item(std::uint32_t door, base::ItemId id) const noexcept {
    const auto& current = inside_->shelves[door].current;
    if (!current) return nullptr;
    const auto found = current->items.find(id.value);
    return found == current->items.end() ? nullptr : &found->second;
}

bool send_document(const Pages& pages, std::string_view path, const http::Request& request,
                   http::Exchange& exchange) {
    const Document* document = pages.find(exchange.door().index(), path);
    if (document == nullptr) return false;
    const bool known = names_etag(request.header(http::Header::if_none_match), document->etag);
    exchange.send_prepared(known ? document->not_modified : document->fresh);
    return true;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) noexcept {
    if (if_none_match == "*") return true;
    while (!if_none_match.empty()) {
        const std::size_t comma = std::min(if_none_match.find(','), if_none_match.size());
        std::string_view one = if_none_match.substr(0, comma);
        if_none_match.remove_prefix(std::min(comma + 1, if_none_match.size()));
        while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
        while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
        if (one.starts_with("W/")) one.remove_prefix(2);  // a weak comparison is what 304 wants
        if (one == etag) return true;
    }
    return false;
}

namespace {

/// Those that are warm, sorted, and whether their sale is over.
using WarmIds = std::vector<std::pair<base::ActivityId, bool>>;

/// Every activity that is warm, as it is stored now, oldest last.
base::Result<std::vector<activity::Activity>> warm_activities(App& app, WarmIds& warm) {
    constexpr std::size_t kPageSize = 100;
    warm.reserve(sale::kItemsMax);  // here, because nothing is allocated under the lock
    const base::Instant now = app.clock.now();
    const auto copy = [&](const sale::Sale& sale) {
        for (const sale::OpenedActivity& opened : sale.activities())
            warm.emplace_back(opened.terms.id,
                              sale::Sale::phase(opened, now) == activity::State::ended);
    };
    app.turnstile.look(std::cref(copy));
    std::ranges::sort(warm);

    std::vector<activity::Activity> published;
    base::ActivityId before;
    for (;;) {
        auto page = app.activities.activities(before, kPageSize);
        if (!page) return std::unexpected(page.error());
        for (activity::Activity& activity : *page) {
            before = activity.id;
            if (std::ranges::binary_search(warm, activity.id, {}, &WarmIds::value_type::first))
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
        const auto known =
            std::ranges::lower_bound(warm, activity.id, {}, &WarmIds::value_type::first);
        for (const activity::Item& item : activity.items) {
            if (item.traffic_tag.empty()) continue;
            TaggedItem one;
            one.item = item.id;
            one.tag = item.traffic_tag;
            one.ends_at = activity.ends_at;
            one.over = known->second;
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

/// Addresses of all pages that `scope` is about.
std::vector<std::string> addresses_of(const std::vector<activity::Activity>& activities,
                                      const PublishScope& scope) {
    std::vector<std::string> addresses;
    if (!scope.purge) return addresses;
    const bool all = !scope.activity && !scope.item && !scope.sku;
    if (all) addresses = {"/", "/orders", "/404"};
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
        return base::failure(base::ErrorCode::not_found, "Nothing of it is published.");
    return app.pages.publish(std::move(*activities), as_of, extra);
}

}  // namespace

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
