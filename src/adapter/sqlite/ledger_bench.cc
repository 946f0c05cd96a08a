// SPDX-License-Identifier: Apache-2.0
// How many orders a second the ledger makes durable, by the size of a batch, and how fast it reads
// them back. Uses the directory for temporary files: set TMPDIR to the disk that is asked about.
#include "adapter/sqlite/ledger.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"

namespace sluice::adapter {
namespace {

class BenchStore {
   public:
    BenchStore() {
        std::string name = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
        reopen();
    }
    ~BenchStore() {
        ledger_.reset();
        database_.reset();
        std::filesystem::remove_all(path_);
    }
    BenchStore(const BenchStore&) = delete;
    BenchStore& operator=(const BenchStore&) = delete;

    void reopen() {
        ledger_.reset();
        database_.reset();
        auto opened = Database::open(path_);
        CHECK(opened.has_value());
        database_ = std::move(*opened);
        ledger_ = std::make_unique<SqliteLedger>(*database_);
    }

    /// Commits `count` orders more.
    void commit(std::size_t count) {
        batch_.clear();
        for (std::size_t at = 0; at < count; ++at) {
            sale::OrderCreated body;
            body.order = {++last_ << 12};
            body.user = {{base::mix64(last_), base::mix64(~last_)}};
            body.key = {base::mix64(last_ << 1), base::mix64(last_ << 2)};
            body.item = {1};
            body.quantity = 1;
            body.unit_price = 199'900;
            batch_.push_back(sale::Record::of(
                last_, {static_cast<std::int64_t>(1'700'000'000'000 + last_)}, body));
        }
        CHECK(ledger_->commit(batch_, {}).has_value());
    }

    [[nodiscard]] std::uint64_t replay() {
        std::uint64_t count = 0;
        const auto replayed = ledger_->replay([&](const sale::Record&) -> base::Result<void> {
            ++count;
            return {};
        });
        CHECK(replayed.has_value());
        return count;
    }

   private:
    std::filesystem::path path_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<SqliteLedger> ledger_;
    std::vector<sale::Record> batch_;
    std::uint64_t last_ = 0;
};

void commit_orders(benchmark::State& state) {
    BenchStore store;
    const auto count = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) store.commit(count);
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(commit_orders)->Arg(1)->Arg(100)->Arg(1000)->Arg(5000)->UseRealTime();

void open_and_replay_a_million_orders(benchmark::State& state) {
    BenchStore store;
    for (int at = 0; at < 200; ++at) store.commit(5000);
    for (auto _ : state) {
        store.reopen();
        CHECK(store.replay() == 1'000'000);
    }
    state.SetItemsProcessed(state.iterations() * 1'000'000);
}
BENCHMARK(open_and_replay_a_million_orders)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace sluice::adapter

BENCHMARK_MAIN();
