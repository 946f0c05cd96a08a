// SPDX-License-Identifier: Apache-2.0
// Config edit: puts the measured limit into a configuration file that people wrote, and leaves
// every other byte as it is. It knows lines, not all of TOML: what it made is read back, and
// refused unless exactly this option changed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::command {

/// `text` with gates.purchases_per_second = `limit`; `file` is only what errors call it.
[[nodiscard]] base::Result<std::string> with_purchase_limit(std::string_view text,
                                                            const std::string& file,
                                                            std::uint64_t limit);

/// The lines that differ, with - and + in front.
[[nodiscard]] std::string line_difference(std::string_view before, std::string_view after);

[[nodiscard]] base::Result<std::string> read_whole_file(const std::string& file);
/// All of it or nothing: through a file beside it, which then takes its place and its mode.
[[nodiscard]] base::Result<void> replace_file(const std::string& file, std::string_view text);

}  // namespace sluice::command
