// SPDX-License-Identifier: Apache-2.0
// Violation: what ends a simulated sale: a promise was broken.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace sluice::sim {

/// Thrown to the main function, which prints it with the seed and the step.
struct Violation {
    std::string what;
};

/// Throws unless `holds`; the rest says in the words of a person what is wrong.
template <class... Values>
void expect(bool holds, fmt::format_string<Values...> what, Values&&... values) {
    if (!holds) throw Violation{fmt::format(what, std::forward<Values>(values)...)};
}

}  // namespace sluice::sim
