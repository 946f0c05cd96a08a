// SPDX-License-Identifier: Apache-2.0
// JsonKeys: keys that stand twice in one object of a JSON text. A parser keeps the last of two,
// another reader of the same text may keep the first, and both think that they read the same; so
// who takes JSON from outside refuses such a text.   Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

namespace sluice::base {

/// The JSON pointer (RFC 6901) of the first key that stands in its object for a second time, such
/// as "/items/0/price"; empty if there is none. For a text that a parser took before.
[[nodiscard]] std::string find_repeated_key(std::string_view json);

/// A key as one token of a JSON pointer.
[[nodiscard]] std::string to_pointer_token(std::string_view key);

}  // namespace sluice::base
