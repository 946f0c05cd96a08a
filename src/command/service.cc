// SPDX-License-Identifier: Apache-2.0
#include "command/service.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "account/token.h"
#include "adapter/sandbox_pay/sandbox.h"
#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/activity_store.h"
#include "adapter/sqlite/catalog_store.h"
#include "adapter/sqlite/database.h"
#include "adapter/sqlite/guard_store.h"
#include "adapter/sqlite/history_store.h"
#include "adapter/sqlite/ledger.h"
#include "api/arrivals.h"
#include "api/door_answers.h"
#include "api/history.h"
#include "api/pages.h"
#include "api/problem_pages.h"
#include "api/traffic.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "command/no_provider.h"
#include "command/payment_worker.h"
#include "command/recorder.h"
#include "command/stop_signals.h"
#include "http/server.h"
#include "sale/recover.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

/// Each connection is a descriptor: take as many as the system lets this process have.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// Descriptors of the store, the log, the desks and the payments; each door has some of its own.
constexpr std::uint32_t kDescriptorsKept = 48;
constexpr std::uint32_t kDescriptorsPerDoor = 8;

std::size_t doors_of(const http::ServerOptions& options) {
    return options.doors > 0 ? options.doors : std::max(1U, std::thread::hardware_concurrency());
}

sale::TurnstileOptions turnstile_options(const Config& config) {
    sale::TurnstileOptions options = config.turnstile;
    options.doors = doors_of(config.public_server);  // those of the console leave it to desks
    return options;
}

/// Without this a crowd at the front would take the descriptors of the console and of the store.
void fit_connections(http::ServerOptions& front, http::ServerOptions& console) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const std::uint32_t all = static_cast<std::uint32_t>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
    const std::uint32_t doors = static_cast<std::uint32_t>(doors_of(front)) + console.doors;
    const std::uint32_t kept = kDescriptorsKept + kDescriptorsPerDoor * doors;
    const std::uint32_t left = all - std::min(kept, all / 4 * 3);
    const std::uint32_t wanted = front.connections_max;
    console.connections_max = std::min(console.connections_max, std::max(left / 8, 1U));
    front.connections_max = std::min(wanted, left - console.connections_max);
    if (front.connections_max < wanted)
        base::log_warn("connections_max_cut", {{"wanted", std::uint64_t{wanted}},
                                               {"possible", std::uint64_t{front.connections_max}},
                                               {"what", "raise LimitNOFILE or `ulimit -Hn`"}});
}

Result<std::unique_ptr<account::JwtVerifier>> open_jwt(const Config& config) {
    if (config.jwt_keys.empty()) return nullptr;
    account::JwtOptions options{.issuer = config.jwt_issuer,
                                .audience = config.jwt_audience,
                                .leeway = {std::int64_t{config.jwt_leeway_s} * 1000},
                                .keys = {}};
    for (const JwtKeyFile& key : config.jwt_keys) {
        std::ifstream file(key.file, std::ios::binary);
        if (!file)
            return failure(
                ErrorCode::invalid,
                fmt::format(
                    "jwt key `{}`: cannot read {}; check the path and that this user may read it",
                    key.id, key.file));
        std::string material{std::istreambuf_iterator<char>(file), {}};
        // An editor's line break at the end is not part of a secret.
        while (!material.empty() && (material.back() == '\n' || material.back() == '\r'))
            material.pop_back();
        options.keys.push_back(
            {.id = key.id, .algorithm = key.algorithm, .material = std::move(material)});
    }
    return account::JwtVerifier::open(options);
}

std::string url_of(const http::ServerOptions& options, std::uint16_t port) {
    const bool any = options.address == "0.0.0.0" || options.address == "::";
    const std::string host = any ? "127.0.0.1" : options.address;
    return fmt::format("http://{}:{}", host.find(':') == host.npos ? host : "[" + host + "]", port);
}

account::LoginGuardOptions login_options(const Config& config) {
    account::LoginGuardOptions options;
    options.name_tries_max = config.api.login_tries;
    options.address_tries_max = config.api.login_tries * 5;  // many people may share one address
    return options;
}

/// The keys of this installation, made at the first start.
struct Keys {
    base::Bytes32 token{};
    base::Bytes32 ticket{};
    base::Bytes32 sandbox{};
};

