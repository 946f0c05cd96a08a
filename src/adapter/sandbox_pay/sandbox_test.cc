// SPDX-License-Identifier: Apache-2.0
// The provider against a receiver of callbacks that is a bare socket, so that what is checked is
// what really went over the wire.
#include "adapter/sandbox_pay/sandbox.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using base::Instant;
using base::PaymentId;
using payment::ProviderState;

const base::Currency kCny = *base::parse_currency("CNY");
const base::Money kPrice{199'900, kCny};
constexpr base::Duration kDelay{5000};

/// A clock that the test moves while the sender's thread reads it.
class SharedClock final : public base::Clock {
   public:
    Instant now() const noexcept override { return {ms_.load()}; }
    void advance(base::Duration by) { ms_ += by.ms; }

   private:
    std::atomic<std::int64_t> ms_{1'800'000'000'000};
};

struct Received {
    std::string head;
    std::string body;
    std::string signature;
};

/// Answers every request with the next of the given statuses, then with 200, and keeps them all.
class Receiver {
   public:
    explicit Receiver(std::deque<int> statuses = {}) : statuses_(std::move(statuses)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(listener_, 64), 0);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        EXPECT_EQ(::pipe(stop_), 0);
        thread_ = std::thread([this] { run(); });
    }
    ~Receiver() {
        EXPECT_EQ(::write(stop_[1], "x", 1), 1);
        thread_.join();
        for (const auto& connection : connections_) ::close(connection.socket);
        for (const int file : {listener_, stop_[0], stop_[1]}) ::close(file);
    }

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(port_) + "/v1/payments/callbacks/sandbox";
    }
    /// Waits until `count` callbacks have come, and returns all that came.
    std::vector<Received> wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        const bool came = arrived_.wait_for(lock, std::chrono::seconds(20),
                                            [&] { return received_.size() >= count; });
        EXPECT_TRUE(came) << "only " << received_.size() << " of " << count << " callbacks came";
        return received_;
    }
    std::size_t accepted() {
        const std::lock_guard lock(mutex_);
        return accepted_;
    }

   private:
    struct Connection {
        int socket;
        std::string bytes;
    };

    void run() {
        for (;;) {
            std::vector<pollfd> files{{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
            for (const auto& connection : connections_)
                files.push_back({connection.socket, POLLIN, 0});
            ::poll(files.data(), files.size(), -1);
            if (files[0].revents != 0) return;
            for (std::size_t i = files.size(); i-- > 2;) {
                if (files[i].revents != 0 && !read_from(connections_[i - 2])) {
                    ::close(connections_[i - 2].socket);
                    connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i - 2));
                }
            }
            if (files[1].revents != 0) accept_one();
        }
    }
    void accept_one() {
        connections_.push_back({::accept(listener_, nullptr, nullptr), {}});
        const std::lock_guard lock(mutex_);
        ++accepted_;
    }
    bool read_from(Connection& connection) {
        char piece[4096];
        const ssize_t got = ::read(connection.socket, piece, sizeof(piece));
        if (got <= 0) return false;
        connection.bytes.append(piece, static_cast<std::size_t>(got));
        while (take_request(connection)) continue;
        return true;
    }
    static std::string header(const std::string& head, const std::string& name) {
        const auto at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        const auto from = at + name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
    bool take_request(Connection& connection) {
        const auto end = connection.bytes.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        Received request;
        request.head = connection.bytes.substr(0, end + 2);
        const std::size_t length = std::stoul(header(request.head, "Content-Length"));
        if (connection.bytes.size() < end + 4 + length) return false;
        request.body = connection.bytes.substr(end + 4, length);
        request.signature = header(request.head, "X-Signature");
        connection.bytes.erase(0, end + 4 + length);

        const std::lock_guard lock(mutex_);
        const int status = statuses_.empty() ? 200 : statuses_.front();
        if (!statuses_.empty()) statuses_.pop_front();
        const std::string answer = "HTTP/1.1 " + std::to_string(status) +
                                   " X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
        EXPECT_EQ(::write(connection.socket, answer.data(), answer.size()),
                  static_cast<ssize_t>(answer.size()));
        received_.push_back(std::move(request));
        arrived_.notify_all();
        return true;
    }

    std::deque<int> statuses_;
    int listener_ = -1;
    int stop_[2] = {-1, -1};
    std::uint16_t port_ = 0;
    std::vector<Connection> connections_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Received> received_;
    std::size_t accepted_ = 0;
    std::thread thread_;
};

