// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/problem.h"

namespace sluice::http {
namespace {

/// A client with nothing but a blocking socket. A read that takes 20 s fails the test.
class Client {
   public:
    explicit Client(std::uint16_t port, const char* from = "127.0.0.1")
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience{20, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        ::inet_pton(AF_INET, from, &name.sin_addr);
        ::bind(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name);
        name.sin_port = htons(port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
    }
    ~Client() { close(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] int fd() const { return fd_; }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    /// Reads until `end` has come, and returns everything up to and with it; less at the end.
    std::string until(std::string_view end) {
        for (;;) {
            const auto at = ahead_.find(end);
            if (at != std::string::npos) return take(at + end.size());
            if (!more()) return take(ahead_.size());
        }
    }
    std::string exactly(std::size_t count) {
        while (ahead_.size() < count && more()) {
        }
        return take(std::min(count, ahead_.size()));
    }
    /// Everything until the server closes.
    std::string rest() {
        while (more()) {
        }
        return take(ahead_.size());
    }
    /// One answer with Content-Length, or without body.
    std::string answer(bool head_only = false) {
        std::string head = until("\r\n\r\n");
        const auto at = head.find("Content-Length: ");
        if (at == std::string::npos || head_only) return head;
        return head + exactly(std::stoul(head.substr(at + 16)));
    }
    std::string ask(std::string_view bytes) {
        send(bytes);
        return answer();
    }

   private:
    bool more() {
        std::array<char, 65536> bytes;
        const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), 0);
        if (count <= 0) return false;
        ahead_.append(bytes.data(), static_cast<std::size_t>(count));
        return true;
    }
    std::string take(std::size_t count) {
        std::string taken = ahead_.substr(0, count);
        ahead_.erase(0, count);
        return taken;
    }
    int fd_;
    bool connected_ = false;
    std::string ahead_;
};

Route on_door(Method method, std::string pattern, InlineHandler handler, std::size_t max = 0) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.inline_handler = std::move(handler);
    route.body_max = max;
    return route;
}

Route on_desk(Method method, std::string pattern, DeskHandler handler, std::size_t max = 0) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.desk_handler = std::move(handler);
    route.body_max = max;
    return route;
}

/// Says "tick\n" as often as asked.
class Ticks final : public Source {
   public:
    Ticks(int count, Next between) : left_(count), between_(between) {}
    Next next(std::string& out) noexcept override {
        out = "tick\n";
        return --left_ > 0 ? between_ : Next::end;
    }
    [[nodiscard]] int wait_ms() const noexcept override { return 1; }

   private:
    int left_;
    Next between_;
};

/// Has nothing to say for a while, but wants to be asked on at once.
class Seeker final : public Source {
   public:
    Next next(std::string& out) noexcept override {
        if (--left_ > 0) return Next::more;
        out = "found\n";
        return Next::end;
    }
    [[nodiscard]] int wait_ms() const noexcept override { return 3'600'000; }

   private:
    int left_ = 100;
};

