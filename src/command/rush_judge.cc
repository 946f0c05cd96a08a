// SPDX-License-Identifier: Apache-2.0
#include "command/rush_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
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
    const std::string_view head = csv.substr(0, csv.find("\r\n"));
    const auto columns = fields_of(head);
    if (columns[0] != "order_id" || columns[2] != "user_id" || columns[3] != "quantity" ||
        columns[7] != "state")
        return failure(ErrorCode::invalid, fmt::format("the export has other columns: {}", head));
    if (!csv.ends_with("\r\n"))
        return failure(ErrorCode::invalid,
                       "the export ends in the middle of a line; fetch it again");
    csv.remove_prefix(head.size() + 2);
    for (std::size_t line_number = 2; !csv.empty(); ++line_number) {
        const std::string_view line = csv.substr(0, csv.find("\r\n"));
        csv.remove_prefix(line.size() + 2);
        const auto fields = fields_of(line);
        BookedOrder order{.order = 0,
                          .user = std::string(fields[2]),
                          .quantity = 0,
                          .state = std::string(fields[7])};
        const auto read = [](std::string_view field, auto& number) {
            const char* const end = field.data() + field.size();
            const auto result = std::from_chars(field.data(), end, number);
            return result.ec == std::errc{} && result.ptr == end;
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
        // An order counts toward the limit from the start, whenever the policy takes the unit.
        if (order.state == "paid" || order.state == "pending")
            units_by_user[order.user] += order.quantity;
        if (order.state == "paid") verdict.sold += order.quantity;
    }
    if (rush.policy == "on_order") verdict.sold = taken;  // the order takes the unit, paid or not

    // A key names one order, whatever its retries were told.
    std::map<std::tuple<std::string, std::uint64_t>, std::set<std::uint64_t>> orders_of_key;
    std::set<std::uint64_t> told;
    for (const Ack& ack : acks) {
        told.insert(ack.order);
        orders_of_key[{ack.user, ack.key}].insert(ack.order);
        const auto booked = by_order.find(ack.order);
        if (booked == by_order.end() || booked->second->user != ack.user) ++verdict.lost_acks;
    }
    for (const auto& [key, orders] : orders_of_key)
        verdict.duplicates += static_cast<std::int64_t>(orders.size()) - 1;

    // Every click was repeated until its answer was clear, so whoever has an order knows of it.
    const std::int64_t untold = std::ranges::count_if(
        by_order, [&told](const auto& booked) { return !told.contains(booked.first); });
    verdict.duplicates += std::max<std::int64_t>(0, untold - rush.unclear);

    for (const auto& [user, units] : units_by_user)
        if (rush.limit != 0 && units > rush.limit) ++verdict.over_limit;
    verdict.oversold = std::max<std::int64_t>({0, taken - rush.stock, verdict.sold - rush.stock});
    // The server's sums must say the same; a unit that it lost or invented counts, too, and so does
    // one that it keeps for no order, or sells although an order has it.
    const std::int64_t residual = rush.available + rush.reserved + rush.sold - rush.stock;
    const std::int64_t kept = rush.reserved + rush.sold - taken;
    verdict.oversold = std::max({verdict.oversold, residual, -kept});
    verdict.undersold =
        std::max<std::int64_t>({0, std::min(rush.stock, rush.wanted) - verdict.sold, -residual,
                                kept, std::abs(verdict.sold - rush.sold)});
    return verdict;
}

}  // namespace sluice::command
