// SPDX-License-Identifier: Apache-2.0
#include "http/parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "base/check.h"
#include "http/head.h"

namespace sluice::http {

namespace {

/// A body that is read apart grows by so much ahead of what has come, so that a client that only
/// promises a long body costs little.
constexpr std::size_t kBodyStep = 16384;
/// Room that must be left behind the header, for a body to be read through it.
constexpr std::size_t kRoomMin = 512;

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Of each byte whether it may stand in a text; one look-up, because every request is looked at.
constexpr std::array<bool, 256> bytes_of(std::string_view others) {
    std::array<bool, 256> is{};
    for (unsigned char c = '0'; c <= '9'; ++c) is[c] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c) is[c] = is[c - 'a' + 'A'] = true;
    for (const char c : others) is[static_cast<unsigned char>(c)] = true;
    return is;
}
constexpr auto kHostBytes = bytes_of("-._~");
/// All that is visible but `#"<>\`.
constexpr auto kTargetBytes = bytes_of("!$%&'()*+,-./:;=?@[]^_`{|}~");

bool has_only(std::string_view text, const std::array<bool, 256>& bytes) {
    return std::ranges::all_of(text, [&](char c) { return bytes[static_cast<unsigned char>(c)]; });
}

/// A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port.
bool is_host(std::string_view host) {
    if (host.empty() || host.size() > 255) return false;
    std::string_view port;
    bool good = true;
    if (host.front() == '[') {
        const auto end = host.find(']');
        if (end == std::string_view::npos || end < 3) return false;
        good = std::ranges::all_of(host.substr(1, end - 1), [](char c) {
            return is_digits({&c, 1}) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
                   c == ':' || c == '.';
        });
        port = host.substr(end + 1);
    } else {
        const auto colon = host.find(':');
        const std::string_view name = host.substr(0, colon);
        good = !name.empty() && has_only(name, kHostBytes);
        if (colon != std::string_view::npos) port = host.substr(colon);
    }
    if (port.empty()) return good;
    return good && port.front() == ':' && port.size() <= 6 && is_digits(port.substr(1));
}

/// The authority of a target in absolute form ("http://a/b" leaves "/b"). In the other forms
/// nothing, and `target` stays as it is.
std::optional<std::string_view> take_authority(std::string_view& target) {
    if (target.starts_with('/')) return std::nullopt;  // nearly always, and cheaper
    const auto colon = target.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view scheme = target.substr(0, colon);
    if (!same_word(scheme, "http") && !same_word(scheme, "https")) return std::nullopt;
    target.remove_prefix(colon + 3);
    const auto end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view authority = target.substr(0, end);
    target.remove_prefix(end);
    return authority;
}

/// Every escape of a path must be complete and must not hide what separates or ends paths.
bool has_clean_escapes(std::string_view path) {
    for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 3)) {
        const auto decoded = percent_decode(path.substr(at, 3), false);
        if (!decoded || decoded->size() != 1) return false;
        const auto c = static_cast<unsigned char>(decoded->front());
        if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') return false;
    }
    return true;
}

/// "gzip, chunked": the end of the body could be told, but not what it says.
bool is_coded_and_chunked(std::string_view codings) {
    const auto comma = codings.find(',');
    if (comma == std::string_view::npos || comma == 0) return false;
    std::string_view last = codings.substr(comma + 1);
    last.remove_prefix(std::min(last.find_first_not_of(" \t"), last.size()));
    return same_word(last, "chunked") && !same_word(codings.substr(0, 7), "chunked") &&
           std::ranges::all_of(codings.substr(0, comma), is_token);
}

bool is_accepted_type(const Route& route, std::string_view content_type) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    return std::ranges::any_of(route.content_types,
                               [&](const std::string& one) { return same_word(one, type); });
}

}  // namespace

Parser::Phase Parser::phase() const {
    switch (state_) {
        case State::header: return end_ > begin_ ? Phase::header : Phase::empty;
        case State::body_in_place:
        case State::body_apart:
        case State::body_chunked: return Phase::body;
        case State::ready: return Phase::ready;
        case State::refused: return Phase::refused;
    }
    return Phase::refused;
}

