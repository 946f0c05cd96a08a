// SPDX-License-Identifier: Apache-2.0
#include "catalog/catalog.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

#include "base/sentences.h"
#include "catalog/fields.h"

namespace sluice::catalog {

namespace {

void complain(std::vector<Complaint>& complaints, std::string pointer, base::Sentence what) {
    if (!what.empty()) complaints.push_back({std::move(pointer), std::move(what)});
}

}  // namespace

std::vector<Complaint> complaints(const Product& product) {
    std::vector<Complaint> found;
    complain(found, "/code", complaint_about_code(product.code));
    complain(found, "/title", complaint_about_title(product.title));
    complain(found, "/description", complaint_about_description(product.description));
    complain(found, "/image_url", complaint_about_image_url(product.image_url));
    if (product.skus.size() > kSkusPerProductMax) {
        complain(found, "/skus",
                 base::say("too_many_skus", product.skus.size(), kSkusPerProductMax));
        return found;  // the rest would only make the answer long
    }
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < product.skus.size(); ++i) {
        const Sku& sku = product.skus[i];
        const std::string pointer = fmt::format("/skus/{}", i);
        complain(found, pointer + "/code", complaint_about_code(sku.code));
        complain(found, pointer + "/title", complaint_about_title(sku.title));
        const auto [first, is_new] = seen.emplace(sku.code, i);
        if (!is_new && !sku.code.empty()) {
            complain(found, pointer + "/code",
                     base::say("sku_code_twice", sku.code, first->second + 1));
        }
    }
    return found;
}

}  // namespace sluice::catalog
