// SPDX-License-Identifier: Apache-2.0
// ChunkDecoder: takes the chunked framing (RFC 9112 section 7.1) off a body, byte by byte, so that
// the result cannot depend on how the bytes arrive.
// Stricter than the RFC demands: CR LF only, at most 8 digits of size, bounded extensions and
// trailers, which are skipped and never seen by a handler.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::http {

class ChunkDecoder {
   public:
    enum class Step : unsigned char { more, done, malformed, too_long };

    /// Takes bytes of `input` and appends the body to `body`, which may become `body_max` long.
    /// `used` tells how many bytes were taken; with `done` the rest belongs to the next request.
    [[nodiscard]] Step decode(std::string_view input, std::string& body, std::size_t body_max,
                              std::size_t& used);

   private:
    enum class Place : unsigned char {
        size_first,    ///< before the first digit
        size,          ///< behind a digit
        size_space,    ///< blanks, which only an extension may follow
        extension,     ///< behind ';', skipped
        size_lf,       ///< the line feed of the size line
        data,          ///< in the chunk
        data_cr,       ///< behind the chunk
        data_lf,       ///< the line feed behind the chunk
        trailer,       ///< at the start of a trailer line
        trailer_name,  ///< within its name
        trailer_line,  ///< behind the colon
        trailer_lf,    ///< its line feed
        last_lf        ///< the line feed of the empty line
    };
    [[nodiscard]] Step step(char c);

    std::size_t left_ = 0;     ///< of the chunk
    std::size_t skipped_ = 0;  ///< bytes of extensions and trailers
    unsigned char digits_ = 0;
    Place place_ = Place::size_first;
};

}  // namespace sluice::http