Parser::Step Parser::refuse(int status, std::string_view code, std::string_view detail) {
    refusal_ = {status, code, detail};
    state_ = State::refused;
    head_->keep_alive = false;
    return Step::refused;
}

Parser::Step Parser::malformed(std::string_view detail) {
    return refuse(400, "malformed_request", detail);
}

std::span<char> Parser::room() {
    if (state_ == State::body_apart) {
        const std::size_t want = std::min(body_size_ - filled_, kBodyStep);
        body_.resize(filled_ + want);
        return {body_.data() + filled_, want};
    }
    if (!buffer_) {
        size_ = BufferPool::Size::small;
        buffer_ = pool_.take(size_);
        head_ = pool_.take_head();
    }
    if (end_ == pool_.bytes(size_)) {
        // Nothing points into the buffer before the header is complete, so it may move till then.
        CHECK(state_ == State::header);
        grow();
    }
    return {buffer_.get() + end_, pool_.bytes(size_) - end_};
}

/// Moves the request to the front, and to the large buffer if the small one is too small for it.
void Parser::grow() {
    const std::size_t count = end_ - begin_;
    if (size_ == BufferPool::Size::small && count + kRoomMin > pool_.bytes(size_)) {
        auto large = pool_.take(BufferPool::Size::large);
        std::memcpy(large.get(), buffer_.get() + begin_, count);
        pool_.give(size_, std::exchange(buffer_, std::move(large)));
        size_ = BufferPool::Size::large;
    } else {
        std::memmove(buffer_.get(), buffer_.get() + begin_, count);
    }
    line_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
    end_ = count;
}

void Parser::received(std::size_t count) {
    if (state_ == State::body_apart) {
        filled_ += count;
        body_.resize(filled_);
    } else {
        end_ += count;
    }
}

Parser::Step Parser::advance() {
    switch (state_) {
        case State::header: return read_header();
        case State::body_in_place:
        case State::body_apart:
        case State::body_chunked: return read_body();
        case State::ready: return Step::ready;
        case State::refused: return Step::refused;
    }
    return Step::refused;
}

/// Looks for the end of the header, line by line, and refuses at the first byte that cannot be
/// right, so that the outcome is a function of the bytes alone.
Parser::Step Parser::read_header() {
    const char* const bytes = buffer_.get();
    if (!skipped_line_ && end_ > begin_) {
        if (bytes[begin_] != '\r') {
            skipped_line_ = true;
        } else if (end_ - begin_ == 1) {
            return Step::need_more;
        } else {
            skipped_line_ = true;
            if (bytes[begin_ + 1] == '\n') line_ = scanned_ = begin_ += 2;
        }
    }
    if (begin_ == end_) return Step::need_more;
    if (!is_token(bytes[begin_])) return malformed("This is not an HTTP request.");

    const std::size_t limit = std::min(end_, begin_ + header_bytes_max_);
    while (line_ < limit) {
        if (line_ > begin_ && (bytes[line_] == ' ' || bytes[line_] == '\t'))
            return malformed("A header continues on the next line, which HTTP no longer allows.");
        const void* found = std::memchr(bytes + scanned_, '\n', limit - scanned_);
        if (!found) {
            scanned_ = limit;
            break;
        }
        const auto feed = static_cast<std::size_t>(static_cast<const char*>(found) - bytes);
        if (feed == line_ || bytes[feed - 1] != '\r')
            return malformed("A line ends without a carriage return.");
        if (feed == line_ + 1) return finish_header(feed + 1);
        if (line_ == begin_) first_line_ = feed + 1 - begin_;
        line_ = scanned_ = feed + 1;
    }
    if (end_ - begin_ < header_bytes_max_) return Step::need_more;
    if (first_line_ == 0 || first_line_ > kTargetMax + 32)
        return refuse(414, "target_too_long", "The request target has more than 2048 bytes.");
    return refuse(431, "headers_too_long", "The headers are longer than this server accepts.");
}

