// SPDX-License-Identifier: Apache-2.0
#include "api/compress.h"

#include <brotli/encode.h>
#include <libdeflate.h>

#include <algorithm>
#include <cstddef>

namespace sluice::api {

namespace {

// A twentieth smaller than zlib makes it, which for the page of an item is a packet less.
std::string gzip(std::string_view bytes) {
    constexpr int kBest = 12;
    libdeflate_compressor* compressor = libdeflate_alloc_compressor(kBest);
    if (compressor == nullptr) return {};
    std::string out(libdeflate_gzip_compress_bound(compressor, bytes.size()), '\0');
    out.resize(
        libdeflate_gzip_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
    libdeflate_free_compressor(compressor);
    return out;
}

std::string brotli(std::string_view bytes) {
    // The highest quality takes ten times as long for two percent; a shop has hundreds of pages.
    constexpr int kQuality = 9;
    std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
    std::string out(size, '\0');
    const bool done =
        BrotliEncoderCompress(kQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.size(),
                              reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                              reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE;
    out.resize(done ? size : 0);
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool is_word(std::string_view text, std::string_view lower_case) {
    return std::ranges::equal(text, lower_case, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

// Whether `;q=0`, `; q=0.000` or the like stands behind the name: it is refused.
bool is_refused(std::string_view parameters) {
    const std::string_view q = trimmed(parameters);
    if (q.size() < 3 || (q[0] != 'q' && q[0] != 'Q') || q[1] != '=') return false;
    return q.find_first_not_of("0.", 2) == std::string_view::npos;
}

enum class Wish : std::uint8_t { unsaid, wanted, refused };

struct Wishes {
    Wish gzip = Wish::unsaid, brotli = Wish::unsaid, rest = Wish::unsaid;

    [[nodiscard]] bool admit(Wish one) const noexcept {
        return (one == Wish::unsaid ? rest : one) == Wish::wanted;
    }
};

Wishes wishes_in(std::string_view accept_encoding) noexcept {
    Wishes wishes;
    while (!accept_encoding.empty()) {
        const std::size_t comma = std::min(accept_encoding.find(','), accept_encoding.size());
        const std::string_view one = accept_encoding.substr(0, comma);
        accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
        const std::size_t semicolon = std::min(one.find(';'), one.size());
        const std::string_view name = trimmed(one.substr(0, semicolon));
        const Wish wish = semicolon < one.size() && is_refused(one.substr(semicolon + 1))
                              ? Wish::refused
                              : Wish::wanted;
        if (is_word(name, "br"))
            wishes.brotli = wish;
        else if (is_word(name, "gzip") || is_word(name, "x-gzip"))
            wishes.gzip = wish;
        else if (name == "*")
            wishes.rest = wish;
    }
    return wishes;
}

}  // namespace

std::string compress(std::string_view bytes, Coding coding) {
    std::string out;
    if (coding == Coding::gzip) out = gzip(bytes);
    if (coding == Coding::brotli) out = brotli(bytes);
    if (out.size() >= bytes.size()) out.clear();
    return out;
}

Coding coding_for(std::string_view accept_encoding) noexcept {
    const Wishes wishes = wishes_in(accept_encoding);
    if (wishes.admit(wishes.brotli)) return Coding::brotli;
    return wishes.admit(wishes.gzip) ? Coding::gzip : Coding::plain;
}

bool takes_gzip(std::string_view accept_encoding) noexcept {
    const Wishes wishes = wishes_in(accept_encoding);
    return wishes.admit(wishes.gzip);
}

std::string_view to_text(Coding coding) noexcept {
    switch (coding) {
        case Coding::gzip: return "gzip";
        case Coding::brotli: return "br";
        case Coding::plain: break;
    }
    return "";
}

std::string_view file_ending(Coding coding) noexcept {
    switch (coding) {
        case Coding::gzip: return ".gz";
        case Coding::brotli: return ".br";
        case Coding::plain: break;
    }
    return "";
}

}  // namespace sluice::api
