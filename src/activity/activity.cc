// SPDX-License-Identifier: Apache-2.0
#include "activity/activity.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/sentences.h"
#include "base/text.h"

namespace sluice::activity {

namespace {

using base::ErrorCode;
using base::failure;
using base::say;

// Times beyond this are typing errors; order ids last until 2093 (base/snowflake.h).
constexpr base::Instant kLatest{3'786'912'000'000};  // 2090-01-01T00:00:00Z

bool is_tag(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

// Collects what is wrong under one JSON pointer.
class Complaints {
   public:
    void add(std::string pointer, base::Sentence what) {
        found_.push_back({std::move(pointer), std::move(what)});
    }

    // One line of clean text, not blank.
    void check_line(std::string pointer, std::string_view text, std::size_t most) {
        if (base::turns_around(text)) {
            add(std::move(pointer), say("turns_around"));
        } else if (!base::is_clean_text(text)) {
            add(std::move(pointer), say("line_not_one_line"));
        } else if (base::is_blank(text)) {
            add(std::move(pointer), say("line_blank"));
        } else if (base::code_points(text) > most) {
            add(std::move(pointer), say("too_long", base::code_points(text), most));
        }
    }

    void check_lines(std::string pointer, std::string_view text, std::size_t most) {
        if (base::turns_around(text)) {
            add(std::move(pointer), say("turns_around"));
        } else if (!base::is_clean_text(text, true)) {
            add(std::move(pointer), say("text_not_clean"));
        } else if (base::code_points(text) > most) {
            add(std::move(pointer), say("too_long", base::code_points(text), most));
        }
    }

    std::vector<Complaint> take() { return std::move(found_); }

   private:
    std::vector<Complaint> found_;
};

void check_window(const Activity& activity, base::Instant now, Complaints& complaints) {
    const base::Instant starts = activity.starts_at;
    const base::Instant ends = activity.ends_at;
    const bool has_start = starts.ms > 0;
    if (!has_start) complaints.add("/starts_at", say("start_missing"));
    if (ends.ms <= 0) {
        complaints.add("/ends_at", say("end_missing"));
    } else if (has_start && ends <= starts) {
        complaints.add("/ends_at", say("end_before_start", starts));
    } else if (ends > kLatest) {
        complaints.add("/ends_at", say("end_too_late"));
    } else if (has_start && ends - starts > kWindowMax) {
        complaints.add("/ends_at", say("window_too_long", kWindowMax.ms / base::kDay.ms));
    } else if (ends <= now) {
        complaints.add("/ends_at", say("end_past", now));
    }
}

void check_amount(const std::string& pointer, const base::Money& money, Complaints& complaints) {
    if (money.amount < 0) {
        complaints.add(pointer + "/amount", say("price_negative"));
    } else if (money.amount > base::kAmountMax) {
        complaints.add(pointer + "/amount", say("price_too_high", base::kAmountMax));
    }
}

void check_currency(const std::string& pointer, const base::Money& money, Complaints& complaints) {
    if (!base::minor_digits(money.currency))
        complaints.add(pointer + "/currency", say("currency_unknown", money.currency.text()));
}

void check_prices(const Item& item, const std::string& pointer, const Item& first,
                  Complaints& complaints) {
    check_amount(pointer + "/price", item.price, complaints);
    if (item.price.currency.text().empty()) {
        complaints.add(pointer + "/price/currency", say("currency_missing"));
    } else if (item.price.currency != first.price.currency &&
               !first.price.currency.text().empty()) {
        complaints.add(pointer + "/price/currency",
                       say("currency_differs", first.price.currency.text()));
    } else {
        check_currency(pointer + "/price", item.price, complaints);
    }
    check_amount(pointer + "/list_price", item.list_price, complaints);
    if (item.list_price.amount == 0) return;
    // Without a currency of the price there is nothing that it could differ from.
    if (item.price.currency.text().empty()) return;
    if (item.list_price.currency != item.price.currency) {
        complaints.add(pointer + "/list_price/currency", say("list_currency_differs"));
    } else if (item.list_price.amount > 0 && item.list_price.amount < item.price.amount) {
        complaints.add(pointer + "/list_price/amount", say("list_price_below"));
    }
}

void check_pay_window(const Item& item, const std::string& pointer, Complaints& complaints) {
    const bool expires = item.policy != StockPolicy::on_order;  // on_order takes the unit for good
    const std::int64_t least = expires ? kPayWindowMin.ms : 0;
    if (item.pay_window.ms >= least && item.pay_window <= kPayWindowMax) return;
    complaints.add(pointer + "/pay_window_ms", say("pay_window_range", least, kPayWindowMax.ms));
}

void check_item(const Item& item, const std::string& pointer, const Item& first,
                Complaints& complaints) {
    if (!item.sku) complaints.add(pointer + "/sku_id", say("sku_missing"));
    complaints.check_line(pointer + "/title", item.title, kTitleMax);
    check_prices(item, pointer, first, complaints);
    if (item.stock < 1 || item.stock > kStockMax) {
        complaints.add(pointer + "/stock", say("stock_range", kStockMax));
    }
    if (item.limit_per_user > kQuantityMax) {
        complaints.add(pointer + "/limit_per_user", say("limit_range", kQuantityMax));
    }
    check_pay_window(item, pointer, complaints);
    if (item.entry == Entry::challenge) {
        complaints.add(pointer + "/entry", say("challenge_not_offered"));
    }
    if (item.traffic_tag.size() > kTrafficTagMax || !is_tag(item.traffic_tag)) {
        complaints.add(pointer + "/traffic_tag", say("tag_characters", kTrafficTagMax));
    }
}

base::Result<void> check_note(std::string_view note) {
    if (!base::is_clean_text(note, true)) {
        return failure(ErrorCode::invalid, say("note_not_clean"));
    }
    if (base::code_points(note) > kNoteMax) {
        return failure(ErrorCode::invalid, say("note_too_long", kNoteMax));
    }
    return {};
}

}  // namespace

std::string_view to_text(State state) {
    switch (state) {
        case State::draft: return "draft";
        case State::in_review: return "in_review";
        case State::approved: return "approved";
        case State::warming: return "warming";
        case State::running: return "running";
        case State::paused: return "paused";
        case State::ended: return "ended";
    }
    return "draft";
}

std::vector<Complaint> complaints(const Activity& activity, base::Instant now) {
    Complaints found;
    found.check_line("/name", activity.name, kNameMax);
    found.check_lines("/description", activity.description, kDescriptionMax);
    check_window(activity, now, found);
    if (activity.items.size() > kItemsPerActivityMax) {
        found.add("/items", say("too_many_items", activity.items.size(), kItemsPerActivityMax));
        return found.take();  // the rest would only make the answer long
    }
    std::unordered_map<std::uint32_t, std::size_t> first_with;
    for (std::size_t i = 0; i < activity.items.size(); ++i) {
        const Item& item = activity.items[i];
        const std::string pointer = fmt::format("/items/{}", i);
        check_item(item, pointer, activity.items.front(), found);
        if (!item.sku) continue;
        const auto [first, is_new] = first_with.emplace(item.sku.value, i);
        if (is_new) continue;
        found.add(pointer + "/sku_id", say("sku_sold_twice", first->second + 1));
    }
    return found.take();
}

base::Result<void> submit(Activity& activity, base::OperatorId who, base::Instant now) {
    if (activity.state != State::draft) {
        return failure(ErrorCode::conflict, say("submit_only_drafts", to_text(activity.state)));
    }
    if (activity.items.empty()) {
        return failure(ErrorCode::invalid, say("sells_nothing"));
    }
    if (const auto found = complaints(activity, now); !found.empty()) {
        return failure(ErrorCode::invalid, say("mend_to_submit"));
    }
    activity.state = State::in_review;
    activity.submitted_by = who;
    activity.updated_at = now;
    return {};
}

base::Result<void> approve(Activity& activity, base::OperatorId who, std::string_view note,
                           base::Instant now) {
    if (activity.state != State::in_review) {
        return failure(ErrorCode::conflict, say("approve_only_in_review", to_text(activity.state)));
    }
    if (who == activity.created_by || who == activity.submitted_by) {
        return failure(ErrorCode::forbidden, say("own_work"));
    }
    if (auto fit = check_note(note); !fit) return fit;
    // Time has passed since it was submitted: its window may be over.
    if (const auto found = complaints(activity, now); !found.empty()) {
        return failure(ErrorCode::invalid, say("reject_to_change"));
    }
    activity.state = State::approved;
    activity.reviewed_by = who;
    activity.review_note = note;
    activity.updated_at = now;
    return {};
}

base::Result<void> reject(Activity& activity, base::OperatorId who, std::string_view note,
                          base::Instant now) {
    if (activity.state != State::in_review && activity.state != State::approved) {
        return failure(ErrorCode::conflict, say("reject_only_reviewed", to_text(activity.state)));
    }
    if (base::is_blank(note)) {
        return failure(ErrorCode::invalid, say("note_missing"));
    }
    if (auto fit = check_note(note); !fit) return fit;
    activity.state = State::draft;
    activity.submitted_by = {};
    activity.reviewed_by = who;
    activity.review_note = note;
    activity.updated_at = now;
    return {};
}

base::Result<void> check_editable(const Activity& activity) {
    switch (activity.state) {
        case State::draft: return {};
        case State::in_review:
        case State::approved:
            return failure(ErrorCode::conflict, say("edit_only_drafts", to_text(activity.state)));
        case State::warming:
        case State::running:
        case State::paused:
        case State::ended: break;
    }
    return failure(ErrorCode::conflict, say("terms_fixed", to_text(activity.state)));
}

base::Result<void> check_removable(const Activity& activity) {
    if (activity.state == State::draft) return {};
    return failure(ErrorCode::conflict, say("remove_only_drafts", to_text(activity.state)));
}

Activity clone_of(const Activity& activity, base::OperatorId who, base::Instant now) {
    constexpr std::string_view kSuffix = " (copy)";
    Activity clone;
    clone.name = base::first_code_points(activity.name, kNameMax - kSuffix.size());
    clone.name += kSuffix;
    clone.description = activity.description;
    // Whole days of UTC: people look at the times of a clone before they submit it.
    const std::int64_t behind_ms = std::max<std::int64_t>((now - activity.starts_at).ms, 0);
    const base::Duration shift{(behind_ms / base::kDay.ms + 1) * base::kDay.ms};
    clone.starts_at = activity.starts_at + shift;
    clone.ends_at = activity.ends_at + shift;
    clone.rehearsal = activity.rehearsal;
    clone.created_by = who;
    clone.created_at = clone.updated_at = now;
    clone.items = activity.items;
    for (Item& item : clone.items) {
        item.id = {};
        item.activity = {};
    }
    return clone;
}

ActivityTerms terms_of(const Activity& activity) {
    ActivityTerms terms;
    terms.id = activity.id;
    terms.rehearsal = activity.rehearsal ? 1 : 0;
    terms.starts_at = activity.starts_at;
    terms.ends_at = activity.ends_at;
    return terms;
}

ItemTerms terms_of(const Activity& activity, const Item& item) {
    ItemTerms terms;
    terms.id = item.id;
    terms.activity = item.activity;
    terms.sku = item.sku;
    terms.limit_per_user = item.limit_per_user;
    terms.unit_price = item.price.amount;
    terms.currency = item.price.currency;
    terms.policy = item.policy;
    terms.entry = item.entry;
    terms.cancel_returns_unit = item.cancel_returns_unit ? 1 : 0;
    terms.rehearsal = activity.rehearsal ? 1 : 0;
    terms.pay_window = item.pay_window;
    terms.total = item.stock;
    return terms;
}

}  // namespace sluice::activity
