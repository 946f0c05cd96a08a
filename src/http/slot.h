// SPDX-License-Identifier: Apache-2.0
// Slot: a place for one client of a door, used again by the next one.
// Owner: DoorLoop.      Threads: the door's own.
#pragma once

#include <cstdint>

#include "http/address_counts.h"
#include "http/connection.h"

namespace sluice::http {

/// `life` tells an event of an earlier client of the same place.
struct Slot {
    Slot(DoorLoop& door, std::uint32_t index) : connection(door, index) {}
    Connection connection;
    int fd = -1;
    std::uint32_t life = 0;
    std::uint32_t watched = 0;  ///< what the kernel reports, each time that more comes; 0: nothing
    std::uint32_t awaited = 0;  ///< what the connection wants to hear, once
    bool unread = false;        ///< the kernel told of input that nobody has read to its end
    bool hides = false;         ///< behind what was read may be its end, or urgent data
    bool set_aside = false;     ///< it asked, and waits in the backlog
    AddressCounts::Place address = 0;
};

}  // namespace sluice::http
