// SPDX-License-Identifier: Apache-2.0
#include "guard/ticket.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace sluice::guard {
namespace {

using base::Instant;
using base::ItemId;
using base::Key128;
using base::UserId;

constexpr Instant kNow{1'800'000'000'000};
constexpr Instant kSoon{kNow.ms + 60'000};
constexpr UserId kUser{Key128{1, 2}};

TicketKey fixed_key() {
    base::Bytes32 bytes{};
    bytes.fill(7);
    return TicketKey(bytes);
}

TEST(Ticket, IsGoodForItsUserAndTellsItsItem) {
    const TicketKey key = fixed_key();
    const std::string text = key.issue(ItemId{42}, kUser, kSoon);
    EXPECT_EQ(text.size(), kTicketSize);
    const auto ticket = key.verify(text, kUser, kNow);
    ASSERT_TRUE(ticket);
    EXPECT_EQ(ticket->item, ItemId{42});
    EXPECT_EQ(ticket->expires_at, kSoon);
    EXPECT_NE(ticket->nonce, 0U);
}

TEST(Ticket, OfAnotherItemSaysSo) {
    const TicketKey key = fixed_key();
    const auto ticket = key.verify(key.issue(ItemId{43}, kUser, kSoon), kUser, kNow);
    ASSERT_TRUE(ticket);
    EXPECT_NE(ticket->item, ItemId{42});
}

TEST(Ticket, IsWorthlessToAnotherUser) {
    const TicketKey key = fixed_key();
    const std::string text = key.issue(ItemId{42}, kUser, kSoon);
    EXPECT_FALSE(key.verify(text, UserId{Key128{1, 3}}, kNow));
    EXPECT_FALSE(key.verify(text, UserId{Key128{2, 1}}, kNow));
    EXPECT_FALSE(key.verify(text, UserId{}, kNow));
}

TEST(Ticket, ExpiresOnTheSecond) {
    const TicketKey key = fixed_key();
    const std::string text = key.issue(ItemId{42}, kUser, kSoon);
    EXPECT_TRUE(key.verify(text, kUser, Instant{kSoon.ms - 1}));
    EXPECT_FALSE(key.verify(text, kUser, kSoon));
}

TEST(Ticket, OfAnotherKeyIsRefused) {
    EXPECT_FALSE(TicketKey(base::Bytes32{})
                     .verify(fixed_key().issue(ItemId{42}, kUser, kSoon), kUser, kNow));
}

TEST(Ticket, WithAnyBitFlippedIsRefused) {
    const TicketKey key = fixed_key();
    const auto bytes = base::parse_base64url(key.issue(ItemId{42}, kUser, kSoon));
    ASSERT_TRUE(bytes);
    for (std::size_t bit = 0; bit < bytes->size() * 8; ++bit) {
        std::string changed = *bytes;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        const std::string text = base::to_base64url(
            {reinterpret_cast<const unsigned char*>(changed.data()), changed.size()});
        EXPECT_FALSE(key.verify(text, kUser, kNow)) << "bit " << bit;
    }
}

TEST(Ticket, OfAnyOtherLengthIsRefused) {
    const TicketKey key = fixed_key();
    const std::string text = key.issue(ItemId{42}, kUser, kSoon);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(key.verify(text.substr(0, size), kUser, kNow)) << size;
    EXPECT_FALSE(key.verify(text + "A", kUser, kNow));
    EXPECT_FALSE(key.verify(text + "=", kUser, kNow));
}

TEST(Ticket, IsDifferentEachTime) {
    const TicketKey key = fixed_key();
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) seen.insert(key.issue(ItemId{42}, kUser, kSoon));
    EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace sluice::guard
