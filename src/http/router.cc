// SPDX-License-Identifier: Apache-2.0
#include "http/router.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "http/exchange.h"

namespace sluice::http {

namespace {

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::other);

/// Cuts the first segment off `path`, which begins with '/'.
std::string_view take_segment(std::string_view& path) {
    const auto end = path.find('/', 1);
    const std::string_view segment = path.substr(1, end == std::string_view::npos ? end : end - 1);
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
    return segment;
}

bool is_param(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace

/// One segment of the paths that the routes have.
struct Router::Node {
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> children;
    std::unique_ptr<Node> any;  ///< for `{name}`
    std::array<const Route*, kMethods> by_method{};
    std::string allow;

    Node& child(std::string_view segment) {
        if (is_param(segment)) {
            if (!any) any = std::make_unique<Node>();
            return *any;
        }
        CHECK(segment.find_first_of("{}") == std::string_view::npos);
        for (auto& [name, node] : children)
            if (name == segment) return *node;
        children.emplace_back(std::string{segment}, std::make_unique<Node>());
        return *children.back().second;
    }

    void add_allowed(Method method) {
        if (!allow.empty()) allow += ", ";
        allow += to_text(method);
    }

    void write_allow() {
        for (std::size_t i = 0; i < kMethods; ++i) {
            const auto method = static_cast<Method>(i);
            const bool has_get = by_method[static_cast<std::size_t>(Method::get)] != nullptr;
            if (by_method[i] || (method == Method::head && has_get)) add_allowed(method);
        }
        if (!allow.empty() && !by_method[static_cast<std::size_t>(Method::options)])
            add_allowed(Method::options);
        for (auto& [name, node] : children) node->write_allow();
        if (any) any->write_allow();
    }

    /// A fixed segment goes before `{name}`; if its branch leads nowhere the other one is tried.
    const Node* find(std::string_view path, Request& request, std::size_t param) const {
        if (path.empty()) return allow.empty() ? nullptr : this;
        const std::string_view segment = take_segment(path);
        for (const auto& [name, node] : children) {
            if (name != segment) continue;
            if (const Node* found = node->find(path, request, param)) return found;
            break;
        }
        if (!any || segment.empty()) return nullptr;
        const Node* found = any->find(path, request, param + 1);
        if (found) request.params[param] = segment;
        return found;
    }
};

Router::Router(std::vector<Route> routes, InlineHandler unknown)
    : routes_(std::move(routes)), root_(std::make_unique<Node>()) {
    unknown_.pattern = "(unknown)";
    unknown_.inline_handler = std::move(unknown);
    for (const Route& route : routes_) {
        CHECK(route.method != Method::other && route.pattern.starts_with('/'));
        CHECK((route.inline_handler != nullptr) != (route.desk_handler != nullptr));
        Node* node = root_.get();
        std::string_view rest = route.pattern;
        std::size_t params = 0;
        while (!rest.empty()) {
            const std::string_view segment = take_segment(rest);
            params += is_param(segment) ? 1 : 0;
            node = &node->child(segment);
        }
        CHECK(params <= std::tuple_size_v<decltype(Request::params)>);
        const Route*& place = node->by_method[static_cast<std::size_t>(route.method)];
        CHECK(place == nullptr);
        place = &route;
    }
    root_->write_allow();
}

Router::~Router() = default;

// PATH buy 2/8 Finds the handler by method and path. Next: api/buy.cc
Match Router::dispatch(Request& request) const {
    static constexpr std::string_view kAll = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    if (request.path == "*") return {nullptr, 204, kAll};
    if (!request.path.starts_with('/')) return {nullptr, 404, {}};
    const Node* node = root_->find(request.path, request, 0);
    if (!node) return {unknown_route(request.method), 404, {}};
    if (request.method == Method::other) return {nullptr, 405, node->allow};
    const Route* route = node->by_method[static_cast<std::size_t>(request.method)];
    if (!route && request.method == Method::head)
        route = node->by_method[static_cast<std::size_t>(Method::get)];
    if (route) return {route, 200, {}};
    return {nullptr, request.method == Method::options ? 204 : 405, node->allow};
}

const Route* Router::unknown_route(Method method) const {
    const bool reads = method == Method::get || method == Method::head;
    return reads && unknown_.inline_handler ? &unknown_ : nullptr;
}

const std::vector<Route>& Router::routes() const { return routes_; }

}  // namespace sluice::http