/// Never ends; says one thing and waits.
class Silence final : public Source {
   public:
    explicit Silence(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
    ~Silence() override {
        --alive_;
        alive_.notify_all();
    }
    Next next(std::string& out) noexcept override {
        if (!std::exchange(said_, true)) out = "hello\n";
        return Next::wait;
    }
    [[nodiscard]] int wait_ms() const noexcept override { return 3'600'000; }

   private:
    std::atomic<int>& alive_;
    bool said_ = false;
};

std::string get(std::string_view path, std::string_view headers = "") {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n" + std::string{headers} + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view headers = "") {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + std::string{headers} + "\r\n" + std::string{body};
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// A server with the routes that the tests need.
class ServerTest : public testing::Test {
   protected:
    ServerTest() {
        options_.port = 0;
        options_.doors = 1;
        options_.desks = 1;
    }

    void open() {
        std::vector<Route> routes;
        routes.push_back(on_door(Method::get, "/", [](const Request&, Exchange& exchange) {
            exchange.send(json(200, "{\"ok\":true}"));
        }));
        const auto echo = [](const Request& request) {
            return json(200, std::string{request.body} + "|" + std::string{request.address});
        };
        routes.push_back(on_door(
            Method::post, "/echo",
            [echo](const Request& request, Exchange& exchange) { exchange.send(echo(request)); },
            1 << 20));
        routes.push_back(on_desk(Method::post, "/desk/echo", echo, 1 << 20));
        routes.push_back(on_door(Method::get, "/no", [this](const Request&, Exchange& exchange) {
            exchange.send_prepared(refusal_);
        }));
        routes.push_back(on_door(Method::get, "/throw", [](const Request&, Exchange&) {
            throw std::runtime_error{"secret cause"};
        }));
        routes.push_back(on_desk(Method::get, "/desk/throw", [](const Request&) -> Response {
            throw std::runtime_error{"secret cause"};
        }));
        routes.push_back(
            on_door(Method::get, "/later/{id}", [this](const Request&, Exchange& exchange) {
                door_ = &exchange.door();
                later_ = exchange.later();
                taken_.release();
            }));
        routes.push_back(on_door(Method::get, "/hold", [this](const Request&, Exchange& exchange) {
            taken_.release();
            held_.acquire();  // the whole door waits
            exchange.send(json(200, "{\"held\":true}"));
        }));
        routes.push_back(on_desk(Method::get, "/desk/hold", [this](const Request& request) {
            taken_.release();
            held_.acquire();
            return json(200, "{\"path\":\"" + std::string{request.path} + "\"}");
        }));
        routes.push_back(
            on_door(Method::get, "/ticks/{how}", [](const Request& request, Exchange& exchange) {
                Response response = json(200, "");
                response.content_type = "text/plain";
                response.source = std::make_unique<Ticks>(
                    3, request.params[0] == "slow" ? Source::Next::wait : Source::Next::more);
                exchange.send(std::move(response));
            }));
        routes.push_back(
            on_door(Method::get, "/silence", [this](const Request&, Exchange& exchange) {
                Response response;
                response.source = std::make_unique<Silence>(silences_);
                exchange.send(std::move(response));
            }));
        routes.push_back(on_door(Method::get, "/seeker", [](const Request&, Exchange& exchange) {
            Response response;
            response.source = std::make_unique<Seeker>();
            exchange.send(std::move(response));
        }));
        routes.push_back(on_desk(Method::get, "/desk/slow", [this](const Request&) {
            taken_.release();
            held_.acquire();
            return json(200, "{\"slow\":true}");
        }));
        routes.back().slow = true;
        routes.push_back(on_desk(Method::post, "/gated", echo, 1 << 20));
        routes.back().gate = [this](const Request& request) {
            const auto who = request.header(Header::authorization);
            if (who == "slow") {
                taken_.release();
                held_.acquire();
            }
            EXPECT_TRUE(request.body.empty());
            return who.empty() ? unauthorized("Who are you?") : no_content();
        };
        routes.push_back(on_door(Method::get, "/large", [](const Request&, Exchange& exchange) {
            exchange.send(html(200, std::string(8'000'000, 'x')));
        }));
        router_ = std::make_unique<Router>(std::move(routes));
        auto server = Server::open(options_, *router_);
        ASSERT_TRUE(server) << server.error().what;
        server_ = std::move(*server);
        server_->at_turn_end([this] { turn_end_(); });
        server_->start();
    }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    /// Answers the request that /later took, from this thread.
    void complete(std::string body) {
        door_->post([door = door_, later = later_, body = std::move(body)] {
            door->complete(later, json(200, body));
        });
    }
    /// Returns when the doors have done all that was posted before.
    void settle() {
        for (Door* door : server_->doors()) {
            std::latch done{1};
            door->post([&] { done.count_down(); });
            done.wait();
        }
    }

    ServerOptions options_;
    Prepared refusal_ = prepare(json(409, "{\"code\":\"sold_out\"}"));
    Door* door_ = nullptr;
    Later later_;
    std::counting_semaphore<> taken_{0};
    std::counting_semaphore<> held_{0};
    std::atomic<int> silences_{0};
    std::function<void()> turn_end_ = [] {};
    std::unique_ptr<Router> router_;
    std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, WhoComesWhileManyAreServedJoinsTheirTurn) {
    std::vector<std::uint64_t> ends;             // how many requests had come when a turn ended
    std::atomic<const Server*> server{nullptr};  // server_ is empty while it is reset
    turn_end_ = [&] {
        if (server != nullptr) ends.push_back(server.load()->counts().requests);
    };
    open();
    server = server_.get();
    std::vector<std::unique_ptr<Client>> crowd;
    for (int i = 0; i < 43; ++i) crowd.push_back(std::make_unique<Client>(server_->port()));
    for (auto& client : crowd) EXPECT_TRUE(has(client->ask(get("/")), "200 OK"));
    Client& holder = *crowd[0];
    Client& last_of_many = *crowd[41];
    Client& straggler = *crowd[42];
    holder.send(get("/hold"));
    taken_.acquire();
    for (int i = 1; i <= 40; ++i) crowd[static_cast<std::size_t>(i)]->send(get("/"));
    last_of_many.send(get("/hold"));
    held_.release();
    taken_.acquire();  // forty are served, and the last of them holds the door
    straggler.send(get("/"));
    held_.release();
    EXPECT_TRUE(has(straggler.answer(), "200 OK"));
    server_.reset();  // ends the door, so that nothing is written any more
    const std::uint64_t all = 43 + 1 + 41 + 1;
    EXPECT_EQ(std::ranges::count(ends, all - 1), 0) << "a turn ended before the straggler";
}

TEST_F(ServerTest, TellsSomeThatItIsBusyWhenMoreCameThanItHasPatienceFor) {
    options_.patience_ms = 0;
    open();
    Client holder(server_->port());
    std::vector<std::unique_ptr<Client>> crowd;
    for (int i = 0; i < 700; ++i) crowd.push_back(std::make_unique<Client>(server_->port()));
    for (auto& client : crowd) EXPECT_TRUE(has(client->ask(get("/")), "200 OK"));
    holder.send(get("/hold"));
    taken_.acquire();
    for (auto& client : crowd) client->send(get("/"));
    held_.release();
    int busy = 0;
    for (auto& client : crowd) {
        const std::string answer = client->answer();
        if (has(answer, "503 ")) {
            ++busy;
            EXPECT_TRUE(has(answer, R"("code":"busy")") && has(answer, "Retry-After: ")) << answer;
        } else {
            EXPECT_TRUE(has(answer, "200 OK")) << answer;
        }
    }
    EXPECT_GT(busy, 0);
    EXPECT_LT(busy, 600);
    EXPECT_EQ(server_->counts().overload, static_cast<std::uint64_t>(busy));
    // Afterwards all is as before, and nobody is owed an answer.
    for (auto& client : crowd) EXPECT_TRUE(has(client->ask(get("/")), "200 OK"));
    EXPECT_EQ(server_->counts().overload, static_cast<std::uint64_t>(busy));
}

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
    open();
    Client client{port()};
    for (int i = 0; i < 3; ++i) {
        const std::string answer = client.ask(get("/"));
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
        EXPECT_TRUE(has(answer, "\r\nDate: ")) << answer;
        EXPECT_TRUE(has(answer, " GMT\r\n")) << answer;
        EXPECT_TRUE(has(answer, "X-Content-Type-Options: nosniff\r\n")) << answer;
        EXPECT_TRUE(has(answer, "Cache-Control: no-store\r\n")) << answer;
        EXPECT_FALSE(has(answer, "Connection:")) << answer;
        EXPECT_FALSE(has(answer, "Server:")) << answer;
        EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"ok\":true}")) << answer;
    }
    EXPECT_EQ(server_->counts().requests, 3U);
    EXPECT_EQ(server_->counts().accepted, 1U);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
    open();
    Client client{port()};
    client.send(get("/") + post("/echo", "1") + post("/desk/echo", "2") + get("/no") +
                post("/echo", "3") + get("/none"));
    EXPECT_TRUE(has(client.answer(), "{\"ok\":true}"));
    EXPECT_TRUE(has(client.answer(), "\r\n\r\n1|127.0.0.1"));
    EXPECT_TRUE(has(client.answer(), "\r\n\r\n2|127.0.0.1"));
    EXPECT_TRUE(has(client.answer(), "sold_out"));
    EXPECT_TRUE(has(client.answer(), "\r\n\r\n3|127.0.0.1"));
    EXPECT_TRUE(client.answer().starts_with("HTTP/1.1 404"));
    EXPECT_TRUE(has(client.ask(get("/")), "{\"ok\":true}"));
}

