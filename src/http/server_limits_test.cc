// SPDX-License-Identifier: Apache-2.0
// Deadlines, connections and descriptors: what a server does when one of them is used up.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/server_fixture_test.h"

namespace sluice::http::testing {
namespace {

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

}  // namespace
}  // namespace sluice::http::testing
