// SPDX-License-Identifier: Apache-2.0
#include "account/token.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/text.h"

namespace sluice::account {
namespace {

using base::Instant;
using base::Key128;
using base::UserId;

constexpr Instant kNow{1'800'000'000'000};
constexpr Instant kLater{kNow.ms + 3'600'000};
const UserId kUser = base::user_of("sluice", "alice");

TokenKey fixed_key(unsigned char byte = 7) {
    base::Bytes32 bytes{};
    bytes.fill(byte);
    return TokenKey(bytes);
}

TEST(Token, NamesItsUserUntilItExpires) {
    const TokenKey key = fixed_key();
    const std::string token = key.issue(kUser, kNow, kLater);
    EXPECT_EQ(token.size(), kTokenSize);
    EXPECT_EQ(key.verify(token, kNow), kUser);
    EXPECT_EQ(key.verify(token, Instant{kLater.ms - 1}), kUser);
    EXPECT_FALSE(key.verify(token, kLater));
    EXPECT_FALSE(key.verify(token, Instant{kLater.ms + base::kDay.ms}));
}

TEST(Token, OfAnyUserIsGivenBackAsItWas) {
    EXPECT_TRUE(rc::check([](std::uint64_t high, std::uint64_t low) {
        const UserId user{Key128{high, low}};
        RC_PRE(static_cast<bool>(user));
        const TokenKey key = fixed_key();
        RC_ASSERT(key.verify(key.issue(user, kNow, kLater), kNow) == user);
    }));
}

TEST(Token, OfAnotherKeyIsRefused) {
    EXPECT_FALSE(fixed_key(8).verify(fixed_key(7).issue(kUser, kNow, kLater), kNow));
}

TEST(Token, OfNobodyIsRefused) {
    const TokenKey key = fixed_key();
    EXPECT_FALSE(key.verify(key.issue(UserId{}, kNow, kLater), kNow));
}

TEST(Token, WithAnyBitFlippedIsRefused) {
    const TokenKey key = fixed_key();
    const auto bytes = base::parse_base64url(key.issue(kUser, kNow, kLater));
    ASSERT_TRUE(bytes);
    for (std::size_t bit = 0; bit < bytes->size() * 8; ++bit) {
        std::string changed = *bytes;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        const std::string token = base::to_base64url(
            {reinterpret_cast<const unsigned char*>(changed.data()), changed.size()});
        EXPECT_FALSE(key.verify(token, kNow)) << "bit " << bit;
    }
}

TEST(Token, WithAnyCharacterChangedIsRefused) {
    const TokenKey key = fixed_key();
    const std::string token = key.issue(kUser, kNow, kLater);
    for (std::size_t i = 0; i < token.size(); ++i)
        for (int c = 0; c < 256; ++c) {
            std::string changed = token;
            changed[i] = static_cast<char>(c);
            if (changed != token) {
                EXPECT_FALSE(key.verify(changed, kNow)) << i << ' ' << c;
            }
        }
}

TEST(Token, OfAnyOtherLengthIsRefused) {
    const TokenKey key = fixed_key();
    const std::string token = key.issue(kUser, kNow, kLater);
    for (std::size_t size = 0; size < token.size(); ++size)
        EXPECT_FALSE(key.verify(token.substr(0, size), kNow)) << size;
    for (const char* more : {"A", "=", " ", "AAAA"}) EXPECT_FALSE(key.verify(token + more, kNow));
}

TEST(Token, OfAnotherVersionIsRefusedEvenIfSigned) {
    base::Bytes32 secret{};
    secret.fill(7);
    const auto bytes = base::parse_base64url(fixed_key().issue(kUser, kNow, kLater));
    std::string claims = bytes->substr(0, 32);
    claims[0] = 2;
    const base::Mac16 mac = base::MacKey(secret).sign(claims);
    claims.append(reinterpret_cast<const char*>(mac.data()), mac.size());
    const std::string token =
        base::to_base64url({reinterpret_cast<const unsigned char*>(claims.data()), claims.size()});
    EXPECT_FALSE(TokenKey(secret).verify(token, kNow));
}

TEST(Token, HasTheLayoutOfItsDrawing) {
    const auto bytes = base::parse_base64url(
        fixed_key().issue(UserId{Key128{0x1122334455667788, 1}}, Instant{258}, Instant{5000}));
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->substr(0, 4), std::string("\1\0\0\0", 4));
    EXPECT_EQ(bytes->substr(4, 4), std::string("\5\0\0\0", 4));
    EXPECT_EQ(bytes->substr(8, 8), "\x88\x77\x66\x55\x44\x33\x22\x11");
    EXPECT_EQ(bytes->substr(16, 8), std::string("\1\0\0\0\0\0\0\0", 8));
    EXPECT_EQ(bytes->substr(24, 8), std::string("\2\1\0\0\0\0\0\0", 8));
}

}  // namespace
}  // namespace sluice::account
