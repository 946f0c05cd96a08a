// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "api/admin/fakes_test.h"

namespace sluice::api::admin {
namespace {

using account::Role;
using http::Method;

constexpr const char* kPassword = "correct horse battery";

base::OperatorId add_person(Console& console, std::string_view name, Role role) {
    account::Operator who;
    who.name = name;
    who.role = role;
    who.password_hash = *base::hash_password(kPassword);
    return console.accounts.add_operator(who, {})->id;
}

Answered sign_in(Console& console, std::string_view name, std::string_view password) {
    return console.ask(
        Method::post, "/admin/v1/sessions", nullptr,
        R"({"name":")" + std::string(name) + R"(","password":")" + std::string(password) + R"("})");
}

/// What a browser would keep of the answer to a log-in.
Badge badge_of(const Answered& answer) {
    const std::size_t begin = answer.headers.find('=') + 1;
    return {
        {}, answer.headers.substr(begin, answer.headers.find(';') - begin), answer.text("/csrf")};
}

TEST(Session, LogsInWithACookieThatOnlyThisServerGets) {
    Console console;
    add_person(console, "li.wei", Role::reviewer);
    const Answered in = sign_in(console, "li.wei", kPassword);
    ASSERT_EQ(in.status, 201) << in.body;
    EXPECT_EQ(in.text("/operator/role"), "reviewer");
    EXPECT_NE(in.headers.find("Set-Cookie: __Host-sluice="), std::string::npos);
    for (const char* attribute : {"; Path=/;", "; HttpOnly", "; SameSite=Strict", "; Secure"})
        EXPECT_NE(in.headers.find(attribute), std::string::npos) << attribute;
    EXPECT_EQ(in.headers.find("Domain"), std::string::npos);

    const Answered current = console.get("/admin/v1/sessions/current", badge_of(in));
    EXPECT_EQ(current.status, 200);
    EXPECT_EQ(current.text("/csrf"), in.text("/csrf"));
    EXPECT_EQ(console.log.entries().back().action, "operator.sign_in");
}

TEST(Session, TheCookieHasNoPrefixWhereItIsNotSecure) {
    Console console;
    console.app->options.console_cookie_secure = false;
    add_person(console, "li.wei", Role::viewer);
    const Answered in = sign_in(console, "li.wei", kPassword);
    EXPECT_NE(in.headers.find("Set-Cookie: sluice="), std::string::npos);
    EXPECT_EQ(in.headers.find("Secure"), std::string::npos);
    EXPECT_EQ(console.get("/admin/v1/sessions/current", badge_of(in)).status, 200);
}

TEST(Session, AFailureNeverSaysWhatWasWrong) {
    Console console;
    add_person(console, "boss", Role::owner);
    const auto id = add_person(console, "li.wei", Role::viewer);
    const Answered wrong = sign_in(console, "li.wei", "wrong horse battery");
    const Answered unknown = sign_in(console, "nobody", kPassword);
    auto who = *console.accounts.operator_by_id(id);
    who.disabled = true;
    ASSERT_TRUE(console.accounts.change_operator(who, {}));
    const Answered disabled = sign_in(console, "li.wei", kPassword);
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(wrong.body, unknown.body);
    EXPECT_EQ(wrong.body, disabled.body);
    EXPECT_EQ(unknown.status, 401);
    EXPECT_EQ(disabled.status, 401);
    EXPECT_EQ(console.log.entries().back().action, "operator.sign_in_failed");
    EXPECT_EQ(console.log.entries().back().subject, "operator/li.wei");
    EXPECT_EQ(console.log.entries().back().address, "127.0.0.1");
}

TEST(Session, WhatCannotBeANameIsNotLogged) {
    Console console;
    EXPECT_EQ(sign_in(console, "My Pass word!", kPassword).status, 401);
    EXPECT_EQ(console.log.entries().back().subject, "operator/?");
}

TEST(Session, GuessingIsSlowedDown) {
    Console console;
    add_person(console, "li.wei", Role::viewer);
    int tries = 0;
    while (tries < 20 && sign_in(console, "li.wei", "wrong horse battery").status == 401) ++tries;
    EXPECT_EQ(tries, 10);
    const Answered right = sign_in(console, "li.wei", kPassword);
    EXPECT_EQ(right.status, 429);
    EXPECT_NE(right.headers.find("Retry-After"), std::string::npos);
    console.clock.advance(base::kHour);
    EXPECT_EQ(sign_in(console, "li.wei", kPassword).status, 201);
}

TEST(Session, SigningOutEndsTheSession) {
    Console console;
    const Badge badge = console.hire("li.wei", Role::viewer);
    const Answered out = console.ask(Method::delete_, "/admin/v1/sessions/current", &badge);
    EXPECT_EQ(out.status, 204);
    EXPECT_NE(out.headers.find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(console.get("/admin/v1/sessions/current", badge).status, 401);
}

TEST(Session, ANewPasswordEndsEveryOtherSession) {
    Console console;
    const auto id = add_person(console, "li.wei", Role::owner);
    const Badge here = console.sign_in(id);
    const Badge elsewhere = console.sign_in(id);
    const std::string path = "/admin/v1/operators/current/password";
    const Answered wrong =
        console.post(path, here, R"({"current":"not this one","password":"quite another 1"})");
    EXPECT_EQ(wrong.status, 422) << wrong.body;
    EXPECT_EQ(wrong.text("/code"), "invalid");
    EXPECT_EQ(wrong.text("/errors/0/pointer"), "/current");
    EXPECT_EQ(wrong.text("/errors/0/code"), "current_password_wrong");
    EXPECT_EQ(console.log.entries().back().action, "operator.password_failed");
    EXPECT_EQ(console.log.entries().back().who, id);
    const Answered changed = console.post(
        path, here, R"({"current":"correct horse battery","password":"quite another 1"})");
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(console.get("/admin/v1/sessions/current", elsewhere).status, 401);
    EXPECT_EQ(console.get("/admin/v1/sessions/current", badge_of(changed)).status, 200);
    EXPECT_EQ(sign_in(console, "li.wei", "quite another 1").status, 201);
}

TEST(Session, TheOldPasswordCannotBeGuessedWithANewOne) {
    Console console;
    const Badge here = console.sign_in(add_person(console, "li.wei", Role::owner));
    const auto change = [&](const char* current) {
        return console
            .post("/admin/v1/operators/current/password", here,
                  R"({"current":")" + std::string(current) + R"(","password":"quite another 1"})")
            .status;
    };
    int guesses = 0;
    while (guesses < 20 && change("not this one") == 422) ++guesses;
    EXPECT_EQ(guesses, 10);
    EXPECT_EQ(change("correct horse battery"), 429);
}

TEST(Session, AnOwnerSeesWhereSomebodyIsSignedInAndSignsThemOutEverywhere) {
    Console console;
    const Badge owner = console.hire("owner", Role::owner);
    const auto id = add_person(console, "li.wei", Role::operator_);
    const Badge desk = console.sign_in(id);
    const Badge lost = console.sign_in(id);
    const std::string path = "/admin/v1/operators/" + base::to_text(id);
    const Answered list = console.get(path + "/sessions", owner);
    ASSERT_EQ(list.at("/sessions").as_array().size(), 2U) << list.body;
    EXPECT_FALSE(list.flag("/sessions/0/current"));
    EXPECT_EQ(console.get(path + "/sessions", desk).status, 403);
    EXPECT_EQ(console.get("/admin/v1/operators/99/sessions", owner).status, 404);

    EXPECT_EQ(console.post(path + "/sign-out", owner, "{}").status, 400);
    EXPECT_EQ(console.get("/admin/v1/sessions/current", lost).status, 200);
    const Answered out = console.post(path + "/sign-out", owner, R"({"reason":"a lost phone"})");
    ASSERT_EQ(out.status, 200) << out.body;
    EXPECT_EQ(out.number("/ended"), 2);
    EXPECT_EQ(console.get("/admin/v1/sessions/current", lost).status, 401);
    EXPECT_EQ(console.get("/admin/v1/sessions/current", desk).status, 401);
    EXPECT_EQ(console.log.entries().back().action, "operator.sign_out_everywhere");
    EXPECT_EQ(console.log.entries().back().reason, "a lost phone");
    EXPECT_EQ(console.post("/admin/v1/operators/99/sign-out", owner, R"({"reason":"x"})").status,
              404);
}

TEST(Session, WhoSignsOneselfOutEverywhereStaysHere) {
    Console console;
    const auto id = add_person(console, "owner", Role::owner);
    const Badge here = console.sign_in(id);
    const Badge elsewhere = console.sign_in(id);
    const std::string path = "/admin/v1/operators/" + base::to_text(id) + "/sign-out";
    EXPECT_EQ(console.post(path, here, R"({"reason":"to be sure"})").number("/ended"), 1);
    EXPECT_EQ(console.get("/admin/v1/sessions/current", elsewhere).status, 401);
    EXPECT_EQ(console.get("/admin/v1/sessions/current", here).status, 200);
}

Answered set_up(Console& console, std::string_view token) {
    return console.ask(Method::post, "/admin/v1/setup", nullptr,
                       R"({"token":")" + std::string(token) +
                           R"(","name":"owner","password":"correct horse battery"})");
}

void print_link(Console& console, std::string_view token, base::Instant expires) {
    ASSERT_TRUE(console.accounts.set_value("setup_token_digest", base::digest_hex(token)));
    ASSERT_TRUE(console.accounts.set_value("setup_token_expires_ms", std::to_string(expires.ms)));
}

TEST(Setup, TheLinkMakesTheFirstOwnerOnce) {
    Console console;
    EXPECT_EQ(set_up(console, "secret").status, 403);
    print_link(console, "secret", console.clock.now() + base::kHour);
    EXPECT_EQ(set_up(console, "guess").status, 403);
    const Answered made = set_up(console, "secret");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("/operator/role"), "owner");
    EXPECT_EQ(console.get("/admin/v1/operators", badge_of(made)).status, 200);
    EXPECT_EQ(set_up(console, "secret").status, 403);
    print_link(console, "again", console.clock.now() + base::kHour);
    EXPECT_EQ(set_up(console, "again").status, 409);
}

