// SPDX-License-Identifier: Apache-2.0
#include "adapter/sandbox_pay/sandbox.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/text.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using base::failure;
using payment::ProviderState;
using payment::Statement;

constexpr int kRepeats = 3;

ProviderState provider_state(SandboxState state) {
    switch (state) {
        case SandboxState::pending:
        case SandboxState::processing: return ProviderState::pending;
        case SandboxState::succeeded: return ProviderState::succeeded;
        case SandboxState::failed: return ProviderState::failed;
        case SandboxState::refunded: return ProviderState::refunded;
    }
    return ProviderState::unknown;
}

SandboxState state_after(CashierAction action) {
    if (action == CashierAction::decline) return SandboxState::failed;
    if (action == CashierAction::late) return SandboxState::processing;
    return SandboxState::succeeded;
}

std::string random_hex() {
    base::Key128 random{base::random_u64(), base::random_u64()};
    return base::to_text(random);
}

base::Result<void> check_intent(const payment::Intent& intent) {
    if (intent.money.amount < 0 || intent.money.currency.text().empty()) {
        return failure(ErrorCode::invalid, "the amount is negative or has no currency");
    }
    if (intent.title.size() > Book::kTitleBytesMax || !base::is_clean_text(intent.title)) {
        return failure(ErrorCode::invalid,
                       "the title is longer than 512 bytes or has control characters");
    }
    if (!intent.return_url.empty() && !is_return_url(intent.return_url)) {
        return failure(ErrorCode::invalid,
                       "the return address is not a path and not http:// or https://");
    }
    return {};
}

}  // namespace

SandboxProvider::SandboxProvider(const base::Clock& clock, const SandboxOptions& options,
                                 std::unique_ptr<Book> book)
    : clock_(clock),
      options_(options),
      book_(std::move(book)),
      sender_(clock, options.sender, [this](const CallbackTask& task) { return compose(task); }) {
    for (const SandboxPayment& payment : book_->all()) by_key_[key_of(payment.id)] = payment.id;
}

SandboxProvider::~SandboxProvider() { stop(); }

base::Result<std::unique_ptr<SandboxProvider>> SandboxProvider::create(
    const base::Clock& clock, const SandboxOptions& options) {
    auto book = Book::open(options.data_dir / "sandbox_pay.jsonl", options.payments_max);
    if (!book) return std::unexpected(book.error());
    return std::unique_ptr<SandboxProvider>(new SandboxProvider(clock, options, std::move(*book)));
}

base::Result<void> SandboxProvider::start(const SandboxAddresses& addresses) {
    std::string url = addresses.public_url;
    while (url.ends_with('/')) url.pop_back();
    if (auto sending = sender_.start(addresses.callback_url); !sending) return sending;
    const std::lock_guard lock(mutex_);
    public_url_ = std::move(url);
    started_ = true;
    for (const SandboxPayment& payment : book_->all()) {
        if (payment.state == SandboxState::processing) tell(payment, ProviderState::succeeded);
    }
    return {};
}

void SandboxProvider::stop() { sender_.stop(); }

std::string_view SandboxProvider::secret() const {
    return {reinterpret_cast<const char*>(options_.secret.data()), options_.secret.size()};
}

/// Not stored: it follows from the secret. A signed callback starts with a digit, so the two uses
/// of the secret never meet.
base::Key128 SandboxProvider::key_of(base::PaymentId payment) const {
    const std::string mac =
        base::hmac_sha256_hex(secret(), fmt::format("cashier:{}", payment.value));
    return base::parse_key128(std::string_view(mac).substr(0, 32)).value_or(base::Key128{});
}

std::optional<SandboxPayment> SandboxProvider::by_key(std::string_view key) const {
    const auto parsed = base::parse_key128(key);
    if (!parsed) return std::nullopt;
    const std::lock_guard lock(mutex_);
    const auto at = by_key_.find(*parsed);
    if (at == by_key_.end()) return std::nullopt;
    return *book_->find(at->second);
}

base::Result<std::string> SandboxProvider::open(const payment::Intent& intent) {
    if (auto good = check_intent(intent); !good) return std::unexpected(good.error());
    const base::Key128 key = key_of(intent.payment);
    const std::lock_guard lock(mutex_);
    if (!started_) return failure(ErrorCode::unavailable, "the sandbox has not been started");
    if (const SandboxPayment* known = book_->find(intent.payment)) {
        if (known->order != intent.order || known->money != intent.money) {
            return failure(ErrorCode::conflict,
                           "the payment was opened before for another order or amount");
        }
    } else {
        SandboxPayment payment;
        payment.id = intent.payment;
        payment.order = intent.order;
        payment.money = intent.money;
        payment.title = intent.title;
        payment.return_url = intent.return_url;
        payment.expires_at = intent.expires_at;
        if (auto added = book_->add(payment, clock_.now()); !added) {
            return std::unexpected(added.error());
        }
        by_key_[key] = intent.payment;
    }
    return fmt::format("{}/sandbox/cashier/{}", public_url_, base::to_text(key));
}

