// SPDX-License-Identifier: Apache-2.0
// DurableMark: a few bytes beside the store that say how far it had come. SQLite takes a damaged or
// missing write-ahead log for the remains of a crash and silently goes back to an older state; the
// mark shows that there had been more.
//   0  magic         8 bytes
//   8  record_seq    the last durable record
//  16  record_sum    its chain sum
//  24  audit_seq     the last durable audit entry
//  32  check         over the four above
// It is written after each commit and never synced: it costs a microsecond, survives the death of
// the process, and after a power cut it can only be behind the store, which is harmless.
#pragma once

#include <cstdint>
#include <filesystem>

namespace sluice::adapter {

/// How far a store has come.
struct Reach {
    std::uint64_t record_seq = 0;
    std::uint64_t record_sum = 0;
    std::uint64_t audit_seq = 0;
    bool operator==(const Reach&) const = default;
};

class DurableMark {
   public:
    /// Opens or makes the file. A mark that cannot be read, as a power cut may leave it, counts as
    /// none.
    explicit DurableMark(const std::filesystem::path& file);
    ~DurableMark();
    DurableMark(const DurableMark&) = delete;
    DurableMark& operator=(const DurableMark&) = delete;

    /// What the file said when it was opened.
    [[nodiscard]] const Reach& found() const { return found_; }
    /// False if the file could not be written.
    [[nodiscard]] bool write(const Reach& reach) noexcept;

   private:
    int descriptor_ = -1;
    Reach found_;
};

}  // namespace sluice::adapter
