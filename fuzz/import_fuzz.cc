// SPDX-License-Identifier: Apache-2.0
// Import: whatever the file, the answer is products or errors, never both and never neither; the
// products keep every rule of the catalog, and the errors name a place in the file. The first byte
// picks the format.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/check.h"
#include "catalog/catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice::catalog;
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    const Import import = data[0] % 2 == 0 ? import_csv(text) : import_json(text);

    CHECK(import.products.empty() != import.errors.empty());
    CHECK(import.errors.size() <= 100);
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    for (const ImportError& error : import.errors) {
        CHECK(error.line >= 1 && error.line <= lines);
        CHECK(error.column >= 1 && error.column <= text.size() + 1);
        CHECK(!error.what.empty());
    }
    std::unordered_set<std::string> product_codes;
    std::unordered_set<std::string> sku_codes;
    for (const Product& product : import.products) {
        CHECK(complaints(product).empty());
        CHECK(product_codes.insert(product.code).second);
        for (const Sku& sku : product.skus) CHECK(sku_codes.insert(sku.code).second);
    }
    return 0;
}
