// SPDX-License-Identifier: Apache-2.0
// Fakes: stores in memory, a provider that signs with one word, and a stand: the whole public
// listener on a port of the kernel's choice, with a clock that the test moves and a client that
// speaks raw HTTP.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "account/account.h"
#include "adapter/memory/ledger.h"
#include "api/app.h"
#include "api/door_answers.h"
#include "api/pages.h"
#include "api/traffic.h"
#include "base/secret.h"
#include "http/server.h"
#include "payment/provider.h"
#include "sale/board.h"
#include "sale/sale.h"
#include "sale/turnstile.h"

namespace sluice::api {

/// A clock that the test moves while doors read it.
class StandClock final : public base::Clock {
   public:
    [[nodiscard]] base::Instant now() const noexcept override { return {ms_.load()}; }
    void set(base::Instant at) { ms_ = at.ms; }
    void advance(base::Duration by) { ms_ += by.ms; }

   private:
    std::atomic<std::int64_t> ms_{1'800'000'000'000};
};

/// Whatever a test of the public listener does not need is refused.
[[nodiscard]] inline auto unused() {
    return base::failure(base::ErrorCode::unsupported, "not part of this fake");
}

class FakeAccounts final : public account::AccountStore {
   public:
    using Operator = account::Operator;
    using Audit = account::AuditEntry;
    using Session = account::OperatorSession;

    base::Result<Operator> add_operator(Operator, Audit) override { return unused(); }
    base::Result<Operator> add_first_owner(Operator, Audit) override { return unused(); }
    base::Result<Operator> change_operator(Operator, Audit) override { return unused(); }
    base::Result<Operator> operator_by_id(base::OperatorId) override { return unused(); }
    base::Result<Operator> operator_by_name(std::string_view) override { return unused(); }
    base::Result<std::vector<Operator>> operators() override { return unused(); }
    base::Result<void> add_session(const Session&, Audit) override { return unused(); }
    base::Result<Session> session(std::string_view) override { return unused(); }
    base::Result<void> touch_session(std::string_view, base::Instant) override { return unused(); }
    base::Result<void> end_session(std::string_view, Audit) override { return unused(); }
    base::Result<std::size_t> end_sessions_of(base::OperatorId, std::string_view, Audit) override {
        return unused();
    }
    base::Result<std::vector<Session>> sessions_of(base::OperatorId) override { return unused(); }
    base::Result<void> step_up(std::string_view, base::Instant, Audit) override { return unused(); }
    base::Result<void> begin_totp(const account::Totp&, Audit) override { return unused(); }
    base::Result<account::Totp> totp(base::OperatorId) override { return unused(); }
    base::Result<void> enable_totp(const account::Totp&, const std::vector<std::string>&,
                                   Audit) override {
        return unused();
    }
    base::Result<void> disable_totp(base::OperatorId, Audit) override { return unused(); }
    base::Result<void> use_totp_step(base::OperatorId, std::int64_t) override { return unused(); }
    base::Result<std::size_t> use_recovery_code(base::OperatorId, std::string_view,
                                                Audit) override {
        return unused();
    }
    base::Result<void> add_customers(const std::vector<account::Customer>&) override {
        return unused();
    }
    base::Result<std::vector<Audit>> audit(std::uint64_t, const account::AuditFilter&,
                                           std::size_t) override {
        return unused();
    }
    base::Result<void> note(Audit) override { return unused(); }
    base::Result<std::uint64_t> verify_audit() override { return unused(); }
    base::Result<std::string> value(std::string_view) override { return unused(); }
    base::Result<void> set_value(std::string_view, std::string_view) override { return unused(); }

    base::Result<void> add_customer(const account::Customer& customer) override {
        const std::lock_guard lock(mutex_);
        if (!customers_.emplace(customer.name, customer).second)
            return base::failure(base::ErrorCode::conflict, "the name is taken");
        return {};
    }
    base::Result<account::Customer> customer(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        const auto found = customers_.find(std::string(name));
        if (found == customers_.end())
            return base::failure(base::ErrorCode::not_found, "no such customer");
        return found->second;
    }

   private:
    std::mutex mutex_;
    std::map<std::string, account::Customer> customers_;
};

class FakeActivities final : public activity::ActivityStore {
   public:
    using Activity = activity::Activity;
    using Proposal = activity::StockProposal;
    using Audit = account::AuditEntry;

    std::vector<Activity> kept;  // newest first; filled before the doors start

