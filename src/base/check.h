// SPDX-License-Identifier: Apache-2.0
// CHECK: a bug stops the process at once, in every build; the ledger is the truth, restart
// recovers. For input that a person or a disk can get wrong use Outcome or Result instead.
#pragma once

namespace sluice::base {

/// Prints what failed and where, then aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace sluice::base

#define CHECK(condition)                                                  \
    do {                                                                  \
        if (!(condition)) [[unlikely]]                                    \
            ::sluice::base::check_failed(#condition, __FILE__, __LINE__); \
    } while (false)
