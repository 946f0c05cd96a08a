// SPDX-License-Identifier: Apache-2.0
#include "http/router.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "http/exchange.h"

namespace sluice::http {
namespace {

Route route(Method method, std::string pattern) {
    Route r;
    r.method = method;
    r.pattern = std::move(pattern);
    r.desk_handler = [](const Request&) { return no_content(); };
    return r;
}

Router shop() {
    std::vector<Route> routes;
    routes.push_back(route(Method::get, "/"));
    routes.push_back(route(Method::get, "/v1/time"));
    routes.push_back(route(Method::get, "/v1/items/{id}/state"));
    routes.push_back(route(Method::post, "/v1/items/{id}/orders"));
    routes.push_back(route(Method::get, "/v1/orders"));
    routes.push_back(route(Method::get, "/v1/orders/{id}"));
    routes.push_back(route(Method::get, "/v1/orders/latest"));
    routes.push_back(route(Method::post, "/v1/orders/latest/cancel"));
    routes.push_back(route(Method::post, "/v1/orders/{id}/payments/{payment}"));
    routes.push_back(route(Method::delete_, "/v1/orders/{id}"));
    return Router{std::move(routes)};
}

struct Found {
    std::string pattern;
    int status;
    std::string allow, first, second;
};

Found find(const Router& router, Method method, std::string_view path) {
    Request request;
    request.method = method;
    request.path = path;
    const Match match = router.dispatch(request);
    return {match.route ? match.route->pattern : "", match.status, std::string{match.allow},
            std::string{request.params[0]}, std::string{request.params[1]}};
}

TEST(Router, FindsTheRouteAndItsParameters) {
    const Router router = shop();
    const struct {
        Method method;
        const char* path;
        const char* pattern;
        int status;
        const char* first;
        const char* second;
    } kTable[] = {
        {Method::get, "/", "/", 200, "", ""},
        {Method::head, "/", "/", 200, "", ""},
        {Method::get, "/v1/time", "/v1/time", 200, "", ""},
        {Method::get, "/v1/items/7/state", "/v1/items/{id}/state", 200, "7", ""},
        {Method::head, "/v1/items/7/state", "/v1/items/{id}/state", 200, "7", ""},
        {Method::post, "/v1/items/8/orders", "/v1/items/{id}/orders", 200, "8", ""},
        {Method::get, "/v1/orders", "/v1/orders", 200, "", ""},
        {Method::get, "/v1/orders/12", "/v1/orders/{id}", 200, "12", ""},
        {Method::get, "/v1/orders/latest", "/v1/orders/latest", 200, "", ""},
        {Method::post, "/v1/orders/5/payments/6", "/v1/orders/{id}/payments/{payment}", 200, "5",
         "6"},
        // The fixed branch has no payments, so the other one is tried.
        {Method::post, "/v1/orders/latest/payments/6", "/v1/orders/{id}/payments/{payment}", 200,
         "latest", "6"},
        {Method::get, "", "", 404, "", ""},
        {Method::get, "/v1", "", 404, "", ""},
        {Method::get, "/v1/time/", "", 404, "", ""},
        {Method::get, "//v1/time", "", 404, "", ""},
        {Method::get, "/v1/orders/", "", 404, "", ""},
        {Method::get, "/v1/items//state", "", 404, "", ""},
        {Method::get, "/V1/time", "", 404, "", ""},
        {Method::get, "/v1/orders/1/2", "", 404, "", ""},
        {Method::post, "/v1/time", "", 405, "", ""},
        {Method::options, "/v1/time", "", 204, "", ""},
        {Method::options, "*", "", 204, "", ""},
        {Method::options, "/nowhere", "", 404, "", ""},
        {Method::other, "/v1/time", "", 405, "", ""},
    };
    for (const auto& row : kTable) {
        const Found found = find(router, row.method, row.path);
        EXPECT_EQ(found.pattern, row.pattern) << row.path;
        EXPECT_EQ(found.status, row.status) << row.path;
        EXPECT_EQ(found.first, row.first) << row.path;
        EXPECT_EQ(found.second, row.second) << row.path;
    }
}

TEST(Router, LeavesReadingAnUnknownAddressToWhoIsThereForIt) {
    std::vector<Route> routes;
    routes.push_back(route(Method::post, "/v1/orders"));
    const Router router(std::move(routes), [](const Request&, Exchange&) {});
    for (const Method method : {Method::get, Method::head})
        EXPECT_EQ(find(router, method, "/nowhere").pattern, "(unknown)");
    for (const Method method : {Method::post, Method::delete_, Method::options}) {
        EXPECT_EQ(find(router, method, "/nowhere").pattern, "");
        EXPECT_EQ(find(router, method, "/nowhere").status, 404);
    }
    EXPECT_EQ(find(router, Method::get, "/v1/orders").status, 405) << "it is known";
}

TEST(Router, SaysWhichMethodsThePathHas) {
    const Router router = shop();
    EXPECT_EQ(find(router, Method::post, "/v1/time").allow, "GET, HEAD, OPTIONS");
    EXPECT_EQ(find(router, Method::get, "/v1/items/1/orders").allow, "POST, OPTIONS");
    EXPECT_EQ(find(router, Method::put, "/v1/orders/1").allow, "GET, HEAD, DELETE, OPTIONS");
    EXPECT_EQ(find(router, Method::options, "/v1/orders/1").allow, "GET, HEAD, DELETE, OPTIONS");
}

TEST(RouterDeathTest, RefusesTwoRoutesForTheSameRequest) {
    std::vector<Route> routes;
    routes.push_back(route(Method::get, "/a/{x}"));
    routes.push_back(route(Method::get, "/a/{y}"));
    EXPECT_DEATH(Router{std::move(routes)}, "place == nullptr");
}

}  // namespace
}  // namespace sluice::http
