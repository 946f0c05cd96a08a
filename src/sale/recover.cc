// SPDX-License-Identifier: Apache-2.0
#include "sale/recover.h"

#include <fmt/format.h>

namespace sluice::sale {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

/// An error instead of a CHECK for what a changed configuration or foreign data can cause.
Result<void> check_fits(const Sale& sale, const Record& record) {
    if (record.seq != sale.last_seq() + 1 || record.at < sale.last_at())
        return failure(ErrorCode::damaged, fmt::format("record {} does not follow record {}",
                                                       record.seq, sale.last_seq()));
    if (body_size(record.kind) != record.size)
        return failure(
            ErrorCode::unsupported,
            fmt::format("record {} is of kind {}, which this version does not know; it was "
                        "written by a newer sluice, so start that one",
                        record.seq, static_cast<unsigned>(record.kind)));
    const bool full = (record.kind == RecordKind::order_created && sale.orders().full()) ||
                      (record.kind == RecordKind::payment_opened && sale.payments().full());
    if (full)
        return failure(
            ErrorCode::full,
            fmt::format("the ledger has more than the {} orders or {} payments that the "
                        "configuration allows; raise sale.orders_max and sale.payments_max",
                        sale.orders().all().size(), sale.payments().all().size()));
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
