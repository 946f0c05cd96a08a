// SPDX-License-Identifier: Apache-2.0
// The load generator of `make bench`: one thread, kept connections, HTTP/1.1 on loopback. It does
// as little as it can for each request, so that the server is what is measured, and says what it
// cost itself. Two models:
//   closed  every connection asks again as soon as it is answered: how much the server can do
//   open    (--rate) a request has its time, whatever became of those before it; latency runs from
//           that time. One that is due while all connections are busy is turned away at once and
//           counted: a crowd does not queue inside its own phones.
// The request is a template: `{{token}}` becomes the session token of the next user, `{{number}}`
// a number that never repeats (16 digits), `{{line}}` the next line of a file.
// Prints one JSON object.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "account/token.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "base/time.h"

namespace {

using sluice::base::monotonic_ns;

constexpr std::string_view kToken = "{{token}}";
constexpr std::string_view kNumber = "{{number}}";
constexpr std::string_view kLine = "{{line}}";
constexpr std::size_t kDigits = 16;
constexpr std::int64_t kLateNs = 5'000'000;  // sent so late: the generator was too slow

struct Options {
    std::uint16_t port = 0;
    std::uint32_t connections = 128;
    double seconds = 1;
    std::uint64_t count = 0;
    double rate = 0;
    double skip_s = 0;
    std::string request_file;
    std::string token_key_file;
    std::string lines_file;
    std::uint64_t users = 1;
    std::uint64_t first = 0;
};

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "error: %s\n", what.c_str());
    std::exit(1);
}

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The template with its places found; every request has the same length.
class Requests {
   public:
    explicit Requests(const Options& options) : bytes_(contents(options.request_file)) {
        if (!options.token_key_file.empty()) make_tokens(options);
        if (!options.lines_file.empty()) read_lines(options.lines_file);
        token_at_ = open_place(kToken, tokens_.empty() ? 0 : sluice::account::kTokenSize);
        number_at_ = open_place(kNumber, kDigits);
        line_at_ = open_place(kLine, line_size_);
        // Opening a place moves those behind it.
        for (std::size_t* place : {&token_at_, &number_at_, &line_at_})
            if (*place != bytes_.npos) *place = bytes_.find(mark_of(*place));
        number_ = options.first;
    }

    /// The next request; valid until the next call.
    std::string_view next() {
        if (token_at_ != bytes_.npos) {
            const std::size_t user = number_ % (tokens_.size() / sluice::account::kTokenSize);
            std::memcpy(bytes_.data() + token_at_,
                        tokens_.data() + user * sluice::account::kTokenSize,
                        sluice::account::kTokenSize);
        }
        if (line_at_ != bytes_.npos) {
            const std::size_t line = number_ % (lines_.size() / line_size_);
            std::memcpy(bytes_.data() + line_at_, lines_.data() + line * line_size_, line_size_);
        }
        if (number_at_ != bytes_.npos) {
            std::uint64_t rest = number_;
            for (std::size_t i = kDigits; i-- > 0; rest /= 10)
                bytes_[number_at_ + i] = static_cast<char>('0' + rest % 10);
        }
        ++number_;
        return bytes_;
    }

   private:
    /// Puts `size` bytes of a mark where `name` stands; returns the mark, or npos without `name`.
    std::size_t open_place(std::string_view name, std::size_t size) {
        const std::size_t at = bytes_.find(name);
        if (at == bytes_.npos) return at;
        if (size == 0) fail("nothing is given to replace " + std::string(name));
        const std::size_t mark = ++marks_;
        bytes_.replace(at, name.size(), mark_of(mark) + std::string(size - 1, '.'));
        return mark;
    }
    static std::string mark_of(std::size_t mark) { return {static_cast<char>(mark)}; }

    void make_tokens(const Options& options) {
        const auto key = sluice::base::load_or_create_key(options.token_key_file);
        if (!key) fail(key.error().what);
        const sluice::account::TokenKey tokens(*key);
        const sluice::base::Instant now = sluice::base::SystemClock().now();
        tokens_.reserve(options.users * sluice::account::kTokenSize);
        for (std::uint64_t i = 0; i < options.users; ++i) {
            const std::string number = std::to_string(i);
            tokens_ += tokens.issue(sluice::base::user_of("bench", number), now,
                                    now + sluice::base::Duration{3'600'000});
        }
    }

