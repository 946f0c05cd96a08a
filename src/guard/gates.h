// SPDX-License-Identifier: Apache-2.0
// Gates: what a door asks before the sale is asked, cheapest first. The order, with a reason each:
//
//   window         one look at the board           most traffic comes before the start or after
//                                                  the end
//   sold_out       one look at the board           the rest of it comes when nothing is left
//   token          one MAC                         who is it? nothing below makes sense without
//   address_rate   one cache line                  a flood from one place
//   user_rate      one cache line                  a flood from one account
//   risk           hash look-ups in a snapshot     blocked users and addresses
//   ticket         one MAC                         the item's hidden address
//   purchase_rate  one word for all doors          more than the machine bears; last, so that
//                                                  only what goes on to the sale counts
//   — then the sale: purchase limit and stock, exact —
//
// A gate only needs memory and never waits. Each has a counter and one stable refusal; the rates
// and the risk lists have a switch, and off means that everybody passes. `window` and `sold_out`
// cannot be switched off: behind them the sale would refuse anyway.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "account/audit.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::guard {

enum class Gate : std::uint8_t {
    window,
    sold_out,
    token,
    address_rate,
    user_rate,
    risk,
    ticket,
    purchase_rate,
    count_
};
[[nodiscard]] std::string_view to_text(Gate gate);

/// A rate with a burst, by GCRA (ITU-T I.371): `per_second` on average, `burst` at once.
struct Rate {
    double per_second = 0;  ///< 0: no limit
    std::uint32_t burst = 1;
};

struct GateOptions {
    Rate address_rate{
        0, 1};  ///< off until you know what stands in front: behind a proxy all have one address
    Rate user_rate{10, 20};
    /// Of all users and doors together; burst 0: a tenth of a second. Off until `sluice calibrate`
    /// has measured what the machine bears.
    Rate purchase_rate{0, 0};
    std::size_t rate_slots =
        1U << 20;  ///< users and addresses remembered at once; 8 bytes each, per gate
};

/// One entry of a risk list.
struct RiskEntry {
    std::uint64_t id = 0;
    enum class Kind : std::uint8_t { user, address } kind = Kind::user;
    std::string value;  ///< 32 hex digits of a user, or an address, or a CIDR
    std::string reason;
    base::Instant expires_at;  ///< 0: never
    base::OperatorId created_by;
    base::Instant created_at;
};

/// A named switch. Known names: `purchases`, `accounts`, `sessions`, `payments`,
/// `gate.address_rate`, `gate.user_rate`, `gate.risk`, `gate.purchase_rate`. All are on unless
/// somebody switched them off.
struct Switch {
    std::string name;
    bool on = true;
    std::string reason;
    base::OperatorId changed_by;
    base::Instant changed_at;
    base::Instant until;  ///< 0: until changed; else it turns itself back on then
};

/// Where risk entries and switches are kept. Any thread that may wait; one transaction with its
/// audit entry.
class GuardStore {
   public:
    virtual ~GuardStore() = default;
    [[nodiscard]] virtual base::Result<RiskEntry> add_risk(RiskEntry entry,
                                                           account::AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<void> remove_risk(std::uint64_t id,
                                                         account::AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<std::vector<RiskEntry>> risks() = 0;
    [[nodiscard]] virtual base::Result<void> set_switch(const Switch& value,
                                                        account::AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<std::vector<Switch>> switches() = 0;
};

/// The gates that keep state of their own. Limits: `rate_slots` users and as many addresses; of
/// more, those that were quiet the longest are forgotten. Threads: every door asks without a lock;
/// desks load() and set().
class Gates {
   public:
    explicit Gates(const GateOptions& options);
    ~Gates();
    Gates(const Gates&) = delete;
    Gates& operator=(const Gates&) = delete;

    /// True: may pass. False: too fast; `retry_after_ms` says when one more will pass.
    /// An IPv6 address stands for its /64. A refusal costs the caller nothing.
    [[nodiscard]] bool admit_address(std::string_view address, base::Instant now,
                                     std::int64_t& retry_after_ms) noexcept;
    [[nodiscard]] bool admit_user(base::UserId user, base::Instant now,
                                  std::int64_t& retry_after_ms) noexcept;
    /// One purchase more for the sale. Exact among doors: in any time never more than rate × time +
    /// burst. A refusal does not count.
    [[nodiscard]] bool admit_purchase(base::Instant now) noexcept;
    /// False: on a risk list.
    [[nodiscard]] bool admit_risk(base::UserId user, std::string_view address,
                                  base::Instant now) const noexcept;
    /// Whether a switch is on at `now`. `switch_name` is one of switch_names() (CHECKed).
    [[nodiscard]] bool on(std::string_view switch_name, base::Instant now) const noexcept;

    /// Publishes new lists and switches to all doors; what is not given is gone, and what makes no
    /// sense here is left out. Waits until no door reads the old lists.
    void load(std::vector<RiskEntry> risks, std::vector<Switch> switches);
    /// Reads `store` and loads what it holds: call it at the start and after each change. Of
    /// several at once the one that reads last also publishes last.
    [[nodiscard]] base::Result<void> reload(GuardStore& store);
    [[nodiscard]] static const std::vector<std::string_view>& switch_names();

    /// Counts a refusal by a gate; summed for /metrics. Any thread.
    void count(Gate gate) noexcept;
    [[nodiscard]] std::uint64_t refusals(Gate gate) const noexcept;

   private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

/// Who is counted together, as text: an IPv4 address alone, an IPv6 address with its /64, because
/// who has one of those has all. What is no address stands for itself.
[[nodiscard]] std::string counted_as(std::string_view address);

/// Nothing, or what is wrong with it.
[[nodiscard]] base::Sentence complaint_about(const RiskEntry& entry);

}  // namespace sluice::guard
