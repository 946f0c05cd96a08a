// SPDX-License-Identifier: Apache-2.0
#include "http/door.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "http/backlog.h"
#include "http/entrance.h"
#include "http/idle_clients.h"
#include "http/problem.h"
#include "http/slot.h"

namespace sluice::http {

namespace asio = boost::asio;

namespace {

// The concrete executor: the type-erased default costs an allocation and a virtual call per event.
using Executor = asio::io_context::executor_type;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Deadlines are late by at most so much; short enough for 10-second limits, and nearly free.
constexpr std::int64_t kSweepMs = 250;
/// Events of clients taken in one turn, so that a rush leaves time for deadlines and answers.
constexpr int kEventsMax = 256;
/// After so many it is worth a system call to see who came meanwhile.
constexpr int kManyEvents = 16;
/// Enough for the times in their Retry-After to be spread.
constexpr std::size_t kBusyAnswers = 16;

/// Short time-outs, as tests use them, are swept for more often.
std::int64_t sweep_ms(const ServerOptions& options) {
    const std::uint32_t shortest = std::min({options.header_timeout_ms, options.body_timeout_ms,
                                             options.idle_timeout_ms, options.write_timeout_ms});
    return std::clamp<std::int64_t>(shortest / 4, 5, kSweepMs);
}

Response run_guarded(const Route& route, const DeskHandler& handler,
                     const Request& request) noexcept {
    try {
        return handler(request);
    } catch (const std::exception& error) {
        base::log_error("handler_failed", {{"route", route.pattern}, {"what", error.what()}});
        return internal();
    }
}

}  // namespace

/// What of a door is Asio's and the kernel's.
/// Asio runs the thread, the listener, the timers and what is posted. The clients are in an epoll
/// set of their own, of which Asio watches only the descriptor: a client stays registered from one
/// request to the next, which Asio's own sockets cannot do; they need one more system call for each
/// request, to be armed again.
struct DoorLoop::Loop {
    Loop(DoorLoop& owner, int listener)
        : door(owner),
          io(1),
          guard(io.get_executor()),
          entrance(io, listener, owner.lobby_.accepting,
                   {.come = [this](int fd, const AddressBytes& address) { admit(fd, address); },
                    .shed = [this] { door.counts_.refused.add(); }}),
          sweep_timer(io.get_executor()),
          clients(io.get_executor(), ::epoll_create1(EPOLL_CLOEXEC)),
          backlog(clients.native_handle(),
                  std::int64_t{owner.lobby_.options.patience_ms} * 1'000'000) {}
    ~Loop() {
        for (const auto& slot : slots)
            if (slot->fd >= 0) ::close(slot->fd);
    }

    void admit(int fd, const AddressBytes& address) {
        door.now_ns_ = base::monotonic_ns();
        const auto place = try_enter(address);
        if (!place) {
            door.counts_.refused.add();
            ::close(fd);
            return;
        }
        door.counts_.accepted.add();
        ++open;
        const std::uint32_t index = take_slot();
        Slot& slot = *slots[index];
        slot.fd = fd;
        slot.address = *place;
        slot.connection.open(fd, to_text(address));
    }

    std::optional<AddressCounts::Place> try_enter(const AddressBytes& address) {
        Lobby& lobby = door.lobby_;
        std::optional<AddressCounts::Place> place = 0;
        // Behind a proxy are many clients.
        if (!lobby.proxies.trusts(address)) place = lobby.addresses.try_enter(address);
        if (!place) {
            door.counts_.refused_address.add();
            return std::nullopt;
        }
        if (lobby.open.fetch_add(1) < lobby.options.connections_max || evict()) return place;
        lobby.open.fetch_sub(1);
        lobby.addresses.leave(*place);
        return std::nullopt;
    }

    /// Closes the client of this door that has been idle for longest. False if nobody is.
    bool evict() {
        if (door.draining_) return false;  // the idle ones are on their way out already
        Slot* const longest = idle.take_longest(slots, door.now_ns_);
        if (longest == nullptr) return false;
        door.counts_.evicted.add();
        longest->connection.cut();
        return true;
    }

    std::uint32_t take_slot() {
        if (free.empty()) {
            const auto index = static_cast<std::uint32_t>(slots.size());
            slots.push_back(std::make_unique<Slot>(door, index));
            deadlines.push_back(0);
            return index;
        }
        const std::uint32_t index = free.back();
        free.pop_back();
        return index;
    }

    void left() {
        --open;
        door.lobby_.open.fetch_sub(1);
        tell_if_empty();
    }

    void tell_if_empty() {
        if (!door.draining_ || open > 0 || told_empty) return;
        told_empty = true;
        door.lobby_.emptied.release();
    }

    void await_clients() {
        clients.async_wait(Descriptor::wait_read, [this](boost::system::error_code error) noexcept {
            if (!error) serve();
        });
    }

