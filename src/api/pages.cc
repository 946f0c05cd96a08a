// SPDX-License-Identifier: Apache-2.0
#include "api/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <iterator>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "api/activities.h"
#include "api/publish_folder.h"
#include "base/check.h"
#include "base/log.h"
#include "base/secret.h"

namespace sluice::api {

namespace {

// Short, because nobody is told what to purge of it. Pictures change with their names.
constexpr std::string_view kJsonCache =
    "public, max-age=1, s-maxage=1, stale-while-revalidate=1, stale-if-error=86400";
constexpr std::string_view kImageCache = "public, max-age=3600";
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
    std::vector<DocumentRef> retired;

    void adopt(std::shared_ptr<const Publication> next) {
        if (current) {
            for (const auto& [path, document] : current->documents) {
                const auto kept = next->documents.find(path);
                if (kept == next->documents.end() || kept->second != document)
                    retired.push_back(document);
            }
        }
        current = std::move(next);
    }
};

/// One document before it is an answer.
struct Draft {
    int status = 200;
    std::string_view content_type;
    std::string_view body;
    std::string_view etag;
    std::string_view cache_control;
    std::string_view headers;
};

/// A literal, because an answer keeps only a view of it.
std::string_view content_type_of(std::string_view text) {
    for (const std::string_view known :
         {"text/html; charset=utf-8", "application/json", "image/svg+xml", "image/webp",
          "image/avif", "image/png", "image/jpeg"})
        if (text == known) return known;
    CHECK(false && "not published");
}

std::string tag_in(std::string_view etag, Coding coding) {
    std::string tag(etag.substr(0, etag.size() - 1));
    if (coding != Coding::plain) tag.append("-").append(to_text(coding));
    return tag + '"';
}

std::string etag_of(std::string_view body) {
    return '"' + base::digest_hex(body).substr(0, 32) + '"';
}

Form form_of(const Draft& draft, std::string body, Coding coding, bool varies) {
    Form form;
    form.etag = tag_in(draft.etag, coding);
    http::Response fresh;
    fresh.status = draft.status;
    fresh.content_type = content_type_of(draft.content_type);
    fresh.body = std::move(body);
    fresh.headers = draft.headers;
    if (coding != Coding::plain) fresh.add_header("Content-Encoding", to_text(coding));
    http::Response not_modified;
    not_modified.status = 304;
    for (http::Response* response : {&fresh, &not_modified}) {
        response->add_header("ETag", form.etag);
        response->add_header("Cache-Control", draft.cache_control);
        if (varies) response->add_header("Vary", "Accept-Encoding");
    }
    form.fresh = http::prepare(fresh);
    // Only what would be 200 can be known already (RFC 9110 section 13.2.1).
    form.not_modified = draft.status == 200 ? http::prepare(not_modified) : form.fresh;
    return form;
}

DocumentRef document_of(const Draft& draft) {
    const bool is_text =
        !draft.content_type.starts_with("image/") || draft.content_type == "image/svg+xml";
    auto document = std::make_shared<Document>();
    for (const Coding coding : {Coding::gzip, Coding::brotli}) {
        std::string body = is_text ? compress(draft.body, coding) : std::string();
        if (body.empty()) continue;
        document->forms[static_cast<std::size_t>(coding)] =
            form_of(draft, std::move(body), coding, true);
    }
    const bool varies = !document->forms[1].etag.empty() || !document->forms[2].etag.empty();
    document->forms[0] = form_of(draft, std::string(draft.body), Coding::plain, varies);
    return document;
}

/// What one publication is put together from: what did not change is taken from the one before.
class Press {
   public:
    Press(Documents& documents, const Publication* before)
        : documents_(documents), before_(before) {}

    void add(std::string path, const Draft& draft) {
        documents_.emplace(path, kept(path, draft.etag));
        DocumentRef& place = documents_.find(path)->second;
        if (!place) place = document_of(draft);
    }

    void add_json(std::string path, const std::string& json) {
        const std::string etag = etag_of(json);
        add(std::move(path), {.content_type = "application/json",
                              .body = json,
                              .etag = etag,
                              .cache_control = kJsonCache,
                              .headers = {}});
    }

   private:
    [[nodiscard]] DocumentRef kept(const std::string& path, std::string_view etag) const {
        if (before_ == nullptr) return nullptr;
        const auto found = before_->documents.find(path);
        if (found == before_->documents.end() || found->second->plain().etag != etag)
            return nullptr;
        return found->second;
    }

    Documents& documents_;
    const Publication* before_;
};

std::string_view cache_of(const page::Page& page, std::string_view page_cache) {
    if (page.path == kNotFoundPath) return "no-store";  // it may be there a moment later
    return page.content_type.starts_with("image/") ? kImageCache : page_cache;
}

void add_documents(Press& press, const page::Shop& shop, const std::vector<page::Page>& pages,
                   std::string_view page_cache) {
    for (const page::Page& page : pages)
        press.add(page.path, {.status = page.path == kNotFoundPath ? 404 : 200,
                              .content_type = page.content_type,
                              .body = page.body,
                              .etag = page.etag,
                              .cache_control = cache_of(page, page_cache),
                              .headers = page.headers});
    press.add_json("/v1/activities", activities_json(shop.activities));
    for (const activity::Activity& activity : shop.activities)
        press.add_json("/v1/activities/" + base::to_text(activity.id), activity_json(activity));
}

}  // namespace