    void read_lines(const std::string& path) {
        const std::string text = contents(path);
        line_size_ = text.find('\n');
        if (line_size_ == 0 || line_size_ == text.npos) fail(path + " has no lines");
        for (std::size_t at = 0; at + line_size_ < text.size(); at += line_size_ + 1) {
            if (text[at + line_size_] != '\n') fail("the lines of " + path + " differ in length");
            lines_.append(text, at, line_size_);
        }
    }

    std::string bytes_;
    std::string tokens_;
    std::string lines_;
    std::size_t line_size_ = 0;
    std::size_t marks_ = 0;
    std::size_t token_at_ = std::string::npos;
    std::size_t number_at_ = std::string::npos;
    std::size_t line_at_ = std::string::npos;
    std::uint64_t number_ = 0;
};

struct Line {
    int socket = -1;
    std::int64_t due_ns = 0;
    std::string in;  ///< used only when an answer comes in pieces
};

/// How many bytes the answer has that begins `bytes`; 0 while that is not known.
std::size_t answer_size(std::string_view bytes) {
    const std::size_t head_end = bytes.find("\r\n\r\n");
    if (head_end == bytes.npos) return 0;
    constexpr std::string_view kLength = "Content-Length: ";
    const std::string_view head = bytes.substr(0, head_end);
    const std::size_t at = head.find(kLength);
    std::size_t length = 0;
    if (at != head.npos)
        std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), length);
    return head_end + 4 + length;
}

class Load {
   public:
    explicit Load(const Options& options)
        : options_(options),
          requests_(options),
          set_(epoll_create1(0)),
          lines_(options.connections) {
        for (std::size_t i = 0; i < lines_.size(); ++i) connect_line(i);
    }

    void run() {
        begun_ns_ = monotonic_ns();
        const double spent = cpu_seconds();
        counted_from_ns_ = begun_ns_ + static_cast<std::int64_t>(options_.skip_s * 1e9);
        ends_ns_ = begun_ns_ + static_cast<std::int64_t>(options_.seconds * 1e9);
        if (options_.rate == 0)
            for (std::size_t i = 0; i < lines_.size() && may_send(); ++i)
                send_on(i, monotonic_ns());
        else
            for (std::size_t i = lines_.size(); i-- > 0;) free_.push_back(i);
        while (in_flight_ > 0 || (options_.rate > 0 && monotonic_ns() < ends_ns_)) {
            if (options_.rate > 0) send_due();
            receive_all();
        }
        cpu_seconds_ = cpu_seconds() - spent;
    }

    void print() const {
        const double seconds = static_cast<double>(last_ns_ - begun_ns_) / 1e9;
        std::printf("{\"answered\":%llu,\"seconds\":%.6f,\"rate\":%.1f,\"cpu_seconds\":%.6f",
                    as_count(answered_), seconds, static_cast<double>(answered_) / seconds,
                    cpu_seconds_);
        std::printf(",\"turned_away\":%llu,\"late\":%llu,\"broken\":%llu,\"statuses\":{",
                    as_count(turned_away_), as_count(late_), as_count(broken_));
        bool first = true;
        for (const auto& [status, latencies] : latencies_) {
            std::printf("%s\"%d\":{\"count\":%llu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f",
                        first ? "" : ",", status, as_count(latencies.count()), us(latencies, 0.5),
                        us(latencies, 0.99), us(latencies, 0.999));
            const auto found = in_time_.find(status);
            std::printf(",\"max_us\":%.1f,\"in_time\":%llu}",
                        static_cast<double>(latencies.max_ns()) / 1e3,
                        as_count(found == in_time_.end() ? 0 : found->second));
            first = false;
        }
        std::printf("}}\n");
    }

   private:
    static unsigned long long as_count(std::uint64_t count) { return count; }
    static double us(const sluice::base::Latencies& latencies, double fraction) {
        return static_cast<double>(latencies.percentile_ns(fraction)) / 1e3;
    }
    static double cpu_seconds() {
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        return seconds(used.ru_utime) + seconds(used.ru_stime);
    }

