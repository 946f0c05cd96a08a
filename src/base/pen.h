// SPDX-License-Identifier: Apache-2.0
// Pen: writes short pieces of text one behind the other into memory of its own; for what is written
// for every request, where appending each piece to a string costs more than the piece.
// Limits: Size bytes, CHECKed; whoever takes a pen knows how long its text can be.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "base/check.h"

namespace sluice::base {

template <std::size_t Size>
class Pen {
   public:
    Pen& text(std::string_view piece) {
        CHECK(piece.size() <= Size - used_);
        std::memcpy(bytes_.data() + used_, piece.data(), piece.size());
        used_ += piece.size();
        return *this;
    }
    template <std::integral Number>
    Pen& number(Number number) {
        char* const end = bytes_.data() + Size;
        const auto done = std::to_chars(bytes_.data() + used_, end, number);
        CHECK(done.ec == std::errc{});
        used_ = static_cast<std::size_t>(done.ptr - bytes_.data());
        return *this;
    }
    [[nodiscard]] std::string_view written() const { return {bytes_.data(), used_}; }

   private:
    std::array<char, Size> bytes_;
    std::size_t used_ = 0;
};

}  // namespace sluice::base
