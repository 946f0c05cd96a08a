// SPDX-License-Identifier: Apache-2.0
// Metrics: the page that Prometheus scrapes. Without a session, like health. The number of series
// is bounded: outcomes, gates, areas, listeners, and the newest items; never a user or an order.
#include <cstdlib>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/traffic.h"
#include "base/metrics.h"

namespace sluice::api::admin {

namespace {

constexpr std::size_t kItemSeriesMax = 100;  // items; older ones only in the sum of residuals

double seconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e9; }

std::int64_t residual_of(const Figures& item) {
    return item.total - item.available - item.reserved - item.sold;
}

void add_doors(base::Metrics& out, const App& app) {
    const Traffic::Counts counts = app.traffic.counts();
    for (std::size_t i = 0; i < counts.requests.size(); ++i)
        out.add_counter("sluice_requests_total", "Requests that reached a handler, by area.",
                        {{"area", to_text(static_cast<Area>(i))}}, counts.requests[i]);
    for (std::size_t i = 0; i < Ending::kCount; ++i)
        out.add_counter("sluice_purchases_total", "Attempts to buy, by how they ended.",
                        {{"outcome", ending_text(i)}}, counts.purchases.counts[i]);
    for (std::size_t i = 0; i < Ending::kCount; ++i)
        out.add_counter("sluice_rehearsal_purchases_total",
                        "Attempts to buy in rehearsals, by how they ended; in no other metric.",
                        {{"outcome", ending_text(i)}}, counts.rehearsals.counts[i]);
    out.add_counter("sluice_callbacks_refused_total",
                    "Payment callbacks that were not signed by the provider, or not understood.",
                    {}, counts.callbacks_refused);
    out.add_counter("sluice_shop_tokens_refused_total",
                    "Tokens for a session that none of the shop's keys vouches for.", {},
                    counts.shop_tokens_refused);
    out.add_histogram("sluice_purchase_seconds",
                      "Accepted purchases, from their bytes to the durable answer.", {},
                      app.traffic.accepted());
    for (std::size_t i = 0; i < static_cast<std::size_t>(guard::Gate::count_); ++i) {
        const auto gate = static_cast<guard::Gate>(i);
        out.add_counter("sluice_gate_refusals_total",
                        "Requests for a ticket or a purchase that a gate refused.",
                        {{"gate", guard::to_text(gate)}}, app.gates.refusals(gate));
    }
}

void add_items(base::Metrics& out, const App& app) {
    std::vector<Figures> items;
    items.reserve(kItemSeriesMax);
    std::int64_t residual_sum = 0;
    const base::Instant now = app.clock.now();
    const std::size_t count =
        see_items(app.turnstile, [&](const sale::Sale& sale, const sale::OpenedItem& item) {
            const stock::Stock& stock = item.stock;
            residual_sum +=
                std::abs(stock.total() - stock.available() - stock.reserved() - stock.sold());
            if (items.size() < kItemSeriesMax) items.push_back(figures_of(sale, item, now));
        });
    out.add_gauge("sluice_items", "Items in the sale.", {}, static_cast<double>(count));
    out.add_gauge("sluice_residual_sum",
                  "Units of all items that are in no state, taken as positive; must be 0.", {},
                  static_cast<double>(residual_sum));
    for (const Figures& item : items) {
        const std::string id = base::to_text(item.terms.id);
        const auto add = [&](std::string_view state, std::int64_t units) {
            // Apart, so that sums over items are sums of what is really sold.
            const bool real = item.terms.rehearsal == 0;
            out.add_gauge(real ? "sluice_item_units" : "sluice_rehearsal_item_units",
                          real ? "Units of an item, by state; the newest items."
                               : "Units of an item of a rehearsal, by state; the newest items.",
                          {{"item", id}, {"state", state}}, static_cast<double>(units));
        };
        add("total", item.total);
        add("available", item.available);
        add("reserved", item.reserved);
        add("sold", item.sold);
        out.add_gauge("sluice_item_residual",
                      "total - available - reserved - sold of an item; must be 0.", {{"item", id}},
                      static_cast<double>(residual_of(item)));
    }
}

void add_ledger(base::Metrics& out, const App& app) {
    const sale::Turnstile::Counts counts = app.turnstile.counts();
    out.add_counter("sluice_ledger_batches_total", "Transactions made durable.", {},
                    counts.batches);
    out.add_counter("sluice_ledger_records_total", "Records made durable.", {}, counts.records);
    out.add_gauge("sluice_ledger_open_records", "Records that wait for the next transaction.", {},
                  static_cast<double>(counts.open_records));
    out.add_gauge("sluice_ledger_batch_records_max", "Records of the largest transaction.", {},
                  static_cast<double>(counts.batch_records_max));
    const sale::Turnstile::Times times = app.turnstile.times();
    out.add_histogram("sluice_ledger_commit_seconds", "Transactions, their sync included.", {},
                      times.commit);
    out.add_size_histogram("sluice_ledger_batch_records", "Records of one transaction.", {},
                           times.batch_records);
    out.add_gauge("sluice_ledger_commit_seconds_max", "The longest commit.", {},
                  seconds(counts.commit_ns_max));
    out.add_gauge("sluice_read_only", "1 after a failed commit, until a restart.", {},
                  app.turnstile.read_only() ? 1 : 0);
    out.add_gauge("sluice_purchases_stopped", "1 while the switch `purchases` is off.", {},
                  app.board.stopped() ? 1 : 0);
}

/// The one lock on the path of a purchase: by whom it is held, and for how long.
void add_turnstile(base::Metrics& out, const App& app) {
    const sale::Turnstile::Times times = app.turnstile.times();
    const auto add = [&](std::string_view by, const base::Latencies& held) {
        out.add_short_histogram("sluice_turnstile_hold_seconds",
                                "The turnstile's lock held; of events one in 32 is timed.",
                                {{"by", by}}, held);
        const auto add_part = [&](std::string_view part, std::int64_t ns) {
            out.add_gauge("sluice_turnstile_hold_part_seconds",
                          "What a part of the holds did not exceed, since the start.",
                          {{"by", by}, {"part", part}}, static_cast<double>(ns) / 1e9);
        };
        add_part("0.5", held.percentile_ns(0.5));
        add_part("0.99", held.percentile_ns(0.99));
        add_part("1", held.max_ns());
    };
    add("event", times.event);
    add("look", times.look);
    add("tick", times.tick);
    out.add_short_histogram("sluice_turnstile_wait_seconds",
                            "Until the turnstile's lock was free; 0 for who found it free.", {},
                            times.wait);
}

void add_threads(base::Metrics& out, const App& app) {
    if (app.watchdog == nullptr) return;
    for (const base::Watchdog::State& state : app.watchdog->states())
        out.add_gauge("sluice_thread_stalled", "1 while a thread gives no sign of life.",
                      {{"thread", *state.name}}, state.stalled ? 1 : 0);
    out.add_counter("sluice_thread_stalls_total", "How often a thread has stalled.", {},
                    app.watchdog->stalls());
}

void add_servers(base::Metrics& out, const App& app) {
    if (!app.server_counts) return;
    for (const auto& [name, counts] : app.server_counts()) {
        const auto add = [&, server = std::string_view(name)](
                             std::string_view metric, std::string_view help, std::uint64_t value) {
            out.add_counter(metric, help, {{"server", server}}, value);
        };
        add("sluice_http_connections_total", "Connections accepted.", counts.accepted);
        add("sluice_http_connections_refused_total", "Connections past a limit.", counts.refused);
        add("sluice_http_connections_refused_address_total",
            "Those of them past the limit of one address.", counts.refused_address);
        add("sluice_http_connections_evicted_total", "Idle connections closed for new ones.",
            counts.evicted);
        add("sluice_http_requests_total", "Requests parsed.", counts.requests);
        add("sluice_http_timeouts_total", "Connections cut by a deadline.", counts.timeouts);
        add("sluice_http_malformed_total", "Requests that are no HTTP.", counts.malformed);
        add("sluice_http_desk_full_total", "Requests refused because all desks were busy.",
            counts.desk_full);
        add("sluice_http_overload_total",
            "Requests answered `busy` because more came than could be answered in time.",
            counts.overload);
        add("sluice_http_bytes_in_total", "Bytes read.", counts.bytes_in);
        add("sluice_http_bytes_out_total", "Bytes written.", counts.bytes_out);
        out.add_gauge("sluice_http_connections_open", "Connections open now.", {{"server", name}},
                      static_cast<double>(counts.open));
    }
}

}  // namespace

Response metrics(App& app, const Request&) {
    base::Metrics out;
    add_doors(out, app);
    add_items(out, app);
    add_ledger(out, app);
    add_turnstile(out, app);
    add_threads(out, app);
    add_servers(out, app);
    if (const auto* clock = dynamic_cast<const base::SystemClock*>(&app.clock))
        out.add_gauge("sluice_clock_step_seconds",
                      "How far the wall clock is ahead of the sale's; not followed.", {},
                      static_cast<double>(clock->step_ms()) / 1e3);
    Response response;
    response.content_type = base::Metrics::kContentType;
    response.body = out.text();
    return response;
}

}  // namespace sluice::api::admin
