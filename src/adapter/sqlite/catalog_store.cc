// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/catalog_store.h"

#include <algorithm>
#include <string>

#include "adapter/sqlite/audit_log.h"
#include "base/sentences.h"

namespace sluice::adapter {

using base::ErrorCode;
using base::Result;
using catalog::Product;
using catalog::Sku;

namespace {

constexpr std::string_view kSelectProduct =
    "SELECT id, code, title, description, image_url, version, created_ms, updated_ms FROM product ";

Sku read_sku(const Statement& row) {
    return {row.id<base::SkuId>(0), row.id<base::ProductId>(1), row.text(2), row.text(3)};
}

std::vector<Sku> skus_of(Connection& connection, base::ProductId product) {
    std::vector<Sku> skus;
    Statement query(connection,
                    "SELECT id, product, code, title FROM sku WHERE product = ?1 ORDER BY id");
    query.bind(product);
    while (query.step()) skus.push_back(read_sku(query));
    return skus;
}

Product read_product(Connection& connection, const Statement& row) {
    Product product;
    product.id = row.id<base::ProductId>(0);
    product.code = row.text(1);
    product.title = row.text(2);
    product.description = row.text(3);
    product.image_url = row.text(4);
    product.version = row.number<std::uint32_t>(5);
    product.created_at = row.instant(6);
    product.updated_at = row.instant(7);
    product.skus = skus_of(connection, product.id);
    return product;
}

Product product_with(Connection& connection, base::ProductId id) {
    Statement query(connection, std::string(kSelectProduct) + "WHERE id = ?1");
    if (!query.bind(id).step())
        refuse(ErrorCode::not_found, "there is no product " + base::to_text(id));
    return read_product(connection, query);
}

/// The id of the row of `table` with this code, or 0.
std::int64_t id_with_code(Connection& connection, const std::string& table, std::string_view code) {
    Statement query(connection, "SELECT id FROM " + table + " WHERE code = ?1");
    return query.bind(code).step() ? query.integer(0) : 0;
}

void check_product_code(Connection& connection, const Product& product) {
    const std::int64_t owner = id_with_code(connection, "product", product.code);
    if (owner != 0 && owner != std::int64_t{product.id.value})
        refuse(ErrorCode::conflict, base::say("product_code_taken", product.code));
}

void check_sku_code(Connection& connection, const Sku& sku) {
    const std::int64_t owner = id_with_code(connection, "sku", sku.code);
    if (owner != 0 && owner != std::int64_t{sku.id.value})
        refuse(ErrorCode::conflict, base::say("sku_code_taken", sku.code));
}

void insert_sku(Connection& connection, Sku& sku) {
    check_sku_code(connection, sku);
    Statement(connection, "INSERT INTO sku(product, code, title) VALUES(?1, ?2, ?3)")
        .bind(sku.product, sku.code, sku.title)
        .run();
    sku.id = {static_cast<std::uint32_t>(connection.last_id())};
}

void update_sku(Connection& connection, const Sku& sku) {
    check_sku_code(connection, sku);
    Statement(connection, "UPDATE sku SET code = ?2, title = ?3 WHERE id = ?1")
        .bind(sku.id, sku.code, sku.title)
        .run();
}

void insert_product(Connection& connection, Product& product) {
    product.id = {};
    check_product_code(connection, product);
    product.version = 1;
    Statement(connection,
              "INSERT INTO product(code, title, description, image_url, version, created_ms,"
              " updated_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .bind(product.code, product.title, product.description, product.image_url, product.version,
              product.created_at, product.updated_at)
        .run();
    product.id = {static_cast<std::uint32_t>(connection.last_id())};
    for (Sku& sku : product.skus) {
        sku.id = {};
        sku.product = product.id;
        insert_sku(connection, sku);
    }
}

void update_product(Connection& connection, const Product& product) {
    Statement(connection,
              "UPDATE product SET code = ?2, title = ?3, description = ?4, image_url = ?5,"
              " version = ?6, updated_ms = ?7 WHERE id = ?1")
        .bind(product.id, product.code, product.title, product.description, product.image_url,
              product.version, product.updated_at)
        .run();
}

void remove_sku(Connection& connection, const Sku& sku) {
    Statement use(connection, "SELECT activity FROM item WHERE sku = ?1 LIMIT 1");
    if (use.bind(sku.id).step())
        refuse(ErrorCode::conflict,
               base::say("sku_in_use", sku.code, std::to_string(use.integer(0))));
    Statement(connection, "DELETE FROM sku WHERE id = ?1").bind(sku.id).run();
}

bool has_sku(const std::vector<Sku>& skus, base::SkuId id) {
    return std::ranges::find(skus, id, &Sku::id) != skus.end();
}

/// Skus with an id keep it, those without get one, missing ones are removed.
void replace_skus(Connection& connection, const std::vector<Sku>& stored, Product& product) {
    for (const Sku& sku : product.skus)
        if (sku.id && !has_sku(stored, sku.id))
            refuse(ErrorCode::invalid, "sku " + base::to_text(sku.id) + " is not one of product " +
                                           base::to_text(product.id));
    for (const Sku& sku : stored)
        if (!has_sku(product.skus, sku.id)) remove_sku(connection, sku);
    // First out of each other's way (no code has a slash), so that two skus may swap their codes.
    Statement(connection, "UPDATE sku SET code = '/' || id WHERE product = ?1")
        .bind(product.id)
        .run();
    for (Sku& sku : product.skus) {
        sku.product = product.id;
        if (sku.id)
            update_sku(connection, sku);
        else
            insert_sku(connection, sku);
    }
    std::ranges::sort(product.skus, {}, &Sku::id);  // as they will be read
}

/// Adds the skus that are new to a known product; the known ones get the imported title.
void import_skus(Connection& connection, base::ProductId product, const std::vector<Sku>& skus) {
    for (Sku sku : skus) {
        sku.product = product;
        Statement query(connection, "SELECT id FROM sku WHERE code = ?1 AND product = ?2");
        const bool known = query.bind(sku.code, product).step();
        sku.id = known ? query.id<base::SkuId>(0) : base::SkuId{};
        if (known)
            update_sku(connection, sku);
        else
            insert_sku(connection, sku);
    }
}

void import_one(Connection& connection, Product& product,
                catalog::CatalogStore::Imported& imported) {
    imported.skus += product.skus.size();
    const std::int64_t known = id_with_code(connection, "product", product.code);
    if (known == 0) {
        insert_product(connection, product);
        ++imported.added;
        return;
    }
    const Product stored = product_with(connection, {static_cast<std::uint32_t>(known)});
    product.id = stored.id;
    product.version = stored.version + 1;
    update_product(connection, product);
    import_skus(connection, product.id, product.skus);
    if (skus_of(connection, product.id).size() > catalog::kSkusPerProductMax)
        refuse(ErrorCode::invalid,
               base::say("import_too_many_skus", product.code, catalog::kSkusPerProductMax));
    ++imported.updated;
}

/// `search` anywhere in a text; what LIKE would take for a wildcard stands for itself.
std::string like_pattern(std::string_view search) {
    std::string pattern = "%";
    for (const char letter : search) {
        if (letter == '%' || letter == '_' || letter == '\\') pattern += '\\';
        pattern += letter;
    }
    return pattern + "%";
}

}  // namespace

Result<Product> SqliteCatalogStore::add(Product product, account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        insert_product(transaction.connection, product);
        append_audit_of_new(transaction, audit, product.id.value);
        return product;
    });
}

