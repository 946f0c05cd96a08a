// SPDX-License-Identifier: Apache-2.0
// Event: any event of the sale, as it travels through the simulated network.
#pragma once

#include <string>
#include <variant>

#include "sale/events.h"
#include "sale/ports.h"

namespace sluice::sim {

using Event =
    std::variant<sale::Buy, sale::Cancel, sale::OpenPayment, sale::Settle, sale::ClosePayment,
                 sale::ConfirmRefund, sale::MarkPaid, sale::Refund, sale::ChangeStock,
                 sale::OpenActivity, sale::SwitchActivity, sale::SwitchItem>;

/// One line for a person.
[[nodiscard]] std::string to_text(const Event& event);
[[nodiscard]] std::string to_text(const sale::Answer& answer);

}  // namespace sluice::sim