Parser::Step Parser::finish_header(std::size_t header_end) {
    std::size_t size = header_end - begin_;
    if (pool_.bytes(size_) - header_end < kRoomMin) {
        grow();
        header_end = begin_ + size;
    }
    body_begin_ = header_end;
    if (first_line_ == 0) return malformed("The request line is empty.");
    switch (read_head({buffer_.get() + begin_, size}, *head_)) {
        case HeadFault::none: break;
        case HeadFault::malformed:
            return malformed("The request line or a header is not well-formed.");
        case HeadFault::version:
            return refuse(505, "version_not_supported",
                          "This server speaks HTTP/1.1 and HTTP/1.0.");
    }

    for (const auto check : {&Parser::check_target, &Parser::check_framing, &Parser::check_route})
        if ((this->*check)() == Step::refused) return Step::refused;
    return begin_body();
}

Parser::Step Parser::check_target() {
    Request& request = head_->request;
    if (request.target.size() > kTargetMax)
        return refuse(414, "target_too_long", "The request target has more than 2048 bytes.");
    if (request.method == Method::other)
        return refuse(501, "not_implemented", "This server does not know the method.");
    if (!has_only(request.target, kTargetBytes))
        return malformed("The request target has a byte that must be percent-encoded.");
    std::string_view rest = request.target;
    if (const auto authority = take_authority(rest)) {
        if (!is_host(*authority)) return malformed("The host of the request target is not valid.");
        head_->target_host = *authority;
    }
    const bool all = request.method == Method::options &&
                     (rest == "*" || (rest.empty() && !head_->target_host.empty()));
    const auto mark = rest.find('?');
    request.path = all ? "*" : rest.substr(0, mark);
    if (mark != std::string_view::npos) request.query = rest.substr(mark + 1);
    if (request.path.empty() && !head_->target_host.empty()) request.path = "/";
    if (!all && !request.path.starts_with('/'))
        return malformed("The request target must begin with \"/\", or with a scheme and a host.");
    if (!has_clean_escapes(request.path))
        return malformed("The path has a percent escape that is broken or not allowed.");
    return Step::ready;
}

Parser::Step Parser::check_framing() {
    if (head_->http_11 && head_->hosts == 0) return malformed("The Host header is missing.");
    if (head_->hosts > 1) return malformed("There is more than one Host header.");
    if (head_->hosts == 1 && !is_host(head_->host))
        return malformed("The Host header is not valid.");
    if (!head_->target_host.empty()) head_->host = head_->target_host;
    if (head_->repeated) return malformed("A header is repeated that must not be.");
    if (head_->forwardeds > kForwardedMax)
        return malformed("There are too many X-Forwarded-For headers.");
    if (head_->transfer_encodings > 0) {
        if (head_->content_lengths > 0)
            return malformed("Transfer-Encoding and Content-Length exclude each other.");
        if (!head_->http_11) return malformed("HTTP/1.0 has no Transfer-Encoding.");
        if (is_coded_and_chunked(head_->transfer_encoding))
            return refuse(501, "not_implemented", "The only Transfer-Encoding here is chunked.");
        if (head_->transfer_encodings > 1 || !same_word(head_->transfer_encoding, "chunked"))
            return malformed("The only Transfer-Encoding known here is \"chunked\".");
        framing_ = Framing::chunked;
    } else if (head_->content_lengths > 0) {
        if (head_->content_lengths > 1) return malformed("There is more than one Content-Length.");
        // 15 digits cannot overflow, and nothing that long is accepted anyway.
        if (!is_digits(head_->content_length) || head_->content_length.size() > 15)
            return malformed("Content-Length is not a number.");
        std::from_chars(head_->content_length.data(),
                        head_->content_length.data() + head_->content_length.size(), body_size_);
        framing_ = Framing::length;
    }
    if (head_->expects > 1 || (head_->expects == 1 && !same_word(head_->expect, "100-continue")))
        return refuse(417, "expectation_failed", "The only expectation known is 100-continue.");
    return Step::ready;
}

