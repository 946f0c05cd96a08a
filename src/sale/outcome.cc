// SPDX-License-Identifier: Apache-2.0
#include "sale/outcome.h"

namespace sluice::sale {

std::string_view to_text(Outcome outcome) {
    switch (outcome) {
        case Outcome::accepted: return "accepted";
        case Outcome::replayed: return "replayed";
        case Outcome::done: return "done";
        case Outcome::already_done: return "already_done";
        case Outcome::refund_due: return "refund_due";
        case Outcome::read_only: return "read_only";
        case Outcome::in_progress: return "in_progress";
        case Outcome::duplicate_key_mismatch: return "duplicate_key_mismatch";
        case Outcome::not_found: return "not_found";
        case Outcome::rehearsal_only: return "rehearsal_only";
        case Outcome::stopped: return "stopped";
        case Outcome::not_started: return "not_started";
        case Outcome::ended: return "ended";
        case Outcome::paused: return "paused";
        case Outcome::ticket_required: return "ticket_required";
        case Outcome::ticket_invalid: return "ticket_invalid";
        case Outcome::limit_reached: return "limit_reached";
        case Outcome::busy: return "busy";
        case Outcome::sold_out: return "sold_out";
        case Outcome::amount_mismatch: return "amount_mismatch";
        case Outcome::already_paid: return "already_paid";
        case Outcome::already_cancelled: return "already_cancelled";
        case Outcome::already_expired: return "already_expired";
        case Outcome::already_refunded: return "already_refunded";
        case Outcome::not_paid: return "not_paid";
        case Outcome::below_committed: return "below_committed";
        case Outcome::too_much: return "too_much";
        case Outcome::already_open: return "already_open";
        case Outcome::count_: break;
    }
    return "unknown";
}

bool retryable(Outcome outcome) {
    switch (outcome) {
        case Outcome::read_only:
        case Outcome::in_progress:
        case Outcome::stopped:
        case Outcome::not_started:
        case Outcome::paused:
        case Outcome::busy:
        case Outcome::sold_out:  // units that are released go on sale again
            return true;
        case Outcome::accepted:
        case Outcome::replayed:
        case Outcome::done:
        case Outcome::already_done:
        case Outcome::refund_due:
        case Outcome::duplicate_key_mismatch:
        case Outcome::not_found:
        case Outcome::rehearsal_only:
        case Outcome::ended:
        case Outcome::ticket_required:
        case Outcome::ticket_invalid:
        case Outcome::limit_reached:
        case Outcome::amount_mismatch:
        case Outcome::already_paid:
        case Outcome::already_cancelled:
        case Outcome::already_expired:
        case Outcome::already_refunded:
        case Outcome::not_paid:
        case Outcome::below_committed:
        case Outcome::too_much:
        case Outcome::already_open:
        case Outcome::count_: return false;
    }
    return false;
}

}  // namespace sluice::sale
