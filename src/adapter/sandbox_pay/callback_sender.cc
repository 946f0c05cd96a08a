// SPDX-License-Identifier: Apache-2.0
#include "adapter/sandbox_pay/callback_sender.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <queue>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/log.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using base::failure;

constexpr std::size_t kAnswerBytesMax = 65'536;  // nobody reads it; more is a broken receiver
constexpr std::int64_t kPollMsMax = 250;         // so that a task's time is met closely enough
constexpr base::Duration kPutOff{1000};          // when a callback could not be composed

struct Later {
    bool operator()(const CallbackTask& a, const CallbackTask& b) const {
        return a.due_at > b.due_at;
    }
};

/// One of the parallel transfers; reused, so that its connection stays open.
struct Transfer {
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    CallbackTask task;
    std::string body;
    std::size_t answer_bytes = 0;
    bool busy = false;
};

std::size_t discard(char*, std::size_t size, std::size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    transfer.answer_bytes += size * count;
    return transfer.answer_bytes > kAnswerBytesMax ? 0 : size * count;
}

std::string url_part(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
    std::string result(text);
    curl_free(text);
    return result;
}

base::Result<void> check_url(const std::string& text) {
    CURLU* url = curl_url();
    CHECK(url != nullptr);
    const bool parsed = curl_url_set(url, CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
    const std::string scheme = parsed ? url_part(url, CURLUPART_SCHEME) : "";
    const bool good = (scheme == "http" || scheme == "https") &&
                      !url_part(url, CURLUPART_HOST).empty() &&
                      url_part(url, CURLUPART_USER).empty();
    curl_url_cleanup(url);
    if (good) return {};
    return failure(ErrorCode::invalid,
                   fmt::format("'{}' cannot be called back; write an address such as "
                               "http://127.0.0.1:8080/v1/payments/callbacks/sandbox",
                               text));
}

enum class Verdict : unsigned char { delivered, refused, again };

Verdict judge(CURLcode code, long status) {
    if (code != CURLE_OK) return Verdict::again;
    if (status >= 200 && status < 300) return Verdict::delivered;
    // A redirect is not followed; it is the receiver's mistake and may be mended meanwhile.
    if (status >= 400 && status < 500 && status != 429) return Verdict::refused;
    return Verdict::again;
}

}  // namespace

struct CallbackSender::Inside {
    const base::Clock& clock;
    const SenderOptions options;
    const Compose compose;

    // Guarded by the mutex.
    mutable std::mutex mutex;
    std::priority_queue<CallbackTask, std::vector<CallbackTask>, Later> waiting;
    bool can_wake = false;  // the thread is there
    bool stopping = false;
    Counts counts;

    // The sender thread's own, but for curl_multi_wakeup.
    CURLM* multi = nullptr;
    std::vector<Transfer> transfers;
    std::string url;
    std::thread thread;

    Inside(const base::Clock& the_clock, const SenderOptions& the_options, Compose the_compose)
        : clock(the_clock), options(the_options), compose(std::move(the_compose)) {}

    void run();
    bool start_due();
    void send(CallbackTask task);
    void finish_done();
    void finish(Transfer& transfer, CURLcode code);
    void put_back(CallbackTask task, base::Duration wait);
    int poll_ms() const;
    void set_up(Transfer& transfer) const;
    Transfer* idle_transfer();
};

void CallbackSender::Inside::set_up(Transfer& transfer) const {
    transfer.easy = curl_easy_init();
    CHECK(transfer.easy != nullptr);
    CURL* easy = transfer.easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.ms));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connect_timeout.ms));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "sluice-sandbox-pay/1");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &discard);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
}

Transfer* CallbackSender::Inside::idle_transfer() {
    const auto idle = std::ranges::find_if(transfers, [](const Transfer& t) { return !t.busy; });
    return idle == transfers.end() ? nullptr : &*idle;
}

// One turn: start what is due, let libcurl work, take what is done, then wait for the network, a
// new task or the next due time. Starting comes first, so that a wake-up is answered at once.
void CallbackSender::Inside::run() {
    while (start_due()) {
        int running = 0;  // how many still are; finish_done() sees which are not
        curl_multi_perform(multi, &running);
        finish_done();
        curl_multi_poll(multi, nullptr, 0, poll_ms(), nullptr);
    }
}

/// False if the sender is to stop.
bool CallbackSender::Inside::start_due() {
    while (idle_transfer() != nullptr) {
        CallbackTask task;
        {
            const std::lock_guard lock(mutex);
            if (stopping) return false;
            if (waiting.empty() || waiting.top().due_at > clock.now()) return true;
            task = waiting.top();
            waiting.pop();
        }
        send(std::move(task));
    }
    const std::lock_guard lock(mutex);
    return !stopping;
}

