// SPDX-License-Identifier: Apache-2.0
// Asset: the files of web/, built, and the pages of tools/problem_pages, compressed and put into
// the program by tools/embed.
// Owner: the program itself; all views are valid for the whole run.   Threads: any.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace sluice::asset {

struct Asset {
    std::string_view name;          ///< "console/index.html", "problems/busy.html"
    std::string_view content_type;  ///< for the header of the same name
    std::string_view etag;          ///< quoted, from the bytes
    std::string_view bytes;
    std::string_view gzip;  ///< the same, compressed; empty where that would not be smaller
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const Asset> all() noexcept;

/// The file of this name, or nullptr.
[[nodiscard]] const Asset* find(std::string_view name) noexcept;

}  // namespace sluice::asset