class SandboxTest : public testing::Test {
   protected:
    SandboxTest() {
        base::open_secrets();
        std::string name = "/tmp/sluice_sandbox_XXXXXX";
        options_.data_dir = ::mkdtemp(name.data());
        options_.secret = base::random_bytes32();
        options_.sender.retry_first = base::Duration{1};
    }
    ~SandboxTest() override {
        provider_.reset();
        std::filesystem::remove_all(options_.data_dir);
    }

    void restart() {
        provider_.reset();
        auto created = SandboxProvider::create(clock_, options_);
        ASSERT_TRUE(created.has_value()) << created.error().what;
        provider_ = std::move(*created);
    }
    void start(Receiver& receiver) {
        restart();
        const auto started = provider_->start({"http://shop.example/", receiver.url()});
        ASSERT_TRUE(started.has_value()) << started.error().what;
    }
    /// Opens a payment and returns the key of its cashier.
    std::string open(std::uint64_t id) {
        const auto url = provider_->open(intent(id));
        EXPECT_TRUE(url.has_value()) << url.error().what;
        return url ? url->substr(url->rfind('/') + 1) : "";
    }
    static payment::Intent intent(std::uint64_t id) {
        return {PaymentId{id}, base::OrderId{500 + id}, kPrice, "Phone", {}, "/orders/1"};
    }
    void choose(std::uint64_t id, CashierAction action, base::Duration delay = kDelay) {
        const auto chosen = provider_->choose(PaymentId{id}, {action, delay});
        EXPECT_TRUE(chosen.has_value()) << chosen.error().what;
    }
    ProviderState state(std::uint64_t id) {
        const auto statement = provider_->query(PaymentId{id});
        EXPECT_TRUE(statement.has_value());
        return statement ? statement->state : ProviderState::unknown;
    }
    base::Result<payment::Statement> verify(const Received& callback) {
        return provider_->verify(callback.body, callback.signature, clock_.now());
    }
    /// Waits for the callbacks that were queued, which must be so many.
    std::vector<Received> exactly(Receiver& receiver, std::size_t count) {
        EXPECT_EQ(provider_->callback_counts().queued, count);
        return receiver.wait_for(count);
    }
    http::Response request(http::Method method, const std::string& key,
                           const std::string& body = {},
                           std::string_view type = "application/x-www-form-urlencoded") {
        http::Request request;
        request.method = method;
        request.params[0] = key;
        request.body = body;
        request.headers[static_cast<std::size_t>(http::Header::content_type)] = type;
        for (const http::Route& route : provider_->cashier_routes()) {
            if (route.method == method) return route.desk_handler(request);
        }
        ADD_FAILURE() << "no route";
        return {};
    }

    SharedClock clock_;
    SandboxOptions options_;
    std::unique_ptr<SandboxProvider> provider_;
};

TEST_F(SandboxTest, PaySendsOneSignedCallback) {
    Receiver receiver;
    start(receiver);
    open(1);
    EXPECT_EQ(state(1), ProviderState::pending);
    choose(1, CashierAction::pay);
    EXPECT_EQ(state(1), ProviderState::succeeded);
    const auto received = exactly(receiver, 1);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_TRUE(received[0].head.starts_with("POST /v1/payments/callbacks/sandbox HTTP/1.1"));
    EXPECT_NE(received[0].head.find("Content-Type: application/json"), std::string::npos);
    const auto statement = verify(received[0]);
    ASSERT_TRUE(statement.has_value()) << statement.error().what;
    EXPECT_EQ(statement->payment, PaymentId{1});
    EXPECT_EQ(statement->state, ProviderState::succeeded);
    EXPECT_EQ(statement->money, kPrice);
}

