// SPDX-License-Identifier: Apache-2.0
#include "api/admin/second_factor.h"

#include <gtest/gtest.h>

#include <set>

#include "api/admin/shop_test.h"

namespace sluice::api::admin {
namespace {

using account::Role;
using http::Method;

constexpr const char* kPassword = "correct horse battery";
constexpr const char* kTotp = "/admin/v1/operators/current/totp";
constexpr const char* kConfirm = "/admin/v1/operators/current/totp/confirm";
constexpr const char* kStepUp = "/admin/v1/sessions/current/step-up";
constexpr const char* kCurrent = "/admin/v1/sessions/current";

/// A console with one operator who has a password, and what this operator's phone knows.
struct Phone : Console {
    account::TotpSecret secret{};
    std::vector<std::string> recovery_codes;
    Badge badge = hire_with_password();

    Badge hire_with_password() {
        hire("boss", Role::owner);
        account::Operator who;
        who.name = "li.wei";
        who.role = Role::owner;
        who.password_hash = *base::hash_password(kPassword);
        return Console::sign_in(accounts.add_operator(who, {})->id);
    }
    std::string code(std::int64_t steps_off = 0) const {
        return account::totp_code(secret, account::totp_step(clock.now()) + steps_off);
    }
    Answered begin(std::string_view password = kPassword) {
        Answered begun = post(kTotp, badge, R"({"password":")" + std::string(password) + "\"}");
        if (const auto bytes = account::parse_base32(begun.text("/secret"));
            bytes && bytes->size() == secret.size())
            std::ranges::copy(*bytes, secret.begin());
        return begun;
    }
    Answered confirm(const std::string& typed) {
        Answered confirmed = post(kConfirm, badge, R"({"code":")" + typed + "\"}");
        if (confirmed.status != 200) return confirmed;
        const auto codes = confirmed.at("/recovery_codes");
        for (const auto& each : codes.as_array()) recovery_codes.emplace_back(each.as_string());
        return confirmed;
    }
    /// With a session that has not stepped up.
    void enable() {
        ASSERT_EQ(begin().status, 200);
        ASSERT_EQ(confirm(code(-1)).status, 200);
        badge = Console::sign_in(badge.id);
    }
    Answered log_in(const std::string& typed, std::string_view password = kPassword) {
        return ask(Method::post, "/admin/v1/sessions", nullptr,
                   R"({"name":"li.wei","password":")" + std::string(password) + "\"" +
                       (typed.empty() ? "" : R"(,"code":")" + typed + "\"") + "}");
    }
    Answered step_up(const std::string& typed) {
        return post(kStepUp, badge, R"({"code":")" + typed + "\"}");
    }
    Answered disable(const std::string& typed, std::string_view password = kPassword) {
        return ask(Method::delete_, kTotp, &badge,
                   R"({"password":")" + std::string(password) + R"(","code":")" + typed + "\"}");
    }
    /// What a red button says.
    std::string red() {
        const Answered answer =
            post("/admin/v1/activities/424242/pause", badge, R"({"reason":"Drill."})");
        return answer.text("/code");
    }
    std::string last_action() { return log.entries().back().action; }
};

TEST(SecondFactor, IsEnabledByAPasswordAndAFirstCode) {
    Phone phone;
    const Answered begun = phone.begin();
    ASSERT_EQ(begun.status, 200) << begun.body;
    EXPECT_EQ(begun.text("/secret").size(), 32U);
    EXPECT_EQ(begun.text("/uri"),
              "otpauth://totp/Sluice:li.wei?secret=" + begun.text("/secret") + "&issuer=Sluice");
    EXPECT_FALSE(phone.get(kCurrent, phone.badge).flag("/totp_enabled"));
    const Answered wrong = phone.confirm("000000");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_EQ(wrong.text("/code"), "totp_invalid");
    EXPECT_EQ(phone.last_action(), "operator.totp_enable_failed");
    const Answered confirmed = phone.confirm(phone.code());
    ASSERT_EQ(confirmed.status, 200) << confirmed.body;
    EXPECT_EQ(
        std::set<std::string>(phone.recovery_codes.begin(), phone.recovery_codes.end()).size(),
        10U);
    const Answered current = phone.get(kCurrent, phone.badge);
    EXPECT_TRUE(current.flag("/totp_enabled"));
    EXPECT_NE(current.text("/stepped_up_until"), "") << "the first code is a step-up";
    EXPECT_EQ(phone.begin().status, 409);
    EXPECT_EQ(phone.confirm(phone.code(1)).status, 409);
}

