// SPDX-License-Identifier: Apache-2.0
// Export: orders as CSV for the shop, oldest first, filtered as the list is. The file is made while
// it is read: each piece looks at the sale for a moment, so an export of a million orders neither
// stops the buyers nor needs memory. An order that changes meanwhile is shown as it is when its
// piece is made; orders made after the start of the export are not in it.
#include <algorithm>
#include <iterator>
#include <utility>

#include "api/admin/answers.h"
#include "api/admin/forms.h"
#include "api/admin/handlers.h"
#include "api/admin/json_text.h"
#include "api/admin/order_filter.h"
#include "base/text.h"

namespace sluice::api::admin {

namespace {

constexpr std::size_t kOrdersPerLook = 500;  // some µs under the lock that every buyer waits for

constexpr std::string_view kHead =
    "order_id,item_id,user_id,quantity,unit_price,amount,currency,state,note,created_at,changed_at,"
    "pay_until,payment_id,durable,rehearsal\r\n";

std::string time_or_empty(base::Instant at) { return at ? base::to_rfc3339(at) : std::string(); }

void append_row(std::string& out, const OrderRow& row) {
    const order::Order& order = row.order;
    const std::int64_t amount = order.unit_price * static_cast<std::int64_t>(order.quantity);
    const std::string fields[] = {
        base::to_text(order.id),
        base::to_text(order.item),
        base::to_text(order.user),
        std::to_string(order.quantity),
        std::to_string(order.unit_price),
        std::to_string(amount),
        std::string(row.currency.text()),
        std::string(order::to_text(order.state)),
        std::string(order::to_text(order.note)),
        base::to_rfc3339(order.created_at),
        base::to_rfc3339(order.changed_at),
        time_or_empty(order.pay_until),
        order.payment ? base::to_text(order.payment) : std::string(),
        row.durable ? "yes" : "no",
        base::is_rehearsal(order.user) ? "yes" : "no",
    };
    for (std::size_t i = 0; i < std::size(fields); ++i) {
        if (i != 0) out += ',';
        out += base::to_csv_field(fields[i]);
    }
    out += "\r\n";
}

/// Copies the next orders under the lock, writes them outside.   Threads: one door.
class OrdersAsCsv final : public http::Source {
   public:
    OrdersAsCsv(const sale::Turnstile& turnstile, const OrderFilter& filter, std::size_t end)
        : turnstile_(turnstile), filter_(filter), end_(end) {
        rows_.reserve(kOrdersPerLook);
    }

    Next next(std::string& out) noexcept override {
        if (at_ == 0) out += kHead;
        rows_.clear();
        // What was durable before the look is durable in it; the other way round it would not be.
        const std::uint64_t durable_seq = turnstile_.durable_seq();
        const std::size_t stop = std::min(at_ + kOrdersPerLook, end_);
        turnstile_.look([&](const sale::Sale& sale) {
            for (const order::Order& order : sale.orders().all().subspan(at_, stop - at_)) {
                if (!filter_.admits(sale, order)) continue;
                rows_.push_back({order, sale.item(order.item)->terms.currency,
                                 order.changed_seq <= durable_seq});
            }
        });
        at_ = stop;
        for (const OrderRow& row : rows_) append_row(out, row);
        if (at_ == end_) return Next::end;
        return Next::more;  // also if this piece had nothing that was asked for
    }

   private:
    const sale::Turnstile& turnstile_;
    OrderFilter filter_;
    std::size_t at_ = 0;
    std::size_t end_;
    std::vector<OrderRow> rows_;
};

}  // namespace

Response export_orders(App& app, const Request& request, const Caller& caller) {
    const auto filter = order_filter_in(app, request);
    if (!filter) return problem_of(filter.error());
    std::size_t end = 0;
    bool is_known = !filter->item;
    app.turnstile.look([&](const sale::Sale& sale) {
        end = sale.orders().all().size();
        is_known = is_known || sale.item(filter->item) != nullptr;
    });
    if (!is_known) return http::not_found("There is no such item in the sale.");
    // Customers' identities leave the server here: no export without its entry in the log.
    auto audit =
        audit_of(app, caller, request, "orders.export",
                 filter->item ? "item/" + base::to_text(filter->item) : std::string("orders"));
    JsonText asked;
    asked.open().number("orders_up_to", end);
    asked.id("order_id", filter->order).id("activity_id", filter->activity);
    if (filter->user) asked.text("user_id", base::to_text(filter->user));
    if (filter->state) asked.text("state", order::to_text(*filter->state));
    audit.after = asked.close().take();
    if (const auto noted = app.accounts.note(std::move(audit)); !noted)
        return problem_of(noted.error());
    Response response;
    response.content_type = "text/csv; charset=utf-8";
    response.add_header("Content-Disposition", "attachment; filename=\"orders.csv\"");
    response.source = std::make_unique<OrdersAsCsv>(app.turnstile, *filter, end);
    return response;
}

}  // namespace sluice::api::admin
