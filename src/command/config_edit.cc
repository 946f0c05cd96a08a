// SPDX-License-Identifier: Apache-2.0
#include "command/config_edit.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "config.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

constexpr std::string_view kSection = "gates";
constexpr std::string_view kKey = "purchases_per_second";
constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// "gates . user_burst" and "gates.user_burst" are one name; so is "\"gates\".user_burst".
std::string bare(std::string_view name) {
    std::string text;
    for (const char c : name)
        if (kBlanks.find(c) == kBlanks.npos && c != '"' && c != '\'') text += c;
    return text;
}

/// What is known of the file, line by line: places are offsets into the text.
struct Places {
    std::size_t value = 0, value_size = 0;  ///< of the option, if it is there
    std::size_t behind_section = 0;         ///< where a line may follow its last option
    std::size_t behind_dotted = 0;  ///< behind the last `gates.… = ` in front of all tables
};

Places find_places(std::string_view text) {
    Places places;
    std::string section;
    std::size_t at = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    while (at < text.size()) {
        const std::size_t feed = std::min(text.find('\n', at), text.size() - 1);
        const std::string_view raw = text.substr(at, feed + 1 - at);
        const std::string_view line = trimmed(raw.substr(0, raw.find_last_not_of("\r\n") + 1));
        if (line.starts_with('[')) {
            section = line.starts_with("[[") ? "[[" : bare(line.substr(1, line.find(']') - 1));
            if (section == kSection) places.behind_section = feed + 1;
        } else if (!line.empty() && !line.starts_with('#')) {
            const std::size_t equals = raw.find('=');
            const std::string key = equals == raw.npos ? "" : bare(raw.substr(0, equals));
            const std::string name = section.empty() ? key : section + "." + key;
            if (section == kSection) places.behind_section = feed + 1;
            if (section.empty() && name.starts_with(fmt::format("{}.", kSection)))
                places.behind_dotted = feed + 1;
            if (name == fmt::format("{}.{}", kSection, kKey)) {
                const std::size_t value =
                    std::min(raw.find_first_not_of(kBlanks, equals + 1), raw.size());
                places.value = at + value;
                places.value_size =
                    std::min(raw.find_first_of(" \t#\r\n", value), raw.size()) - value;
            }
        }
        at = feed + 1;
    }
    return places;
}

std::string edited(std::string_view text, std::uint64_t limit) {
    const Places places = find_places(text);
    std::string result(text);
    if (places.value != 0)
        return result.replace(places.value, places.value_size, fmt::format("{}", limit));
    const std::size_t feed = text.find('\n');
    const bool has_returns = feed != text.npos && feed > 0 && text[feed - 1] == '\r';
    const char* const end = has_returns ? "\r\n" : "\n";
    std::size_t where = places.behind_section != 0 ? places.behind_section : places.behind_dotted;
    std::string line = fmt::format("{} = {}{}", kKey, limit, end);
    if (places.behind_section == 0 && places.behind_dotted != 0)
        line = fmt::format("{}.{}", kSection, line);
    if (where == 0) {
        where = text.size();
        line = fmt::format("{}[{}]{}{}", text.empty() ? "" : end, kSection, end, line);
    }
    if (where > 0 && text[where - 1] != '\n') line.insert(0, end);
    return result.insert(where, line);
}

/// The options that a text sets, as they are printed, without the one that is edited.
Result<std::string> others_of(std::string_view text, const std::string& file, double& limit) {
    Config config;
    if (auto read = read_text(config, text, file); !read) return std::unexpected(read.error());
    limit = std::exchange(config.gates.purchase_rate.per_second, 0);
    return to_toml(config);
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t feed = text.find('\n');
        lines.push_back(text.substr(0, feed));
        text = feed == text.npos ? std::string_view{} : text.substr(feed + 1);
    }
    return lines;
}

}  // namespace

Result<std::string> with_purchase_limit(std::string_view text, const std::string& file,
                                        std::uint64_t limit) {
    double before = 0;
    const auto others = others_of(text, file, before);
    if (!others) return std::unexpected(others.error());
    std::string result = edited(text, limit);
    double after = 0;
    const auto others_after = others_of(result, file, after);
    if (!others_after || *others_after != *others || after != static_cast<double>(limit))
        return failure(ErrorCode::invalid,
                       fmt::format("cannot edit {}: [{}] is written in a way that this command "
                                   "does not know; put `{} = {}` there by hand",
                                   file, kSection, kKey, limit));
    return result;
}

std::string line_difference(std::string_view before, std::string_view after) {
    const auto old_lines = lines_of(before);
    const auto new_lines = lines_of(after);
    std::size_t same = 0;
    const std::size_t least = std::min(old_lines.size(), new_lines.size());
    while (same < least && old_lines[same] == new_lines[same]) ++same;
    std::size_t tail = 0;
    while (tail < least - same &&
           old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
        ++tail;
    std::string text;
    for (std::size_t i = same; i < old_lines.size() - tail; ++i)
        text += fmt::format("-{}\n", old_lines[i]);
    for (std::size_t i = same; i < new_lines.size() - tail; ++i)
        text += fmt::format("+{}\n", new_lines[i]);
    return text;
}

Result<std::string> read_whole_file(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in || std::filesystem::is_directory(file))
        return failure(ErrorCode::invalid, fmt::format("cannot read {}; check its name", file));
    return text;
}

Result<void> replace_file(const std::string& file, std::string_view text) {
    // A link stays a link: what it points to is replaced.
    std::error_code error;
    const std::string target = std::filesystem::canonical(file, error).string();
    std::string beside = (error ? file : target) + ".XXXXXX";
    const auto refused = [&file] {
        return failure(ErrorCode::unavailable,
                       fmt::format("cannot write {}: {}", file, std::strerror(errno)));
    };
    struct stat old {};
    if (error || stat(target.c_str(), &old) != 0) return refused();
    const int out = mkostemp(beside.data(), O_CLOEXEC);
    if (out < 0) return refused();
    const bool written = write(out, text.data(), text.size()) == std::ssize(text) &&
                         fchmod(out, old.st_mode & 07777) == 0 && fsync(out) == 0;
    // Only root can give a file away; where the owner is the same there is nothing to give.
    const bool owned = old.st_uid == geteuid() || fchown(out, old.st_uid, old.st_gid) == 0;
    close(out);
    if (written && owned && rename(beside.c_str(), target.c_str()) == 0) return {};
    const auto why = refused();
    unlink(beside.c_str());
    return why;
}

}  // namespace sluice::command
