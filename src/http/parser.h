// SPDX-License-Identifier: Apache-2.0
// Parser: bytes in, checked requests out. No socket, no clock: what it does depends only on the
// bytes, never on how they were cut into reads (fuzz/request_fuzz.cc holds it to that).
// Owner: Connection.      Threads: the door's own.
// The grammar of the header is request_head.cc's, at once when the header is complete and in place;
// what is well-formed and still not acceptable is refused here. The route is found right behind the
// header, because it says how long and of what type the body may be.
// Limits: header_bytes_max for request line and headers, kTargetMax, the route's body_max.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/buffer_pool.h"
#include "http/chunks.h"
#include "http/request.h"
#include "http/request_head.h"
#include "http/router.h"

namespace sluice::http {

/// Longest request target: our own longest is some 300 bytes; 414 past that.
inline constexpr std::size_t kTargetMax = 2048;

/// Why a request is refused by the parser. The connection is closed behind it: where the next
/// request would begin is no longer certain.
struct Refusal {
    int status = 400;
    std::string_view code = "malformed_request";
    std::string_view detail;
};

/// How the length of the body is told.
enum class Framing : unsigned char { none, length, chunked };

class Parser {
   public:
    enum class Step : unsigned char {
        need_more,  ///< read into room() and call received()
        ready,      ///< request() and match() are complete; call next() when it is answered
        refused     ///< refusal() says why; nothing more can be read from this connection
    };
    /// How far the request at hand is: decides which deadline applies.
    enum class Phase : unsigned char { empty, header, body, ready, refused };

    Parser(const Router& router, BufferPool& pool, std::size_t header_bytes_max)
        : router_(router), pool_(pool), header_bytes_max_(header_bytes_max) {}
    ~Parser() { reset(); }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// Where the next bytes go; never empty while need_more.
    [[nodiscard]] std::span<char> room();
    /// `count` bytes were written to room().
    void received(std::size_t count);
    /// Works on what is there.
    [[nodiscard]] Step advance();
    /// Forgets the answered request; bytes behind it stay.
    void next();
    /// Forgets everything and gives buffer and head back.
    void reset();
    /// Gives them back while the phase is empty; what was read before it still counts.
    void give_back();

    [[nodiscard]] Phase phase() const;
    [[nodiscard]] Request& request() { return head_->request; }
    [[nodiscard]] const Match& match() const { return match_; }
    [[nodiscard]] const Refusal& refusal() const { return refusal_; }
    [[nodiscard]] std::span<const std::string_view> forwarded() const {
        return {head_->forwarded.data(), head_->forwardeds};
    }
    [[nodiscard]] Framing framing() const { return framing_; }
    /// Of the target if it names one, else of the header.
    [[nodiscard]] std::string_view host() const { return head_->host; }
    [[nodiscard]] bool http_11() const { return head_->http_11; }
    /// The client wants the connection kept, and its request was read to the end.
    [[nodiscard]] bool keep_alive() const { return head_->keep_alive; }
    /// The answer has no content. Known from the first bytes on, because also what is refused or
    /// given up before its header is complete gets an answer.
    [[nodiscard]] bool is_head() const;
    /// Bytes of a next request are there already.
    [[nodiscard]] bool has_more() const { return end_ > consumed_; }
    /// True once for a request that waits for "100 Continue" before it sends its body.
    [[nodiscard]] bool take_continue();

   private:
    enum class State : unsigned char {
        header,
        body_in_place,
        body_apart,
        body_chunked,
        ready,
        refused
    };

    [[nodiscard]] Step refuse(int status, std::string_view code, std::string_view detail);
    [[nodiscard]] Step malformed(std::string_view detail);
    [[nodiscard]] Step read_header();
    [[nodiscard]] Step finish_header(std::size_t header_end);
    [[nodiscard]] Step check_target();
    [[nodiscard]] Step check_framing();
    [[nodiscard]] Step check_route();
    [[nodiscard]] Step begin_body();
    [[nodiscard]] Step read_body();
    void grow();

    const Router& router_;
    BufferPool& pool_;
    const std::size_t header_bytes_max_;

    std::unique_ptr<char[]> buffer_;  ///< while a request is under way
    std::unique_ptr<Head> head_;      ///< likewise
    BufferPool::Size size_ = BufferPool::Size::small;
    State state_ = State::header;
    Framing framing_ = Framing::none;
    bool wants_continue_ = false;
    bool skipped_line_ = false;  ///< one empty line before the request line is allowed

    // Offsets into buffer_: begin_ ≤ line_ ≤ scanned_ ≤ end_.
    std::size_t begin_ = 0;       ///< of the request
    std::size_t line_ = 0;        ///< of the header line at hand
    std::size_t scanned_ = 0;     ///< no line feed between line_ and here
    std::size_t first_line_ = 0;  ///< length of the request line; 0: not complete
    std::size_t body_begin_ = 0;
    std::size_t body_size_ = 0;  ///< by Content-Length
    std::size_t consumed_ = 0;   ///< end of the complete request
    std::size_t end_ = 0;        ///< of what was received

    std::string body_;        ///< a chunked body, or one that does not fit behind the header
    std::size_t filled_ = 0;  ///< of body_, in body_apart
    ChunkDecoder chunks_;
    Match match_;
    Refusal refusal_;
};

}  // namespace sluice::http