Result<Keys> load_keys(const std::filesystem::path& data_dir) {
    Keys keys;
    for (const auto& [name, key] :
         {std::pair{"token.key", &keys.token}, std::pair{"ticket.key", &keys.ticket},
          std::pair{"sandbox_pay.key", &keys.sandbox}}) {
        auto loaded = base::load_or_create_key(data_dir / name);
        if (!loaded) return std::unexpected(loaded.error());
        *key = *loaded;
    }
    return keys;
}

class WholeService final : public Service {
   public:
    // Members in the order in which they depend on each other; destroyed in the opposite order.
    WholeService(const Config& config, std::unique_ptr<const base::Clock> clock,
                 std::unique_ptr<adapter::Database> database, const Keys& keys)
        : config_(config),
          own_clock_(std::move(clock)),
          clock_(*own_clock_),
          database_(std::move(database)),
          ledger_(*database_),
          accounts_(*database_),
          activities_(*database_),
          catalog_(*database_),
          guard_store_(*database_),
          history_store_(*database_),
          tokens_(keys.token),
          tickets_(keys.ticket),
          gates_(config.gates),
          customer_logins_(login_options(config)),
          operator_logins_(login_options(config)),
          sale_(config.sale),
          pages_(config.publish),
          arrivals_(doors_of(config.public_server)),
          history_(history_store_),
          turnstile_(sale_, board_, ledger_, clock_, turnstile_options(config)),
          watchdog_(config.watchdog_ms) {}

    ~WholeService() override { stop(); }

    Result<void> prepare(const Keys& keys) {
        if (auto jwt = open_jwt(config_)) {
            jwt_ = std::move(*jwt);
        } else {
            return std::unexpected(jwt.error());
        }
        auto recovered = sale::recover(ledger_, sale_);
        if (!recovered) return std::unexpected(recovered.error());
        recovered_ = *recovered;
        if (auto loaded = load_guards(); !loaded) return loaded;
        if (auto opened = open_provider(keys); !opened) return opened;
        make_app();
        return bind();
    }

    Result<void> start_sale() override {
        turnstile_.start();
        if (sandbox_ == nullptr) return {};
        const std::string loopback = url_of(config_.public_server, public_server_->port());
        return sandbox_->start({.public_url = app_->options.public_url,
                                .callback_url = loopback + "/v1/payments/callbacks/sandbox"});
    }

    Result<void> start() override {
        api::attach_doors(*app_, *public_server_);
        sale_.populate();
        if (auto begun = start_sale(); !begun) return begun;
        if (auto published = api::publish_warm(*app_); !published) return published;
        if (const std::string& folder = config_.publish.publish_dir; !folder.empty())
            if (auto written = api::publish_problem_pages(folder); !written) return written;
        payment_worker_ = std::make_unique<PaymentWorker>(turnstile_, app_->providers, clock_);
        watch_threads();  // before anybody can ask who is watched
        public_server_->start();
        console_server_->start();
        payment_worker_->start();
        recorder_ = std::make_unique<Recorder>(*app_);
        recorder_->start();
        phase_ = Phase::serving;
        base::log_info("serving", {{"public", public_url()},
                                   {"console", console_url()},
                                   {"records", recovered_.records},
                                   {"clean", recovered_.clean}});
        return {};
    }

    void wait_for_stop_signal() override {
        const int signal = command::wait_for_stop_signal();
        base::log_info("stop_requested", {{"signal", std::int64_t{signal}}});
    }

    std::size_t stop() override {
        if (phase_.exchange(Phase::stopped) == Phase::stopped) return 0;
        watchdog_.stop();  // first: threads that end give no sign any more
        // Who is inside gets an answer first; the console stays open to show that until the end.
        std::size_t cut = 0;
        if (public_server_ != nullptr) cut += public_server_->drain(config_.drain_timeout_ms);
        if (payment_worker_ != nullptr) payment_worker_->stop();
        if (recorder_ != nullptr) recorder_->stop();
        if (sandbox_ != nullptr) sandbox_->stop();
        if (console_server_ != nullptr) cut += console_server_->drain(config_.drain_timeout_ms);
        turnstile_.stop();
        base::log_info("stopped",
                       {{"requests_cut", std::uint64_t{cut}}, {"records", sale_.last_seq()}});
        base::flush_log();
        return cut;
    }

