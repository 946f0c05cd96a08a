// SPDX-License-Identifier: Apache-2.0
// The console in memory: stores that keep their contracts, one audit log over all of them and the
// ledger, a real sale, and a desk that answers requests through the real table of routes.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/admin/access.h"
#include "api/fakes_test.h"
#include "base/sentences.h"

namespace sluice::api::admin {

using base::ErrorCode;
using base::failure;

/// What all stores write to, in the order in which it happened.
class MemoryAudit {
   public:
    explicit MemoryAudit(adapter::MemoryLedger& ledger) : ledger_(ledger) {}

    /// A subject that ends with a slash gets the id that was assigned.
    void append(account::AuditEntry entry, std::uint64_t id = 0) {
        gather();
        if (entry.subject.ends_with('/') && id != 0) entry.subject += std::to_string(id);
        keep(std::move(entry));
    }
    const std::vector<account::AuditEntry>& entries() {
        gather();
        return entries_;
    }

   private:
    void gather() {  // what the ledger wrote since the last time
        const auto all = ledger_.audit();
        for (; seen_ < all.size(); ++seen_) keep(all[seen_]);
    }
    void keep(account::AuditEntry entry) {
        entry.seq = entries_.size() + 1;
        entry.hash = account::chain_hash(entry, entries_.empty() ? "" : entries_.back().hash);
        entries_.push_back(std::move(entry));
    }

    adapter::MemoryLedger& ledger_;
    std::vector<account::AuditEntry> entries_;
    std::size_t seen_ = 0;
};

class MemoryAccounts final : public account::AccountStore {
   public:
    using Operator = account::Operator;
    using Audit = account::AuditEntry;
    using Session = account::OperatorSession;

    explicit MemoryAccounts(MemoryAudit& log) : log_(log) {}

    base::Result<Operator> add_operator(Operator who, Audit audit) override {
        if (operator_by_name(who.name))
            return failure(ErrorCode::conflict, base::say("operator_name_taken", who.name));
        who.id = {static_cast<std::uint32_t>(operators_.size() + 1)};
        operators_.push_back(who);
        log_.append(std::move(audit), who.id.value);
        return who;
    }
    base::Result<Operator> add_first_owner(Operator who, Audit audit) override {
        const auto owns = [](const Operator& one) {
            return one.role == account::Role::owner && !one.disabled;
        };
        if (std::ranges::any_of(operators_, owns))
            return failure(ErrorCode::conflict, "There is an owner.");
        return add_operator(std::move(who), std::move(audit));
    }
    base::Result<Operator> change_operator(Operator who, Audit audit) override {
        for (Operator& known : operators_) {
            if (known.id != who.id) continue;
            const Operator before = std::exchange(known, who);
            if (std::ranges::none_of(operators_, [](const Operator& one) {
                    return one.role == account::Role::owner && !one.disabled;
                })) {
                known = before;
                return failure(ErrorCode::conflict, "It would leave no owner.");
            }
            if (who.disabled || who.password_hash != before.password_hash)
                std::erase_if(sessions_, [&](const Session& one) { return one.who == who.id; });
            log_.append(std::move(audit));
            return who;
        }
        return failure(ErrorCode::not_found, "There is no such operator.");
    }
    base::Result<Operator> operator_by_id(base::OperatorId id) override {
        for (const Operator& one : operators_)
            if (one.id == id) return one;
        return failure(ErrorCode::not_found, "There is no such operator.");
    }
    base::Result<Operator> operator_by_name(std::string_view name) override {
        for (const Operator& one : operators_)
            if (one.name == name) return one;
        return failure(ErrorCode::not_found, "There is no such operator.");
    }
    base::Result<std::vector<Operator>> operators() override { return operators_; }

