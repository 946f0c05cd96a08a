// SPDX-License-Identifier: Apache-2.0
// What the sale does without a network: durable orders, refusals, payments, a restart, and what
// changes when there are many items, customers and orders.
//   bench_in_process [--data DIR] [ROW…]      one line of JSON a row; without ROW, all
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "adapter/sqlite/database.h"
#include "adapter/sqlite/ledger.h"
#include "base/check.h"
#include "base/money.h"
#include "bench/meter.h"
#include "bench/shop.h"
#include "sale/recover.h"
#include "sale/sale.h"
#include "sale/turnstile.h"

namespace sluice::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMillion = 1'000'000;
/// Customers who wait for an answer at the same time: what 4 doors of 4,096 connections hold.
constexpr std::uint64_t kWaitingMax = 16'384;
constexpr std::int64_t kPlenty = 1'000'000'000;

double per_second(std::uint64_t count, double us) { return static_cast<double>(count) / us * 1e6; }

struct Load {
    std::uint64_t first = 1;  ///< number of the first purchase
    std::uint64_t count = 0;
    std::uint32_t items = 1;
    std::uint32_t doors = 1;
};

struct Bought {
    double wall_us = 0;
    double cpu_us = 0;
    double doors_cpu_us = 0;
};

/// Lets the doors buy, each on a thread; done when every answer is out.
Bought buy(Shop& shop, const Load& load) {
    std::vector<double> cpu(load.doors);
    const auto run = [&](std::uint32_t which) {
        const double begun = cpu_us(RUSAGE_THREAD);
        Door door(shop.turnstile(), kWaitingMax / load.doors);
        for (std::uint64_t at = which; at < load.count; at += load.doors)
            door.pass(purchase(load.first + at, load.items));
        door.wait_for_all();
        CHECK(door.failed() == 0);
        cpu[which] = cpu_us(RUSAGE_THREAD) - begun;
    };
    const std::uint64_t sold_before = shop.sale().orders().all().size();
    const Meter meter;
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t which = 1; which < load.doors; ++which) threads.emplace_back(run, which);
        run(0);
    }
    Bought bought{.wall_us = meter.wall_us(), .cpu_us = meter.cpu_all_us()};
    for (const double us : cpu) bought.doors_cpu_us += us;
    CHECK(shop.sale().orders().all().size() - sold_before == load.count);
    CHECK(shop.turnstile().durable_seq() == shop.sale().last_seq());
    return bought;
}

/// How long the lock of the turnstile was held for one event, since the start.
Row& add_hold(Row& row, const sale::Turnstile& turnstile) {
    const sale::Turnstile::Times times = turnstile.times();
    for (const auto& [name, share] :
         {std::pair{"hold_p50_ns", 0.5}, std::pair{"hold_p90_ns", 0.9},
          std::pair{"hold_p99_ns", 0.99}, std::pair{"hold_p999_ns", 0.999}})
        row.add(name, static_cast<double>(times.event.percentile_ns(share)));
    return row.add("wait_p99_ns", static_cast<double>(times.wait.percentile_ns(0.99)));
}

Row orders_row(std::string_view name, Shop& shop, const Load& load) {
    const auto before = shop.turnstile().counts();
    const Bought bought = buy(shop, load);
    const auto after = shop.turnstile().counts();
    const auto count = static_cast<double>(load.count);
    const auto batches = static_cast<double>(after.batches - before.batches);
    Row row(name, per_second(load.count, bought.wall_us), "orders/s", bought.cpu_us / count);
    row.add("orders", count)
        .add("doors", load.doors)
        .add("items", load.items)
        .add("door_cpu_us", bought.doors_cpu_us / count)
        .add("ledger_cpu_us", (bought.cpu_us - bought.doors_cpu_us) / count)
        .add("commit_wall_us",
             static_cast<double>(after.commit_ns_sum - before.commit_ns_sum) / 1e3 / count)
        .add("batches", batches)
        .add("orders_per_batch", count / batches)
        .add("commit_ms_max", static_cast<double>(after.commit_ns_max) / 1e6);
    return add_hold(row, shop.turnstile());
}

void orders(const fs::path& data, std::string_view name, const Load& load) {
    const FreshDirectory directory(data);
    Shop shop({.data_dir = directory.path(), .sale = {}, .turnstile = {}, .database = {}});
    shop.open(load.items, kPlenty);
    orders_row(name, shop, load).print();
}

void orders_in_process(const fs::path& data) {
    orders(data, "orders_in_process", {.count = kMillion});
    orders(data, "orders_in_process_2_doors", {.count = kMillion, .doors = 2});
}

void items_1000(const fs::path& data) {
    orders(data, "items_1000", {.count = kMillion, .items = 1000});
}

