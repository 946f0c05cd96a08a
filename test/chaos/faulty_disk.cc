// SPDX-License-Identifier: Apache-2.0
// FaultyDisk: a disk that breaks on command, put under the unmodified program by LD_PRELOAD. It
// stands between the program and the C library for files directly in $FAULTY_DISK_DIR.
//   $FAULTY_DISK_CONTROL  a file of 4096 bytes, shared with the test: switches and counters below
//   $FAULTY_DISK_JOURNAL  a folder that holds what a power cut would leave, see below
// What is durable. The files that everybody reads are the page cache. Beside them, for each file:
//   <id>.kept   its content as of its last successful sync
//   <id>.dirty  a byte for each page of 4 KiB that was written since; a sync copies these pages
//   now, kept   lines `id name`: the names that are, and those as of the last sync of the folder
// A failed sync forgets which pages are dirty, as Linux does: they stay readable, and a later sync
// reports success without having written them. All of it outlives the process, so that what one
// process did not sync the next one may. test/chaos/power_cut.py turns the clock back to it.
// Threads: any; one mutex. Not here: memory maps, of which SQLite has one, of the file -shm, which
// it makes anew after a crash.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace {

/// The words of the control file, in this order; test/chaos/power_cut.py has the same list.
struct Control {
    std::uint64_t write_error;    ///< errno of every call that writes or grows a file; 0: none
    std::uint64_t read_only;      ///< not 0: EROFS for all that changes anything
    std::uint64_t sync_error;     ///< errno of every sync; 0: none
    std::uint64_t store_error;    ///< errno of every sync of sluice.db alone: checkpoints; 0: none
    std::uint64_t sync_failures;  ///< syncs that fail before the disk is well again; 0: all
    std::uint64_t short_writes;   ///< not 0: of each write only a part is done
    std::uint64_t sync_ms;        ///< how long a sync takes
    std::uint64_t stalls;         ///< not 0: syncs wait until it is 0
    std::uint64_t dies_in;        ///< SIGKILL at this step of the disk, counted down; 0: never
    std::uint64_t writes, writes_failed, syncs, syncs_failed;  // counted, for the test to read
    std::uint64_t stalled;                                     ///< syncs that had to wait
    std::uint64_t last_id;
};

constexpr std::size_t kPage = 4096;
constexpr std::size_t kSector = 512;
constexpr std::size_t kPagesMax = 65536;  // 256 MiB a file
constexpr std::size_t kDescriptorsMax = 65536;
constexpr std::uint64_t kUnknown = 0;
constexpr std::uint64_t kForeign = ~std::uint64_t{0};
constexpr std::uint64_t kVolatile = kForeign - 1;  // of the folder, but nothing that is kept
constexpr std::uint64_t kFolder = kForeign - 2;

