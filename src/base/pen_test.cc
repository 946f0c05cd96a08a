// SPDX-License-Identifier: Apache-2.0
#include "base/pen.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace sluice::base {
namespace {

TEST(Pen, WritesPiecesAndNumbersOneBehindTheOther) {
    Pen<64> pen;
    pen.text("a=").number(7).text("").text(", b=").number(-40);
    pen.text(" ").number(std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(pen.written(), "a=7, b=-40 18446744073709551615");
}

TEST(Pen, HoldsExactlyAsMuchAsItSays) {
    Pen<4> pen;
    pen.text("12").number(34);
    EXPECT_EQ(pen.written(), "1234");
    EXPECT_DEATH(pen.text("5"), "");
    Pen<4> other;
    EXPECT_DEATH(other.number(12345), "");
}

}  // namespace
}  // namespace sluice::base
