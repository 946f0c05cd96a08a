// SPDX-License-Identifier: Apache-2.0
// Database: the store of one machine, <data_dir>/sluice.db, with all that keeps it safe.
// Owner: main.   Threads: any. One connection writes and checkpoints, behind one mutex; another one
// only reads, behind its own, so that a look-up never waits for a commit.
//   Never two writers: SQLite 3.40 can lose a committed transaction when one connection resets the
//   write-ahead log while another one checkpoints it. With a single connection that does both, and
//   the lock file against a second process, that cannot happen.
// Limits: DatabaseOptions.
// Fails: a write whose COMMIT failed has an unknown outcome. It and every later write return
//   `stopped`, and nothing is written any more until a restart has read the store again. Never
//   retried: after a failed sync the kernel may have dropped the pages and would report success.
//   For the same reason the start writes the log again, as it is, and syncs it, before it reads it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "adapter/sqlite/connection.h"
#include "adapter/sqlite/durable_mark.h"
#include "adapter/sqlite/lock_file.h"
#include "base/result.h"

namespace sluice::adapter {

struct DatabaseOptions {
    /// The write-ahead log is copied into the database file when it has this many pages of 4 KiB:
    /// 2 MiB. Fewer mean shorter but more frequent pauses of the ledger, and more pages written
    /// twice.
    std::uint32_t checkpoint_pages = 512;
    /// Most pages of 4 KiB that the database may have; 0: as many as the disk holds.
    std::uint32_t pages_max = 0;
};

/// An open write transaction, as the work inside it sees it.
struct Transaction {
    Connection& connection;
    Reach reach;  ///< what the store will have reached when this is committed; the work moves it on
};

class Database {
   public:
    /// Opens or makes the store in `data_dir` (made with mode 0700). conflict: another process has
    /// it; damaged, unsupported, invalid: see schema.h; the text says what to do.
    [[nodiscard]] static base::Result<std::unique_ptr<Database>> open(
        const std::filesystem::path& data_dir, const DatabaseOptions& options = {});
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs `work(Transaction&)` in one transaction and makes it durable. If the work throws a
    /// Failure, nothing has happened.
    template <class Work>
    [[nodiscard]] auto write(Work&& work)
        -> base::Result<std::invoke_result_t<Work&, Transaction&>> {
        return collect<std::invoke_result_t<Work&, Transaction&>, Transaction>(
            work, [this](const auto& whole) { return write_whole(whole); });
    }

    /// Runs `work(Connection&)` on one state of the store, without waiting for writes.
    template <class Work>
    [[nodiscard]] auto read(Work&& work) -> base::Result<std::invoke_result_t<Work&, Connection&>> {
        return collect<std::invoke_result_t<Work&, Connection&>, Connection>(
            work, [this](const auto& whole) { return read_whole(whole); });
    }

    /// Like read, but on a connection of its own: for long reads, which would hold up the others.
    [[nodiscard]] base::Result<void> read_apart(const std::function<void(Connection&)>& work);

    /// Copies the store, as it is now, into a new file; the server may go on selling meanwhile.
    [[nodiscard]] base::Result<void> backup_to(const std::filesystem::path& file);

    /// The error that every write returns since one had an unknown outcome. Waits for a write that
    /// is under way.
    [[nodiscard]] base::Result<void> check() const;
    /// What is durable.
    [[nodiscard]] Reach reach() const;
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

   private:
    Database(const std::filesystem::path& data_dir, const DatabaseOptions& options);

    /// Turns work with a value into work without one, and back.
    template <class Value, class Access, class Work, class Run>
    static base::Result<Value> collect(Work& work, const Run& run) {
        if constexpr (std::is_void_v<Value>) {
            return run([&work](Access& access) { work(access); });
        } else {
            std::optional<Value> value;
            auto ran = run([&](Access& access) { value.emplace(work(access)); });
            if (!ran) return std::unexpected(std::move(ran).error());
            return std::move(*value);
        }
    }

    [[nodiscard]] base::Result<void> write_whole(const std::function<void(Transaction&)>& work);
    [[nodiscard]] base::Result<void> read_whole(const std::function<void(Connection&)>& work);
    void commit();
    void stop_writing(const base::Error& error);
    void checkpoint_if_due();
    void configure_writer();
    void check_reach();
    static int on_commit(void* self, sqlite3* handle, const char* name, int pages);

    DatabaseOptions options_;
    std::filesystem::path file_;
    std::unique_ptr<LockFile> lock_;  // first, so that it is let go last
    std::unique_ptr<DurableMark> mark_;

    mutable std::mutex write_mutex_;
    std::unique_ptr<Connection> writer_;
    Reach reach_;
    std::optional<base::Error> broken_;
    std::uint32_t log_pages_ = 0;        // of the write-ahead log, after the last commit
    std::uint32_t checkpointed_at_ = 0;  // what log_pages_ was at the last checkpoint

    std::mutex read_mutex_;
    std::unique_ptr<Connection> reader_;  // after the writer, so that it is closed before it
};

}  // namespace sluice::adapter
