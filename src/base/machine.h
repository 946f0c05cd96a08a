// SPDX-License-Identifier: Apache-2.0
// Machine: what the host must give a sale: descriptors, an accept queue, a true clock, room on the
// disk. `sluice doctor` prints what is found here, the pre-flight list of the console shows it.
// Threads: any that may wait; nothing is changed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/sentence.h"

namespace sluice::base {

enum class Health : std::uint8_t { good, warning, bad };

/// One thing that was looked at.
struct Finding {
    Health health = Health::good;
    std::string subject;
    Sentence what;  ///< what was seen
    Sentence fix;   ///< what to do; empty if it is good
};

/// Whether the process may have so many descriptors.
[[nodiscard]] Finding check_descriptors(std::uint64_t wanted);
/// Whether a listener may have a queue that holds a start.
[[nodiscard]] Finding check_accept_queue();
/// Whether the kernel says that its clock is synchronised.
[[nodiscard]] Finding check_clock();
/// The room left where `data_dir` is, or will be.
[[nodiscard]] Finding check_disk(const std::string& data_dir);

}  // namespace sluice::base
