// SPDX-License-Identifier: Apache-2.0
// Response: what a handler answers. The connection adds Date, Content-Length or chunking, and
// Connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sluice::http {

/// A body that is produced piece by piece (CSV export, server-sent events). Called on the door only
/// when the client has taken what came before, so a slow reader holds one piece, never the whole.
class Source {
   public:
    enum class Next : unsigned char {
        more,  ///< ask again when what is in `out`, perhaps nothing, is sent
        wait,  ///< nothing now (or what is in `out`, once sent); ask again after wait_ms(). A
               ///< drain ends the stream here, so a source that never ends does not hold it up
        end    ///< `out` has the last bytes
    };
    virtual ~Source() = default;
    /// Appends to the empty `out`, at most some 64 KiB. Must not block and must not throw.
    virtual Next next(std::string& out) noexcept = 0;
    [[nodiscard]] virtual int wait_ms() const noexcept { return 1000; }
};

struct Response {
    int status = 200;
    std::string_view content_type = "application/json";  ///< a literal; "" for none
    std::string
        headers;  ///< further header lines, each "Name: value\r\n"; values checked by add_header
    std::string body;
    std::unique_ptr<Source> source;  ///< if set, replaces `body`, sent chunked
    bool close = false;              ///< close the connection after this answer

    /// Appends one header line. CHECKs that the value has no line break.
    void add_header(std::string_view name, std::string_view value);
};

[[nodiscard]] Response json(int status, std::string body);
[[nodiscard]] Response html(int status, std::string body);
[[nodiscard]] Response no_content();
[[nodiscard]] Response see_other(std::string_view location);
[[nodiscard]] Response permanent_redirect(std::string_view location);

/// An answer whose bytes are ready but for Date and Connection: refusals of the hot path and static
/// pages. Built once, then sent by reference; must outlive every connection that may still be
/// sending it.
struct Prepared {
    std::string
        head;  ///< status line and headers without Date and Connection, no empty line at the end
    std::string body;
};

[[nodiscard]] Prepared prepare(const Response& response);

}  // namespace sluice::http
