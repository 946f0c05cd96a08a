// SPDX-License-Identifier: Apache-2.0
#include "catalog/import_text.h"

#include <algorithm>

#include "base/sentences.h"

namespace sluice::catalog {

namespace {

constexpr std::size_t kExcerptMax = 60;  // bytes

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The size of the well-formed character at the start of `text`, or 0 (RFC 3629: no surrogates, no
// overlong forms, nothing above U+10FFFF).
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    std::size_t size = 0;
    unsigned low = 0x80;
    unsigned high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        size = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        size = 3;
        if (first == 0xe0) low = 0xa0;
        if (first == 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
        size = 4;
        if (first == 0xf0) low = 0x90;
        if (first == 0xf4) high = 0x8f;
    }
    if (size == 0 || text.size() < size) return 0;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < size; ++i) {
        if (!is_continuation(text[i])) return 0;
    }
    return size;
}

}  // namespace

std::optional<std::size_t> find_malformed_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t size = character_size(text.substr(at));
        if (size == 0) return at;
        at += size;
    }
    return std::nullopt;
}

std::string excerpt(std::string_view text) {
    if (text.size() <= kExcerptMax) return std::string(text);
    std::size_t end = kExcerptMax;
    while (end > 0 && is_continuation(text[end])) --end;
    return std::string(text.substr(0, end)) + "…";
}

void ImportErrors::add(std::size_t offset, base::Sentence what) {
    if (full()) return;
    const auto place = std::ranges::upper_bound(found_, offset, {}, &Found::offset);
    found_.insert(place, {offset, std::move(what)});
}

void ImportErrors::complain(std::size_t offset, base::Sentence what) {
    if (!what.empty()) add(offset, std::move(what));
}

std::size_t ImportErrors::line_of(std::size_t offset) const {
    const std::string_view before = text_.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

std::vector<ImportError> ImportErrors::take() {
    std::vector<ImportError> errors;
    errors.reserve(found_.size());
    std::size_t line = 1;
    std::size_t line_start = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    std::size_t at = line_start;
    for (Found& found : found_) {
        const std::size_t offset = std::min(found.offset, text_.size());
        for (; at < offset; ++at) {
            if (text_[at] != '\n') continue;
            ++line;
            line_start = at + 1;
        }
        std::size_t column = 1;
        for (std::size_t i = line_start; i < offset; ++i)
            column += is_continuation(text_[i]) ? 0 : 1;
        errors.push_back({line, column, std::move(found.what)});
    }
    found_.clear();
    return errors;
}

bool check_text(std::string_view text, ImportErrors& errors) {
    if (text.size() > kImportBytesMax) {
        errors.add(0, base::say("file_too_long", text.size(), kImportBytesMax));
        return false;
    }
    if (const auto malformed = find_malformed_utf8(text)) {
        errors.add(*malformed, base::say("file_not_utf8"));
        return false;
    }
    if (text.find_first_not_of(" \t\r\n", text.starts_with(kByteOrderMark) ? 3 : 0) ==
        std::string_view::npos) {
        errors.add(0, base::say("file_empty"));
        return false;
    }
    return true;
}

}  // namespace sluice::catalog
