// SPDX-License-Identifier: Apache-2.0
// Connection: one client. One request at a time: read, hand over, answer, only then the next; what
// a client sends ahead stays in the buffer or in the kernel.
// Owner: DoorLoop, in a slot that is used again.      Threads: the door's own. A desk reads the
// request while the state is `handling`; nothing here is touched before its answer is back.
// Limits: see ServerOptions; an idle connection holds no buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/parser.h"
#include "http/response.h"

namespace sluice::http {

class DoorLoop;

class Connection {
   public:
    Connection(DoorLoop& door, std::uint32_t slot);

    void open(int socket, std::string peer);
    void on_readable();
    void on_writable();
    void on_deadline();
    void on_drain();
    /// Closes an open connection at once, whatever is in flight.
    void cut();
    /// True until its last answer is on its way.
    [[nodiscard]] bool is_unfinished() const;
    [[nodiscard]] bool is_open() const { return socket_ >= 0; }
    /// Since when nothing has come and nothing is owed, monotonic; 0 if a request is under way.
    [[nodiscard]] std::int64_t idle_since_ns() const;
    [[nodiscard]] std::uint32_t slot() const { return slot_; }

    // For Exchange and Door::complete.
    void send(Response response);
    void send_prepared(const Prepared& prepared);
    [[nodiscard]] Later later();
    [[nodiscard]] DoorLoop& door() { return door_; }
    void complete(Later later, Response response);
    void complete_prepared(Later later, const Prepared& prepared);

   private:
    enum class State : unsigned char {
        free,            ///< no client
        reading,         ///< idle, or a request is not complete
        handling,        ///< a handler or a desk has the request
        writing,         ///< the client has not taken all of the answer
        stream_waiting,  ///< the source has nothing to say just now
        lingering,       ///< answered and half closed; what still comes is thrown away
        abandoned        ///< closed, but somebody still works on the request
    };

    void receive();
    ssize_t read(std::span<char> room, int flags = 0);
    void proceed();
    void await_input();
    void handle();
    void ask_gate();
    void answer_no_route();
    void decide_close(bool wanted);
    void append_tail(std::string& out) const;
    void flush();
    void on_flushed();
    void pull();
    void answer_sent();
    void end_gently();
    void discard_input();
    void check_peer();
    void close();
    void release();
    void arm_read();
    void set_timeout(std::uint32_t ms);
    [[nodiscard]] bool is_waiting_for(Later later) const;

    DoorLoop& door_;
    const std::uint32_t slot_;
    int socket_ = -1;
    std::uint32_t generation_ = 0;  ///< of the request; a Later of an older one is ignored
    State state_ = State::free;
    Parser::Phase timed_phase_ = Parser::Phase::empty;  ///< what the deadline is for
    bool proceeding_ = false;
    bool read_armed_ = false;
    bool later_taken_ = false;
    bool close_after_ = false;
    bool head_kept_ = false;  ///< head_ is used instead of the door's scratch
    bool head_only_ = false;  ///< the answer to HEAD
    bool source_waits_ = false;
    bool chunked_ = false;
    bool gated_ = false;         ///< the gate of this request has been asked
    bool gating_ = false;        ///< and has not answered yet
    std::int64_t quiet_ns_ = 0;  ///< when it last became idle
    std::size_t sent_ = 0;       ///< of the answer at hand
    std::size_t discarded_ = 0;
    std::string peer_;
    std::string head_;
    std::string body_;
    const Prepared* prepared_ = nullptr;
    std::unique_ptr<Source> source_;
    Parser parser_;
};

}  // namespace sluice::http
