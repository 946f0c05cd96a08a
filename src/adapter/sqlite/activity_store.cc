// SPDX-License-Identifier: Apache-2.0
#include "adapter/sqlite/activity_store.h"

#include <algorithm>
#include <string>

#include "adapter/sqlite/audit_log.h"
#include "base/sentences.h"

namespace sluice::adapter {

using activity::Activity;
using activity::Item;
using activity::StockProposal;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kSelectActivity =
    "SELECT id, name, description, starts_ms, ends_ms, state, created_by, submitted_by,"
    " reviewed_by, review_note, version, created_ms, updated_ms, rehearsal FROM activity ";
constexpr std::string_view kSelectProposal =
    "SELECT id, item, delta, reason, proposed_by, decided_by, proposed_ms, decided_ms, state"
    " FROM stock_proposal ";

base::Currency read_currency(const std::string& text) {
    return base::parse_currency(text).value_or(base::Currency{});
}

Item read_item(const Statement& row) {
    Item item;
    item.id = row.id<base::ItemId>(0);
    item.activity = row.id<base::ActivityId>(1);
    item.sku = row.id<base::SkuId>(2);
    item.title = row.text(3);
    item.price = {row.integer(4), read_currency(row.text(5))};
    item.list_price = {row.integer(6), read_currency(row.text(7))};
    item.stock = row.integer(8);
    item.limit_per_user = row.number<std::uint32_t>(9);
    item.policy = row.choice<activity::StockPolicy>(10);
    item.entry = row.choice<activity::Entry>(11);
    item.pay_window = {row.integer(12)};
    item.cancel_returns_unit = row.integer(13) != 0;
    item.traffic_tag = row.text(14);
    return item;
}

std::vector<Item> items_of(Connection& connection, base::ActivityId activity) {
    std::vector<Item> items;
    Statement query(connection,
                    "SELECT id, activity, sku, title, price, currency, list_price, list_currency,"
                    " stock, limit_per_user, policy, entry, pay_window_ms, cancel_returns_unit,"
                    " traffic_tag FROM item WHERE activity = ?1 ORDER BY position");
    query.bind(activity);
    while (query.step()) items.push_back(read_item(query));
    return items;
}

Activity read_activity(Connection& connection, const Statement& row) {
    Activity activity;
    activity.id = row.id<base::ActivityId>(0);
    activity.name = row.text(1);
    activity.description = row.text(2);
    activity.starts_at = row.instant(3);
    activity.ends_at = row.instant(4);
    activity.state = row.choice<activity::State>(5);
    activity.created_by = row.id<base::OperatorId>(6);
    activity.submitted_by = row.id<base::OperatorId>(7);
    activity.reviewed_by = row.id<base::OperatorId>(8);
    activity.review_note = row.text(9);
    activity.version = row.number<std::uint32_t>(10);
    activity.created_at = row.instant(11);
    activity.updated_at = row.instant(12);
    activity.rehearsal = row.integer(13) != 0;
    activity.items = items_of(connection, activity.id);
    return activity;
}

Activity activity_with(Connection& connection, base::ActivityId id) {
    Statement query(connection, std::string(kSelectActivity) + "WHERE id = ?1");
    if (!query.bind(id).step())
        refuse(ErrorCode::not_found, "there is no activity " + base::to_text(id));
    return read_activity(connection, query);
}

void check_sku(Connection& connection, base::SkuId sku) {
    Statement query(connection, "SELECT 1 FROM sku WHERE id = ?1");
    if (!query.bind(sku).step()) refuse(ErrorCode::invalid, base::say("sku_unknown"));
}

/// Stores one item at its place; an id of 0 stands for a new one.
void put_item(Connection& connection, Item& item, std::size_t position) {
    check_sku(connection, item.sku);
    Statement put(connection,
                  "INSERT INTO item(id, activity, position, sku, title, price, currency,"
                  " list_price, list_currency, stock, limit_per_user, policy, entry, pay_window_ms,"
                  " cancel_returns_unit, traffic_tag) VALUES(nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7,"
                  " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
                  " ON CONFLICT(id) DO UPDATE SET position = excluded.position, sku = excluded.sku,"
                  " title = excluded.title, price = excluded.price, currency = excluded.currency,"
                  " list_price = excluded.list_price, list_currency = excluded.list_currency,"
                  " stock = excluded.stock, limit_per_user = excluded.limit_per_user,"
                  " policy = excluded.policy, entry = excluded.entry,"
                  " pay_window_ms = excluded.pay_window_ms,"
                  " cancel_returns_unit = excluded.cancel_returns_unit,"
                  " traffic_tag = excluded.traffic_tag");
    put.bind(item.id, item.activity, position, item.sku, item.title, item.price.amount,
             item.price.currency.text(), item.list_price.amount, item.list_price.currency.text(),
             item.stock, item.limit_per_user, item.policy, item.entry, item.pay_window,
             item.cancel_returns_unit, item.traffic_tag);
    put.run();
    if (!item.id) item.id = {static_cast<std::uint32_t>(connection.last_id())};
}

bool has_item(const std::vector<Item>& items, base::ItemId id) {
    return std::ranges::find(items, id, &Item::id) != items.end();
}

void remove_item(Connection& connection, base::ItemId id) {
    Statement use(connection, "SELECT 1 FROM stock_proposal WHERE item = ?1 LIMIT 1");
    if (use.bind(id).step())
        refuse(ErrorCode::conflict, base::say("item_has_stock_changes", base::to_text(id)));
    Statement(connection, "DELETE FROM item WHERE id = ?1").bind(id).run();
}

void replace_items(Connection& connection, const std::vector<Item>& stored, Activity& activity) {
    for (const Item& item : activity.items)
        if (item.id && !has_item(stored, item.id))
            refuse(ErrorCode::invalid, "item " + base::to_text(item.id) +
                                           " is not one of activity " + base::to_text(activity.id));
    for (const Item& item : stored)
        if (!has_item(activity.items, item.id)) remove_item(connection, item.id);
    for (std::size_t at = 0; at < activity.items.size(); ++at) {
        activity.items[at].activity = activity.id;
        put_item(connection, activity.items[at], at);
    }
}

StockProposal read_proposal(const Statement& row) {
    StockProposal proposal;
    proposal.id = row.number<std::uint64_t>(0);
    proposal.item = row.id<base::ItemId>(1);
    proposal.delta = row.integer(2);
    proposal.reason = row.text(3);
    proposal.proposed_by = row.id<base::OperatorId>(4);
    proposal.decided_by = row.id<base::OperatorId>(5);
    proposal.proposed_at = row.instant(6);
    proposal.decided_at = row.instant(7);
    proposal.state = row.choice<StockProposal::State>(8);
    return proposal;
}

StockProposal proposal_with(Connection& connection, std::uint64_t id) {
    Statement query(connection, std::string(kSelectProposal) + "WHERE id = ?1");
    if (!query.bind(id).step())
        refuse(ErrorCode::not_found, "there is no proposed stock change " + std::to_string(id));
    return read_proposal(query);
}

}  // namespace

