// SPDX-License-Identifier: Apache-2.0
// Rfc3339: a time as the bytes of its text, for who writes several of them into an answer. Apart
// from time.h, which nearly everything includes.
#pragma once

#include <array>

#include "base/time.h"

namespace sluice::base {

using Rfc3339 = std::array<char, 24>;

/// What to_rfc3339 says, without a string.
[[nodiscard]] Rfc3339 rfc3339_of(Instant at) noexcept;

}  // namespace sluice::base