    /// One turn. Who came while many were served joins it, because what a turn buys shares a sync.
    void serve() {
        int taken = 0;
        int count = 0;
        do {
            count = serve_arrived(kEventsMax - taken);
            taken += count;
        } while (count >= kManyEvents && taken < kEventsMax);
        door.lobby_.turn_end();
        if (backlog.has_waiting())  // of whom the kernel says nothing more
            asio::post(io, [this]() noexcept { serve(); });
        else
            await_clients();
    }

    int serve_arrived(int count_max) {
        std::array<epoll_event, kEventsMax> events;
        const int count = ::epoll_wait(clients.native_handle(), events.data(), count_max, 0);
        door.now_ns_ = base::monotonic_ns();
        door.heartbeat_.beat("serving clients", door.now_ns_);
        backlog.on_turn(count, count_max, door.now_ns_);
        call_back();
        for (int i = 0; i < count; ++i) take(events[static_cast<std::size_t>(i)]);
        refuse_waiting();
        return count;
    }

    void take(const epoll_event& event) {
        if (event.data.u64 == Backlog::kMarker) return backlog.on_marker(door.now_ns_);
        const auto index = static_cast<std::uint32_t>(event.data.u64);
        const auto life = static_cast<std::uint32_t>(event.data.u64 >> 32);
        Slot& slot = *slots[index];
        if (slot.life != life) return;
        const bool broken = (event.events & (EPOLLHUP | EPOLLERR)) != 0;
        if (event.events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP) || broken) {
            slot.unread = true;
            slot.hides |= broken || (event.events & (EPOLLRDHUP | EPOLLPRI)) != 0;
            if (broken || !sets_aside(slot)) tell_readable(slot);
        }
        if (slot.life == life && (event.events & EPOLLOUT || broken)) tell_writable(slot);
    }

    /// Whether a client that asks something has to wait.
    bool sets_aside(Slot& slot) {
        if (slot.set_aside) return true;
        if (!backlog.overloaded() || (slot.awaited & EPOLLIN) == 0) return false;
        slot.set_aside = !backlog.try_let_in({slot.connection.slot(), slot.life});
        return slot.set_aside;
    }

    /// The slot of one who was set aside, if the client still waits there.
    Slot* take_back(Backlog::Client client) {
        Slot& slot = *slots[client.slot];
        return slot.life == client.life && std::exchange(slot.set_aside, false) ? &slot : nullptr;
    }

    /// After an overload the kernel mentions again who still waits.
    void call_back() {
        while (const auto client = backlog.next_return())
            if (Slot* const slot = take_back(*client)) watch(*slot, slot->watched);
    }

    void refuse_waiting() {
        door.refuses_ = true;
        while (const auto client = backlog.next_refusal())
            if (Slot* const slot = take_back(*client)) tell_readable(*slot);
        door.refuses_ = false;
    }

    void tell_readable(Slot& slot) {
        slot.set_aside = false;
        if ((slot.awaited & EPOLLIN) == 0) return;
        slot.awaited &= ~std::uint32_t{EPOLLIN};
        slot.connection.on_readable();
    }

    void tell_writable(Slot& slot) {
        if ((slot.awaited & EPOLLOUT) == 0) return;
        slot.awaited &= ~std::uint32_t{EPOLLOUT};
        const std::uint32_t life = slot.life;
        slot.connection.on_writable();
        if (slot.life == life && (slot.awaited & EPOLLOUT) == 0) watch(slot, EPOLLIN);
    }

    /// The kernel tells of an edge once. Of input it is asked again only if some of it may be
    /// there already; of room for output each time, because who awaits it may not have filled it.
    void await(std::uint32_t index, std::uint32_t what) {
        Slot& slot = *slots[index];
        slot.awaited |= what;
        const std::uint32_t events = slot.watched | what;
        if (events != slot.watched || what == EPOLLOUT || slot.unread || slot.hides)
            watch(slot, events);
    }

    /// What is so already is told at once, and then each time that more comes.
    void watch(Slot& slot, std::uint32_t events) {
        const int action = slot.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        slot.watched = events;
        epoll_event event{};
        event.events = events | EPOLLPRI | EPOLLRDHUP | EPOLLET;
        event.data.u64 = (std::uint64_t{slot.life} << 32) | slot.connection.slot();
        ::epoll_ctl(clients.native_handle(), action, slot.fd, &event);
    }

    void sweep() {
        door.now_ns_ = base::monotonic_ns();
        door.heartbeat_.beat("sweeping deadlines", door.now_ns_);
        door.date_line_ = "Date: " + base::to_http_date(door.lobby_.clock.now()) + "\r\n";
        for (std::size_t i = 0; i < deadlines.size(); ++i)
            if (deadlines[i] != 0 && deadlines[i] <= door.now_ns_)
                slots[i]->connection.on_deadline();
        sweep_timer.expires_after(std::chrono::milliseconds{sweep_ms(door.lobby_.options)});
        sweep_timer.async_wait([this](boost::system::error_code error) noexcept {
            if (!error) sweep();
        });
    }