Result<Activity> SqliteActivityStore::add(Activity activity, account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        activity.version = 1;
        Statement(connection,
                  "INSERT INTO activity(name, description, starts_ms, ends_ms, state, created_by,"
                  " submitted_by, reviewed_by, review_note, version, created_ms, updated_ms,"
                  " rehearsal)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")
            .bind(activity.name, activity.description, activity.starts_at, activity.ends_at,
                  activity.state, activity.created_by, activity.submitted_by, activity.reviewed_by,
                  activity.review_note, activity.version, activity.created_at, activity.updated_at,
                  activity.rehearsal)
            .run();
        activity.id = {static_cast<std::uint32_t>(connection.last_id())};
        for (Item& item : activity.items) item.id = {};
        replace_items(connection, {}, activity);
        append_audit_of_new(transaction, audit, activity.id.value);
        return activity;
    });
}

Result<Activity> SqliteActivityStore::replace(Activity activity, account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        const Activity stored = activity_with(connection, activity.id);
        if (stored.version != activity.version)
            refuse(ErrorCode::conflict, base::say("activity_changed"));
        activity.version = stored.version + 1;
        activity.created_at = stored.created_at;
        activity.created_by = stored.created_by;
        Statement(connection,
                  "UPDATE activity SET name = ?2, description = ?3, starts_ms = ?4, ends_ms = ?5,"
                  " state = ?6, submitted_by = ?7, reviewed_by = ?8, review_note = ?9,"
                  " version = ?10, updated_ms = ?11, rehearsal = ?12 WHERE id = ?1")
            .bind(activity.id, activity.name, activity.description, activity.starts_at,
                  activity.ends_at, activity.state, activity.submitted_by, activity.reviewed_by,
                  activity.review_note, activity.version, activity.updated_at, activity.rehearsal)
            .run();
        replace_items(connection, stored.items, activity);
        append_audit(transaction, audit);
        return activity;
    });
}

