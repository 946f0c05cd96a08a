// SPDX-License-Identifier: Apache-2.0
// Orders: found and shown for those who help customers, and the three things that support may do
// with one: cancel, refund, mark as paid.
#include <algorithm>
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/admin/order_filter.h"
#include "base/sentences.h"
#include "sale/events.h"

namespace sluice::api::admin {

namespace {

constexpr std::size_t kOrdersPerLook = 500;    // some µs under the lock that every buyer waits for
constexpr std::size_t kPaymentsMax = 200;      // of one order that are shown, a search each
constexpr std::size_t kLooksPerRequest = 200;  // then the answer is a part, with a cursor

using order::OrderState;

bool shows_user(const Caller& caller) {
    return account::may(caller.who.role, account::Permission::view_orders);
}

OrderRow row_of(const sale::Sale& sale, const order::Order& order, std::uint64_t durable_seq) {
    const sale::OpenedItem* item = sale.item(order.item);
    return {order, item != nullptr ? item->terms.currency : base::Currency{},
            order.changed_seq <= durable_seq};
}

/// Newest first, from below `before`; `before` moves to where the search stopped, 0 at the end.
class Search {
   public:
    Search(const OrderFilter& filter, const Part& part) : filter_(filter), part_(part) {
        rows_.reserve(part.limit);  // here, because nothing is allocated under the lock
    }

    void run(const App& app) {
        const std::uint64_t durable_seq = app.turnstile.durable_seq();
        for (std::size_t looks = 0; looks < kLooksPerRequest && !finished(); ++looks)
            app.turnstile.look([&](const sale::Sale& sale) { look(sale, durable_seq); });
    }
    [[nodiscard]] const std::vector<OrderRow>& rows() const { return rows_; }
    [[nodiscard]] std::optional<std::uint64_t> next_cursor() const {
        return at_end_ ? std::nullopt : std::optional(part_.before);
    }

   private:
    [[nodiscard]] bool finished() const { return at_end_ || rows_.size() >= part_.limit; }

    void look(const sale::Sale& sale, std::uint64_t durable_seq) {
        if (filter_.user)
            look_at_user(sale, durable_seq);
        else
            look_at_all(sale, durable_seq);
    }

    /// The orders of one user are a chain, newest first already.
    void look_at_user(const sale::Sale& sale, std::uint64_t durable_seq) {
        const order::Order* at = sale.orders().latest_of(filter_.user);
        if (part_.before != 0) {
            // A cursor of this list is an order of this user; from any other one there is no way.
            const order::Order* last = sale.orders().find(base::OrderId{part_.before});
            const bool own = last != nullptr && last->user == filter_.user;
            at = own ? sale.orders().before(*last) : nullptr;
        }
        for (std::size_t i = 0; i < kOrdersPerLook && at != nullptr && !finished();
             ++i, at = sale.orders().before(*at)) {
            part_.before = at->id.value;
            if (filter_.admits(sale, *at)) rows_.push_back(row_of(sale, *at, durable_seq));
        }
        at_end_ = at == nullptr;
    }

    void look_at_all(const sale::Sale& sale, std::uint64_t durable_seq) {
        const std::span<const order::Order> all = sale.orders().all();
        const auto end =
            part_.before == 0
                ? all.end()
                : std::ranges::lower_bound(all, base::OrderId{part_.before}, {}, &order::Order::id);
        auto at = end;
        for (std::size_t i = 0; i < kOrdersPerLook && at != all.begin() && !finished(); ++i) {
            --at;
            part_.before = at->id.value;
            if (filter_.admits(sale, *at)) rows_.push_back(row_of(sale, *at, durable_seq));
        }
        at_end_ = at == all.begin();
    }

