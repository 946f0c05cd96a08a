// SPDX-License-Identifier: Apache-2.0
#include "command/load_engine.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/time.h"
#include "command/stop_signals.h"

namespace sluice::command {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

constexpr std::int64_t kLateNs = 5'000'000;
constexpr std::int64_t kSilenceNs = 30'000'000'000;
constexpr std::int64_t kStopAskNs = 20'000'000;
/// Between two looks at the connections. Waking up for each single answer would cost both sides a
/// change of threads for every request; this way both work in batches, and a latency is at most so
/// much too long.
constexpr std::int64_t kPauseNs = 250'000;
/// Connections taken in one look. After one that found many of them the next follows at once.
constexpr int kEventsMax = 256;
constexpr int kManyEvents = 64;
constexpr std::size_t kAnswerMax = 64 * 1024;  // bytes; nothing that is asked here is longer

/// One connection; carries one request at a time.
struct Line {
    int socket = -1;
    bool busy = false;
    std::size_t shot = 0;
    std::int64_t due_ns = 0;
    std::int64_t sent_ns = 0;
    std::string out;
    std::size_t out_done = 0;
    std::string in;
};

/// The value of Content-Length in a head; npos if there is none.
std::size_t content_length(std::string_view head) {
    constexpr std::string_view kName = "Content-Length: ";
    const std::size_t at = head.find(kName);
    if (at == head.npos) return head.npos;
    std::size_t length = 0;
    std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
    return length;
}

class EpollEngine final : public LoadEngine {
   public:
    EpollEngine(sockaddr_in address, std::uint32_t connections)
        : address_(address), lines_(connections) {}
    ~EpollEngine() override {
        for (Line& line : lines_)
            if (line.socket >= 0) close(line.socket);
        if (epoll_ >= 0) close(epoll_);
    }
    EpollEngine(const EpollEngine&) = delete;
    EpollEngine& operator=(const EpollEngine&) = delete;

    Result<void> connect_all() {
        epoll_ = epoll_create1(EPOLL_CLOEXEC);
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (auto connected = connect_line(i); !connected) return connected;
            free_.push_back(i);
        }
        return {};
    }

    Result<LoadStats> run(const LoadPlan& plan, std::int64_t start_ns) override {
        plan_ = &plan;
        stats_ = LoadStats{};
        start_ns_ = start_ns;
        std::size_t next = 0;
        std::int64_t starved_ns = start_ns;  // last time when a request was due and no line free
        last_answer_ns_ = std::max(start_ns, base::monotonic_ns());
        while (stats_.answered + stats_.broken < plan.count) {
            const std::int64_t now = base::monotonic_ns();
            for (; next < plan.count; ++next) {
                const std::int64_t due = start_ns + plan.due_ns(next);
                if (due > now) break;
                if (free_.empty()) {
                    starved_ns = now;
                    break;
                }
                if (due > starved_ns) note_lateness(now - due);
                if (auto sent = send(next, due, now); !sent) return std::unexpected(sent.error());
            }
            const auto found = look();
            if (!found) return std::unexpected(found.error());
            if (auto well = check(now); !well) return std::unexpected(well.error());
            if (*found < kManyEvents) pause(next);
        }
        stats_.last_answer_ns = last_answer_ns_;
        stats_.seconds = static_cast<double>(last_answer_ns_ - start_ns) / 1e9;
        return std::move(stats_);
    }

   private:
    Result<void> connect_line(std::size_t index) {
        Line& line = lines_[index];
        line = Line{};
        line.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (line.socket < 0)
            return failure(ErrorCode::unavailable,
                           fmt::format("cannot open {} connections: {}; raise `ulimit -n`",
                                       lines_.size(), std::strerror(errno)));
        const int on = 1;
        setsockopt(line.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(line.socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) !=
            0)
            return failure(ErrorCode::unavailable,
                           fmt::format("cannot connect to the server: {}", std::strerror(errno)));
        // Edge-triggered: a level-triggered set looks at each connection twice.
        epoll_event event{.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data = {.u64 = index}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, line.socket, &event);
        return {};
    }

    Result<void> send(std::size_t shot, std::int64_t due, std::int64_t now) {
        const std::size_t index = free_.back();
        free_.pop_back();
        Line& line = lines_[index];
        line.busy = true;
        line.shot = shot;
        line.due_ns = due;
        line.sent_ns = now;
        line.out.clear();
        line.out_done = 0;
        plan_->write(shot, line.out);
        return flush(index);
    }

    Result<void> flush(std::size_t index) {
        Line& line = lines_[index];
        const ssize_t sent = ::send(line.socket, line.out.data() + line.out_done,
                                    line.out.size() - line.out_done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return broke(index);
        if (sent > 0) line.out_done += static_cast<std::size_t>(sent);
        const bool rest = line.out_done < line.out.size();
        if (rest) watch(index, EPOLLIN | EPOLLOUT);
        return {};
    }

    void watch(std::size_t index, std::uint32_t events) {
        epoll_event event{.events = events | EPOLLRDHUP | EPOLLET, .data = {.u64 = index}};
        epoll_ctl(epoll_, EPOLL_CTL_MOD, lines_[index].socket, &event);
    }

    /// A connection was free when it was due: only the generator can have been too slow.
    void note_lateness(std::int64_t late_ns) {
        if (late_ns <= kLateNs) return;
        ++stats_.late;
        stats_.late_max_ns = std::max(stats_.late_max_ns, late_ns);
    }

    /// Takes the answers that are there. Returns how many connections had something.
    Result<int> look() {
        std::array<epoll_event, kEventsMax> events;
        const int count = epoll_wait(epoll_, events.data(), kEventsMax, 0);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            const std::size_t index = event.data.u64;
            if ((event.events & EPOLLOUT) != 0) {
                watch(index, EPOLLIN);
                if (auto flushed = flush(index); !flushed) return std::unexpected(flushed.error());
            } else if (auto read = receive(index); !read) {
                return std::unexpected(read.error());
            }
            // The end may be behind what was read: it is to be told again.
            if ((event.events & EPOLLRDHUP) != 0) watch(index, EPOLLIN);
        }
        return count;
    }

