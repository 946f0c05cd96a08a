// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

namespace sluice::sim {

namespace {

/// In two of three seeds 0, else up to `most`.
std::int64_t now_and_then(Random& random, std::int64_t most) {
    return random.chance(667) ? 0 : random.between(1, most);
}

activity::ItemTerms item_terms(Random& random, std::uint32_t number) {
    activity::ItemTerms terms;
    terms.id = {number};
    terms.activity = {1};
    terms.sku = {number};
    terms.limit_per_user =
        static_cast<std::uint32_t>(random.chance(150) ? 0 : random.between(1, 5));
    terms.unit_price = random.between(1, 500);
    terms.currency = *base::parse_currency(random.chance(500) ? "CNY" : "EUR");
    terms.policy = static_cast<activity::StockPolicy>(random.below(3));
    terms.entry = random.chance(250) ? activity::Entry::ticket : activity::Entry::open;
    terms.cancel_returns_unit = random.chance(500);
    terms.pay_window = {random.between(200, 6000)};
    terms.total = random.between(0, 12);
    return terms;
}

}  // namespace

Plan::Plan(std::uint64_t seed, Mode the_mode, bool small) : mode(the_mode) {
    Random random(base::mix64(seed ^ 0x504c414eULL));
    const std::int64_t size = small ? 1 : random.between(1, 4);
    users = random.between(2, 4 * size);
    purchases = random.between(4, 18 * size);
    operations = random.between(0, 8 * size);
    buying_ms = random.between(500, 6000);

    sale.node = static_cast<std::uint32_t>(random.below(3));
    sale.orders_max = random.chance(100) ? static_cast<std::size_t>(random.between(2, 8)) : 400;
    sale.payments_max = random.chance(50) ? static_cast<std::size_t>(random.between(2, 8)) : 800;
    sale.expiries_per_pass =
        random.chance(300) ? static_cast<std::size_t>(random.between(1, 3)) : 64;
    batch_records_max = random.chance(250) ? static_cast<std::size_t>(random.between(5, 8)) : 512;

    opening.activity.id = {1};
    opening.activity.starts_at = kStart;
    opening.activity.ends_at = kStart + base::kDay;
    // Some sales end under way, by the clock.
    if (random.chance(150)) opening.activity.ends_at = kStart + base::Duration{buying_ms};
    const std::int64_t items = random.between(1, size < 4 ? size : 4);
    for (std::int64_t number = 1; number <= items; ++number)
        opening.items.push_back(item_terms(random, static_cast<std::uint32_t>(number)));

    message_lost = now_and_then(random, 300);
    message_twice = now_and_then(random, 300);
    message_late = now_and_then(random, 200);
    write_fails = now_and_then(random, 10);
    sync_fails = now_and_then(random, 30);
    crash = now_and_then(random, 15);
    clock_steps = now_and_then(random, 6);
    provider_lies = now_and_then(random, 400);
    provider_silent = now_and_then(random, 500);
    provider_repeats = now_and_then(random, 500);
    pays_late = now_and_then(random, 600);
    stop_purchases = random.chance(200);
    marks_paid = random.chance(400);
    refunds = random.chance(500);
    changes_stock = random.chance(400);
    switches = random.chance(400);
    ends = random.chance(60);
    if (random.chance(250)) disk_ms_max = random.between(20, 200);
    rehearsal = random.chance(250);
    strangers = now_and_then(random, 300);
    opening.activity.rehearsal = rehearsal;
    for (activity::ItemTerms& item : opening.items) item.rehearsal = rehearsal;
}

}  // namespace sluice::sim
