// SPDX-License-Identifier: Apache-2.0
// The description of the API, the same document that the public listener serves.
#include "api/admin/answers.h"
#include "api/admin/handlers.h"

#if __has_include("generated/openapi_json.h")
#include "generated/openapi_json.h"
#endif

namespace sluice::api::admin {

Response openapi(App&, const Request&) {
#if __has_include("generated/openapi_json.h")
    return http::json(200, std::string(kOpenapiJson));
#else
    return http::not_found("This build has no description of its interface.");
#endif
}

}  // namespace sluice::api::admin
