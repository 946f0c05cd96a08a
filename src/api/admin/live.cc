// SPDX-License-Identifier: Apache-2.0
#include "api/admin/live.h"

#include <boost/json.hpp>
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/difference.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/admin/sampler.h"
#include "api/arrivals.h"
#include "api/traffic.h"

namespace sluice::api::admin {

namespace {

constexpr std::size_t kItemsShown = 100;  // so that one piece stays below 64 KiB
constexpr std::size_t kActivitiesShown = 50;
constexpr int kPiecesPerKeepAlive = 15;  // at one piece a second
// Then the browser connects again, and its session is checked again.
constexpr int kPiecesPerStream = 600;

void append_times(JsonText& out, const char* name, const base::Latencies& took) {
    const auto ms = [&](double fraction) {
        return static_cast<double>(took.percentile_ns(fraction)) / 1e6;
    };
    out.open(name)
        .number("count", took.count())
        .real("p50", ms(0.5))
        .real("p90", ms(0.9))
        .real("p95", ms(0.95))
        .real("p99", ms(0.99))
        .real("p99_9", ms(0.999))
        .real("max", static_cast<double>(took.max_ns()) / 1e6)
        .close();
}

void append_requests(JsonText& out, const App& app) {
    const Traffic::Counts counts = app.traffic.counts();
    out.open("requests");
    for (std::size_t i = 0; i < counts.requests.size(); ++i)
        out.number(to_text(static_cast<Area>(i)), counts.requests[i]);
    out.close();
    append_purchases(out, counts.purchases);
    out.open("refused_by_gate");
    for (std::size_t i = 0; i < static_cast<std::size_t>(guard::Gate::count_); ++i) {
        const auto gate = static_cast<guard::Gate>(i);
        out.number(guard::to_text(gate), app.gates.refusals(gate));
    }
    out.close();
    append_times(out, "accepted_ms", app.traffic.accepted());
    append_times(out, "rehearsed_ms", app.traffic.rehearsed());
}

void append_ledger(JsonText& out, const App& app) {
    const sale::Turnstile::Counts counts = app.turnstile.counts();
    const double batches = counts.batches == 0 ? 1 : static_cast<double>(counts.batches);
    out.open("ledger")
        .number("batches", counts.batches)
        .number("records", counts.records)
        .number("open_records", counts.open_records)
        .number("batch_records_max", counts.batch_records_max)
        .real("commit_ms_mean", static_cast<double>(counts.commit_ns_sum) / batches / 1e6)
        .real("commit_ms_max", static_cast<double>(counts.commit_ns_max) / 1e6)
        .number("durable_seq", app.turnstile.durable_seq())
        .close();
}

/// The lock on the path of a purchase.
void append_turnstile(JsonText& out, const App& app) {
    const sale::Turnstile::Times times = app.turnstile.times();
    const auto us = [](std::int64_t ns) { return static_cast<double>(ns) / 1e3; };
    out.open("turnstile")
        .real("hold_us_p50", us(times.event.percentile_ns(0.5)))
        .real("hold_us_p99", us(times.event.percentile_ns(0.99)))
        .real("hold_us_max", us(times.event.max_ns()))
        .real("wait_us_p99", us(times.wait.percentile_ns(0.99)))
        .real("wait_us_max", us(times.wait.max_ns()))
        .close();
}

/// The newest activities that are warm, so that one stream tells the control room all it shows.
void append_activities(JsonText& out, const App& app, base::ActivityId activity) {
    struct Row {
        activity::ActivityTerms terms;
        activity::State phase = activity::State::warming;
        base::Instant closes_at;
    };
    std::vector<Row> rows;
    rows.reserve(kActivitiesShown);
    const base::Instant now = app.clock.now();
    app.turnstile.look([&](const sale::Sale& sale) {
        const auto all = sale.activities();
        for (std::size_t i = all.size(); i > 0 && rows.size() < kActivitiesShown; --i)
            if (!activity || all[i - 1].terms.id == activity)
                rows.push_back(
                    {all[i - 1].terms, sale::Sale::phase(all[i - 1], now), all[i - 1].closes_at()});
    });
    out.open_list("activities");
    for (const Row& row : rows) {
        out.open()
            .id("activity_id", row.terms.id)
            .text("phase", activity::to_text(row.phase))
            .number("starts_at_ms", row.terms.starts_at.ms)
            .number("ends_at_ms", row.closes_at.ms)
            .flag("rehearsal", row.terms.rehearsal != 0);
        if (const auto endings =
                app.arrivals == nullptr ? std::nullopt : app.arrivals->endings(row.terms.id)) {
            out.open("attempts");
            append_endings(out, *endings);
            out.close();
        }
        out.close();
    }
    out.close_list();
}

std::vector<Figures> newest_items(const App& app, base::ActivityId activity,
                                  std::size_t& left_off) {
    std::vector<Figures> items;
    items.reserve(kItemsShown);
    const base::Instant now = app.clock.now();
    see_items(app.turnstile, [&](const sale::Sale& sale, const sale::OpenedItem& item) {
        if (activity && item.terms.activity != activity) return;
        if (items.size() < kItemsShown)
            items.push_back(figures_of(sale, item, now));
        else
            ++left_off;
    });
    return items;
}

/// One event a second.   Threads: one door.
class LiveEvents final : public http::Source {
   public:
    LiveEvents(const App& app, base::ActivityId activity) : app_(app), activity_(activity) {}

