// SPDX-License-Identifier: Apache-2.0
#include "api/admin/forms.h"

#include "api/admin/json_text.h"
#include "base/text.h"

namespace sluice::api::admin {

std::string to_json(const account::Operator& who) {
    return JsonText()
        .open()
        .id("id", who.id)
        .text("name", who.name)
        .text("role", account::to_text(who.role))
        .flag("disabled", who.disabled)
        .flag("totp_enabled", who.totp_enabled)
        .time("created_at", who.created_at)
        .time("last_login_at", who.last_login_at)
        .close()
        .take();
}

std::string to_json(const account::AuditEntry& entry) {
    return JsonText()
        .open()
        .number("seq", entry.seq)
        .time("at", entry.at)
        .id("who", entry.who)
        .text("who_name", entry.who_name)
        .text("action", entry.action)
        .text("subject", entry.subject)
        .raw("before", entry.before)
        .raw("after", entry.after)
        .text("reason", entry.reason)
        .text("address", entry.address)
        .text("hash", entry.hash)
        .close()
        .take();
}

std::string to_json(const catalog::Product& product) {
    JsonText out;
    out.open()
        .id("id", product.id)
        .text("code", product.code)
        .text("title", product.title)
        .text("description", product.description)
        .text("image_url", product.image_url)
        .number("version", product.version)
        .time("created_at", product.created_at)
        .time("updated_at", product.updated_at)
        .open_list("skus");
    for (const catalog::Sku& sku : product.skus) {
        out.open().id("id", sku.id).text("code", sku.code).text("title", sku.title).close();
    }
    return out.close_list().close().take();
}

namespace {

/// "" where nobody did it, or nobody knows the name.
std::string name_json(const Names& names, base::OperatorId who) {
    const auto found = names.find(who);
    std::string json;
    if (found != names.end()) base::append_json_string(json, found->second);
    return json;
}

void append_item(JsonText& out, const activity::Item& item) {
    out.open()
        .id("id", item.id)
        .id("sku_id", item.sku)
        .text("title", item.title)
        .money("price", item.price)
        .raw("list_price", item.list_price.amount == 0 ? "" : base::to_json(item.list_price))
        .number("stock", item.stock)
        .number("limit_per_user", item.limit_per_user)
        .text("policy", activity::to_text(item.policy))
        .text("entry", activity::to_text(item.entry))
        .number("pay_window_ms", item.pay_window.ms)
        .flag("cancel_returns_unit", item.cancel_returns_unit)
        .text("traffic_tag", item.traffic_tag)
        .close();
}

}  // namespace

std::string to_json(const activity::Activity& activity, activity::State state) {
    return to_json(activity, Shown{state, {}}, {});
}

std::string to_json(const activity::Activity& activity, const Shown& shown, const Names& names) {
    JsonText out;
    out.open()
        .id("id", activity.id)
        .text("name", activity.name)
        .text("description", activity.description)
        .time("starts_at", activity.starts_at)
        .time("ends_at", activity.ends_at)
        .time("ended_at", shown.ended_at)
        .flag("rehearsal", activity.rehearsal)
        .text("state", activity::to_text(shown.state))
        .id("created_by", activity.created_by)
        .raw("created_by_name", name_json(names, activity.created_by))
        .id("submitted_by", activity.submitted_by)
        .raw("submitted_by_name", name_json(names, activity.submitted_by))
        .id("reviewed_by", activity.reviewed_by)
        .raw("reviewed_by_name", name_json(names, activity.reviewed_by))
        .text("review_note", activity.review_note)
        .number("version", activity.version)
        .time("created_at", activity.created_at)
        .time("updated_at", activity.updated_at)
        .open_list("items");
    for (const activity::Item& item : activity.items) append_item(out, item);
    return out.close_list().close().take();
}

std::string to_json(const activity::StockProposal& proposal, const Names& names) {
    using State = activity::StockProposal::State;
    std::string_view state = "open";
    if (proposal.state == State::approved) state = "approved";
    if (proposal.state == State::rejected) state = "rejected";
    return JsonText()
        .open()
        .text("id", std::to_string(proposal.id))
        .id("item_id", proposal.item)
        .number("delta", proposal.delta)
        .text("reason", proposal.reason)
        .text("state", state)
        .id("proposed_by", proposal.proposed_by)
        .raw("proposed_by_name", name_json(names, proposal.proposed_by))
        .id("decided_by", proposal.decided_by)
        .raw("decided_by_name", name_json(names, proposal.decided_by))
        .time("proposed_at", proposal.proposed_at)
        .time("decided_at", proposal.decided_at)
        .close()
        .take();
}

std::string to_json(const guard::RiskEntry& entry, const Names& names) {
    return JsonText()
        .open()
        .text("id", std::to_string(entry.id))
        .text("kind", entry.kind == guard::RiskEntry::Kind::user ? "user" : "address")
        .text("value", entry.value)
        .text("reason", entry.reason)
        .time("expires_at", entry.expires_at)
        .id("created_by", entry.created_by)
        .raw("created_by_name", name_json(names, entry.created_by))
        .time("created_at", entry.created_at)
        .close()
        .take();
}

std::string to_json(const guard::Switch& value, const Names& names) {
    return JsonText()
        .open()
        .text("name", value.name)
        .flag("on", value.on)
        .text("reason", value.reason)
        .id("changed_by", value.changed_by)
        .raw("changed_by_name", name_json(names, value.changed_by))
        .time("changed_at", value.changed_at)
        .time("until", value.until)
        .close()
        .take();
}

std::string to_json(const payment::Payment& payment, const base::Currency& currency) {
    return JsonText()
        .open()
        .id("id", payment.id)
        .text("state", payment::to_text(payment.state))
        .money("money", {payment.amount, currency})
        .time("opened_at", payment.opened_at)
        .time("changed_at", payment.changed_at)
        .close()
        .take();
}

std::size_t see_items(const sale::Turnstile& turnstile,
                      const std::function<void(const sale::Sale&, const sale::OpenedItem&)>& see) {
    std::size_t count = 0;
    turnstile.look([&](const sale::Sale& sale) { count = sale.items().size(); });
    for (std::size_t left = count; left > 0;) {
        const std::size_t begin = left - std::min(left, kItemsPerLook);
        turnstile.look([&](const sale::Sale& sale) {
            for (; left > begin; --left) see(sale, sale.items()[left - 1]);
        });
    }
    return count;
}

Figures figures_of(const sale::Sale& sale, const sale::OpenedItem& item, base::Instant now) {
    Figures result;
    result.terms = item.terms;
    result.phase = sale.phase(sale.activities()[item.activity_index], now);
    result.stopped = item.stopped;
    result.total = item.stock.total();
    result.available = item.stock.available();
    result.reserved = item.stock.reserved();
    result.sold = item.stock.sold();
    result.paid_units = item.units_paid;
    result.released_units = item.units_released;
    using enum order::OrderState;
    result.pending = item.orders_in(pending);
    result.paid = item.orders_in(paid);
    result.cancelled = item.orders_in(cancelled);
    result.expired = item.orders_in(expired);
    result.refunded = item.orders_in(refunded);
    result.orders =
        result.pending + result.paid + result.cancelled + result.expired + result.refunded;
    return result;
}

std::string to_json(const Figures& figures) {
    return JsonText()
        .open()
        .id("item_id", figures.terms.id)
        .id("activity_id", figures.terms.activity)
        .id("sku_id", figures.terms.sku)
        .flag("rehearsal", figures.terms.rehearsal != 0)
        .text("phase", activity::to_text(figures.phase))
        .flag("stopped", figures.stopped)
        .text("policy", activity::to_text(figures.terms.policy))
        .money("price", {figures.terms.unit_price, figures.terms.currency})
        .number("limit_per_user", figures.terms.limit_per_user)
        .number("total", figures.total)
        .number("available", figures.available)
        .number("reserved", figures.reserved)
        .number("sold", figures.sold)
        .number("paid_units", figures.paid_units)
        .number("released_units", figures.released_units)
        .open("orders")
        .number("created", figures.orders)
        .number("pending", figures.pending)
        .number("paid", figures.paid)
        .number("cancelled", figures.cancelled)
        .number("expired", figures.expired)
        .number("refunded", figures.refunded)
        .close()
        .close()
        .take();
}

std::string to_json(const OrderRow& row, bool shows_user) {
    const order::Order& order = row.order;
    const std::int64_t amount = order.unit_price * static_cast<std::int64_t>(order.quantity);
    return JsonText()
        .open()
        .id("id", order.id)
        .id("item_id", order.item)
        .text("user_id", shows_user ? base::to_text(order.user) : "masked")
        .number("quantity", order.quantity)
        .money("unit_price", {order.unit_price, row.currency})
        .money("amount", {amount, row.currency})
        .text("state", order::to_text(order.state))
        .text("note", order::to_text(order.note))
        .flag("holds_units", order.holds_units != 0)
        .time("created_at", order.created_at)
        .time("changed_at", order.changed_at)
        .time("pay_until", order.pay_until)
        .id("payment_id", order.payment)
        .flag("durable", row.durable)
        .flag("rehearsal", base::is_rehearsal(order.user))
        .close()
        .take();
}

}  // namespace sluice::api::admin
