// SPDX-License-Identifier: Apache-2.0
#include "sale/recover.h"

#include <fmt/format.h>

#include <string_view>

namespace sluice::sale {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

Result<void> too_many(std::string_view what, std::size_t most) {
    return failure(ErrorCode::full,
                   fmt::format("the ledger has more than the {} {} that the configuration "
                               "allows; raise sale.{}_max",
                               most, what, what));
}

/// An error instead of a CHECK for what a changed configuration or foreign data can cause.
Result<void> check_fits(const Sale& sale, const Record& record) {
    if (record.seq != sale.last_seq() + 1 || record.at < sale.last_at())
        return failure(ErrorCode::damaged, fmt::format("record {} does not follow record {}",
                                                       record.seq, sale.last_seq()));
    const std::size_t size = body_size(record.kind);
    if (size == 0 || size != record.size)
        return failure(
            ErrorCode::unsupported,
            fmt::format("record {} is of kind {}, which this version does not know; it was "
                        "written by a newer sluice, so start that one",
                        record.seq, static_cast<unsigned>(record.kind)));
    if (record.kind == RecordKind::order_created && sale.orders().full())
        return too_many("orders", sale.orders().all().size());
    if (record.kind == RecordKind::payment_opened && sale.payments().full())
        return too_many("payments", sale.payments().all().size());
    return {};
}

}  // namespace

// PATH recover 2/4 Reads every record from the ledger and adds it to the empty sale. Next:
// adapter/sqlite/ledger.cc
Result<Recovered> recover(Ledger& ledger, Sale& sale) {
    CHECK(sale.last_seq() == 0);
    const auto replayed = ledger.replay([&sale](const Record& record) -> Result<void> {
        if (auto fits = check_fits(sale, record); !fits) return fits;
        sale.apply(record);
        return {};
    });
    if (!replayed) return std::unexpected(replayed.error());
    const auto stop = ledger.last_clean_stop();
    if (!stop) return std::unexpected(stop.error());

    Recovered recovered{.records = sale.last_seq(), .state_hash = sale.hash()};
    if (stop->seq != 0 && stop->seq == sale.last_seq()) {
        if (stop->state_hash != recovered.state_hash)
            return failure(
                ErrorCode::damaged,
                fmt::format("after {} records the state is {:016x}, but the last clean stop "
                            "left {:016x}; restore a backup, or start the version that wrote it",
                            stop->seq, recovered.state_hash, stop->state_hash));
        recovered.clean = true;
    }
    return recovered;
}

}  // namespace sluice::sale
