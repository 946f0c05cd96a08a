// SPDX-License-Identifier: Apache-2.0
#include "command/calibrate.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>

#include "base/id.h"
#include "base/secret.h"
#include "base/time.h"
#include "command/console_client.h"
#include "command/load_engine.h"
#include "command/rush_sale.h"
#include "command/stop_signals.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

constexpr std::uint64_t kOrdersMax = 4'000'000;  // of the server; some 300 bytes each once used
constexpr double kSearchShare = 0.85;            // of the time; the rest is for the last two steps
constexpr double kStepsOfARun = 20;

/// CPU time of this thread so far, in seconds.
double thread_cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_THREAD, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

class Calibrator {
   public:
    explicit Calibrator(const CalibrateOptions& options) : options_(options) {}

    Result<Calibration> run() {
        if (auto done = open(); !done) return std::unexpected(done.error());
        PeakOptions search;
        search.step_seconds = std::clamp(options_.seconds / kStepsOfARun, 0.1, 2.0);
        search.seconds = options_.seconds * kSearchShare;
        search.p99_ms_max = options_.p99_ms_max;
        auto peak =
            find_peak(search, [this](double rate, double seconds) { return offer(rate, seconds); });
        if (!peak) return std::unexpected(peak.error());
        Calibration found;
        found.connections = options_.connections;
        found.peak = std::move(*peak);
        const auto at_70 = offer(std::max(1.0, 0.7 * found.peak.per_second), search.step_seconds);
        if (!at_70) return std::unexpected(at_70.error());
        found.at_70 = *at_70;
        const auto refused = refuse_all(found.peak.per_second * search.step_seconds);
        if (!refused) return std::unexpected(refused.error());
        found.refusals_per_second = *refused;
        return found;
    }

   private:
    Result<void> open() {
        say("starting a server on a temporary store");
        auto server = RushServer::start(options_.server);
        if (!server) return std::unexpected(server.error());
        server_ = std::move(*server);
        if (auto done = hire(); !done) return done;
        for (RushSale* sale : {&sale_, &sold_out_}) {
            if (auto done = sale->open(); !done) return done;
            if (auto done = sale->set_up(); !done) return done;
        }
        auto engine =
            LoadEngine::open(sale_.address().host, sale_.address().port, options_.connections);
        if (!engine) return std::unexpected(engine.error());
        engine_ = std::move(*engine);
        return wait_for_start();
    }

    /// The first owner by the one-time link, and a reviewer: both sales log in as these two.
    Result<void> hire() {
        const std::string password = fmt::format("calibrate-{:016x}", base::random_u64());
        ConsoleClient owner(server_->console_url());
        if (auto done = owner.set_up(server_->setup_token(), "calibrate-owner", password); !done)
            return done;
        if (auto done = owner.log_in("calibrate-owner", password); !done) return done;
        const auto hired = owner.post(
            "/admin/v1/operators",
            fmt::format(R"({{"name":"calibrate-reviewer","password":"{}","role":"reviewer"}})",
                        password));
        if (!hired) return std::unexpected(hired.error());
        for (RushOptions* sale : {&sale_options_, &sold_out_options_}) {
            sale->public_url = server_->public_url();
            sale->console_url = server_->console_url();
            sale->token_key_file = server_->token_key_file();
            sale->operator_name = "calibrate-owner";
            sale->reviewer_name = "calibrate-reviewer";
            sale->operator_password = sale->reviewer_password = password;
        }
        sale_options_.stock = kOrdersMax;
        sold_out_options_.stock = 1;
        return {};
    }

    Result<void> wait_for_start() const {
        const base::SystemClock clock;
        while (clock.now() < std::max(sale_.starts_at(), sold_out_.starts_at()) + kStartSlack) {
            if (stop_requested())
                return failure(ErrorCode::unavailable, "stopped by a signal before the end");
            poll(nullptr, 0, 20);
        }
        return {};
    }

    /// Buyers nobody has seen yet, so that each purchase is a new order of a new customer.
    Result<void> make_tokens(const RushSale& sale, std::uint64_t count) {
        if (buyers_ + count > kOrdersMax)
            return failure(ErrorCode::unavailable,
                           fmt::format("more than {} purchases: this machine is fast; give it "
                                       "fewer --seconds",
                                       kOrdersMax));
        tokens_.clear();
        const base::Instant now = base::SystemClock().now();
        for (std::uint64_t i = 0; i < count; ++i) {
            // The sale of a rush is a rehearsal.
            tokens_ += sale.token_for(base::rehearsal_user_of(fmt::format("{}", buyers_ + i)), now);
        }
        buyers_ += count;
        return {};
    }