std::shared_ptr<const Document> document_of(std::string_view content_type, std::string_view body,
                                            std::string_view cache_control) {
    const std::string etag = etag_of(body);
    return document_of(Draft{.content_type = content_type,
                             .body = body,
                             .etag = etag,
                             .cache_control = cache_control,
                             .headers = {}});
}

struct Pages::Inside {
    PublishOptions options;
    std::string page_cache;
    std::vector<http::Door*> doors;
    std::vector<Shelf> shelves{
        1};  // one for each door; the first also serves before they are known

    std::mutex publishing;  // over what follows, and for one publication from its start to its end
    std::uint64_t begun = 0;
    std::uint64_t newest = 0;  // number of what is published, kNow apart
    std::shared_ptr<const Publication> last;
    std::map<std::string, std::string> lost;  // pictures and why, as of the last publication

    /// Logs what a publication lost, if the one before it did not, or for another reason.
    void tell(const std::vector<LostImage>& images) {
        std::map<std::string, std::string> now;
        for (const LostImage& image : images) {
            if (!now.emplace(image.path, image.why.text()).second) continue;
            const auto known = lost.find(image.path);
            if (known == lost.end() || known->second != image.why.text())
                base::log_warn(
                    "image_not_published",
                    {{"image", image.path}, {"why", std::string_view(image.why.text())}});
        }
        lost = std::move(now);
    }
};

Pages::Pages(PublishOptions options) : inside_(std::make_unique<Inside>()) {
    // Past its time a page is still better than none: its countdown and its state come from /v1.
    inside_->page_cache = fmt::format(
        "public, max-age={0}, s-maxage={0}, stale-while-revalidate=60, stale-if-error=86400",
        options.page_ttl_s);
    inside_->options = std::move(options);
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

Pages::Rendered Pages::render(page::Shop& shop) const {
    // A rehearsal has no page and is in no list; only its items are known, for what orders show.
    std::erase_if(shop.activities, [](const auto& activity) { return activity.rehearsal; });
    Images images = this->images(shop);
    std::vector<page::Page> pages = page::render(shop);
    std::ranges::move(images.pages, std::back_inserter(pages));
    return {std::move(pages), std::move(images.lost)};
}

Images Pages::images(page::Shop& shop) const {
    return read_images(inside_->options.image_dir, shop);
}

base::Result<page::Page> Pages::image(const std::string& path) const {
    return read_image(inside_->options.image_dir, path);
}

base::Result<Published> Pages::publish(page::Shop shop, std::uint64_t as_of, const Extra& extra) {
    CHECK(!shop.preview_at);
    const std::lock_guard lock(inside_->publishing);
    if (as_of < inside_->newest) return Published{0, {}, true};
    if (as_of != kNow) inside_->newest = as_of;
    auto publication = std::make_shared<Publication>();
    for (const activity::Activity& activity : shop.activities)
        for (const activity::Item& item : activity.items)
            publication->items.emplace(item.id.value, item);
    const auto [pages, lost] = render(shop);
    inside_->tell(lost);
    Press press(publication->documents, inside_->last.get());
    add_documents(press, shop, pages, inside_->page_cache);
    inside_->last = publication;
    if (inside_->doors.empty()) inside_->shelves.front().adopt(publication);
    for (std::size_t i = 0; i < inside_->doors.size(); ++i)
        inside_->doors[i]->post([this, i, publication] { inside_->shelves[i].adopt(publication); });
    if (inside_->options.publish_dir.empty()) return Published{};
    std::vector<FolderPage> files;
    for (const page::Page& page : pages) {
        const Document& document = *publication->documents.find(page.path)->second;
        files.push_back({page, document.forms[1].fresh.body, document.forms[2].fresh.body,
                         cache_of(page, inside_->page_cache)});
    }
    return write_folder(inside_->options.publish_dir, files, extra.tagged, extra.purge_also);
}

base::Result<std::vector<std::string>> Pages::etags(const std::string& path) const {
    constexpr std::chrono::seconds kPatience{2};  // a door answers in less than a millisecond
    const auto etag_at = [this](std::size_t door, const std::string& at) {
        const Document* document = find(static_cast<std::uint32_t>(door), at);
        return document == nullptr ? std::string() : document->plain().etag;
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
    const auto& current = inside_->shelves[door].current;
    if (!current) return nullptr;
    const auto found = current->documents.find(path);
    return found == current->documents.end() ? nullptr : found->second.get();
}

const activity::Item* Pages::item(std::uint32_t door, base::ItemId id) const noexcept {
    const auto& current = inside_->shelves[door].current;
    if (!current) return nullptr;
    const auto found = current->items.find(id.value);
    return found == current->items.end() ? nullptr : &found->second;
}

void send_document(const Document& document, const http::Request& request,
                   http::Exchange& exchange) {
    const Form& form = document.form(coding_for(request.header(http::Header::accept_encoding)));
    const bool known = names_etag(request.header(http::Header::if_none_match), form.etag);
    exchange.send_prepared(known ? form.not_modified : form.fresh);
}

bool send_document(const Pages& pages, std::string_view path, const http::Request& request,
                   http::Exchange& exchange) {
    const Document* document = pages.find(exchange.door().index(), path);
    if (document == nullptr) return false;
    send_document(*document, request, exchange);
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

}  // namespace sluice::api
