// SPDX-License-Identifier: Apache-2.0
// Replace file: a published file changes in one moment: a reader has the old bytes or the new.
// Threads: any that may wait for the disk; not two for one file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::api {

/// Writes the bytes beside `file` and renames them into it; makes its folder. The file's time in
/// whole seconds is later than before: web servers make their ETag of that and the size.
[[nodiscard]] base::Result<void> replace_file(const std::filesystem::path& file,
                                              std::string_view bytes);

/// The same for a symbolic link to `target`.
[[nodiscard]] base::Result<void> replace_link(const std::filesystem::path& link,
                                              const std::filesystem::path& target);

/// All bytes of a file; "" if it cannot be read.
[[nodiscard]] std::string read_whole(const std::filesystem::path& file);

}  // namespace sluice::api
