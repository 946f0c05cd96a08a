// SPDX-License-Identifier: Apache-2.0
// Entrance: the listener of a door, which takes new clients from the kernel.
// Owner: DoorLoop.      Threads: the door's own.
// Limits: some clients a turn, so that a rush of new ones leaves time for the old.
// Fails: if no descriptor is left, it closes the newest client, who would hang otherwise, and then
// pauses. Not here: who is let in (door.cc).
#pragma once

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>

#include "http/proxies.h"

namespace sluice::http {

class Entrance {
   public:
    struct Events {
        /// A client with a socket that does not block, which is now the receiver's.
        std::function<void(int fd, const AddressBytes& address)> come;
        /// One had to be closed.
        std::function<void()> shed;
    };

    /// Takes over `listener`, a bound and listening socket that does not block. `taken` is set
    /// while a door of the server takes a client.
    Entrance(boost::asio::io_context& io, int listener, std::atomic_flag& taken, Events on);
    ~Entrance();
    Entrance(const Entrance&) = delete;
    Entrance& operator=(const Entrance&) = delete;

    void open();
    /// Lets in who is in the kernel's queue already, for they have been promised an answer; nobody
    /// afterwards.
    void close();

   private:
    // The concrete executor: the type-erased default costs an allocation and a virtual call an
    // event.
    using Executor = boost::asio::io_context::executor_type;
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
    using Timer = boost::asio::basic_waitable_timer<
        std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

    void accept();
    int take_next(int& fd, AddressBytes& address);
    int shed_newest();
    void pause();

    std::atomic_flag& taken_;
    const Events on_;
    Acceptor acceptor_;
    Timer timer_;
    int spare_;  ///< a descriptor to give up when there is no other
    bool closing_ = false;
};

}  // namespace sluice::http
