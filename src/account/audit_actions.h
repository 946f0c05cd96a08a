// SPDX-License-Identifier: Apache-2.0
// Audit actions: every word that stands for a deed in the audit log. Where an entry is made its
// word is CHECKed; where one is replaced by another, the test of the console is the only guard. A
// new one is a line here and one in web/console/src/words/audit_actions.ts; `tools/web run
// test:console` compares the two with each other and with the words in the sources.
// A word keeps its meaning for ever: what is in a log stays there.   Threads: any; constant.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace sluice::account {

inline constexpr auto kAuditActions = std::to_array<std::string_view>({
    "activity.add",
    "activity.approve",
    "activity.clone",
    "activity.end",
    "activity.pause",
    "activity.reject",
    "activity.remove",
    "activity.replace",
    "activity.resume",
    "activity.submit",
    "activity.warm",
    "item.resume",
    "item.stop",
    "item.traffic_tag",
    "operator.add",
    "operator.change",
    "operator.create",
    "operator.end_session",
    "operator.password",
    "operator.password_failed",
    "operator.recovery_code_used",
    "operator.reset_password",
    "operator.set_up",
    "operator.sign_in",
    "operator.sign_in_code_failed",
    "operator.sign_in_failed",
    "operator.sign_out",
    "operator.sign_out_everywhere",
    "operator.step_up",
    "operator.step_up_failed",
    "operator.totp_begin",
    "operator.totp_begin_failed",
    "operator.totp_disable",
    "operator.totp_disable_failed",
    "operator.totp_enable",
    "operator.totp_enable_failed",
    "order.cancel",
    "order.mark_paid",
    "order.refund",
    "orders.export",
    "pages.publish",
    "product.add",
    "product.import",
    "product.replace",
    "risk.add",
    "risk.remove",
    "stock.approve",
    "stock.change",
    "stock.propose",
    "stock.refuse",
    "stock.reject",
    "switch.off",
    "switch.on",
});

[[nodiscard]] constexpr bool is_audit_action(std::string_view action) {
    return std::ranges::find(kAuditActions, action) != kAuditActions.end();
}

}  // namespace sluice::account
