// SPDX-License-Identifier: Apache-2.0
// Requests and their answers, one client or many.
#include "http/server.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/server_fixture_test.h"

namespace sluice::http::testing {
namespace {

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

// The door is held until all is there, so that the kernel tells of it once.
TEST_F(ServerTest, AnswersARequestBehindUrgentData) {
    options_.idle_timeout_ms = 1000;
    open();
    Client holder{port()};
    Client client{port()};
    EXPECT_TRUE(has(client.ask(get("/")), "200 OK"));
    holder.send(get("/hold"));
    taken_.acquire();
    client.send(get("/"));
    ::send(client.fd(), "!", 1, MSG_OOB);
    client.send(get("/"));
    held_.release();
    EXPECT_TRUE(has(client.answer(), "200 OK"));
    EXPECT_TRUE(has(client.answer(), "200 OK"));
}

TEST_F(ServerTest, SendsALargeAnswerToASlowReader) {
    open();
    Client client{port()};
    const std::string answer = client.ask(get("/large"));
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 8'000'000U);
    EXPECT_TRUE(client.ask(get("/")).ends_with("{\"ok\":true}"));
}

}  // namespace
}  // namespace sluice::http::testing
