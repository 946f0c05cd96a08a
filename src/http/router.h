// SPDX-License-Identifier: Apache-2.0
// Router: method and path → handler, from one table that is fixed before the first request.
// Threads: read-only after start, so every door shares one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace sluice::http {

class Exchange;

/// Runs on the door, must not wait: answers through the exchange now, or takes `later()` from it.
using InlineHandler = std::function<void(const Request&, Exchange&)>;
/// Runs on a desk thread and may wait for the disk; its result is sent by the door.
using DeskHandler = std::function<Response(const Request&)>;

struct Route {
    Method method = Method::get;
    std::string pattern;  ///< "/v1/items/{id}/orders"; `{name}` stands for one non-empty segment
    InlineHandler inline_handler;  ///< exactly one of the two is set
    DeskHandler desk_handler;
    /// Asked on a desk when the headers are there and the body is not, so that a stranger cannot
    /// make us read a long one: a status of 400 or more is the answer. Sees no body; a request
    /// that came in one piece goes straight to its handler, which must check again.
    DeskHandler gate;
    bool slow = false;  ///< takes a desk for long, such as to hash a password: see ServerOptions
    std::size_t body_max = 0;  ///< bytes; 0: this route takes no body, a longer one is 413
    /// What the body of a POST, PUT or PATCH may be; parameters such as charset are tolerated.
    std::vector<std::string> content_types = {"application/json"};
};

/// What dispatch found.
struct Match {
    const Route* route = nullptr;  ///< nullptr: `status` says 404, 405, or 204 for OPTIONS
    int status = 404;
    std::string_view allow;  ///< for 405 and 204: the methods that the path has
};

class Router {
   public:
    /// CHECKs that no two routes collide. `unknown` answers GET and HEAD of an address that no
    /// route has; without it they are 404 like those of all other methods.
    explicit Router(std::vector<Route> routes, InlineHandler unknown = nullptr);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// Finds the route and fills `request.params`. HEAD finds the GET route.
    [[nodiscard]] Match dispatch(Request& request) const;
    [[nodiscard]] const std::vector<Route>& routes() const;

   private:
    struct Node;
    [[nodiscard]] const Route* unknown_route(Method method) const;
    std::vector<Route> routes_;
    Route unknown_;
    std::unique_ptr<Node> root_;
};

}  // namespace sluice::http
