// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "adapter/sqlite/connection.h"

namespace sluice::adapter {

using base::ErrorCode;

namespace {

std::string pid_in(int descriptor) {
    std::array<char, 24> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size() - 1, 0);
    std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    pid.erase(pid.find_last_not_of('\n') + 1);
    return pid.empty() ? "unknown" : pid;
}

}  // namespace

LockFile::LockFile(const std::filesystem::path& file) {
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0)
        refuse(ErrorCode::unavailable, "cannot open " + file.string() + ": " +
                                           std::strerror(errno) +
                                           "; check the owner and the mode of the data directory");
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        const std::string pid = pid_in(descriptor_);
        ::close(descriptor_);
        if (reason != EWOULDBLOCK)
            refuse(ErrorCode::unavailable,
                   "cannot lock " + file.string() + ": " + std::strerror(reason));
        refuse(ErrorCode::conflict, "the data directory " + file.parent_path().string() +
                                        " is in use by process " + pid +
                                        "; stop that process, or choose another data directory");
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    // The number is a service to people; the lock itself holds without it.
    if (::ftruncate(descriptor_, 0) == 0)
        static_cast<void>(::pwrite(descriptor_, pid.data(), pid.size(), 0) < 0);
}

LockFile::~LockFile() { ::close(descriptor_); }

}  // namespace sluice::adapter
