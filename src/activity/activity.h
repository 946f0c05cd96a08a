// SPDX-License-Identifier: Apache-2.0
// Activity: 活动, its items, and their life until they are warm. From the warm-up on, the sale's
// records are the truth about warming, running, paused and ended; what is stored here stays
// `approved`.
//
//   draft ──submit──► in_review ──approve──► approved ──warm─► warming ─► running ⇄ paused ─► ended
//     ▲                   │                     │               └── by the sale from here on ──┘
//     └──────reject───────┴───────reject────────┘
//   A rejected activity is a draft again and carries the reviewer's words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/audit.h"
#include "activity/terms.h"
#include "base/id.h"
#include "base/money.h"
#include "base/result.h"
#include "base/sentence.h"
#include "base/time.h"

namespace sluice::activity {

enum class State : std::uint8_t { draft, in_review, approved, warming, running, paused, ended };

[[nodiscard]] std::string_view to_text(State state);

/// 活动商品: a sku on sale in one activity.
struct Item {
    base::ItemId id;
    base::ActivityId activity;
    base::SkuId sku;
    std::string title;
    base::Money price;
    base::Money list_price;  ///< shown struck through; amount 0: none
    std::int64_t stock = 0;
    std::uint32_t limit_per_user = 1;  ///< 0: no limit
    StockPolicy policy = StockPolicy::reserve;
    Entry entry = Entry::open;
    base::Duration pay_window{600'000};
    bool cancel_returns_unit = true;  ///< on_order only
    std::string traffic_tag;          ///< skuTag for the edge; "" none
};

/// 活动
struct Activity {
    base::ActivityId id;
    std::string name;
    std::string description;
    base::Instant starts_at;
    base::Instant ends_at;
    bool rehearsal = false;  ///< 演练: only rehearsal users see and buy it; fixed once submitted
    State state = State::draft;  ///< as stored: draft, in_review or approved
    base::OperatorId created_by;
    base::OperatorId submitted_by;  ///< none: not submitted since the last edit
    base::OperatorId reviewed_by;
    std::string review_note;    ///< the reviewer's words at the last approval or rejection
    std::uint32_t version = 1;  ///< +1 with each change; the ETag of editors
    base::Instant created_at;
    base::Instant updated_at;
    std::vector<Item> items;
};

/// What is wrong with one field: `pointer` is a JSON pointer into what the person sent.
struct Complaint {
    std::string pointer;
    base::Sentence what;
};

// Limits on what people type.
inline constexpr std::size_t kNameMax = 120;          // code points
inline constexpr std::size_t kDescriptionMax = 4000;  // code points
inline constexpr std::size_t kTitleMax = 120;         // code points, of an item
inline constexpr std::size_t kNoteMax = 1000;         // code points, of a reviewer
inline constexpr std::size_t kTrafficTagMax = 64;     // bytes
inline constexpr std::size_t kItemsPerActivityMax = 200;
inline constexpr base::Duration kWindowMax{90 * base::kDay.ms};  // longer is not a flash sale
inline constexpr base::Duration kPayWindowMin{base::kSecond.ms};
inline constexpr base::Duration kPayWindowMax{7 * base::kDay.ms};

/// All that is wrong with a draft as a whole: times reversed or past, prices, currencies that
/// differ from each other, stock, limits, windows, entry `challenge` (not offered yet), the same
/// sku twice. Empty: fit for review, once it has an item. The pointers are `/name`, `/description`,
/// `/starts_at`, `/ends_at`, `/items`, and under `/items/{n}`: `sku_id`, `title`, `price/amount`,
/// `price/currency`, `list_price/amount`, `list_price/currency`, `stock`, `limit_per_user`,
/// `pay_window_ms`, `entry`, `traffic_tag`.
[[nodiscard]] std::vector<Complaint> complaints(const Activity& activity, base::Instant now);

/// The steps of the life before the sale. Each returns why not, in words, or does it in `activity`
/// (state, submitted_by, reviewed_by, review_note); the caller saves it.
/// conflict: not a draft. invalid: no item, or complaints.
[[nodiscard]] base::Result<void> submit(Activity& activity, base::OperatorId who,
                                        base::Instant now);
/// forbidden if `who` submitted or created it: two people. invalid: its window is over by now.
[[nodiscard]] base::Result<void> approve(Activity& activity, base::OperatorId who,
                                         std::string_view note, base::Instant now);
/// From in_review or approved back to draft. invalid: `note` does not say why.
[[nodiscard]] base::Result<void> reject(Activity& activity, base::OperatorId who,
                                        std::string_view note, base::Instant now);
/// An edit is allowed in draft only; an approved one that is not warm goes back to draft by reject.
[[nodiscard]] base::Result<void> check_editable(const Activity& activity);

/// Only a draft may be removed. Whether the sale knows it is for the caller to see.
[[nodiscard]] base::Result<void> check_removable(const Activity& activity);

/// A new draft by `who` with the name + " (copy)" and the same items, without ids. Its window has
/// the same length and time of day, on the first day on which its start is in the future and which
/// is not the day of `activity`.
[[nodiscard]] Activity clone_of(const Activity& activity, base::OperatorId who, base::Instant now);

[[nodiscard]] ActivityTerms terms_of(const Activity& activity);
[[nodiscard]] ItemTerms terms_of(const Activity& activity, const Item& item);

/// A change of the stock of a warm item, proposed by one person and approved by another.
struct StockProposal {
    std::uint64_t id = 0;
    base::ItemId item;
    std::int64_t delta = 0;
    std::string reason;
    base::OperatorId proposed_by;
    base::OperatorId decided_by;
    base::Instant proposed_at;
    base::Instant decided_at;
    enum class State : std::uint8_t { open, approved, rejected } state = State::open;
};

/// Where activities are kept. Any thread that may wait (desks). Every change and its audit entry
/// are one transaction. `conflict`: the version is not the stored one, so somebody else was faster.
class ActivityStore {
   public:
    virtual ~ActivityStore() = default;
    /// Stores a new one; ids of it and of its items are assigned (they never repeat).
    [[nodiscard]] virtual base::Result<Activity> add(Activity activity,
                                                     account::AuditEntry audit) = 0;
    /// Replaces the one with the same id if its stored version is activity.version; the version
    /// goes up by one. Items with an id keep it, items without one get one, missing ones are
    /// removed.
    [[nodiscard]] virtual base::Result<Activity> replace(Activity activity,
                                                         account::AuditEntry audit) = 0;
    /// Removes it with its items if its stored version is `version`; their ids stay used up.
    /// conflict also if stock changes were proposed for one of its items.
    [[nodiscard]] virtual base::Result<void> remove(base::ActivityId id, std::uint32_t version,
                                                    account::AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<Activity> activity(base::ActivityId id) = 0;
    /// Ids descending (newest first), those below `before` (none: from the newest); items included.
    [[nodiscard]] virtual base::Result<std::vector<Activity>> activities(base::ActivityId before,
                                                                         std::size_t limit) = 0;

    [[nodiscard]] virtual base::Result<StockProposal> add_proposal(StockProposal proposal,
                                                                   account::AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<StockProposal> proposal(std::uint64_t id) = 0;
    /// Stores the decision of an open one; conflict if it is not open.
    [[nodiscard]] virtual base::Result<StockProposal> decide_proposal(
        const StockProposal& decided, account::AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<std::vector<StockProposal>> proposals(base::ItemId item) = 0;
    /// Those of all items of an activity, ids descending, those below `before` (0: from the
    /// newest).
    [[nodiscard]] virtual base::Result<std::vector<StockProposal>> activity_proposals(
        base::ActivityId activity, std::uint64_t before, std::size_t limit) = 0;
    /// Those of all items that nobody has decided, ids descending, those below `before` (0: from
    /// the newest).
    [[nodiscard]] virtual base::Result<std::vector<StockProposal>> open_proposals(
        std::uint64_t before, std::size_t limit) = 0;
};

}  // namespace sluice::activity
