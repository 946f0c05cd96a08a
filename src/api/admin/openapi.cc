// SPDX-License-Identifier: Apache-2.0
// The description of the API, the same document that the public listener serves.
#include <string>

#include "api/admin/handlers.h"
#include "api/asset_answer.h"
#include "api/compress.h"
#include "asset/asset.h"
#include "base/secret.h"
#include "generated/openapi_json.h"

namespace sluice::api::admin {

Response openapi(App&, const Request& request) {
    static const std::string etag = '"' + base::digest_hex(kOpenapiJson).substr(0, 32) + '"';
    static const std::string gzip = compress(kOpenapiJson, Coding::gzip);
    const asset::Asset document{"openapi.json", "application/json", etag, kOpenapiJson, gzip};
    return send_asset(document, request, "public, max-age=300");
}

}  // namespace sluice::api::admin
