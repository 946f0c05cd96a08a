// SPDX-License-Identifier: Apache-2.0
// Judge: an observer that believes nothing but what it saw: it keeps every acknowledgement and the
// hash of the state after every record, and compares after each event and each recovery.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>

#include "disk.h"
#include "sale/recover.h"
#include "sale/sale.h"
#include "server.h"

namespace sluice::sim {

class Judge {
   public:
    explicit Judge(const sale::SaleOptions& options);

    /// A record was decided: adds it to a second sale, which only ever applies.
    void on_record(const sale::Record& record);
    /// After an event: what was decided and what was applied must be the same (P8).
    void on_decided(const sale::Sale& sale) const;
    /// An answer leaves the server: P2, P3.
    void on_released(const Reply& reply, const Disk& disk);
    /// After a crash: P2, P8.
    void on_recovered(const sale::Sale& sale, const sale::Recovered& recovered, Disk& disk);
    /// A damaged disk must be refused (P9).
    void on_damaged(Disk disk) const;

   private:
    void check_acknowledged(const sale::Sale& sale) const;

    sale::SaleOptions options_;
    std::unique_ptr<sale::Sale> shadow_;
    std::map<std::uint64_t, std::uint64_t> hashes_;  // by record
    std::map<base::Key128, order::Order> bought_;    // what buyers were told, by key
    std::set<base::Key128> accepted_;                // told so, which happens once
    std::map<base::OrderId, order::Order> orders_;   // the latest that anybody was told
    std::map<base::PaymentId, payment::Payment> payments_;
    std::uint64_t acknowledged_seq_ = 0;
};

}  // namespace sluice::sim
