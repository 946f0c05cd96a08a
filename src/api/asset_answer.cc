// SPDX-License-Identifier: Apache-2.0
#include "api/asset_answer.h"

#include <string>

#include "api/compress.h"
#include "api/pages.h"

namespace sluice::api {

http::Response send_asset(const asset::Asset& file, const http::Request& request,
                          std::string_view cache_control, int status) {
    http::Response response;
    const bool packed =
        !file.gzip.empty() && takes_gzip(request.header(http::Header::accept_encoding));
    std::string etag(file.etag);
    if (packed) etag.insert(etag.size() - 1, "-gzip");  // other bytes, another tag
    const bool known =
        status == 200 && names_etag(request.header(http::Header::if_none_match), etag);
    response.status = known ? 304 : status;
    response.content_type = known ? "" : file.content_type;
    if (!known) {
        if (packed) response.add_header("Content-Encoding", "gzip");
        response.body = packed ? file.gzip : file.bytes;
    }
    response.add_header("ETag", etag);
    response.add_header("Vary", "Accept-Encoding");
    response.add_header("Cache-Control", cache_control);
    return response;
}

}  // namespace sluice::api