TEST(Setup, TheLinkExpires) {
    Console console;
    print_link(console, "secret", console.clock.now() + base::kHour);
    console.clock.advance(base::kHour);
    EXPECT_EQ(set_up(console, "secret").status, 403);
}

TEST(Operators, AnOwnerAddsAndChangesThemButTheLastOwnerStays) {
    Console console;
    const Badge owner = console.hire("owner", Role::owner);
    const Answered added =
        console.post("/admin/v1/operators", owner,
                     R"({"name":"li.wei","role":"operator","password":"correct horse battery"})");
    ASSERT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(added.body.find("hash"), std::string::npos);
    EXPECT_EQ(console.log.entries().back().action, "operator.add");
    const Answered taken =
        console.post("/admin/v1/operators", owner,
                     R"({"name":"li.wei","role":"viewer","password":"correct horse battery"})");
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(taken.text("/errors/0/pointer"), "/name");
    const Answered bad = console.post("/admin/v1/operators", owner,
                                      R"({"name":"X Y","role":"king","password":"1","extra":1})");
    EXPECT_EQ(bad.status, 400);
    for (const char* pointer : {"/name", "/role", "/password", "/extra"})
        EXPECT_NE(bad.body.find("\"" + std::string(pointer) + "\""), std::string::npos) << pointer;

    const std::string path = "/admin/v1/operators/" + added.text("/id");
    const Answered changed =
        console.ask(Method::patch, path, &owner, R"({"role":"support","disabled":true})");
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed.text("/role"), "support");
    EXPECT_EQ(console
                  .ask(Method::patch, "/admin/v1/operators/" + base::to_text(owner.id), &owner,
                       R"({"role":"viewer"})")
                  .status,
              409);
}

}  // namespace
}  // namespace sluice::api::admin