    base::Result<Activity> add(Activity, Audit) override { return unused(); }
    base::Result<Activity> replace(Activity, Audit) override { return unused(); }
    base::Result<void> remove(base::ActivityId, std::uint32_t, Audit) override { return unused(); }
    base::Result<Activity> activity(base::ActivityId id) override {
        for (const Activity& one : kept)
            if (one.id == id) return one;
        return base::failure(base::ErrorCode::not_found, "no such activity");
    }
    base::Result<std::vector<Activity>> activities(base::ActivityId before,
                                                   std::size_t limit) override {
        std::vector<Activity> page;
        for (const Activity& one : kept)
            if ((!before || one.id < before) && page.size() < limit) page.push_back(one);
        return page;
    }
    base::Result<Proposal> add_proposal(Proposal, Audit) override { return unused(); }
    base::Result<Proposal> proposal(std::uint64_t) override { return unused(); }
    base::Result<Proposal> decide_proposal(const Proposal&, Audit) override { return unused(); }
    base::Result<std::vector<Proposal>> proposals(base::ItemId) override { return unused(); }
    base::Result<std::vector<Proposal>> activity_proposals(base::ActivityId, std::uint64_t,
                                                           std::size_t) override {
        return unused();
    }
    base::Result<std::vector<Proposal>> open_proposals(std::uint64_t, std::size_t) override {
        return unused();
    }
};

class FakeCatalog final : public catalog::CatalogStore {
   public:
    using Product = catalog::Product;
    using Audit = account::AuditEntry;

    base::Result<Product> add(Product, Audit) override { return unused(); }
    base::Result<Product> replace(Product, Audit) override { return unused(); }
    base::Result<Imported> import(std::vector<Product>, Audit) override { return unused(); }
    base::Result<std::vector<catalog::Complaint>> taken_codes(const Product&) override {
        return unused();
    }
    base::Result<Product> product(base::ProductId) override { return unused(); }
    base::Result<std::vector<Product>> products(base::ProductId, std::string_view,
                                                std::size_t) override {
        return unused();
    }
    base::Result<catalog::Sku> sku(base::SkuId) override { return unused(); }
};

class FakeGuardStore final : public guard::GuardStore {
   public:
    using Audit = account::AuditEntry;

    base::Result<guard::RiskEntry> add_risk(guard::RiskEntry, Audit) override { return unused(); }
    base::Result<void> remove_risk(std::uint64_t, Audit) override { return unused(); }
    base::Result<std::vector<guard::RiskEntry>> risks() override { return unused(); }
    base::Result<void> set_switch(const guard::Switch&, Audit) override { return unused(); }
    base::Result<std::vector<guard::Switch>> switches() override { return unused(); }
};

/// Statements read "<payment id> <state> <amount>"; the signature is the word "signed".
class FakeProvider final : public payment::Provider {
   public:
    std::atomic<bool> answers{true};

    std::string_view called = "fake";

