// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <exception>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "http/door.h"
#include "http/head.h"
#include "http/problem.h"

namespace sluice::http {

namespace {

/// After our half is closed a client may finish sending, so that no reset destroys the answer that
/// it has not read yet; a client that goes on for longer, or sends more, is cut.
constexpr std::uint32_t kLingerMs = 2000;
constexpr std::size_t kLingerBytesMax = 1 << 20;
/// A body up to this is copied behind its head: cheaper for the kernel than a list of pieces.
constexpr std::size_t kCopyMax = 4096;

Response refused(int status, std::string_view code, std::string_view detail) {
    Problem p;
    p.status = status;
    p.code = code;
    p.title = reason_text(status);
    p.detail = detail;
    Response response = problem(p);
    response.close = true;
    return response;
}

void append_chunk(std::string& out, std::string_view piece) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16);
    out.append(digits.data(), end.ptr).append("\r\n").append(piece).append("\r\n");
}

}  // namespace

Connection::Connection(DoorLoop& door, std::uint32_t slot)
    : door_(door),
      slot_(slot),
      parser_(door.lobby().router, door.pool(), door.lobby().options.header_bytes_max) {}

void Connection::open(int socket, std::string peer) {
    CHECK(state_ == State::free);
    socket_ = socket;
    peer_ = std::move(peer);
    state_ = State::reading;
    timed_phase_ = Parser::Phase::empty;
    quiet_ns_ = door_.now_ns();
    // Who connects has something to ask: the first request gets less time than the next ones.
    set_timeout(door_.lobby().options.header_timeout_ms);
    arm_read();
}

void Connection::arm_read() {
    if (read_armed_) return;
    read_armed_ = true;
    door_.await_readable(slot_);
}

void Connection::set_timeout(std::uint32_t ms) {
    door_.set_deadline(slot_, door_.now_ns() + std::int64_t{ms} * 1'000'000);
}

// PATH buy 1/8 Reads what has come and hands over each checked request. Next: http/router.cc
void Connection::on_readable() {
    read_armed_ = false;
    if (state_ == State::lingering) return discard_input();
    if (state_ == State::stream_waiting) return check_peer();
    if (state_ == State::reading) receive();
}

void Connection::receive() {
    const ssize_t count = read(parser_.room());
    if (count <= 0) {
        const bool later = count < 0 && (errno == EAGAIN || errno == EINTR);
        parser_.received(0);
        return later ? await_input() : close();
    }
    parser_.received(static_cast<std::size_t>(count));
    door_.counts().bytes_in.add(static_cast<std::uint64_t>(count));
    proceed();
}

/// As recv; tells the door when the socket is empty, unless urgent data stands there (Slot::hides).
ssize_t Connection::read(std::span<char> room, int flags) {
    const ssize_t count = ::recv(socket_, room.data(), room.size(), MSG_DONTWAIT | flags);
    const bool is_short = count < static_cast<ssize_t>(room.size());
    if (is_short && (count >= 0 || errno == EAGAIN)) door_.has_read_all(slot_);
    return count;
}

/// Works through the requests that are there, until one is incomplete or its answer is not sent.
void Connection::proceed() {
    if (proceeding_) return;
    proceeding_ = true;
    while (state_ == State::reading) {
        const auto step = parser_.advance();
        if (step == Parser::Step::need_more) {
            await_input();
            break;
        }
        state_ = State::handling;
        door_.set_deadline(slot_, 0);
        if (step == Parser::Step::ready) {
            handle();
        } else {
            door_.counts().malformed.add();
            const Refusal& why = parser_.refusal();
            send(refused(why.status, why.code, why.detail));
        }
    }
    proceeding_ = false;
}

