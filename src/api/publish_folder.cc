// SPDX-License-Identifier: Apache-2.0
#include "api/publish_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <map>
#include <system_error>

#include "api/replace_file.h"
#include "base/text.h"

namespace sluice::api {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kImages = "/images/";

/// What the manifest that is there says. A missing or damaged one is empty: all is purged.
struct Manifest {
    std::uint64_t edition = 0;
    std::map<std::string, std::string, std::less<>> etags;  ///< by path
};

Manifest read_manifest(const fs::path& file) {
    namespace json = boost::json;
    Manifest manifest;
    json::error_code failed;
    const json::value value = json::parse(read_whole(file), failed);
    if (failed || !value.is_object()) return manifest;
    if (const json::value* edition = value.get_object().if_contains("edition"))
        manifest.edition = edition->to_number<std::uint64_t>(failed);  // 0 if it is none
    const json::value* pages = value.get_object().if_contains("pages");
    if (pages == nullptr || !pages->is_array()) return manifest;
    for (const json::value& page : pages->get_array()) {
        if (!page.is_object()) continue;
        const json::value* path = page.get_object().if_contains("path");
        const json::value* etag = page.get_object().if_contains("etag");
        if (path != nullptr && path->is_string() && etag != nullptr && etag->is_string())
            manifest.etags.emplace(path->get_string(), etag->get_string());
    }
    return manifest;
}

/// The edition of the newest line; it counts on if the manifest was lost.
std::uint64_t last_edition(std::string_view purge_list) {
    if (purge_list.empty()) return 0;
    purge_list.remove_suffix(1);
    std::uint64_t edition = 0;
    const std::string_view line = purge_list.substr(purge_list.rfind('\n') + 1);
    std::from_chars(line.data(), line.data() + line.size(), edition);
    return edition;
}

std::string manifest_of(std::uint64_t edition, const std::vector<FolderPage>& pages) {
    std::string out =
        fmt::format(R"({{"edition":{},"version":"{}","pages":[)", edition, page::version());
    for (const FolderPage& each : pages) {
        const page::Page& page = each.page;
        out += &each == pages.data() ? R"({"path":)" : R"(,{"path":)";
        base::append_json_string(out, page.path);
        out += R"(,"file":)";
        base::append_json_string(out, file_of(page.path));
        out += R"(,"etag":)";
        base::append_json_string(out, page.etag);
        out += R"(,"content_type":)";
        base::append_json_string(out, page.content_type);
        out += R"(,"cache_control":)";
        base::append_json_string(out, each.cache_control);
        out += fmt::format(R"(,"bytes":{}}})", page.body.size());
    }
    return out + "]}\n";
}

/// Addresses of published pages only: a manifest that somebody wrote must not make us remove files.
bool is_page_path(std::string_view path) {
    const bool is_image = path.starts_with(kImages);
    const auto fits = [is_image](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '/' && !is_image) ||
               (is_image && ((c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-'));
    };
    if (is_image) path.remove_prefix(kImages.size());
    return (is_image ? !path.empty() && !path.starts_with('.') : path.starts_with('/')) &&
           std::ranges::all_of(path, fits);
}

/// Files that the web server in front shows at other addresses: at their own it has nothing.
bool has_address(std::string_view path) { return path != "/later" && path != "/404"; }

/// The list with the new lines, without the oldest where it would be too long.
std::string purge_list(std::string list, std::uint64_t edition,
                       const std::vector<std::string>& purged) {
    for (const std::string& path : purged) list += fmt::format("{} {}\n", edition, path);
    auto lines = static_cast<std::size_t>(std::ranges::count(list, '\n'));
    std::size_t start = 0;
    for (; lines > kPurgeLinesMax; --lines) start = list.find('\n', start) + 1;
    return list.substr(start);
}

}  // namespace

std::string file_of(std::string_view path) {
    if (path == "/") return "index.html";
    return std::string(path.substr(1)) + (path.starts_with(kImages) ? "" : ".html");
}

base::Result<Published> write_folder(const fs::path& folder, const std::vector<FolderPage>& pages,
                                     const std::vector<TaggedItem>& tagged,
                                     const std::vector<std::string>& purge_also) {
    Manifest before = read_manifest(folder / "manifest.json");
    const std::string purged_before = read_whole(folder / "purge.txt");
    Published published{.edition = std::max(before.edition, last_edition(purged_before)) + 1,
                        .purged = {}};
    const auto wanted = [&](const std::string& path) {
        return std::ranges::find(purge_also, path) != purge_also.end();
    };
    for (const FolderPage& each : pages) {
        const page::Page& page = each.page;
        const auto known = before.etags.find(page.path);
        const bool same = known != before.etags.end() && known->second == page.etag &&
                          fs::exists(folder / file_of(page.path));
        if (known != before.etags.end()) before.etags.erase(known);
        if (has_address(page.path) && (!same || wanted(page.path)))
            published.purged.push_back(page.path);
        if (same) continue;
        const Forms forms{page.body, each.gzip, each.brotli};
        if (auto done = replace_forms(folder / file_of(page.path), forms); !done)
            return std::unexpected(done.error());
    }
    for (const auto& [path, etag] : before.etags) {  // published once, and no more
        if (!is_page_path(path)) continue;
        std::error_code ignored;
        for (const char* ending : {"", ".gz", ".br"})
            fs::remove((folder / file_of(path)).string() + ending, ignored);
        published.purged.push_back(path);
    }
    if (auto done = write_tags(folder, tagged); !done) return std::unexpected(done.error());
    if (!published.purged.empty()) {
        const std::string list = purge_list(purged_before, published.edition, published.purged);
        if (auto done = replace_file(folder / "purge.txt", list); !done)
            return std::unexpected(done.error());
    }
    const auto done = replace_file(folder / "manifest.json", manifest_of(published.edition, pages));
    if (!done) return std::unexpected(done.error());
    return published;
}

}  // namespace sluice::api
