// SPDX-License-Identifier: Apache-2.0
#include "command/rush_payers.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>
#include <utility>

#include "base/time.h"
#include "command/console_client.h"

namespace sluice::command {

using base::Result;

namespace {

constexpr std::uint32_t kConnections = 128;
constexpr int kAttemptsMax = 200;

/// Sends `count` requests, those again that `read` does not call final. Returns how many never
/// were.
Result<std::size_t> until_all(LoadEngine& engine, std::size_t count,
                              const std::function<void(std::size_t, std::string&)>& write,
                              const std::function<bool(const LoadReply&, std::size_t)>& read) {
    std::vector<std::size_t> open(count);
    std::iota(open.begin(), open.end(), 0);
    for (int attempt = 0; attempt < kAttemptsMax && !open.empty(); ++attempt) {
        std::vector<std::size_t> again;
        LoadPlan plan;
        plan.count = open.size();
        plan.due_ns = [](std::size_t) { return 0; };
        plan.write = [&](std::size_t i, std::string& out) { write(open[i], out); };
        plan.read = [&](const LoadReply& reply) {
            if (!read(reply, open[reply.shot])) again.push_back(open[reply.shot]);
        };
        if (auto stats = engine.run(plan, base::monotonic_ns()); !stats)
            return std::unexpected(stats.error());
        open = std::move(again);
    }
    return open.size();
}

}  // namespace

Result<std::unique_ptr<RushPayers>> RushPayers::start(const RushAddress& address) {
    auto engine = LoadEngine::open(address.host, address.port, kConnections);
    if (!engine) return std::unexpected(engine.error());
    return std::unique_ptr<RushPayers>(new RushPayers(std::move(*engine), address.text()));
}

RushPayers::RushPayers(std::unique_ptr<LoadEngine> engine, std::string host)
    : engine_(std::move(engine)), host_(std::move(host)), thread_([this] { run(); }) {}

RushPayers::~RushPayers() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void RushPayers::pay(const RushPayer& payer) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(payer);
    }
    changed_.notify_all();
}

Result<RushPayers::Paid> RushPayers::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return (waiting_.empty() && !serving_) || !state_; });
    if (!state_) return std::unexpected(state_.error());
    return std::exchange(paid_, Paid{});
}

void RushPayers::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return !waiting_.empty() || stopping_; });
        if (stopping_) return;
        const std::vector<RushPayer> payers = std::exchange(waiting_, {});
        serving_ = true;
        lock.unlock();
        auto served = serve(payers);
        lock.lock();
        serving_ = false;
        state_ = std::move(served);
        changed_.notify_all();
        if (!state_) return;
    }
}

Result<void> RushPayers::serve(const std::vector<RushPayer>& payers) {
    std::vector<std::string> cashiers;
    if (auto opened = open_payments(payers, cashiers); !opened) return opened;
    return visit(cashiers);
}

Result<void> RushPayers::open_payments(const std::vector<RushPayer>& payers,
                                       std::vector<std::string>& cashiers) {
    const auto left = until_all(
        *engine_, payers.size(),
        [&](std::size_t i, std::string& out) {
            fmt::format_to(std::back_inserter(out),
                           "POST /v1/orders/{}/payments HTTP/1.1\r\nHost: {}\r\n"
                           "Content-Type: application/json\r\nContent-Length: 2\r\n"
                           "Authorization: Bearer {}\r\n\r\n{{}}",
                           payers[i].order, host_, payers[i].token);
        },
        [&](const LoadReply& reply, std::size_t i) {
            if (reply.status != 201 && reply.status != 200) {
                if (code_of(reply) == "already_expired") paid_.late.push_back(payers[i].buyer);
                return is_final(reply);
            }
            const std::string url = json_at(reply.body, "cashier_url");
            const std::size_t path = url.find("/sandbox/");
            if (path == url.npos)
                ++paid_.unexpected;
            else
                cashiers.push_back(url.substr(path));
            return true;
        });
    if (!left) return std::unexpected(left.error());
    paid_.unexpected += *left;
    return {};
}

Result<void> RushPayers::visit(const std::vector<std::string>& cashiers) {
    const auto left = until_all(
        *engine_, cashiers.size(),
        [&](std::size_t i, std::string& out) {
            constexpr std::string_view kBody = R"({"action":"pay"})";
            fmt::format_to(std::back_inserter(out),
                           "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
                           "Accept: application/json\r\nContent-Length: {}\r\n\r\n{}",
                           cashiers[i], host_, kBody.size(), kBody);
        },
        [&](const LoadReply& reply, std::size_t) {
            if (reply.status != 200) return is_final(reply);
            ++paid_.paid;
            return true;
        });
    if (!left) return std::unexpected(left.error());
    paid_.unexpected += *left;
    return {};
}

/// False: to be sent again. Another refusal is kept by its code.
bool RushPayers::is_final(const LoadReply& reply) {
    if (reply.status == 0 || reply.status == 503 || reply.status == 429) return false;
    ++paid_.answers["payment_" + std::string(code_of(reply))];
    return true;
}

}  // namespace sluice::command
