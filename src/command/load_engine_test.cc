// SPDX-License-Identifier: Apache-2.0
#include "command/load_engine.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <thread>

#include "base/time.h"

namespace sluice::command {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// Takes two connections: ends the first one with `first`, and answers on the second one.
class EndingServer {
   public:
    explicit EndingServer(std::string_view first) : first_(first) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof name;
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&name), size), 0);
        EXPECT_EQ(::listen(listener_, 8), 0);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&name), &size);
        port_ = ntohs(name.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~EndingServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

   private:
    void serve() {
        std::array<char, 4096> bytes;
        for (int turn = 0;; ++turn) {
            const int client = ::accept(listener_, nullptr, nullptr);
            if (client < 0) return;
            while (::recv(client, bytes.data(), bytes.size(), 0) > 0) {
                if (turn > 0) {
                    ::send(client, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
                    continue;
                }
                // In one segment with the end, so that the kernel tells of both at once.
                ::send(client, first_.data(), first_.size(), MSG_NOSIGNAL | MSG_MORE);
                ::shutdown(client, SHUT_WR);
            }
            ::close(client);
        }
    }
    int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port_ = 0;
    std::string_view first_;
    std::jthread thread_;
};

/// Two requests on one connection, `apart_ns` one after the other.
base::Result<LoadStats> play(std::uint16_t port, std::int64_t apart_ns) {
    auto engine = LoadEngine::open("127.0.0.1", port, 1);
    EXPECT_TRUE(engine);
    LoadPlan plan;
    plan.count = 2;
    plan.due_ns = [apart_ns](std::size_t shot) {
        return static_cast<std::int64_t>(shot) * apart_ns;
    };
    plan.write = [](std::size_t, std::string& out) { out += "GET / HTTP/1.1\r\nHost: a\r\n\r\n"; };
    plan.read = [](const LoadReply&) {};
    return (*engine)->run(plan, base::monotonic_ns());
}

TEST(LoadEngineTest, SeesTheEndThatCameTogetherWithHalfAnAnswer) {
    EndingServer server{kAnswer.substr(0, 20)};
    const auto stats = play(server.port(), 0);
    ASSERT_TRUE(stats) << stats.error().what;
    EXPECT_EQ(stats->broken, 1U);
    EXPECT_EQ(stats->answered, 1U);
}

TEST(LoadEngineTest, ConnectsAgainAfterTheEndThatCameTogetherWithAnAnswer) {
    EndingServer server{kAnswer};
    const auto stats = play(server.port(), 200'000'000);
    ASSERT_TRUE(stats) << stats.error().what;
    EXPECT_EQ(stats->broken, 0U);
    EXPECT_EQ(stats->answered, 2U);
}

}  // namespace
}  // namespace sluice::command
