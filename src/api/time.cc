// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "api/endpoints.h"
#include "page/page.h"

namespace sluice::api {

void get_time(App& app, const http::Request&, http::Exchange& exchange) {
    exchange.send(http::json(
        200, fmt::format(R"({{"now_ms":{},"page":"{}"}})", app.clock.now().ms, page::version())));
}

}  // namespace sluice::api
