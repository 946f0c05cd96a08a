// SPDX-License-Identifier: Apache-2.0
#include "adapter/sandbox_pay/book.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/text.h"

namespace sluice::adapter {
namespace {

using base::ErrorCode;
using base::failure;

constexpr std::array<std::pair<SandboxState, std::string_view>, 5> kStates{{
    {SandboxState::pending, "pending"},
    {SandboxState::processing, "processing"},
    {SandboxState::succeeded, "succeeded"},
    {SandboxState::failed, "failed"},
    {SandboxState::refunded, "refunded"},
}};
constexpr std::array<std::pair<CashierAction, std::string_view>, 8> kActions{{
    {CashierAction::none, "none"},
    {CashierAction::pay, "pay"},
    {CashierAction::decline, "decline"},
    {CashierAction::late, "late"},
    {CashierAction::repeat, "repeat"},
    {CashierAction::lie, "lie"},
    {CashierAction::forge, "forge"},
    {CashierAction::silent, "silent"},
}};

template <class Table>
auto by_name(const Table& table, std::string_view name)
    -> std::optional<typename Table::value_type::first_type> {
    for (const auto& [value, text] : table) {
        if (text == name) return value;
    }
    return std::nullopt;
}

std::string reason() { return std::strerror(errno); }

/// The fields of one line, read one by one; `good` is false once something was not as expected.
class LineReader {
   public:
    explicit LineReader(const boost::json::object& object) : object_(object) {}

    std::string text(std::string_view name) {
        const auto* value = object_.if_contains(name);
        const auto* text = value != nullptr ? value->if_string() : nullptr;
        if (text == nullptr) {
            good_ = false;
            return {};
        }
        return {text->data(), text->size()};
    }
    std::int64_t number(std::string_view name) {
        const auto* value = object_.if_contains(name);
        const auto* number = value != nullptr ? value->if_int64() : nullptr;
        if (number == nullptr) good_ = false;
        return number != nullptr ? *number : 0;
    }
    template <class AnyId>
    AnyId id(std::string_view name) {
        return keep(base::parse_id<AnyId>(text(name)));
    }
    template <class Value>
    Value keep(std::optional<Value> value) {
        if (!value) good_ = false;
        return value.value_or(Value{});
    }
    [[nodiscard]] bool good() const { return good_; }

   private:
    const boost::json::object& object_;
    bool good_ = true;
};

std::string opened_line(const SandboxPayment& payment, base::Instant now) {
    std::string line = fmt::format(
        R"({{"at_ms":{},"payment":"{}","event":"opened","order":"{}","amount":{},"currency":"{}",)",
        now.ms, payment.id.value, payment.order.value, payment.money.amount,
        payment.money.currency.text());
    line += R"("title":)";
    base::append_json_string(line, payment.title);
    line += R"(,"return_url":)";
    base::append_json_string(line, payment.return_url);
    line += fmt::format(",\"expires_at_ms\":{}}}\n", payment.expires_at.ms);
    return line;
}

std::string changed_line(base::PaymentId id, const Book::Change& change, base::Instant now) {
    return fmt::format(
        "{{\"at_ms\":{},\"payment\":\"{}\",\"event\":\"changed\",\"state\":\"{}\","
        "\"action\":\"{}\",\"due_at_ms\":{}}}\n",
        now.ms, id.value, to_text(change.state), to_text(change.action), change.due_at.ms);
}

base::Result<int> open_file(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                            S_IRUSR | S_IWUSR);
    if (file < 0) {
        return failure(ErrorCode::unavailable,
                       fmt::format("cannot open {}: {}; check that the data directory exists and "
                                   "belongs to this user",
                                   path.string(), reason()));
    }
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        ::close(file);
        return failure(ErrorCode::conflict,
                       fmt::format("{} is in use by another process; stop it first or use another "
                                   "data directory",
                                   path.string()));
    }
    if (::fchmod(file, S_IRUSR | S_IWUSR) != 0) {
        base::log_warn("sandbox_journal_mode", {{"reason", reason()}});
    }
    return file;
}

}  // namespace

std::string_view to_text(SandboxState state) {
    return kStates[static_cast<std::size_t>(state)].second;
}

std::string_view to_text(CashierAction action) {
    return kActions[static_cast<std::size_t>(action)].second;
}

std::optional<CashierAction> parse_action(std::string_view text) {
    const auto action = by_name(kActions, text);
    return action == CashierAction::none ? std::nullopt : action;
}

Journal::~Journal() { ::close(file_); }

base::Result<void> Journal::append(const std::string& line) {
    const std::lock_guard lock(mutex_);
    const off_t before = ::lseek(file_, 0, SEEK_END);
    const ssize_t put = ::write(file_, line.data(), line.size());
    if (put == static_cast<ssize_t>(line.size())) {
        ++appended_;
        return {};
    }
    const std::string why = put < 0 ? reason() : "the disk is full";
    if (put > 0 && ::ftruncate(file_, before) != 0) {
        base::log_error("sandbox_journal_torn", {{"reason", reason()}});
    }
    return failure(ErrorCode::unavailable,
                   fmt::format("the sandbox journal cannot be written: {}", why));
}

