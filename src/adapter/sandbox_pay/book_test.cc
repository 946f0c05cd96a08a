// SPDX-License-Identifier: Apache-2.0
#include "adapter/sandbox_pay/book.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using base::Instant;
using base::PaymentId;

class BookTest : public testing::Test {
   protected:
    BookTest() {
        std::string name = "/tmp/sluice_book_XXXXXX";
        directory_ = ::mkdtemp(name.data());
        file_ = directory_ / "sandbox_pay.jsonl";
    }
    ~BookTest() override { std::filesystem::remove_all(directory_); }

    static SandboxPayment payment(std::uint64_t id) {
        SandboxPayment result;
        result.id = PaymentId{id};
        result.order = base::OrderId{id + 100};
        result.money = {1999, *base::parse_currency("CNY")};
        result.title = "A \"quoted\" 标题";
        result.return_url = "/orders";
        result.expires_at = Instant{9000};
        return result;
    }
    std::string content() const {
        std::ifstream in(file_);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& text) const { std::ofstream(file_) << text; }

    std::filesystem::path directory_;
    std::filesystem::path file_;
};

TEST_F(BookTest, LetsManyThreadsAppendAndSyncAtOnce) {
    constexpr int kThreads = 8;
    constexpr int kLines = 50;
    {
        Journal journal(::open(file_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t)
            threads.emplace_back([&journal, t] {
                for (int i = 0; i < kLines; ++i) {
                    ASSERT_TRUE(journal.append(std::to_string(t) + "\n").has_value());
                    ASSERT_TRUE(journal.sync().has_value());
                }
            });
    }
    EXPECT_EQ(content().size(), 2U * kThreads * kLines);
}

TEST_F(BookTest, TellsThatALineCannotBeSynced) {
    int ends[2] = {-1, -1};  // a pipe takes lines, and cannot be synced
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    Journal journal(ends[1]);
    EXPECT_TRUE(journal.sync().has_value());  // nothing to do
    ASSERT_TRUE(journal.append("line\n").has_value());
    EXPECT_FALSE(journal.sync().has_value());
    const int file = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(::dup3(file, ends[1], O_CLOEXEC), ends[1]);  // the next sync would succeed
    EXPECT_FALSE(journal.sync().has_value());
    ::close(file);
    ::close(ends[0]);
}

TEST_F(BookTest, KeepsPaymentsAndChangesOverARestart) {
    {
        auto book = Book::open(file_, 10);
        ASSERT_TRUE(book.has_value()) << book.error().what;
        ASSERT_TRUE((*book)->add(payment(1), Instant{1}).has_value());
        ASSERT_TRUE((*book)->add(payment(2), Instant{2}).has_value());
        const Book::Change late{SandboxState::processing, CashierAction::late, Instant{5000}};
        ASSERT_TRUE((*book)->change(PaymentId{2}, late, Instant{3}).has_value());
        ASSERT_TRUE((*book)->sync().has_value());
    }
    auto book = Book::open(file_, 10);
    ASSERT_TRUE(book.has_value()) << book.error().what;
    ASSERT_EQ((*book)->all().size(), 2U);
    const SandboxPayment* first = (*book)->find(PaymentId{1});
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->order, base::OrderId{101});
    EXPECT_EQ(first->money, payment(1).money);
    EXPECT_EQ(first->title, payment(1).title);
    EXPECT_EQ(first->return_url, "/orders");
    EXPECT_EQ(first->expires_at, Instant{9000});
    EXPECT_EQ(first->state, SandboxState::pending);
    const SandboxPayment* second = (*book)->find(PaymentId{2});
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(second->state, SandboxState::processing);
    EXPECT_EQ(second->action, CashierAction::late);
    EXPECT_EQ(second->due_at, Instant{5000});
}

TEST_F(BookTest, IsReadableByItsOwnerOnly) {
    const auto book = Book::open(file_, 10);
    ASSERT_TRUE(book.has_value());
    struct stat status {};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(BookTest, IsNotOpenedTwice) {
    const auto book = Book::open(file_, 10);
    ASSERT_TRUE(book.has_value());
    const auto again = Book::open(file_, 10);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::conflict);
}

TEST_F(BookTest, RefusesOnePaymentMoreThanItKeeps) {
    auto book = Book::open(file_, 1);
    ASSERT_TRUE(book.has_value());
    ASSERT_TRUE((*book)->add(payment(1), Instant{1}).has_value());
    const auto full = (*book)->add(payment(2), Instant{1});
    ASSERT_FALSE(full.has_value());
    EXPECT_EQ(full.error().code, ErrorCode::full);
    EXPECT_EQ((*book)->find(PaymentId{2}), nullptr);
}

TEST_F(BookTest, ForgetsALineThatACrashCutOff) {
    {
        auto book = Book::open(file_, 10);
        ASSERT_TRUE(book.has_value());
        ASSERT_TRUE((*book)->add(payment(1), Instant{1}).has_value());
    }
    const std::string whole = content();
    write(whole + R"({"at_ms":2,"payment":"1","eve)");
    {
        auto book = Book::open(file_, 10);
        ASSERT_TRUE(book.has_value()) << book.error().what;
        EXPECT_EQ((*book)->all().size(), 1U);
        ASSERT_TRUE((*book)->add(payment(2), Instant{3}).has_value());
    }
    auto book = Book::open(file_, 10);
    ASSERT_TRUE(book.has_value()) << book.error().what;
    EXPECT_EQ((*book)->all().size(), 2U);
}

TEST_F(BookTest, NamesTheLineThatIsDamaged) {
    {
        auto book = Book::open(file_, 10);
        ASSERT_TRUE(book.has_value());
        ASSERT_TRUE((*book)->add(payment(1), Instant{1}).has_value());
    }
    const std::string whole = content();
    const std::string unknown_payment =
        R"({"at_ms":2,"payment":"9","event":"changed","state":"failed","action":"pay","due_at_ms":0})";
    for (const std::string& line : {std::string("garbage"), unknown_payment, std::string("{}")}) {
        write(whole + line + "\n");
        const auto book = Book::open(file_, 10);
        ASSERT_FALSE(book.has_value()) << line;
        EXPECT_EQ(book.error().code, ErrorCode::damaged);
        EXPECT_NE(book.error().what.find("line 2"), std::string::npos) << book.error().what;
    }
    write(whole + whole);
    EXPECT_FALSE(Book::open(file_, 10).has_value()) << "the same payment opened twice";
}

TEST_F(BookTest, SaysWhyItCannotBeOpened) {
    const auto book = Book::open(directory_ / "missing" / "file", 10);
    ASSERT_FALSE(book.has_value());
    EXPECT_EQ(book.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace sluice::adapter