    base::Result<void> add_session(const Session& session, Audit audit) override {
        sessions_.push_back(session);
        log_.append(std::move(audit));
        return {};
    }
    base::Result<Session> session(std::string_view digest) override {
        for (const Session& one : sessions_)
            if (one.token_digest == digest) return one;
        return failure(ErrorCode::not_found, "There is no such session.");
    }
    base::Result<void> touch_session(std::string_view digest, base::Instant now) override {
        ++touches;
        for (Session& one : sessions_)
            if (one.token_digest == digest) one.seen_at = now;
        return {};
    }
    base::Result<void> end_session(std::string_view digest, Audit audit) override {
        std::erase_if(sessions_, [&](const Session& one) { return one.token_digest == digest; });
        log_.append(std::move(audit));
        return {};
    }

    base::Result<std::size_t> end_sessions_of(base::OperatorId who, std::string_view but_digest,
                                              Audit audit) override {
        const std::size_t ended = std::erase_if(sessions_, [&](const Session& one) {
            return one.who == who && one.token_digest != but_digest;
        });
        audit.after = "{\"sessions\":" + std::to_string(ended) + "}";
        log_.append(std::move(audit));
        return ended;
    }
    base::Result<std::vector<Session>> sessions_of(base::OperatorId who) override {
        std::vector<Session> found = sessions_;
        std::erase_if(found, [&](const Session& one) { return one.who != who; });
        std::ranges::reverse(found);
        return found;
    }
    base::Result<void> step_up(std::string_view digest, base::Instant until, Audit audit) override {
        for (Session& one : sessions_)
            if (one.token_digest == digest) one.stepped_up_until = until;
        log_.append(std::move(audit));
        return {};
    }

    base::Result<void> begin_totp(const account::Totp& totp, Audit audit) override {
        const auto known = totps_.find(totp.who);
        if (known != totps_.end() && known->second.enabled_at)
            return failure(ErrorCode::conflict, "It is enabled.");
        totps_[totp.who] = totp;
        log_.append(std::move(audit));
        return {};
    }
    base::Result<account::Totp> totp(base::OperatorId who) override {
        const auto known = totps_.find(who);
        if (known == totps_.end()) return failure(ErrorCode::not_found, "There is none.");
        return known->second;
    }
    base::Result<void> enable_totp(const account::Totp& totp,
                                   const std::vector<std::string>& digests, Audit audit) override {
        totps_[totp.who] = totp;
        recovery_digests = digests;
        mark(totp.who, true);
        log_.append(std::move(audit));
        return {};
    }
    base::Result<void> disable_totp(base::OperatorId who, Audit audit) override {
        if (totps_.erase(who) == 0) return failure(ErrorCode::not_found, "There is none.");
        mark(who, false);
        for (Session& one : sessions_)
            if (one.who == who) one.stepped_up_until = {};
        log_.append(std::move(audit));
        return {};
    }
    base::Result<void> use_totp_step(base::OperatorId who, std::int64_t step) override {
        if (step <= totps_[who].last_step) return failure(ErrorCode::conflict, "It was used.");
        totps_[who].last_step = step;
        return {};
    }
    base::Result<std::size_t> use_recovery_code(base::OperatorId, std::string_view digest,
                                                Audit audit) override {
        if (std::erase(recovery_digests, digest) == 0)
            return failure(ErrorCode::not_found, "There is no such code.");
        log_.append(std::move(audit));
        return recovery_digests.size();
    }

    base::Result<void> add_customer(const account::Customer&) override { return unused(); }
    base::Result<void> add_customers(const std::vector<account::Customer>&) override {
        return unused();
    }
    base::Result<account::Customer> customer(std::string_view) override { return unused(); }

