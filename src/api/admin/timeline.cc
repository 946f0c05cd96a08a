// SPDX-License-Identifier: Apache-2.0
// Timeline: every record of one order that the ledger has, in order: the reservation, each attempt
// to pay it, what the provider said, expiry, cancel, refund. Who did it follows from the record;
// for operators from the audit entry that was committed with it.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "api/admin/answers.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "base/sentences.h"

namespace sluice::api::admin {

namespace {

using order::OrderState;
using sale::Record;
using sale::RecordKind;

constexpr std::size_t kRecordsMax = 500;   // an order has some five
constexpr std::size_t kPaymentsMax = 200;  // attempts whose records are looked for
constexpr std::size_t kAuditMax = 50;      // entries about one order

/// What the sale knows: which records to look for, and when they were made.
struct Sought {
    std::vector<std::uint64_t> ids;  // of the order, then of its payments
    base::Currency currency;
    activity::StockPolicy policy{};
    base::Instant from, to;
};

std::optional<Sought> sought_of(const App& app, base::OrderId id) {
    std::optional<Sought> sought;
    std::vector<std::uint64_t> ids;
    ids.reserve(kPaymentsMax + 1);  // here, because nothing is allocated under the lock
    app.turnstile.look([&](const sale::Sale& sale) {
        const order::Order* order = sale.orders().find(id);
        if (order == nullptr) return;
        base::Instant to = std::max(order->created_at, order->changed_at);
        ids.push_back(id.value);
        const payment::Payment* payment = sale.payments().find(order->payment);
        for (; payment != nullptr && ids.size() <= kPaymentsMax;
             payment = sale.payments().find(payment->previous_of_order)) {
            ids.push_back(payment->id.value);
            to = std::max({to, payment->opened_at, payment->changed_at});
        }
        const sale::OpenedItem* item = sale.item(order->item);
        const activity::ItemTerms terms = item != nullptr ? item->terms : activity::ItemTerms{};
        sought.emplace(Sought{{}, terms.currency, terms.policy, order->created_at, to});
    });
    if (sought) sought->ids = std::move(ids);
    return sought;
}

/// The audit entry that was committed with this record: the last one before it with its action.
const account::AuditEntry* entry_for(const std::vector<account::AuditEntry>& newest_first,
                                     const Record& record, std::string_view action) {
    const account::AuditEntry* found = nullptr;
    for (const account::AuditEntry& entry : newest_first)
        if (entry.action == action && (found == nullptr || entry.at <= record.at)) {
            found = &entry;
            if (entry.at <= record.at) break;
        }
    return found;
}

/// Writes one event; what has no value is left out.
class Events {
   public:
    Events(JsonText& out, const Sought& sought, const std::vector<account::AuditEntry>& entries)
        : out_(out), sought_(sought), entries_(entries) {}

    void append(const Record& record) {
        out_.open().number("seq", record.seq).time("at", record.at);
        switch (record.kind) {
            case RecordKind::order_created: append(record, record.as<sale::OrderCreated>()); break;
            case RecordKind::order_paid: append(record, record.as<sale::OrderPaid>()); break;
            case RecordKind::order_closed: append(record, record.as<sale::OrderClosed>()); break;
            case RecordKind::payment_opened: append(record.as<sale::PaymentOpened>()); break;
            case RecordKind::payment_closed:
                append("payment_closed", record.as<sale::PaymentClosed>().payment);
                break;
            case RecordKind::refund_due:
                append("refund_due", record.as<sale::RefundDue>().payment);
                break;
            case RecordKind::refund_done:
                append("refund_done", record.as<sale::RefundDone>().payment);
                break;
            case RecordKind::activity_opened:
            case RecordKind::item_opened:
            case RecordKind::activity_switched:
            case RecordKind::item_switched:
            case RecordKind::stock_changed: break;  // never of an order
        }
        out_.close();
    }

   private:
    void append(const Record&, const sale::OrderCreated& body) {
        out_.text("event", "order_created")
            .text("actor", "customer")
            .id("item_id", body.item)
            .number("quantity", body.quantity)
            .money("money", {body.unit_price * body.quantity, sought_.currency})
            .time("pay_until", body.pay_until);
        holds_units_ = sought_.policy != activity::StockPolicy::on_payment;
    }
    void append(const Record& record, const sale::OrderPaid& body) {
        out_.text("event", "order_paid");
        if (body.payment)
            out_.text("actor", "provider");
        else
            operator_did(record, "order.mark_paid");
        out_.id("payment_id", body.payment).number("quantity", body.taken);
        holds_units_ = true;
    }
    void append(const Record& record, const sale::OrderClosed& body) {
        out_.text("event", "order_" + std::string(order::to_text(body.state)));
        if (body.note == order::OrderNote::by_customer)
            out_.text("actor", "customer");
        else if (body.note == order::OrderNote::by_operator)
            operator_did(record,
                         body.state == OrderState::refunded ? "order.refund" : "order.cancel");
        else
            out_.text("actor", "system");
        out_.text("note", order::to_text(body.note));
        if (!holds_units_) return;  // there is nothing that could go back on sale
        out_.flag("returns_units", body.returns_units != 0);
        holds_units_ = body.returns_units == 0;
    }
    void append(const sale::PaymentOpened& body) {
        out_.text("event", "payment_opened")
            .text("actor", "customer")
            .id("payment_id", body.payment)
            .money("money", {body.amount, sought_.currency});
    }
    void append(std::string_view event, base::PaymentId payment) {
        // That money must go back is what the sale decides; the rest the provider says.
        out_.text("event", event)
            .text("actor", event == "refund_due" ? "system" : "provider")
            .id("payment_id", payment);
    }
    void operator_did(const Record& record, std::string_view action) {
        out_.text("actor", "operator");
        if (const auto* entry = entry_for(entries_, record, action))
            out_.text("actor_name", entry->who_name).text("reason", entry->reason);
    }

    JsonText& out_;
    const Sought& sought_;
    const std::vector<account::AuditEntry>& entries_;
    bool holds_units_ = false;  // the order, after what was written so far
};

}  // namespace

Response order_timeline(App& app, const Request& request, const Caller&) {
    const auto id = id_in_path<base::OrderId>(request);
    const auto sought = id ? sought_of(app, *id) : std::nullopt;
    if (!sought) return http::not_found();
    if (app.archive == nullptr) return http::busy(base::say("no_archive"));
    const auto entries =
        app.accounts.audit(0, account::about("order/" + base::to_text(*id)), kAuditMax);
    if (!entries) return problem_of(entries.error());
    const auto records =
        app.archive->records_of(sought->ids, sought->from, sought->to, kRecordsMax);
    if (!records) return problem_of(records.error());
    JsonText out;
    out.open().id("order_id", *id).open_list("events");
    Events events(out, *sought, *entries);
    for (const Record& record : *records) events.append(record);
    return http::json(200, out.close_list().close().take());
}

}  // namespace sluice::api::admin
