// SPDX-License-Identifier: Apache-2.0
#include "command/rush_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

/// The first 8 fields of a line; none of those that are read here is ever quoted.
std::array<std::string_view, 8> fields_of(std::string_view line) {
    std::array<std::string_view, 8> fields;
    for (std::string_view& field : fields) {
        const std::size_t comma = line.find(',');
        field = line.substr(0, comma);
        line = comma == line.npos ? std::string_view{} : line.substr(comma + 1);
    }
    return fields;
}

/// Units that the order has taken from the stock, by its state and the item's policy.
std::int64_t units_of(const BookedOrder& order, std::string_view policy) {
    if (order.state == "paid") return order.quantity;
    return order.state == "pending" && policy != "on_payment" ? order.quantity : 0;
}

}  // namespace

Result<std::vector<BookedOrder>> read_books(std::string_view csv) {
    std::vector<BookedOrder> books;
    std::size_t line_number = 0;
    while (!csv.empty()) {
        const std::size_t end = csv.find("\r\n");
        const std::string_view line = csv.substr(0, end);
        csv = end == csv.npos ? std::string_view{} : csv.substr(end + 2);
        const auto fields = fields_of(line);
        if (line_number++ == 0) {
            if (fields[0] == "order_id" && fields[2] == "user_id" && fields[3] == "quantity" &&
                fields[7] == "state")
                continue;
            return failure(ErrorCode::invalid,
                           fmt::format("the export has other columns: {}", line));
        }
        BookedOrder order{.order = 0,
                          .user = std::string(fields[2]),
                          .quantity = 0,
                          .state = std::string(fields[7])};
        const auto read = [](std::string_view field, auto& number) {
            return std::from_chars(field.data(), field.data() + field.size(), number).ec ==
                   std::errc{};
        };
        if (!read(fields[0], order.order) || !read(fields[3], order.quantity))
            return failure(ErrorCode::invalid,
                           fmt::format("line {} of the export: {}", line_number, line));
        books.push_back(std::move(order));
    }
    return books;
}

Verdict judge(const Case& rush, const std::vector<Ack>& acks,
              const std::vector<BookedOrder>& books) {
    Verdict verdict;
    std::unordered_map<std::uint64_t, const BookedOrder*> by_order;
    std::map<std::string, std::int64_t> units_by_user;
    std::int64_t taken = 0;
    for (const BookedOrder& order : books) {
        if (!by_order.emplace(order.order, &order).second)
            ++verdict.duplicates;  // one id, two lines
        const std::int64_t units = units_of(order, rush.policy);
        taken += units;
        if (units != 0) units_by_user[order.user] += units;
        if (order.state == "paid") verdict.sold += order.quantity;
    }
    if (rush.policy == "on_order") verdict.sold = taken;  // the order takes the unit, paid or not

    // A key names one order, whatever its retries were told.
    std::map<std::tuple<std::string, std::uint64_t>, std::set<std::uint64_t>> orders_of_key;
    for (const Ack& ack : acks) {
        orders_of_key[{ack.user, ack.key}].insert(ack.order);
        const auto booked = by_order.find(ack.order);
        if (booked == by_order.end() || booked->second->user != ack.user) ++verdict.lost_acks;
    }
    for (const auto& [key, orders] : orders_of_key)
        verdict.duplicates += static_cast<std::int64_t>(orders.size()) - 1;

    for (const auto& [user, units] : units_by_user)
        if (rush.limit != 0 && units > rush.limit) ++verdict.over_limit;
    verdict.oversold = std::max<std::int64_t>({0, taken - rush.stock, verdict.sold - rush.stock});
    // The server's sums must say the same; a unit that it lost or invented counts, too.
    const std::int64_t residual = rush.available + rush.reserved + rush.sold - rush.stock;
    verdict.oversold = std::max(verdict.oversold, residual);
    verdict.undersold = std::max<std::int64_t>(
        {0, std::min(rush.stock, rush.wanted) - verdict.sold, -residual, verdict.sold - rush.sold});
    return verdict;
}

}  // namespace sluice::command
