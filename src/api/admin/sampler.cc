// SPDX-License-Identifier: Apache-2.0
#include "api/admin/sampler.h"

#include <algorithm>
#include <map>
#include <utility>

#include "api/admin/forms.h"
#include "api/admin/json_text.h"
#include "api/admin/shown_state.h"
#include "api/history.h"
#include "api/traffic.h"
#include "base/log.h"

namespace sluice::api::admin {

void Interval::advance(const base::Latencies& all) {
    before_.resize(base::Latencies::kBucketCount);
    during_.assign(base::Latencies::kBucketCount, 0);
    count_ = all.count() - total_;
    total_ = all.count();
    if (count_ == 0) return;  // nearly always: then the buckets need no look
    for (std::size_t bucket = 0; bucket < before_.size(); ++bucket) {
        const std::uint64_t now = all.count_in(bucket);
        during_[bucket] = now - std::exchange(before_[bucket], now);
    }
}

double Interval::percentile_ms(double fraction) const {
    const auto wanted = static_cast<std::uint64_t>(fraction * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < during_.size(); ++bucket) {
        seen += during_[bucket];
        if (seen > wanted || (seen == count_ && count_ != 0))
            return static_cast<double>(base::Latencies::top_of(bucket)) / 1e6;
    }
    return 0;
}

namespace {

void append_items(JsonText& out, const std::vector<Figures>& items) {
    out.open_list("items");
    const std::size_t shown = std::min(items.size(), kItemsInSample);
    for (std::size_t i = 0; i < shown; ++i) {
        const Figures& item = items[i];
        out.open()
            .id("item_id", item.terms.id)
            .number("total", item.total)
            .number("available", item.available)
            .number("reserved", item.reserved)
            .number("sold", item.sold)
            .number("orders", item.orders)
            .number("paid", item.paid)
            .number("paid_units", item.paid_units)
            .number("released_units", item.released_units)
            .number("cancelled", item.cancelled)
            .number("expired", item.expired)
            .number("refunded", item.refunded)
            .close();
    }
    out.close_list().number("items_left_off", items.size() - shown);
}

void append_some(JsonText& out, const Endings& endings, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
        if (endings.counts[i] != 0) out.number(ending_text(i), endings.counts[i]);
}

}  // namespace

void append_endings(JsonText& out, const Endings& endings) {
    append_some(out, endings, 0, Ending::kCount);
}

void append_purchases(JsonText& out, const Endings& endings) {
    out.open("purchases");
    append_some(out, endings, 0, Ending::kOutcomes);
    out.close().open("turned_away");
    append_some(out, endings, Ending::kOutcomes, Ending::kCount);
    out.close();
}

bool is_of_same_run(std::string_view json, const Tally& tally) {
    return json.starts_with(R"({"since":")" + base::to_rfc3339(tally.since) + '"');
}

std::string to_json(const Tally& tally, base::Instant until) {
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    JsonText out;
    out.open()
        .time("since", tally.since)
        .time("until", until)
        .number("attempts", tally.attempts())
        .number("attempts_before_start", tally.before_start)
        .number("wins", tally.wins())
        .open("by_outcome");
    append_endings(out, tally);
    out.close().open("refused_by_gate");
    for (std::size_t i = 0; i < tally.by_gate.size(); ++i)
        out.number(guard::to_text(static_cast<guard::Gate>(i)), tally.by_gate[i]);
    out.close().open_list("arrivals");
    for (const Tally::Slice& slice : tally.slices)
        out.open()
            .number("second", slice.second)
            .number("length_s", slice.length_s)
            .number("attempts", slice.attempts)
            .number("wins", slice.wins)
            .real("success_rate", share(slice.wins, slice.attempts))
            .close();
    out.close_list().open_list("networks");
    for (const Tally::Network& network : tally.networks)
        out.open()
            .text("network", network.network)
            .number("attempts", network.attempts)
            .number("attempts_error", network.attempts_error)
            .number("wins", network.wins)
            .number("users", network.users)
            .close();
    out.close_list()
        .open("suspects")
        .number("attempts", tally.suspect_attempts)
        .real("attempts_share", share(tally.suspect_attempts, tally.attempts()))
        .number("wins", tally.suspect_wins)
        .real("wins_share", share(tally.suspect_wins, tally.wins()))
        .open_list("rules");
    const auto rule = [&](const char* name, std::int64_t limit, std::uint64_t count) {
        out.open().text("name", name).number("limit", limit).number("count", count).close();
    };
    rule("first_attempt_sooner_than_ms", kFirstAttemptMsMin, tally.too_early_users);
    rule("attempts_in_10_s_more_than", kAttemptsIn10sMax, tally.too_often_users);
    rule("users_of_one_network_more_than", kUsersOfNetworkMax, tally.crowded_networks);
    return out.close_list().close().close().take();
}

void Sampler::follow(base::Instant now) {
    std::vector<activity::ActivityTerms> due;
    due.reserve(kFollowedMax);  // here, because nothing is allocated under the lock
    app_.turnstile.look([&](const sale::Sale& sale) {
        for (const sale::OpenedActivity& opened : sale.activities())
            if (due.size() < kFollowedMax && now >= opened.terms.starts_at - kSampledBefore &&
                now <= over_at(opened.terms.ends_at, opened.ended_at) + kSampledAfter)
                due.push_back(opened.terms);
    });
    const auto is_due = [&](const Followed& one) {
        return std::ranges::find(due, one.terms.id, &activity::ActivityTerms::id) != due.end();
    };
    for (const Followed& one : followed_)
        if (!is_due(one)) app_.arrivals->forget(one.terms.id);
    std::erase_if(followed_, [&](const Followed& one) { return !is_due(one); });
    for (const activity::ActivityTerms& terms : due) {
        const bool known = std::ranges::any_of(
            followed_, [&](const Followed& one) { return one.terms.id == terms.id; });
        if (!known && app_.arrivals->follow(terms.id, terms.starts_at, now))
            followed_.push_back({terms, now});
    }
}

std::string Sampler::server_json(const Interval& purchases) const {
    const Traffic::Counts counts = app_.traffic.counts();
    const sale::Turnstile::Counts ledger = app_.turnstile.counts();
    JsonText out;
    out.open().open("requests");
    for (std::size_t i = 0; i < counts.requests.size(); ++i)
        out.number(to_text(static_cast<Area>(i)), counts.requests[i]);
    out.close();
    append_purchases(out, counts.purchases);
    out.open("refused_by_gate");
    for (std::size_t i = 0; i < static_cast<std::size_t>(guard::Gate::count_); ++i) {
        const auto gate = static_cast<guard::Gate>(i);
        out.number(guard::to_text(gate), app_.gates.refusals(gate));
    }
    const double batches = ledger.batches == 0 ? 1 : static_cast<double>(ledger.batches);
    return out.close()
        .open("accepted_ms")
        .number("count", purchases.count())
        .real("p50", purchases.percentile_ms(0.5))
        .real("p95", purchases.percentile_ms(0.95))
        .real("p99", purchases.percentile_ms(0.99))
        .real("p99_9", purchases.percentile_ms(0.999))
        .close()
        .open("ledger")
        .number("batches", ledger.batches)
        .number("records", ledger.records)
        .real("commit_ms_mean", static_cast<double>(ledger.commit_ns_sum) / batches / 1e6)
        .real("commit_ms_max", static_cast<double>(ledger.commit_ns_max) / 1e6)
        .close()
        .close()
        .take();
}

void Sampler::step(base::Instant now) {
    if (app_.history == nullptr || app_.arrivals == nullptr) return;
    follow(now);
    if (!followed_.empty()) {
        std::map<std::uint32_t, std::vector<Figures>> items;
        for (const Followed& one : followed_) items[one.terms.id.value].reserve(256);
        see_items(app_.turnstile, [&](const sale::Sale& sale, const sale::OpenedItem& item) {
            const auto found = items.find(item.terms.activity.value);
            if (found != items.end() && found->second.size() < found->second.capacity())
                found->second.push_back(figures_of(sale, item, now));
        });
        accepted_.advance(app_.traffic.accepted());
        rehearsed_.advance(app_.traffic.rehearsed());
        const std::string server = server_json(accepted_);
        const std::string of_rehearsal = server_json(rehearsed_);
        const base::Instant at{now.ms / 1000 * 1000};
        for (const Followed& one : followed_) {
            const std::vector<Figures>& figures = items[one.terms.id.value];
            JsonText out;
            out.open().number("at_ms", at.ms);
            if (!figures.empty()) out.text("phase", activity::to_text(figures.front().phase));
            append_items(out, figures);
            if (const auto endings = app_.arrivals->endings(one.terms.id)) {
                out.open("attempts");
                append_endings(out, *endings);
                out.close();
            }
            out.raw("server", one.terms.rehearsal != 0 ? of_rehearsal : server);
            app_.history->add({one.terms.id, at, out.close().take()});
        }
    }
    if (now - saved_at_ >= kSaveEach) save(now);
}

void Sampler::save(base::Instant now) {
    saved_at_ = now;
    if (app_.turnstile.read_only()) return;  // nothing is written any more
    follow(now);  // what was warmed since the last step is counted already
    auto saved = app_.history->save();
    for (Followed& one : followed_) {
        if (const auto tally = app_.arrivals->tally(one.terms.id); tally && saved)
            saved =
                app_.history->store().keep_tally(one.terms.id, tally->since, to_json(*tally, now));
        if (saved && now - one.thinned_at >= kThinEach) {
            one.thinned_at = now;
            saved = app_.history->store().thin_out(one.terms.id, one.terms.starts_at, now);
        }
    }
    if (!saved && !failed_)
        base::log_warn("history_not_saved", {{"why", std::string_view(saved.error().what)}});
    failed_ = !saved;
}

}  // namespace sluice::api::admin
