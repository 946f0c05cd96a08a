// SPDX-License-Identifier: Apache-2.0
// Images: the pictures of products that are published beside the pages, from a folder that the
// operator fills.   Threads: any that may wait for the disk.
// Limits: kImageBytesMax for each, so that a page with its picture is there at once.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/sentence.h"
#include "page/page.h"

namespace sluice::api {

inline constexpr std::size_t kImageBytesMax = 60 * 1024;

/// A picture that a sku should have and cannot be published.
struct LostImage {
    base::SkuId sku;
    std::string path;  ///< as the catalogue has it
    base::Sentence why;
};

struct Images {
    std::vector<page::Page> pages;
    std::vector<LostImage> lost;  ///< one for each sku
};

/// The picture at `/images/<name>`, or why there is none that can be published.
[[nodiscard]] base::Result<page::Page> read_image(const std::filesystem::path& folder,
                                                  const std::string& path);

/// Reads the pictures whose address in the catalogue is `/images/<name>`, the name of letters,
/// digits and . _ - with an ending that says what it is (svg webp avif png jpg jpeg). One that is
/// missing, too long or of another kind is lost, and its product shown without a picture: its
/// address is taken out of `shop`. Addresses elsewhere are left as they are.
[[nodiscard]] Images read_images(const std::filesystem::path& folder, page::Shop& shop);

}  // namespace sluice::api