    base::Result<std::vector<Audit>> audit(std::uint64_t before, const account::AuditFilter& filter,
                                           std::size_t limit) override {
        const auto is_other = [](const std::string& wanted, const std::string& text) {
            return !wanted.empty() && text != wanted;
        };
        std::vector<Audit> found = log_.entries();
        std::ranges::reverse(found);
        std::erase_if(found, [&](const Audit& one) {
            return (before != 0 && one.seq >= before) || is_other(filter.subject, one.subject) ||
                   is_other(filter.who_name, one.who_name) ||
                   (filter.action.ends_with('.') ? !one.action.starts_with(filter.action)
                                                 : is_other(filter.action, one.action)) ||
                   (filter.from && one.at < *filter.from) || (filter.to && one.at > *filter.to);
        });
        if (found.size() > limit) found.resize(limit);
        return found;
    }
    base::Result<void> note(Audit audit) override {
        log_.append(std::move(audit));
        return {};
    }
    base::Result<std::uint64_t> verify_audit() override {
        if (audit_is_damaged) return failure(ErrorCode::damaged, "Entry 3 does not fit.");
        return log_.entries().size();
    }
    base::Result<std::string> value(std::string_view name) override {
        return values_[std::string(name)];
    }
    base::Result<void> set_value(std::string_view name, std::string_view value) override {
        values_[std::string(name)] = value;
        return {};
    }

    bool audit_is_damaged = false;
    int touches = 0;
    std::vector<std::string> recovery_digests;

   private:
    void mark(base::OperatorId who, bool totp_enabled) {
        for (Operator& one : operators_)
            if (one.id == who) one.totp_enabled = totp_enabled;
    }

    MemoryAudit& log_;
    std::map<base::OperatorId, account::Totp> totps_;
    std::vector<Operator> operators_;
    std::vector<Session> sessions_;
    std::map<std::string, std::string> values_;
};

class MemoryCatalog final : public catalog::CatalogStore {
   public:
    using Product = catalog::Product;
    using Audit = account::AuditEntry;

    explicit MemoryCatalog(MemoryAudit& log) : log_(log) {}

    base::Result<Product> add(Product product, Audit audit) override {
        if (!taken_codes(product)->empty()) return failure(ErrorCode::conflict, "A code is taken.");
        product.id = {static_cast<std::uint32_t>(products_.size() + 1)};
        give_ids(product);
        products_.push_back(product);
        log_.append(std::move(audit), product.id.value);
        return product;
    }
    base::Result<Product> replace(Product product, Audit audit) override {
        for (Product& one : products_) {
            if (one.id != product.id) continue;
            if (one.version != product.version)
                return failure(ErrorCode::conflict, "Somebody was faster.");
            if (!taken_codes(product)->empty())
                return failure(ErrorCode::conflict, "A code is taken.");
            ++product.version;
            give_ids(product);
            log_.append(std::move(audit));
            return one = product;
        }
        return failure(ErrorCode::not_found, "There is no such product.");
    }
    base::Result<Imported> import(std::vector<Product> products, Audit audit) override {
        Imported done;
        for (const Product& product : products)
            for (const Product& one : products_)
                for (const catalog::Sku& sku : product.skus)
                    if (one.code != product.code &&
                        std::ranges::find(one.skus, sku.code, &catalog::Sku::code) !=
                            one.skus.end())
                        return failure(ErrorCode::conflict, "A code is taken.");
        for (Product& product : products) {
            done.skus += product.skus.size();
            const auto known = std::ranges::find(products_, product.code, &Product::code);
            if (known != products_.end()) {
                product.id = known->id;
                product.version = known->version + 1;
                give_ids(product);
                *known = product;
                ++done.updated;
            } else {
                product.id = {static_cast<std::uint32_t>(products_.size() + 1)};
                give_ids(product);
                products_.push_back(product);
                ++done.added;
            }
        }
        log_.append(std::move(audit));
        return done;
    }
    base::Result<std::vector<catalog::Complaint>> taken_codes(const Product& product) override {
        std::vector<catalog::Complaint> taken;
        for (const Product& one : products_) {
            if (one.id == product.id) continue;
            if (one.code == product.code)
                taken.push_back({"/code", base::say("product_code_taken", one.code)});
            for (std::size_t i = 0; i < product.skus.size(); ++i)
                if (std::ranges::find(one.skus, product.skus[i].code, &catalog::Sku::code) !=
                    one.skus.end())
                    taken.push_back({"/skus/" + std::to_string(i) + "/code",
                                     base::say("sku_code_taken", product.skus[i].code)});
        }
        return taken;
    }
    base::Result<Product> product(base::ProductId id) override {
        for (const Product& one : products_)
            if (one.id == id) return one;
        return failure(ErrorCode::not_found, "There is no such product.");
    }
    base::Result<std::vector<Product>> products(base::ProductId before, std::string_view search,
                                                std::size_t limit) override {
        std::vector<Product> found;
        for (auto one = products_.rbegin(); one != products_.rend(); ++one)
            if ((!before || one->id < before) && found.size() < limit && matches(*one, search))
                found.push_back(*one);
        return found;
    }
    base::Result<catalog::Sku> sku(base::SkuId id) override {
        for (const Product& one : products_)
            for (const catalog::Sku& sku : one.skus)
                if (sku.id == id) return sku;
        return failure(ErrorCode::not_found, "There is no such sku.");
    }

