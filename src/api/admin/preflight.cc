// SPDX-License-Identifier: Apache-2.0
// Preflight: what a person looks at before the doors open: is everything there that this activity
// needs? Each check says what it saw and, unless it is fine, what to do. Nothing is changed.
// `fail` is what would spoil the sale; `warn` is what a person should have decided on purpose.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/admin/shown_state.h"
#include "api/pages.h"
#include "page/page.h"

namespace sluice::api::admin {

namespace {

using activity::Activity;
using activity::State;

constexpr std::size_t kActivitiesPerRead = 100;
constexpr std::int64_t kSlowCommitNs = 50'000'000;  // every answer to a purchase waits for one

enum class Level : std::uint8_t { ok, warn, fail };

struct Check {
    std::string name;
    Level level = Level::ok;
    std::string detail;
    std::string fix;  // "" if it is ok
};

/// Collects what is wrong under one name; ok if nothing is.
class Collected {
   public:
    explicit Collected(std::string name) : check_{std::move(name), Level::ok, "", ""} {}

    void add(Level level, const std::string& detail, const std::string& fix) {
        if (level > check_.level || check_.fix.empty()) check_.fix = fix;
        check_.level = std::max(check_.level, level);
        check_.detail += (check_.detail.empty() ? "" : " ") + detail;
    }
    /// `fine` is what is said if nothing was added.
    Check take(std::string fine) {
        if (check_.level == Level::ok) check_.detail = std::move(fine);
        return std::move(check_);
    }

   private:
    Check check_;
};

/// The activity as the store and as the sale know it, at one moment.
struct Seen {
    Activity activity;
    State state = State::draft;
    base::Instant now;
    std::vector<Activity> others;  // newest first
    std::vector<State> other_states;
    std::vector<std::optional<Figures>> figures;  // of each item; none: not loaded

