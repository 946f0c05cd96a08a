// SPDX-License-Identifier: Apache-2.0
#include "command/rush.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <random>

#include "account/token.h"
#include "base/id.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "command/console_client.h"
#include "command/load_engine.h"
#include "command/rush_judge.h"
#include "command/rush_payers.h"
#include "command/rush_report.h"
#include "command/rush_sale.h"
#include "command/stop_signals.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Instant;
using base::Result;

namespace {

constexpr std::uint32_t kDoubleClickPercent = 5;
constexpr std::uint32_t kGreedyPercent = 2;  // those who try a second purchase under a new key
constexpr int kAttemptsMax = 20;             // to get a clear answer to one click
constexpr int kFruitlessMax = 3;  // rounds in which nobody gets one of the units that are left

/// One click on the buy button.
struct Click {
    std::int64_t due_ns = 0;
    std::uint32_t buyer = 0;
    std::uint32_t key = 0;  ///< 1: the second one of somebody greedy; else the buyer's own
};

struct Buyer {
    std::uint64_t order = 0;
    std::uint32_t tries = 0;   ///< orders that ran out before the buyer came to pay
    bool was_refused = false;  ///< sold out, and would still buy
};

/// CPU time that `who` (RUSAGE_SELF, RUSAGE_THREAD) has used so far, in seconds.
double cpu_seconds_of(int who) {
    rusage used{};
    getrusage(static_cast<__rusage_who>(who), &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// The key of the buyer's own purchase: a new one for each try.
std::uint32_t key_of(const Buyer& buyer) { return buyer.tries == 0 ? 0 : buyer.tries + 1; }

class Rush {
   public:
    explicit Rush(const RushOptions& options)
        : options_(options),
          seed_(options.seed != 0 ? options.seed : base::random_u64() >> 32),
          random_(seed_),
          buyers_(options.buyers) {}

    Result<Verdict> play() {
        const std::int64_t begun_ns = base::monotonic_ns();
        if (auto writable = check_json_file(options_); !writable)
            return std::unexpected(writable.error());
        if (auto done = open(); !done) return std::unexpected(done.error());
        // Before the sale has a start that must be kept: these take seconds for millions of buyers.
        make_tokens();
        plan_storm();
        if (auto done = sale_.set_up(); !done) return std::unexpected(done.error());
        if (auto done = storm(); !done) return std::unexpected(done.error());
        if (auto done = settle_and_return(); !done) return std::unexpected(done.error());
        report_.whole_seconds = static_cast<double>(base::monotonic_ns() - begun_ns) / 1e9;
        return conclude();
    }

   private:
    // Before: the buyers and their plans.

    Result<void> open() {
        if (options_.public_url.empty()) say("starting a server on a temporary store");
        if (auto opened = sale_.open(); !opened) return opened;
        const RushAddress& address = sale_.address();
        host_ = address.text();
        auto engine = LoadEngine::open(address.host, address.port, options_.connections);
        if (!engine) return std::unexpected(engine.error());
        engine_ = std::move(*engine);
        auto payers = RushPayers::start(address);
        if (!payers) return std::unexpected(payers.error());
        payers_ = std::move(*payers);
        return {};
    }

    void make_tokens() {
        say(fmt::format("{} buyers, {} units, policy {}, seed {}", options_.buyers, options_.stock,
                        options_.policy, seed_));
        token_text_.resize(options_.buyers * account::kTokenSize);
        const Instant now = base::SystemClock().now();
        for (std::size_t i = 0; i < options_.buyers; ++i) {
            const std::string token = sale_.token_for(user_of(i), now);
            token.copy(token_text_.data() + i * account::kTokenSize, account::kTokenSize);
        }
    }

    base::UserId user_of(std::size_t buyer) const {
        return base::rehearsal_user_of(fmt::format("rush {}-{}", seed_, buyer));
    }
    std::string_view token_of(std::size_t buyer) const {
        return std::string_view(token_text_)
            .substr(buyer * account::kTokenSize, account::kTokenSize);
    }

    // The storm: everybody at T0.

    void plan_storm() {
        // Buyers are numbered as they come, so that what is kept of them is read in that order.
        const std::int64_t spread_ns = static_cast<std::int64_t>(spread_s() * 1e9);
        std::vector<std::int64_t> delays(options_.buyers);
        for (std::int64_t& delay : delays) delay = human_delay(spread_ns);
        std::ranges::sort(delays);
        std::vector<Click>& clicks = storm_;
        clicks.reserve(options_.buyers + options_.buyers / 10);
        for (std::uint32_t i = 0; i < options_.buyers; ++i) {
            const Click click{.due_ns = delays[i], .buyer = i, .key = 0};
            clicks.push_back(click);
            const std::uint64_t dice = random_() % 100;
            if (dice < kDoubleClickPercent)
                clicks.push_back({.due_ns = click.due_ns + 100'000, .buyer = i, .key = 0});
            else if (dice < kDoubleClickPercent + kGreedyPercent)
                clicks.push_back({.due_ns = click.due_ns + 50'000'000, .buyer = i, .key = 1});
        }
        std::ranges::sort(clicks, {}, &Click::due_ns);
    }

    Result<void> storm() {
        buy_head_ = fmt::format(
            "POST /v1/items/{}/orders HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
            "Content-Length: 14\r\nAuthorization: Bearer ",
            sale_.item(), host_);
        first_tail_ = tail_of(0);
        const base::Duration left = sale_.starts_at() - base::SystemClock().now();
        const std::int64_t start_ns = base::monotonic_ns() + left.ms * 1'000'000;
        if (start_ns < base::monotonic_ns())
            return failure(ErrorCode::unavailable,
                           "making the sale took longer than planned: the machine is busy with "
                           "something else; try again");
        say(fmt::format("T0 in {:.1f} s, {} requests within {:.1f} s",
                        static_cast<double>(start_ns - base::monotonic_ns()) / 1e9, storm_.size(),
                        spread_s()));
        const double server_cpu = sale_.server_cpu_seconds();
        const double generator_cpu = cpu_seconds_of(RUSAGE_SELF);
        const double engine_cpu = cpu_seconds_of(RUSAGE_THREAD);
        auto stats = click_all(storm_, start_ns, true);
        if (!stats) return std::unexpected(stats.error());
        report_.storm = std::move(*stats);
        last_answer_ns_ = report_.storm.last_answer_ns;
        if (auto done = retry_unclear(); !done) return done;
        report_.storm_seconds = static_cast<double>(last_answer_ns_ - start_ns) / 1e9;
        report_.storm_requests = report_.storm.answered + report_.storm.broken + report_.retries;
        report_.server_cpu_seconds = sale_.server_cpu_seconds() - server_cpu;
        report_.generator_cpu_seconds = cpu_seconds_of(RUSAGE_SELF) - generator_cpu;
        report_.generator_busy =
            (cpu_seconds_of(RUSAGE_THREAD) - engine_cpu) / report_.storm_seconds;
        return {};
    }

    /// What follows the token in a purchase under the key of this number.
    std::string tail_of(std::uint32_t key) const {
        return fmt::format("\r\nIdempotency-Key: rush-{}-{}\r\n\r\n{{\"quantity\":1}}", seed_, key);
    }

    double spread_s() const {
        if (options_.rate > 0) return static_cast<double>(options_.buyers) / options_.rate;
        return std::clamp(static_cast<double>(options_.buyers) / 50'000, 2.0, 8.0);
    }

    /// The crowd comes at once and thins out: a third of it within the first fifth of the time.
    std::int64_t human_delay(std::int64_t spread_ns) {
        const double uniform = static_cast<double>(random_() >> 11) * 0x1.0p-53;
        if (options_.rate > 0)
            return static_cast<std::int64_t>(uniform * static_cast<double>(spread_ns));
        const double shaped = uniform * std::sqrt(uniform);
        return static_cast<std::int64_t>(shaped * static_cast<double>(spread_ns));
    }

    Result<LoadStats> click_all(const std::vector<Click>& clicks, std::int64_t start_ns,
                                bool shows_progress) {
        std::int64_t next_second = start_ns + 1'000'000'000;
        std::uint64_t answered = 0;
        std::uint64_t shown = 0;
        LoadPlan plan;
        plan.count = clicks.size();
        plan.due_ns = [&clicks](std::size_t i) { return clicks[i].due_ns; };
        plan.write = [this, &clicks](std::size_t i, std::string& out) {
            out += buy_head_;
            out += token_of(clicks[i].buyer);
            const std::uint32_t key = clicks[i].key;
            key == 0 ? out += first_tail_ : out += tail_of(key);
        };
        plan.read = [&, this](const LoadReply& reply) {
            on_click_answered(clicks[reply.shot], reply);
            ++answered;
            if (!shows_progress || answered % 1024 != 0 || base::monotonic_ns() < next_second)
                return;
            say(fmt::format("  {:>9} answered, {:>7} in the last second, {:>6} won", answered,
                            answered - shown, report_.won));
            shown = answered;
            next_second += 1'000'000'000;
        };
        return engine_->run(plan, start_ns);
    }

    void on_click_answered(const Click& click, const LoadReply& reply) {
        Buyer& buyer = buyers_[click.buyer];
        const std::string_view code = reply.status == 201 ? "accepted" : code_of(reply);
        count_answer(code);
        if (reply.status == 201) {
            const std::uint64_t order = number_behind(reply.body, R"("id":")");
            acks_.push_back(
                {.user = to_text(user_of(click.buyer)), .key = click.key, .order = order});
            if (buyer.order != 0) return;  // a retry, or a double click
            ++report_.won;
            buyer.order = order;
            buyer.was_refused = false;
            pay_or_let_go(click.buyer);
        } else if (code == "sold_out") {
            buyer.was_refused = buyer.order == 0;
        } else if (reply.status == 0 || reply.status == 503 || reply.status == 429 ||
                   code == "in_progress") {
            unclear_.push_back({.due_ns = 0, .buyer = click.buyer, .key = click.key});
        } else if (code != "limit_reached") {
            ++report_.unexpected;
        }
    }

    void count_answer(std::string_view code) {
        const auto known = report_.answers.find(code);
        if (known != report_.answers.end())
            ++known->second;
        else
            report_.answers.emplace(code, 1);
    }

    static std::uint64_t number_behind(std::string_view text, std::string_view name) {
        std::uint64_t number = 0;
        const std::size_t at = text.find(name);
        if (at != text.npos)
            std::from_chars(text.data() + at + name.size(), text.data() + text.size(), number);
        return number;
    }

    /// What was not answered, or answered with "try again": the same key again, as a client must.
    Result<void> retry_unclear() {
        for (int attempt = 0; attempt < kAttemptsMax && !unclear_.empty(); ++attempt) {
            poll(nullptr, 0, 25 * attempt);  // who is told to come again waits longer each time
            const std::vector<Click> again = std::exchange(unclear_, {});
            report_.retries += again.size();
            const auto stats = click_all(again, base::monotonic_ns(), false);
            if (!stats) return std::unexpected(stats.error());
            last_answer_ns_ = stats->last_answer_ns;
        }
        report_.unexpected += unclear_.size();
        return {};
    }

    // Afterwards: winners pay or let go; who was turned away comes back for what is released.

    Result<void> settle_and_return() {
        if (auto paid = collect_payments(); !paid) return paid;
        for (int fruitless = 0; fruitless < kFruitlessMax;) {
            const auto figures = figures_when_settled();
            if (!figures) return std::unexpected(figures.error());
            if (figures->sold >= options_.stock || figures->available == 0) return {};
            std::vector<Click> clicks;
            for (std::uint32_t i = 0;
                 i < buyers_.size() && std::ssize(clicks) < figures->available * 2; ++i)
                if (buyers_[i].was_refused && buyers_[i].order == 0)
                    clicks.push_back({.due_ns = 0, .buyer = i, .key = key_of(buyers_[i])});
            if (clicks.empty()) return {};
            say(fmt::format("  {} units were released, {} buyers come back", figures->available,
                            clicks.size()));
            const std::uint64_t won_before = report_.won;
            if (auto stats = click_all(clicks, base::monotonic_ns(), false); !stats)
                return std::unexpected(stats.error());
            if (auto done = retry_unclear(); !done) return done;
            fruitless = report_.won == won_before ? fruitless + 1 : 0;
            if (auto paid = collect_payments(); !paid) return paid;
        }
        return {};
    }

    /// Sends a winner to the cashier, or lets the order go.
    void pay_or_let_go(std::uint32_t number) {
        const Buyer& buyer = buyers_[number];
        const std::uint64_t dice = base::mix64(seed_ ^ (std::uint64_t{number} << 8) ^ buyer.tries);
        // With on_payment far more people have an order than there are units. When they are gone
        // the rest give up, but not before so many have paid that some get their money back.
        const auto most = static_cast<std::uint64_t>(options_.stock + options_.stock / 10 + 10);
        const bool too_many = options_.policy == "on_payment" && sent_to_pay_ >= most;
        if (dice % 100 < options_.abandon_percent || too_many) {
            ++report_.abandoned;
        } else {
            ++sent_to_pay_;
            payers_->pay({.buyer = number, .order = buyer.order, .token = token_of(number)});
        }
    }

    /// Waits for those at the cashier. Who came too late may try again, under a new key.
    Result<void> collect_payments() {
        auto paid = payers_->finish();
        if (!paid) return std::unexpected(paid.error());
        report_.paid += paid->paid;
        report_.unexpected += paid->unexpected;
        for (const auto& [code, count] : paid->answers) report_.answers[code] += count;
        for (const std::uint32_t number : paid->late) {
            --sent_to_pay_;
            buyers_[number] = {.order = 0, .tries = buyers_[number].tries + 1, .was_refused = true};
        }
        return {};
    }

    /// Waits until every payment that was made has been told to the sale, and what was not paid has
    /// run out.
    Result<RushSale::Figures> figures_when_settled() {
        const std::int64_t deadline =
            base::monotonic_ns() + (std::int64_t{options_.pay_window_ms} + 60'000) * 1'000'000;
        for (;;) {
            const auto now = sale_.figures();
            if (!now) return now;
            const bool money_told =
                now->paid + now->refunded >= static_cast<std::int64_t>(report_.paid);
            const bool holds_done = options_.policy != "reserve" || now->reserved == 0;
            if (money_told && holds_done) return now;
            if (stop_requested())
                return failure(ErrorCode::unavailable, "stopped by a signal before the end");
            if (base::monotonic_ns() > deadline)
                return failure(ErrorCode::unavailable,
                               fmt::format("payments or holds are still open: {} paid at the "
                                           "cashier, {} of them told; "
                                           "{} units reserved",
                                           report_.paid, now->paid + now->refunded, now->reserved));
            poll(nullptr, 0, 50);  // the next look at the figures
        }
    }

    Result<Verdict> conclude() {
        const auto last = sale_.figures();
        if (!last) return std::unexpected(last.error());
        const auto books = sale_.books();
        if (!books) return std::unexpected(books.error());
        const auto balanced = sale_.is_balanced();
        if (!balanced) return std::unexpected(balanced.error());
        const Case rush{.stock = options_.stock,
                        .limit = RushSale::kLimit,
                        .policy = options_.policy,
                        .wanted = wanted(),
                        .unclear = std::ssize(unclear_),
                        .available = last->available,
                        .reserved = last->reserved,
                        .sold = last->sold};
        report_.verdict = judge(rush, acks_, *books);
        report_.balanced = *balanced;
        if (!report_.balanced)
            report_.verdict.oversold = std::max<std::int64_t>(1, report_.verdict.oversold);
        report_.seed = seed_;
        report_.shares_machine = sale_.shares_machine();
        fmt::print("{}", to_text(report_, options_));
        std::fflush(stdout);
        if (!options_.json_file.empty())
            if (auto written = write_json(report_, options_); !written)
                return std::unexpected(written.error());
        return report_.verdict;
    }

    /// Units that must be sold if there are so many. Who let an order go took none in the end,
    /// except where the order itself takes the unit.
    std::int64_t wanted() const {
        const std::uint64_t let_go = options_.policy == "on_order" ? 0 : report_.abandoned;
        return static_cast<std::int64_t>(options_.buyers - std::min(options_.buyers, let_go));
    }

    void say(const std::string& line) const {
        if (options_.quiet) return;
        fmt::print("rush: {}\n", line);
        std::fflush(stdout);
    }

    const RushOptions options_;
    const std::uint64_t seed_;
    std::mt19937_64 random_;
    std::vector<Buyer> buyers_;
    RushSale sale_{options_};
    std::string host_;
    std::unique_ptr<LoadEngine> engine_;
    std::string buy_head_;    // of every purchase, up to its token
    std::string first_tail_;  // tail_of(0)
    std::int64_t last_answer_ns_ = 0;
    std::string token_text_;
    std::vector<Click> storm_;
    std::vector<Ack> acks_;
    std::vector<Click> unclear_;
    std::uint64_t sent_to_pay_ = 0;
    RushReport report_;
    std::unique_ptr<RushPayers> payers_;  // last: its thread reads the tokens
};

}  // namespace

Result<Verdict> rush(const RushOptions& options) { return Rush(options).play(); }

}  // namespace sluice::command
