// SPDX-License-Identifier: Apache-2.0
// Reads bodies as a handler does. What must hold: a body without a complaint is an object whose
// values keep every rule that the readers were given, and reads the same when it is written again;
// a body with one is answered with a 400 whose problem document is JSON itself, whatever bytes the
// client chose. And what is read as a sole number is what the document says.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/json_body.h"
#include "base/check.h"
#include "base/text.h"

namespace {

using sluice::api::JsonBody;
using sluice::api::JsonReader;
namespace json = boost::json;

struct Values {
    std::int64_t quantity = 0;
    std::string name;
    sluice::base::Money price;
    std::size_t policy = 0;
    std::size_t items = 0;
    std::string note;
    bool operator==(const Values&) const = default;
};

Values read(const JsonBody& body) {
    const JsonReader root = body.root();
    Values values;
    values.quantity = root.number("quantity", 1, 1000);
    values.name = root.text("name", {1, 8, false});
    values.note = root.maybe_text("note", {0, 20, true}).value_or("");
    values.price = root.maybe_money("price", 1).value_or(sluice::base::Money{1, {}});
    values.policy = root.maybe_choice("policy", {"reserve", "on_order"}).value_or(0);
    for (const JsonReader& item : root.maybe_objects("items", 3)) {
        (void)item.id<sluice::base::SkuId>("sku");
        (void)item.maybe_instant("at");
        (void)item.maybe_flag("on");
        ++values.items;
    }
    return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const JsonBody body(text);
    const Values values = read(body);
    if (const auto number = sluice::api::sole_number(text, "quantity")) {
        const JsonBody same(text);
        CHECK(same.root().number("quantity", 0, 999'999'999) == *number && !same.refusal());
    }
    json::error_code failed;
    if (const auto refusal = body.refusal()) {
        CHECK(refusal->status == 400);
        const json::value problem = json::parse(refusal->body, failed);
        CHECK(!failed && problem.at("code").as_string() == "invalid");
        return 0;
    }
    CHECK(values.quantity >= 1 && values.quantity <= 1000);
    CHECK(sluice::base::is_clean_text(values.name) && !values.name.empty());
    CHECK(sluice::base::code_points(values.name) <= 8);
    CHECK(sluice::base::is_clean_text(values.note, true));
    CHECK(values.price.amount >= 1 && values.policy <= 1 && values.items <= 3);
    const json::value whole = json::parse(text, failed);
    CHECK(!failed && whole.is_object());
    const std::string written = json::serialize(whole);
    const JsonBody again(written);
    CHECK(read(again) == values && !again.refusal());
    return 0;
}
