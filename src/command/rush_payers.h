// SPDX-License-Identifier: Apache-2.0
// RushPayers: the winners of a rush at the cashier, while the crowd still clicks: they open a
// payment, go to the cashier of the sandbox, and pay.
// Owner: a rush.   Threads: one of its own with connections of its own; pay() and finish() are
// called by the rush's.   Fails: what the server does not do is counted; what it does not answer at
// all ends the thread, and finish() says so.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "command/load_engine.h"
#include "command/rush_sale.h"

namespace sluice::command {

/// Somebody who pays.
struct RushPayer {
    std::uint32_t buyer = 0;
    std::uint64_t order = 0;
    std::string_view token;  ///< outlives the rush
};

class RushPayers {
   public:
    /// What became of those who paid since the last finish().
    struct Paid {
        std::uint64_t paid = 0;           ///< the cashier has their money
        std::uint64_t unexpected = 0;     ///< answers that should not have come
        std::vector<std::uint32_t> late;  ///< buyers whose order had run out before they came
        std::map<std::string, std::uint64_t> answers;  ///< refusals by code
    };

    [[nodiscard]] static base::Result<std::unique_ptr<RushPayers>> start(
        const RushAddress& address);
    ~RushPayers();
    RushPayers(const RushPayers&) = delete;
    RushPayers& operator=(const RushPayers&) = delete;

    void pay(const RushPayer& payer);
    /// Waits until everybody has been at the cashier.
    [[nodiscard]] base::Result<Paid> finish();

   private:
    RushPayers(std::unique_ptr<LoadEngine> engine, std::string host);
    void run();
    [[nodiscard]] base::Result<void> serve(const std::vector<RushPayer>& payers);
    [[nodiscard]] base::Result<void> open_payments(const std::vector<RushPayer>& payers,
                                                   std::vector<std::string>& cashiers);
    [[nodiscard]] base::Result<void> visit(const std::vector<std::string>& cashiers);
    [[nodiscard]] bool is_final(const LoadReply& reply);

    std::unique_ptr<LoadEngine> engine_;  // the thread's own, as are the counts while it serves
    const std::string host_;
    Paid paid_;

    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::vector<RushPayer> waiting_;
    bool serving_ = false;
    bool stopping_ = false;
    base::Result<void> state_;
    std::thread thread_;
};

}  // namespace sluice::command