TEST(SecondFactor, BeginsOnlyWithThePassword) {
    Phone phone;
    const Answered wrong = phone.begin("wrong horse battery");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_EQ(wrong.text("/code"), "invalid");
    EXPECT_EQ(wrong.text("/errors/0/pointer"), "/password");
    EXPECT_EQ(wrong.text("/errors/0/code"), "password_wrong");
    EXPECT_EQ(phone.last_action(), "operator.totp_begin_failed");
    EXPECT_EQ(phone.confirm("123456").status, 409) << "nothing waits";
}

TEST(SecondFactor, ThatWaitsForTenMinutesIsForgotten) {
    Phone phone;
    phone.begin();
    phone.clock.advance(base::Duration{account::kTotpPendingMax.ms - 1});
    EXPECT_EQ(phone.confirm("000000").status, 422);
    phone.clock.advance(base::Duration{1});
    EXPECT_EQ(phone.confirm(phone.code()).status, 409);
    EXPECT_EQ(phone.begin().status, 200);
    EXPECT_EQ(phone.confirm(phone.code()).status, 200);
}

TEST(SecondFactor, IsAskedForAtTheSignInOnlyAfterTheRightPassword) {
    Phone phone;
    phone.enable();
    EXPECT_EQ(phone.log_in("", "wrong horse battery").text("/code"), "unauthorized");
    EXPECT_EQ(phone.log_in(phone.code(), "wrong horse battery").text("/code"), "unauthorized");
    const Answered asked = phone.log_in("");
    EXPECT_EQ(asked.status, 401);
    EXPECT_EQ(asked.text("/code"), "totp_required");
    const Answered wrong = phone.log_in("000000");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(wrong.text("/code"), "totp_invalid");
    EXPECT_EQ(phone.last_action(), "operator.sign_in_code_failed");
    const Answered in = phone.log_in(phone.code());
    ASSERT_EQ(in.status, 201) << in.body;
    EXPECT_TRUE(in.flag("/totp_enabled"));
    EXPECT_EQ(in.text("/second_factor"), "optional");
    EXPECT_EQ(in.text("/stepped_up_until"),
              base::to_rfc3339(phone.clock.now() + account::kStepUpAge));
    EXPECT_EQ(phone.log_in(phone.code()).text("/code"), "totp_invalid") << "a code is good once";
    EXPECT_EQ(phone.log_in(phone.code(1)).status, 201);
    EXPECT_EQ(phone.log_in(phone.code()).text("/code"), "totp_invalid") << "older than the last";
}

TEST(SecondFactor, GuessesAtTheSignInAreCountedWhateverIsAskedInBetween) {
    Phone phone;
    phone.enable();
    int guesses = 0;
    for (int i = 0; i < 40; ++i) {
        phone.log_in("");  // knows the password
        if (phone.log_in("000000").status == 401) ++guesses;
    }
    EXPECT_EQ(guesses, 10);
    EXPECT_EQ(phone.log_in(phone.code()).status, 429);
    EXPECT_EQ(phone.step_up(phone.code()).status, 200) << "guesses elsewhere block no red button";
}

