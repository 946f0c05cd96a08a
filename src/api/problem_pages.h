// SPDX-License-Identifier: Apache-2.0
// Problem pages: what the `type` of a problem document leads to: what its code means and what to
// do, in both languages, the same bytes for everybody. tools/problem_pages makes them of
// docs/api/errors.md when the program is built.
// Threads: problem_page any, it never waits; publish_problem_pages any that may wait for the disk.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace sluice::api {

/// GET /problems/{code}; the list of all of them, as 404, for a code that is none. On both
/// listeners, because both say what is wrong.
[[nodiscard]] http::Response problem_page(const http::Request& request);

/// Writes them below `folder`, for the web server in front: problems/busy.html and busy.html.gz.
/// They change with the program only, so they are in no manifest and never purged; that folder is
/// theirs, and what another program left there is mended or removed.
[[nodiscard]] base::Result<void> publish_problem_pages(const std::filesystem::path& folder);

}  // namespace sluice::api
