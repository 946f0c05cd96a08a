// SPDX-License-Identifier: Apache-2.0
#include "api/replace_file.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace sluice::api {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

base::Result<void> make_folder_of(const fs::path& file) {
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    if (!failed) return {};
    return base::failure(ErrorCode::unavailable,
                         fmt::format("The folder {} cannot be made: {}.",
                                     file.parent_path().string(), failed.message()));
}

/// A name of its own, for what a crash left there must not be in the way.
fs::path beside(const fs::path& file) {
    return file.string() + fmt::format(".{:016x}.new", base::random_u64());
}

base::Result<void> rename_into_place(const fs::path& from, const fs::path& file) {
    std::error_code failed;
    fs::rename(from, file, failed);
    if (!failed) return {};
    auto error = base::failure(
        ErrorCode::unavailable,
        fmt::format("The page {} cannot be replaced: {}.", file.string(), failed.message()));
    fs::remove(from, failed);
    return error;
}

/// nginx makes an ETag of the size and the time in seconds: two versions of one second with one
/// size would be the same to it.
void set_later(const fs::path& next, const fs::path& before) {
    std::error_code failed;
    const auto old = fs::last_write_time(before, failed);
    if (failed) return;
    const auto made = fs::last_write_time(next, failed);
    if (failed) return;
    const auto second_after =
        std::chrono::floor<std::chrono::seconds>(old) + std::chrono::seconds{1};
    if (made < second_after) fs::last_write_time(next, second_after, failed);
}

}  // namespace

base::Result<void> replace_file(const fs::path& file, std::string_view bytes) {
    if (auto made = make_folder_of(file); !made) return made;
    const fs::path next = beside(file);
    {
        std::ofstream out(next, std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
        if (!out) {
            std::error_code ignored;
            fs::remove(next, ignored);
            return base::failure(ErrorCode::unavailable,
                                 fmt::format("The page {} cannot be written: is the disk full, or "
                                             "the folder not ours?",
                                             file.string()));
        }
    }
    set_later(next, file);
    return rename_into_place(next, file);
}

base::Result<void> replace_link(const fs::path& link, const fs::path& target) {
    if (auto made = make_folder_of(link); !made) return made;
    const fs::path next = beside(link);
    std::error_code failed;
    fs::create_symlink(target, next, failed);
    if (failed)
        return base::failure(ErrorCode::unavailable, fmt::format("The link {} cannot be made: {}.",
                                                                 link.string(), failed.message()));
    return rename_into_place(next, link);
}

base::Result<void> replace_forms(const fs::path& file, const Forms& forms) {
    for (const auto& [ending, bytes] :
         {std::pair{".gz", forms.gzip}, std::pair{".br", forms.brotli}}) {
        const fs::path form = file.string() + ending;
        std::error_code ignored;
        if (bytes.empty())
            fs::remove(form, ignored);
        else if (read_whole(form) == bytes)
            continue;
        else if (auto done = replace_file(form, bytes); !done)
            return done;
    }
    if (fs::exists(file) && read_whole(file) == forms.plain) return {};
    return replace_file(file, forms.plain);
}

base::Result<void> keep_only(const fs::path& folder, const std::set<std::string>& wanted) {
    std::error_code failed;
    std::vector<fs::path> old;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        if (!wanted.contains(at->path().filename().string())) old.push_back(at->path());
    if (failed == std::errc::no_such_file_or_directory) return {};
    for (const fs::path& file : old) {
        if (failed) break;
        fs::remove(file, failed);
    }
    if (!failed) return {};
    return base::failure(
        ErrorCode::unavailable,
        fmt::format("Old files cannot be removed from {}: {}.", folder.string(), failed.message()));
}

std::string read_whole(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace sluice::api