Result<void> SqliteActivityStore::remove(base::ActivityId id, std::uint32_t version,
                                         account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        const Activity stored = activity_with(connection, id);
        if (stored.version != version) refuse(ErrorCode::conflict, base::say("activity_changed"));
        for (const Item& item : stored.items) remove_item(connection, item.id);
        Statement(connection, "DELETE FROM activity WHERE id = ?1").bind(id).run();
        append_audit(transaction, audit);
    });
}

Result<Activity> SqliteActivityStore::activity(base::ActivityId id) {
    return database_.read([&](Connection& connection) { return activity_with(connection, id); });
}

Result<std::vector<Activity>> SqliteActivityStore::activities(base::ActivityId before,
                                                              std::size_t limit) {
    return database_.read([&](Connection& connection) {
        std::vector<Activity> found;
        Statement query(connection, std::string(kSelectActivity) +
                                        "WHERE (?1 = 0 OR id < ?1) ORDER BY id DESC LIMIT ?2");
        query.bind(before, limit);
        while (query.step()) found.push_back(read_activity(connection, query));
        return found;
    });
}

Result<StockProposal> SqliteActivityStore::add_proposal(StockProposal proposal,
                                                        account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        Connection& connection = transaction.connection;
        Statement item(connection, "SELECT 1 FROM item WHERE id = ?1");
        if (!item.bind(proposal.item).step())
            refuse(ErrorCode::not_found, "there is no item " + base::to_text(proposal.item));
        Statement(connection,
                  "INSERT INTO stock_proposal(item, delta, reason, proposed_by, decided_by,"
                  " proposed_ms, decided_ms, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .bind(proposal.item, proposal.delta, proposal.reason, proposal.proposed_by,
                  proposal.decided_by, proposal.proposed_at, proposal.decided_at, proposal.state)
            .run();
        proposal.id = static_cast<std::uint64_t>(connection.last_id());
        append_audit_of_new(transaction, audit, proposal.id);
        return proposal;
    });
}

Result<StockProposal> SqliteActivityStore::proposal(std::uint64_t id) {
    return database_.read([&](Connection& connection) { return proposal_with(connection, id); });
}

Result<StockProposal> SqliteActivityStore::decide_proposal(const StockProposal& decided,
                                                           account::AuditEntry audit) {
    return database_.write([&](Transaction& transaction) {
        StockProposal stored = proposal_with(transaction.connection, decided.id);
        if (stored.state != StockProposal::State::open)
            refuse(ErrorCode::conflict, base::say("stock_change_decided"));
        stored.state = decided.state;
        stored.decided_by = decided.decided_by;
        stored.decided_at = decided.decided_at;
        Statement(transaction.connection,
                  "UPDATE stock_proposal SET state = ?2, decided_by = ?3, decided_ms = ?4"
                  " WHERE id = ?1")
            .bind(stored.id, stored.state, stored.decided_by, stored.decided_at)
            .run();
        append_audit(transaction, audit);
        return stored;
    });
}

Result<std::vector<StockProposal>> SqliteActivityStore::proposals(base::ItemId item) {
    return database_.read([&](Connection& connection) {
        std::vector<StockProposal> found;
        Statement query(connection,
                        std::string(kSelectProposal) + "WHERE item = ?1 ORDER BY id DESC");
        query.bind(item);
        while (query.step()) found.push_back(read_proposal(query));
        return found;
    });
}

Result<std::vector<StockProposal>> SqliteActivityStore::activity_proposals(
    base::ActivityId activity, std::uint64_t before, std::size_t limit) {
    return database_.read([&](Connection& connection) {
        std::vector<StockProposal> found;
        Statement query(connection, std::string(kSelectProposal) +
                                        "WHERE item IN (SELECT id FROM item WHERE activity = ?1)"
                                        " AND (?2 = 0 OR id < ?2) ORDER BY id DESC LIMIT ?3");
        query.bind(activity, before, limit);
        while (query.step()) found.push_back(read_proposal(query));
        return found;
    });
}

Result<std::vector<StockProposal>> SqliteActivityStore::open_proposals(std::uint64_t before,
                                                                       std::size_t limit) {
    return database_.read([&](Connection& connection) {
        std::vector<StockProposal> found;
        // The 0 is written out: the index of the open ones answers only then.
        Statement query(connection, std::string(kSelectProposal) +
                                        "WHERE state = 0 AND (?1 = 0 OR id < ?1)"
                                        " ORDER BY id DESC LIMIT ?2");
        query.bind(before, limit);
        while (query.step()) found.push_back(read_proposal(query));
        return found;
    });
}

}  // namespace sluice::adapter
