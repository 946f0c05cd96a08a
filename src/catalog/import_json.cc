// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <unordered_map>

#include "base/sentences.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/fields.h"
#include "catalog/import_text.h"

namespace sluice::catalog {

namespace {

namespace json = boost::json;
using base::say;

constexpr std::size_t kDepthMax = 8;  // four levels are needed

// Walks over text that the parser has found to be JSON, to learn where its values stand. It
// therefore trusts the text and looks for brackets and quotes only.
class Walker {
   public:
    explicit Walker(std::string_view text) : text_(text) {}

    struct Member {
        std::string key;
        std::size_t key_offset = 0;
        std::size_t value_offset = 0;
    };

    // Where the elements of the array at `offset` begin.
    [[nodiscard]] std::vector<std::size_t> elements(std::size_t offset) const {
        std::vector<std::size_t> offsets;
        std::size_t at = after_space(offset + 1);
        while (at < text_.size() && text_[at] != ']') {
            offsets.push_back(at);
            at = after_separator(after_value(at));
        }
        return offsets;
    }

    // The members of the object at `offset`.
    [[nodiscard]] std::vector<Member> members(std::size_t offset) const {
        std::vector<Member> members;
        std::size_t at = after_space(offset + 1);
        while (at < text_.size() && text_[at] != '}') {
            Member member;
            member.key_offset = at;
            const std::size_t key_end = after_value(at);
            member.key = decoded(text_.substr(at, key_end - at));
            member.value_offset = after_space(after_space(key_end) + 1);
            at = after_separator(after_value(member.value_offset));
            members.push_back(std::move(member));
        }
        return members;
    }

    [[nodiscard]] std::size_t after_space(std::size_t at) const {
        const std::size_t next = text_.find_first_not_of(" \t\r\n", at);
        return std::min(next, text_.size());
    }

   private:
    static std::string decoded(std::string_view quoted) {
        boost::system::error_code error;
        const json::value value =
            json::parse(json::string_view(quoted.data(), quoted.size()), error);
        return value.is_string()
                   ? std::string(value.get_string().c_str(), value.get_string().size())
                   : std::string();
    }

    [[nodiscard]] std::size_t after_separator(std::size_t at) const {
        at = after_space(at);
        return at < text_.size() && text_[at] == ',' ? after_space(at + 1) : at;
    }

    [[nodiscard]] std::size_t after_string(std::size_t at) const {
        for (++at; at < text_.size() && text_[at] != '"'; ++at) {
            if (text_[at] == '\\') ++at;
        }
        return at + 1;
    }

    [[nodiscard]] std::size_t after_value(std::size_t at) const {
        std::size_t depth = 0;
        while (at < text_.size()) {
            const char c = text_[at];
            if (c == '"') {
                at = after_string(at);
            } else if (c == '[' || c == '{') {
                ++depth;
                ++at;
            } else if (c == ']' || c == '}') {
                if (depth == 0) return at;
                --depth;
                ++at;
            } else if (depth == 0 &&
                       (c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
                return at;
            } else {
                ++at;
                continue;  // inside a number or a word
            }
            if (depth == 0) return at;
        }
        return at;
    }

    std::string_view text_;
};

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

// What is wrong with the shape of an object, and where its members stand.
class Shape {
   public:
    Shape(const json::object& object, std::size_t offset, const Walker& walker,
          ImportErrors& errors)
        : object_(object), offset_(offset), members_(walker.members(offset)), errors_(errors) {}

    // Every key is known and stands once.
    void check_keys(std::initializer_list<std::string_view> known) {
        for (std::size_t i = 0; i < members_.size() && !errors_.full(); ++i) {
            const Walker::Member& member = members_[i];
            if (std::ranges::find(known, member.key) == known.end()) {
                errors_.add(member.key_offset, complaint_about_key(member.key, known));
                if (i >= known.size()) return;  // an object of strange keys is told once or twice
            } else if (find(member.key, i) != nullptr) {
                errors_.add(member.key_offset, say("json_key_twice", member.key));
            }
        }
    }

