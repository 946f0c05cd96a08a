// SPDX-License-Identifier: Apache-2.0
#include "http/chunks.h"

#include <algorithm>

#include "http/head.h"

namespace sluice::http {

namespace {

/// Extensions and trailers of one body together: nobody we know sends any.
constexpr std::size_t kSkippedMax = 4096;
/// 8 digits are 4 GiB, more than any route takes; the limit keeps the size from overflowing.
constexpr unsigned char kDigitsMax = 8;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_control(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && u != '\t') || u == 0x7f;
}

}  // namespace

ChunkDecoder::Step ChunkDecoder::step(char c) {
    const auto move = [this](bool good, Place next) {
        place_ = next;
        return good ? Step::more : Step::malformed;
    };
    switch (place_) {
        case Place::size_first:
        case Place::size: {
            const int digit = hex_value(c);
            if (digit >= 0) {
                left_ = left_ * 16 + static_cast<std::size_t>(digit);
                return move(++digits_ <= kDigitsMax, Place::size);
            }
            if (place_ == Place::size_first) return Step::malformed;
            if (c == '\r') return move(true, Place::size_lf);
            [[fallthrough]];
        }
        case Place::size_space:
            if (c == ';') return move(true, Place::extension);
            return move((c == ' ' || c == '\t') && ++skipped_ <= kSkippedMax, Place::size_space);
        case Place::extension:
            if (c == '\r') return move(true, Place::size_lf);
            return move(!is_control(c) && ++skipped_ <= kSkippedMax, Place::extension);
        case Place::size_lf:
            digits_ = 0;
            return move(c == '\n', left_ > 0 ? Place::data : Place::trailer);
        case Place::data_cr: return move(c == '\r', Place::data_lf);
        case Place::data_lf: return move(c == '\n', Place::size_first);
        case Place::trailer:
            if (c == '\r') return move(true, Place::last_lf);
            [[fallthrough]];
        case Place::trailer_name:
            // Strict, or a request behind a chunk of size 0 would be taken for a trailer.
            if (c == ':') return move(place_ == Place::trailer_name, Place::trailer_line);
            return move(is_token(c) && ++skipped_ <= kSkippedMax, Place::trailer_name);
        case Place::trailer_line:
            if (c == '\r') return move(true, Place::trailer_lf);
            return move(!is_control(c) && ++skipped_ <= kSkippedMax, Place::trailer_line);
        case Place::trailer_lf: return move(c == '\n', Place::trailer);
        case Place::last_lf: return c == '\n' ? Step::done : Step::malformed;
        case Place::data: break;
    }
    return Step::malformed;
}

ChunkDecoder::Step ChunkDecoder::decode(std::string_view input, std::string& body,
                                        std::size_t body_max, std::size_t& used) {
    used = 0;
    while (used < input.size()) {
        if (place_ == Place::data) {
            const std::size_t take = std::min(left_, input.size() - used);
            body.append(input.substr(used, take));
            used += take;
            left_ -= take;
            if (left_ == 0) place_ = Place::data_cr;
            continue;
        }
        const Step at = step(input[used++]);
        if (at != Step::more) return at;
        // Checked as soon as the size is known, so that a long chunk is refused before it is sent.
        if (place_ == Place::data && left_ > body_max - body.size()) return Step::too_long;
    }
    return Step::more;
}

}  // namespace sluice::http