void refusals_in_process(const fs::path& data) {
    const FreshDirectory directory(data);
    Shop shop({.data_dir = directory.path(), .sale = {}, .turnstile = {}, .database = {}});
    shop.open(1, 1000);
    buy(shop, {.count = 1000});
    constexpr std::uint64_t kCount = 4 * kMillion;
    {
        const Meter meter;
        for (std::uint64_t at = 1; at <= kCount; ++at) {
            const auto answer = shop.turnstile().pass(purchase(kMillion + at), {});
            CHECK(answer && answer->outcome == sale::Outcome::sold_out);
        }
        Row("refusals_in_process", per_second(kCount, meter.wall_us()), "refusals/s",
            meter.cpu_all_us() / kCount)
            .add("by", "the sale, inside the turnstile")
            .print();
    }
    std::uint64_t passed = 0;
    const Meter meter;
    const base::Instant now = shop.clock().now();
    for (std::uint64_t at = 1; at <= kCount; ++at) {
        const sale::Buy event = purchase(kMillion + at);
        const sale::Posting* posting = shop.board().find(event.item);
        CHECK(shop.board().refusal(*posting, now) == sale::Outcome::sold_out);
        // As a door: only who may have an order has the key hashed and goes to the sale.
        passed += shop.board().may_have_order(event.user) ? 1 : 0;
    }
    Row("refusals_at_board", per_second(kCount, meter.wall_us()), "refusals/s",
        meter.cpu_all_us() / kCount)
        .add("by", "a door, from the board")
        .add("taken_for_buyers", static_cast<double>(passed))
        .print();
}

