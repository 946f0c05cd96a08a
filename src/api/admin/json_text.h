// SPDX-License-Identifier: Apache-2.0
// JsonText: writes one JSON text from front to back. Commas are its business, nesting is the
// caller's (CHECKed at the end). There is no null: a field without a value is left out, so that
// every field has one type (docs/api/openapi.yaml).   Threads: one.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/money.h"
#include "base/time.h"

namespace sluice::api::admin {

class JsonText {
   public:
    /// `{`, as an element of a list or as the whole.
    JsonText& open();
    JsonText& open(std::string_view name);
    JsonText& close();
    /// `[`
    JsonText& open_list();
    JsonText& open_list(std::string_view name);
    JsonText& close_list();

    JsonText& text(std::string_view name, std::string_view value);
    JsonText& flag(std::string_view name, bool value);
    /// Not a number: left out.
    JsonText& real(std::string_view name, double value);
    template <std::integral Number>
    requires(!std::same_as<Number, bool>) JsonText& number(std::string_view name, Number value) {
        return raw(name, std::to_string(value));
    }
    /// As decimal digits in quotes: a snowflake loses digits as a JavaScript number. None: left
    /// out.
    template <class Tag, class Number>
    JsonText& id(std::string_view name, base::Id<Tag, Number> value) {
        return value ? text(name, base::to_text(value)) : *this;
    }
    /// RFC 3339; none: left out.
    JsonText& time(std::string_view name, base::Instant value);
    JsonText& money(std::string_view name, const base::Money& value);
    /// `json` is a JSON text already; "": left out.
    JsonText& raw(std::string_view name, std::string_view json);
    /// Likewise as an element of a list, which is never "".
    JsonText& raw(std::string_view json);
    JsonText& element(std::string_view value);

    /// The whole text. CHECKs that everything opened is closed.
    [[nodiscard]] std::string take();

   private:
    void comma();
    void name(std::string_view name);

    std::string out_;
    int depth_ = 0;
    bool first_ = true;
};

}  // namespace sluice::api::admin