void CallbackSender::Inside::send(CallbackTask task) {
    const auto composed = compose(task);
    if (!composed) {
        base::log_warn("sandbox_callback_put_off", {{"reason", composed.error().what}});
        put_back(std::move(task), kPutOff);
        return;
    }
    Transfer& transfer = *idle_transfer();
    transfer.busy = true;
    transfer.task = std::move(task);
    transfer.body = composed->body;
    transfer.answer_bytes = 0;
    curl_slist_free_all(transfer.headers);
    transfer.headers = curl_slist_append(nullptr, "Content-Type: application/json");
    transfer.headers = curl_slist_append(transfer.headers, "Expect:");
    transfer.headers =
        curl_slist_append(transfer.headers, ("X-Signature: " + composed->signature).c_str());
    curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers);
    curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer.body.size()));
    curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDS, transfer.body.c_str());
    CHECK(curl_multi_add_handle(multi, transfer.easy) == CURLM_OK);
}

void CallbackSender::Inside::finish_done() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        char* place = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &place);
        auto& transfer = *reinterpret_cast<Transfer*>(place);
        curl_multi_remove_handle(multi, transfer.easy);
        transfer.busy = false;
        finish(transfer, code);
    }
}

void CallbackSender::Inside::finish(Transfer& transfer, CURLcode code) {
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    CallbackTask task = std::move(transfer.task);
    ++task.tries;
    const std::uint64_t payment = task.callback.payment.value;
    switch (judge(code, status)) {
        case Verdict::delivered: {
            const std::lock_guard lock(mutex);
            ++counts.delivered;
            return;
        }
        case Verdict::refused: {
            base::log_info("sandbox_callback_refused",
                           {{"payment", payment}, {"status", std::int64_t{status}}});
            const std::lock_guard lock(mutex);
            ++counts.refused;
            return;
        }
        case Verdict::again: break;
    }
    if (task.tries >= options.tries_max) {
        base::log_warn("sandbox_callback_given_up", {{"payment", payment},
                                                     {"status", std::int64_t{status}},
                                                     {"reason", curl_easy_strerror(code)}});
        const std::lock_guard lock(mutex);
        ++counts.given_up;
        return;
    }
    const base::Duration wait{options.retry_first.ms << (task.tries - 1)};
    put_back(std::move(task), wait);
}

/// A task that was accepted once is never dropped for a newer one, so this ignores queue_max; at
/// most parallel_max tasks can come back at a time.
void CallbackSender::Inside::put_back(CallbackTask task, base::Duration wait) {
    task.due_at = clock.now() + wait;
    const std::lock_guard lock(mutex);
    ++counts.retried;
    waiting.push(std::move(task));
}

int CallbackSender::Inside::poll_ms() const {
    const std::lock_guard lock(mutex);
    const bool all_busy = std::ranges::all_of(transfers, &Transfer::busy);
    if (waiting.empty() || all_busy) return static_cast<int>(kPollMsMax);
    const std::int64_t wait = (waiting.top().due_at - clock.now()).ms;
    return static_cast<int>(std::clamp<std::int64_t>(wait, 0, kPollMsMax));
}

CallbackSender::CallbackSender(const base::Clock& clock, const SenderOptions& options,
                               Compose compose)
    : inside_(std::make_unique<Inside>(clock, options, std::move(compose))) {}

CallbackSender::~CallbackSender() { stop(); }

base::Result<void> CallbackSender::start(const std::string& url) {
    CHECK(inside_->multi == nullptr);
    if (auto good = check_url(url); !good) return good;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return failure(ErrorCode::unavailable, "libcurl cannot be started");
    }
    inside_->url = url;
    inside_->multi = curl_multi_init();
    CHECK(inside_->multi != nullptr);
    const auto connections = static_cast<long>(inside_->options.parallel_max);
    curl_multi_setopt(inside_->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    curl_multi_setopt(inside_->multi, CURLMOPT_MAXCONNECTS, connections);
    inside_->transfers.resize(inside_->options.parallel_max);
    for (Transfer& transfer : inside_->transfers) inside_->set_up(transfer);
    inside_->thread = std::thread([this] { inside_->run(); });
    const std::lock_guard lock(inside_->mutex);
    inside_->can_wake = true;
    return {};
}

void CallbackSender::stop() {
    if (!inside_->thread.joinable()) return;
    {
        const std::lock_guard lock(inside_->mutex);
        inside_->stopping = true;
        inside_->can_wake = false;
        curl_multi_wakeup(inside_->multi);
    }
    inside_->thread.join();
    for (Transfer& transfer : inside_->transfers) {
        if (transfer.busy) curl_multi_remove_handle(inside_->multi, transfer.easy);
        curl_easy_cleanup(transfer.easy);
        curl_slist_free_all(transfer.headers);
    }
    curl_multi_cleanup(inside_->multi);
    curl_global_cleanup();
}

bool CallbackSender::enqueue(CallbackTask task) {
    const std::lock_guard lock(inside_->mutex);
    if (inside_->stopping || inside_->waiting.size() >= inside_->options.queue_max) {
        ++inside_->counts.dropped;
        return false;
    }
    ++inside_->counts.queued;
    inside_->waiting.push(std::move(task));
    if (inside_->can_wake) curl_multi_wakeup(inside_->multi);
    return true;
}

CallbackSender::Counts CallbackSender::counts() const {
    const std::lock_guard lock(inside_->mutex);
    Counts counts = inside_->counts;
    counts.waiting = inside_->waiting.size();
    return counts;
}

}  // namespace sluice::adapter