/// Each phase of a request has one deadline, set when it begins: bytes that trickle in do not
/// extend it.
void Connection::await_input() {
    const auto phase = parser_.phase();
    if (phase == Parser::Phase::body && !gated_ && parser_.match().route->gate) return ask_gate();
    if (phase != timed_phase_) {
        timed_phase_ = phase;
        if (phase == Parser::Phase::empty) quiet_ns_ = door_.now_ns();
        const ServerOptions& options = door_.lobby().options;
        set_timeout(phase == Parser::Phase::body     ? options.body_timeout_ms
                    : phase == Parser::Phase::header ? options.header_timeout_ms
                                                     : options.idle_timeout_ms);
    }
    if (parser_.take_continue()) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        // Nothing of ours is under way, so these few bytes always fit.
        if (::send(socket_, kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            return close();
    }
    if (phase == Parser::Phase::empty) {
        if (door_.draining()) return close();
        parser_.give_back();
    }
    arm_read();
}

void Connection::handle() {
    door_.counts().requests.add();
    Request& request = parser_.request();
    request.received_ns = door_.now_ns();
    request.address = door_.lobby().proxies.client(peer_, parser_.forwarded());
    if (door_.refuses()) {
        door_.counts().overload.add();
        return send_prepared(door_.busy_answer());
    }
    const Route* route = parser_.match().route;
    if (!route) return answer_no_route();
    if (route->desk_handler) {
        const Later ticket = later();
        if (door_.try_desk(*route, route->desk_handler, request, ticket)) return;
        later_taken_ = false;  // no desk took it
        door_.counts().desk_full.add();
        return send(busy("Too many requests are waiting already."));
    }
    Exchange exchange{*this};
    const std::uint32_t generation = generation_;
    try {
        route->inline_handler(request, exchange);
    } catch (const std::exception& error) {
        base::log_error("handler_failed", {{"route", route->pattern}, {"what", error.what()}});
        if (state_ == State::handling && generation == generation_) send(internal());
    }
    CHECK(state_ != State::handling || later_taken_ || generation != generation_);
}

/// The client must wait: nothing is read while the gate looks at the headers.
void Connection::ask_gate() {
    gated_ = gating_ = true;
    state_ = State::handling;
    door_.set_deadline(slot_, 0);
    const Route& route = *parser_.match().route;
    const Later ticket = later();
    if (door_.try_desk(route, route.gate, parser_.request(), ticket)) return;
    later_taken_ = gating_ = false;
    door_.counts().desk_full.add();
    Response response = busy("Too many requests are waiting already.");
    response.close = true;
    send(std::move(response));
}

void Connection::answer_no_route() {
    const Match& match = parser_.match();
    if (match.status == 404) return send(not_found());
    Response response = no_content();
    if (match.status == 405) {
        Problem p;
        p.status = 405;
        p.code = "method_not_allowed";
        p.title = "This address does not have the method.";
        p.detail = "Allowed here: " + std::string{match.allow} + ".";
        response = problem(p);
    }
    response.add_header("Allow", match.allow);
    send(std::move(response));
}

Later Connection::later() {
    CHECK(state_ == State::handling && !later_taken_);
    later_taken_ = true;
    return {slot_, generation_};
}

bool Connection::is_waiting_for(Later later) const {
    return later.generation == generation_ && later_taken_ &&
           (state_ == State::handling || state_ == State::abandoned);
}

void Connection::complete(Later later, Response response) {
    if (!is_waiting_for(later)) return;
    later_taken_ = false;  // nobody has the request any more: close() need not keep the place
    if (state_ == State::abandoned) return release();
    if (std::exchange(gating_, false)) {
        response.close = true;  // the body is on its way, and nobody wants it
        if (response.status < 400) {
            state_ = State::reading;
            timed_phase_ = Parser::Phase::ready;  // so that the body has all of its time
            return proceed();
        }
    }
    send(std::move(response));
}

void Connection::complete_prepared(Later later, const Prepared& prepared) {
    if (!is_waiting_for(later)) return;
    later_taken_ = false;
    if (state_ == State::abandoned) return release();
    send_prepared(prepared);
}

void Connection::decide_close(bool wanted) {
    CHECK(state_ == State::handling);
    close_after_ = wanted || !parser_.keep_alive() || door_.draining();
    head_only_ = parser_.is_head();
}

void Connection::append_tail(std::string& out) const {
    out += door_.date_line();
    if (close_after_)
        out += "Connection: close\r\n\r\n";
    else if (!parser_.http_11())
        out += "Connection: keep-alive\r\n\r\n";
    else
        out += "\r\n";
}

void Connection::send(Response response) {
    const bool streams = response.source && !is_bodyless(response.status);
    const bool until_close = streams && !parser_.http_11();
    decide_close(response.close || until_close);
    chunked_ = streams && !until_close;
    std::string& head = door_.scratch();
    head.clear();
    append_head(head, response,
                chunked_      ? BodyFraming::chunked
                : until_close ? BodyFraming::until_close
                              : BodyFraming::length);
    append_tail(head);
    if (!head_only_ && streams) source_ = std::move(response.source);
    if (!head_only_ && !streams && !is_bodyless(response.status)) {
        if (response.body.size() <= kCopyMax)
            head += response.body;
        else
            body_ = std::move(response.body);
    }
    flush();
}

void Connection::send_prepared(const Prepared& prepared) {
    decide_close(false);
    std::string& head = door_.scratch();
    head.clear();
    if (prepared.body.size() <= kCopyMax) {
        head += prepared.head;
        append_tail(head);
        if (!head_only_) head += prepared.body;
    } else {
        prepared_ = &prepared;
        append_tail(head);
    }
    flush();
}

// PATH buy 8/8 Writes the answer, or what is left of it, with one call. Next: -
void Connection::flush() {
    const std::array<std::string_view, 3> parts = {
        prepared_ ? std::string_view{prepared_->head} : std::string_view{},
        head_kept_ ? head_ : door_.scratch(),
        prepared_ && !head_only_ ? std::string_view{prepared_->body} : std::string_view{body_}};
    std::array<iovec, 3> pieces{};
    std::size_t used = 0;
    std::size_t skip = sent_;
    std::size_t left = 0;
    for (std::string_view part : parts) {
        const std::size_t skipped = std::min(skip, part.size());
        skip -= skipped;
        part.remove_prefix(skipped);
        if (part.empty()) continue;
        pieces[used++] = {const_cast<char*>(part.data()), part.size()};
        left += part.size();
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = used;
    constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
    const ssize_t count = used == 1 ? ::send(socket_, pieces[0].iov_base, pieces[0].iov_len, kFlags)
                                    : ::sendmsg(socket_, &message, kFlags);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return close();
    if (count > 0) {
        sent_ += static_cast<std::size_t>(count);
        door_.counts().bytes_out.add(static_cast<std::uint64_t>(count));
        if (static_cast<std::size_t>(count) == left) return on_flushed();
    }
    if (!head_kept_) head_ = door_.scratch();
    head_kept_ = true;
    if (state_ != State::writing || count > 0) set_timeout(door_.lobby().options.write_timeout_ms);
    state_ = State::writing;
    door_.await_writable(slot_);
}

void Connection::on_flushed() {
    sent_ = 0;
    prepared_ = nullptr;
    body_ = {};
    head_ = {};
    head_kept_ = source_ != nullptr;
    if (!source_) return answer_sent();
    if (source_waits_) {
        state_ = State::stream_waiting;
        set_timeout(static_cast<std::uint32_t>(std::max(0, source_->wait_ms())));
        arm_read();  // shows when the client goes away
        return;
    }
    // The next piece waits for the loop, so that a fast reader does not keep the others waiting.
    state_ = State::writing;
    set_timeout(door_.lobby().options.write_timeout_ms);
    door_.await_writable(slot_);
}

/// Asks the source for its next piece and sends it.
void Connection::pull() {
    std::string& piece = door_.piece();
    piece.clear();
    const auto next = source_->next(piece);
    source_waits_ = next == Source::Next::wait;
    if (chunked_ && !piece.empty())
        append_chunk(body_, piece);
    else
        body_ = piece;
    if (next == Source::Next::end) {
        source_.reset();
        if (chunked_) body_ += "0\r\n\r\n";
    }
    head_kept_ = true;
    state_ = State::writing;
    set_timeout(door_.lobby().options.write_timeout_ms);
    if (body_.empty()) return on_flushed();
    flush();
}

void Connection::on_writable() {
    if (state_ != State::writing) return;
    if (source_ && body_.empty() && head_.empty()) return pull();
    flush();
}

void Connection::answer_sent() {
    later_taken_ = gated_ = false;
    ++generation_;
    if (close_after_) {
        // Closing with unread bytes in the kernel would reset the connection and could destroy the
        // answer; only a client that asked for the end, and was read to the end, is safe from it.
        const bool client_ends = parser_.phase() == Parser::Phase::ready && parser_.match().route &&
                                 !parser_.keep_alive() && !parser_.has_more();
        return client_ends ? close() : end_gently();
    }
    parser_.next();
    state_ = State::reading;
    timed_phase_ = Parser::Phase::ready;  // so that the next phase sets its deadline
    proceed();
}

void Connection::end_gently() {
    state_ = State::lingering;
    parser_.reset();
    discarded_ = 0;
    ::shutdown(socket_, SHUT_WR);
    set_timeout(kLingerMs);
    discard_input();
}

void Connection::discard_input() {
    std::array<char, 4096> bytes;
    for (int turns = 0; turns < 16; ++turns) {
        const ssize_t count = read(bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return arm_read();
        if (count <= 0) return close();
        discarded_ += static_cast<std::size_t>(count);
        if (discarded_ > kLingerBytesMax) return close();
    }
    arm_read();
}

/// While a stream waits the client has nothing to send: what can be read is its end. A request that
/// it sends ahead is left in the kernel.
void Connection::check_peer() {
    std::array<char, 1> byte;
    const ssize_t count = read(byte, MSG_PEEK);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return close();
    if (count < 0) arm_read();
}

void Connection::on_deadline() {
    door_.set_deadline(slot_, 0);
    if (state_ == State::stream_waiting) return pull();
    if (state_ == State::reading && parser_.phase() != Parser::Phase::empty) {
        door_.counts().timeouts.add();
        state_ = State::handling;
        return send(refused(408, "request_timeout", "The request took too long to arrive."));
    }
    if (state_ == State::writing) {
        door_.counts().timeouts.add();
        // A reset frees what the kernel still holds for a client that takes nothing.
        const linger now{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    if (state_ == State::reading || state_ == State::writing || state_ == State::lingering) close();
}

void Connection::on_drain() {
    if (state_ == State::stream_waiting) {
        // A source that waits may never end by itself; what it has said is complete.
        source_.reset();
        close_after_ = true;
        if (!chunked_) return answer_sent();
        body_ = "0\r\n\r\n";
        return flush();
    }
    if (state_ != State::reading) return;
    // What the client sent before it could know is still answered; await_input closes the others.
    receive();
}

std::int64_t Connection::idle_since_ns() const {
    return state_ == State::reading && parser_.phase() == Parser::Phase::empty ? quiet_ns_ : 0;
}

bool Connection::is_unfinished() const { return state_ != State::lingering; }

void Connection::cut() { close(); }

void Connection::close() {
    door_.set_deadline(slot_, 0);
    door_.close_socket(slot_);
    socket_ = -1;
    // A desk or the sale may still look at the request: the slot waits for their answer.
    if (state_ == State::handling && later_taken_) {
        state_ = State::abandoned;
        return;
    }
    release();
}

void Connection::release() {
    ++generation_;
    state_ = State::free;
    later_taken_ = close_after_ = head_kept_ = head_only_ = source_waits_ = chunked_ = false;
    read_armed_ = gated_ = gating_ = false;
    sent_ = 0;
    peer_ = {};
    head_ = {};
    body_ = {};
    prepared_ = nullptr;
    source_.reset();
    parser_.reset();
    door_.free_slot(slot_);
}

void Exchange::send(Response response) { connection_.send(std::move(response)); }
void Exchange::send_prepared(const Prepared& prepared) { connection_.send_prepared(prepared); }
Later Exchange::later() { return connection_.later(); }
Door& Exchange::door() { return connection_.door(); }

}  // namespace sluice::http