TEST_F(ServerTest, TakesBodiesOfAnyFraming) {
    open();
    Client client{port()};
    const std::string large(300'000, 'b');
    EXPECT_TRUE(client.ask(post("/echo", large)).ends_with(large + "|127.0.0.1"));
    EXPECT_TRUE(client.ask(post("/desk/echo", large)).ends_with(large + "|127.0.0.1"));
    EXPECT_TRUE(client
                    .ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
                    .ends_with("\r\n\r\nabc|127.0.0.1"));
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_TRUE(client.ask("{}").ends_with("{}|127.0.0.1"));
}

TEST_F(ServerTest, AnswersHeadWithoutBody) {
    open();
    Client client{port()};
    for (const char* path : {"/", "/no", "/ticks/fast"}) {
        client.send("HEAD " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const std::string head = client.answer(true);
        EXPECT_TRUE(has(head, "Content-Length: ") || has(head, "chunked")) << head;
    }
    EXPECT_TRUE(client.ask(get("/")).starts_with("HTTP/1.1 200"));
}

TEST_F(ServerTest, TellsTheMethodsOfAPath) {
    open();
    Client client{port()};
    const std::string options = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(options.starts_with("HTTP/1.1 204 ")) << options;
    EXPECT_TRUE(has(options, "Allow: POST, OPTIONS\r\n")) << options;
    const std::string wrong = client.ask(get("/echo"));
    EXPECT_TRUE(wrong.starts_with("HTTP/1.1 405 ")) << wrong;
    EXPECT_TRUE(has(wrong, "Allow: POST, OPTIONS\r\n")) << wrong;
    EXPECT_TRUE(has(wrong, "application/problem+json")) << wrong;
    EXPECT_TRUE(client.ask(get("/none")).starts_with("HTTP/1.1 404 "));
}

TEST_F(ServerTest, RefusesBadRequestsAndCloses) {
    open();
    const std::pair<const char*, const char*> kTable[] = {
        {"GET / HTTP/1.1\n\n", "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505"},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "413"},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "415"},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", "417"},
        {"POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "404"},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
         "Transfer-Encoding: chunked\r\n\r\nffffff\r\n",
         "413"},
    };
    for (const auto& [bytes, status] : kTable) {
        Client client{port()};
        // What follows must not be read as a request of its own.
        client.send(std::string{bytes} + get("/"));
        const std::string answer = client.rest();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::string{status})) << answer;
        EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
        EXPECT_TRUE(has(answer, "Content-Type: application/problem+json\r\n")) << answer;
        EXPECT_FALSE(has(answer, "\"ok\"")) << answer;
    }
    EXPECT_EQ(server_->counts().malformed, 8U);
}