Parser::Step Parser::check_route() {
    match_ = router_.dispatch(head_->request);
    const bool has_body = framing_ == Framing::chunked || body_size_ > 0;
    if (!has_body) return Step::ready;
    if (!match_.route) {
        // The body of a request that nobody takes is not read: it is answered, then closed.
        head_->keep_alive = false;
        return Step::ready;
    }
    const Route& route = *match_.route;
    if (route.body_max == 0)
        return refuse(413, "body_too_long", "This address takes no request body.");
    if (framing_ == Framing::length && body_size_ > route.body_max)
        return refuse(413, "body_too_long", "The request body is longer than this address takes.");
    const Method method = head_->request.method;
    const bool typed = method == Method::post || method == Method::put || method == Method::patch;
    if (typed && !is_accepted_type(route, head_->request.header(Header::content_type)))
        return refuse(
            415, "unsupported_media_type",
            "The Content-Type of the body is missing or not one that this address takes.");
    return Step::ready;
}

Parser::Step Parser::begin_body() {
    consumed_ = body_begin_;
    if (!match_.route || (framing_ != Framing::chunked && body_size_ == 0)) {
        state_ = State::ready;
        return Step::ready;
    }
    wants_continue_ = head_->http_11 && head_->expects == 1 && end_ == body_begin_;
    if (framing_ == Framing::chunked) {
        state_ = State::body_chunked;
    } else if (body_size_ <= pool_.bytes(size_) - body_begin_) {
        state_ = State::body_in_place;
    } else {
        state_ = State::body_apart;
        filled_ = end_ - body_begin_;
        body_.assign(buffer_.get() + body_begin_, filled_);
        end_ = body_begin_;
    }
    return read_body();
}

Parser::Step Parser::read_body() {
    if (state_ == State::body_in_place) {
        if (end_ - body_begin_ < body_size_) return Step::need_more;
        head_->request.body = {buffer_.get() + body_begin_, body_size_};
        consumed_ = body_begin_ + body_size_;
    } else if (state_ == State::body_apart) {
        if (filled_ < body_size_) return Step::need_more;
        head_->request.body = body_;
    } else {
        std::size_t used = 0;
        const std::string_view input{buffer_.get() + body_begin_, end_ - body_begin_};
        const auto step = chunks_.decode(input, body_, match_.route->body_max, used);
        if (step == ChunkDecoder::Step::malformed)
            return malformed("The chunks of the body are not well-formed.");
        if (step == ChunkDecoder::Step::too_long)
            return refuse(413, "body_too_long",
                          "The request body is longer than this address takes.");
        if (step == ChunkDecoder::Step::more) {
            end_ = body_begin_;  // all of it was taken: read over it
            return Step::need_more;
        }
        consumed_ = body_begin_ + used;
        head_->request.body = body_;
    }
    wants_continue_ = false;
    state_ = State::ready;
    return Step::ready;
}

bool Parser::is_head() const {
    return buffer_ && std::string_view(buffer_.get() + begin_, end_ - begin_).starts_with("HEAD ");
}

bool Parser::take_continue() { return std::exchange(wants_continue_, false); }

void Parser::next() {
    CHECK(state_ == State::ready);
    const std::size_t from = consumed_;
    const std::size_t to = end_;
    if (from == to) return reset();
    *head_ = {};
    match_ = {};
    body_ = {};
    chunks_ = {};
    state_ = State::header;
    framing_ = Framing::none;
    wants_continue_ = skipped_line_ = false;
    begin_ = line_ = scanned_ = from;
    first_line_ = body_begin_ = body_size_ = filled_ = 0;
    consumed_ = 0;
}

void Parser::give_back() {
    if (!buffer_) return;  // next() has
    const bool skipped_line = skipped_line_;
    reset();
    skipped_line_ = skipped_line;
}

void Parser::reset() {
    pool_.give(size_, std::move(buffer_));
    pool_.give(std::move(head_));
    match_ = {};
    body_ = {};
    chunks_ = {};
    state_ = State::header;
    framing_ = Framing::none;
    wants_continue_ = skipped_line_ = false;
    begin_ = line_ = scanned_ = end_ = 0;
    first_line_ = body_begin_ = body_size_ = filled_ = 0;
    consumed_ = 0;
    refusal_ = {};
}

}  // namespace sluice::http