   private:
    static bool has(std::string_view text, std::string_view search) {
        return !std::ranges::search(text, search,
                                    [](unsigned char a, unsigned char b) {
                                        return std::tolower(a) == std::tolower(b);
                                    })
                    .empty() ||
               search.empty();
    }
    static bool matches(const Product& one, std::string_view search) {
        return has(one.code, search) || has(one.title, search) ||
               std::ranges::any_of(one.skus, [&](const catalog::Sku& sku) {
                   return has(sku.code, search) || has(sku.title, search);
               });
    }
    void give_ids(Product& product) {
        for (catalog::Sku& sku : product.skus) {
            if (!sku.id) sku.id = {++last_sku_};
            sku.product = product.id;
        }
    }

    MemoryAudit& log_;
    std::vector<Product> products_;
    std::uint32_t last_sku_ = 0;
};

class MemoryActivities final : public activity::ActivityStore {
   public:
    using Activity = activity::Activity;
    using Proposal = activity::StockProposal;
    using Audit = account::AuditEntry;

    explicit MemoryActivities(MemoryAudit& log) : log_(log) {}

    base::Result<Activity> add(Activity activity, Audit audit) override {
        activity.id = {++last_activity_};
        give_ids(activity);
        activities_.push_back(activity);
        log_.append(std::move(audit), activity.id.value);
        return activity;
    }
    base::Result<Activity> replace(Activity activity, Audit audit) override {
        for (Activity& one : activities_) {
            if (one.id != activity.id) continue;
            if (one.version != activity.version)
                return failure(ErrorCode::conflict, "Somebody was faster.");
            ++activity.version;
            give_ids(activity);
            log_.append(std::move(audit));
            return one = activity;
        }
        return failure(ErrorCode::not_found, "There is no such activity.");
    }
    base::Result<void> remove(base::ActivityId id, std::uint32_t version, Audit audit) override {
        if (before_each) before_each();
        const auto found = std::ranges::find(activities_, id, &Activity::id);
        if (found == activities_.end())
            return failure(ErrorCode::not_found, "There is no such activity.");
        if (found->version != version) return failure(ErrorCode::conflict, "Somebody was faster.");
        activities_.erase(found);
        log_.append(std::move(audit));
        return {};
    }
    base::Result<Activity> activity(base::ActivityId id) override {
        if (before_each) before_each();
        for (const Activity& one : activities_)
            if (one.id == id) return one;
        return failure(ErrorCode::not_found, "There is no such activity.");
    }
    base::Result<std::vector<Activity>> activities(base::ActivityId before,
                                                   std::size_t limit) override {
        std::vector<Activity> found;
        for (auto one = activities_.rbegin(); one != activities_.rend(); ++one)
            if ((!before || one->id < before) && found.size() < limit) found.push_back(*one);
        return found;
    }
    base::Result<Proposal> add_proposal(Proposal proposal, Audit audit) override {
        proposal.id = proposals_.size() + 1;
        proposals_.push_back(proposal);
        log_.append(std::move(audit), proposal.id);
        return proposal;
    }
    base::Result<Proposal> proposal(std::uint64_t id) override {
        if (id > proposals_.size()) return failure(ErrorCode::not_found, "No such proposal.");
        return proposals_[id - 1];
    }
    base::Result<Proposal> decide_proposal(const Proposal& decided, Audit audit) override {
        if (fails_to_decide) return failure(ErrorCode::unavailable, "The disk does not answer.");
        Proposal& known = proposals_[decided.id - 1];
        if (known.state != Proposal::State::open)
            return failure(ErrorCode::conflict, "It was decided.");
        log_.append(std::move(audit));
        return known = decided;
    }
    base::Result<std::vector<Proposal>> proposals(base::ItemId item) override {
        std::vector<Proposal> found = proposals_;
        std::erase_if(found, [&](const Proposal& one) { return one.item != item; });
        return found;
    }

