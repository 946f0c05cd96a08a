// SPDX-License-Identifier: Apache-2.0
// Products: what could be sold, typed in or imported from the shop's own list.
#include <algorithm>
#include <unordered_map>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/app.h"
#include "base/sentences.h"
#include "catalog/import_text.h"

namespace sluice::api::admin {

namespace {

constexpr std::size_t kTextMax = 8000;  // code points; catalog::complaints knows the exact limits

constexpr std::string_view kImported = "products";  // the subject of an import

std::string subject_of(base::ProductId id) { return "product/" + base::to_text(id); }

/// The product as the person typed it. A sku that `stored` has already keeps its id, also when only
/// its code is given.
catalog::Product product_in(const JsonReader& root, const catalog::Product* stored) {
    catalog::Product product;
    if (stored != nullptr) product = *stored;
    product.skus.clear();
    product.code = root.text("code", {0, kTextMax});
    product.title = root.text("title", {0, kTextMax});
    product.description = root.maybe_text("description", {0, kTextMax, true}).value_or("");
    product.image_url = root.maybe_text("image_url", {0, kTextMax}).value_or("");
    for (const JsonReader& row : root.objects("skus", catalog::kSkusPerProductMax)) {
        catalog::Sku sku;
        const auto id = row.maybe_id<base::SkuId>("id");
        sku.code = row.text("code", {0, kTextMax});
        sku.title = row.text("title", {0, kTextMax});
        for (const catalog::Sku& known : stored != nullptr ? stored->skus : product.skus)
            if (id ? known.id == *id : (stored != nullptr && known.code == sku.code))
                sku.id = known.id;
        if (id && !sku.id) row.complain("id", base::say("sku_not_of_product"));
        product.skus.push_back(std::move(sku));
    }
    return product;
}

std::vector<http::FieldError> field_errors(std::vector<catalog::Complaint> complaints) {
    std::vector<http::FieldError> errors;
    for (catalog::Complaint& complaint : complaints)
        errors.push_back({std::move(complaint.pointer), std::move(complaint.what)});
    return errors;
}

/// 400 with everything that is wrong with `body` and that the catalog has against what was read
/// from it, taken codes included; or nothing. If codes alone are taken, the store says so: 409.
std::optional<Response> refusal_of(App& app, const JsonBody& body,
                                   const catalog::Product& product) {
    std::vector<http::FieldError> errors = field_errors(catalog::complaints(product));
    if (errors.empty() && body.complaints().empty()) return std::nullopt;
    auto taken = app.catalog.taken_codes(product);
    if (!taken) return problem_of(taken.error());
    for (http::FieldError& code : field_errors(std::move(*taken)))
        if (std::ranges::find(errors, code.pointer, &http::FieldError::pointer) == errors.end())
            errors.push_back(std::move(code));
    if (auto refusal = body.refusal(errors)) return refusal;
    return http::invalid("The product cannot be kept like this.", std::move(errors));
}

/// What the store has against it; every code that is taken is told at its field.
Response store_problem(App& app, const base::Error& error, const catalog::Product& product) {
    if (error.code != base::ErrorCode::conflict) return problem_of(error);
    auto taken = app.catalog.taken_codes(product);
    if (!taken || taken->empty()) return problem_of(error);  // it is another conflict
    return conflict_of(error, field_errors(std::move(*taken)));
}

Response conflict_because(base::Sentence reason) {
    return problem_of(base::failure(base::ErrorCode::conflict, std::move(reason)).error());
}

/// 409 for who edits a version that is not the newest: who saved that one, and when. The audit
/// entry of a save is of the moment that the product has; an import has one entry for all.
Response saved_meanwhile(App& app, const catalog::Product& stored) {
    for (const std::string& subject : {subject_of(stored.id), std::string(kImported)}) {
        account::AuditFilter filter = account::about(subject);
        filter.from = filter.to = stored.updated_at;
        const auto entries = app.accounts.audit(0, filter, 1);
        if (!entries || entries->empty()) continue;
        return conflict_because(
            base::say("saved_since_read", entries->front().who_name, stored.updated_at));
    }
    return conflict_because(base::say("changed_since_read"));
}

/// 422 with every error of a file and where it is.
Response import_problem(std::vector<catalog::ImportError> errors) {
    std::vector<http::FieldError> told;
    for (catalog::ImportError& error : errors)
        told.push_back({"line " + std::to_string(error.line), std::move(error.what), error.line,
                        error.column});
    return http::problem({.status = 422,
                          .title = "The file has errors; nothing was imported.",
                          .detail = "Repair the lines below and send the whole file again.",
                          .retry_after_s = 0,
                          .errors = std::move(told)});
}

bool is_csv(const Request& request) {
    return request.header(http::Header::content_type).starts_with("text/csv");
}

/// Each sku code of the store with the code of its product.
base::Result<std::unordered_map<std::string, std::string>> known_skus(App& app) {
    constexpr std::size_t kProductsPerRead = 200;
    std::unordered_map<std::string, std::string> owners;
    base::ProductId before;
    for (bool more = true; more;) {
        const auto page = app.catalog.products(before, "", kProductsPerRead);
        if (!page) return std::unexpected(page.error());
        for (const catalog::Product& product : *page)
            for (const catalog::Sku& sku : product.skus) owners.emplace(sku.code, product.code);
        more = page->size() == kProductsPerRead;
        if (more) before = page->back().id;
    }
    return owners;
}

/// The store refused the file because of a code that is taken: says of which lines that is true.
Response import_conflict(App& app, const Request& request, const base::Error& error) {
    const bool csv = is_csv(request);
    const catalog::Import read =
        csv ? catalog::import_csv(request.body) : catalog::import_json(request.body);
    const catalog::SkuOffsets places = csv ? catalog::sku_offsets_in_csv(request.body)
                                           : catalog::sku_offsets_in_json(request.body);
    const auto owners = known_skus(app);
    if (!owners) return problem_of(owners.error());
    catalog::ImportErrors errors(request.body);
    for (const catalog::Product& product : read.products)
        for (const catalog::Sku& sku : product.skus) {
            const auto owner = owners->find(sku.code);
            if (owner == owners->end() || owner->second == product.code) continue;
            errors.add(places.at(sku.code),
                       base::say("sku_code_of_product", sku.code, owner->second));
        }
    return errors.none() ? problem_of(error) : import_problem(errors.take());
}

}  // namespace

Response list_products(App& app, const Request& request, const Caller&) {
    const auto part = part_of(request);
    if (!part) return problem_of(part.error());
    const std::string search = request.query_value("search").value_or("");
    const auto found = app.catalog.products(
        base::ProductId{static_cast<std::uint32_t>(part->before)}, search, part->limit);
    if (!found) return problem_of(found.error());
    std::vector<std::string> rows;
    for (const catalog::Product& product : *found) rows.push_back(to_json(product));
    std::optional<std::uint64_t> next;
    if (found->size() == part->limit) next = found->back().id.value;
    return list_answer("products", rows, next);
}

Response show_product(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ProductId>(request);
    if (!id) return http::not_found();
    const auto found = app.catalog.product(*id);
    if (!found) return problem_of(found.error());
    return with_version(http::json(200, to_json(*found)), found->version);
}

Response add_product(App& app, const Request& request, const Caller& caller) {
    const JsonBody body(request.body);
    catalog::Product product = product_in(body.root(), nullptr);
    if (auto refusal = refusal_of(app, body, product)) return std::move(*refusal);
    auto audit = audit_of(app, caller, request, "product.add", "product/");
    product.created_at = product.updated_at = audit.at;
    audit.after = to_json(product);
    const auto added = app.catalog.add(product, std::move(audit));
    if (!added) return store_problem(app, added.error(), product);
    return with_version(http::json(201, to_json(*added)), added->version);
}

Response replace_product(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::ProductId>(request);
    if (!id) return http::not_found();
    const auto version = version_in(request);
    if (!version) return version_problem(version.error());
    const auto stored = app.catalog.product(*id);
    if (!stored) return problem_of(stored.error());
    if (*version > stored->version) return conflict_because(base::say("changed_since_read"));
    if (*version < stored->version) return saved_meanwhile(app, *stored);

    const JsonBody body(request.body);
    catalog::Product product = product_in(body.root(), &*stored);
    if (auto refusal = refusal_of(app, body, product)) return std::move(*refusal);
    auto audit = audit_of(app, caller, request, "product.replace", subject_of(*id));
    product.version = *version;
    product.updated_at = audit.at;
    audit.before = to_json(*stored);
    catalog::Product after = product;
    ++after.version;  // as the store will count
    audit.after = to_json(after);
    const auto replaced = app.catalog.replace(product, std::move(audit));
    if (!replaced) return store_problem(app, replaced.error(), product);
    // The pages of what is warm show its picture and its description.
    if (const auto published = publish_warm(app); !published) return problem_of(published.error());
    return with_version(http::json(200, to_json(*replaced)), replaced->version);
}

Response import_products(App& app, const Request& request, const Caller& caller) {
    catalog::Import read =
        is_csv(request) ? catalog::import_csv(request.body) : catalog::import_json(request.body);
    if (!read.errors.empty()) return import_problem(std::move(read.errors));
    auto audit = audit_of(app, caller, request, "product.import", std::string(kImported));
    for (catalog::Product& product : read.products)
        product.created_at = product.updated_at = audit.at;
    audit.after = JsonText().open().number("products", read.products.size()).close().take();
    const auto done = app.catalog.import(std::move(read.products), std::move(audit));
    if (!done)
        return done.error().code == base::ErrorCode::conflict
                   ? import_conflict(app, request, done.error())
                   : problem_of(done.error());
    if (const auto published = publish_warm(app); !published) return problem_of(published.error());
    return http::json(200, JsonText()
                               .open()
                               .number("added", done->added)
                               .number("updated", done->updated)
                               .number("skus", done->skus)
                               .close()
                               .take());
}

}  // namespace sluice::api::admin
