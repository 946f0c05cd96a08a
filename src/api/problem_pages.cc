// SPDX-License-Identifier: Apache-2.0
#include "api/problem_pages.h"

#include <set>
#include <string>

#include "api/asset_answer.h"
#include "api/replace_file.h"
#include "asset/asset.h"
#include "base/check.h"

namespace sluice::api {

namespace {

constexpr std::string_view kFolder = "problems/";
constexpr const char* kUnknown = "problems/-.html";

}  // namespace

http::Response problem_page(const http::Request& request) {
    const std::string_view code = request.params[0];
    const asset::Asset* page = asset::find(std::string(kFolder).append(code).append(".html"));
    const bool is_known = page != nullptr && page->name != kUnknown;
    if (!is_known) page = asset::find(kUnknown);
    CHECK(page != nullptr);
    http::Response response = is_known ? send_asset(*page, request, "public, max-age=3600")
                                       : send_asset(*page, request, "no-store", 404);
    // The rest of the policy is in the page, for the hash in it belongs to its bytes.
    response.add_header("Content-Security-Policy", "frame-ancestors 'none'");
    return response;
}

base::Result<void> publish_problem_pages(const std::filesystem::path& folder) {
    std::set<std::string> wanted;
    for (const asset::Asset& page : asset::all()) {
        if (!page.name.starts_with(kFolder) || page.name == kUnknown) continue;
        const std::filesystem::path file = folder / page.name;
        wanted.insert(file.filename());
        if (!page.gzip.empty()) wanted.insert(file.filename().string() + ".gz");
        const Forms forms{.plain = page.bytes, .gzip = page.gzip, .brotli = {}};
        if (auto done = replace_forms(file, forms); !done) return done;
    }
    return keep_only(folder / kFolder, wanted);
}

}  // namespace sluice::api
