// SPDX-License-Identifier: Apache-2.0
// A judge that cannot say "guilty" proves nothing: books that are wrong in each way that matters.
#include "command/rush_judge.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::command {
namespace {

/// A rush that went well: 4 units, at most 2 a user, ann has two orders, bob and cid one each;
/// dan's order was not paid in time and eve was too late.
struct Court {
    Case rush{.stock = 4,
              .limit = 2,
              .policy = "reserve",
              .wanted = 5,
              .available = 0,
              .reserved = 0,
              .sold = 4};
    std::vector<Ack> acks{{"ann", 1, 11}, {"ann", 2, 12}, {"bob", 3, 13},
                          {"cid", 4, 14}, {"bob", 3, 13}, {"dan", 5, 15}};
    std::vector<BookedOrder> books{{11, "ann", 1, "paid"},
                                   {12, "ann", 1, "paid"},
                                   {13, "bob", 1, "paid"},
                                   {14, "cid", 1, "paid"},
                                   {15, "dan", 1, "expired"}};

    [[nodiscard]] Verdict verdict() const { return judge(rush, acks, books); }
};

/// The verdict as one line: oversold undersold duplicates over_limit lost_acks.
std::string text(const Verdict& v) {
    return std::to_string(v.oversold) + " " + std::to_string(v.undersold) + " " +
           std::to_string(v.duplicates) + " " + std::to_string(v.over_limit) + " " +
           std::to_string(v.lost_acks);
}

TEST(Judge, FindsNoFaultWithCleanBooks) {
    const Verdict verdict = Court().verdict();
    EXPECT_EQ(text(verdict), "0 0 0 0 0");
    EXPECT_TRUE(verdict.clean());
    EXPECT_EQ(verdict.sold, 4);
}

TEST(Judge, CountsARepeatedAnswerToTheSameKeyOnce) {
    Court court;
    for (int i = 0; i < 3; ++i) court.acks.push_back({"ann", 1, 11});
    EXPECT_TRUE(court.verdict().clean());
}

TEST(Judge, OnOrderTheUnpaidOrdersHaveTheirUnits) {
    Court court;
    court.rush.policy = "on_order";
    court.books[2].state = "pending";
    court.books[4].state = "cancelled";
    EXPECT_TRUE(court.verdict().clean()) << text(court.verdict());
    EXPECT_EQ(court.verdict().sold, 4);
}

TEST(Judge, OnPaymentTheUnpaidOrdersHaveNone) {
    Court court;
    court.rush.policy = "on_payment";
    court.acks.push_back({"eve", 6, 16});
    court.books.push_back({16, "eve", 1, "pending"});
    court.acks.push_back({"fay", 7, 17});
    court.books.push_back({17, "fay", 1, "refunded"});
    EXPECT_TRUE(court.verdict().clean()) << text(court.verdict());
    EXPECT_EQ(court.verdict().sold, 4);
}

TEST(Judge, AnUnsoldUnitThatNobodyWantedIsNoFault) {
    Court court;
    court.books.erase(court.books.begin() + 3);
    court.acks.erase(court.acks.begin() + 3);
    court.rush.wanted = 3;
    court.rush.sold = 3;
    court.rush.available = 1;
    EXPECT_TRUE(court.verdict().clean()) << text(court.verdict());
}

TEST(Judge, APaidOrderTooManyIsOversold) {
    Court court;
    court.books.push_back({16, "eve", 1, "paid"});
    EXPECT_EQ(court.verdict().oversold, 1);
    EXPECT_FALSE(court.verdict().clean());
}

TEST(Judge, APendingOrderTooManyIsOversoldWhereItHoldsAUnit) {
    for (const char* policy : {"reserve", "on_order"}) {
        Court court;
        court.rush.policy = policy;
        court.books.push_back({16, "eve", 1, "pending"});
        EXPECT_EQ(court.verdict().oversold, 1) << policy;
    }
}

TEST(Judge, AnAcknowledgedOrderThatIsNotInTheBooksIsLost) {
    Court court;
    court.books.erase(court.books.begin() + 4);  // dan was told so, whatever became of it
    EXPECT_EQ(text(court.verdict()), "0 0 0 0 1");
    EXPECT_FALSE(court.verdict().clean());
}

TEST(Judge, AnOrderUnderAnotherUsersNameIsLost) {
    Court court;
    court.books[3].user = "eve";
    EXPECT_EQ(text(court.verdict()), "0 0 0 0 1");
}

TEST(Judge, TwoOrdersForOneKeyAreADuplicate) {
    Court court;
    court.acks[1].key = 1;  // both orders of ann were made under one key
    EXPECT_EQ(text(court.verdict()), "0 0 1 0 0");
    EXPECT_FALSE(court.verdict().clean());
}

TEST(Judge, TheSameKeyOfAnotherUserIsNoDuplicate) {
    Court court;
    for (Ack& ack : court.acks) ack.key = ack.order == 12 ? 2 : 1;
    EXPECT_TRUE(court.verdict().clean()) << text(court.verdict());
}

TEST(Judge, OneOrderInTwoLinesIsADuplicate) {
    Court court;
    court.books.push_back(court.books[4]);
    EXPECT_EQ(text(court.verdict()), "0 0 1 0 0");
}

TEST(Judge, AnOrderThatNobodyWasToldOfIsADuplicate) {
    Court court;
    court.books.push_back({16, "eve", 1, "expired"});
    EXPECT_EQ(text(court.verdict()), "0 0 1 0 0");
    court.rush.unclear = 1;  // it may be the click whose answer was lost
    EXPECT_TRUE(court.verdict().clean());
}

TEST(Judge, PendingOrdersCountTowardTheLimitWhereTheyHoldNoUnit) {
    Court court;
    court.rush.policy = "on_payment";
    court.acks.push_back({"ann", 6, 16});
    court.books.push_back({16, "ann", 1, "pending"});
    EXPECT_EQ(text(court.verdict()), "0 0 0 1 0");
}

TEST(Judge, AUserWithMoreThanTheLimitIsGuiltyOnce) {
    Court court;
    court.rush.limit = 1;
    EXPECT_EQ(text(court.verdict()), "0 0 0 1 0");
    EXPECT_FALSE(court.verdict().clean());
    court.rush.limit = 0;  // no limit
    EXPECT_TRUE(court.verdict().clean());
}

TEST(Judge, TheLimitCountsUnitsAndNotOrders) {
    Court court;
    court.books[2].quantity = 3;
    court.rush.stock = court.rush.sold = 6;
    court.rush.wanted = 6;
    EXPECT_EQ(text(court.verdict()), "0 0 0 1 0");
}

TEST(Judge, AUnitThatStayedThoughItWasWantedIsUndersold) {
    Court court;
    court.books[3].state = "expired";
    court.rush.sold = 3;
    court.rush.available = 1;
    EXPECT_EQ(text(court.verdict()), "0 1 0 0 0");
    EXPECT_FALSE(court.verdict().clean());
}

TEST(Judge, AUnitThatStaysReservedForEverIsUndersold) {
    Court court;
    court.books[3].state = "pending";
    court.rush.sold = 3;
    court.rush.reserved = 1;
    EXPECT_EQ(text(court.verdict()), "0 1 0 0 0");
}

TEST(Judge, AUnitThatTheServerLostIsUndersold) {
    Court court;
    court.rush.stock = 5;  // 4 are sold, the fifth is nowhere
    court.rush.wanted = 4;
    EXPECT_EQ(text(court.verdict()), "0 1 0 0 0");
}

TEST(Judge, AUnitThatTheServerInventedIsOversold) {
    Court court;
    court.rush.available = 1;
    EXPECT_EQ(text(court.verdict()), "1 0 0 0 0");
}

TEST(Judge, ASaleThatTheServerDoesNotCountIsAFault) {
    Court court;
    court.rush.sold = 3;  // four are paid by the books
    court.rush.available = 1;
    EXPECT_FALSE(court.verdict().clean());
}

TEST(Judge, AUnitThatTheServerSoldToNobodyIsAFault) {
    Court court;
    court.books.erase(court.books.begin() + 3);
    court.acks.erase(court.acks.begin() + 3);
    court.rush.wanted = 3;  // so the books look sold out; the server says four
    EXPECT_FALSE(court.verdict().clean());
}

TEST(Judge, AHoldThatNoOrderHasIsAFault) {
    Court court;
    court.rush.stock = 5;
    court.rush.wanted = 4;
    court.rush.reserved = 1;  // no pending order in the books
    EXPECT_FALSE(court.verdict().clean());
}

TEST(Judge, EmptyBooksOfARushThatSoldNothingAreUndersold) {
    const Case rush{.stock = 4, .limit = 1, .policy = "reserve", .wanted = 9, .available = 4};
    EXPECT_EQ(text(judge(rush, {}, {})), "0 4 0 0 0");
}

constexpr const char* kHeader =
    "order_id,item_id,user_id,quantity,unit_price,amount,currency,state,note,created_at\r\n";

TEST(Books, AreReadFromTheExport) {
    const auto books = read_books(std::string(kHeader) +
                                  "11,1,0a,2,100,200,CNY,paid,none,2026-11-21T04:10:00.000Z\r\n"
                                  "18446744073709551615,1,0b,1,100,100,CNY,expired,none,x\r\n");
    ASSERT_TRUE(books) << books.error().what;
    ASSERT_EQ(books->size(), 2U);
    EXPECT_EQ((*books)[0].order, 11U);
    EXPECT_EQ((*books)[0].user, "0a");
    EXPECT_EQ((*books)[0].quantity, 2);
    EXPECT_EQ((*books)[0].state, "paid");
    EXPECT_EQ((*books)[1].order, UINT64_MAX);
    EXPECT_EQ((*books)[1].state, "expired");
}

TEST(Books, WithAHeaderAloneAreEmpty) {
    const auto books = read_books(kHeader);
    ASSERT_TRUE(books);
    EXPECT_TRUE(books->empty());
}

TEST(Books, WithoutTheColumnsAreRefused) {
    for (const char* csv :
         {"", "{\"error\":1}", "order_id,user_id,quantity,state\r\n",
          "item_id,order_id,user_id,quantity,unit_price,amount,currency,state\r\n",
          "order_id,item_id,user_id,quantity,unit_price,amount,currency,note\r\n"
          "1,1,a,1,1,1,CNY,paid\r\n"}) {
        const auto books = read_books(csv);
        ASSERT_FALSE(books) << csv;
        EXPECT_EQ(books.error().code, base::ErrorCode::invalid);
        EXPECT_NE(books.error().what.find("columns"), std::string::npos) << books.error().what;
    }
}

TEST(Books, WithANumberThatIsNoneAreRefusedWithItsLine) {
    for (const char* line : {"x,1,0a,2,100,200,CNY,paid", "11,1,0a,,100,200,CNY,paid",
                             "11,1,0a,2x,100,200,CNY,paid", "11z,1,0a,2,100,200,CNY,paid",
                             "-11,1,0a,2,100,200,CNY,paid", "11,1,0a,2.5,100,200,CNY,paid",
                             "18446744073709551616,1,0a,2,100,200,CNY,paid", "11", ""}) {
        const auto books =
            read_books(std::string(kHeader) + "11,1,0a,2,100,200,CNY,paid\r\n" + line + "\r\n");
        ASSERT_FALSE(books) << line;
        EXPECT_EQ(books.error().code, base::ErrorCode::invalid);
        EXPECT_NE(books.error().what.find("line 3"), std::string::npos) << books.error().what;
    }
}

TEST(Books, CutOffInTheMiddleOfALineAreRefused) {
    EXPECT_FALSE(read_books(std::string(kHeader) + "11,1,0a,2,100,200,CNY,pa"));
}

}  // namespace
}  // namespace sluice::command
