// SPDX-License-Identifier: Apache-2.0
#include "account/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/secret.h"
#include "base/sentences.h"
#include "base/text.h"

namespace sluice::account {

namespace {

constexpr std::array kRoles{Role::owner, Role::operator_, Role::reviewer, Role::support,
                            Role::viewer};

bool is_one_of(Role role, std::initializer_list<Role> roles) {
    return std::ranges::find(roles, role) != roles.end();
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

constexpr std::size_t kNameMin = 3;  // characters
constexpr std::size_t kNameMax = 32;

// Those of the usual lists of leaked passwords that are long enough to be allowed otherwise.
constexpr std::array<std::string_view, 56> kCommonPasswords{
    "0123456789",   "1111111111",   "1122334455",   "111222333444", "1212121212",    "123123123123",
    "1234512345",   "123456123456", "1234567890",   "12345678900",  "12345678901",   "123456789012",
    "1234567891",   "12345678910",  "123456789a",   "123456789q",   "123654789a",    "1234qwerasdf",
    "147258369a",   "1q2w3e4r5t",   "1q2w3e4r5t6y", "1qaz2wsx3edc", "1qazxsw23edc",  "5201314520",
    "9876543210",   "0987654321",   "a123456789",   "aa123456789",  "abc1234567",    "abc123456789",
    "abcd123456",   "abcdefghij",   "admin12345",   "admin123456",  "administrator", "asdfghjkl1",
    "asdfghjkl123", "basketball",   "changeme123",  "iloveyou12",   "iloveyou123",   "letmein123",
    "p@ssw0rd123",  "passw0rd123",  "password01",   "password10",   "password11",    "password12",
    "password123",  "password1234", "q1w2e3r4t5",   "qazwsxedcrfv", "qq123456789",   "qwerty123456",
    "qwertyuiop",   "woaini1314520"};

/// One character over and over, or a few that repeat, such as "abababababab".
bool is_repetition(std::string_view text) {
    for (std::size_t period = 1; period <= 3; ++period) {
        bool repeats = true;
        for (std::size_t i = period; i < text.size(); ++i)
            repeats = repeats && text[i] == text[i - period];
        if (repeats) return true;
    }
    return false;
}

}  // namespace

std::string_view to_text(Role role) {
    switch (role) {
        case Role::owner: return "owner";
        case Role::operator_: return "operator";
        case Role::reviewer: return "reviewer";
        case Role::support: return "support";
        case Role::viewer: return "viewer";
    }
    return "";
}

base::Result<Role> parse_role(std::string_view text) {
    for (const Role role : kRoles)
        if (to_text(role) == text) return role;
    return base::failure(base::ErrorCode::invalid, base::say("role_unknown"));
}

bool may(Role role, Permission permission) {
    using enum Role;
    switch (permission) {
        case Permission::view:
            return is_one_of(role, {owner, operator_, reviewer, support, viewer});
        case Permission::edit_catalog: return is_one_of(role, {owner, operator_});
        case Permission::edit_activity: return is_one_of(role, {owner, operator_});
        case Permission::review: return is_one_of(role, {owner, reviewer});
        case Permission::run_sale: return is_one_of(role, {owner, operator_});
        case Permission::view_orders: return is_one_of(role, {owner, operator_, support});
        case Permission::settle_orders: return is_one_of(role, {owner, support});
        case Permission::edit_risk: return is_one_of(role, {owner, operator_, support});
        case Permission::view_audit: return is_one_of(role, {owner, reviewer});
        case Permission::manage_users: return is_one_of(role, {owner});
    }
    return false;
}

std::string session_id(const OperatorSession& session) {
    return base::digest_hex("session id of " + session.token_digest).substr(0, 20);
}

base::Sentence complaint_about_name(std::string_view name) {
    if (name.size() < kNameMin || name.size() > kNameMax)
        return base::say("name_length", kNameMin, kNameMax);
    const bool allowed = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
    if (!allowed) return base::say("name_characters");
    return {};
}

base::Sentence complaint_about_password(std::string_view password, std::string_view name) {
    if (base::code_points(password) < kPasswordMin)
        return base::say("password_short", kPasswordMin);
    if (password.size() > kPasswordMax) return base::say("password_long", kPasswordMax);
    if (!base::is_clean_text(password)) return base::say("password_not_clean");
    const std::string lower = to_lower(password);
    if (!name.empty() && lower.find(to_lower(name)) != std::string::npos)
        return base::say("password_has_name");
    if (is_repetition(password)) return base::say("password_repeats");
    if (std::ranges::find(kCommonPasswords, lower) != kCommonPasswords.end())
        return base::say("password_common");
    return {};
}

}  // namespace sluice::account