    void connect_line(std::size_t index) {
        Line& line = lines_[index];
        line.socket = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        name.sin_port = htons(options_.port);
        if (connect(line.socket, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0)
            fail("cannot connect: " + std::string(std::strerror(errno)));
        const int on = 1;
        setsockopt(line.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = index;
        epoll_ctl(set_, EPOLL_CTL_ADD, line.socket, &event);
    }

    bool may_send() const {
        if (options_.count > 0) return sent_ < options_.count;
        return monotonic_ns() < ends_ns_;
    }

    void send_on(std::size_t index, std::int64_t due_ns) {
        const std::string_view request = requests_.next();
        Line& line = lines_[index];
        line.due_ns = due_ns;
        ++sent_;
        ++in_flight_;
        const ssize_t count = send(line.socket, request.data(), request.size(), MSG_NOSIGNAL);
        if (count != static_cast<ssize_t>(request.size())) broke(index);
    }

    void send_due() {
        const std::int64_t now = monotonic_ns();
        const std::int64_t until = std::min(now, ends_ns_) - begun_ns_;
        const auto due =
            static_cast<std::uint64_t>(static_cast<double>(until) / 1e9 * options_.rate);
        while (offered_ < due) {
            const auto due_ns =
                begun_ns_ +
                static_cast<std::int64_t>(static_cast<double>(offered_) * 1e9 / options_.rate);
            ++offered_;
            if (free_.empty()) {
                ++turned_away_;
                continue;
            }
            if (monotonic_ns() - due_ns > kLateNs) ++late_;
            const std::size_t index = free_.back();
            free_.pop_back();
            send_on(index, due_ns);
            if (offered_ % 64 == 0) return;  // answers wait, too
        }
    }

    void receive_all() {
        std::array<epoll_event, 256> events;
        const int timeout = options_.rate > 0 ? 0 : 1000;
        const int count = epoll_wait(set_, events.data(), static_cast<int>(events.size()), timeout);
        for (int i = 0; i < count; ++i)
            receive(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
    }

    void receive(std::size_t index) {
        Line& line = lines_[index];
        std::array<char, 65536> buffer;
        const ssize_t got = recv(line.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return broke(index);
        std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
        if (!line.in.empty()) bytes = line.in.append(bytes);
        const std::size_t size = answer_size(bytes);
        if (size == 0 || size > bytes.size()) {
            if (line.in.empty()) line.in = bytes;
            return;
        }
        answered(index, bytes);
    }

    void answered(std::size_t index, std::string_view bytes) {
        Line& line = lines_[index];
        last_ns_ = monotonic_ns();
        int status = 0;
        std::from_chars(bytes.data() + 9, bytes.data() + 12, status);
        if (line.due_ns >= counted_from_ns_) {
            latencies_[status].record(last_ns_ - line.due_ns);
            if (last_ns_ <= ends_ns_) ++in_time_[status];
        }
        ++answered_;
        --in_flight_;
        const bool closes = bytes.find("\r\nConnection: close\r\n") != bytes.npos;
        line.in.clear();
        if (closes) {
            close(line.socket);
            connect_line(index);
        }
        if (options_.rate > 0)
            free_.push_back(index);
        else if (may_send())
            send_on(index, last_ns_);
    }

    void broke(std::size_t index) {
        ++broken_;
        if (broken_ > lines_.size() * 4) fail("the server closes every connection");
        --in_flight_;
        close(lines_[index].socket);
        lines_[index].in.clear();
        connect_line(index);
        if (options_.rate > 0)
            free_.push_back(index);
        else if (may_send())
            send_on(index, monotonic_ns());
    }

    const Options options_;
    Requests requests_;
    const int set_;
    std::vector<Line> lines_;
    std::deque<std::size_t> free_;
    std::map<int, sluice::base::Latencies> latencies_;  // by status; a handful
    std::map<int, std::uint64_t> in_time_;              // of them, answered before the end
    std::int64_t begun_ns_ = 0, ends_ns_ = 0, last_ns_ = 0, counted_from_ns_ = 0;
    std::uint64_t sent_ = 0, offered_ = 0, in_flight_ = 0, answered_ = 0;
    std::uint64_t turned_away_ = 0, late_ = 0, broken_ = 0;
    double cpu_seconds_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("The load generator of `make bench`; prints JSON.");
    app.add_option("--port", options.port)->required();
    app.add_option("--request", options.request_file, "file with the request, a template")
        ->required();
    app.add_option("--connections", options.connections);
    app.add_option("--seconds", options.seconds);
    app.add_option("--count", options.count, "end after so many requests instead");
    app.add_option("--rate", options.rate, "requests a second, open model; 0: closed");
    app.add_option("--skip", options.skip_s, "seconds at the start whose requests are not counted");
    app.add_option("--token-key", options.token_key_file, "the server's token key");
    app.add_option("--users", options.users, "users whose tokens are used in turn");
    app.add_option("--lines", options.lines_file, "lines of one length for {{line}}");
    app.add_option("--first", options.first, "the first number");
    CLI11_PARSE(app, argc, argv);
    Load load(options);
    load.run();
    load.print();
    return 0;
}
