// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "adapter/sqlite/schema.h"
#include "base/log.h"

namespace sluice::adapter {

using base::ErrorCode;
using base::Result;

namespace {

/// Runs `work`; what it throws becomes an Error. No exception leaves this folder.
template <class Work>
Result<void> guarded(Work&& work) {
    try {
        work();
        return {};
    } catch (Failure& failure) {
        return std::unexpected(std::move(failure.error));
    } catch (const std::exception& problem) {
        return base::failure(ErrorCode::unavailable,
                             std::string("the store could not do its work: ") + problem.what());
    }
}

void make_directory(const std::filesystem::path& directory) {
    namespace fs = std::filesystem;
    std::error_code error;
    const bool made = fs::create_directories(directory, error);
    if (made) fs::permissions(directory, fs::perms::owner_all, error);
    if (error || !fs::is_directory(directory, error))
        refuse(ErrorCode::unavailable,
               "cannot make the data directory " + directory.string() + ": " +
                   (error ? error.message() : "it is not a directory") +
                   "; choose another one, or check who owns the one above it");
}

/// So that a power cut cannot take the name of the file away.
void sync_folder_of(const std::filesystem::path& file) {
    const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

/// SQLite would make the file with the mode of the umask; this one is for the owner alone. Its
/// write-ahead log and shared memory inherit the mode.
void make_file(const std::filesystem::path& file) {
    const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0) {
        if (errno == EEXIST) return;
        refuse(ErrorCode::unavailable,
               "cannot make " + file.string() + ": " + std::strerror(errno));
    }
    ::close(made);
    sync_folder_of(file);
}

/// An open file that closes itself.
class OpenFile {
   public:
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    ~OpenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    [[nodiscard]] int get() const { return descriptor_; }

