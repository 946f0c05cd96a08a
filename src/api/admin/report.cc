// SPDX-License-Identifier: Apache-2.0
// Report: what became of a sale, as JSON and as a file.
//   exact      items, orders, turnover, orders by second and the proof: from the sale's own orders
//              at the moment of the report
//   as counted attempts (api/attempt.h says what one is), their endings and wins at the doors, one
//              block for each run of the program; up to ten seconds before a crash are missing.
//              Likewise what the whole server did (api/admin/served.h)
//   estimates  networks and suspects in these blocks; a sign, never a proof
// No address and no user is in it: addresses are shortened to /24 and /56 when they are counted.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <utility>
#include <vector>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/admin/sampler.h"
#include "api/admin/served.h"
#include "api/admin/shown_state.h"
#include "api/history.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::api::admin {

namespace {

namespace json = boost::json;

constexpr std::size_t kOrdersPerLook = 500;  // some µs under the lock that every buyer waits for
constexpr std::size_t kOrderSecondsMax = 3600;  // told one by one; later ones count as the last

/// What the orders of one item come to.
struct Sums {
    std::int64_t paid_amount = 0, refunded_amount = 0;
};

struct Counted {
    std::map<std::uint32_t, Sums> items;
    std::map<std::int64_t, std::uint64_t> orders_by_second;
};

struct Line {
    base::ItemId item;
    order::OrderState state = order::OrderState::pending;
    std::int64_t amount = 0;
    base::Instant created_at;
};

/// Adds up the orders in slices: each is of one moment, all of them together are not.
Counted count_orders(const App& app, const activity::Activity& activity) {
    Counted counted;
    for (const activity::Item& item : activity.items) counted.items[item.id.value];
    std::vector<Line> lines;
    lines.reserve(kOrdersPerLook);  // here, because nothing is allocated under the lock
    std::size_t at = 0;
    for (bool more = true; more;) {
        lines.clear();
        app.turnstile.look([&](const sale::Sale& sale) {
            const auto all = sale.orders().all();
            for (std::size_t i = 0; i < kOrdersPerLook && at < all.size(); ++i, ++at) {
                const order::Order& order = all[at];
                lines.push_back(
                    {order.item, order.state, order.unit_price * order.quantity, order.created_at});
            }
            more = at < all.size();
        });
        for (const Line& line : lines) {
            const auto found = counted.items.find(line.item.value);
            if (found == counted.items.end()) continue;
            Sums& sums = found->second;
            if (line.state == order::OrderState::paid) sums.paid_amount += line.amount;
            if (line.state == order::OrderState::refunded) sums.refunded_amount += line.amount;
            const std::int64_t second = (line.created_at - activity.starts_at).ms / 1000;
            ++counted.orders_by_second[std::clamp<std::int64_t>(second, 0, kOrderSecondsMax)];
        }
    }
    return counted;
}

bool balances(const Figures& figures) {
    return figures.available >= 0 &&
           figures.available + figures.reserved + figures.sold == figures.total;
}

std::int64_t oversold(const Figures& figures) {
    return std::max<std::int64_t>(figures.reserved + figures.sold - figures.total, 0);
}

void append_item(JsonText& out, const activity::Item& item, const Figures& figures,
                 const Sums& sums) {
    const base::Currency currency = item.price.currency;
    out.open()
        .id("item_id", item.id)
        .id("sku_id", item.sku)
        .text("title", item.title)
        .money("price", item.price)
        .number("total", figures.total)
        .number("sold", figures.sold)
        .number("unsold", figures.total - figures.sold - figures.reserved)
        .number("reserved", figures.reserved)
        .open("orders")
        .number("created", figures.orders)
        .number("pending", figures.pending)
        .number("paid", figures.paid)
        .number("cancelled", figures.cancelled)
        .number("expired", figures.expired)
        .number("refunded", figures.refunded)
        .close()
        .number("paid_units", figures.paid_units)
        .money("turnover", {sums.paid_amount, currency})
        .money("refunded", {sums.refunded_amount, currency})
        .flag("balanced", balances(figures))
        .number("oversold", oversold(figures))
        .close();
}

/// The blocks of all runs: those that were kept, and the one that is being counted, as it is now:
/// else it would be up to ten seconds behind the orders beside it.
base::Result<std::vector<std::string>> tallies_of(const App& app, base::ActivityId id,
                                                  base::Instant now) {
    if (app.history == nullptr) return std::vector<std::string>{};
    auto kept = app.history->store().tallies(id);
    const auto tally = app.arrivals == nullptr ? std::nullopt : app.arrivals->tally(id);
    if (!kept || !tally) return kept;
    std::erase_if(*kept, [&](const std::string& one) { return is_of_same_run(one, *tally); });
    kept->push_back(to_json(*tally, now));
    return kept;
}

/// How many orders the blocks know of.
std::uint64_t wins_in(const std::vector<std::string>& tallies) {
    std::uint64_t wins = 0;
    for (const std::string& tally : tallies)
        wins += json::parse(tally).at("wins").to_number<std::uint64_t>();
    return wins;
}

base::Result<std::string> report_json(App& app, const activity::Activity& activity) {
    std::vector<std::pair<const activity::Item*, Figures>> items;
    items.reserve(activity.items.size());
    const base::Instant now = app.clock.now();
    app.turnstile.look([&](const sale::Sale& sale) {
        for (const activity::Item& item : activity.items)
            if (const sale::OpenedItem* opened = sale.item(item.id))
                items.emplace_back(&item, figures_of(sale, *opened, now));
    });
    if (items.empty())
        return base::failure(base::ErrorCode::conflict, base::say("nothing_to_report"));
    const Counted counted = count_orders(app, activity);
    const auto tallies = tallies_of(app, activity.id, now);
    if (!tallies) return std::unexpected(tallies.error());
    const Shown shown = shown_state(app, activity);
    base::Result<Served> served = Served(activity.starts_at);
    if (app.history != nullptr)
        served = served_during(*app.history, activity, over_at(activity.ends_at, shown.ended_at));
    if (!served) return std::unexpected(served.error());

    bool balanced = true;
    std::int64_t oversold_units = 0;
    std::uint64_t orders_made = 0;
    JsonText out;
    out.open()
        .id("activity_id", activity.id)
        .text("name", activity.name)
        .text("state", activity::to_text(shown.state))
        .flag("rehearsal", activity.rehearsal)
        .time("starts_at", activity.starts_at)
        .time("ends_at", activity.ends_at)
        .time("ended_at", shown.ended_at)
        .time("made_at", now)
        .open("reliability")
        .text("exact", "items, orders_by_second, proof")
        .text("as_counted", "counted: attempts, by_outcome, arrivals, wins; server")
        .text("estimates", "counted: networks, suspects")
        .close()
        .open_list("items");
    for (const auto& [item, figures] : items) {
        append_item(out, *item, figures, counted.items.at(item->id.value));
        balanced = balanced && balances(figures);
        oversold_units += oversold(figures);
        orders_made += static_cast<std::uint64_t>(figures.orders);
    }
    out.close_list().open_list("orders_by_second");
    for (const auto& [second, orders] : counted.orders_by_second)
        out.open().number("second", second).number("orders", orders).close();
    out.close_list().open_list("counted");
    for (const std::string& tally : *tallies) out.raw(tally);
    const std::uint64_t wins = wins_in(*tallies);
    out.close_list()
        .open("coverage")
        .number("orders", orders_made)
        .number("wins_counted", wins)
        .flag("complete", wins >= orders_made)
        .close();
    if (served->any()) {
        out.open("server").text("of", "the whole server");
        served->append_to(out);
        out.close();
    }
    return out.open("proof")
        .text("rule", "available + reserved + sold = total, for every item")
        .flag("balanced", balanced)
        .number("oversold", oversold_units)
        .close()
        .close()
        .take();
}

/// One line for each value, with the way to it: `items,0,sold,12` becomes "items/0/sold",12.
void append_rows(std::string& out, const std::string& path, const json::value& value) {
    const auto below = [&](std::string_view name, const json::value& child) {
        append_rows(out, path.empty() ? std::string(name) : path + "/" + std::string(name), child);
    };
    if (value.is_object()) {
        for (const auto& [name, child] : value.get_object()) below(name, child);
    } else if (value.is_array()) {
        std::size_t index = 0;
        for (const json::value& child : value.get_array()) below(std::to_string(index++), child);
    } else {
        // Boost would write a fraction as 7.31E-1; these are the digits of JsonText::real.
        const std::string text = value.is_string()   ? std::string(value.get_string())
                                 : value.is_double() ? fmt::format("{:.3f}", value.get_double())
                                                     : json::serialize(value);
        // A number may begin with a minus; only what people typed can do harm in a spreadsheet.
        out += base::to_csv_field(path) + "," +
               (value.is_string() ? base::to_csv_field(text) : text) + "\r\n";
    }
}

base::Result<std::string> report_of(App& app, const Request& request) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return base::failure(base::ErrorCode::not_found, "");
    const auto found = app.activities.activity(*id);
    if (!found) return std::unexpected(found.error());
    return report_json(app, *found);
}

}  // namespace

Response show_report(App& app, const Request& request, const Caller&) {
    auto report = report_of(app, request);
    return report ? http::json(200, std::move(*report)) : problem_of(report.error());
}

Response download_report(App& app, const Request& request, const Caller&) {
    const auto report = report_of(app, request);
    if (!report) return problem_of(report.error());
    Response response;
    response.status = 200;
    response.content_type = "text/csv; charset=utf-8";
    response.add_header("Content-Disposition", "attachment; filename=\"report-" +
                                                   std::string(request.params[0]) + ".csv\"");
    response.add_header("Cache-Control", "no-store");
    response.body = "path,value\r\n";
    append_rows(response.body, "", json::parse(*report));
    return response;
}

}  // namespace sluice::api::admin