TEST_F(SandboxTest, DeclineSendsAFailedCallback) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::decline);
    EXPECT_EQ(state(1), ProviderState::failed);
    const auto received = exactly(receiver, 1);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(verify(received[0])->state, ProviderState::failed);
}

TEST_F(SandboxTest, LateTakesTheMoneyAndTellsOnlyAfterTheDelay) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::late, base::Duration{60'000});
    EXPECT_EQ(state(1), ProviderState::pending);
    open(2);
    choose(2, CashierAction::pay);
    ASSERT_EQ(receiver.wait_for(1).size(), 1U);
    EXPECT_EQ(provider_->callback_counts().waiting, 1U);
    clock_.advance(base::Duration{59'999});
    EXPECT_EQ(state(1), ProviderState::pending);
    clock_.advance(base::Duration{1});
    EXPECT_EQ(state(1), ProviderState::succeeded);
    const auto received = receiver.wait_for(2);
    ASSERT_EQ(received.size(), 2U);
    const auto statement = verify(received[1]);
    ASSERT_TRUE(statement.has_value());
    EXPECT_EQ(statement->payment, PaymentId{1});
    EXPECT_EQ(statement->state, ProviderState::succeeded);
}

TEST_F(SandboxTest, RepeatSendsTheSameCallbackThreeTimes) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::repeat);
    const auto received = exactly(receiver, 3);
    ASSERT_EQ(received.size(), 3U);
    for (const Received& one : received) {
        EXPECT_EQ(one.body, received[0].body);
        EXPECT_TRUE(verify(one).has_value());
    }
}

TEST_F(SandboxTest, LieNamesAnotherAmountThanTheQuery) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::lie);
    const auto received = exactly(receiver, 1);
    ASSERT_EQ(received.size(), 1U);
    const auto statement = verify(received[0]);
    ASSERT_TRUE(statement.has_value());
    EXPECT_EQ(statement->state, ProviderState::succeeded);
    EXPECT_NE(statement->money, kPrice);
    EXPECT_EQ(provider_->query(PaymentId{1})->money, kPrice);
}

TEST_F(SandboxTest, ForgeIsRefusedByVerifyAndFoundByQuery) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::forge);
    const auto received = exactly(receiver, 1);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_TRUE(parse_callback(received[0].body).has_value()) << "only the signature is wrong";
    const auto statement = verify(received[0]);
    ASSERT_FALSE(statement.has_value());
    EXPECT_EQ(statement.error().code, ErrorCode::forbidden);
    EXPECT_EQ(state(1), ProviderState::succeeded);
}

TEST_F(SandboxTest, SilentSendsNothingAndIsFoundByQuery) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::silent);
    EXPECT_TRUE(exactly(receiver, 0).empty());
    EXPECT_EQ(state(1), ProviderState::succeeded);
}

TEST_F(SandboxTest, RefundIsDoneOnceAndTold) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::silent);
    EXPECT_TRUE(provider_->refund(PaymentId{1}, kPrice).has_value());
    EXPECT_TRUE(provider_->refund(PaymentId{1}, kPrice).has_value());
    EXPECT_EQ(state(1), ProviderState::refunded);
    const auto received = exactly(receiver, 1);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(verify(received[0])->state, ProviderState::refunded);
}

TEST_F(SandboxTest, RefundNeedsMoneyThatCame) {
    Receiver receiver;
    start(receiver);
    open(1);
    EXPECT_EQ(provider_->refund(PaymentId{1}, kPrice).error().code, ErrorCode::conflict);
    EXPECT_EQ(provider_->refund(PaymentId{2}, kPrice).error().code, ErrorCode::not_found);
    choose(1, CashierAction::silent);
    EXPECT_EQ(provider_->refund(PaymentId{1}, {kPrice.amount + 1, kCny}).error().code,
              ErrorCode::invalid);
    EXPECT_EQ(state(1), ProviderState::succeeded);
}