    OrderFilter filter_;
    Part part_;
    std::vector<OrderRow> rows_;
    bool at_end_ = false;
};

/// One order with its payments, oldest first.
struct Found {
    OrderRow row;
    std::vector<payment::Payment> payments;
};

std::optional<Found> find_order(const App& app, base::OrderId id) {
    std::optional<OrderRow> row;
    std::vector<payment::Payment> payments;
    payments.reserve(kPaymentsMax);  // here, because nothing is allocated under the lock
    const std::uint64_t durable_seq = app.turnstile.durable_seq();
    app.turnstile.look([&](const sale::Sale& sale) {
        const order::Order* order = sale.orders().find(id);
        if (order == nullptr) return;
        row.emplace(row_of(sale, *order, durable_seq));
        const payment::Payment* payment = sale.payments().find(order->payment);
        for (; payment != nullptr && payments.size() < kPaymentsMax;
             payment = sale.payments().find(payment->previous_of_order))
            payments.push_back(*payment);
    });
    if (!row) return std::nullopt;
    std::ranges::reverse(payments);
    return Found{std::move(*row), std::move(payments)};
}

struct Moment {
    base::Instant at;
    std::string what;
    std::string who;
    std::string reason;
};

/// What happened to the order, in order: from the order itself, its payments and the audit log.
base::Result<std::vector<Moment>> timeline_of(App& app, const Found& found) {
    const order::Order& order = found.row.order;
    std::vector<Moment> moments = {{order.created_at, "order_created", "", ""}};
    for (const payment::Payment& payment : found.payments) {
        moments.push_back({payment.opened_at, "payment_opened", "", ""});
        if (payment.state != payment::PaymentState::opened)
            moments.push_back({payment.changed_at,
                               "payment_" + std::string(payment::to_text(payment.state)), "", ""});
    }
    const auto entries =
        app.accounts.audit(0, account::about("order/" + base::to_text(order.id)), 50);
    if (!entries) return std::unexpected(entries.error());
    for (const account::AuditEntry& entry : *entries)
        moments.push_back({entry.at, entry.action, entry.who_name, entry.reason});
    if (order.state != OrderState::pending)
        moments.push_back(
            {order.changed_at, "order_" + std::string(order::to_text(order.state)), "", ""});
    std::ranges::stable_sort(moments, {}, &Moment::at);
    return moments;
}

Response shown(App& app, base::OrderId id, const Caller& caller) {
    const auto found = find_order(app, id);
    if (!found) return http::not_found();
    const auto moments = timeline_of(app, *found);
    if (!moments) return problem_of(moments.error());
    JsonText out;
    out.open().raw("order", to_json(found->row, shows_user(caller))).open_list("payments");
    for (const payment::Payment& payment : found->payments)
        out.raw(to_json(payment, found->row.currency));
    out.close_list().open_list("timeline");
    for (const Moment& moment : *moments)
        out.open()
            .time("at", moment.at)
            .text("what", moment.what)
            .text("who", moment.who)
            .text("reason", moment.reason)
            .close();
    return http::json(200, out.close_list().close().take());
}

/// Passes an event about an order; its audit entry has the order before and what is asked.
template <class Event>
Response settle(App& app, const Request& request, const Caller& caller, const Event& event,
                std::string_view action, std::string reason) {
    const auto found = find_order(app, event.order);
    if (!found) return http::not_found();
    auto audit = audit_of(app, caller, request, action, "order/" + base::to_text(event.order));
    audit.before = to_json(found->row, false);
    audit.reason = std::move(reason);
    JsonText after;
    after.open();
    if constexpr (requires { event.returns_units; })
        after.text("state", "refunded").flag("returns_units", event.returns_units);
    else if constexpr (requires { event.quantity; })
        after.text("state", "paid").number("quantity", event.quantity);
    else
        after.text("state", "cancelled");
    audit.after = after.close().take();
    const sale::Answer answer = app.turnstile.pass_and_wait(event, std::move(audit));
    if (!sale::succeeded(answer.outcome)) return problem_of(answer.outcome);
    return shown(app, event.order, caller);
}

}  // namespace

Response list_orders(App& app, const Request& request, const Caller& caller) {
    const auto part = part_of(request);
    if (!part) return problem_of(part.error());
    const auto filter = order_filter_in(app, request);
    if (!filter) return problem_of(filter.error());
    // Who may not see customers may not ask about one either.
    if (filter->user && !shows_user(caller))
        return http::forbidden(base::say("search_by_customer"));
    if (filter->order) {
        std::vector<std::string> rows;
        const auto found = find_order(app, filter->order);
        bool is_admitted = false;
        app.turnstile.look([&](const sale::Sale& sale) {
            is_admitted = found && filter->admits(sale, found->row.order);
        });
        if (is_admitted) rows.push_back(to_json(found->row, shows_user(caller)));
        return list_answer("orders", rows, std::nullopt);
    }
    Search search(*filter, *part);
    search.run(app);
    std::vector<std::string> rows;
    for (const OrderRow& row : search.rows()) rows.push_back(to_json(row, shows_user(caller)));
    return list_answer("orders", rows, search.next_cursor());
}

Response show_order(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::OrderId>(request);
    return id ? shown(app, *id, caller) : http::not_found();
}

Response cancel_order(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::OrderId>(request);
    if (!id) return http::not_found();
    Reason reason = reason_in(request);
    if (reason.refusal) return std::move(*reason.refusal);
    return settle(app, request, caller, sale::Cancel{*id, {}}, "order.cancel", reason.text);
}

Response refund_order(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::OrderId>(request);
    if (!id) return http::not_found();
    const JsonBody body(request.body);
    const std::string reason = body.root().text("reason", kReasonRule);
    const bool returns_units = body.root().maybe_flag("returns_units").value_or(true);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    return settle(app, request, caller, sale::Refund{*id, returns_units}, "order.refund", reason);
}

Response mark_order_paid(App& app, const Request& request, const Caller& caller) {
    const auto id = id_in_path<base::OrderId>(request);
    if (!id) return http::not_found();
    const JsonBody body(request.body);
    const std::string reason = body.root().text("reason", kReasonRule);
    const auto quantity = body.root().maybe_number("quantity", 1, activity::kQuantityMax);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    const sale::MarkPaid event{*id, static_cast<std::uint32_t>(quantity.value_or(0))};
    return settle(app, request, caller, event, "order.mark_paid", reason);
}

}  // namespace sluice::api::admin