Result<Product> SqliteCatalogStore::replace(Product product, account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        const Product stored = product_with(connection, product.id);
        if (stored.version != product.version)
            refuse(ErrorCode::conflict, base::say("product_changed"));
        check_product_code(connection, product);
        product.version = stored.version + 1;
        product.created_at = stored.created_at;
        update_product(connection, product);
        replace_skus(connection, stored.skus, product);
        append_audit(transaction, audit);
        return product;
    });
}

Result<catalog::CatalogStore::Imported> SqliteCatalogStore::import(std::vector<Product> products,
                                                                   account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Imported imported;
        for (Product& product : products) import_one(transaction.connection, product, imported);
        append_audit(transaction, audit);
        return imported;
    });
}

Result<std::vector<catalog::Complaint>> SqliteCatalogStore::taken_codes(const Product& product) {
    return database_.read([&](Connection& connection) {
        std::vector<catalog::Complaint> taken;
        const std::int64_t owner = id_with_code(connection, "product", product.code);
        if (owner != 0 && owner != std::int64_t{product.id.value})
            taken.push_back({"/code", base::say("product_code_taken", product.code)});
        for (std::size_t i = 0; i < product.skus.size(); ++i) {
            const std::string& code = product.skus[i].code;
            // Its own skus may swap their codes.
            Statement query(connection, "SELECT 1 FROM sku WHERE code = ?1 AND product <> ?2");
            if (query.bind(code, product.id).step())
                taken.push_back(
                    {"/skus/" + std::to_string(i) + "/code", base::say("sku_code_taken", code)});
        }
        return taken;
    });
}

Result<Product> SqliteCatalogStore::product(base::ProductId id) {
    return database_.read([&](Connection& connection) { return product_with(connection, id); });
}

Result<std::vector<Product>> SqliteCatalogStore::products(base::ProductId before,
                                                          std::string_view search,
                                                          std::size_t limit) {
    const std::string pattern = like_pattern(search);
    return database_.read([&](Connection& connection) {
        std::vector<Product> found;
        Statement query(connection,
                        std::string(kSelectProduct) +
                            "WHERE (?1 = 0 OR id < ?1)"
                            " AND (code LIKE ?2 ESCAPE '\\' OR title LIKE ?2 ESCAPE '\\'"
                            " OR EXISTS (SELECT 1 FROM sku WHERE sku.product = product.id AND"
                            " (sku.code LIKE ?2 ESCAPE '\\' OR sku.title LIKE ?2 ESCAPE '\\')))"
                            " ORDER BY id DESC LIMIT ?3");
        query.bind(before, pattern, limit);
        while (query.step()) found.push_back(read_product(connection, query));
        return found;
    });
}

Result<Sku> SqliteCatalogStore::sku(base::SkuId id) {
    return database_.read([&](Connection& connection) {
        Statement query(connection, "SELECT id, product, code, title FROM sku WHERE id = ?1");
        if (!query.bind(id).step())
            refuse(ErrorCode::not_found, "there is no sku " + base::to_text(id));
        return read_sku(query);
    });
}

}  // namespace sluice::adapter