TEST(SecondFactor, ARecoveryCodeIsGoodOnce) {
    Phone phone;
    phone.enable();
    std::string shouted = phone.recovery_codes[0];
    std::ranges::transform(shouted, shouted.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    ASSERT_EQ(phone.log_in(shouted).status, 201);
    EXPECT_EQ(phone.log_in(phone.recovery_codes[0]).text("/code"), "totp_invalid");
    EXPECT_EQ(phone.step_up(phone.recovery_codes[1]).status, 200);
    EXPECT_EQ(phone.step_up(phone.recovery_codes[1]).status, 422);
    EXPECT_EQ(phone.accounts.recovery_digests.size(), 8U);
    std::size_t noted = 0;
    for (const auto& entry : phone.log.entries())
        noted += entry.action == "operator.recovery_code_used" ? 1U : 0U;
    EXPECT_EQ(noted, 2U);
}

TEST(SecondFactor, RedButtonsOfWhoHasNone) {
    Phone phone;
    EXPECT_EQ(phone.red(), "not_found") << "optional: they work";
    phone.app->options.second_factor = "required";
    EXPECT_EQ(phone.get(kCurrent, phone.badge).text("/second_factor"), "required");
    EXPECT_EQ(phone.red(), "totp_enrollment_required");
    EXPECT_EQ(phone.step_up("123456").text("/code"), "totp_enrollment_required");
}

TEST(SecondFactor, RedButtonsWorkForFiveMinutesAfterACodeInOneSession) {
    for (const char* option : {"required", "optional"}) {
        Phone phone;
        phone.app->options.second_factor = option;
        phone.enable();
        EXPECT_EQ(phone.red(), "step_up_required") << option;
        const Answered wrong = phone.step_up("000000");
        EXPECT_EQ(wrong.status, 422);
        EXPECT_EQ(wrong.text("/code"), "totp_invalid");
        EXPECT_EQ(wrong.text("/errors/0/pointer"), "/code");
        EXPECT_EQ(phone.last_action(), "operator.step_up_failed");
        EXPECT_EQ(phone.red(), "step_up_required");
        const Answered done = phone.step_up(phone.code());
        ASSERT_EQ(done.status, 200) << done.body;
        EXPECT_EQ(done.text("/stepped_up_until"),
                  base::to_rfc3339(phone.clock.now() + account::kStepUpAge));
        EXPECT_EQ(phone.last_action(), "operator.step_up");
        EXPECT_EQ(phone.red(), "not_found");
        const Badge here = std::exchange(phone.badge, phone.sign_in(phone.badge.id));
        EXPECT_EQ(phone.red(), "step_up_required") << "another session";
        phone.badge = here;
        phone.clock.advance(base::Duration{account::kStepUpAge.ms - 1});
        EXPECT_EQ(phone.red(), "not_found");
        phone.clock.advance(base::Duration{1});
        EXPECT_EQ(phone.red(), "step_up_required");
        EXPECT_EQ(phone.get(kCurrent, phone.badge).text("/stepped_up_until"), "");
    }
}

TEST(SecondFactor, EveryRedRouteAsksForItAndNoOtherDoes) {
    Phone phone;
    phone.app->options.second_factor = "required";
    for (const AdminRoute& route : admin_routes()) {
        std::string path(route.pattern);
        if (const auto at = path.find('{'); at != path.npos)
            path.replace(at, path.find('}') - at + 1, "424242");
        const Badge badge = phone.sign_in(phone.badge.id);
        const Answered answer =
            phone.ask(route.method, path, &badge, route.method == Method::get ? "" : "{}");
        const bool asked =
            answer.status == 403 && answer.text("/code") == "totp_enrollment_required";
        EXPECT_EQ(asked, route.red) << path << ' ' << answer.body;
    }
}

TEST(SecondFactor, IsDisabledByPasswordAndCode) {
    Phone phone;
    EXPECT_EQ(phone.disable("123456").status, 404);
    phone.enable();
    EXPECT_EQ(phone.disable(phone.code(), "wrong horse battery").text("/errors/0/pointer"),
              "/password");
    EXPECT_EQ(phone.disable("000000").text("/code"), "totp_invalid");
    EXPECT_EQ(phone.disable(phone.code()).status, 204);
    EXPECT_EQ(phone.last_action(), "operator.totp_disable");
    EXPECT_FALSE(phone.get(kCurrent, phone.badge).flag("/totp_enabled"));
    EXPECT_EQ(phone.log_in("").status, 201);
}

TEST(SecondFactor, GuessesInsideASessionAreCounted) {
    Phone phone;
    phone.enable();
    int guesses = 0;
    while (guesses < 20 && phone.step_up("000000").status == 422) ++guesses;
    EXPECT_EQ(guesses, 10);
    EXPECT_EQ(phone.step_up(phone.code()).status, 429);
    EXPECT_EQ(phone.disable(phone.code()).status, 429);
    EXPECT_EQ(phone.log_in(phone.code()).status, 201) << "the sign-in has its own count";
}

TEST(SecondFactor, IsNeverShownAgainNorWrittenIntoTheLog) {
    Phone phone;
    const std::string secret = phone.begin().text("/secret");
    const std::string first = phone.code();
    ASSERT_EQ(phone.confirm(first).status, 200);
    phone.log_in(phone.recovery_codes[0]);
    std::string shown = phone.get(kCurrent, phone.badge).body +
                        phone.get("/admin/v1/operators", phone.badge).body +
                        phone.get("/admin/v1/sessions", phone.badge).body +
                        phone.get("/admin/v1/audit", phone.badge).body;
    for (const auto& entry : phone.log.entries()) shown += entry.before + entry.after;
    for (const std::string& each :
         {secret, first, phone.recovery_codes[0],
          account::recovery_digest(phone.badge.id, phone.recovery_codes[1])})
        EXPECT_EQ(shown.find(each), std::string::npos) << each;
}

TEST(SecondFactor, CodesThatAreTooLongOrNoTextAreRefusedAsInput) {
    Phone phone;
    phone.enable();
    EXPECT_EQ(phone.step_up(std::string(65, '1')).status, 400);
    EXPECT_EQ(phone.log_in(std::string(65, '1')).status, 400);
    EXPECT_EQ(phone.disable(std::string(65, '1')).status, 400);
    EXPECT_EQ(phone.post(kStepUp, phone.badge, R"({"code":123456})").status, 400);
    EXPECT_EQ(phone.post(kStepUp, phone.badge, R"({"code":"123456","more":1})").status, 400);
}

TEST(Sessions, AreListedAndEndedByTheirOwnerAlone) {
    Console console;
    const Badge here = console.hire("li.wei", Role::viewer);
    const Badge there = console.sign_in(here.id);
    const Badge other = console.hire("other", Role::owner);
    const Answered listed = console.get("/admin/v1/sessions", here);
    ASSERT_EQ(listed.status, 200);
    ASSERT_EQ(listed.at("/sessions").as_array().size(), 2U);
    EXPECT_FALSE(listed.flag("/sessions/0/current"));
    EXPECT_TRUE(listed.flag("/sessions/1/current"));
    for (const Badge& badge : {here, there}) {
        EXPECT_EQ(listed.body.find(badge.cookie), std::string::npos);
        EXPECT_EQ(listed.body.find(base::digest_hex(badge.cookie)), std::string::npos);
    }
    const std::string path = "/admin/v1/sessions/" + listed.text("/sessions/0/id");
    EXPECT_EQ(console.ask(Method::delete_, path, &other).status, 404);
    EXPECT_EQ(console.get(kCurrent, there).status, 200);
    EXPECT_EQ(console.ask(Method::delete_, path, &here).status, 204);
    EXPECT_EQ(console.log.entries().back().action, "operator.end_session");
    EXPECT_EQ(console.get(kCurrent, there).status, 401);
    EXPECT_EQ(console.ask(Method::delete_, path, &here).status, 404);
    const Answered own =
        console.ask(Method::delete_, "/admin/v1/sessions/" + listed.text("/sessions/1/id"), &here);
    EXPECT_EQ(own.status, 204);
    EXPECT_NE(own.headers.find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(console.get(kCurrent, here).status, 401);
}

TEST(Sessions, ThatRanOutAreNotListed) {
    Console console;
    const Badge old = console.hire("li.wei", Role::viewer);
    console.clock.advance(account::kSessionIdleMax);
    const Badge fresh = console.sign_in(old.id);
    EXPECT_EQ(console.get("/admin/v1/sessions", fresh).at("/sessions").as_array().size(), 1U);
}

}  // namespace
}  // namespace sluice::api::admin