    // The text under `key`, or nullptr with an error unless it is optional and missing.
    const json::string* text(std::string_view key, bool optional = false) {
        const json::value* value = object_.if_contains(json::string_view(key.data(), key.size()));
        if (value == nullptr) {
            if (!optional) errors_.add(offset_, say("json_key_missing", key));
            return nullptr;
        }
        if (value->is_string()) return &value->get_string();
        errors_.add(offset_of(key), say("json_not_text", key));
        return nullptr;
    }

    const json::array* array(std::string_view key) {
        const json::value* value = object_.if_contains(json::string_view(key.data(), key.size()));
        if (value != nullptr && value->is_array()) return &value->get_array();
        errors_.add(value == nullptr ? offset_ : offset_of(key), say("json_not_array", key));
        return nullptr;
    }

    [[nodiscard]] std::size_t offset_of(std::string_view key) const {
        const Walker::Member* member = find(key, members_.size());
        return member == nullptr ? offset_ : member->value_offset;
    }

   private:
    // The last of the first `count` members with this key: of those that stand twice the parser
    // keeps the last, and another's place would be of another kind.
    [[nodiscard]] const Walker::Member* find(std::string_view key, std::size_t count) const {
        while (count > 0)
            if (members_[--count].key == key) return &members_[count];
        return nullptr;
    }

    static base::Sentence complaint_about_key(std::string_view key,
                                              std::initializer_list<std::string_view> known) {
        std::string_view nearest;
        std::size_t distance = 4;  // what differs by more is another word
        for (const std::string_view name : known) {
            const std::size_t apart = key.size() > 64 ? distance : base::edit_distance(key, name);
            if (apart >= std::min(distance, name.size())) continue;
            distance = apart;
            nearest = name;
        }
        if (!nearest.empty()) return say("json_key_near", excerpt(key), nearest);
        return say("json_key_unknown", excerpt(key), fmt::format("{}", fmt::join(known, ", ")));
    }

    const json::object& object_;
    std::size_t offset_;
    std::vector<Walker::Member> members_;
    ImportErrors& errors_;
};

// Makes products out of the parsed array.
class Gatherer {
   public:
    Gatherer(const Walker& walker, ImportErrors& errors) : walker_(walker), errors_(errors) {}

    void add_product(const json::value& value, std::size_t offset) {
        if (!value.is_object()) {
            errors_.add(offset, say("json_product_shape"));
            return;
        }
        Shape shape(value.get_object(), offset, walker_, errors_);
        shape.check_keys({"code", "title", "description", "image_url", "skus"});
        Product product;
        product.code = text(shape, "code", complaint_about_code);
        product.title = text(shape, "title", complaint_about_title);
        product.description = text(shape, "description", complaint_about_description, true);
        product.image_url = text(shape, "image_url", complaint_about_image_url, true);
        const std::size_t at = shape.offset_of("code");
        if (const auto line = first_line(product.code, at, product_offsets_))
            errors_.add(at, say("product_code_in_line", excerpt(product.code), *line));
        if (const json::array* skus = shape.array("skus")) {
            add_skus(product, *skus, shape.offset_of("skus"));
        }
        products_.push_back(std::move(product));
    }

    std::vector<Product> take() { return std::move(products_); }
    SkuOffsets take_offsets() { return std::move(sku_offsets_); }

   private:
    using Offsets = SkuOffsets;
    using Rule = base::Sentence (*)(std::string_view);

    std::string text(Shape& shape, std::string_view key, Rule rule, bool optional = false) {
        const json::string* found = shape.text(key, optional);
        if (found == nullptr) return {};
        errors_.complain(shape.offset_of(key), rule(view_of(*found)));
        return std::string(view_of(*found));
    }

    void add_skus(Product& product, const json::array& skus, std::size_t offset) {
        if (skus.size() > kSkusPerProductMax) {
            errors_.add(offset, say("too_many_skus", skus.size(), kSkusPerProductMax));
            return;
        }
        sku_count_ += skus.size();
        if (sku_count_ > kImportRowsMax && !too_many_told_) {
            errors_.add(offset, say("file_too_many_skus", kImportRowsMax));
            too_many_told_ = true;
        }
        const std::vector<std::size_t> offsets = walker_.elements(offset);
        for (std::size_t i = 0; i < skus.size() && i < offsets.size() && !errors_.full(); ++i) {
            add_sku(product, skus[i], offsets[i]);
        }
    }

