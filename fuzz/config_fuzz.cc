// SPDX-License-Identifier: Apache-2.0
// Reads configurations. What must hold: one that is accepted keeps every range, and is read back
// from the file that is written of it; one that is refused is answered with the file, line and
// column. The same for single options, as flags and environment give them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/check.h"
#include "config.h"

namespace {

using sluice::Config;
using sluice::Option;

bool in_range(const Option& option) {
    return std::visit(
        [&option]<class T>(const T* where) {
            if constexpr (std::is_same_v<T, sluice::base::Duration>) {
                return where->ms >= option.least && where->ms <= option.most;
            } else if constexpr (std::is_same_v<T, double>) {
                return *where >= static_cast<double>(option.least) &&
                       *where <= static_cast<double>(option.most);
            } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
                const auto value = static_cast<std::int64_t>(*where);
                return value >= option.least && value <= option.most;
            } else {
                return true;
            }
        },
        option.where);
}

void must_be_read_back(Config& config) {
    for (const Option& option : options_of(config)) CHECK(in_range(option));
    const std::string written = to_toml(config);
    Config again;
    CHECK(read_text(again, written, "again"));
    CHECK(to_toml(again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Config from_file;
    if (const auto read = read_text(from_file, text, "fuzz")) {
        must_be_read_back(from_file);
    } else {
        CHECK(read.error().what.starts_with("fuzz:"));
        CHECK(read.error().what[5] >= '0' && read.error().what[5] <= '9');
    }
    Config from_flag;
    const std::size_t equals = text.find('=');
    if (equals == text.npos) return 0;
    if (set_option(from_flag, text.substr(0, equals), text.substr(equals + 1)))
        must_be_read_back(from_flag);
    else
        CHECK(to_toml(from_flag) == to_toml(Config{}));
    return 0;
}
