// SPDX-License-Identifier: Apache-2.0
// The description of the API, the same document that the public listener serves.
#include "api/admin/answers.h"
#include "api/admin/handlers.h"

#include "generated/openapi_json.h"

namespace sluice::api::admin {

Response openapi(App&, const Request&) { return http::json(200, std::string(kOpenapiJson)); }

}  // namespace sluice::api::admin
