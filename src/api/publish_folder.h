// SPDX-License-Identifier: Apache-2.0
// Publish folder: the same pages as files, for a web server or a CDN in front, with a manifest and
// the list of addresses that must be purged.   Threads: any that may wait for the disk; one at a
// time (Pages sees to that).
//
//   index.html  orders.html  items/12.html  images/mug.svg …   each written beside its place and
//                                                              renamed into it
//   index.html.gz  index.html.br …   the same, compressed, where that is smaller
//   later.html       to be shown while the server cannot be reached
//   404.html         to be shown where there is nothing; as later.html it is at no address there
//   purge.txt        "<edition> <address>" of each page that changed, was taken away, or had to be
//                    purged again; oldest first, the newest kPurgeLinesMax of them
//   manifest.json    {"edition","pages":[{"path","file","etag","content_type","cache_control",
//                    "bytes"}]}; the edition grows with each publication
//   tags/, tags.json                             what the edge routes here: api/tag_folder.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "api/tag_folder.h"
#include "base/result.h"
#include "page/page.h"

namespace sluice::api {

/// A reader that is further behind purges everything.
inline constexpr std::size_t kPurgeLinesMax = 5'000;

/// What a publication did to the folder.
struct Published {
    std::uint64_t edition = 0;        ///< of the manifest; 0: there is no folder
    std::vector<std::string> purged;  ///< addresses, as in purge.txt
    bool overtaken = false;           ///< nothing was done: something newer is published
};

/// A page with its other forms.
struct FolderPage {
    const page::Page& page;
    std::string_view gzip;  ///< "" where it would not be smaller
    std::string_view brotli;
    std::string_view cache_control;
};

/// The file of a page, relative to the folder: "/" is index.html, "/items/12" is items/12.html,
/// "/images/mug.svg" is images/mug.svg.
[[nodiscard]] std::string file_of(std::string_view path);

/// Replaces what is published: the pages, then what is routed here, then the purge list, and the
/// manifest last, so that what an error or a crash left undone is done and purged by the next call.
/// Each file is whole at any moment, old or new. `purge_also` are purged in any case.
[[nodiscard]] base::Result<Published> write_folder(const std::filesystem::path& folder,
                                                   const std::vector<FolderPage>& pages,
                                                   const std::vector<TaggedItem>& tagged = {},
                                                   const std::vector<std::string>& purge_also = {});

}  // namespace sluice::api
