// SPDX-License-Identifier: Apache-2.0
// Account: the people. Operators have a role and a console session; customers have a built-in
// account here, or are vouched for by the shop (account/jwt.h). Their session token needs no table
// (account/token.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "account/audit.h"
#include "account/totp.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::account {

enum class Role : std::uint8_t { owner, operator_, reviewer, support, viewer };
[[nodiscard]] std::string_view to_text(Role role);
[[nodiscard]] base::Result<Role> parse_role(std::string_view text);

/// What a route of the console needs. `may` is the whole authorization table.
enum class Permission : std::uint8_t {
    view,           ///< products, activities, live figures, reconcile: every role
    edit_catalog,   ///< owner, operator
    edit_activity,  ///< draft, submit, propose stock: owner, operator
    review,         ///< approve and reject activities and stock changes: owner, reviewer
    run_sale,       ///< warm, pause, resume, end, stop, switches: owner, operator
    view_orders,    ///< with the customer's identity: owner, operator, support
    settle_orders,  ///< cancel, refund, mark as paid: owner, support
    edit_risk,      ///< risk lists: owner, operator, support
    view_audit,     ///< owner, reviewer
    manage_users    ///< operators and their roles: owner
};
[[nodiscard]] bool may(Role role, Permission permission);

/// A person of the console.
struct Operator {
    base::OperatorId id;
    std::string name;  ///< 3..32 of a-z 0-9 . _ -
    Role role = Role::viewer;
    std::string password_hash;  ///< Argon2id; never leaves the server
    bool disabled = false;
    base::Instant created_at;
    base::Instant last_login_at;
    bool totp_enabled = false;  ///< read only: enable_totp and disable_totp change it
};

/// The second factor of an operator: begun with a secret, enabled by the first code that is right.
struct Totp {
    base::OperatorId who;
    TotpSecret secret{};
    base::Instant begun_at;
    base::Instant enabled_at;    ///< none: it still waits for its first code
    std::int64_t last_step = 0;  ///< whose code was the last one accepted
    std::size_t recovery_codes_left = 0;
};

/// A console session. The token itself is never stored, only its digest.
struct OperatorSession {
    std::string token_digest;  ///< base::digest_hex of the cookie's value
    std::string csrf;          ///< must come back in X-CSRF-Token on every unsafe method
    base::OperatorId who;
    base::Instant created_at;
    base::Instant seen_at;  ///< updated at most once a minute
    std::string address;
    std::string user_agent{};  ///< at most kUserAgentMax bytes of what the browser calls itself
    base::Instant stepped_up_until{};  ///< until then its red buttons work; none: they never did
};
/// Names a session to its owner; neither the token nor the digest can be made of it.
[[nodiscard]] std::string session_id(const OperatorSession& session);

/// A customer with a built-in account; the user is user_of("sluice", name).
struct Customer {
    std::string name;  ///< lower-cased; 3..32 of a-z 0-9 . _ -
    std::string password_hash;
    base::Instant created_at;
};

inline constexpr std::size_t kPasswordMin = 10;    // characters
inline constexpr std::size_t kPasswordMax = 200;   // bytes: what is hashed
inline constexpr std::size_t kUserAgentMax = 120;  // bytes; tells browsers apart
inline constexpr base::Duration kSessionIdleMax{12 * 3'600'000};
inline constexpr base::Duration kSessionAgeMax{7 * 86'400'000LL};

/// Nothing, or what is wrong with it.
[[nodiscard]] base::Sentence complaint_about_name(std::string_view name);
[[nodiscard]] base::Sentence complaint_about_password(std::string_view password,
                                                      std::string_view name);

/// Where people are kept. Any thread that may wait. Every change and its audit entry are one
/// transaction.
class AccountStore {
   public:
    virtual ~AccountStore() = default;

