// SPDX-License-Identifier: Apache-2.0
#include "api/publish_folder.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <system_error>
#include <unordered_map>

#include "base/secret.h"
#include "base/text.h"

namespace sluice::api {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

base::Result<void> replace_file(const fs::path& file, std::string_view bytes) {
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    if (failed)
        return base::failure(ErrorCode::unavailable,
                             fmt::format("The folder {} cannot be made: {}.",
                                         file.parent_path().string(), failed.message()));
    // Two desks may publish at once, so the name beside is a random one.
    const fs::path beside = file.string() + fmt::format(".{:016x}.new", base::random_u64());
    {
        std::ofstream out(beside, std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
        if (!out) {
            fs::remove(beside, failed);
            return base::failure(ErrorCode::unavailable,
                                 fmt::format("The page {} cannot be written: is the disk full, or "
                                             "the folder not ours?",
                                             file.string()));
        }
    }
    fs::rename(beside, file, failed);
    if (failed)
        return base::failure(
            ErrorCode::unavailable,
            fmt::format("The page {} cannot be replaced: {}.", file.string(), failed.message()));
    return {};
}

/// path → etag of the manifest that is there. A missing or damaged one is empty: all is purged.
std::unordered_map<std::string, std::string> read_etags(const fs::path& manifest) {
    namespace json = boost::json;
    std::unordered_map<std::string, std::string> etags;
    std::ifstream in(manifest, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    json::error_code failed;
    const json::value value = json::parse(text, failed);
    if (failed || !value.is_object()) return etags;
    const json::value* pages = value.get_object().if_contains("pages");
    if (pages == nullptr || !pages->is_array()) return etags;
    for (const json::value& page : pages->get_array()) {
        if (!page.is_object()) continue;
        const json::value* path = page.get_object().if_contains("path");
        const json::value* etag = page.get_object().if_contains("etag");
        if (path != nullptr && path->is_string() && etag != nullptr && etag->is_string())
            etags.emplace(path->get_string(), etag->get_string());
    }
    return etags;
}

std::string manifest_of(const std::vector<page::Page>& pages) {
    std::string out = R"({"pages":[)";
    for (const page::Page& page : pages) {
        out += &page == pages.data() ? R"({"path":)" : R"(,{"path":)";
        base::append_json_string(out, page.path);
        out += R"(,"file":)";
        base::append_json_string(out, file_of(page.path));
        out += R"(,"etag":)";
        base::append_json_string(out, page.etag);
        out += R"(,"content_type":)";
        base::append_json_string(out, page.content_type);
        out += fmt::format(R"(,"bytes":{}}})", page.body.size());
    }
    return out + "]}\n";
}

}  // namespace

std::string file_of(std::string_view path) {
    return path == "/" ? std::string("index.html") : std::string(path.substr(1)) + ".html";
}

base::Result<void> write_folder(const fs::path& folder, const std::vector<page::Page>& pages) {
    const auto before = read_etags(folder / "manifest.json");
    std::string purge;
    for (const page::Page& page : pages) {
        const auto known = before.find(page.path);
        if (known != before.end() && known->second == page.etag &&
            fs::exists(folder / file_of(page.path)))
            continue;
        if (auto done = replace_file(folder / file_of(page.path), page.body); !done) return done;
        purge += page.path + "\n";
    }
    if (auto done = replace_file(folder / "manifest.json", manifest_of(pages)); !done) return done;
    return replace_file(folder / "purge.txt", purge);
}

}  // namespace sluice::api
