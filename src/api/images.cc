// SPDX-License-Identifier: Apache-2.0
#include "api/images.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/result.h"
#include "base/sentences.h"
#include "catalog/fields.h"

namespace sluice::api {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "/images/";

base::Result<std::string> read_file(const fs::path& file) {
    std::error_code failed;
    const auto size = fs::is_regular_file(file, failed) ? fs::file_size(file, failed) : 0;
    if (failed || size == 0)
        return base::failure(base::ErrorCode::not_found, base::say("picture_not_there"));
    if (size > kImageBytesMax)
        return base::failure(base::ErrorCode::invalid,
                             base::say("picture_too_long", kImageBytesMax / 1024));
    std::ifstream in(file, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (bytes.size() != size)
        return base::failure(base::ErrorCode::unavailable, base::say("picture_unreadable"));
    return bytes;
}

}  // namespace

base::Result<page::Page> read_image(const fs::path& folder, const std::string& path) {
    const std::string_view name = std::string_view(path).substr(kPrefix.size());
    const std::string_view type = catalog::image_type_of(name);
    if (type.empty())
        return base::failure(base::ErrorCode::invalid, base::say("picture_of_no_kind"));
    if (folder.empty())
        return base::failure(base::ErrorCode::not_found, base::say("picture_no_folder"));
    auto bytes = read_file(folder / name);
    if (!bytes) return std::unexpected(bytes.error());
    return page::image(path, std::string(type), std::move(*bytes));
}

Images read_images(const fs::path& folder, page::Shop& shop) {
    Images images;
    for (auto& [sku, shown] : shop.skus) {
        if (!shown.image_url.starts_with(kPrefix)) continue;
        if (std::ranges::find(images.pages, shown.image_url, &page::Page::path) !=
            images.pages.end())
            continue;
        auto image = read_image(folder, shown.image_url);
        if (image) {
            images.pages.push_back(std::move(*image));
        } else {
            images.lost.push_back(
                {sku, std::exchange(shown.image_url, {}), image.error().sentence});
        }
    }
    return images;
}

}  // namespace sluice::api
