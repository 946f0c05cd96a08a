// SPDX-License-Identifier: Apache-2.0
// History: the samples of a sale, for the control room to play them again.
#include "api/history.h"

#include <algorithm>

#include "api/admin/answers.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "base/sentences.h"

namespace sluice::api::admin {

namespace {

constexpr std::size_t kSamplesPerAnswer = 1000;  // some 600 KB
constexpr std::int64_t kLatestMs = 3'786'912'000'000;

/// A time in ms in the query; `otherwise` if it is absent.
base::Result<base::Instant> instant_in(const Request& request, std::string_view name,
                                       base::Instant otherwise) {
    const auto text = request.query_value(name);
    if (!text || text->empty()) return otherwise;
    if (*text == "0") return base::Instant{0};
    const auto ms = base::parse_number(*text, kLatestMs);
    if (!ms)
        return base::failure(base::ErrorCode::invalid,
                             "?" + std::string(name) + " must be milliseconds since 1970.");
    return base::Instant{static_cast<std::int64_t>(*ms)};
}

}  // namespace

Response show_history(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::ActivityId>(request);
    if (!id) return http::not_found();
    auto part = part_of(request, kSamplesPerAnswer);
    if (!part) return problem_of(part.error());
    auto from = instant_in(request, "from_ms", {0});
    if (!from) return problem_of(from.error());
    const auto to = instant_in(request, "to_ms", {kLatestMs});
    if (!to) return problem_of(to.error());
    if (const auto known = app.activities.activity(*id); !known) return problem_of(known.error());
    if (app.history == nullptr) return http::busy(base::say("no_history"));
    // The cursor is the time of the last sample that was told.
    if (part->before != 0)
        from->ms = std::max(from->ms, static_cast<std::int64_t>(part->before) + 1);
    const auto found = app.history->samples(*id, *from, *to, part->limit);
    if (!found) return problem_of(found.error());
    JsonText out;
    out.open().id("activity_id", *id).open_list("samples");
    for (const activity::Sample& sample : *found) out.raw(sample.json);
    out.close_list();
    if (found->size() == part->limit) out.text("next_cursor", std::to_string(found->back().at.ms));
    return http::json(200, out.close().take());
}

}  // namespace sluice::api::admin