/// Not 0 while a thread does what a call of the program asked for: calls that come from here, by
/// way of the standard library, too, are the real ones.
thread_local int depth = 0;
struct Inside {
    Inside() { ++depth; }
    ~Inside() { --depth; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
};

/// The function that the program would have called without us.
template <class Function>
Function* real(const char* name, Function* /*of this type*/) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}
#define REAL(name)                                     \
    (*[] {                                             \
        static auto* const found = real(#name, &name); \
        return found;                                  \
    }())

/// What was written to a file, and what of it a power cut would leave.
struct File {
    int live = -1;
    int kept = -1;
    unsigned char* dirty = nullptr;
};

class Disk {
   public:
    Disk() {
        const char* folder = std::getenv("FAULTY_DISK_DIR");
        const char* control = std::getenv("FAULTY_DISK_CONTROL");
        const char* journal = std::getenv("FAULTY_DISK_JOURNAL");
        if (folder == nullptr || control == nullptr || journal == nullptr) return;
        folder_ = std::filesystem::weakly_canonical(folder);
        journal_ = journal;
        const int file = REAL(open)(control, O_RDWR | O_CLOEXEC);
        void* const words = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (file < 0 || words == MAP_FAILED) std::abort();
        control_ = static_cast<Control*>(words);
        now_ = load("now");
        kept_ = load("kept");
        if (std::filesystem::exists(folder_)) adopt();
    }

    [[nodiscard]] bool is_on() const { return control_ != nullptr; }
    Control& control() { return *control_; }
    std::mutex& mutex() { return mutex_; }

    /// The name of a file of the folder; "" if it is elsewhere.
    std::string name_of(const char* path) const {
        if (!is_on() || path == nullptr) return "";
        std::filesystem::path whole = path;
        if (whole.is_relative()) {
            std::array<char, 4096> here{};
            if (getcwd(here.data(), here.size()) == nullptr) return "";
            whole = std::filesystem::path(here.data()) / whole;
        }
        whole = whole.lexically_normal();
        return whole.parent_path() == folder_ ? whole.filename().string() : "";
    }

    /// What an open descriptor stands for: an id, kFolder, kVolatile or kForeign.
    std::uint64_t id_of(int descriptor) {
        if (!is_on() || descriptor < 0 || descriptor >= static_cast<int>(kDescriptorsMax))
            return kForeign;
        std::uint64_t& id = ids_[static_cast<std::size_t>(descriptor)];
        if (id == kUnknown) id = look_up(descriptor);
        return id;
    }
    void forget(int descriptor) {
        if (descriptor >= 0 && descriptor < static_cast<int>(kDescriptorsMax))
            ids_[static_cast<std::size_t>(descriptor)] = kUnknown;
    }

    /// Once for each thing that a power cut may come before.
    void step() {
        if (control_->dies_in != 0 && --control_->dies_in == 0) kill(getpid(), SIGKILL);
    }

    /// The errno of a call that writes; 0: it may.
    int write_fault() {
        step();
        ++control_->writes;
        const int error =
            control_->read_only != 0 ? EROFS : static_cast<int>(control_->write_error);
        if (error != 0) ++control_->writes_failed;
        return error;
    }
    int change_fault() {
        step();
        return control_->read_only != 0 ? EROFS : 0;
    }

    void soil(std::uint64_t id, std::uint64_t begin, std::uint64_t end) {
        if (id >= kFolder || begin >= end) return;
        const File& file = files_.at(id);
        if (end > kPagesMax * kPage) std::abort();  // more than this disk keeps an eye on
        for (std::uint64_t page = begin / kPage; page * kPage < end; ++page) file.dirty[page] = 1;
    }

    /// Makes a file, or the names of the folder, durable.
    int sync(std::uint64_t id) {
        step();
        ++control_->syncs;
        const int error = sync_fault(id);
        if (error != 0) ++control_->syncs_failed;
        if (id == kFolder) {
            if (error == 0) save("kept", kept_ = now_);
        } else if (id < kFolder) {
            copy_dirty(files_.at(id), error == 0);
        }
        return error;
    }

    void add(const std::string& name) {
        if (!now_.contains(name)) give(name, ++control_->last_id);
    }
    void link(const std::string& source, const std::string& target) {
        if (const auto found = now_.find(source); found != now_.end()) give(target, found->second);
    }
    void remove(const std::string& name) {
        now_.erase(name);
        save("now", now_);
    }

   private:
    using Names = std::map<std::string, std::uint64_t>;

    std::filesystem::path part(std::uint64_t id, const char* kind) const {
        return journal_ / (std::to_string(id) + kind);
    }

    Names load(const char* which) const {
        Names names;
        std::ifstream in(journal_ / which);
        std::uint64_t id = 0;
        std::string name;
        while (in >> id >> name) names[name] = id;
        return names;
    }
    void save(const char* which, const Names& names) const {
        std::string text;
        for (const auto& [name, id] : names) text += std::to_string(id) + " " + name + "\n";
        const std::string beside = journal_ / (std::string(which) + ".new");
        const int out = REAL(open)(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (REAL(write)(out, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            std::abort();
        REAL(close)(out);
        REAL(rename)(beside.c_str(), (journal_ / which).c_str());
    }

    /// What was there before us is durable.
    void adopt() {
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
            const std::string name = entry.path().filename();
            if (!entry.is_regular_file() || now_.contains(name) || is_volatile(name)) continue;
            const std::uint64_t id = ++control_->last_id;
            std::filesystem::copy_file(entry.path(), part(id, ".kept"));
            now_[name] = kept_[name] = id;
        }
        save("now", now_);
        save("kept", kept_);
    }

    /// SQLite's shared memory, and files that are open but have no name any more.
    static bool is_volatile(std::string_view name) {
        return name.ends_with("-shm") || name.find(' ') != name.npos;
    }

    void give(const std::string& name, std::uint64_t id) {
        if (is_volatile(name)) return;
        now_[name] = id;
        save("now", now_);
    }

    std::uint64_t look_up(int descriptor) {
        std::array<char, 4096> path{};
        const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
        if (readlink(link.c_str(), path.data(), path.size() - 1) < 0) return kForeign;
        if (folder_ == path.data()) return kFolder;
        const std::string name = name_of(path.data());
        if (name.empty()) return kForeign;
        if (is_volatile(name)) return kVolatile;
        add(name);  // mkstemp() and fopen() open files behind our back
        const std::uint64_t id = now_.at(name);
        if (!files_.contains(id)) files_[id] = watch(id, link);
        return id;
    }

    /// Its descriptors stay open: closing one would let go of SQLite's locks on the file.
    File watch(std::uint64_t id, const std::string& live) const {
        File file;
        const auto open_part = [&](const char* kind) {
            return REAL(open)(part(id, kind).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        };
        file.live = REAL(open)(live.c_str(), O_RDONLY | O_CLOEXEC);
        file.kept = open_part(".kept");
        const int dirty = open_part(".dirty");
        void* bytes = MAP_FAILED;
        if (REAL(ftruncate)(dirty, kPagesMax) == 0)
            bytes = mmap(nullptr, kPagesMax, PROT_READ | PROT_WRITE, MAP_SHARED, dirty, 0);
        if (file.live < 0 || file.kept < 0 || bytes == MAP_FAILED) std::abort();
        REAL(close)(dirty);
        file.dirty = static_cast<unsigned char*>(bytes);
        return file;
    }

    int sync_fault(std::uint64_t id) {
        if (control_->read_only != 0) return EROFS;
        if (control_->store_error != 0) {
            const auto store = now_.find("sluice.db");
            if (store != now_.end() && store->second == id)
                return static_cast<int>(control_->store_error);
        }
        const int error = static_cast<int>(control_->sync_error);
        if (error != 0 && control_->sync_failures != 0 && --control_->sync_failures == 0)
            control_->sync_error = 0;
        return error;
    }

    void copy_dirty(const File& file, bool keeps) {
        struct stat status {};
        if (fstat(file.live, &status) != 0) std::abort();
        unsigned char* const end = file.dirty + kPagesMax;
        for (auto* page = std::find(file.dirty, end, 1); page != end;
             page = std::find(page, end, 1)) {
            *page = 0;
            if (keeps) copy_page(file, (page - file.dirty) * static_cast<off_t>(kPage));
        }
        if (keeps && REAL(ftruncate)(file.kept, status.st_size) != 0) std::abort();
    }
    void copy_page(const File& file, off_t at) {
        std::array<char, kPage> bytes{};
        const ssize_t got = pread(file.live, bytes.data(), bytes.size(), at);
        if (got <= 0) return;  // behind the end: it was cut off
        step();
        if (REAL(pwrite)(file.kept, bytes.data(), static_cast<std::size_t>(got), at) != got)
            std::abort();
    }

    std::filesystem::path folder_;
    std::filesystem::path journal_;
    Control* control_ = nullptr;
    std::mutex mutex_;
    std::array<std::uint64_t, kDescriptorsMax> ids_{};
    std::map<std::uint64_t, File> files_;
    Names now_;
    Names kept_;
};

/// Never destroyed: threads write until the very end of the process.
Disk& disk() {
    static Disk& only = *new Disk;
    return only;
}

int failed(int error) {
    errno = error;
    return -1;
}

/// One write of `size` bytes at `at` (-1: where the descriptor stands), by `call`.
template <class Call>
ssize_t write_with(int descriptor, std::size_t size, off_t at, const Call& call) {
    if (depth > 0 || size == 0) return call(size);
    const Inside inside;
    Disk& under = disk();
    std::unique_lock lock(under.mutex());
    const std::uint64_t id = under.id_of(descriptor);
    if (id == kForeign || id == kFolder) {
        lock.unlock();
        return call(size);
    }
    if (const int error = under.write_fault(); error != 0) return failed(error);
    // Small writes are whole: no disk tears what fits into a sector.
    if (under.control().short_writes != 0 && size > kSector)
        size = (size / 2 / kSector + 1) * kSector;
    if (at < 0) {
        const bool appends = (fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
        at = lseek(descriptor, 0, appends ? SEEK_END : SEEK_CUR);
    }
    under.soil(id, static_cast<std::uint64_t>(at), static_cast<std::uint64_t>(at) + size);
    return call(size);
}

/// Changes the size of a file by `call`; `end` is what it may touch up to.
template <class Call>
int resize_with(int descriptor, off_t end, const Call& call) {
    if (depth > 0) return call();
    const Inside inside;
    Disk& under = disk();
    const std::lock_guard lock(under.mutex());
    const std::uint64_t id = under.id_of(descriptor);
    if (id == kForeign || id == kFolder) return call();
    if (const int error = under.write_fault(); error != 0) return failed(error);
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return -1;
    const auto [low, high] = std::minmax(status.st_size, end);
    under.soil(id, static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high));
    return call();
}

void pause(std::uint64_t ms) {
    const timespec time{static_cast<time_t>(ms / 1000), static_cast<long>(ms % 1000) * 1'000'000};
    nanosleep(&time, nullptr);
}

/// The test clears it while we look.
bool is_set(const std::uint64_t& word) {
    return *static_cast<const volatile std::uint64_t*>(&word) != 0;
}

int sync_with(int descriptor, int (*call)(int)) {
    if (depth > 0) return call(descriptor);
    const Inside inside;
    Disk& under = disk();
    std::unique_lock lock(under.mutex());
    const std::uint64_t id = under.id_of(descriptor);
    if (id == kForeign) {
        lock.unlock();
        return call(descriptor);
    }
    lock.unlock();  // others may read and write meanwhile
    if (under.control().sync_ms != 0) pause(under.control().sync_ms);
    if (is_set(under.control().stalls)) {
        lock.lock();
        ++under.control().stalled;
        lock.unlock();
        while (is_set(under.control().stalls)) pause(1);
    }
    lock.lock();
    // The real disk is left in peace: what survives is what the journal has.
    const int error = under.sync(id);
    return error == 0 ? 0 : failed(error);
}

int open_with(const char* path, int flags, mode_t mode, int (*call)(const char*, int, ...)) {
    if (depth > 0) return call(path, flags, mode);
    const Inside inside;
    Disk& under = disk();
    const std::string name = under.name_of(path);
    if (name.empty()) return call(path, flags, mode);
    const std::lock_guard lock(under.mutex());
    const bool exists = access(path, F_OK) == 0;
    const bool makes = (flags & O_CREAT) != 0 && !exists;
    const bool changes = makes || (flags & O_ACCMODE) != O_RDONLY;
    if (changes && under.control().read_only != 0) return failed(EROFS);
    if (makes && under.control().write_error != 0)
        return failed(static_cast<int>(under.control().write_error));
    const int descriptor = call(path, flags, mode);
    if (descriptor < 0) return descriptor;
    under.forget(descriptor);
    if (makes) under.add(name);
    return descriptor;
}

mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

/// A change of names by `call`, which `then` notes if it succeeded.
template <class Call, class Then>
int rename_with(const char* path, const Call& call, const Then& then) {
    if (depth > 0) return call();
    const Inside inside;
    Disk& under = disk();
    const std::string name = under.name_of(path);
    if (name.empty()) return call();
    const std::lock_guard lock(under.mutex());
    if (const int error = under.change_fault(); error != 0) return failed(error);
    const int done = call();
    if (done == 0) then(under, name);
    return done;
}

}  // namespace

// The C library's own names, with and without the 64 that large files once needed.
extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_with(path, flags, mode, &REAL(open));
}
int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_with(path, flags, mode, &REAL(open64));
}
int close(int descriptor) {
    if (depth == 0) {
        const Inside inside;
        Disk& under = disk();
        const std::lock_guard lock(under.mutex());
        under.forget(descriptor);
    }
    return REAL(close)(descriptor);
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
    return write_with(descriptor, size, -1,
                      [&](size_t part) { return REAL(write)(descriptor, bytes, part); });
}
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) {
    return write_with(descriptor, size, at,
                      [&](size_t part) { return REAL(pwrite)(descriptor, bytes, part, at); });
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at) {
    return write_with(descriptor, size, at,
                      [&](size_t part) { return REAL(pwrite)(descriptor, bytes, part, at); });
}