    [[nodiscard]] std::string_view name() const override { return called; }
    base::Result<std::string> open(const payment::Intent& intent) override {
        if (!answers) return base::failure(base::ErrorCode::unavailable, "the cashier is closed");
        return "http://cashier.example/" + base::to_text(intent.payment) +
               "?amount=" + std::to_string(intent.money.amount) + intent.money.currency.letters[0];
    }
    base::Result<payment::Statement> verify(std::string_view body, std::string_view signature,
                                            base::Instant) override {
        if (signature != "signed") return base::failure(base::ErrorCode::forbidden, "not signed");
        unsigned long long id = 0;
        long long amount = 0;
        std::array<char, 32> state{};
        const std::string text(body);
        if (std::sscanf(text.c_str(), "%llu %31s %lld", &id, state.data(), &amount) != 3)
            return base::failure(base::ErrorCode::invalid, "not a statement");
        const std::map<std::string_view, payment::ProviderState> states{
            {"pending", payment::ProviderState::pending},
            {"succeeded", payment::ProviderState::succeeded},
            {"failed", payment::ProviderState::failed},
            {"refunded", payment::ProviderState::refunded}};
        const auto found = states.find(state.data());
        if (found == states.end()) return base::failure(base::ErrorCode::invalid, "no state");
        return payment::Statement{{id}, found->second, {amount, *base::parse_currency("CNY")}};
    }
    bool knows_nothing = false;  // answers a question with `unknown`
    base::Result<payment::Statement> query(base::PaymentId id) override {
        if (!knows_nothing) return unused();
        return payment::Statement{id, payment::ProviderState::unknown, {}};
    }
    base::Result<void> refund(base::PaymentId, base::Money) override { return unused(); }
};

/// What came back.
struct Reply {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
    [[nodiscard]] boost::json::object json() const {
        boost::json::error_code failed;
        const auto value = boost::json::parse(body, failed);
        EXPECT_FALSE(failed) << body;
        return failed || !value.is_object() ? boost::json::object() : value.get_object();
    }
    /// The text at `key`, "" if it is none.
    [[nodiscard]] std::string text(std::string_view key) const {
        const auto object = json();
        const auto* found = object.if_contains(key);
        return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                      : std::string();
    }
    [[nodiscard]] std::string code() const { return text("code"); }
};

/// One keep-alive connection.
class Client {
   public:
    explicit Client(std::uint16_t port)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        timeval patience{20, 0};  // only so that a broken server fails the test instead of hanging
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
    }
    ~Client() { ::close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view bytes) const {
        EXPECT_TRUE(connected_);
        EXPECT_EQ(
            static_cast<std::size_t>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)),
            bytes.size());
    }

    Reply receive() {
        while (buffer_.find("\r\n\r\n") == std::string::npos)
            if (!read_more()) return {};
        const std::size_t end = buffer_.find("\r\n\r\n");
        Reply reply;
        reply.status = std::atoi(buffer_.c_str() + 9);
        std::size_t at = buffer_.find("\r\n") + 2;
        while (at < end + 2) {
            const std::size_t line_end = buffer_.find("\r\n", at);
            const std::size_t colon = buffer_.find(':', at);
            std::string name = buffer_.substr(at, colon - at);
            for (char& c : name) c = static_cast<char>(std::tolower(c));
            reply.headers[name] = buffer_.substr(colon + 2, line_end - colon - 2);
            at = line_end + 2;
        }
        buffer_.erase(0, end + 4);
        const std::size_t length =
            std::strtoul(reply.header("content-length").c_str(), nullptr, 10);
        while (buffer_.size() < length)
            if (!read_more()) return {};
        reply.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
        return reply;
    }

   private:
    bool read_more() {
        std::array<char, 16384> bytes;
        const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
        EXPECT_GT(got, 0) << "the server closed the connection or does not answer";
        if (got > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(got));
        return got > 0;
    }

    int socket_;
    bool connected_ = false;
    std::string buffer_;
};

/// A header line, or several, each ended by \r\n.
inline std::string header(std::string_view name, std::string_view value) {
    return std::string(name) + ": " + std::string(value) + "\r\n";
}

struct StandOptions {
    ApiOptions api;
    sale::SaleOptions sale{.orders_max = 1000, .payments_max = 1000};
    guard::GateOptions gates{.user_rate = {0, 1}, .rate_slots = 64};
    std::uint32_t doors = 2;
    std::string publish_dir;
};

/// The public listener over a real sale, with one activity of three items: 1 open (limit 2), 2 by
/// ticket, 3 open with nothing but one unit. It runs from `starts_at` for an hour.
class Stand {
   public:
    static constexpr base::ItemId kOpenItem{1}, kTicketItem{2}, kLastItem{3};

    explicit Stand(StandOptions options = {})
        : gates(options.gates), sale_(options.sale), pages({.publish_dir = options.publish_dir}) {
        starts_at = clock.now() + base::kMinute;
        app.reset(new App{.options = options.api,
                          .clock = clock,
                          .turnstile = turnstile,
                          .board = board,
                          .gates = gates,
                          .tokens = tokens,
                          .tickets = tickets,
                          .jwt = nullptr,
                          .accounts = accounts,
                          .activities = activities,
                          .catalog = catalog,
                          .guard_store = guard_store,
                          .providers = provider,
                          .pages = pages,
                          .traffic = traffic,
                          .answers = answers,
                          .customer_logins = logins,
                          .operator_logins = logins,
                          .not_ready = {},
                          .server_counts = {}});
        app->options.public_url = "http://shop.example";
        router = std::make_unique<http::Router>(public_routes(*app), unknown_public_address(*app));
        http::ServerOptions server_options;
        server_options.port = 0;
        server_options.doors = options.doors;
        server = std::move(*http::Server::open(server_options, *router));
        attach_doors(*app, *server);
        turnstile.start();
        warm();
        server->start();
        client.emplace(server->port());
    }

