// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/time.h"
#include "http/door.h"
#include "http/port_owner.h"

namespace sluice::http {

namespace {

/// The kernel cuts this to net.core.somaxconn.
constexpr int kBacklog = 4096;
/// What cutting a connection may take once the time of a drain is over.
constexpr std::chrono::milliseconds kCutWait{1000};

struct Endpoint {
    sockaddr_storage name{};
    socklen_t size = 0;

    [[nodiscard]] const sockaddr* address() const {
        return reinterpret_cast<const sockaddr*>(&name);
    }
    [[nodiscard]] std::uint16_t port() const {
        return ntohs(name.ss_family == AF_INET6
                         ? reinterpret_cast<const sockaddr_in6&>(name).sin6_port
                         : reinterpret_cast<const sockaddr_in&>(name).sin_port);
    }
};

bool parse_endpoint(const std::string& address, std::uint16_t port, Endpoint& out) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out.name);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out.name);
    if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        out.size = sizeof v4;
        return true;
    }
    if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) return false;
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    out.size = sizeof v6;
    return true;
}

base::Error open_error(const ServerOptions& options, int code) {
    const std::string where = "The " + options.name + " listener cannot open " + options.address +
                              " port " + std::to_string(options.port) + ": ";
    if (code == EADDRINUSE) {
        const std::string owner = port_owner(options.port);
        return {base::ErrorCode::conflict,
                where + "port " + std::to_string(options.port) + " is in use" +
                    (owner.empty() ? " by another program" : " by " + owner) +
                    ". Stop that program or choose another port."};
    }
    if (code == EACCES)
        return {base::ErrorCode::forbidden,
                where +
                    "this user may not open a port below 1024. Choose a higher port, or give "
                    "the program CAP_NET_BIND_SERVICE."};
    if (code == EADDRNOTAVAIL)
        return {base::ErrorCode::invalid,
                where +
                    "this machine does not have the address. Use one that \"ip address\" "
                    "shows, 127.0.0.1, or 0.0.0.0 for all."};
    return {base::ErrorCode::unavailable, where + std::strerror(code) + "."};
}

void set_option(int socket, int level, int name) {
    const int on = 1;
    ::setsockopt(socket, level, name, &on, sizeof on);
}