    /// Gives the processor away, until the next request is due if nothing is on its way.
    void pause(std::size_t next) {
        std::int64_t ns = kPauseNs;
        if (next < plan_->count && free_.size() == lines_.size()) {
            const std::int64_t until = start_ns_ + plan_->due_ns(next) - base::monotonic_ns();
            if (until <= 0) return;
            ns = std::min(until, kStopAskNs);
        }
        const timespec time{.tv_sec = 0, .tv_nsec = ns};
        ppoll(nullptr, 0, &time, nullptr);
    }

    Result<void> check(std::int64_t now) {
        if (now - stop_asked_ns_ > kStopAskNs) {
            stop_asked_ns_ = now;
            if (stop_requested())
                return failure(ErrorCode::unavailable, "stopped by a signal before the end");
        }
        if (now - last_answer_ns_ > kSilenceNs && start_ns_ < now)
            return failure(ErrorCode::unavailable,
                           "the server has answered nothing for 30 seconds");
        return {};
    }

    Result<void> receive(std::size_t index) {
        Line& line = lines_[index];
        const ssize_t got = recv(line.socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
        if (got <= 0) return broke(index);
        // Nearly every answer comes in one piece and is read where it is.
        std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
        if (!line.in.empty()) bytes = line.in.append(bytes);
        const std::size_t head_end = bytes.find("\r\n\r\n");
        const bool has_head = head_end != bytes.npos;
        const std::string_view head = bytes.substr(0, has_head ? head_end : 0);
        const std::size_t length = has_head ? content_length(head) : 0;
        if (length == head.npos || bytes.size() > kAnswerMax) return broke(index);
        if (!has_head || bytes.size() < head_end + 4 + length) {
            if (line.in.empty()) line.in = bytes;
            // What did not fit is not told of again.
            return static_cast<std::size_t>(got) == buffer_.size() ? receive(index)
                                                                   : Result<void>{};
        }
        return answered(index, head, bytes.substr(head_end + 4, length));
    }

    Result<void> answered(std::size_t index, std::string_view head, std::string_view body) {
        Line& line = lines_[index];
        if (!line.busy) return broke(index);
        last_answer_ns_ = base::monotonic_ns();
        stats_.corrected.record(last_answer_ns_ - line.due_ns);
        stats_.uncorrected.record(last_answer_ns_ - line.sent_ns);
        ++stats_.answered;
        LoadReply reply{.shot = line.shot, .status = 0, .head = head, .body = body};
        if (head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, reply.status);
        plan_->read(reply);
        const bool closes = head.find("Connection: close") != head.npos;
        if (closes) return reconnect(index);
        line.in.clear();
        line.busy = false;
        free_.push_back(index);
        return {};
    }

    /// The connection is gone; whether its request took effect is not known.
    Result<void> broke(std::size_t index) {
        if (lines_[index].busy) {
            ++stats_.broken;
            last_answer_ns_ = base::monotonic_ns();
            plan_->read({.shot = lines_[index].shot, .status = 0, .head = {}, .body = {}});
        } else {
            std::erase(free_, index);
        }
        return reconnect(index);
    }

    Result<void> reconnect(std::size_t index) {
        close(lines_[index].socket);
        if (auto connected = connect_line(index); !connected) return connected;
        free_.push_back(index);
        return {};
    }

    sockaddr_in address_;
    int epoll_ = -1;
    std::vector<Line> lines_;
    std::vector<std::size_t> free_;
    const LoadPlan* plan_ = nullptr;
    LoadStats stats_;
    std::array<char, 16384> buffer_{};
    std::int64_t start_ns_ = 0;
    std::int64_t last_answer_ns_ = 0;
    std::int64_t stop_asked_ns_ = 0;
};

}  // namespace

Result<std::unique_ptr<LoadEngine>> LoadEngine::open(const std::string& host, std::uint16_t port,
                                                     std::uint32_t connections) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
        return failure(ErrorCode::invalid, fmt::format("`{}` is not a numeric IPv4 address", host));
    auto engine = std::make_unique<EpollEngine>(address, connections);
    if (auto connected = engine->connect_all(); !connected)
        return std::unexpected(connected.error());
    return engine;
}

std::string_view code_of(const LoadReply& reply) {
    if (reply.status == 0) return "no_answer";
    constexpr std::string_view kName = R"("code":")";
    const std::size_t at = reply.body.find(kName);
    if (at == reply.body.npos) return "no_code";
    const std::string_view rest = reply.body.substr(at + kName.size());
    return rest.substr(0, rest.find('"'));
}

}  // namespace sluice::command
