// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "base/sentences.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/fields.h"
#include "catalog/import_text.h"

namespace sluice::catalog {

namespace {

using base::say;

// Fields of one row that are kept; the rest are only counted, so that a file of commas costs
// nothing.
constexpr std::size_t kFieldsMax = 64;

struct Field {
    std::string value;
    std::size_t offset = 0;  // of its first byte, the quote included
};

struct Row {
    std::vector<Field> fields;
    std::size_t field_count = 0;
    std::size_t offset = 0;
    bool blank = false;
};

// Cuts the text into rows as RFC 4180 says; lines may end with LF or CRLF.
class Reader {
   public:
    Reader(std::string_view text, ImportErrors& errors) : text_(text), errors_(errors) {
        if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    }

    // False: there are no more rows.
    bool next(Row& row) {
        if (at_ >= text_.size()) return false;
        row = Row{};
        row.offset = at_;
        const std::size_t line_end = end_of_line();
        row.blank = line_end != 0;
        if (row.blank) {
            at_ += line_end;
            return true;
        }
        while (true) {
            Field field = next_field();
            if (row.field_count++ < kFieldsMax) row.fields.push_back(std::move(field));
            if (at_ >= text_.size()) return true;
            if (const std::size_t size = end_of_line()) {
                at_ += size;
                return true;
            }
            ++at_;  // the comma
        }
    }

   private:
    // The size of the line break here, or 0.
    [[nodiscard]] std::size_t end_of_line() const {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with("\r\n")) return 2;
        return rest.starts_with('\n') ? 1 : 0;
    }
    [[nodiscard]] bool at_field_end() const {
        return at_ >= text_.size() || text_[at_] == ',' || end_of_line() != 0;
    }

    Field next_field() {
        Field field;
        field.offset = at_;
        if (at_ < text_.size() && text_[at_] == '"') {
            read_quoted(field);
        } else {
            read_plain(field);
        }
        return field;
    }

    void read_plain(Field& field) {
        bool told = false;
        for (; !at_field_end(); ++at_) {
            if (text_[at_] == '"' && !told) {
                errors_.add(at_, say("csv_stray_quote"));
                told = true;
            }
            field.value += text_[at_];
        }
    }

    void read_quoted(Field& field) {
        ++at_;
        while (true) {
            if (at_ >= text_.size()) {
                errors_.add(field.offset, say("csv_open_quote"));
                return;
            }
            if (text_[at_] == '"') {
                ++at_;
                if (at_ >= text_.size() || text_[at_] != '"') break;
            }
            // A line break inside a field is one line feed, whatever the program wrote.
            if (text_[at_] == '\r' && end_of_line() == 2) ++at_;
            field.value += text_[at_++];
        }
        if (at_field_end()) return;
        errors_.add(at_, say("csv_after_quote"));
        while (!at_field_end()) ++at_;
    }

    std::string_view text_;
    ImportErrors& errors_;
    std::size_t at_ = 0;
};

enum Column : std::size_t {
    product_code,
    product_title,
    sku_code,
    sku_title,
    description,
    image_url,
    column_count
};
constexpr std::array<std::string_view, column_count> kColumnNames{
    "product_code", "product_title", "sku_code", "sku_title", "description", "image_url"};
constexpr std::size_t kNeededColumns = 4;  // the first ones; the others may be missing

// Where each column stands in a row.
using Places = std::array<std::optional<std::size_t>, column_count>;

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

base::Sentence complaint_about_unknown_column(std::string_view name) {
    if (name.empty()) return say("csv_column_unnamed");
    std::string known;
    std::string_view nearest;
    std::size_t distance = 4;  // what differs by more is another word
    for (const std::string_view column : kColumnNames) {
        known += fmt::format("{}{}", known.empty() ? "" : ", ", column);
        const std::size_t apart = name.size() > 64 ? distance : base::edit_distance(name, column);
        if (apart >= distance) continue;
        distance = apart;
        nearest = column;
    }
    if (!nearest.empty()) return say("csv_column_near", excerpt(name), nearest);
    if (name.find_first_of(";\t") != std::string_view::npos) return say("csv_no_commas");
    return say("csv_column_unknown", excerpt(name), known);
}

std::optional<Places> read_header(const Row& header, ImportErrors& errors) {
    Places places;
    bool complete = true;
    if (header.field_count > header.fields.size()) {
        errors.add(header.offset,
                   say("csv_too_many_columns", header.field_count, kColumnNames.size()));
        return std::nullopt;
    }
    for (std::size_t i = 0; i < header.fields.size(); ++i) {
        const std::string_view name = trimmed(header.fields[i].value);
        const auto column =
            static_cast<std::size_t>(std::ranges::find(kColumnNames, name) - kColumnNames.begin());
        if (column == kColumnNames.size()) {
            errors.add(header.fields[i].offset, complaint_about_unknown_column(name));
            complete = false;
        } else if (places[column]) {
            errors.add(header.fields[i].offset, say("csv_column_twice", name));
            complete = false;
        } else {
            places[column] = i;
        }
    }
    for (std::size_t column = 0; column < kNeededColumns; ++column) {
        if (places[column]) continue;
        errors.add(header.offset, say("csv_column_missing", kColumnNames[column]));
        complete = false;
    }
    if (!complete) return std::nullopt;
    return places;
}

// Makes products out of rows.
class Gatherer {
   public:
    Gatherer(Places places, ImportErrors& errors) : places_(places), errors_(errors) {}