    ~Stand() {
        client.reset();
        server->drain(2000);
        turnstile.stop();
    }

    void start_sale() { clock.set(starts_at); }

    /// Lets what is due expire, as any event does; returns when it is durable.
    void expire_due() {
        (void)turnstile.pass_and_wait(sale::ClosePayment{{1}});
        std::uint64_t last = 0;
        turnstile.look([&](const sale::Sale& sale) { last = sale.last_seq(); });
        while (turnstile.durable_seq() < last) std::this_thread::yield();
    }

    /// A name that begins with `~` is a rehearsal user's.
    [[nodiscard]] base::UserId user(std::string_view name) const {
        if (name.starts_with('~')) return base::rehearsal_user_of(name);
        return base::user_of("test", name);
    }
    /// The Authorization header of a customer.
    [[nodiscard]] std::string signed_in(std::string_view name) const {
        return header("Authorization",
                      "Bearer " + tokens.issue(user(name), clock.now(), clock.now() + base::kHour));
    }

    Reply get(std::string_view path, std::string_view headers = {}) {
        return ask("GET", path, headers, {});
    }
    Reply post(std::string_view path, std::string_view headers = {}, std::string_view body = {}) {
        return ask("POST", path, headers, body);
    }
    Reply ask(std::string_view method, std::string_view path, std::string_view headers,
              std::string_view body) {
        std::string bytes = std::string(method) + " " + std::string(path) +
                            " HTTP/1.1\r\nHost: shop.example\r\n" + std::string(headers);
        if (method == "POST") bytes += header("Content-Length", std::to_string(body.size()));
        if (!body.empty()) bytes += header("Content-Type", "application/json");
        client->send(bytes + "\r\n" + std::string(body));
        return client->receive();
    }
    /// Buys one unit (or `body`) of an item with entry `open`.
    Reply buy(std::string_view name, std::string_view key, base::ItemId item = kOpenItem,
              std::string_view body = R"({"quantity":1})") {
        return post("/v1/items/" + base::to_text(item) + "/orders",
                    signed_in(name) + header("Idempotency-Key", key), body);
    }

    StandClock clock;
    base::Instant starts_at;
    adapter::MemoryLedger ledger;
    FakeAccounts accounts;
    FakeActivities activities;
    FakeCatalog catalog;
    FakeGuardStore guard_store;
    FakeProvider provider;
    account::TokenKey tokens{base::random_bytes32()};
    guard::TicketKey tickets{base::random_bytes32()};
    account::LoginGuard logins;
    guard::Gates gates;
    sale::Sale sale_;
    sale::Board board;
    Pages pages;
    Traffic traffic;
    Answers answers;
    sale::Turnstile turnstile{sale_, board, ledger, clock, {}};
    std::unique_ptr<App> app;
    std::unique_ptr<http::Router> router;
    std::unique_ptr<http::Server> server;
    std::optional<Client> client;

   private:
    activity::Item item(base::ItemId id, activity::Entry entry, std::int64_t stock,
                        std::uint32_t limit) const {
        activity::Item made;
        made.id = id;
        made.activity = {7};
        made.sku = {id.value + 100};
        made.title = "Item \"" + base::to_text(id) + "\"";
        made.price = {1999, *base::parse_currency("CNY")};
        made.stock = stock;
        made.limit_per_user = limit;
        made.entry = entry;
        return made;
    }

    void warm() {
        activity::Activity seven;
        seven.id = {7};
        seven.name = "双十一";
        seven.starts_at = starts_at;
        seven.ends_at = starts_at + base::kHour;
        seven.state = activity::State::approved;
        seven.items = {item(kOpenItem, activity::Entry::open, 10, 2),
                       item(kTicketItem, activity::Entry::ticket, 10, 2),
                       item(kLastItem, activity::Entry::open, 1, 1)};
        activity::Activity draft;  // not warm: must stay unseen
        draft.id = {8};
        draft.name = "secret";
        activities.kept = {draft, seven};
        sale::OpenActivity open{activity::terms_of(seven), {}};
        for (const activity::Item& one : seven.items)
            open.items.push_back(activity::terms_of(seven, one));
        EXPECT_EQ(turnstile.pass_and_wait(open, {}).outcome, sale::Outcome::done);
        EXPECT_TRUE(publish_warm(*app));
    }
};

}  // namespace sluice::api