    api::App& app() override { return *app_; }
    adapter::SandboxProvider* sandbox() override { return sandbox_.get(); }
    const sale::Recovered& recovered() const override { return recovered_; }
    std::string public_url() const override {
        return url_of(config_.public_server, public_server_->port());
    }
    std::string console_url() const override {
        return url_of(config_.console_server, console_server_->port());
    }

   private:
    enum class Phase : std::uint8_t { starting, serving, stopped };

    Result<void> load_guards() {
        auto risks = guard_store_.risks();
        if (!risks) return std::unexpected(risks.error());
        auto switches = guard_store_.switches();
        if (!switches) return std::unexpected(switches.error());
        gates_.load(std::move(*risks), std::move(*switches));
        turnstile_.stop_purchases(!gates_.on("purchases", clock_.now()));
        return {};
    }

    Result<void> open_provider(const Keys& keys) {
        if (!config_.sandbox) {
            provider_ = &no_provider_;
            return {};
        }
        adapter::SandboxOptions options;
        options.data_dir = config_.data_dir;
        options.secret = keys.sandbox;
        options.payments_max = config_.sale.payments_max;
        auto sandbox = adapter::SandboxProvider::create(clock_, options);
        if (!sandbox) return std::unexpected(sandbox.error());
        sandbox_ = std::move(*sandbox);
        provider_ = sandbox_.get();
        return {};
    }

    void make_app() {
        app_.reset(new api::App{.options = config_.api,
                                .clock = clock_,
                                .turnstile = turnstile_,
                                .board = board_,
                                .gates = gates_,
                                .tokens = tokens_,
                                .tickets = tickets_,
                                .jwt = jwt_.get(),
                                .accounts = accounts_,
                                .activities = activities_,
                                .catalog = catalog_,
                                .guard_store = guard_store_,
                                .providers = {*provider_, sandbox_.get()},
                                .pages = pages_,
                                .traffic = traffic_,
                                .answers = answers_,
                                .customer_logins = customer_logins_,
                                .operator_logins = operator_logins_,
                                .not_ready = [this] { return why_not_ready(); },
                                .server_counts = [this] { return server_counts(); },
                                .arrivals = &arrivals_,
                                .history = &history_,
                                .archive = &ledger_,
                                .machine = [this] { return check_machine(config_); }});
    }

    Result<void> bind() {
        std::vector<http::Route> routes = api::public_routes(*app_);
        if (sandbox_ != nullptr)
            for (http::Route& route : sandbox_->cashier_routes())
                routes.push_back(std::move(route));
        public_router_ =
            std::make_unique<http::Router>(std::move(routes), api::unknown_public_address(*app_));
        console_router_ = std::make_unique<http::Router>(api::console_routes(*app_),
                                                         api::unknown_console_address());
        http::ServerOptions front = config_.public_server;
        http::ServerOptions console = config_.console_server;
        fit_connections(front, console);
        const std::size_t share = front.connections_max / doors_of(front) / 2;
        std::size_t& answers_max = app_->options.sale_answers_max;
        answers_max = std::min(answers_max, std::max<std::size_t>(share, 1));
        auto opened = http::Server::open(front, *public_router_);
        if (!opened) return std::unexpected(opened.error());
        public_server_ = std::move(*opened);
        opened = http::Server::open(console, *console_router_);
        if (!opened) return std::unexpected(opened.error());
        console_server_ = std::move(*opened);
        app_->options.shop_issuer = config_.jwt_issuer;
        if (config_.api.public_url.empty()) app_->options.public_url = public_url();
        return {};
    }

    std::string why_not_ready() const {
        switch (phase_.load()) {
            case Phase::starting: return "starting";
            case Phase::stopped: return "draining";
            case Phase::serving: break;
        }
        if (turnstile_.read_only()) return "read_only: " + turnstile_.read_only_reason();
        // Who buys now would wait, nobody knows for how long; reading goes on.
        if (watchdog_.is_stalled(turnstile_.heartbeat()))
            return fmt::format("ledger_stalled: {}", turnstile_.heartbeat().doing());
        return "";
    }