int ftruncate(int descriptor, off_t size) noexcept {
    return resize_with(descriptor, size, [&] { return REAL(ftruncate)(descriptor, size); });
}
int ftruncate64(int descriptor, off64_t size) noexcept {
    return resize_with(descriptor, size, [&] { return REAL(ftruncate)(descriptor, size); });
}
int fsync(int descriptor) { return sync_with(descriptor, &REAL(fsync)); }
int fdatasync(int descriptor) { return sync_with(descriptor, &REAL(fdatasync)); }

int unlink(const char* path) noexcept {
    return rename_with(
        path, [&] { return REAL(unlink)(path); },
        [](Disk& under, const std::string& name) { under.remove(name); });
}
int remove(const char* path) noexcept {
    return rename_with(
        path, [&] { return REAL(remove)(path); },
        [](Disk& under, const std::string& name) { under.remove(name); });
}
int link(const char* source, const char* target) noexcept {
    return rename_with(
        target, [&] { return REAL(link)(source, target); },
        [&](Disk& under, const std::string& name) { under.link(under.name_of(source), name); });
}
int rename(const char* source, const char* target) noexcept {
    return rename_with(
        target, [&] { return REAL(rename)(source, target); },
        [&](Disk& under, const std::string& name) {
            under.link(under.name_of(source), name);
            under.remove(under.name_of(source));
        });
}

}  // extern "C"