    [[nodiscard]] bool is_warm() const {
        return state == State::warming || state == State::running || state == State::paused ||
               state == State::ended;
    }
};

base::Result<Seen> see(App& app, base::ActivityId id) {
    Seen seen;
    base::ActivityId before;
    bool found = false;
    for (;;) {
        auto part = app.activities.activities(before, kActivitiesPerRead);
        if (!part) return std::unexpected(part.error());
        const std::vector<Shown> shown = shown_states(app, *part);
        for (std::size_t i = 0; i < part->size(); ++i) {
            Activity& each = (*part)[i];
            before = each.id;
            if (each.id == id) {
                seen.activity = std::move(each);
                seen.state = shown[i].state;
                found = true;
            } else {
                seen.others.push_back(std::move(each));
                seen.other_states.push_back(shown[i].state);
            }
        }
        if (part->size() < kActivitiesPerRead) break;
    }
    if (!found) return base::failure(base::ErrorCode::not_found, "There is no such activity.");
    seen.now = app.clock.now();
    seen.figures.resize(seen.activity.items.size());
    app.turnstile.look([&](const sale::Sale& sale) {
        for (std::size_t i = 0; i < seen.figures.size(); ++i)
            if (const sale::OpenedItem* item = sale.item(seen.activity.items[i].id))
                seen.figures[i] = figures_of(sale, *item, seen.now);
    });
    return seen;
}

Check check_state(const Seen& seen) {
    const std::string state(activity::to_text(seen.state));
    switch (seen.state) {
        case State::draft:
        case State::in_review:
            return {"state", Level::fail, "It is " + state + ": nobody has approved it.",
                    "Submit it, and let another person approve it."};
        case State::approved:
            return {"state", Level::fail, "It is approved, and not warm: nothing is loaded.",
                    "Warm it up."};
        case State::paused:
            return {"state", Level::fail, "It is paused: nobody can buy.", "Resume it."};
        case State::ended:
            return {"state", Level::fail, "It is over.", "Clone it for another day."};
        case State::warming:
        case State::running: break;
    }
    return {"state", Level::ok, "It is " + state + ".", ""};
}

Check check_stock(const Seen& seen) {
    Collected found("stock");
    for (std::size_t i = 0; i < seen.figures.size(); ++i) {
        const activity::Item& item = seen.activity.items[i];
        const auto& figures = seen.figures[i];
        if (!figures) {
            found.add(Level::fail, fmt::format("{} is not loaded.", item.title), "Warm it up.");
            continue;
        }
        const std::int64_t sum = figures->available + figures->reserved + figures->sold;
        if (figures->terms.total != item.stock)
            found.add(Level::fail,
                      fmt::format("{}: {} units were loaded, {} are planned.", item.title,
                                  figures->terms.total, item.stock),
                      "Propose a stock change for the difference.");
        if (sum != figures->total)
            found.add(Level::fail, fmt::format("{}: the stock does not add up.", item.title),
                      "Stop the item, then look at the reconciliation.");
        if (figures->stopped)
            found.add(Level::fail, fmt::format("{} is stopped.", item.title), "Resume the item.");
        if (figures->total != figures->terms.total)
            found.add(
                Level::warn,
                fmt::format("{}: {} units now, after stock changes.", item.title, figures->total),
                "Look whether the changes were meant for this sale.");
    }
    return found.take("Every item has the planned units.");
}

Check check_items(const Seen& seen) {
    Collected found("items");
    if (seen.activity.items.empty()) found.add(Level::fail, "It sells nothing.", "Add an item.");
    for (const activity::Item& item : seen.activity.items) {
        const auto add = [&](Level level, std::string_view what, const char* fix) {
            found.add(level, fmt::format("{}: {}", item.title, what), fix);
        };
        if (item.stock == 0) add(Level::fail, "no unit to sell.", "Give it stock.");
        if (item.price.amount == 0) add(Level::fail, "the price is 0.", "Set the price.");
        if (item.limit_per_user == 0)
            add(Level::warn, "one customer may buy all of it.", "Set a purchase limit.");
        else if (item.limit_per_user > item.stock)
            add(Level::fail, "the purchase limit is more than the stock.",
                "Set a purchase limit of at most the stock.");
        if (item.list_price.amount != 0 && item.price.amount >= item.list_price.amount)
            add(Level::warn, "the price is not below the list price.",
                "Lower the price, or show no list price.");
    }
    return found.take("Every item has stock, a purchase limit and a price.");
}

Check check_window(const Seen& seen) {
    Collected found("window");
    const Activity& activity = seen.activity;
    if (activity.ends_at <= seen.now)
        found.add(Level::fail, "It is over.", "Clone it for another day.");
    else if (activity.starts_at <= seen.now)
        found.add(Level::warn, "It has started.", "Look at it in the control room.");
    base::Duration longest;
    for (const activity::Item& item : activity.items)
        if (longest.ms < item.pay_window.ms) longest = item.pay_window;
    if ((activity.ends_at - activity.starts_at).ms < longest.ms)
        found.add(Level::warn,
                  "It is shorter than a payment window: units that come back are not sold again.",
                  "Shorten the payment window, or end later.");
    return found.take(fmt::format("It starts in {} s and lasts {} s.",
                                  (activity.starts_at - seen.now).ms / 1000,
                                  (activity.ends_at - activity.starts_at).ms / 1000));
}

/// The pages of this activity, as they would be published now. The others depend on the other
/// activities, too, or never change.
base::Result<Pages::Rendered> render(App& app, const Seen& seen) {
    if (!seen.is_warm()) {
        page::Shop shop = shop_of(app, {seen.activity});
        return app.pages.render(shop);
    }
    auto shop = warm_shop(app);
    if (!shop) return std::unexpected(shop.error());
    std::erase_if(shop->activities,
                  [&](const Activity& each) { return each.id != seen.activity.id; });
    return app.pages.render(*shop);
}

/// What the doors serve must be what would be rendered from the store now.
Check check_published(const App& app, const Seen& seen, const std::vector<page::Page>& pages) {
    if (!seen.is_warm())
        return {"pages", Level::fail, "Nothing is published before the warm-up.", "Warm it up."};
    Collected found("pages");
    std::size_t compared = 0;
    for (const page::Page& page : pages) {
        if (!page.path.starts_with("/activities/") && !page.path.starts_with("/items/")) continue;
        ++compared;
        const auto etags = app.pages.etags(page.path);
        const char* fix = "Publish the pages again.";
        if (!etags)
            found.add(Level::fail, etags.error().what, "Look at the log and at /metrics.");
        else if (std::ranges::any_of(*etags, [](const auto& each) { return each.empty(); }))
            found.add(Level::fail, page.path + " is not published.", fix);
        else if (std::ranges::any_of(*etags, [&](const auto& each) { return each != page.etag; }))
            found.add(Level::fail, page.path + " is not what would be rendered now.", fix);
        if (!etags) break;
    }
    return found.take(fmt::format("{} pages are published, as they would be now.", compared));
}

Check check_pictures(const Seen& seen, const std::vector<LostImage>& lost) {
    Collected found("pictures");
    for (const activity::Item& item : seen.activity.items) {
        const auto image = std::ranges::find(lost, item.sku, &LostImage::sku);
        if (image == lost.end()) continue;
        found.add(
            Level::warn,
            fmt::format("{} is shown without its picture {}: {}.", item.title, image->path,
                        image->why),
            "Put the picture into the folder public.image_dir, then publish the pages again.");
    }
    return found.take("No picture is missing.");
}

/// A text of the catalogue may make a page too long to come at once.
Check check_page_size(const Seen& seen, const std::vector<page::Page>& pages) {
    Collected found("page_size");
    for (const activity::Item& item : seen.activity.items) {
        const std::string path = "/items/" + base::to_text(item.id);
        const auto page = std::ranges::find(pages, path, &page::Page::path);
        if (page == pages.end()) continue;
        const std::size_t size = compress(page->body, Coding::gzip).size();
        if (size > kPageBytesMax)
            found.add(Level::warn,
                      fmt::format("{}: the page has {} bytes, compressed; {} are the most that "
                                  "come at once.",
                                  item.title, size, kPageBytesMax),
                      "Shorten the text of the product, then publish the pages again.");
    }
    return found.take(fmt::format("No page of an item has more than {} bytes.", kPageBytesMax));
}

void add_pages(App& app, const Seen& seen, std::vector<Check>& checks) {
    if (seen.activity.rehearsal) {
        checks.push_back({"pages", Level::ok, "A rehearsal has no pages.", ""});
        return;
    }
    const auto rendered = render(app, seen);
    if (!rendered) {
        checks.push_back({"pages", Level::fail, rendered.error().what, "Look at the log."});
        return;
    }
    checks.push_back(check_published(app, seen, rendered->pages));
    checks.push_back(check_pictures(seen, rendered->lost));
    checks.push_back(check_page_size(seen, rendered->pages));
}

Check check_overlaps(const Seen& seen) {
    Collected found("overlaps");
    for (std::size_t i = 0; i < seen.others.size(); ++i) {
        const Activity& other = seen.others[i];
        if (seen.other_states[i] == State::draft || seen.other_states[i] == State::ended ||
            other.rehearsal != seen.activity.rehearsal || other.ends_at <= seen.now ||
            other.ends_at <= seen.activity.starts_at || seen.activity.ends_at <= other.starts_at)
            continue;
        for (const activity::Item& item : seen.activity.items)
            if (std::ranges::find(other.items, item.sku, &activity::Item::sku) != other.items.end())
                found.add(Level::warn,
                          fmt::format("{} is also on sale in activity {} ({}).", item.title,
                                      other.id.value, other.name),
                          "Move one of the two, or see that both have units of their own.");
    }
    return found.take("No other activity sells the same at that time.");
}

Check check_payment(const App& app, const Seen& seen) {
    payment::Provider* provider =
        seen.activity.rehearsal ? app.providers.rehearsal : &app.providers.real;
    const char* fix = "Look at [payment] in the configuration and at the provider.";
    if (provider == nullptr)
        return {"payment_provider", Level::fail, "The sandbox is off, and a rehearsal needs it.",
                fix};
    // A payment that nobody opened: the provider must answer, and knows nothing of it.
    const auto said = provider->query(base::PaymentId{1});
    if (!said) return {"payment_provider", Level::fail, said.error().what, fix};
    return {"payment_provider", Level::ok, fmt::format("{} answers.", provider->name()), ""};
}

Check check_ledger(const App& app) {
    if (app.turnstile.read_only())
        return {"ledger", Level::fail,
                "The sale is read-only: " + app.turnstile.read_only_reason() + ".",
                "Look at the disk, then restart."};
    base::Instant last_at;
    app.turnstile.look([&](const sale::Sale& sale) { last_at = sale.last_at(); });
    const std::int64_t p99_ns = app.turnstile.times().commit.percentile_ns(0.99);
    const std::string detail = fmt::format(
        "{} records, the last one at {}; 99 of 100 commits took at most {:.1f} ms.",
        app.turnstile.durable_seq(), base::to_rfc3339(last_at), static_cast<double>(p99_ns) / 1e6);
    if (p99_ns > kSlowCommitNs)
        return {"ledger", Level::warn, detail, "Put the data folder on a faster disk."};
    return {"ledger", Level::ok, detail, ""};
}

Check check_switches(const App& app, base::Instant now) {
    Collected found("switches");
    for (const std::string_view name : guard::Gates::switch_names())
        if (!app.gates.on(name, now))
            found.add(name.starts_with("gate.") ? Level::warn : Level::fail,
                      fmt::format("{} is off.", name), "Switch it on.");
    return found.take("All are on.");
}

Check check_purchases(const App& app) {
    if (app.board.stopped())
        return {"purchases", Level::fail, "All purchases are stopped.",
                "Switch `purchases` on again."};
    return {"purchases", Level::ok, "Not stopped.", ""};
}

/// The same as `sluice doctor`; its names have a space where ours have an underscore.
void add_machine(const App& app, std::vector<Check>& checks) {
    if (!app.machine) return;
    for (base::Finding& found : app.machine()) {
        std::ranges::replace(found.subject, ' ', '_');
        const Level level = found.health == base::Health::good      ? Level::ok
                            : found.health == base::Health::warning ? Level::warn
                                                                    : Level::fail;
        checks.push_back(
            {std::move(found.subject), level, std::move(found.what), std::move(found.fix)});
    }
}

void append(JsonText& out, const Check& check) {
    constexpr std::array<std::string_view, 3> kLevels = {"ok", "warn", "fail"};
    out.open()
        .text("name", check.name)
        .text("level", kLevels[static_cast<std::size_t>(check.level)])
        .text("detail", check.detail)
        .text("fix", check.fix)
        .close();
}

}  // namespace

Response preflight(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    const auto seen = see(app, *id);
    if (!seen) return problem_of(seen.error());
    std::vector<Check> checks = {check_state(*seen),    check_stock(*seen),
                                 check_items(*seen),    check_window(*seen),
                                 check_overlaps(*seen), check_payment(app, *seen),
                                 check_ledger(app),     check_switches(app, seen->now),
                                 check_purchases(app)};
    add_pages(app, *seen, checks);
    add_machine(app, checks);
    const bool ready =
        std::ranges::none_of(checks, [](const Check& check) { return check.level == Level::fail; });
    JsonText out;
    out.open()
        .id("activity_id", *id)
        .number("version", seen->activity.version)
        .time("at", seen->now)
        .flag("ready", ready)
        .open_list("checks");
    for (const Check& check : checks) append(out, check);
    return http::json(200, out.close_list().close().take());
}

}  // namespace sluice::api::admin