    void add(const Row& row) {
        const Field code = field(row, product_code);
        const base::Sentence bad_code = complaint_about_code(code.value);
        errors_.complain(code.offset, bad_code);
        check_fields(row);
        add_sku(row, bad_code.empty() ? product_of(row, code) : nullptr);
    }

    std::vector<Product> take() { return std::move(products_); }
    SkuOffsets take_offsets() { return std::move(sku_offsets_); }

   private:
    struct Known {
        std::size_t number = 0;  // in products_
        std::size_t title_offset = 0;
        bool crowded = false;  // too many skus, and that was told
    };

    [[nodiscard]] Field field(const Row& row, Column column) const {
        if (!places_[column]) return {{}, row.offset};
        return row.fields[*places_[column]];
    }

    void check_fields(const Row& row) {
        const Field title = field(row, sku_title);
        errors_.complain(title.offset, complaint_about_title(title.value));
        const Field words = field(row, description);
        errors_.complain(words.offset, complaint_about_description(words.value));
        const Field image = field(row, image_url);
        errors_.complain(image.offset, complaint_about_image_url(image.value));
        const Field name = field(row, product_title);
        errors_.complain(name.offset, complaint_about_title(name.value));
    }

    Known* product_of(const Row& row, const Field& code) {
        const Field title = field(row, product_title);
        const auto [known, is_new] =
            by_code_.try_emplace(code.value, Known{products_.size(), title.offset});
        if (is_new) {
            Product product;
            product.code = code.value;
            product.title = title.value;
            products_.push_back(std::move(product));
        }
        Product& product = products_[known->second.number];
        if (product.title != title.value) {
            errors_.add(title.offset,
                        say("csv_title_differs", product.code, excerpt(product.title),
                            errors_.line_of(known->second.title_offset), excerpt(title.value)));
        }
        settle(product.description, field(row, description), "description", product.code);
        settle(product.image_url, field(row, image_url), "image_url", product.code);
        return &known->second;
    }

    // What a product has once may be left empty in its other rows, but may not differ.
    void settle(std::string& settled, const Field& field, std::string_view name,
                std::string_view code) {
        if (settled.empty()) {
            settled = field.value;
        } else if (!field.value.empty() && field.value != settled) {
            errors_.add(field.offset, say("csv_column_differs", code, name));
        }
    }

    void add_sku(const Row& row, Known* known) {
        const Field code = field(row, sku_code);
        const base::Sentence bad_code = complaint_about_code(code.value);
        errors_.complain(code.offset, bad_code);
        if (!bad_code.empty()) return;
        const auto [first, is_new] = sku_offsets_.try_emplace(code.value, code.offset);
        if (!is_new) {
            errors_.add(code.offset,
                        say("sku_code_in_line", code.value, errors_.line_of(first->second)));
            return;
        }
        if (known == nullptr || known->crowded) return;
        Product& product = products_[known->number];
        if (product.skus.size() == kSkusPerProductMax) {
            errors_.add(row.offset, say("import_too_many_skus", product.code, kSkusPerProductMax));
            known->crowded = true;
            return;
        }
        Sku sku;
        sku.code = code.value;
        sku.title = field(row, sku_title).value;
        product.skus.push_back(std::move(sku));
    }

    Places places_;
    ImportErrors& errors_;
    std::vector<Product> products_;
    std::unordered_map<std::string, Known> by_code_;
    SkuOffsets sku_offsets_;
};

void complain_about_width(const Row& row, std::size_t width, ImportErrors& errors) {
    const bool extra = row.field_count > width && width < row.fields.size();
    errors.add(extra ? row.fields[width].offset : row.offset,
               row.field_count > width ? say("csv_too_wide", row.field_count, width)
                                       : say("csv_too_narrow", row.field_count, width));
}

struct Gathered {
    std::vector<Product> products;
    SkuOffsets sku_offsets;
};

Gathered read_rows(Reader& reader, ImportErrors& errors) {
    Row row;
    do {
        if (!reader.next(row)) return {};
    } while (row.blank);
    const std::size_t width = row.field_count;
    const std::optional<Places> places = read_header(row, errors);
    if (!places) return {};

    Gatherer gatherer(*places, errors);
    std::size_t count = 0;
    while (!errors.full() && reader.next(row)) {
        if (row.blank) continue;
        if (++count > kImportRowsMax) {
            errors.add(row.offset, say("file_too_many_rows", kImportRowsMax));
            break;
        }
        if (row.field_count != width) {
            complain_about_width(row, width, errors);
        } else {
            gatherer.add(row);
        }
    }
    if (count == 0) errors.add(row.offset, say("csv_no_rows"));
    return {gatherer.take(), gatherer.take_offsets()};
}

}  // namespace

Import import_csv(std::string_view text) {
    ImportErrors errors(text);
    Import import;
    if (check_text(text, errors)) {
        Reader reader(text, errors);
        import.products = read_rows(reader, errors).products;
    }
    if (errors.none()) return import;
    import.products.clear();  // nothing half imported
    import.errors = errors.take();
    return import;
}

SkuOffsets sku_offsets_in_csv(std::string_view text) {
    ImportErrors errors(text);
    Reader reader(text, errors);
    return read_rows(reader, errors).sku_offsets;
}

}  // namespace sluice::catalog
