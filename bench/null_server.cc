// SPDX-License-Identifier: Apache-2.0
// The null server: what the kernel and one epoll loop cost, and nothing else. It reads whatever
// came, takes it for one request, and sends the fixed bytes of a file: no parser, no decision.
// `bench_null_server ANSWER_FILE` prints its port on a line and runs until it is stopped.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr int kEventsMax = 256;  // as a door takes in one turn
constexpr int kBacklog = 4096;

void watch(int set, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

int listen_on_loopback() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    if (bind(fd, reinterpret_cast<sockaddr*>(&name), size) != 0 || listen(fd, kBacklog) != 0)
        return -1;
    getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
    std::printf("%u\n", ntohs(name.sin_port));
    std::fflush(stdout);
    return fd;
}

void answer(int fd, const std::string& bytes) {
    std::array<char, 8192> request;
    const ssize_t got = recv(fd, request.data(), request.size(), MSG_DONTWAIT);
    if (got > 0)
        send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    else if (got == 0)
        close(fd);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_null_server ANSWER_FILE\n");
        return 2;
    }
    std::ifstream file(argv[1], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const int listener = listen_on_loopback();
    if (bytes.empty() || listener < 0) {
        std::fprintf(stderr, "error: no answer to send, or no port to listen on\n");
        return 1;
    }
    const int set = epoll_create1(0);
    watch(set, listener);
    for (;;) {
        std::array<epoll_event, kEventsMax> events;
        const int count = epoll_wait(set, events.data(), kEventsMax, -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd != listener)
                answer(fd, bytes);
            else if (const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
                     client >= 0)
                watch(set, client);
        }
    }
}
