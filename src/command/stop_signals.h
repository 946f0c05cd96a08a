// SPDX-License-Identifier: Apache-2.0
// Stop signals: SIGTERM, Ctrl-C, and the hang-up of a terminal. They are blocked and asked for, not
// handled, so that no work is interrupted anywhere and everything is put away at the end.
#pragma once

namespace sluice::command {

/// Blocks the stop signals for this thread and those that it starts. Before the first thread.
void block_stop_signals();
/// True if one of them came and was not taken by wait_for_stop_signal yet. They must be blocked.
[[nodiscard]] bool stop_requested();
/// Waits for one and takes it; returns its number.
int wait_for_stop_signal();

}  // namespace sluice::command