   private:
    int descriptor_;
};

[[noreturn]] void refuse_disk(const std::filesystem::path& file, int reason) {
    const bool full = reason == ENOSPC || reason == EDQUOT;
    refuse(ErrorCode::unavailable,
           "cannot write " + file.string() + ": " + std::strerror(reason) +
               (full ? "; free some space on its disk, then restart"
                     : "; look for disk errors in the system's log, then restart"));
}

/// SQLite would only say that it cannot open its files.
void check_disk_writes(const std::filesystem::path& data_dir) {
    const std::filesystem::path file = data_dir / "sluice.probe";
    const std::array<char, 4096> page{};
    int reason = 0;
    {
        const OpenFile probe(
            ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (probe.get() < 0 || ::pwrite(probe.get(), page.data(), page.size(), 0) < 0)
            reason = errno;
    }
    ::unlink(file.c_str());
    if (reason != 0) refuse_disk(file, reason);
}

/// Puts the bytes of a file on the disk once more, as they are.
bool write_again(int descriptor) {
    std::vector<char> part(std::size_t{1} << 20);
    for (off_t at = 0;;) {
        const ssize_t got = ::pread(descriptor, part.data(), part.size(), at);
        if (got <= 0) return got == 0 && ::fdatasync(descriptor) == 0;
        for (ssize_t put = 0; put < got;) {
            const ssize_t some = ::pwrite(descriptor, part.data() + put,
                                          static_cast<std::size_t>(got - put), at + put);
            if (some <= 0) return false;
            put += some;
        }
        at += got;
    }
}

/// Makes durable what the write-ahead log shows, before anybody is told of it. The process before
/// this one may have died between a write and its sync: then the kernel still shows the record, and
/// a power cut would take it away. A sync alone would not do: after a failed one the kernel takes
/// the pages for written, and the next sync succeeds without them.
void settle_log(const std::filesystem::path& file) {
    std::filesystem::path log = file;
    log += "-wal";
    const OpenFile opened(::open(log.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (opened.get() < 0 && errno == ENOENT) return;
    if (opened.get() < 0 || !write_again(opened.get())) refuse_disk(log, errno);
    sync_folder_of(file);
}

/// Asks the kernel to begin to read the whole file, which is about to be checked page by page: from
/// a cold disk that would wait for each. Before SQLite opens it, whose locks a close would drop.
void read_ahead(const std::filesystem::path& file) {
    const OpenFile opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (opened.get() < 0) return;
    constexpr off_t kPart = 128 * 1024;  // the kernel drops what is beyond its own read-ahead
    const off_t size = ::lseek(opened.get(), 0, SEEK_END);
    for (off_t at = 0; at < size; at += kPart)
        ::posix_fadvise(opened.get(), at, kPart, POSIX_FADV_WILLNEED);
}

Reach reach_of(Connection& connection) {
    Reach reach;
    Statement last(connection, "SELECT seq, sum FROM record ORDER BY seq DESC LIMIT 1");
    if (last.step()) {
        reach.record_seq = last.number<std::uint64_t>(0);
        reach.record_sum = last.number<std::uint64_t>(1);
    }
    reach.audit_seq = static_cast<std::uint64_t>(connection.number("SELECT max(seq) FROM audit"));
    return reach;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& data_dir,
                                                 const DatabaseOptions& options) {
    std::unique_ptr<Database> database;
    auto opened = guarded([&] { database.reset(new Database(data_dir, options)); });
    if (!opened) return std::unexpected(std::move(opened).error());
    return database;
}

Database::Database(const std::filesystem::path& data_dir, const DatabaseOptions& options)
    : options_(options), file_(data_dir / "sluice.db") {
    make_directory(data_dir);
    lock_ = std::make_unique<LockFile>(data_dir / "sluice.lock");  // before anything is touched
    mark_ = std::make_unique<DurableMark>(data_dir / "sluice.mark");
    make_file(file_);
    check_disk_writes(data_dir);
    settle_log(file_);  // before it is read
    read_ahead(file_);
    writer_ = std::make_unique<Connection>(file_, Connection::Mode::read_write);
    open_schema(*writer_, file_);
    configure_writer();
    reach_ = reach_of(*writer_);
    check_reach();
    reader_ = std::make_unique<Connection>(file_, Connection::Mode::read_only);
}

Database::~Database() = default;

void Database::configure_writer() {
    if (Statement query(*writer_, "PRAGMA journal_mode = WAL"); query.step())
        if (query.text(0) != "wal")
            refuse(ErrorCode::unavailable,
                   file_.string() +
                       " cannot have a write-ahead log here; the data directory must be on a local "
                       "disk");
    // FULL: the log is synced before COMMIT returns. The size limit keeps the file of the log
    // allocated from one round to the next: overwriting is cheaper to sync than growing.
    const std::string sql =
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = " +
        std::to_string(std::uint64_t{options_.checkpoint_pages} * 2 * 4096) +
        "; PRAGMA cache_size = -16384;";
    writer_->execute(sql.c_str());
    if (options_.pages_max != 0)
        writer_->execute(("PRAGMA max_page_count = " + std::to_string(options_.pages_max)).c_str());
    sqlite3_wal_hook(writer_->raw(), &Database::on_commit, this);
}

void Database::check_reach() {
    const Reach& marked = mark_->found();
    const auto refuse_lost = [&](const std::string& what) {
        refuse(ErrorCode::damaged,
               file_.string() + " is damaged or was replaced by an older one: " + what + ". Was " +
                   file_.filename().string() +
                   "-wal removed or left behind? Put it back, or restore a backup. If this is a "
                   "backup that you mean to go on with, delete sluice.mark beside it");
    };
    if (reach_.record_seq < marked.record_seq)
        refuse_lost("it ends with record " + std::to_string(reach_.record_seq) + ", but record " +
                    std::to_string(marked.record_seq) + " had been stored");
    if (reach_.record_seq == marked.record_seq && reach_.record_sum != marked.record_sum)
        refuse_lost("record " + std::to_string(reach_.record_seq) +
                    " is not the one that had been stored");
    if (reach_.audit_seq < marked.audit_seq)
        refuse_lost("its audit log ends with entry " + std::to_string(reach_.audit_seq) +
                    ", but entry " + std::to_string(marked.audit_seq) + " had been stored");
    if (reach_ != marked && !mark_->write(reach_))
        refuse(ErrorCode::unavailable, "cannot write sluice.mark beside " + file_.string());
}

int Database::on_commit(void* self, sqlite3* /*handle*/, const char* /*name*/, int pages) {
    static_cast<Database*>(self)->log_pages_ = static_cast<std::uint32_t>(pages);
    return SQLITE_OK;
}

void Database::checkpoint_if_due() {
    if (log_pages_ < checkpointed_at_) checkpointed_at_ = 0;  // the log began anew
    // Counted from the last checkpoint: while a long read keeps the log from beginning anew, each
    // commit would checkpoint otherwise.
    if (log_pages_ - checkpointed_at_ < options_.checkpoint_pages) return;
    const int code = sqlite3_wal_checkpoint_v2(writer_->raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                               nullptr, nullptr);
    if (code != SQLITE_OK && code != SQLITE_BUSY) {
        try {
            Connection::fail(code, writer_->raw(), "checkpoint");
        } catch (const Failure& failure) {
            stop_writing(failure.error);  // it may have been a sync that failed
            throw Failure{*broken_};
        }
    }
    checkpointed_at_ = log_pages_;
}

Result<void> Database::write_whole(const std::function<void(Transaction&)>& work) {
    const std::lock_guard lock(write_mutex_);
    if (broken_) return std::unexpected(*broken_);
    return guarded([&] {
        // Before this transaction and not after the last one, so that the answers of the last one
        // did not wait for it.
        checkpoint_if_due();
        Transaction transaction{*writer_, reach_};
        writer_->execute("BEGIN IMMEDIATE");
        try {
            work(transaction);
        } catch (...) {
            writer_->roll_back();
            throw;
        }
        commit();
        reach_ = transaction.reach;
        if (!mark_->write(reach_))
            base::log_warn("store_mark_failed", {{"record", reach_.record_seq}});
    });
}

void Database::commit() {
    try {
        writer_->execute("COMMIT");
    } catch (const Failure& failure) {
        // A full disk or a broken rule stops the transaction before its last page is written: it
        // did not happen. Of all else we cannot know.
        const ErrorCode code = failure.error.code;
        if (code != ErrorCode::full && code != ErrorCode::conflict) stop_writing(failure.error);
        writer_->roll_back();
        if (broken_) throw Failure{*broken_};
        throw;
    }
}

void Database::stop_writing(const base::Error& error) {
    broken_ = base::Error{ErrorCode::stopped, error.what, error.sentence};
    // Closing would copy the log into the database file, sync, and remove the log: a second try.
    // The log stays for the next start, which writes it again before it believes it.
    sqlite3_db_config(writer_->raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Result<void> Database::check() const {
    const std::lock_guard lock(write_mutex_);
    if (broken_) return std::unexpected(*broken_);
    return {};
}

Result<void> Database::read_whole(const std::function<void(Connection&)>& work) {
    const std::lock_guard lock(read_mutex_);
    return guarded([&] {
        reader_->execute("BEGIN");  // several selects see one state
        try {
            work(*reader_);
        } catch (...) {
            reader_->roll_back();
            throw;
        }
        reader_->execute("COMMIT");
    });
}

Result<void> Database::read_apart(const std::function<void(Connection&)>& work) {
    return guarded([&] {
        Connection apart(file_, Connection::Mode::read_only);
        work(apart);
    });
}

Result<void> Database::backup_to(const std::filesystem::path& file) {
    return guarded([&] {
        std::error_code error;
        if (std::filesystem::exists(file, error))
            refuse(ErrorCode::conflict, file.string() + " exists already; choose another name");
        std::filesystem::path part = file;
        part += ".part";  // a copy that was cut short must not look like a backup
        std::filesystem::remove(part, error);
        make_file(part);
        {
            Connection source(file_, Connection::Mode::read_only);
            Connection target(part, Connection::Mode::read_write);
            sqlite3_backup* copy = sqlite3_backup_init(target.raw(), "main", source.raw(), "main");
            if (copy == nullptr)
                Connection::fail(sqlite3_extended_errcode(target.raw()), target.raw(), "back up");
            sqlite3_backup_step(copy, -1);
            if (const int code = sqlite3_backup_finish(copy); code != SQLITE_OK)
                Connection::fail(code, target.raw(), "back up to " + part.string());
        }
        std::filesystem::rename(part, file);
    });
}

Reach Database::reach() const {
    const std::lock_guard lock(write_mutex_);
    return reach_;
}

}  // namespace sluice::adapter
