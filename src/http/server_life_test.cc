// SPDX-License-Identifier: Apache-2.0
// How a server opens its port, whom it believes, and how it ends.
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/server_fixture_test.h"

namespace sluice::http::testing {
namespace {

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
}  // namespace sluice::http::testing
