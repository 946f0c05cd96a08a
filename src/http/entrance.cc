// SPDX-License-Identifier: Apache-2.0
#include "http/entrance.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sluice::http {

namespace {

using Tcp = boost::asio::ip::tcp;

/// Out of file descriptors: accepting again at once would only spin.
constexpr std::chrono::milliseconds kPause{100};
/// Clients taken in one turn.
constexpr int kTakenMax = 64;

/// One door at a time takes a client: a door that has no descriptor left gives its spare one up
/// for a moment, and another that took it then would leave the first one's clients hanging.
class TakingAlone {
   public:
    explicit TakingAlone(std::atomic_flag& taken) : taken_(taken) {
        while (taken_.test_and_set(std::memory_order_acquire)) taken_.wait(true);
    }
    ~TakingAlone() {
        taken_.clear(std::memory_order_release);
        taken_.notify_one();
    }
    TakingAlone(const TakingAlone&) = delete;
    TakingAlone& operator=(const TakingAlone&) = delete;

   private:
    std::atomic_flag& taken_;
};

Tcp local_protocol(int listener) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size);
    return name.ss_family == AF_INET6 ? Tcp::v6() : Tcp::v4();
}

AddressBytes address_of(const sockaddr_storage& peer) {
    AddressBytes bytes{};
    if (peer.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    } else {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
        bytes[10] = bytes[11] = 0xff;
        std::memcpy(bytes.data() + 12, &v4.sin_addr, 4);
    }
    return bytes;
}

int open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool is_shortage(int code) {
    return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

}  // namespace

Entrance::Entrance(boost::asio::io_context& io, int listener, std::atomic_flag& taken, Events on)
    : taken_(taken),
      on_(std::move(on)),
      acceptor_(io.get_executor()),
      timer_(io.get_executor()),
      spare_(open_spare()) {
    boost::system::error_code error;
    acceptor_.assign(local_protocol(listener), listener, error);
    acceptor_.non_blocking(true, error);
}

Entrance::~Entrance() {
    if (spare_ >= 0) ::close(spare_);
}

void Entrance::open() {
    acceptor_.async_wait(Acceptor::wait_read, [this](boost::system::error_code error) noexcept {
        if (!error) accept();
    });
}

void Entrance::close() {
    closing_ = true;
    accept();
    boost::system::error_code error;
    acceptor_.close(error);
    timer_.cancel();
}

void Entrance::accept() {
    for (int count = 0; count < kTakenMax || closing_; ++count) {
        AddressBytes address{};
        int fd = -1;
        const int code = take_next(fd, address);
        if (fd >= 0)
            on_.come(fd, address);
        else if (is_shortage(code))
            return pause();
        else if (code != 0 && code != ECONNABORTED && code != EINTR)
            break;
    }
    if (!closing_) open();
}

/// The next client, or none in `fd`: then 0 if one was closed, else errno.
int Entrance::take_next(int& fd, AddressBytes& address) {
    const TakingAlone alone(taken_);
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    fd = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size,
                   SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return is_shortage(errno) ? shed_newest() : errno;
    address = address_of(peer);
    return 0;
}

/// The spare descriptor lets us at least close the newest client instead of leaving it to hang.
/// Returns 0 or errno.
int Entrance::shed_newest() {
    if (spare_ >= 0) ::close(spare_);
    const int fd = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    const int code = fd < 0 ? errno : 0;
    if (fd >= 0) {
        on_.shed();
        ::close(fd);
    }
    spare_ = open_spare();
    return code != 0 || spare_ >= 0 ? code : EMFILE;  // another thread was faster
}

void Entrance::pause() {
    if (closing_) return;
    timer_.expires_after(kPause);
    timer_.async_wait([this](boost::system::error_code error) noexcept {
        if (!error && !closing_) accept();
    });
}

}  // namespace sluice::http