    LoadPlan plan_of(const RushSale& sale, std::uint64_t count) {
        head_ = fmt::format(
            "POST /v1/items/{}/orders HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
            "Content-Length: 14\r\nIdempotency-Key: calibrate\r\nAuthorization: Bearer ",
            sale.item(), sale.address().text());
        LoadPlan plan;
        plan.count = count;
        plan.write = [this](std::size_t i, std::string& out) {
            out += head_;
            out += std::string_view(tokens_).substr(i * account::kTokenSize, account::kTokenSize);
            out += "\r\n\r\n{\"quantity\":1}";
        };
        return plan;
    }

    Result<LoadStep> offer(double rate, double seconds) {
        const auto step = buy_at(sale_, rate, seconds);
        if (!step) return step;
        say(fmt::format("{:>9.0f}/s offered  {:>9.0f}/s done  p50 {:>7.1f} ms  p99 {:>7.1f} ms",
                        step->rate, step->goodput, step->p50_ms, step->p99_ms));
        return step;
    }

    /// Different buyers, evenly at `rate`, for so long.
    Result<LoadStep> buy_at(const RushSale& sale, double rate, double seconds) {
        const auto count = static_cast<std::uint64_t>(std::max(1.0, rate * seconds));
        if (auto made = make_tokens(sale, count); !made) return std::unexpected(made.error());
        LoadPlan plan = plan_of(sale, count);
        std::uint64_t bought = 0;
        plan.due_ns = [rate](std::size_t i) {
            return static_cast<std::int64_t>(static_cast<double>(i) * 1e9 / rate);
        };
        std::string odd;
        plan.read = [&bought, &odd](const LoadReply& reply) {
            if (reply.status == 201)
                ++bought;
            else if (reply.status != 503 && reply.status != 0)  // too much for it, and that is told
                odd = code_of(reply);
        };
        const double server_cpu = server_->cpu_seconds();
        const double own_cpu = thread_cpu_seconds();
        const auto stats = engine_->run(plan, base::monotonic_ns());
        if (!stats) return std::unexpected(stats.error());
        if (!odd.empty())
            return failure(ErrorCode::unavailable,
                           fmt::format("a purchase was answered with `{}`: nothing can be measured "
                                       "with this configuration",
                                       odd));
        // The last one is sent at the end and takes as long as any: that time is not load.
        const double answer_seconds = ms(stats->uncorrected.percentile_ns(0.5)) / 1e3;
        const double load_seconds = std::max(seconds, stats->seconds - answer_seconds);
        const LoadStep step{.rate = rate,
                            .goodput = static_cast<double>(bought) / load_seconds,
                            .p50_ms = ms(stats->corrected.percentile_ns(0.5)),
                            .p99_ms = ms(stats->corrected.percentile_ns(0.99)),
                            .seconds = stats->seconds,
                            .generator_busy = (thread_cpu_seconds() - own_cpu) / stats->seconds,
                            .server_cpu_us = (server_->cpu_seconds() - server_cpu) * 1e6 /
                                             static_cast<double>(count)};
        return step;
    }

    /// Refusals as fast as the connections carry them; the first one of them buys the only unit.
    Result<double> refuse_all(double wanted) {
        const auto count = static_cast<std::uint64_t>(std::max(wanted, 1.0)) + 1;
        if (auto first = buy_at(sold_out_, 1, 1); !first) return std::unexpected(first.error());
        if (auto made = make_tokens(sold_out_, count); !made) return std::unexpected(made.error());
        LoadPlan plan = plan_of(sold_out_, count);
        std::uint64_t refused = 0;
        plan.due_ns = [](std::size_t) { return std::int64_t{0}; };
        plan.read = [&refused](const LoadReply& reply) {
            refused += code_of(reply) == "sold_out" ? 1 : 0;
        };
        const auto stats = engine_->run(plan, base::monotonic_ns());
        if (!stats) return std::unexpected(stats.error());
        return static_cast<double>(refused) / stats->seconds;
    }

    void say(const std::string& line) const {
        if (options_.quiet) return;
        fmt::print("calibrate: {}\n", line);
        std::fflush(stdout);
    }

    /// The server's clock and ours were started at different times.
    static constexpr base::Duration kStartSlack{50};

    const CalibrateOptions& options_;
    std::unique_ptr<RushServer> server_;
    RushOptions sale_options_, sold_out_options_;
    RushSale sale_{sale_options_}, sold_out_{sold_out_options_};
    std::unique_ptr<LoadEngine> engine_;
    std::string head_;
    std::string tokens_;
    std::uint64_t buyers_ = 0;  ///< so many have come already
};

}  // namespace

Result<Calibration> calibrate(const CalibrateOptions& options) { return Calibrator(options).run(); }

}  // namespace sluice::command