    void add_sku(Product& product, const json::value& value, std::size_t offset) {
        if (!value.is_object()) {
            errors_.add(offset, say("json_sku_shape"));
            return;
        }
        Shape shape(value.get_object(), offset, walker_, errors_);
        shape.check_keys({"code", "title"});
        Sku sku;
        sku.code = text(shape, "code", complaint_about_code);
        sku.title = text(shape, "title", complaint_about_title);
        const std::size_t at = shape.offset_of("code");
        if (const auto line = first_line(sku.code, at, sku_offsets_))
            errors_.add(at, say("sku_code_in_line", excerpt(sku.code), *line));
        product.skus.push_back(std::move(sku));
    }

    // The line in which the code stood before; nothing if it stands here first.
    std::optional<std::size_t> first_line(const std::string& code, std::size_t offset,
                                          Offsets& offsets) {
        if (code.empty()) return std::nullopt;
        const auto [first, is_new] = offsets.try_emplace(code, offset);
        if (is_new) return std::nullopt;
        return errors_.line_of(first->second);
    }

    const Walker& walker_;
    ImportErrors& errors_;
    std::vector<Product> products_;
    Offsets product_offsets_;
    Offsets sku_offsets_;
    std::size_t sku_count_ = 0;
    bool too_many_told_ = false;
};

struct Gathered {
    std::vector<Product> products;
    SkuOffsets sku_offsets;
};

Gathered read_products(const json::value& root, std::string_view text, ImportErrors& errors) {
    const Walker walker(text);
    const std::size_t start =
        walker.after_space(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
    if (!root.is_array()) {
        errors.add(start, say("json_no_array"));
        return {};
    }
    const json::array& array = root.get_array();
    if (array.empty()) {
        errors.add(start, say("json_array_empty"));
        return {};
    }
    if (array.size() > kImportRowsMax) {
        errors.add(start, say("file_too_many_products", array.size(), kImportRowsMax));
        return {};
    }
    Gatherer gatherer(walker, errors);
    const std::vector<std::size_t> offsets = walker.elements(start);
    for (std::size_t i = 0; i < array.size() && i < offsets.size() && !errors.full(); ++i) {
        gatherer.add_product(array[i], offsets[i]);
    }
    return {gatherer.take(), gatherer.take_offsets()};
}

base::Sentence words_for(const boost::system::error_code& error) {
    if (error == json::error::too_deep) {
        return say("json_too_deep");
    }
    if (error == json::error::incomplete) {
        return say("json_cut_off");
    }
    if (error == json::error::extra_data) {
        return say("json_more_behind");
    }
    return say("json_malformed", error.message());
}

// The parsed text, or nothing with an error at the byte where the parser stopped.
std::optional<json::value> parse(std::string_view text, ImportErrors& errors) {
    json::parse_options options;
    options.max_depth = kDepthMax;
    json::parser parser({}, options);
    const std::size_t start = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    boost::system::error_code error;
    const std::size_t stop =
        parser.write_some(text.data() + start, text.size() - start, error) + start;
    if (error) {
        errors.add(stop, words_for(error));
        return std::nullopt;
    }
    const std::size_t rest = text.find_first_not_of(" \t\r\n", stop);
    if (rest != std::string_view::npos) {
        errors.add(rest, words_for(json::error::extra_data));
        return std::nullopt;
    }
    return parser.release();
}

}  // namespace

Import import_json(std::string_view text) {
    ImportErrors errors(text);
    Import import;
    if (check_text(text, errors)) {
        if (const auto root = parse(text, errors)) {
            import.products = read_products(*root, text, errors).products;
        }
    }
    if (errors.none()) return import;
    import.products.clear();  // nothing half imported
    import.errors = errors.take();
    return import;
}

SkuOffsets sku_offsets_in_json(std::string_view text) {
    ImportErrors errors(text);
    const auto root = parse(text, errors);
    return root ? read_products(*root, text, errors).sku_offsets : SkuOffsets{};
}

}  // namespace sluice::catalog
