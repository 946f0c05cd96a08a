// SPDX-License-Identifier: Apache-2.0
#include "api/pages.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
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

// A page may be a little old: the countdown and the state come from /v1. A cache in front keeps it
// longer, because it is told what to purge (publish_folder.h).
constexpr std::string_view kPageCache = "public, max-age=5, s-maxage=30, stale-while-revalidate=60";
constexpr std::string_view kJsonCache = "public, max-age=3";
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
    std::uint64_t as_of = 0;
    Documents documents;
    std::unordered_map<std::uint32_t, activity::Item> items;
};

/// What one door serves; touched by that door only.
struct Shelf {
    std::shared_ptr<const Publication> current;
    std::uint64_t newest = 0;  // as_of of what was adopted, kNow apart
    Documents documents;
    std::vector<DocumentRef> retired;

    void adopt(std::shared_ptr<const Publication> next) {
        if (next->as_of < newest) return;
        if (next->as_of != Pages::kNow) newest = next->as_of;
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

base::Result<void> Pages::publish(std::vector<activity::Activity> activities, std::uint64_t as_of) {
    auto publication = std::make_shared<Publication>();
    publication->as_of = as_of;
    for (const activity::Activity& activity : activities)
        for (const activity::Item& item : activity.items)
            publication->items.emplace(item.id.value, item);
    // A rehearsal has no page and is in no list; only its items are known, for what orders show.
    std::erase_if(activities, [](const auto& activity) { return activity.rehearsal; });
    const std::vector<page::Page> pages = page::render(activities);
    add_documents(*publication, activities, pages);
    if (inside_->doors.empty()) inside_->shelves.front().adopt(publication);
    for (std::size_t i = 0; i < inside_->doors.size(); ++i)
        inside_->doors[i]->post([this, i, publication] { inside_->shelves[i].adopt(publication); });
    if (inside_->publish_dir.empty()) return {};
    return write_folder(inside_->publish_dir, pages);
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

base::Result<void> publish_warm(App& app) {
    constexpr std::size_t kPageSize = 100;
    // Read before the store is asked: what is warm by then is in the answer.
    const std::uint64_t as_of = app.turnstile.durable_seq();
    std::vector<base::ActivityId> warm;
    warm.reserve(sale::kItemsMax);  // here, because nothing is allocated under the lock
    const auto copy = [&](const sale::Sale& sale) {
        for (const sale::OpenedActivity& opened : sale.activities())
            warm.push_back(opened.terms.id);
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
            if (std::ranges::binary_search(warm, activity.id))
                published.push_back(std::move(activity));
        }
        if (page->size() < kPageSize) break;
    }
    return app.pages.publish(std::move(published), as_of);
}

}  // namespace sluice::api
