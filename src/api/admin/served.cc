// SPDX-License-Identifier: Apache-2.0
#include "api/admin/served.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/admin/sampler.h"

namespace sluice::api::admin {

namespace {

namespace json = boost::json;
using Counters = Served::Counters;

constexpr std::size_t kSamplesPerRead = 1000;  // some 600 KB

/// The counters in the object `name`; the sampler leaves out some that are 0.
Counters counters_in(const json::object& server, std::string_view name) {
    Counters counters;
    const json::value* found = server.if_contains(name);
    if (found == nullptr || !found->is_object()) return counters;
    for (const auto& [key, value] : found->get_object()) {
        boost::system::error_code failed;
        const auto count = value.to_number<std::uint64_t>(failed);
        if (!failed) counters.emplace(std::string(key), count);
    }
    return counters;
}

bool fell(const Counters& before, const Counters& now) {
    return std::ranges::any_of(before, [&](const auto& one) {
        const auto found = now.find(one.first);
        return (found == now.end() ? 0 : found->second) < one.second;
    });
}

double number_in(const json::object& object, std::string_view name) {
    const json::value* found = object.if_contains(name);
    return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
}

}  // namespace

void Served::add(const activity::Sample& sample) {
    boost::system::error_code failed;
    const json::value whole = json::parse(sample.json, failed);
    if (failed || !whole.is_object()) return;
    const json::value* found = whole.get_object().if_contains("server");
    if (found == nullptr || !found->is_object()) return;
    const json::object& server = found->get_object();

    auto refused = counters_in(server, "refused_by_gate");
    auto purchases = counters_in(server, "purchases");
    purchases.merge(counters_in(server, "turned_away"));  // together they are all attempts
    if (begun_ && sample.at >= starts_at_) {
        // They grow for as long as the program runs: if one fell, all began at 0 again.
        const bool restarted = fell(refused_.last, refused) || fell(purchases_.last, purchases);
        const auto grow = [&](Counted& counted, const Counters& now) {
            for (const auto& [name, count] : now) {
                const auto last = counted.last.find(name);
                const bool anew = restarted || last == counted.last.end();
                counted.sum[name] += count - (anew ? 0 : last->second);
            }
        };
        grow(refused_, refused);
        grow(purchases_, purchases);
    }
    refused_.last = std::move(refused);
    purchases_.last = std::move(purchases);
    begun_ = true;
    if (sample.at < starts_at_) return;

    if (samples_++ == 0) from_ = sample.at;
    until_ = sample.at;
    const json::value* accepted = server.if_contains("accepted_ms");
    if (accepted == nullptr || !accepted->is_object()) return;
    const auto count =
        static_cast<std::uint64_t>(std::max(number_in(accepted->get_object(), "count"), 0.0));
    if (count == 0) return;
    accepted_ += count;
    p99_.push_back(number_in(accepted->get_object(), "p99"));
}

void Served::append_to(JsonText& out) const {
    out.time("from", from_).time("until", until_).number("samples", samples_);
    out.open("accepted_ms").number("count", accepted_).number("seconds", p99_.size());
    if (!p99_.empty()) {
        std::vector<double> sorted = p99_;
        std::ranges::sort(sorted);
        out.real("p99_worst_second", sorted.back())
            .real("p99_median_second", sorted[(sorted.size() - 1) / 2]);
    }
    out.close();
    const auto append = [&](const char* name, const Counters& sum) {
        out.open(name);
        for (const auto& [key, count] : sum) out.number(key, count);
        out.close();
    };
    append("refused_by_gate", refused_.sum);
    append("purchases", purchases_.sum);
}

base::Result<Served> served_during(const History& history, const activity::Activity& activity,
                                   base::Instant over_at) {
    Served served(activity.starts_at);
    base::Instant from = activity.starts_at - kSampledBefore;
    for (bool more = true; more;) {
        const auto page = history.samples(activity.id, from, over_at, kSamplesPerRead);
        if (!page) return std::unexpected(page.error());
        for (const activity::Sample& sample : *page) served.add(sample);
        more = page->size() == kSamplesPerRead;
        if (more) from = base::Instant{page->back().at.ms + 1};
    }
    return served;
}

}  // namespace sluice::api::admin
