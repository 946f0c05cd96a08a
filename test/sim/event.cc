// SPDX-License-Identifier: Apache-2.0
#include "event.h"

#include <fmt/format.h>

namespace sluice::sim {

namespace {

struct Describe {
    std::string operator()(const sale::Buy& event) const {
        return fmt::format("buy user {:.4} key {:.4} item {} quantity {} ticket {}",
                           base::to_text(event.user), base::to_text(event.key), event.item.value,
                           event.quantity, event.ticket);
    }
    std::string operator()(const sale::Cancel& event) const {
        return fmt::format("cancel order {} by {}", event.order.value,
                           event.user ? "its customer" : "an operator");
    }
    std::string operator()(const sale::OpenPayment& event) const {
        return fmt::format("open a payment of order {}", event.order.value);
    }
    std::string operator()(const sale::Settle& event) const {
        return fmt::format("settle payment {} with {} {}", event.payment.value, event.amount,
                           event.currency.text());
    }
    std::string operator()(const sale::ClosePayment& event) const {
        return fmt::format("close payment {}", event.payment.value);
    }
    std::string operator()(const sale::ConfirmRefund& event) const {
        return fmt::format("confirm the refund of payment {}", event.payment.value);
    }
    std::string operator()(const sale::MarkPaid& event) const {
        return fmt::format("mark order {} as paid for {} units", event.order.value, event.quantity);
    }
    std::string operator()(const sale::Refund& event) const {
        return fmt::format("refund order {}, units {}", event.order.value,
                           event.returns_units ? "return" : "are kept");
    }
    std::string operator()(const sale::ChangeStock& event) const {
        return fmt::format("change the stock of item {} by {}", event.item.value, event.delta);
    }
    std::string operator()(const sale::OpenActivity& event) const {
        return fmt::format("open activity {} with {} items", event.activity.id.value,
                           event.items.size());
    }
    std::string operator()(const sale::SwitchActivity& event) const {
        constexpr const char* kNames[] = {"?", "pause", "resume", "end"};
        return fmt::format("{} activity {}", kNames[static_cast<unsigned>(event.to)],
                           event.activity.value);
    }
    std::string operator()(const sale::SwitchItem& event) const {
        return fmt::format("{} item {}", event.stopped ? "stop" : "release", event.item.value);
    }
};

}  // namespace

std::string to_text(const Event& event) { return std::visit(Describe{}, event); }

std::string to_text(const sale::Answer& answer) {
    std::string text(sale::to_text(answer.outcome));
    if (answer.order.id)
        text +=
            fmt::format(", order {} {}", answer.order.id.value, order::to_text(answer.order.state));
    if (answer.payment.id)
        text += fmt::format(", payment {} {}", answer.payment.id.value,
                            payment::to_text(answer.payment.state));
    return text;
}

}  // namespace sluice::sim
