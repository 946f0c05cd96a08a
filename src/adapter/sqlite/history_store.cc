// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/history_store.h"

namespace sluice::adapter {

using activity::Sample;
using base::Result;

namespace {

constexpr std::size_t kTalliesMax = 20;  // runs of the program in one activity

}  // namespace

Result<void> SqliteHistoryStore::add_samples(std::span<const Sample> samples) {
    if (samples.empty()) return {};
    return database_.write([&](Transaction& transaction) {
        Statement add(transaction.connection,
                      "INSERT INTO sample(activity, at_ms, body) VALUES(?1, ?2, ?3)"
                      " ON CONFLICT(activity, at_ms) DO UPDATE SET body = excluded.body");
        for (const Sample& sample : samples)
            add.bind(sample.activity, sample.at, sample.json).run();
    });
}

Result<std::vector<Sample>> SqliteHistoryStore::samples(base::ActivityId activity,
                                                        base::Instant from, base::Instant to,
                                                        std::size_t limit) {
    return database_.read([&](Connection& connection) {
        std::vector<Sample> found;
        Statement query(connection,
                        "SELECT at_ms, body FROM sample WHERE activity = ?1 AND at_ms BETWEEN ?2"
                        " AND ?3 ORDER BY at_ms LIMIT ?4");
        query.bind(activity, from, to, limit);
        while (query.step()) found.push_back({activity, query.instant(0), query.text(1)});
        return found;
    });
}

Result<void> SqliteHistoryStore::thin_out(base::ActivityId activity, base::Instant starts_at,
                                          base::Instant now) {
    return database_.write([&](Transaction& transaction) {
        Statement thin(transaction.connection,
                       "DELETE FROM sample WHERE activity = ?1 AND at_ms < ?2 AND at_ms % ?3 <> 0"
                       " AND at_ms NOT BETWEEN ?4 AND ?5");
        const base::Instant whole_until = starts_at + activity::kStartKeptWhole;
        thin.bind(activity, now - activity::kEverySecondFor, 10'000, starts_at, whole_until).run();
        thin.bind(activity, now - activity::kEveryTenthFor, 60'000, starts_at, whole_until).run();
        Statement(
            transaction.connection,
            "DELETE FROM sample WHERE (activity, at_ms) IN (SELECT activity, at_ms FROM sample"
            " ORDER BY at_ms DESC LIMIT -1 OFFSET ?1)")
            .bind(activity::kSamplesMax)
            .run();
    });
}

Result<void> SqliteHistoryStore::keep_tally(base::ActivityId activity, base::Instant since,
                                            const std::string& json) {
    return database_.write([&](Transaction& transaction) {
        Statement(transaction.connection,
                  "INSERT INTO tally(activity, since_ms, body) VALUES(?1, ?2, ?3)"
                  " ON CONFLICT(activity, since_ms) DO UPDATE SET body = excluded.body")
            .bind(activity, since, json)
            .run();
        Statement(transaction.connection,
                  "DELETE FROM tally WHERE activity = ?1 AND since_ms NOT IN (SELECT since_ms FROM"
                  " tally WHERE activity = ?1 ORDER BY since_ms DESC LIMIT ?2)")
            .bind(activity, kTalliesMax)
            .run();
    });
}

Result<std::vector<std::string>> SqliteHistoryStore::tallies(base::ActivityId activity) {
    return database_.read([&](Connection& connection) {
        std::vector<std::string> found;
        Statement query(connection, "SELECT body FROM tally WHERE activity = ?1 ORDER BY since_ms");
        query.bind(activity);
        while (query.step()) found.push_back(query.text(0));
        return found;
    });
}

}  // namespace sluice::adapter
