// SPDX-License-Identifier: Apache-2.0
// Pages: the published documents of the storefront, ready as bytes in each coding: the static pages
// and pictures of page/ and the JSON of the warm activities. The same for everybody, so nothing
// personal can be in them.
// Owner: main.   Threads: publish and begin by main and by desks, one at a time; find and item by
//   the doors, without a lock: each door has a shelf of its own that only it touches; a publication
//   is posted to every door, so a door sees all of it or nothing of it.
// Limits: a document that changed is kept until shutdown, because a slow client may still be taking
//   its bytes; one that did not change is neither made again nor replaced.
// Order: a publication takes a number before what it shows is read. One with a lower number than
//   the last never replaces it, neither at the doors nor in the folder.
// Fails: a publication that cannot be written to the folder is an error; the doors have it anyway.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "activity/activity.h"
#include "api/compress.h"
#include "api/images.h"
#include "api/publish_folder.h"
#include "api/tag_folder.h"
#include "base/id.h"
#include "base/result.h"
#include "http/exchange.h"
#include "http/request.h"
#include "http/response.h"
#include "page/page.h"

namespace sluice::api {

struct App;

/// Compressed, a page of more does not come with the first ten packets of a new connection.
inline constexpr std::size_t kPageBytesMax = 14 * 1024;

/// Each limit has its reason in conf/sluice.toml.
struct PublishOptions {
    /// The folder that a web server or a CDN in front takes the same pages from; "" for none.
    std::string publish_dir = {};
    std::string image_dir = {};    ///< where the pictures below /images/ are; "" for none
    std::uint32_t page_ttl_s = 3;  ///< how long a cache may keep a page without asking
};

/// One published document in one coding, and its two answers.
struct Form {
    std::string etag;  ///< quoted; "": it is not there in this coding
    http::Prepared fresh;
    http::Prepared not_modified;  ///< 304; where `fresh` is no 200, the same as that
};
struct Document {
    std::array<Form, 3> forms;  ///< by Coding
    [[nodiscard]] const Form& plain() const { return forms[0]; }
    /// The form in this coding, or the plain one.
    [[nodiscard]] const Form& form(Coding coding) const {
        const Form& wanted = forms[static_cast<std::size_t>(coding)];
        return wanted.etag.empty() ? plain() : wanted;
    }
};

/// One that belongs to no publication. `content_type` is one of those that are published, the ETag
/// is made from the bytes.
[[nodiscard]] std::shared_ptr<const Document> document_of(std::string_view content_type,
                                                          std::string_view body,
                                                          std::string_view cache_control);

class Pages {
   public:
    explicit Pages(PublishOptions options = {});
    ~Pages();
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    /// Before the doors start.
    void attach(const std::vector<http::Door*>& doors);

    /// A publication "as of now" replaces every other.
    static constexpr std::uint64_t kNow = ~std::uint64_t{0};
    /// Begins a publication: to be called before what is published is read. Its number orders those
    /// that two desks make at the same time, for what was read later is never older.
    [[nodiscard]] std::uint64_t begin();
    /// What goes to the folder besides the pages.
    struct Extra {
        std::vector<TaggedItem> tagged;
        std::vector<std::string> purge_also;  ///< addresses
    };
    /// Publishes exactly this, and of rehearsals nothing. One whose number is lower than that of
    /// another that is published already does nothing: a late one cannot revive what is old.
    [[nodiscard]] base::Result<Published> publish(page::Shop shop, std::uint64_t as_of = kNow,
                                                  const Extra& extra = {});

    /// The ETag of the document at `path` as every door has it now, "" where it has none. Asks the
    /// doors and waits for them: desks only. unavailable: one did not answer.
    [[nodiscard]] base::Result<std::vector<std::string>> etags(const std::string& path) const;

    struct Rendered {
        std::vector<page::Page> pages;  ///< and pictures
        std::vector<LostImage> lost;
    };
    /// What would be published of this shop now; takes out what is hidden.
    [[nodiscard]] Rendered render(page::Shop& shop) const;

    /// The pictures of this shop as they would be published now; the address of one that would not
    /// is taken out.
    [[nodiscard]] Images images(page::Shop& shop) const;
    /// The one at `/images/<name>`, or why there is none.
    [[nodiscard]] base::Result<page::Page> image(const std::string& path) const;

    // On door number `door` only.
    /// The document at this address, without query; nullptr if there is none. Valid until shutdown.
    [[nodiscard]] const Document* find(std::uint32_t door, std::string_view path) const noexcept;
    /// An item that was given to publish(), also of a rehearsal; or nullptr. Valid until the
    /// handler returns.
    [[nodiscard]] const activity::Item* item(std::uint32_t door, base::ItemId id) const noexcept;

   private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

/// Which pages a person wants purged everywhere, though nothing of them changed. With `purge` and
/// none of the ids: all.
struct PublishScope {
    bool purge = false;
    base::ActivityId activity;
    base::ItemId item;
    base::SkuId sku;
};

/// Publishes every activity that is warm, with what the edge routes here. Waits for the store.
[[nodiscard]] base::Result<Published> publish_pages(App& app, const PublishScope& scope);

/// These activities with what the catalogue says of their skus.
[[nodiscard]] page::Shop shop_of(App& app, std::vector<activity::Activity> activities);
/// All that is warm, as the stores have it now.
[[nodiscard]] base::Result<page::Shop> warm_shop(App& app);

/// Answers with the document in the best coding that the client takes, or 304 if the client has it.
/// It must outlive the connection. Never allocates.
void send_document(const Document& document, const http::Request& request,
                   http::Exchange& exchange);
/// Likewise with a published one; `path` is looked up as it is.
/// False if there is no such document: then nothing is sent.
bool send_document(const Pages& pages, std::string_view path, const http::Request& request,
                   http::Exchange& exchange);

/// True if `if_none_match` (RFC 9110 section 13.1.2) names `etag`: then the client has it already.
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag) noexcept;

}  // namespace sluice::api
