// SPDX-License-Identifier: Apache-2.0
// Book: what the sandbox knows of its payments, in memory and in an append-only journal, so that a
// query finds after a restart what it found before.
// Owner: SandboxProvider.   Threads: the caller's lock, except sync(), which needs none.
// Limits: `payments_max` payments with bounded texts; a payment has at most four lines.
// Fails: a line is written before the memory changes; if it cannot be written, nothing changed.
//
// The journal is one JSON object a line:
//   {"at_ms":1,"payment":"7","event":"opened","order":"5","amount":199900,"currency":"CNY",
//    "title":"…","return_url":"…","expires_at_ms":0}
//   {"at_ms":2,"payment":"7","event":"changed","state":"succeeded","action":"pay","due_at_ms":0}
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "base/money.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::adapter {

/// What became of a payment, as the sandbox sees it.
enum class SandboxState : std::uint8_t {
    pending,     ///< the customer has not decided
    processing,  ///< the customer pays, but the money arrives only at due_at
    succeeded,   ///< the money was taken
    failed,      ///< declined: no money moved
    refunded     ///< the money was taken and went back
};

/// What the customer chose at the cashier: how this payment is played.
enum class CashierAction : std::uint8_t {
    none,     ///< nothing yet
    pay,      ///< the money is taken, one callback says so
    decline,  ///< no money; one callback says so
    late,     ///< the money is taken, and told, only after a delay
    repeat,   ///< as pay, but the callback comes three times
    lie,      ///< the money is taken; the callback names another amount, a query the true one
    forge,    ///< the money is taken; the callback is signed by somebody else
    silent    ///< the money is taken; no callback
};

[[nodiscard]] std::string_view to_text(SandboxState state);
[[nodiscard]] std::string_view to_text(CashierAction action);
/// Any action but none.
[[nodiscard]] std::optional<CashierAction> parse_action(std::string_view text);

/// One payment as the sandbox knows it.
struct SandboxPayment {
    base::PaymentId id;
    base::OrderId order;
    base::Money money;
    std::string title;
    std::string return_url;    ///< "": the cashier shows itself again
    base::Instant expires_at;  ///< shown, not enforced: late payments can be tried
    SandboxState state = SandboxState::pending;
    CashierAction action = CashierAction::none;
    base::Instant due_at;  ///< processing: when the money arrives
};

/// An append-only file of lines, 0600, locked against a second process.
class Journal {
   public:
    explicit Journal(int file) : file_(file) {}
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Appends one line with one write; a line that did not fit is taken back.
    [[nodiscard]] base::Result<void> append(const std::string& line);
    /// Brings what was appended to the disk; costs nothing if it is there, and who comes during
    /// another's sync shares the next one. Any thread. After one that failed all fail, until a
    /// restart: the kernel may have dropped the lines and would report success.
    [[nodiscard]] base::Result<void> sync();

   private:
    int file_;
    std::mutex syncing_;  // one sync at a time; taken before mutex_
    std::mutex mutex_;
    std::uint64_t appended_ = 0;         // lines; with mutex_
    std::uint64_t synced_ = 0;           // of them; with syncing_
    std::optional<base::Error> failed_;  // with syncing_
};

class Book {
   public:
    /// Longest title and return address, in bytes: what a page and a Location header should hold.
    static constexpr std::size_t kTitleBytesMax = 512;
    static constexpr std::size_t kUrlBytesMax = 1024;

    /// Opens or makes the journal and reads it back. A line that a crash cut off at the end is
    /// removed; any other line that is not understood is `damaged`.
    [[nodiscard]] static base::Result<std::unique_ptr<Book>> open(const std::filesystem::path& file,
                                                                  std::size_t payments_max);

    [[nodiscard]] const SandboxPayment* find(base::PaymentId id) const;
    [[nodiscard]] const std::vector<SandboxPayment>& all() const { return payments_; }
    /// Adds a payment with a new id; the texts are within their limits (CHECKed).
    [[nodiscard]] base::Result<void> add(const SandboxPayment& payment, base::Instant now);

    struct Change {
        SandboxState state = SandboxState::pending;
        CashierAction action = CashierAction::none;
        base::Instant due_at;
    };
    [[nodiscard]] base::Result<void> change(base::PaymentId id, const Change& change,
                                            base::Instant now);
    [[nodiscard]] base::Result<void> sync() { return journal_->sync(); }

   private:
    Book(std::unique_ptr<Journal> journal, std::size_t payments_max);
    [[nodiscard]] bool read_line(std::string_view line);
    void insert(const SandboxPayment& payment);

    std::unique_ptr<Journal> journal_;
    std::size_t payments_max_;
    std::vector<SandboxPayment> payments_;
    std::unordered_map<std::uint64_t, std::uint32_t> index_;  // id → place in payments_
};

}  // namespace sluice::adapter
