// SPDX-License-Identifier: Apache-2.0
// IdleClients: who of a door has been idle for longest, and goes when there is no room for another.
// Owner: DoorLoop.      Threads: the door's own.
// Idle clients are not kept in order, because every request would pay for that. Who must make room
// is looked for among all, many at a time, and each is looked at again when its turn has come.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "http/slot.h"

namespace sluice::http {

class IdleClients {
   public:
    using Slots = std::span<const std::unique_ptr<Slot>>;

    /// The one of `slots` that has been idle for longest; none if nobody is, or if it is too early
    /// to look again.
    [[nodiscard]] Slot* take_longest(Slots slots, std::int64_t now_ns);

   private:
    void look(Slots slots, std::int64_t now_ns);

    std::vector<std::pair<std::int64_t, std::uint32_t>> found_;  ///< since when, and which slot
    std::int64_t next_look_ns_ = 0;
};

}  // namespace sluice::http
