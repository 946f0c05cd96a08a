// SPDX-License-Identifier: Apache-2.0
// Style: the one sheet of all pages: telephone first, light and dark as the device says, no fonts
// or pictures to wait for. Text keeps a contrast of 4.5 to 1 in both.
#pragma once

#include <string_view>

namespace sluice::page {

[[nodiscard]] std::string_view style();

}  // namespace sluice::page
