// SPDX-License-Identifier: Apache-2.0
// The stores of the office on a fresh database, and what is put into them.
#pragma once

#include <string>
#include <vector>

#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/activity_store.h"
#include "adapter/sqlite/catalog_store.h"
#include "adapter/sqlite/fresh_store_test.h"
#include "adapter/sqlite/guard_store.h"

namespace sluice::adapter {

constexpr base::Instant kNow{1'700'000'000'000};

/// Makes the store one of version 1, as it was before there were rehearsals.
inline void make_old(const FreshStore& store) {
    store.meddle(
        "DROP TRIGGER activity_sum_added; DROP TRIGGER activity_sum_changed;"
        "ALTER TABLE activity DROP COLUMN rehearsal; DROP TABLE sample; DROP TABLE tally;"
        "DROP INDEX audit_by_who; DROP INDEX audit_by_action; DROP INDEX stock_proposal_open;"
        "UPDATE activity SET sum = row_sum(id, name, description, starts_ms, ends_ms, state,"
        " created_by, submitted_by, reviewed_by, review_note, version, created_ms, updated_ms);"
        "DROP TABLE recovery_code; DROP TABLE totp;"
        "DROP TRIGGER operator_session_sum_added; DROP TRIGGER operator_session_sum_changed;"
        "ALTER TABLE operator_session DROP COLUMN user_agent;"
        "ALTER TABLE operator_session DROP COLUMN stepped_up_until_ms;"
        "UPDATE operator_session SET sum = row_sum(token_digest, csrf, who, created_ms, seen_ms,"
        " address);"
        "PRAGMA user_version = 1");
}

class Stores : public testing::Test {
   protected:
    FreshStore store_;
    SqliteCatalogStore catalog_{*store_.database};
    SqliteActivityStore activities_{*store_.database};
    SqliteAccountStore accounts_{*store_.database};
    SqliteGuardStore guard_{*store_.database};

    std::uint64_t audited() { return must(accounts_.verify_audit()); }

    static catalog::Product phone(const std::string& code) {
        catalog::Product product;
        product.code = code;
        product.title = "手机 " + code;
        product.description = "line one\nline two";
        product.image_url = "https://example.com/a.png";
        product.created_at = kNow;
        product.updated_at = kNow;
        product.skus = {{{}, {}, code + "-RED", "红色"}, {{}, {}, code + "-BLUE", "蓝色"}};
        return product;
    }
    catalog::Product stored_phone(const std::string& code) {
        return must(catalog_.add(phone(code), entry("product.add", "product/")));
    }

    static activity::Item item_of(base::SkuId sku) {
        activity::Item item;
        item.sku = sku;
        item.title = "秒杀";
        item.price = {199'900, *base::parse_currency("CNY")};
        item.list_price = {299'900, *base::parse_currency("CNY")};
        item.stock = 1LL << 39;
        item.limit_per_user = 2;
        item.policy = activity::StockPolicy::on_payment;
        item.entry = activity::Entry::ticket;
        item.pay_window = {90'000};
        item.cancel_returns_unit = false;
        item.traffic_tag = "tag";
        return item;
    }
    static activity::Activity sale_of(const std::vector<catalog::Sku>& skus) {
        activity::Activity activity;
        activity.name = "双十一";
        activity.description = "words";
        activity.starts_at = kNow + base::kHour;
        activity.ends_at = kNow + base::kDay;
        activity.created_by = {1};
        activity.submitted_by = {2};
        activity.reviewed_by = {3};
        activity.review_note = "fine";
        activity.created_at = kNow;
        activity.updated_at = kNow;
        activity.rehearsal = true;
        for (const catalog::Sku& sku : skus) activity.items.push_back(item_of(sku.id));
        return activity;
    }
    activity::Activity stored_sale(const std::vector<catalog::Sku>& skus) {
        return must(activities_.add(sale_of(skus), entry("activity.add", "activity/")));
    }

    static account::Operator person(const std::string& name, account::Role role) {
        account::Operator who;
        who.name = name;
        who.role = role;
        who.password_hash = "$argon2id$" + name;
        who.created_at = kNow;
        return who;
    }
    account::Operator stored_person(const std::string& name, account::Role role) {
        return must(accounts_.add_operator(person(name, role), entry("operator.add", "operator/")));
    }
    static account::OperatorSession session_of(const account::Operator& who,
                                               const std::string& digest, base::Instant at) {
        return {digest, "csrf-" + digest, who.id, at, at, "127.0.0.1"};
    }
};

}  // namespace sluice::adapter
