// SPDX-License-Identifier: Apache-2.0
// What the tests of the server share: a client that is a socket, and a server with the routes that
// they need. `/hold` keeps the whole door waiting, `/desk/hold` one desk, until held_ is released.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/problem.h"
#include "http/server.h"

namespace sluice::http::testing {

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

inline Route on_door(Method method, std::string pattern, InlineHandler handler,
                     std::size_t max = 0) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.inline_handler = std::move(handler);
    route.body_max = max;
    return route;
}

inline Route on_desk(Method method, std::string pattern, DeskHandler handler, std::size_t max = 0) {
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

inline std::string get(std::string_view path, std::string_view headers = "") {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n" + std::string{headers} + "\r\n";
}

inline std::string post(std::string_view path, std::string_view body,
                        std::string_view headers = "") {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + std::string{headers} + "\r\n" + std::string{body};
}

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// A server with the routes that the tests need.
class ServerTest : public ::testing::Test {
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

}  // namespace sluice::http::testing
