// SPDX-License-Identifier: Apache-2.0
// Replace file: a published file changes in one moment: a reader has the old bytes or the new.
// Threads: any that may wait for the disk; not two for one file.
#pragma once

#include <filesystem>
#include <set>
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

/// A file and what it is compressed, "" where that is not smaller.
struct Forms {
    std::string_view plain, gzip, brotli;
};

/// Replaces `file`, file.gz and file.br, each that has other bytes; removes a compressed form that
/// there is none of. The compressed ones first: a server that looks for them must not find those
/// of an older page. What a crash left undone is found by the next call.
[[nodiscard]] base::Result<void> replace_forms(const std::filesystem::path& file,
                                               const Forms& forms);

/// Removes every file of `folder` whose name is not wanted: what is published no more, and what a
/// crash left half made. No folder is no error.
[[nodiscard]] base::Result<void> keep_only(const std::filesystem::path& folder,
                                           const std::set<std::string>& wanted);

/// All bytes of a file; "" if it cannot be read.
[[nodiscard]] std::string read_whole(const std::filesystem::path& file);

}  // namespace sluice::api
