// SPDX-License-Identifier: Apache-2.0
// Preflight: what a person looks at before the doors open: is everything there that this activity
// needs? Each check says what it saw and, unless it is fine, what to do. Nothing is changed.
// `fail` is what would spoil the sale; `warn` is what a person should have decided on purpose.
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
#include "base/sentences.h"
#include "page/page.h"

namespace sluice::api::admin {

namespace {

using activity::Activity;
using activity::State;
using base::say;
using base::Sentence;

constexpr std::size_t kActivitiesPerRead = 100;
constexpr std::int64_t kSlowCommitNs = 50'000'000;  // every answer to a purchase waits for one

enum class Level : std::uint8_t { ok, warn, fail };

struct Check {
    std::string name;
    Level level = Level::ok;
    std::vector<Sentence> findings;  // what was seen
    Sentence fix;                    // empty if it is ok
};

/// Collects what is wrong under one name; ok if nothing is.
class Collected {
   public:
    explicit Collected(std::string name) : check_{std::move(name), Level::ok, {}, {}} {}

    void add(Level level, Sentence finding, Sentence fix) {
        if (level > check_.level || check_.fix.empty()) check_.fix = std::move(fix);
        check_.level = std::max(check_.level, level);
        check_.findings.push_back(std::move(finding));
    }
    /// `fine` is what is said if nothing was added.
    Check take(Sentence fine) {
        if (check_.level == Level::ok) check_.findings = {std::move(fine)};
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
    const std::string_view state = activity::to_text(seen.state);
    switch (seen.state) {
        case State::draft:
        case State::in_review:
            return {"state", Level::fail, {say("state_unapproved", state)}, say("do_submit")};
        case State::approved:
            return {"state", Level::fail, {say("state_not_warm")}, say("do_warm")};
        case State::paused: return {"state", Level::fail, {say("state_paused")}, say("do_resume")};
        case State::ended: return {"state", Level::fail, {say("over")}, say("do_clone")};
        case State::warming:
        case State::running: break;
    }
    return {"state", Level::ok, {say("state_is", state)}, {}};
}

Check check_stock(const Seen& seen) {
    Collected found("stock");
    for (std::size_t i = 0; i < seen.figures.size(); ++i) {
        const activity::Item& item = seen.activity.items[i];
        const auto& figures = seen.figures[i];
        if (!figures) {
            found.add(Level::fail, say("item_not_loaded", item.title), say("do_warm"));
            continue;
        }
        const std::int64_t sum = figures->available + figures->reserved + figures->sold;
        if (figures->terms.total != item.stock)
            found.add(Level::fail,
                      say("stock_other_than_planned", item.title, figures->terms.total, item.stock),
                      say("do_propose_stock"));
        if (sum != figures->total)
            found.add(Level::fail, say("stock_unbalanced", item.title), say("do_reconcile"));
        if (figures->stopped)
            found.add(Level::fail, say("item_stopped", item.title), say("do_resume_item"));
        if (figures->total != figures->terms.total)
            found.add(Level::warn, say("stock_changed", item.title, figures->total),
                      say("do_check_changes"));
    }
    return found.take(say("stock_as_planned"));
}

Check check_items(const Seen& seen) {
    Collected found("items");
    if (seen.activity.items.empty()) found.add(Level::fail, say("no_items"), say("do_add_item"));
    for (const activity::Item& item : seen.activity.items) {
        if (item.stock == 0)
            found.add(Level::fail, say("item_no_units", item.title), say("do_give_stock"));
        if (item.price.amount == 0)
            found.add(Level::warn, say("item_price_zero", item.title), say("do_set_price"));
        if (item.limit_per_user == 0)
            found.add(Level::warn, say("item_no_limit", item.title), say("do_set_limit"));
        else if (item.limit_per_user > item.stock)
            found.add(Level::warn, say("item_limit_above_stock", item.title),
                      say("do_lower_limit"));
        if (item.list_price.amount != 0 && item.price.amount >= item.list_price.amount)
            found.add(Level::warn, say("item_price_not_below", item.title), say("do_lower_price"));
    }
    return found.take(say("items_complete"));
}

Check check_window(const Seen& seen) {
    Collected found("window");
    const Activity& activity = seen.activity;
    if (activity.ends_at <= seen.now)
        found.add(Level::fail, say("over"), say("do_clone"));
    else if (activity.starts_at <= seen.now)
        found.add(Level::warn, say("started"), say("do_control_room"));
    base::Duration longest;
    for (const activity::Item& item : activity.items)
        if (item.policy != activity::StockPolicy::on_order && longest.ms < item.pay_window.ms)
            longest = item.pay_window;
    if ((activity.ends_at - activity.starts_at).ms < longest.ms)
        found.add(Level::warn, say("shorter_than_pay_window"), say("do_shorten_pay_window"));
    return found.take(say("starts_in", (activity.starts_at - seen.now).ms / 1000,
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
    if (!seen.is_warm()) return {"pages", Level::fail, {say("pages_before_warm")}, say("do_warm")};
    Collected found("pages");
    std::size_t compared = 0;
    for (const page::Page& page : pages) {
        if (!page.path.starts_with("/activities/") && !page.path.starts_with("/items/")) continue;
        ++compared;
        const auto etags = app.pages.etags(page.path);
        if (!etags)
            found.add(Level::fail, say("pages_unreadable", etags.error()),
                      say("do_read_log_metrics"));
        else if (std::ranges::any_of(*etags, [](const auto& each) { return each.empty(); }))
            found.add(Level::fail, say("page_unpublished", page.path), say("do_publish"));
        else if (std::ranges::any_of(*etags, [&](const auto& each) { return each != page.etag; }))
            found.add(Level::fail, say("page_outdated", page.path), say("do_publish"));
        if (!etags) break;
    }
    return found.take(say("pages_published", compared));
}

Check check_pictures(const Seen& seen, const std::vector<LostImage>& lost) {
    Collected found("pictures");
    for (const activity::Item& item : seen.activity.items) {
        const auto image = std::ranges::find(lost, item.sku, &LostImage::sku);
        if (image == lost.end()) continue;
        found.add(Level::warn, say("item_without_picture", item.title, image->path),
                  say("do_put_picture"));
        found.add(Level::warn, image->why, say("do_put_picture"));
    }
    return found.take(say("pictures_there"));
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
            found.add(Level::warn, say("page_too_long", item.title, size, kPageBytesMax),
                      say("do_shorten_text"));
    }
    return found.take(say("pages_short", kPageBytesMax));
}

void add_pages(App& app, const Seen& seen, std::vector<Check>& checks) {
    if (seen.activity.rehearsal) {
        checks.push_back({"pages", Level::ok, {say("rehearsal_no_pages")}, {}});
        return;
    }
    const auto rendered = render(app, seen);
    if (!rendered) {
        checks.push_back({"pages",
                          Level::fail,
                          {say("pages_unreadable", rendered.error())},
                          say("do_read_log")});
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
                found.add(
                    Level::warn,
                    say("item_sold_elsewhere", item.title, base::to_text(other.id), other.name),
                    say("do_part_activities"));
    }
    return found.take(say("no_overlap"));
}

Check check_payment(const App& app, const Seen& seen) {
    payment::Provider* provider =
        seen.activity.rehearsal ? app.providers.rehearsal : &app.providers.real;
    const Sentence fix = say("do_check_provider");
    if (provider == nullptr) return {"payment_provider", Level::fail, {say("sandbox_off")}, fix};
    // A payment that nobody opened: the provider must answer, and knows nothing of it.
    const auto said = provider->query(base::PaymentId{1});
    if (!said) {
        base::Error why = said.error();
        if (why.sentence.empty()) why.sentence = say("provider_unreachable");
        return {"payment_provider", Level::fail, {say("provider_silent", why)}, fix};
    }
    return {"payment_provider", Level::ok, {say("provider_answers", provider->name())}, {}};
}

Check check_ledger(const App& app) {
    if (app.turnstile.read_only())
        return {"ledger",
                Level::fail,
                {say("sale_read_only", app.turnstile.read_only_error())},
                say("do_check_disk")};
    if (app.turnstile.durable_seq() == 0)
        return {"ledger", Level::ok, {say("ledger_is_empty")}, {}};
    base::Instant last_at;
    app.turnstile.look([&](const sale::Sale& sale) { last_at = sale.last_at(); });
    const std::int64_t p99_ns = app.turnstile.times().commit.percentile_ns(0.99);
    Sentence seen =
        say("ledger_is", app.turnstile.durable_seq(), last_at, static_cast<double>(p99_ns) / 1e6);
    if (p99_ns > kSlowCommitNs)
        return {"ledger", Level::warn, {std::move(seen)}, say("do_faster_disk")};
    return {"ledger", Level::ok, {std::move(seen)}, {}};
}

Check check_switches(const App& app, base::Instant now) {
    Collected found("switches");
    for (const std::string_view name : guard::Gates::switch_names())
        if (!app.gates.on(name, now))
            found.add(name.starts_with("gate.") ? Level::warn : Level::fail,
                      say("switch_off", name), say("do_switch_on"));
    return found.take(say("switches_on"));
}

Check check_purchases(const App& app) {
    if (app.board.stopped())
        return {"purchases", Level::fail, {say("purchases_stopped")}, say("do_allow_purchases")};
    return {"purchases", Level::ok, {say("purchases_not_stopped")}, {}};
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
            {std::move(found.subject), level, {std::move(found.what)}, std::move(found.fix)});
    }
}

void append(JsonText& out, const Check& check) {
    constexpr std::array<std::string_view, 3> kLevels = {"ok", "warn", "fail"};
    out.open()
        .text("name", check.name)
        .text("level", kLevels[static_cast<std::size_t>(check.level)])
        .text("detail", base::joined(check.findings))
        .text("fix", check.fix.text())
        .open_list("findings");
    for (const Sentence& finding : check.findings) out.raw(base::to_json(finding));
    out.close_list();
    if (!check.fix.empty()) out.raw("remedy", base::to_json(check.fix));
    out.close();
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