    [[nodiscard]] virtual base::Result<Operator> add_operator(
        Operator who, AuditEntry audit) = 0;  ///< conflict: the name is taken
    /// Like add_operator, but only while nobody is an owner who may log in; else conflict.
    [[nodiscard]] virtual base::Result<Operator> add_first_owner(Operator who,
                                                                 AuditEntry audit) = 0;
    /// Role, disabled and password_hash. conflict: it would leave no enabled owner. Ends the
    /// sessions of `who` if it is disabled or its password changed.
    [[nodiscard]] virtual base::Result<Operator> change_operator(Operator who,
                                                                 AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<Operator> operator_by_id(base::OperatorId id) = 0;
    [[nodiscard]] virtual base::Result<Operator> operator_by_name(std::string_view name) = 0;
    [[nodiscard]] virtual base::Result<std::vector<Operator>> operators() = 0;

    [[nodiscard]] virtual base::Result<void> add_session(const OperatorSession& session,
                                                         AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<OperatorSession> session(std::string_view token_digest) = 0;
    [[nodiscard]] virtual base::Result<void> touch_session(std::string_view token_digest,
                                                           base::Instant now) = 0;
    [[nodiscard]] virtual base::Result<void> end_session(std::string_view token_digest,
                                                         AuditEntry audit) = 0;
    /// Ends all sessions of `who` but the one with this digest ("": all) and says how many, in
    /// `audit.after` as well.
    [[nodiscard]] virtual base::Result<std::size_t> end_sessions_of(base::OperatorId who,
                                                                    std::string_view but_digest,
                                                                    AuditEntry audit) = 0;
    /// The sessions of one operator, the newest first; also those that have run out meanwhile.
    [[nodiscard]] virtual base::Result<std::vector<OperatorSession>> sessions_of(
        base::OperatorId who) = 0;
    /// The red buttons of this session work until then.
    [[nodiscard]] virtual base::Result<void> step_up(std::string_view token_digest,
                                                     base::Instant until, AuditEntry audit) = 0;

    /// Keeps `totp.secret` until its first code comes, in the place of one that still waits.
    /// conflict: a second factor is enabled.
    [[nodiscard]] virtual base::Result<void> begin_totp(const Totp& totp, AuditEntry audit) = 0;
    [[nodiscard]] virtual base::Result<Totp> totp(base::OperatorId who) = 0;  ///< or not_found
    /// Enables `totp` as it stands there, with the digests of its recovery codes. conflict: this
    /// secret does not wait any more.
    [[nodiscard]] virtual base::Result<void> enable_totp(
        const Totp& totp, const std::vector<std::string>& recovery_digests, AuditEntry audit) = 0;
    /// Forgets secret, recovery codes and step-ups. not_found: there is none.
    [[nodiscard]] virtual base::Result<void> disable_totp(base::OperatorId who,
                                                          AuditEntry audit) = 0;
    /// Remembers that the code of this step was used; conflict: it, or a later one, was before.
    [[nodiscard]] virtual base::Result<void> use_totp_step(base::OperatorId who,
                                                           std::int64_t step) = 0;
    /// Forgets the code and says how many are left, in `audit.after` as well; not_found: no such
    /// code.
    [[nodiscard]] virtual base::Result<std::size_t> use_recovery_code(base::OperatorId who,
                                                                      std::string_view digest,
                                                                      AuditEntry audit) = 0;

    /// Customers change nothing that is audited.
    [[nodiscard]] virtual base::Result<void> add_customer(
        const Customer& customer) = 0;  ///< conflict: the name is taken
    /// Many at once, in one transaction, those that exist are left alone; for demo and load-test
    /// data.
    [[nodiscard]] virtual base::Result<void> add_customers(
        const std::vector<Customer>& customers) = 0;
    [[nodiscard]] virtual base::Result<Customer> customer(std::string_view name) = 0;

    /// Entries descending by seq, below `before` (0: from the newest).
    [[nodiscard]] virtual base::Result<std::vector<AuditEntry>> audit(std::uint64_t before,
                                                                      const AuditFilter& filter,
                                                                      std::size_t limit) = 0;
    /// An event with no other change: a failed login, an export.
    [[nodiscard]] virtual base::Result<void> note(AuditEntry audit) = 0;
    /// Recomputes the whole chain; damaged names the first entry that does not fit.
    [[nodiscard]] virtual base::Result<std::uint64_t> verify_audit() = 0;

    /// A named value that the program keeps for itself ("setup_token_digest"); "" if there is none.
    [[nodiscard]] virtual base::Result<std::string> value(std::string_view name) = 0;
    [[nodiscard]] virtual base::Result<void> set_value(std::string_view name,
                                                       std::string_view value) = 0;
};

}  // namespace sluice::account
