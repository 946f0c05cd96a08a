// SPDX-License-Identifier: Apache-2.0
#include "api/tag_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <tuple>

#include "api/replace_file.h"
#include "base/text.h"

namespace sluice::api {

namespace fs = std::filesystem;

namespace {

std::string json_of(const std::vector<TaggedItem>& tagged) {
    std::string out = R"({"tags":[)";
    for (const TaggedItem& one : tagged) {
        out += &one == tagged.data() ? R"({"sku":)" : R"(,{"sku":)";
        base::append_json_string(out, one.sku);
        out += fmt::format(R"(,"item_id":"{}","tag":)", one.item.value);
        base::append_json_string(out, one.tag);
        out += fmt::format(R"(,"path":"/items/{}","ends_at":"{}","routed":{}}})", one.item.value,
                           base::to_rfc3339(one.ends_at), one.routed);
    }
    return out + "]}\n";
}

}  // namespace

void choose_routes(std::vector<TaggedItem>& tagged) {
    std::ranges::sort(tagged, {}, [](const TaggedItem& one) {
        return std::tuple(one.sku, one.ends_at, one.item);
    });
    const std::string* routed = nullptr;
    for (TaggedItem& one : tagged) {
        const bool taken = routed != nullptr && *routed == one.sku;
        one.routed = !one.sku.empty() && !taken && !one.over;
        if (one.routed) routed = &one.sku;
    }
}

// An item is let in before its sku leads to it, and the other way round when it goes.
base::Result<void> write_tags(const fs::path& folder, const std::vector<TaggedItem>& tagged) {
    const fs::path items = folder / "tags" / "items";
    const fs::path skus = folder / "tags" / "skus";
    std::set<std::string> item_names, sku_names;
    for (const TaggedItem& one : tagged) {
        const std::string name = base::to_text(one.item);
        item_names.insert(name);
        const std::string text = one.tag + "\n";
        if (read_whole(items / name) == text) continue;
        if (auto done = replace_file(items / name, text); !done) return done;
    }
    for (const TaggedItem& one : tagged) {
        if (!one.routed) continue;
        const std::string name = one.sku + ".tag";  // a code may be "..", and this may not
        sku_names.insert(name);
        const fs::path target = fs::path("..") / "items" / base::to_text(one.item);
        std::error_code none;
        if (fs::read_symlink(skus / name, none) == target) continue;
        if (auto done = replace_link(skus / name, target); !done) return done;
    }
    if (auto done = keep_only(skus, sku_names); !done) return done;
    if (auto done = keep_only(items, item_names); !done) return done;
    const std::string json = json_of(tagged);
    if (read_whole(folder / "tags.json") == json) return {};
    return replace_file(folder / "tags.json", json);
}

}  // namespace sluice::api
