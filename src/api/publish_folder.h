// SPDX-License-Identifier: Apache-2.0
// Publish folder: the same pages as files, for a web server or a CDN in front, with a manifest and
// the list of addresses that must be purged.   Threads: any that may wait for the disk.
//
//   index.html  orders.html  items/12.html …     each written beside its place and renamed into it
//   manifest.json    {"pages":[{"path","file","etag","content_type","bytes"}]}
//   purge.txt        addresses whose bytes changed since the manifest before, one a line
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "page/page.h"

namespace sluice::api {

/// The file of a page, relative to the folder: "/" is index.html, "/items/12" is items/12.html.
[[nodiscard]] std::string file_of(std::string_view path);

/// Writes all pages, then the manifest, then the purge list. After an error the files that exist
/// are whole, old or new.
[[nodiscard]] base::Result<void> write_folder(const std::filesystem::path& folder,
                                              const std::vector<page::Page>& pages);

}  // namespace sluice::api
