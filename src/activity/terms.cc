// SPDX-License-Identifier: Apache-2.0
#include "activity/terms.h"

namespace sluice::activity {

std::string_view to_text(StockPolicy policy) {
    switch (policy) {
        case StockPolicy::reserve: return "reserve";
        case StockPolicy::on_order: return "on_order";
        case StockPolicy::on_payment: return "on_payment";
    }
    return "reserve";
}

std::string_view to_text(Entry entry) {
    switch (entry) {
        case Entry::open: return "open";
        case Entry::ticket: return "ticket";
        case Entry::challenge: return "challenge";
    }
    return "open";
}

}  // namespace sluice::activity