TEST_F(ServerTest, AllowsOneEmptyLineBeforeARequestHoweverItArrives) {
    open();
    Client client{port()};
    std::uint64_t sent = 0;
    const auto send = [&](const std::string& bytes) {
        client.send(bytes);
        sent += bytes.size();
        while (server_->counts().bytes_in < sent) std::this_thread::yield();
    };
    for (int i = 0; i < 2; ++i) {
        send("\r\n");
        send(get("/"));
        EXPECT_TRUE(client.answer().starts_with("HTTP/1.1 200 "));
    }
    send("\r\n");
    client.send("\r\n" + get("/"));
    EXPECT_TRUE(client.rest().starts_with("HTTP/1.1 400 "));
}

TEST_F(ServerTest, AsksTheGateBeforeItReadsABody) {
    open();
    const std::string large(300'000, 'b');
    const std::string whole = post("/gated", large);
    const std::size_t head = whole.size() - large.size();
    for (const std::string& sent : {whole.substr(0, head), whole.substr(0, head + 1), whole}) {
        Client client{port()};
        client.send(sent);
        const std::string answer = client.rest();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 ")) << answer;
        EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
    }
    Client known{port()};
    for (int i = 0; i < 2; ++i) {
        const std::string answer = known.ask(post("/gated", large, "Authorization: me\r\n"));
        EXPECT_TRUE(answer.ends_with(large + "|127.0.0.1")) << answer.substr(0, 300);
    }
    known.send(
        "POST /gated HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Authorization: me\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(known.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    known.send("2\r\n{}\r\n0\r\n\r\n" + get("/"));
    EXPECT_TRUE(known.answer().ends_with("{}|127.0.0.1"));
    EXPECT_TRUE(known.answer().ends_with("{\"ok\":true}"));
    Client stranger{port()};
    stranger.send(
        "POST /gated HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_TRUE(stranger.rest().starts_with("HTTP/1.1 401 ")) << "without asking for the body";
}

TEST_F(ServerTest, ForgetsAClientThatGoesWhileTheGateLooks) {
    open();
    for (int round = 0; round < 2; ++round) {
        {
            Client client{port()};
            client.send(post("/gated", std::string(300'000, 'b'), "Authorization: slow\r\n"));
            taken_.acquire();
            const linger reset{1, 0};
            ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }
        held_.release();
        while (server_->counts().open > 0) std::this_thread::yield();
    }
    Client next{port()};
    EXPECT_TRUE(next.ask(get("/")).ends_with("{\"ok\":true}"));
}

TEST_F(ServerTest, DeliversTheRefusalOfALongBodyToAClientThatGoesOnSending) {
    open();
    Client client{port()};
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n");
    client.send(std::string(500'000, 'x'));
    EXPECT_TRUE(client.rest().starts_with("HTTP/1.1 413"));
}

TEST_F(ServerTest, HonoursConnectionCloseAndHttp10) {
    open();
    Client client{port()};
    client.send(get("/", "Connection: close\r\n"));
    EXPECT_TRUE(has(client.rest(), "Connection: close\r\n"));
    Client old{port()};
    old.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(old.rest().ends_with("{\"ok\":true}"));
    Client kept{port()};
    EXPECT_TRUE(has(kept.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                    "Connection: keep-alive\r\n"));
    EXPECT_TRUE(has(kept.ask(get("/")), "{\"ok\":true}"));
}

TEST_F(ServerTest, HidesWhyAHandlerFailed) {
    open();
    Client client{port()};
    for (const char* path : {"/throw", "/desk/throw"}) {
        const std::string answer = client.ask(get(path));
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
        EXPECT_TRUE(has(answer, "\"code\":\"internal\"")) << answer;
        EXPECT_FALSE(has(answer, "secret")) << answer;
    }
}

TEST_F(ServerTest, RefusesWhenTheDeskIsFull) {
    options_.desk_queue_max = 1;
    open();
    Client running{port()};
    running.send(get("/desk/hold"));
    taken_.acquire();
    Client waiting{port()};
    waiting.send(get("/desk/hold"));
    // Both are in: a door takes its connections' requests one after the other, and answers this
    // one only behind them or not at all.
    while (server_->counts().requests < 2) std::this_thread::yield();
    Client refused{port()};
    const std::string answer = refused.ask(get("/desk/hold"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_TRUE(has(answer, "\"code\":\"busy\"")) << answer;
    EXPECT_TRUE(has(answer, "Retry-After: ")) << answer;
    EXPECT_EQ(server_->counts().desk_full, 1U);
    EXPECT_TRUE(has(refused.ask(get("/")), "{\"ok\":true}"));
    held_.release(2);
    EXPECT_TRUE(has(running.answer(), "/desk/hold"));
    EXPECT_TRUE(has(waiting.answer(), "/desk/hold"));
}

TEST_F(ServerTest, SlowRequestsDoNotHoldUpTheOtherDesks) {
    open();
    std::vector<std::unique_ptr<Client>> slow;
    for (int i = 0; i < 3; ++i) {
        slow.push_back(std::make_unique<Client>(port()));
        slow.back()->send(get("/desk/slow"));
    }
    taken_.acquire();
    Client other{port()};
    EXPECT_TRUE(other.ask(post("/desk/echo", "{}")).starts_with("HTTP/1.1 200 "));
    held_.release(3);
    for (auto& client : slow) EXPECT_TRUE(has(client->answer(), "\"slow\":true"));
}

TEST_F(ServerTest, AnswersLaterFromAnotherThread) {
    open();
    Client client{port()};
    client.send(get("/later/1") + get("/"));
    taken_.acquire();
    std::jthread{[this] { complete("\"later\""); }}.join();
    EXPECT_TRUE(client.answer().ends_with("\"later\""));
    EXPECT_TRUE(client.answer().ends_with("{\"ok\":true}"));
    // The same again is stale and must not disturb the next request.
    client.send(get("/later/2"));
    taken_.acquire();
    const Later second = later_;
    door_->post([door = door_, second] {
        Later stale = second;
        --stale.generation;
        door->complete(stale, json(200, "\"stale\""));
    });
    complete("\"second\"");
    complete("\"twice\"");
    EXPECT_TRUE(client.answer().ends_with("\"second\""));
    EXPECT_TRUE(client.ask(get("/")).ends_with("{\"ok\":true}"));
}

TEST_F(ServerTest, CompletesWithPreparedBytes) {
    open();
    Client client{port()};
    client.send(get("/later/1"));
    taken_.acquire();
    door_->post([this] { door_->complete_prepared(later_, refusal_); });
    EXPECT_TRUE(client.answer().starts_with("HTTP/1.1 409 "));
}

TEST_F(ServerTest, IgnoresAnAnswerWhoseClientIsGone) {
    open();
    {
        Client client{port()};
        client.send(get("/later/1"));
        taken_.acquire();
    }
    complete("\"nobody\"");
    complete("\"nobody\"");
    settle();
    Client next{port()};
    EXPECT_TRUE(next.ask(get("/")).ends_with("{\"ok\":true}"));
}

TEST_F(ServerTest, UsesThePlaceOfAClientAgainWhoResetTheConnectionBeforeItsAnswer) {
    open();
    for (int round = 0; round < 3; ++round) {
        {
            Client client{port()};
            client.send(get("/later/1"));
            taken_.acquire();
            const linger reset{1, 0};
            ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }
        EXPECT_EQ(later_.slot, 0U) << "else each such client would cost memory for ever";
        if (round == 0)
            complete("\"nobody\"");
        else
            door_->post([this] { door_->complete_prepared(later_, refusal_); });
        settle();
    }
}

TEST_F(ServerTest, StreamsInChunks) {
    open();
    Client client{port()};
    for (const char* path : {"/ticks/fast", "/ticks/slow"}) {
        client.send(get(path));
        const std::string head = client.until("\r\n\r\n");
        EXPECT_TRUE(has(head, "Transfer-Encoding: chunked\r\n")) << head;
        EXPECT_FALSE(has(head, "Content-Length")) << head;
        EXPECT_EQ(client.until("\r\n0\r\n\r\n"),
                  "5\r\ntick\n\r\n5\r\ntick\n\r\n5\r\ntick\n\r\n0\r\n\r\n");
    }
    EXPECT_TRUE(client.ask(get("/")).ends_with("{\"ok\":true}"));
    Client old{port()};
    old.send("GET /ticks/fast HTTP/1.0\r\n\r\n");
    const std::string plain = old.rest();
    EXPECT_FALSE(has(plain, "chunked")) << plain;
    EXPECT_TRUE(plain.ends_with("\r\n\r\ntick\ntick\ntick\n")) << plain;
}

TEST_F(ServerTest, AsksASourceOnAtOnceThatHadNothingToSayYet) {
    open();
    Client client{port()};
    client.send(get("/seeker"));
    EXPECT_TRUE(client.until("0\r\n\r\n").ends_with("6\r\nfound\n\r\n0\r\n\r\n"));
}

TEST_F(ServerTest, EndsAStreamWhoseClientIsGone) {
    open();
    {
        Client client{port()};
        client.send(get("/silence"));
        client.until("hello\n");
        EXPECT_EQ(silences_.load(), 1);
    }
    silences_.wait(1);
    EXPECT_EQ(silences_.load(), 0);
}

TEST_F(ServerTest, AnswersARequestThatCameWhileAStreamWaited) {
    open();
    Client client{port()};
    client.send(get("/ticks/slow"));
    client.until("tick\n");
    client.send(get("/"));
    client.until("0\r\n\r\n");
    EXPECT_TRUE(client.answer().ends_with("{\"ok\":true}"));
}

// The door is held until both are there, so that the kernel tells of them once.
TEST_F(ServerTest, SeesTheEndOfAClientThatCameTogetherWithItsRequest) {
    open();
    Client holder{port()};
    Client asks{port()};
    Client streams{port()};
    for (Client* client : {&asks, &streams}) EXPECT_TRUE(has(client->ask(get("/")), "200 OK"));
    holder.send(get("/hold"));
    taken_.acquire();
    asks.send(get("/"));
    ::shutdown(asks.fd(), SHUT_WR);
    streams.send(get("/silence"));
    ::shutdown(streams.fd(), SHUT_WR);
    held_.release();
    EXPECT_TRUE(has(asks.answer(), "200 OK"));
    EXPECT_TRUE(has(streams.until("hello\n"), "200 OK"));
    char byte = 0;
    EXPECT_EQ(::recv(asks.fd(), &byte, 1, 0), 0);
    silences_.wait(1);
    EXPECT_EQ(silences_.load(), 0);
}

TEST_F(ServerTest, SendsALargeAnswerToASlowReader) {
    open();
    Client client{port()};
    const std::string answer = client.ask(get("/large"));
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 8'000'000U);
    EXPECT_TRUE(client.ask(get("/")).ends_with("{\"ok\":true}"));
}

TEST_F(ServerTest, CutsAReaderThatTakesNothing) {
    options_.write_timeout_ms = 50;
    open();
    Client client{port()};
    const int small = 4096;
    ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client.send(get("/large"));
    while (server_->counts().timeouts == 0) std::this_thread::yield();
    EXPECT_LT(client.rest().size(), 8'000'000U);
}

TEST_F(ServerTest, TimesOutSlowHeadersAndBodies) {
    options_.header_timeout_ms = options_.body_timeout_ms = 50;
    open();
    for (const std::string& bytes : {get("/"), post("/echo", "{}")}) {
        Client client{port()};
        client.send(bytes.substr(0, bytes.size() - 1));
        const std::string answer = client.rest();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
        EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
    }
    EXPECT_EQ(server_->counts().timeouts, 2U);
    Client silent{port()};
    EXPECT_EQ(silent.rest(), "");
}

TEST_F(ServerTest, SendsNoContentToAHeadThatItRefusesOrGivesUp) {
    options_.header_timeout_ms = 50;
    open();
    const std::string start = "HEAD / HTTP/1.1\r\nHost: a\r\n";
    for (const auto& [bytes, status] : std::vector<std::pair<std::string, std::string>>{
             {start, "408"},
             {"\r\n" + start, "408"},
             {get("/") + start, "408"},
             {start + "X: a\r\n b\r\n\r\n", "400"},
             {start + "X: a\nY: b\r\n\r\n", "400"},
             {"HEAD /" + std::string(9000, 'a'), "414"},
             {start + "X: " + std::string(9000, 'a'), "431"}}) {
        Client client{port()};
        client.send(bytes);
        const std::string answers = client.rest();
        const std::string last = answers.substr(answers.rfind("HTTP/1.1 "));
        EXPECT_TRUE(last.starts_with("HTTP/1.1 " + status)) << last;
        EXPECT_FALSE(has(last, "Content-Length: 0\r\n")) << last;
        EXPECT_TRUE(last.ends_with("\r\n\r\n")) << last;
    }
}

TEST_F(ServerTest, ClosesIdleConnectionsWithoutAWord) {
    options_.idle_timeout_ms = 50;
    open();
    Client client{port()};
    EXPECT_TRUE(client.ask(get("/")).starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerTest, ClosesConnectionsPastTheLimitWhenNobodyIsIdle) {
    options_.connections_max = 4;
    open();
    Client waiting{port()};
    waiting.send(get("/later/1"));
    taken_.acquire();
    Client stream{port()};
    stream.send(get("/silence"));
    stream.until("hello\n");
    Client header{port()};
    header.send(get("/").substr(0, 20));
    Client body{port()};
    body.send(post("/echo", "{}").substr(0, post("/echo", "{}").size() - 1));
    // All of it has been read, so all four have a request under way.
    while (server_->counts().bytes_in <
           get("/later/1").size() + get("/silence").size() + 20 + post("/echo", "{}").size() - 1)
        std::this_thread::yield();
    EXPECT_EQ(Client{port()}.rest(), "");
    EXPECT_EQ(server_->counts().refused, 1U);
    EXPECT_EQ(server_->counts().evicted, 0U);
    header.send(get("/").substr(20));
    EXPECT_TRUE(header.answer().starts_with("HTTP/1.1 200 "));
    body.send("}");
    EXPECT_TRUE(body.answer().starts_with("HTTP/1.1 200 "));
    complete("\"later\"");
    EXPECT_TRUE(waiting.answer().ends_with("\"later\""));
    stream.close();
    while (server_->counts().open > 3) std::this_thread::yield();
    EXPECT_TRUE(Client{port()}.ask(get("/")).starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerTest, ClosesWhoHasBeenIdleForLongestForANewcomer) {
    options_.connections_max = 3;
    open();
    Client one{port()};
    Client two{port()};
    Client three{port()};
    for (Client* client : {&one, &two, &three, &one})
        EXPECT_TRUE(client->ask(get("/")).starts_with("HTTP/1.1 200 "));
    Client four{port()};
    EXPECT_TRUE(four.ask(get("/")).starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(two.rest(), "");
    Client five{port()};
    EXPECT_TRUE(five.ask(get("/")).starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(three.rest(), "");
    for (Client* client : {&one, &four, &five})
        EXPECT_TRUE(client->ask(get("/")).starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(server_->counts().evicted, 2U);
    EXPECT_EQ(server_->counts().refused, 0U);
    EXPECT_EQ(server_->counts().open, 3U);
}

TEST_F(ServerTest, LetsManyNewcomersInWhileOthersAreIdle) {
    options_.connections_max = 300;
    open();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 900; ++i) {
        clients.push_back(std::make_unique<Client>(port()));
        ASSERT_TRUE(clients.back()->ask(get("/")).starts_with("HTTP/1.1 200 ")) << i;
    }
    EXPECT_EQ(server_->counts().evicted, 600U);
    for (std::size_t i = 0; i < 600; ++i) ASSERT_EQ(clients[i]->rest(), "") << i;
    for (std::size_t i = 600; i < 900; ++i)
        ASSERT_TRUE(clients[i]->ask(get("/")).starts_with("HTTP/1.1 200 ")) << i;
}

TEST_F(ServerTest, LimitsTheConnectionsOfOneAddressButNotOfATrustedProxy) {
    options_.connections_per_address_max = 2;
    options_.trusted_proxies = {"127.0.0.9"};
    open();
    const auto is_served = [this](Client& client) {
        return client.ask(get("/")).starts_with("HTTP/1.1 200 ");
    };
    Client one{port(), "127.0.0.2"};
    Client two{port(), "127.0.0.2"};
    EXPECT_TRUE(is_served(one) && is_served(two));
    EXPECT_EQ((Client{port(), "127.0.0.2"}.rest()), "");
    Client other{port(), "127.0.0.3"};
    EXPECT_TRUE(is_served(other));
    std::vector<std::unique_ptr<Client>> proxied;
    for (int i = 0; i < 5; ++i) {
        proxied.push_back(std::make_unique<Client>(port(), "127.0.0.9"));
        EXPECT_TRUE(is_served(*proxied.back()));
    }
    EXPECT_EQ(server_->counts().refused, 1U);
    EXPECT_EQ(server_->counts().refused_address, 1U);
    EXPECT_TRUE(is_served(one) && is_served(two));
    one.close();
    while (server_->counts().open > 7) std::this_thread::yield();
    Client three{port(), "127.0.0.2"};
    EXPECT_TRUE(is_served(three));
}

TEST_F(ServerTest, ClosesTheNewestWhenDescriptorsRunOutAndRecovers) {
    open();
    Client old{port()};
    EXPECT_TRUE(old.ask(get("/")).starts_with("HTTP/1.1 200 "));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit few{256, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    std::vector<int> filled;
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) filled.push_back(fd);
    ASSERT_FALSE(filled.empty());
    ::close(filled.back());
    filled.pop_back();
    {
        for (int i = 0; i < 100; ++i) {
            auto refused = std::make_unique<Client>(port());  // has the last descriptor
            // A door that looks whether more have come holds one itself for that moment.
            while (!refused->connected()) refused = std::make_unique<Client>(port());
            EXPECT_EQ(refused->rest(), "");
        }
        EXPECT_TRUE(old.ask(get("/")).starts_with("HTTP/1.1 200 "));
    }
    for (const int fd : filled) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(server_->counts().refused, 100U);
    Client next{port()};
    EXPECT_TRUE(next.ask(get("/")).starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerTest, ClosesEveryNewcomerOfEachDoorWhenNoDescriptorIsLeft) {
    options_.doors = 4;
    open();
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit few{256, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(port());
    constexpr int kRounds = 100, kTogether = 40;
    std::array<int, kTogether> clients{};
    // A client keeps its descriptor from round to round, so that none is ever free.
    for (int& fd : clients) fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::vector<int> filled;
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) filled.push_back(fd);
    int left_hanging = 0;
    for (int round = 0; round < kRounds && left_hanging == 0; ++round) {
        for (const int fd : clients) {
            const timeval patience{5, 0};
            ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
            ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
        }
        for (const int fd : clients) {
            char byte = 0;
            errno = 0;
            left_hanging += ::recv(fd, &byte, 1, 0) < 0 && errno == EAGAIN ? 1 : 0;
            sockaddr nobody{};
            nobody.sa_family = AF_UNSPEC;
            ::connect(fd, &nobody, sizeof nobody);  // the same descriptor can connect once more
        }
    }
    EXPECT_EQ(left_hanging, 0);
    EXPECT_EQ(server_->counts().refused, std::uint64_t{kRounds} * kTogether);
    for (const int fd : filled) ::close(fd);
    for (const int fd : clients) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    Client next{port()};
    EXPECT_TRUE(next.ask(get("/")).starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerTest, BelievesTrustedProxies) {
    options_.trusted_proxies = {"127.0.0.0/8"};
    open();
    Client client{port()};
    EXPECT_TRUE(
        client.ask(post("/echo", "", "X-Forwarded-For: 9.9.9.9, 203.0.113.4, 127.0.0.9\r\n"))
            .ends_with("|203.0.113.4"));
    EXPECT_TRUE(client.ask(post("/echo", "")).ends_with("|127.0.0.1"));
}

TEST_F(ServerTest, DrainsWithoutLosingWhatIsInFlight) {
    open();
    Client idle{port()};
    EXPECT_TRUE(idle.ask(get("/")).starts_with("HTTP/1.1 200 "));
    Client desk{port()};
    desk.send(get("/desk/hold"));
    taken_.acquire();
    Client waiting{port()};
    waiting.send(get("/later/1"));
    taken_.acquire();
    Client half{port()};
    half.send(get("/").substr(0, 20));
    Client stream{port()};
    stream.send(get("/silence"));
    stream.until("hello\n");
    // The half request has arrived as well: the door has taken all five connections.
    while (server_->counts().bytes_in < get("/").size() + get("/desk/hold").size() +
                                            get("/later/1").size() + 20 + get("/silence").size())
        std::this_thread::yield();

    auto drained = std::async(std::launch::async, [this] { return server_->drain(20'000); });
    EXPECT_EQ(idle.rest(), "");
    EXPECT_EQ(stream.rest(), "\r\n0\r\n\r\n");
    EXPECT_FALSE(Client{port()}.connected());
    half.send(get("/").substr(20));
    const std::string late = half.rest();
    EXPECT_TRUE(late.starts_with("HTTP/1.1 200 ")) << late;
    EXPECT_TRUE(has(late, "Connection: close\r\n")) << late;
    complete("\"later\"");
    held_.release();
    EXPECT_TRUE(waiting.rest().ends_with("\"later\""));
    EXPECT_TRUE(desk.rest().ends_with("{\"path\":\"/desk/hold\"}"));
    for (Client* client : {&idle, &stream, &half, &waiting, &desk}) client->close();
    EXPECT_EQ(drained.get(), 0U);
    EXPECT_EQ(server_->counts().open, 0U);
}

TEST_F(ServerTest, CutsWhatDoesNotEndInTime) {
    open();
    Client desk{port()};
    desk.send(get("/desk/hold"));
    taken_.acquire();
    Client waiting{port()};
    waiting.send(get("/later/1"));
    taken_.acquire();
    EXPECT_EQ(server_->drain(30), 2U);
    EXPECT_EQ(waiting.rest(), "");
    EXPECT_EQ(desk.rest(), "");
    // The answers that come now find their requests still in place, and nobody to send them to.
    held_.release();
    complete("\"too late\"");
    settle();
}

TEST_F(ServerTest, SharesThePortAmongItsDoors) {
    options_.doors = 3;
    open();
    EXPECT_EQ(server_->doors().size(), 3U);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 30; ++i) clients.push_back(std::make_unique<Client>(port()));
    for (auto& client : clients) client->send(get("/"));
    for (auto& client : clients) EXPECT_TRUE(client->answer().ends_with("{\"ok\":true}"));
    clients.clear();
    EXPECT_EQ(server_->drain(20'000), 0U);
}

TEST_F(ServerTest, SaysWhoHasThePort) {
    open();
    ServerOptions second = options_;
    second.port = port();
    const auto refused = Server::open(second, *router_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::conflict);
    EXPECT_TRUE(has(refused.error().what, std::to_string(port()) + " is in use by pid " +
                                              std::to_string(::getpid()) + " ("))
        << refused.error().what;
}

TEST_F(ServerTest, SaysWhatIsWrongWithAnAddress) {
    const Router router{{}};
    options_.address = "localhost";
    auto refused = Server::open(options_, router);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(has(refused.error().what, "\"localhost\"")) << refused.error().what;
    options_.address = "192.0.2.1";
    refused = Server::open(options_, router);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(has(refused.error().what, "does not have the address")) << refused.error().what;
}

TEST_F(ServerTest, ListensOnIpv6) {
    options_.address = "::1";
    const Router router{{}};
    const auto server = Server::open(options_, router);
    // A machine without IPv6 says so; anything else is an error.
    if (!server) {
        EXPECT_TRUE(has(server.error().what, "address") || has(server.error().what, "Address"));
        return;
    }
    EXPECT_NE((*server)->port(), 0);
}

}  // namespace
}  // namespace sluice::http