TEST_F(SandboxTest, AnswersOtherThan2xxAndMost4xxAreTriedAgain) {
    Receiver receiver({500, 429, 302, 200});
    start(receiver);
    open(1);
    choose(1, CashierAction::pay);
    // The clock stands still in between: the retries must be waited for by moving it.
    for (std::size_t count = 1; count <= 4; ++count) {
        const auto received = receiver.wait_for(count);
        for (const Received& one : received) {
            EXPECT_TRUE(one.head.starts_with("POST /v1/payments/callbacks/sandbox "))
                << "a redirect was followed";
        }
        while (provider_->callback_counts().retried < std::min<std::size_t>(count, 3)) {
            std::this_thread::yield();
        }
        clock_.advance(base::kMinute);
    }
    while (provider_->callback_counts().delivered < 1) std::this_thread::yield();
    EXPECT_EQ(provider_->callback_counts().waiting, 0U);
}

TEST_F(SandboxTest, ARefusedCallbackIsNotRepeated) {
    Receiver receiver({403});
    start(receiver);
    open(1);
    choose(1, CashierAction::forge);
    while (provider_->callback_counts().refused < 1) std::this_thread::yield();
    EXPECT_EQ(provider_->callback_counts().retried, 0U);
    EXPECT_EQ(provider_->callback_counts().waiting, 0U);
    EXPECT_EQ(exactly(receiver, 1).size(), 1U);
}

TEST_F(SandboxTest, ACallbackIsGivenUpAfterItsTries) {
    options_.sender.tries_max = 2;
    Receiver receiver({503, 503});
    start(receiver);
    open(1);
    choose(1, CashierAction::pay);
    while (provider_->callback_counts().retried < 1) std::this_thread::yield();
    clock_.advance(base::kMinute);
    while (provider_->callback_counts().given_up < 1) std::this_thread::yield();
    EXPECT_EQ(receiver.wait_for(2).size(), 2U);
    EXPECT_EQ(provider_->callback_counts().waiting, 0U);
}

TEST_F(SandboxTest, CallbacksShareAtMostSixteenConnections) {
    Receiver receiver;
    start(receiver);
    constexpr std::uint64_t kCount = 200;
    for (std::uint64_t id = 1; id <= kCount; ++id) {
        open(id);
        choose(id, CashierAction::pay);
    }
    EXPECT_EQ(receiver.wait_for(kCount).size(), kCount);
    EXPECT_LE(receiver.accepted(), 16U);
}

TEST_F(SandboxTest, AFullQueueLosesTheCallbackButNotThePayment) {
    options_.sender.queue_max = 1;
    Receiver receiver;
    start(receiver);
    open(1);
    open(2);
    choose(1, CashierAction::late);
    choose(2, CashierAction::pay);
    EXPECT_EQ(provider_->callback_counts().dropped, 1U);
    EXPECT_EQ(state(2), ProviderState::succeeded);
}

TEST_F(SandboxTest, OpenIsIdempotentButNotForAnotherAmount) {
    Receiver receiver;
    start(receiver);
    const auto first = provider_->open(intent(1));
    const auto second = provider_->open(intent(1));
    ASSERT_TRUE(first.has_value() && second.has_value());
    EXPECT_EQ(*first, *second);
    EXPECT_TRUE(first->starts_with("http://shop.example/sandbox/cashier/"));
    EXPECT_NE(*first, *provider_->open(intent(2)));
    payment::Intent other = intent(1);
    other.money.amount = 1;
    EXPECT_EQ(provider_->open(other).error().code, ErrorCode::conflict);
}

TEST_F(SandboxTest, OpenRefusesTextsThatAreNotFitForAPage) {
    Receiver receiver;
    start(receiver);
    payment::Intent bad = intent(1);
    bad.return_url = "javascript:alert(1)";
    EXPECT_EQ(provider_->open(bad).error().code, ErrorCode::invalid);
    bad = intent(1);
    bad.title = std::string(513, 'x');
    EXPECT_EQ(provider_->open(bad).error().code, ErrorCode::invalid);
    bad = intent(1);
    bad.money.amount = -1;
    EXPECT_EQ(provider_->open(bad).error().code, ErrorCode::invalid);
}

TEST_F(SandboxTest, TheFirstChoiceCounts) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::decline);
    choose(1, CashierAction::decline);
    const auto other = provider_->choose(PaymentId{1}, {CashierAction::pay, kDelay});
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code, ErrorCode::conflict);
    EXPECT_EQ(state(1), ProviderState::failed);
    EXPECT_EQ(exactly(receiver, 1).size(), 1U);
}