    void watch_threads() {
        watchdog_.watch(turnstile_.heartbeat());
        watchdog_.watch(payment_worker_->heartbeat());
        for (const auto* server : {public_server_.get(), console_server_.get()})
            for (const base::Heartbeat* heartbeat : server->heartbeats())
                watchdog_.watch(*heartbeat);
        watchdog_.start();
        app_->watchdog = &watchdog_;
    }

    std::vector<std::pair<std::string, http::Server::Counts>> server_counts() const {
        return {{"public", public_server_->counts()}, {"console", console_server_->counts()}};
    }

    const Config config_;
    const std::unique_ptr<const base::Clock> own_clock_;
    const base::Clock& clock_;
    std::unique_ptr<adapter::Database> database_;
    adapter::SqliteLedger ledger_;
    adapter::SqliteAccountStore accounts_;
    adapter::SqliteActivityStore activities_;
    adapter::SqliteCatalogStore catalog_;
    adapter::SqliteGuardStore guard_store_;
    adapter::SqliteHistoryStore history_store_;
    const account::TokenKey tokens_;
    const guard::TicketKey tickets_;
    std::unique_ptr<account::JwtVerifier> jwt_;
    guard::Gates gates_;
    account::LoginGuard customer_logins_;
    account::LoginGuard operator_logins_;
    sale::Sale sale_;
    sale::Board board_;
    sale::Recovered recovered_;
    NoProvider no_provider_;
    std::unique_ptr<adapter::SandboxProvider> sandbox_;
    payment::Provider* provider_ = nullptr;
    api::Pages pages_;
    api::Traffic traffic_;
    api::Arrivals arrivals_;
    api::History history_;
    api::Answers answers_;
    sale::Turnstile turnstile_;
    std::unique_ptr<api::App> app_;
    std::unique_ptr<http::Router> public_router_;
    std::unique_ptr<http::Router> console_router_;
    std::unique_ptr<http::Server> public_server_;
    std::unique_ptr<http::Server> console_server_;
    std::unique_ptr<PaymentWorker> payment_worker_;
    std::unique_ptr<Recorder> recorder_;
    base::Watchdog watchdog_;  // last: what it watches must outlive it
    std::atomic<Phase> phase_{Phase::starting};
};

}  // namespace

// PATH recover 1/4 At the start, before anybody is let in. Next: sale/recover.cc
Result<std::unique_ptr<Service>> Service::open(const Config& config,
                                               std::unique_ptr<const base::Clock> clock) {
    base::open_secrets();
    raise_descriptor_limit();
    auto database = adapter::Database::open(config.data_dir);
    if (!database) return std::unexpected(database.error());
    const auto keys = load_keys(config.data_dir);
    if (!keys) return std::unexpected(keys.error());
    auto service =
        std::make_unique<WholeService>(config, std::move(clock), std::move(*database), *keys);
    if (auto prepared = service->prepare(*keys); !prepared)
        return std::unexpected(prepared.error());
    return service;
}

std::vector<base::Finding> check_machine(const Config& config) {
    constexpr std::uint64_t kBesides = 64;  // the store, the log, the desks, the payments
    return {base::check_descriptors(config.public_server.connections_max +
                                    config.console_server.connections_max + kBesides),
            base::check_accept_queue(), base::check_clock(), base::check_disk(config.data_dir)};
}

Result<std::string> make_setup_token(account::AccountStore& accounts, base::Instant now) {
    const auto operators = accounts.operators();
    if (!operators) return std::unexpected(operators.error());
    const auto owns = [](const account::Operator& who) {
        return who.role == account::Role::owner && !who.disabled;
    };
    if (std::ranges::any_of(*operators, owns)) return "";
    const base::Bytes32 bytes = base::random_bytes32();
    const std::string token = base::to_base64url(bytes);
    if (auto set = accounts.set_value("setup_token_digest", base::digest_hex(token)); !set)
        return std::unexpected(set.error());
    const std::string expires = fmt::format("{}", (now + kSetupLinkAge).ms);
    if (auto set = accounts.set_value("setup_token_expires_ms", expires); !set)
        return std::unexpected(set.error());
    return token;
}

}  // namespace sluice::command