base::Result<Statement> SandboxProvider::verify(std::string_view body, std::string_view signature,
                                                base::Instant now) {
    if (auto good = check_signature(secret(), body, signature, now); !good) {
        return std::unexpected(good.error());
    }
    auto callback = parse_callback(body);
    if (!callback) return std::unexpected(callback.error());
    return Statement{callback->payment, callback->state, callback->money};
}

base::Result<Statement> SandboxProvider::query(base::PaymentId id) {
    Statement statement{id, ProviderState::unknown, {}};
    {
        const std::lock_guard lock(mutex_);
        if (auto ripe = ripen(id, clock_.now()); !ripe) return std::unexpected(ripe.error());
        if (const SandboxPayment* payment = book_->find(id)) {
            statement.state = provider_state(payment->state);
            statement.money = payment->money;
        }
    }
    // What is said once must still be true after a crash.
    if (auto synced = book_->sync(); !synced) return std::unexpected(synced.error());
    return statement;
}

base::Result<void> SandboxProvider::refund(base::PaymentId id, base::Money money) {
    {
        const std::lock_guard lock(mutex_);
        const base::Instant now = clock_.now();
        if (auto ripe = ripen(id, now); !ripe) return ripe;
        const SandboxPayment* payment = book_->find(id);
        if (payment == nullptr) {
            return failure(ErrorCode::not_found, "the sandbox knows no such payment");
        }
        if (money.currency != payment->money.currency || money.amount > payment->money.amount) {
            return failure(ErrorCode::invalid, "the refund is more than was paid");
        }
        if (payment->state != SandboxState::succeeded && payment->state != SandboxState::refunded) {
            return failure(ErrorCode::conflict, "no money was taken for this payment");
        }
        if (payment->state == SandboxState::succeeded) {
            const Book::Change change{SandboxState::refunded, payment->action, payment->due_at};
            if (auto changed = book_->change(id, change, now); !changed) return changed;
            tell(*payment, ProviderState::refunded);
        }
    }
    return book_->sync();
}

base::Result<SandboxState> SandboxProvider::choose(base::PaymentId id,
                                                   const CashierRequest& request) {
    CHECK(request.action != CashierAction::none);
    const std::lock_guard lock(mutex_);
    const base::Instant now = clock_.now();
    const SandboxPayment* payment = book_->find(id);
    if (payment == nullptr) {
        return failure(ErrorCode::not_found, "the sandbox knows no such payment");
    }
    if (payment->state != SandboxState::pending) {
        if (payment->action == request.action) return payment->state;
        return failure(ErrorCode::conflict,
                       fmt::format("the customer has chosen `{}` before; open a new payment",
                                   to_text(payment->action)));
    }
    const bool is_late = request.action == CashierAction::late;
    const Book::Change change{state_after(request.action), request.action,
                              is_late ? now + request.delay : base::Instant{}};
    if (auto changed = book_->change(id, change, now); !changed) {
        return std::unexpected(changed.error());
    }
    const ProviderState told =
        request.action == CashierAction::decline ? ProviderState::failed : ProviderState::succeeded;
    tell(*payment, told);
    return payment->state;
}

/// Queues the callbacks that this payment's role asks for. A queue that is full loses them, which
/// is what the active query is for.
void SandboxProvider::tell(const SandboxPayment& payment, ProviderState state) {
    CallbackTask task;
    task.callback = {payment.id, state, payment.money, {}, random_hex()};
    int copies = 1;
    if (state == ProviderState::succeeded) {
        if (payment.action == CashierAction::silent) return;
        if (payment.action == CashierAction::repeat) copies = kRepeats;
        if (payment.action == CashierAction::lie) ++task.callback.money.amount;
        task.forged = payment.action == CashierAction::forge;
        task.due_at = payment.due_at;
    }
    for (int copy = 0; copy < copies; ++copy) {
        if (!sender_.enqueue(task)) {
            base::log_warn("sandbox_callback_dropped", {{"payment", payment.id.value}});
        }
    }
}

/// The money of a late payment arrives. With the lock held.
base::Result<void> SandboxProvider::ripen(base::PaymentId id, base::Instant now) {
    const SandboxPayment* payment = book_->find(id);
    if (payment == nullptr || payment->state != SandboxState::processing) return {};
    if (now < payment->due_at) return {};
    return book_->change(id, {SandboxState::succeeded, payment->action, payment->due_at}, now);
}

base::Result<SignedCallback> SandboxProvider::compose(const CallbackTask& task) {
    const base::Instant now = clock_.now();
    {
        const std::lock_guard lock(mutex_);
        if (auto ripe = ripen(task.callback.payment, now); !ripe) {
            return std::unexpected(ripe.error());
        }
    }
    if (auto synced = book_->sync(); !synced) return std::unexpected(synced.error());
    Callback callback = task.callback;
    callback.sent_at = now;
    SignedCallback result;
    result.body = to_body(callback);
    const std::string key = task.forged ? random_hex() : std::string(secret());
    result.signature = sign_callback(key, now, result.body);
    return result;
}

}  // namespace sluice::adapter