    base::Result<std::vector<Proposal>> activity_proposals(base::ActivityId activity,
                                                           std::uint64_t before,
                                                           std::size_t limit) override {
        std::vector<Proposal> found;
        for (auto one = proposals_.rbegin(); one != proposals_.rend(); ++one)
            if (is_in(activity, one->item) && (before == 0 || one->id < before) &&
                found.size() < limit)
                found.push_back(*one);
        return found;
    }

    base::Result<std::vector<Proposal>> open_proposals(std::uint64_t before,
                                                       std::size_t limit) override {
        std::vector<Proposal> found;
        for (auto one = proposals_.rbegin(); one != proposals_.rend(); ++one)
            if (one->state == Proposal::State::open && (before == 0 || one->id < before) &&
                found.size() < limit)
                found.push_back(*one);
        return found;
    }

    bool fails_to_decide = false;
    std::function<void()> before_each;  ///< called before one activity is read or removed

   private:
    void give_ids(Activity& activity) {
        for (activity::Item& item : activity.items) {
            if (!item.id) item.id = {++last_item_};
            item.activity = activity.id;
        }
    }

    [[nodiscard]] bool is_in(base::ActivityId activity, base::ItemId item) const {
        for (const Activity& one : activities_)
            for (const activity::Item& each : one.items)
                if (each.id == item) return one.id == activity;
        return false;
    }

    MemoryAudit& log_;
    std::vector<Activity> activities_;
    std::vector<Proposal> proposals_;
    std::uint32_t last_activity_ = 0;
    std::uint32_t last_item_ = 0;
};

class MemoryGuardStore final : public guard::GuardStore {
   public:
    using Audit = account::AuditEntry;

    explicit MemoryGuardStore(MemoryAudit& log) : log_(log) {}

    base::Result<guard::RiskEntry> add_risk(guard::RiskEntry entry, Audit audit) override {
        entry.id = ++last_id_;
        risks_.push_back(entry);
        log_.append(std::move(audit), entry.id);
        return entry;
    }
    base::Result<void> remove_risk(std::uint64_t id, Audit audit) override {
        std::erase_if(risks_, [&](const guard::RiskEntry& one) { return one.id == id; });
        log_.append(std::move(audit));
        return {};
    }
    base::Result<std::vector<guard::RiskEntry>> risks() override { return risks_; }
    base::Result<void> set_switch(const guard::Switch& value, Audit audit) override {
        if (fails_to_set) return failure(ErrorCode::unavailable, "The disk does not answer.");
        std::erase_if(switches_, [&](const guard::Switch& one) { return one.name == value.name; });
        switches_.push_back(value);
        log_.append(std::move(audit));
        return {};
    }
    base::Result<std::vector<guard::Switch>> switches() override { return switches_; }

    bool fails_to_set = false;

   private:
    MemoryAudit& log_;
    std::vector<guard::RiskEntry> risks_;
    std::vector<guard::Switch> switches_;
    std::uint64_t last_id_ = 0;
};

/// What came back from a desk.
struct Answered {
    int status = 0;
    std::string headers;
    std::string body;
    std::unique_ptr<http::Source> source;

