// SPDX-License-Identifier: Apache-2.0
// Catalog: 商品 (products) and their SKUs: what could be sold. Prices and stock belong to items
// (activity/).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/audit.h"
#include "base/id.h"
#include "base/result.h"
#include "base/sentence.h"
#include "base/time.h"

namespace sluice::catalog {

// Limits on what people type.
inline constexpr std::size_t kCodeMax = 64;           // bytes: letters, digits, . _ -
inline constexpr std::size_t kTitleMax = 120;         // code points
inline constexpr std::size_t kDescriptionMax = 4000;  // code points
inline constexpr std::size_t kSkusPerProductMax = 200;
inline constexpr std::size_t kImportRowsMax = 10'000;
inline constexpr std::size_t kImportBytesMax = 4 * 1024 * 1024;

struct Sku {
    base::SkuId id;
    base::ProductId product;
    std::string code;   ///< the shop's own, unique over all skus
    std::string title;  ///< "红色 128 GB"
};

struct Product {
    base::ProductId id;
    std::string code;  ///< the shop's own, unique
    std::string title;
    std::string description;
    std::string image_url;  ///< "" or https://… or a path on this host
    std::uint32_t version = 1;
    base::Instant created_at;
    base::Instant updated_at;
    std::vector<Sku> skus;
};

/// What is wrong with one field: `pointer` is a JSON pointer into what the person sent.
struct Complaint {
    std::string pointer;
    base::Sentence what;
};
[[nodiscard]] std::vector<Complaint> complaints(const Product& product);

/// Where an import went wrong; line and column count from 1, column in characters.
struct ImportError {
    std::size_t line = 0;
    std::size_t column = 0;
    base::Sentence what;
};
/// Products with their skus, or every error that was found (at most 100). Never both: nothing half
/// imported.
struct Import {
    std::vector<Product> products;
    std::vector<ImportError> errors;
};
/// CSV (RFC 4180, UTF-8, with or without BOM), header
/// `product_code,product_title,sku_code,sku_title` and optionally `description,image_url`, in any
/// order; rows of one product_code make one product.
[[nodiscard]] Import import_csv(std::string_view text);
/// JSON: an array of {"code","title","description"?,"image_url"?,"skus":[{"code","title"}]}.
[[nodiscard]] Import import_json(std::string_view text);

/// Where products are kept. Any thread that may wait. Every change and its audit entry are one
/// transaction.
class CatalogStore {
   public:
    virtual ~CatalogStore() = default;
    /// Ids are assigned. conflict: a code exists already (the error names it; `taken_codes` all).
    [[nodiscard]] virtual base::Result<Product> add(Product product, account::AuditEntry audit) = 0;
    /// Replaces by id if the version matches; a sku that an activity uses cannot be removed
    /// (conflict).
    [[nodiscard]] virtual base::Result<Product> replace(Product product,
                                                        account::AuditEntry audit) = 0;
    /// All or none, in one transaction: new codes are added, known product codes are updated.
    struct Imported {
        std::size_t added = 0, updated = 0, skus = 0;
    };
    [[nodiscard]] virtual base::Result<Imported> import(std::vector<Product> products,
                                                        account::AuditEntry audit) = 0;
    /// The codes of `product` that another product or its skus have already, each with its pointer.
    [[nodiscard]] virtual base::Result<std::vector<Complaint>> taken_codes(
        const Product& product) = 0;
    [[nodiscard]] virtual base::Result<Product> product(base::ProductId id) = 0;
    /// Ids descending, below `before`. `search` is a part of the code or title of the product or of
    /// one of its skus, whatever the case of its ASCII letters; "" matches all.
    [[nodiscard]] virtual base::Result<std::vector<Product>> products(base::ProductId before,
                                                                      std::string_view search,
                                                                      std::size_t limit) = 0;
    [[nodiscard]] virtual base::Result<Sku> sku(base::SkuId id) = 0;
};

}  // namespace sluice::catalog
