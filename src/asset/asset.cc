// SPDX-License-Identifier: Apache-2.0
#include "asset/asset.h"

#include <algorithm>

namespace sluice::asset {

const Asset* find(std::string_view name) noexcept {
    const std::span<const Asset> assets = all();
    const auto found = std::ranges::lower_bound(assets, name, {}, &Asset::name);
    return found != assets.end() && found->name == name ? &*found : nullptr;
}

}  // namespace sluice::asset
