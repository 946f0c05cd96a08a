// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace sluice::base {

void check_failed(const char* condition, const char* file, int line) noexcept {
    // Not the logger: it allocates and may be the very thing that is broken.
    std::fprintf(stderr, "sluice: bug: CHECK(%s) failed at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace sluice::base