TEST_F(SandboxTest, KnowsItsPaymentsAfterARestart) {
    Receiver receiver;
    start(receiver);
    const std::string key = open(1);
    open(2);
    open(3);
    choose(1, CashierAction::silent);
    choose(2, CashierAction::decline);
    restart();
    EXPECT_EQ(state(1), ProviderState::succeeded);
    EXPECT_EQ(provider_->query(PaymentId{1})->money, kPrice);
    EXPECT_EQ(state(2), ProviderState::failed);
    EXPECT_EQ(state(3), ProviderState::pending);
    EXPECT_EQ(state(4), ProviderState::unknown);
    EXPECT_EQ(request(http::Method::get, key).status, 200) << "the address of the cashier changed";
}

TEST_F(SandboxTest, ALatePaymentSurvivesARestart) {
    Receiver receiver;
    start(receiver);
    open(1);
    choose(1, CashierAction::late);
    start(receiver);
    EXPECT_EQ(state(1), ProviderState::pending);
    clock_.advance(kDelay);
    const auto received = receiver.wait_for(1);
    EXPECT_EQ(verify(received[0])->state, ProviderState::succeeded);
    EXPECT_EQ(state(1), ProviderState::succeeded);
}

TEST_F(SandboxTest, ACallbackAddressThatIsNotHttpIsRefused) {
    for (const char* url : {"", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd",
                            "http://user@127.0.0.1/", "http://"}) {
        restart();
        const auto started = provider_->start({"", url});
        ASSERT_FALSE(started.has_value()) << url;
        EXPECT_EQ(started.error().code, ErrorCode::invalid) << url;
    }
}

TEST_F(SandboxTest, TheCashierShowsThePageWithAStrictPolicy) {
    Receiver receiver;
    start(receiver);
    const http::Response response = request(http::Method::get, open(1));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
    EXPECT_NE(response.headers.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(response.headers.find("Referrer-Policy: no-referrer"), std::string::npos);
    EXPECT_NE(response.body.find("1999.00 CNY"), std::string::npos);
}

TEST_F(SandboxTest, TheCashierKnowsNoOtherKeys) {
    Receiver receiver;
    start(receiver);
    open(1);
    for (const std::string key : {"1", "x", "00000000000000000000000000000001"}) {
        EXPECT_EQ(request(http::Method::get, key).status, 404) << key;
        EXPECT_EQ(request(http::Method::post, key, "action=pay").status, 404) << key;
    }
    EXPECT_EQ(state(1), ProviderState::pending);
}

TEST_F(SandboxTest, AFormLeadsBackToTheShop) {
    Receiver receiver;
    start(receiver);
    const std::string key = open(1);
    const http::Response first = request(http::Method::post, key, "action=pay&delay_ms=5000");
    EXPECT_EQ(first.status, 303);
    EXPECT_NE(first.headers.find("Location: /orders/1\r\n"), std::string::npos) << first.headers;
    EXPECT_EQ(state(1), ProviderState::succeeded);
    const http::Response other = request(http::Method::post, key, "action=decline");
    EXPECT_EQ(other.status, 303);
    EXPECT_NE(other.headers.find("Location: /sandbox/cashier/" + key), std::string::npos);
    EXPECT_EQ(state(1), ProviderState::succeeded);
}

TEST_F(SandboxTest, JsonIsAnsweredWithTheState) {
    Receiver receiver;
    start(receiver);
    const std::string key = open(1);
    const auto post = [&](const std::string& body) {
        return request(http::Method::post, key, body, "application/json; charset=utf-8");
    };
    EXPECT_EQ(post(R"({"action":"fly"})").status, 400);
    const http::Response paid = post(R"({"action":"pay"})");
    EXPECT_EQ(paid.status, 200);
    EXPECT_EQ(paid.body, R"({"state":"succeeded"})");
    EXPECT_EQ(post(R"({"action":"pay"})").status, 200);
    EXPECT_EQ(post(R"({"action":"decline"})").status, 409);
}

}  // namespace
}  // namespace sluice::adapter