/// A listening socket, or -1 with errno.
int listen_on(const Endpoint& endpoint) {
    const int fd = ::socket(endpoint.name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    set_option(fd, SOL_SOCKET, SO_REUSEADDR);
    set_option(fd, SOL_SOCKET, SO_REUSEPORT);
    set_option(fd, IPPROTO_TCP, TCP_NODELAY);  // inherited by every accepted socket
    if (::bind(fd, endpoint.address(), endpoint.size) == 0 && ::listen(fd, kBacklog) == 0)
        return fd;
    const int code = errno;
    ::close(fd);
    errno = code;
    return -1;
}

/// SO_REUSEPORT would let a second server share our port without a word; a bind without it fails
/// as it should. Returns 0 or errno.
int try_port(const Endpoint& endpoint) {
    const int fd = ::socket(endpoint.name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return errno;
    set_option(fd, SOL_SOCKET, SO_REUSEADDR);
    const int code = ::bind(fd, endpoint.address(), endpoint.size) == 0 ? 0 : errno;
    ::close(fd);
    return code;
}

std::uint32_t core_count() { return std::max(1U, std::thread::hardware_concurrency()); }

class DoorServer final : public Server {
   public:
    DoorServer(const ServerOptions& options, const Router& router, Proxies proxies)
        : lobby_{
              .options = options,
              .router = router,
              .proxies = std::move(proxies),
              .addresses = {options.connections_per_address_max, options.connections_max},
              .desk = {options.name + " desk ", options.desks, options.desk_queue_max},
              .slow_desk = {options.name + " slow desk ", core_count() / 2, options.desk_queue_max},
              .clock = {}} {}

    ~DoorServer() override {
        // Desks first: they post to doors.
        lobby_.slow_desk.stop();
        lobby_.desk.stop();
        for (auto& door : doors_) door->stop();
    }

    /// Returns 0 or errno.
    int listen(Endpoint endpoint) {
        const int code = try_port(endpoint);
        if (code != 0) return code;
        const std::uint32_t asked = lobby_.options.doors;
        const std::uint32_t count = asked > 0 ? asked : core_count();
        for (std::uint32_t i = 0; i < count; ++i) {
            const int fd = listen_on(endpoint);
            if (fd < 0) return errno;
            // With port 0 the first door finds the port that the others share.
            ::getsockname(fd, reinterpret_cast<sockaddr*>(&endpoint.name), &endpoint.size);
            doors_.push_back(std::make_unique<DoorLoop>(lobby_, i, fd));
        }
        port_ = endpoint.port();
        return 0;
    }

    void start() override {
        // Signals are for the main thread; ours inherit a mask that blocks them all.
        sigset_t all{};
        sigset_t before{};
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        lobby_.desk.start();
        lobby_.slow_desk.start();
        for (auto& door : doors_) door->start();
        started_ = true;
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    [[nodiscard]] std::uint16_t port() const override { return port_; }

    void at_turn_end(std::function<void()> work) override { lobby_.turn_end = std::move(work); }

    [[nodiscard]] std::vector<Door*> doors() override {
        std::vector<Door*> all;
        for (auto& door : doors_) all.push_back(door.get());
        return all;
    }

    [[nodiscard]] std::vector<const base::Heartbeat*> heartbeats() const override {
        std::vector<const base::Heartbeat*> all;
        for (const auto& door : doors_) all.push_back(&std::as_const(*door).heartbeat());
        for (const Desk* desk : {&lobby_.desk, &lobby_.slow_desk})
            for (const base::Heartbeat& heartbeat : desk->heartbeats()) all.push_back(&heartbeat);
        return all;
    }

    std::size_t drain(std::uint32_t timeout_ms) override {
        if (!started_ || std::exchange(drained_, true)) return 0;
        const std::int64_t until = base::monotonic_ns() + std::int64_t{timeout_ms} * 1'000'000;
        for (auto& door : doors_) door->drain();
        std::size_t empty = 0;
        while (empty < doors_.size()) {
            const std::chrono::nanoseconds left{
                std::max<std::int64_t>(0, until - base::monotonic_ns())};
            if (!lobby_.emptied.try_acquire_for(left)) break;
            ++empty;
        }
        if (empty == doors_.size()) return 0;
        for (auto& door : doors_) door->cut();
        while (empty < doors_.size() && lobby_.emptied.try_acquire_for(kCutWait)) ++empty;
        return lobby_.cut.load();
    }

    [[nodiscard]] Counts counts() const override {
        Counts sum;
        sum.open = lobby_.open.load(std::memory_order_relaxed);
        for (const auto& door : doors_) {
            const DoorCounts& counts = std::as_const(*door).counts();
            sum.accepted += counts.accepted.value();
            sum.refused += counts.refused.value();
            sum.refused_address += counts.refused_address.value();
            sum.evicted += counts.evicted.value();
            sum.requests += counts.requests.value();
            sum.timeouts += counts.timeouts.value();
            sum.malformed += counts.malformed.value();
            sum.desk_full += counts.desk_full.value();
            sum.overload += counts.overload.value();
            sum.bytes_in += counts.bytes_in.value();
            sum.bytes_out += counts.bytes_out.value();
        }
        return sum;
    }

   private:
    Lobby lobby_;
    std::uint16_t port_ = 0;
    bool started_ = false;
    bool drained_ = false;
    std::vector<std::unique_ptr<DoorLoop>> doors_;
};

}  // namespace

base::Result<std::unique_ptr<Server>> Server::open(const ServerOptions& options,
                                                   const Router& router) {
    Endpoint endpoint;
    if (!parse_endpoint(options.address, options.port, endpoint))
        return base::failure(base::ErrorCode::invalid,
                             "The address \"" + options.address + "\" of the " + options.name +
                                 " listener is not numeric. Write it like 127.0.0.1 or ::1.");
    auto proxies = Proxies::parse(options.trusted_proxies);
    if (!proxies) return std::unexpected(std::move(proxies.error()));
    auto server = std::make_unique<DoorServer>(options, router, std::move(*proxies));
    if (const int code = server->listen(endpoint); code != 0)
        return std::unexpected(open_error(options, code));
    return server;
}

}  // namespace sluice::http