    [[nodiscard]] boost::json::value json() const {
        boost::json::error_code failed;
        auto value = boost::json::parse(body, failed);
        EXPECT_FALSE(failed) << body;
        return value;
    }
    /// The value at a JSON pointer; null if there is none.
    [[nodiscard]] boost::json::value at(std::string_view pointer) const {
        boost::json::error_code failed;
        const auto whole = json();
        const auto* found = whole.find_pointer(pointer, failed);
        return found != nullptr ? *found : boost::json::value();
    }
    [[nodiscard]] std::string text(std::string_view pointer) const {
        const auto value = at(pointer);
        return value.is_string() ? std::string(value.get_string()) : std::string();
    }
    [[nodiscard]] std::int64_t number(std::string_view pointer) const {
        const auto value = at(pointer);
        return value.is_int64() ? value.get_int64() : -1'000'000;
    }
    [[nodiscard]] bool flag(std::string_view pointer) const {
        const auto value = at(pointer);
        return value.is_bool() && value.get_bool();
    }
};

/// Somebody signed in: the cookie and the CSRF token.
struct Badge {
    base::OperatorId id;
    std::string cookie;
    std::string csrf;
};

/// Waits for one answer of the sale.
class OneAnswer final : public sale::AnswerPort {
   public:
    void deliver(std::span<const sale::Answer> answers) noexcept override {
        promise_.set_value(answers.front());
    }
    sale::Answer wait() { return promise_.get_future().get(); }

   private:
    std::promise<sale::Answer> promise_;
};

/// The console over a real sale, without sockets.
class Console {
   public:
    Console() {
        base::open_secrets();
        app.reset(new App{.options = {},
                          .clock = clock,
                          .turnstile = turnstile,
                          .board = board,
                          .gates = gates,
                          .tokens = tokens,
                          .tickets = tickets,
                          .jwt = nullptr,
                          .accounts = accounts,
                          .activities = activities,
                          .catalog = catalog,
                          .guard_store = guard_store,
                          .providers = provider,
                          .pages = pages,
                          .traffic = traffic,
                          .answers = answers,
                          .customer_logins = logins,
                          .operator_logins = logins,
                          .not_ready = {},
                          .server_counts = {},
                          .archive = &ledger});
        app->options.second_factor = "optional";  // second_factor_test.cc asks for it
        router = std::make_unique<http::Router>(console_routes(*app));
        turnstile.start();
    }
    ~Console() { turnstile.stop(); }

    /// Where the pictures of this process are looked for; nobody makes it unless a test does.
    static std::filesystem::path image_dir() {
        return std::filesystem::path(testing::TempDir()) /
               ("sluice-images-" + std::to_string(getpid()));
    }

    /// An operator with a session; the password is not hashed, so it cannot be used.
    Badge hire(std::string_view name, account::Role role) {
        account::Operator who;
        who.name = name;
        who.role = role;
        who.password_hash = "none";
        const auto added = accounts.add_operator(who, {});
        EXPECT_TRUE(added);
        return sign_in(added->id);
    }
    Badge sign_in(base::OperatorId id) {
        Badge badge{id, base::digest_hex(std::to_string(++sessions_)), "csrf" + base::to_text(id)};
        account::OperatorSession session;
        session.token_digest = base::digest_hex(badge.cookie);
        session.csrf = badge.csrf;
        session.who = id;
        session.created_at = session.seen_at = clock.now();
        EXPECT_TRUE(accounts.add_session(session, {}));
        return badge;
    }