/// Reserves a unit for each customer; half of them pay, the holds of the others run out.
void reservations_in_process(const fs::path& data) {
    constexpr std::uint64_t kCount = 500'000;
    const FreshDirectory directory(data);
    Shop shop({.data_dir = directory.path(), .sale = {}, .turnstile = {}, .database = {}});
    shop.open(1, kPlenty);
    sale::Turnstile& turnstile = shop.turnstile();
    const Meter whole;
    buy(shop, {.count = kCount});
    const double reserved_us = whole.wall_us();

    std::vector<sale::OpenPayment> to_pay;
    std::vector<sale::Settle> to_settle;
    turnstile.look([&](const sale::Sale& sale) {
        for (const order::Order& order : sale.orders().all().first(kCount / 2))
            to_pay.push_back({.order = order.id, .user = order.user});
    });
    const Meter paying;
    Door opening(turnstile, kWaitingMax);
    opening.set_visit([&](const sale::Answer& answer) {
        to_settle.push_back({.payment = answer.payment.id,
                             .amount = answer.payment.amount,
                             .currency = *base::parse_currency("CNY")});
    });
    for (const sale::OpenPayment& event : to_pay) opening.pass(event);
    opening.wait_for_all();
    CHECK(opening.failed() == 0 && to_settle.size() == kCount / 2);
    const double opened_us = paying.wall_us();
    Door settling(turnstile, kWaitingMax);
    for (const sale::Settle& event : to_settle) settling.pass(event);
    settling.wait_for_all();
    CHECK(settling.failed() == 0);
    const double paid_us = paying.wall_us();
    const double paid_cpu_us = paying.cpu_all_us();

    const Meter expiring;
    const std::uint64_t last = shop.sale().last_seq();
    shop.clock().advance({700'000});
    while (turnstile.durable_seq() < last + kCount / 2)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const double expired_us = expiring.wall_us();
    const auto& stock = shop.sale().items()[0].stock;
    CHECK(stock.sold() == kCount / 2 && stock.reserved() == 0);

    Row("reservations_in_process", per_second(kCount, whole.wall_us()), "reservations/s",
        whole.cpu_all_us() / kCount)
        .add("reservations", kCount)
        .add("reserved_per_s", per_second(kCount, reserved_us))
        .add("paid_per_s", per_second(kCount / 2, paid_us))
        .add("expired_per_s", per_second(kCount / 2, expired_us))
        .print();
    Row("payments_in_process", per_second(kCount / 2, paid_us), "payments/s",
        paid_cpu_us / (kCount / 2.0))
        .add("opened_per_s", per_second(kCount / 2, opened_us))
        .add("settled_per_s", per_second(kCount / 2, paid_us - opened_us))
        .print();
}

void forget_cached_pages(const fs::path& directory) {
    for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
        const int file = ::open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
        fdatasync(file);
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
        ::close(file);
    }
}

void restart(std::string_view name, const ShopOptions& options, std::uint64_t next, bool is_cold) {
    if (is_cold) forget_cached_pages(options.data_dir);
    const double before = resident_bytes();
    const double begun_us = cpu_us(RUSAGE_SELF);
    Shop shop(options);
    shop.turnstile().start();
    const double wall_us = shop.meter().wall_us();
    const double used_us = cpu_us(RUSAGE_SELF) - begun_us;
    const auto orders = static_cast<double>(shop.sale().orders().all().size());
    const double resident = resident_bytes() - before;
    buy(shop, {.first = next, .count = 1});  // it does sell
    Row(name, wall_us / 1e6, "s", used_us / orders)
        .add("orders", orders)
        .add("cpu_s", used_us / 1e6)
        .add("page_cache", is_cold ? "cold" : "warm")
        .add("open_and_check_s", shop.opened_us() / 1e6)
        .add("replay_s", (shop.recovered_us() - shop.opened_us()) / 1e6)
        .add("file_bytes", static_cast<double>(fs::file_size(options.data_dir / "sluice.db")))
        .add("resident_bytes", resident)
        .print();
}

void restart_1m_orders(const fs::path& data) {
    const FreshDirectory directory(data);
    const ShopOptions options{
        .data_dir = directory.path(), .sale = {}, .turnstile = {}, .database = {}};
    {
        Shop shop(options);
        shop.open(1, kPlenty);
        buy(shop, {.count = kMillion});
    }
    restart("restart_1m_orders", options, kMillion + 1, false);
    restart("restart_1m_orders_cold", options, kMillion + 2, true);
}

/// No store: the more customers are known, the less of what a purchase looks up is in a cache.
void users(std::string_view name, std::uint64_t known) {
    ShopOptions options;
    options.sale.orders_max = 12 * kMillion;
    Shop shop(options);
    shop.open(1, kPlenty);
    buy(shop, {.count = known});
    orders_row(name, shop, {.first = known + 1, .count = kMillion})
        .add("known_users", static_cast<double>(known))
        .add("ledger", "none")
        .print();
}

void users_10k(const fs::path& /*data*/) { users("users_10k", 10'000); }
void users_10m(const fs::path& /*data*/) { users("users_10m", 10 * kMillion); }

void ledger_10m(const fs::path& data) {
    const FreshDirectory directory(data);
    ShopOptions options{.data_dir = directory.path(), .sale = {}, .turnstile = {}, .database = {}};
    options.sale.orders_max = 12 * kMillion;
    {
        Shop shop(options);
        shop.open(1, kPlenty);
        orders_row("ledger_10m_empty", shop, {.count = kMillion}).print();
        buy(shop, {.first = kMillion + 1, .count = 9 * kMillion});
        orders_row("ledger_10m", shop, {.first = 10 * kMillion + 1, .count = kMillion}).print();
    }
    restart("restart_11m_orders", options, 12 * kMillion, false);
}

/// Applied straight to a sale: of `orders` orders, by `users` customers.
double bytes_of_orders(std::uint64_t orders, std::uint64_t users) {
    const double before = resident_bytes();
    sale::Sale sale({.orders_max = orders, .payments_max = 1});
    class : public sale::Records {
        [[nodiscard]] bool has_room(std::size_t /*count*/) const override { return true; }
        void append(const sale::Record& /*record*/) override {}
    } nowhere;
    ShopOptions none;
    none.sale.orders_max = 1;
    none.sale.payments_max = 1;
    sale::OpenActivity opening = Shop(none).activity(1, kPlenty, activity::StockPolicy::reserve);
    opening.items[0].limit_per_user = 0;
    const base::Instant now = opening.activity.starts_at;
    CHECK(sale::succeeded(sale.decide(opening, now, nowhere).outcome));
    for (std::uint64_t at = 1; at <= orders; ++at) {
        sale::Buy event = purchase(at);
        event.user = purchase(at % users).user;
        CHECK(sale.decide(event, now, nowhere).outcome == sale::Outcome::accepted);
    }
    return resident_bytes() - before;
}

void memory(const fs::path& /*data*/) {
    // Else what was freed before is used again, and is not seen as new.
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    malloc_trim(0);
    constexpr std::uint64_t kCount = 2 * kMillion;
    const double few = bytes_of_orders(kCount, 1000);
    const double all = bytes_of_orders(kCount, kCount);
    Row("memory_per_order", few / kCount, "bytes", 0).add("orders", kCount).print();
    Row("memory_per_user", (all - few) / kCount, "bytes", 0).add("users", kCount).print();
    Shop shop({});
    const double empty = resident_bytes();
    constexpr std::uint32_t kItems = 10'000;
    shop.open(kItems, kPlenty);
    Row("memory_per_item", (resident_bytes() - empty) / kItems, "bytes", 0)
        .add("items", kItems)
        .print();
}

/// The store alone: how long a transaction takes, by the number of its records.
void commit_latency(const fs::path& data) {
    for (const std::uint64_t size : {1, 10, 100, 1000, 4000, 16384}) {
        const FreshDirectory directory(data);
        auto database = adapter::Database::open(directory.path());
        CHECK(database.has_value());
        adapter::SqliteLedger ledger(**database);
        const std::uint64_t commits = std::clamp<std::uint64_t>(400'000 / size, 50, 1000);
        std::vector<double> took_us;
        std::vector<sale::Record> batch;
        std::uint64_t last = 0;
        double sum_us = 0;
        double used_us = 0;
        for (std::uint64_t at = 0; at < commits; ++at) {
            batch.clear();
            for (std::uint64_t i = 0; i < size; ++i) {
                const sale::Buy event = purchase(++last);
                batch.push_back(
                    sale::Record::of(last, {1'700'000'000'000 + static_cast<std::int64_t>(at)},
                                     sale::OrderCreated{.order = {last << 12},
                                                        .user = event.user,
                                                        .key = event.key,
                                                        .item = event.item,
                                                        .quantity = 1,
                                                        .unit_price = 199'900,
                                                        .pay_until = {1'700'000'600'000}}));
            }
            const Meter meter;
            CHECK(ledger.commit(batch, {}).has_value());
            took_us.push_back(meter.wall_us());
            sum_us += meter.wall_us();
            used_us += meter.cpu_all_us();
        }
        const auto records = static_cast<double>(last);
        Row(fmt::format("commit_{}", size), percentile(took_us, 0.5), "us",
            used_us / static_cast<double>(commits))
            .add("records", static_cast<double>(size))
            .add("p90_us", percentile(took_us, 0.9))
            .add("p99_us", percentile(took_us, 0.99))
            .add("max_us", percentile(took_us, 1))
            .add("orders_per_s", records / sum_us * 1e6)
            .add("cpu_us_per_record", used_us / records)
            .print();
    }
}

/// One purchase of the hot item: in the sale alone, and through the turnstile without a store.
void decision(const fs::path& /*data*/) {
    Shop shop({});
    shop.open(1, kPlenty);
    std::vector<double> took_ns;
    took_ns.reserve(kMillion);
    Door door(shop.turnstile(), kWaitingMax);
    const double begun_us = cpu_us(RUSAGE_THREAD);
    for (std::uint64_t at = 1; at <= kMillion; ++at) {
        const sale::Buy event = purchase(at);
        const std::int64_t begun_ns = base::monotonic_ns();
        door.pass(event);
        took_ns.push_back(static_cast<double>(base::monotonic_ns() - begun_ns));
    }
    door.wait_for_all();
    const double used_us = cpu_us(RUSAGE_THREAD) - begun_us;
    Row row("decision", used_us * 1e3 / kMillion, "ns", used_us / kMillion);
    row.add("p50_ns", percentile(took_ns, 0.5))
        .add("p90_ns", percentile(took_ns, 0.9))
        .add("p99_ns", percentile(took_ns, 0.99))
        .add("p999_ns", percentile(took_ns, 0.999))
        .add("of", "a whole pass of the turnstile, waits included; one clock reading too much");
    add_hold(row, shop.turnstile()).print();
}

struct Bench {
    std::string_view name;
    void (*run)(const fs::path& data);
};

constexpr std::array kBenches{
    Bench{"orders_in_process", orders_in_process},
    Bench{"refusals_in_process", refusals_in_process},
    Bench{"reservations_in_process", reservations_in_process},
    Bench{"decision", decision},
    Bench{"commit_latency", commit_latency},
    Bench{"restart_1m_orders", restart_1m_orders},
    Bench{"items_1000", items_1000},
    Bench{"users_10k", users_10k},
    Bench{"users_10m", users_10m},
    Bench{"ledger_10m", ledger_10m},
    Bench{"memory", memory},
};

int run(std::vector<std::string_view> names, fs::path data) {
    for (const std::string_view name : names)
        if (std::ranges::none_of(kBenches, [&](const Bench& b) { return b.name == name; })) {
            std::fprintf(stderr,
                         "error: no row is called %s; there are:", std::string(name).c_str());
            for (const Bench& bench : kBenches)
                std::fprintf(stderr, " %s", std::string(bench.name).c_str());
            std::fprintf(stderr, "\n");
            return 2;
        }
    if (data.empty()) data = fs::temp_directory_path();
    fs::create_directories(data);
    for (const Bench& bench : kBenches) {
        const bool is_named = std::ranges::find(names, bench.name) != names.end();
        if (names.empty() || is_named) bench.run(data);
    }
    return 0;
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
    std::vector<std::string_view> names(argv + 1, argv + argc);
    std::filesystem::path data;
    if (const auto at = std::ranges::find(names, "--data"); at != names.end()) {
        if (at + 1 == names.end()) {
            std::fprintf(stderr, "error: --data wants a directory\n");
            return 2;
        }
        data = *(at + 1);
        names.erase(at, at + 2);
    }
    return sluice::bench::run(std::move(names), std::move(data));
}