    Next next(std::string& out) noexcept override {
        if (pieces_ == 0) out += ": connected\n\n";
        // Proxies that count silence see these even if a client ignores the data.
        if (pieces_ % kPiecesPerKeepAlive == kPiecesPerKeepAlive - 1) out += ": keep-alive\n\n";
        append_event(out);
        return ++pieces_ == kPiecesPerStream ? Next::end : Next::wait;
    }
    [[nodiscard]] int wait_ms() const noexcept override { return 1000; }

   private:
    /// All of it where it must be, else what changed since the last event: a hundred activities
    /// that stand still cost nothing, and there may be many screens.
    void append_event(std::string& out) {
        const std::string all = live_json(app_, activity_);
        boost::json::object now = boost::json::parse(all).as_object();
        const auto changed = pieces_ == 0 ? std::nullopt : difference(told_, now);
        if (changed)
            out.append("event: change\ndata: ").append(boost::json::serialize(*changed));
        else
            out.append("data: ").append(all);
        out += "\n\n";
        told_ = std::move(now);
    }

    const App& app_;
    base::ActivityId activity_;
    boost::json::object told_;
    int pieces_ = 0;
};

/// `?activity_id=`; none if absent, nothing if it is no id.
std::optional<base::ActivityId> activity_in(const Request& request) {
    const auto text = request.query_value("activity_id");
    if (!text || text->empty()) return base::ActivityId{};
    return base::parse_id<base::ActivityId>(*text);
}

}  // namespace

std::string live_json(const App& app, base::ActivityId activity) {
    std::size_t left_off = 0;
    const std::vector<Figures> items = newest_items(app, activity, left_off);
    const base::Error stopped = app.turnstile.read_only_error();
    JsonText out;
    out.open()
        .number("now_ms", app.clock.now().ms)
        .flag("read_only", app.turnstile.read_only())
        .text("read_only_reason", stopped.what)
        .flag("purchases_stopped", app.board.stopped());
    if (!stopped.sentence.empty()) out.text("read_only_code", stopped.sentence.code());
    append_activities(out, app, activity);
    out.open_list("items");
    for (const Figures& figures : items) out.raw(to_json(figures));
    out.close_list().number("items_left_off", left_off);
    append_requests(out, app);
    append_ledger(out, app);
    append_turnstile(out, app);
    return out.close().take();
}

Response live_now(App& app, const Request& request, const Caller&) {
    const auto activity = activity_in(request);
    if (!activity) return http::invalid("?activity_id must be an activity's id.");
    return http::json(200, live_json(app, *activity));
}

Response live_stream(App& app, const Request& request, const Caller&) {
    const auto activity = activity_in(request);
    if (!activity) return http::invalid("?activity_id must be an activity's id.");
    Response response;
    response.content_type = "text/event-stream";
    response.add_header("Cache-Control", "no-store");
    response.add_header("X-Accel-Buffering", "no");  // nginx would collect the events
    response.source = std::make_unique<LiveEvents>(app, *activity);
    return response;
}

}  // namespace sluice::api::admin
