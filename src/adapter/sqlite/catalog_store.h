// SPDX-License-Identifier: Apache-2.0
// SqliteCatalogStore: products and skus. Contract: catalog/catalog.h.
// Threads: any that may wait. A new thing's audit subject "product/" gets the id that was assigned.
#pragma once

#include "adapter/sqlite/database.h"
#include "catalog/catalog.h"

namespace sluice::adapter {

class SqliteCatalogStore final : public catalog::CatalogStore {
   public:
    explicit SqliteCatalogStore(Database& database) : database_(database) {}

    [[nodiscard]] base::Result<catalog::Product> add(catalog::Product product,
                                                     account::AuditEntry audit) override;
    [[nodiscard]] base::Result<catalog::Product> replace(catalog::Product product,
                                                         account::AuditEntry audit) override;
    [[nodiscard]] base::Result<Imported> import(std::vector<catalog::Product> products,
                                                account::AuditEntry audit) override;
    [[nodiscard]] base::Result<std::vector<catalog::Complaint>> taken_codes(
        const catalog::Product& product) override;
    [[nodiscard]] base::Result<catalog::Product> product(base::ProductId id) override;
    [[nodiscard]] base::Result<std::vector<catalog::Product>> products(base::ProductId before,
                                                                       std::string_view search,
                                                                       std::size_t limit) override;
    [[nodiscard]] base::Result<catalog::Sku> sku(base::SkuId id) override;

   private:
    Database& database_;
};

}  // namespace sluice::adapter
