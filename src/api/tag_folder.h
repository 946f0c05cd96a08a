// SPDX-License-Identifier: Apache-2.0
// Tag folder: which skus the edge routes to this sale, as files that a web server finds at once,
// without a restart or a reload (docs/decisions/0013-a-tag-is-a-file.md).
//
//   tags/items/12          there while item 12 has a traffic tag; its text is the tag
//   tags/skus/P-9-1.tag    a link to ../items/12: the item that the shop's sku P-9-1 leads to
//   tags.json              {"tags":[{"sku","item_id","tag","path","ends_at","routed"}]}, for others
//
// Threads: as publish_folder.h.   Not here: who sets a tag (api/admin/traffic_tags.cc).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::api {

/// A published item with a traffic tag.
struct TaggedItem {
    base::ItemId item;
    std::string sku;  ///< the shop's code; "": it leads nowhere, as that of a rehearsal
    std::string tag;
    base::Instant ends_at;
    bool over = false;    ///< its sale is: by the clock, or ended by hand
    bool routed = false;  ///< the sku leads to this item
};

/// Lets each sku lead to one item: of those whose sale is not over the one that is over first.
void choose_routes(std::vector<TaggedItem>& tagged);

/// Makes the folder say exactly this.
[[nodiscard]] base::Result<void> write_tags(const std::filesystem::path& folder,
                                            const std::vector<TaggedItem>& tagged);

}  // namespace sluice::api
