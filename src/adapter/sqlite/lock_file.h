// SPDX-License-Identifier: Apache-2.0
// LockFile: makes sure that one process alone has the store. The kernel lets go of the lock when
// that process ends, however it ends, so a file that is left behind locks nobody out.
#pragma once

#include <filesystem>

namespace sluice::adapter {

class LockFile {
   public:
    /// Throws Failure, with the process id of the other one, if the store is in use.
    explicit LockFile(const std::filesystem::path& file);
    ~LockFile();
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;

   private:
    int descriptor_ = -1;
};

}  // namespace sluice::adapter
