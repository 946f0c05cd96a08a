// SPDX-License-Identifier: Apache-2.0
// Reads what people type as a code, and base32. What must hold: whatever is typed, what is read is
// six digits, a recovery code in its one spelling, or nothing; it reads the same again; and a text
// is base32 only if it is how its bytes are written.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "account/totp.h"
#include "base/check.h"

namespace {

using sluice::account::TypedCode;

bool consists_of(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == text.npos;
}

void type(std::string_view typed) {
    const TypedCode code = sluice::account::parse_code(typed);
    switch (code.kind) {
        case TypedCode::Kind::neither: CHECK(code.text.empty()); return;
        case TypedCode::Kind::totp:
            CHECK(code.text.size() == 6 && consists_of(code.text, "0123456789"));
            break;
        case TypedCode::Kind::recovery:
            CHECK(code.text.size() == 19);
            for (std::size_t at = 0; at < code.text.size(); ++at)
                CHECK((code.text[at] == '-') == (at % 5 == 4));
            CHECK(consists_of(code.text, "abcdefghijklmnopqrstuvwxyz234567-"));
            break;
    }
    CHECK(typed.size() <= sluice::account::kCodeTypedMax);
    const TypedCode again = sluice::account::parse_code(code.text);
    CHECK(again.kind == code.kind && again.text == code.text);
}

void base32(std::string_view text) {
    const auto bytes = sluice::account::parse_base32(text);
    if (!bytes) return;
    CHECK(sluice::account::to_base32(
              {reinterpret_cast<const unsigned char*>(bytes->data()), bytes->size()}) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    type(text);
    base32(text);
    CHECK(sluice::account::parse_base32(sluice::account::to_base32({data, size})) == text);
    return 0;
}
