// SPDX-License-Identifier: Apache-2.0
#include "api/admin/access.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <sstream>

#include "api/admin/fakes_test.h"

namespace sluice::api::admin {
namespace {

using account::Permission;
using account::Role;

// Every route of the console and who may use it. `signed_in`: every operator. `anyone`: no session.
constexpr const char* kTable = R"(
GET    /admin/v1/sessions/current               signed_in
DELETE /admin/v1/sessions/current               signed_in
POST   /admin/v1/sessions/current/step-up       signed_in
GET    /admin/v1/sessions                       signed_in
DELETE /admin/v1/sessions/{id}                  signed_in
GET    /admin/v1/operators                      manage_users
POST   /admin/v1/operators                      manage_users
PATCH  /admin/v1/operators/{id}                 manage_users
GET    /admin/v1/operators/{id}/sessions        manage_users
POST   /admin/v1/operators/{id}/sign-out        manage_users
POST   /admin/v1/operators/current/password     signed_in
POST   /admin/v1/operators/current/totp         signed_in
DELETE /admin/v1/operators/current/totp         signed_in
POST   /admin/v1/operators/current/totp/confirm signed_in
GET    /admin/v1/products                       view
POST   /admin/v1/products                       edit_catalog
POST   /admin/v1/products/import                edit_catalog
GET    /admin/v1/products/{id}                  view
PUT    /admin/v1/products/{id}                  edit_catalog
GET    /admin/v1/activities                     view
POST   /admin/v1/activities                     edit_activity
GET    /admin/v1/activities/{id}                view
PUT    /admin/v1/activities/{id}                edit_activity
DELETE /admin/v1/activities/{id}                edit_activity
GET    /admin/v1/activities/{id}/changes        view
GET    /admin/v1/activities/{id}/preflight      view
GET    /admin/v1/activities/{id}/history        view
GET    /admin/v1/activities/{id}/stock-changes  view
GET    /admin/v1/activities/{id}/report         view
GET    /admin/v1/activities/{id}/report.csv     view
GET    /admin/v1/preview/activities/{id}        view
GET    /admin/v1/preview/items/{id}             view
GET    /admin/v1/preview/images/{name}          view
POST   /admin/v1/activities/{id}/clone          edit_activity
POST   /admin/v1/activities/{id}/submit         edit_activity
POST   /admin/v1/activities/{id}/approve        review
POST   /admin/v1/activities/{id}/reject         review
POST   /admin/v1/activities/{id}/warm           run_sale
POST   /admin/v1/activities/{id}/pause          run_sale
POST   /admin/v1/activities/{id}/resume         run_sale
POST   /admin/v1/activities/{id}/end            run_sale
GET    /admin/v1/items/{id}                     view
PUT    /admin/v1/items/{id}/traffic-tag         run_sale
POST   /admin/v1/items/{id}/stop                run_sale
POST   /admin/v1/items/{id}/resume              run_sale
POST   /admin/v1/items/{id}/stock-changes       edit_activity
GET    /admin/v1/stock-changes                  view
POST   /admin/v1/stock-changes/{id}/approve     review
POST   /admin/v1/stock-changes/{id}/reject      review
GET    /admin/v1/orders                         view
GET    /admin/v1/orders/export                  view_orders
GET    /admin/v1/orders/{id}                    view
GET    /admin/v1/orders/{id}/timeline           view
POST   /admin/v1/orders/{id}/cancel             settle_orders
POST   /admin/v1/orders/{id}/refund             settle_orders
POST   /admin/v1/orders/{id}/mark-paid          settle_orders
GET    /admin/v1/risk-entries                   edit_risk
POST   /admin/v1/risk-entries                   edit_risk
DELETE /admin/v1/risk-entries/{id}              edit_risk
GET    /admin/v1/switches                       view
PUT    /admin/v1/switches/{name}                run_sale
GET    /admin/v1/audit                          view_audit
GET    /admin/v1/audit/verify                   view_audit
GET    /admin/v1/reconcile                      view
POST   /admin/v1/pages/publish                  run_sale
GET    /admin/v1/live                           view
GET    /admin/v1/live/now                       view
POST   /admin/v1/sessions                       anyone
POST   /admin/v1/setup                          anyone
GET    /admin                                   anyone
GET    /admin/{page}                            anyone
GET    /admin/{page}/{id}                       anyone
GET    /admin/{page}/{id}/{part}                anyone
GET    /admin/assets/{file}                     anyone
GET    /livez                                   anyone
GET    /readyz                                  anyone
GET    /startupz                                anyone
GET    /version                                 anyone
GET    /metrics                                 anyone
GET    /openapi.json                            anyone
GET    /problems/{code}                         anyone
)";

constexpr std::array kRoles = {Role::owner, Role::operator_, Role::reviewer, Role::support,
                               Role::viewer};

struct Line {
    std::string method;
    std::string pattern;
    std::string who;
    auto operator<=>(const Line&) const = default;
};

std::vector<Line> table() {
    std::vector<Line> lines;
    std::istringstream in(kTable);
    for (Line line; in >> line.method >> line.pattern >> line.who;) lines.push_back(line);
    return lines;
}

Permission permission_named(const std::string& name) {
    static const std::map<std::string, Permission> names = {
        {"view", Permission::view},
        {"edit_catalog", Permission::edit_catalog},
        {"edit_activity", Permission::edit_activity},
        {"review", Permission::review},
        {"run_sale", Permission::run_sale},
        {"view_orders", Permission::view_orders},
        {"settle_orders", Permission::settle_orders},
        {"edit_risk", Permission::edit_risk},
        {"view_audit", Permission::view_audit},
        {"manage_users", Permission::manage_users}};
    return names.at(name);
}

std::string name_of(const std::optional<Permission>& permission) {
    for (const char* name :
         {"view", "edit_catalog", "edit_activity", "review", "run_sale", "view_orders",
          "settle_orders", "edit_risk", "view_audit", "manage_users"})
        if (permission == permission_named(name)) return name;
    return "signed_in";
}

http::Method method_of(const Line& line) {
    for (const auto method : {http::Method::get, http::Method::post, http::Method::put,
                              http::Method::patch, http::Method::delete_})
        if (line.method == http::to_text(method)) return method;
    return http::Method::other;
}

/// The path with an id, and a name, that nothing has.
std::string path_of(const Line& line) {
    std::string path = line.pattern;
    for (const auto& [hole, value] :
         {std::pair<std::string, std::string>{"{id}", "424242"}, {"{name}", "nothing"}})
        if (const auto at = path.find(hole); at != std::string::npos)
            path.replace(at, hole.size(), value);
    return path;
}

/// `who` asks for `line`; a fresh session, because one of the routes ends it.
int status_for(Console& console, const Line& line, base::OperatorId who, bool with_csrf = true) {
    Badge badge = console.sign_in(who);
    if (!with_csrf) badge.csrf = "";
    return console.ask(method_of(line), path_of(line), &badge, line.method == "GET" ? "" : "{}")
        .status;
}

TEST(Access, TheTableOfThisTestNamesEveryRouteAndItsPermission) {
    std::set<Line> expected;
    for (const Line& line : table()) expected.insert(line);
    std::set<Line> actual;
    for (const AdminRoute& route : admin_routes())
        actual.insert({std::string(http::to_text(route.method)), std::string(route.pattern),
                       name_of(route.permission)});
    for (const OpenRoute& route : open_routes())
        actual.insert(
            {std::string(http::to_text(route.method)), std::string(route.pattern), "anyone"});
    EXPECT_EQ(actual, expected);
    Console console;
    EXPECT_EQ(console_routes(*console.app).size(), expected.size());
}

TEST(Access, AStrangerPassesNowhereButTheOpenRoutes) {
    Console console;
    const Badge forged{{}, "not-a-session", "csrf"};
    for (const Line& line : table()) {
        const std::string body = line.method == "GET" ? "" : "{}";
        const auto bare = console.ask(method_of(line), path_of(line), nullptr, body).status;
        const auto with_forged = console.ask(method_of(line), path_of(line), &forged, body).status;
        if (line.who == "anyone") {
            EXPECT_NE(bare, 401) << line.pattern;
        } else {
            EXPECT_EQ(bare, 401) << line.method << ' ' << line.pattern;
            EXPECT_EQ(with_forged, 401) << line.method << ' ' << line.pattern;
        }
    }
}

TEST(Access, EachRolePassesExactlyWhereItsPermissionsAllow) {
    Console console;
    for (const Role role : kRoles) {
        std::string name(account::to_text(role));
        const Badge badge = console.hire(name, role);
        for (const Line& line : table()) {
            if (line.who == "anyone") continue;
            const bool allowed =
                line.who == "signed_in" || account::may(role, permission_named(line.who));
            const int status = status_for(console, line, badge.id);
            const std::string what = name + ' ' + line.method + ' ' + line.pattern;
            if (allowed) {
                EXPECT_TRUE(status != 401 && status != 403) << what << ": " << status;
            } else {
                EXPECT_EQ(status, 403) << what;
            }
        }
    }
}

TEST(Access, EveryUnsafeRequestNeedsTheCsrfToken) {
    Console console;
    const Badge owner = console.hire("owner", Role::owner);
    for (const Line& line : table()) {
        if (line.who == "anyone") continue;
        const int status = status_for(console, line, owner.id, false);
        if (line.method == "GET")
            EXPECT_NE(status, 403) << line.pattern;
        else
            EXPECT_EQ(status, 403) << line.method << ' ' << line.pattern;
    }
}

TEST(Access, ADisabledOperatorIsSignedOut) {
    Console console;
    console.hire("boss", Role::owner);
    const Badge owner = console.hire("owner", Role::owner);
    EXPECT_EQ(console.get("/admin/v1/products", owner).status, 200);
    auto who = *console.accounts.operator_by_id(owner.id);
    who.disabled = true;
    ASSERT_TRUE(console.accounts.change_operator(who, {}));
    EXPECT_EQ(console.get("/admin/v1/products", owner).status, 401);
    const Badge again = console.sign_in(owner.id);  // even if a session were there
    EXPECT_EQ(console.get("/admin/v1/products", again).status, 401);
}

TEST(Access, ASessionEndsWhenItIsIdleAndWhenItIsOld) {
    Console console;
    const Badge idle = console.hire("owner", Role::owner);
    console.clock.advance(base::Duration{account::kSessionIdleMax.ms - 1000});
    EXPECT_EQ(console.get("/admin/v1/products", idle).status, 200);
    console.clock.advance(account::kSessionIdleMax);
    EXPECT_EQ(console.get("/admin/v1/products", idle).status, 401);

    const Badge busy = console.sign_in(idle.id);
    const base::Instant end = console.clock.now() + account::kSessionAgeMax;
    while (console.clock.now() + base::kHour < end) {
        console.clock.advance(base::kHour);
        ASSERT_EQ(console.get("/admin/v1/products", busy).status, 200);
    }
    console.clock.advance(base::kHour);
    EXPECT_EQ(console.get("/admin/v1/products", busy).status, 401);
}

TEST(Access, ASessionIsTouchedAtMostOnceAMinute) {
    Console console;
    const Badge badge = console.hire("owner", Role::owner);
    for (int i = 0; i < 30; ++i) {
        console.clock.advance(base::kSecond);
        EXPECT_EQ(console.get("/admin/v1/products", badge).status, 200);
    }
    EXPECT_EQ(console.accounts.touches, 0);
    console.clock.advance(base::kMinute);
    EXPECT_EQ(console.get("/admin/v1/products", badge).status, 200);
    EXPECT_EQ(console.get("/admin/v1/products", badge).status, 200);
    EXPECT_EQ(console.accounts.touches, 1);
}

}  // namespace
}  // namespace sluice::api::admin
