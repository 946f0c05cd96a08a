// SPDX-License-Identifier: Apache-2.0
// Reads bodies as a handler does. What must hold: a body without a complaint is an object whose
// values keep every rule that the readers were given, and reads the same when it is written again;
// a body with one is answered with a 400 whose problem document is JSON itself, whatever bytes the
// client chose. What is read as a sole number is what the document says, and a key that stands
// twice in one object is found exactly where the parser dropped a member.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/json_body.h"
#include "base/check.h"
#include "base/json_keys.h"
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

/// One for each member of each object.
std::size_t count_colons(std::string_view text) {
    std::size_t count = 0;
    bool is_quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') is_quoted = !is_quoted;
        if (is_quoted && text[at] == '\\') ++at;
        if (!is_quoted && text[at] == ':') ++count;
    }
    return count;
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
    const json::value whole = json::parse(text, failed);
    const std::string written = failed ? std::string() : json::serialize(whole);
    const bool is_json = !failed;
    const bool lost_member = is_json && count_colons(text) != count_colons(written);
    if (is_json) CHECK(lost_member == !sluice::base::find_repeated_key(text).empty());
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
    CHECK(is_json && whole.is_object() && !lost_member);
    const JsonBody again(written);
    CHECK(read(again) == values && !again.refusal());
    return 0;
}