    /// Further headers of one request.
    struct Extra {
        std::string if_match;
        std::string content_type = "application/json";
        std::string accept_encoding = {};
        std::string if_none_match = {};
    };
    Answered ask(http::Method method, std::string target, const Badge* badge, std::string body = "",
                 Extra extra = {"", "application/json", "", ""}) {
        const std::size_t query = target.find('?');
        const std::string cookie =
            badge == nullptr ? "" : std::string(cookie_name(app->options)) + "=" + badge->cookie;
        http::Request request;
        request.method = method;
        request.target = target;
        request.path = std::string_view(target).substr(0, query);
        if (query != std::string::npos) request.query = std::string_view(target).substr(query + 1);
        request.body = body;
        request.address = "127.0.0.1";
        const auto set = [&](http::Header name, std::string_view value) {
            request.headers[static_cast<std::size_t>(name)] = value;
        };
        set(http::Header::cookie, cookie);
        set(http::Header::if_match, extra.if_match);
        set(http::Header::accept_encoding, extra.accept_encoding);
        set(http::Header::if_none_match, extra.if_none_match);
        set(http::Header::content_type, extra.content_type);
        if (badge != nullptr) set(http::Header::x_csrf_token, badge->csrf);
        const http::Match match = router->dispatch(request);
        if (match.route == nullptr) return {match.status, "", "", nullptr};
        http::Response response = match.route->desk_handler(request);
        return {response.status, std::move(response.headers), std::move(response.body),
                std::move(response.source)};
    }
    Answered get(std::string target, const Badge& badge) {
        return ask(http::Method::get, std::move(target), &badge);
    }
    Answered post(std::string target, const Badge& badge, std::string body = "{}",
                  std::string if_match = "") {
        return ask(http::Method::post, std::move(target), &badge, std::move(body),
                   {std::move(if_match), "application/json"});
    }
    Answered put(std::string target, const Badge& badge, std::string body,
                 std::string if_match = "") {
        return ask(http::Method::put, std::move(target), &badge, std::move(body),
                   {std::move(if_match), "application/json"});
    }

    /// A customer buys; the answer is durable.
    sale::Answer buy(std::string_view name, base::ItemId item, std::uint32_t quantity = 1) {
        OneAnswer port;
        const base::UserId user = base::user_of("test", name);
        const auto at_once =
            turnstile.pass(sale::Buy{.user = user,
                                     .key = sale::purchase_key(user, std::to_string(++keys_)),
                                     .item = item,
                                     .quantity = quantity,
                                     .ticket = 0},
                           {&port, 0});
        turnstile.hand_over();
        return at_once ? *at_once : port.wait();
    }
    /// A customer pays in full.
    void pay(const order::Order& order) {
        const sale::Answer opened =
            turnstile.pass_and_wait(sale::OpenPayment{order.id, order.user});
        ASSERT_TRUE(sale::succeeded(opened.outcome));
        const sale::Answer settled = turnstile.pass_and_wait(
            sale::Settle{opened.payment.id, opened.payment.amount, *base::parse_currency("CNY")});
        ASSERT_TRUE(sale::succeeded(settled.outcome));
    }

    StandClock clock;
    adapter::MemoryLedger ledger;
    MemoryAudit log{ledger};
    MemoryAccounts accounts{log};
    MemoryCatalog catalog{log};
    MemoryActivities activities{log};
    MemoryGuardStore guard_store{log};
    FakeProvider provider;
    account::TokenKey tokens{base::random_bytes32()};
    guard::TicketKey tickets{base::random_bytes32()};
    account::LoginGuard logins;
    guard::Gates gates{guard::GateOptions{.user_rate = {0, 1}, .rate_slots = 64}};
    sale::Sale sale_{sale::SaleOptions{.orders_max = 5000, .payments_max = 5000}};
    sale::Board board;
    Pages pages{PublishOptions{.image_dir = image_dir().string()}};
    Traffic traffic;
    Answers answers;
    sale::Turnstile turnstile{sale_, board, ledger, clock, {}};
    std::unique_ptr<App> app;
    std::unique_ptr<http::Router> router;

   private:
    int sessions_ = 0;
    int keys_ = 0;
};

}  // namespace sluice::api::admin