    void drain() {
        door.now_ns_ = base::monotonic_ns();
        door.draining_ = true;
        entrance.close();
        for (auto& slot : slots)
            if (slot->connection.is_open()) slot->connection.on_drain();
        door.lobby_.turn_end();
        tell_if_empty();
    }

    void cut() {
        for (auto& slot : slots) {
            if (!slot->connection.is_open()) continue;
            // Counted first: closing the last one wakes up who reads the count.
            if (slot->connection.is_unfinished()) door.lobby_.cut.fetch_add(1);
            slot->connection.cut();
        }
    }

    DoorLoop& door;
    asio::io_context io;
    asio::executor_work_guard<Executor> guard;
    Entrance entrance;
    Timer sweep_timer;
    Descriptor clients;  ///< the epoll set
    Backlog backlog;
    std::uint32_t open = 0;
    bool told_empty = false;
    std::vector<std::unique_ptr<Slot>> slots;
    std::vector<std::int64_t> deadlines;  ///< by slot, side by side so that a sweep is one scan
    std::vector<std::uint32_t> free;
    IdleClients idle;
    std::thread thread;
};

DoorLoop::DoorLoop(Lobby& lobby, std::uint32_t index, int listener)
    : lobby_(lobby),
      index_(index),
      heartbeat_(lobby.options.name + " door " + std::to_string(index)),
      // The longest header, and behind it room for the body of nearly every request.
      pool_(std::size_t{lobby.options.header_bytes_max} + 8192),
      loop_(std::make_unique<Loop>(*this, listener)) {
    for (std::size_t i = 0; i < kBusyAnswers; ++i)
        busy_answers_.push_back(prepare(busy("More people are here than can be served at once.")));
}

DoorLoop::~DoorLoop() { stop(); }

void DoorLoop::start() {
    loop_->thread = std::thread([this]() noexcept {
        loop_->sweep();
        loop_->entrance.open();
        loop_->await_clients();
        loop_->io.run();
    });
}

void DoorLoop::stop() {
    loop_->io.stop();
    if (loop_->thread.joinable()) loop_->thread.join();
}

void DoorLoop::drain() {
    asio::post(loop_->io, [this]() noexcept { loop_->drain(); });
}

void DoorLoop::cut() {
    asio::post(loop_->io, [this]() noexcept { loop_->cut(); });
}

void DoorLoop::post(std::function<void()> work) {
    asio::post(loop_->io, [this, work = std::move(work)]() noexcept {
        now_ns_ = base::monotonic_ns();
        heartbeat_.beat("bringing answers", now_ns_);
        work();
        lobby_.turn_end();  // an answered client may have had its next request there already
    });
}

void DoorLoop::complete(Later later, Response response) {
    if (later.slot < loop_->slots.size())
        loop_->slots[later.slot]->connection.complete(later, std::move(response));
}

void DoorLoop::complete_prepared(Later later, const Prepared& prepared) {
    if (later.slot < loop_->slots.size())
        loop_->slots[later.slot]->connection.complete_prepared(later, prepared);
}

const Prepared& DoorLoop::busy_answer() {
    return busy_answers_[counts_.overload.value() % busy_answers_.size()];
}

void DoorLoop::await_readable(std::uint32_t slot) { loop_->await(slot, EPOLLIN); }

void DoorLoop::has_read_all(std::uint32_t slot) { loop_->slots[slot]->unread = false; }

void DoorLoop::await_writable(std::uint32_t slot) { loop_->await(slot, EPOLLOUT); }

void DoorLoop::set_deadline(std::uint32_t slot, std::int64_t at_ns) {
    loop_->deadlines[slot] = at_ns;
}

bool DoorLoop::try_desk(const Route& route, const DeskHandler& handler, const Request& request,
                        Later later) {
    Desk& desk = route.slow ? lobby_.slow_desk : lobby_.desk;
    return desk.try_run([this, &route, &handler, &request, later]() noexcept {
        asio::post(loop_->io, [this, later,
                               response = run_guarded(route, handler, request)]() mutable noexcept {
            now_ns_ = base::monotonic_ns();
            complete(later, std::move(response));
            lobby_.turn_end();  // as in post()
        });
    });
}

void DoorLoop::close_socket(std::uint32_t slot) {
    Slot& place = *loop_->slots[slot];
    ++place.life;
    place.watched = place.awaited = 0;
    place.unread = place.hides = place.set_aside = false;
    ::close(std::exchange(place.fd, -1));
    lobby_.addresses.leave(std::exchange(place.address, 0));
    loop_->left();
}

void DoorLoop::free_slot(std::uint32_t slot) { loop_->free.push_back(slot); }

}  // namespace sluice::http