base::Result<void> Journal::sync() {
    const auto appended = [this] {
        const std::lock_guard lock(mutex_);
        return appended_;
    };
    const std::uint64_t mine = appended();
    const std::lock_guard alone(syncing_);
    if (failed_) return std::unexpected(*failed_);
    if (synced_ >= mine) return {};
    const std::uint64_t target = appended();  // also of those who wait for this lock
    if (::fdatasync(file_) != 0) {
        failed_ = base::Error{
            ErrorCode::stopped,
            fmt::format("the sandbox journal could not be synced: {}; look for disk errors in the "
                        "system's log, then restart",
                        reason())};
        return std::unexpected(*failed_);
    }
    synced_ = target;
    return {};
}

Book::Book(std::unique_ptr<Journal> journal, std::size_t payments_max)
    : journal_(std::move(journal)), payments_max_(payments_max) {}

base::Result<std::unique_ptr<Book>> Book::open(const std::filesystem::path& path,
                                               std::size_t payments_max) {
    const auto file = open_file(path);
    if (!file) return std::unexpected(file.error());
    auto journal = std::make_unique<Journal>(*file);
    std::unique_ptr<Book> book(new Book(std::move(journal), payments_max));

    std::ifstream lines(path);
    std::string line;
    off_t good_bytes = 0;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        if (lines.eof()) {
            // Only the last line can lack its end: a crash cut it off before anybody was told.
            base::log_warn("sandbox_journal_cut_line_removed", {{"line", std::uint64_t{number}}});
            if (::ftruncate(*file, good_bytes) != 0) {
                return failure(ErrorCode::unavailable,
                               fmt::format("cannot shorten {}: {}", path.string(), reason()));
            }
            break;
        }
        if (!book->read_line(line)) {
            return failure(ErrorCode::damaged,
                           fmt::format("{} line {} is not a line of the sandbox journal; restore "
                                       "the file, or move it away to forget all sandbox payments",
                                       path.string(), number));
        }
        good_bytes += static_cast<off_t>(line.size() + 1);
    }
    if (lines.bad()) {
        return failure(ErrorCode::unavailable, fmt::format("{} cannot be read", path.string()));
    }
    return book;
}

bool Book::read_line(std::string_view line) {
    boost::system::error_code error;
    const auto value = boost::json::parse({line.data(), line.size()}, error);
    const auto* object = error ? nullptr : value.if_object();
    if (object == nullptr) return false;
    LineReader reader(*object);
    const auto id = reader.id<base::PaymentId>("payment");
    const std::string event = reader.text("event");
    if (!reader.good()) return false;

    if (event == "opened") {
        SandboxPayment payment;
        payment.id = id;
        payment.order = reader.id<base::OrderId>("order");
        payment.money.amount = reader.number("amount");
        payment.money.currency = reader.keep(base::parse_currency(reader.text("currency")));
        payment.title = reader.text("title");
        payment.return_url = reader.text("return_url");
        payment.expires_at = base::Instant{reader.number("expires_at_ms")};
        if (!reader.good() || find(id) != nullptr) return false;
        insert(payment);
        return true;
    }
    const auto at = index_.find(id.value);
    if (event != "changed" || at == index_.end()) return false;
    const auto state = reader.keep(by_name(kStates, reader.text("state")));
    const auto action = reader.keep(by_name(kActions, reader.text("action")));
    const base::Instant due_at{reader.number("due_at_ms")};
    if (!reader.good()) return false;
    SandboxPayment& payment = payments_[at->second];
    payment.state = state;
    payment.action = action;
    payment.due_at = due_at;
    return true;
}

void Book::insert(const SandboxPayment& payment) {
    index_.emplace(payment.id.value, static_cast<std::uint32_t>(payments_.size()));
    payments_.push_back(payment);
}

const SandboxPayment* Book::find(base::PaymentId id) const {
    const auto at = index_.find(id.value);
    return at == index_.end() ? nullptr : &payments_[at->second];
}

base::Result<void> Book::add(const SandboxPayment& payment, base::Instant now) {
    CHECK(find(payment.id) == nullptr);
    CHECK(payment.title.size() <= kTitleBytesMax && payment.return_url.size() <= kUrlBytesMax);
    if (payments_.size() >= payments_max_) {
        return failure(ErrorCode::full,
                       fmt::format("the sandbox keeps at most {} payments; raise the limit, or "
                                   "move sandbox_pay.jsonl away while the server is stopped",
                                   payments_max_));
    }
    if (auto written = journal_->append(opened_line(payment, now)); !written) return written;
    insert(payment);
    return {};
}

base::Result<void> Book::change(base::PaymentId id, const Change& change, base::Instant now) {
    const auto at = index_.find(id.value);
    CHECK(at != index_.end());
    if (auto written = journal_->append(changed_line(id, change, now)); !written) return written;
    SandboxPayment& payment = payments_[at->second];
    payment.state = change.state;
    payment.action = change.action;
    payment.due_at = change.due_at;
    return {};
}

}  // namespace sluice::adapter
