// SPDX-License-Identifier: Apache-2.0
// Asset answer: a file of the program itself (asset/asset.h) as it goes out.   Threads: any.
#pragma once

#include <string_view>

#include "asset/asset.h"
#include "http/request.h"
#include "http/response.h"

namespace sluice::api {

/// The file, compressed for who takes it so. Where that is a 200, 304 for who has it. Each form has
/// its own ETag.
[[nodiscard]] http::Response send_asset(const asset::Asset& file, const http::Request& request,
                                        std::string_view cache_control, int status = 200);

}  // namespace sluice::api
