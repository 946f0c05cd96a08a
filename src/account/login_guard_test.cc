// SPDX-License-Identifier: Apache-2.0
#include "account/login_guard.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/secret.h"

namespace sluice::account {
namespace {

using base::Duration;
using base::Instant;

constexpr Instant kNow{1'800'000'000'000};

LoginGuardOptions small_options() {
    LoginGuardOptions options;
    options.name_tries_max = 3;
    options.address_tries_max = 5;
    options.window = Duration{15'000};
    return options;
}

TEST(LoginGuard, StopsGuessingOneNameFromManyAddresses) {
    LoginGuard guard(small_options());
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(guard.admit("alice", "10.0.0." + std::to_string(i), kNow), Duration{});
    EXPECT_EQ(guard.admit("alice", "10.0.0.9", kNow), Duration{5000});
    EXPECT_EQ(guard.admit("bob", "10.0.0.9", kNow), Duration{});
}

TEST(LoginGuard, StopsGuessingManyNamesFromOneAddress) {
    LoginGuard guard(small_options());
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(guard.admit("name" + std::to_string(i), "10.0.0.1", kNow), Duration{});
    EXPECT_EQ(guard.admit("another", "10.0.0.1", kNow), Duration{3000});
    EXPECT_EQ(guard.admit("another", "10.0.0.2", kNow), Duration{});
}

TEST(LoginGuard, LetsWhoWaitsTryAgain) {
    LoginGuard guard(small_options());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(guard.admit("alice", "", kNow), Duration{});
    const Duration wait = guard.admit("alice", "", kNow);
    // Refused tries do not prolong the wait.
    for (int i = 0; i < 100; ++i) EXPECT_EQ(guard.admit("alice", "", kNow), wait);
    EXPECT_EQ(guard.admit("alice", "", kNow + Duration{wait.ms - 1}), Duration{1});
    EXPECT_EQ(guard.admit("alice", "", kNow + wait), Duration{});
    EXPECT_NE(guard.admit("alice", "", kNow + wait), Duration{});
}

TEST(LoginGuard, ForgetsAllTriesAfterTheWindow) {
    LoginGuard guard(small_options());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(guard.admit("alice", "", kNow), Duration{});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(guard.admit("alice", "", kNow + Duration{15'000}), Duration{});
}

TEST(LoginGuard, ForgivesANameItsTriesOnceThePasswordWasRight) {
    LoginGuard guard(small_options());
    for (int round = 0; round < 20; ++round) {
        EXPECT_EQ(guard.admit("alice", "10.0.0.1", kNow), Duration{}) << round;
        guard.succeeded("alice", "10.0.0.1");
    }
}

TEST(LoginGuard, TakesBackOneTryAndNoneOfThoseBefore) {
    LoginGuard guard(small_options());
    for (int i = 0; i < 2; ++i) EXPECT_EQ(guard.admit("alice", "10.0.0.1", kNow), Duration{});
    for (int round = 0; round < 20; ++round) {
        EXPECT_EQ(guard.admit("alice", "10.0.0.1", kNow), Duration{}) << round;
        guard.take_back("alice", "10.0.0.1");
    }
    EXPECT_EQ(guard.admit("alice", "10.0.0.1", kNow), Duration{});
    EXPECT_EQ(guard.admit("alice", "10.0.0.2", kNow), Duration{5000}) << "two guesses and one";
}

TEST(LoginGuard, DoesNotForgiveAnAddressForALogInOfItsOwn) {
    LoginGuard guard(small_options());
    int guesses = 0;
    // Between guesses the guesser logs in with a name that is his.
    for (int i = 0; i < 100; ++i) {
        if (guard.admit("victim" + std::to_string(i), "10.0.0.1", kNow) == Duration{}) ++guesses;
        if (guard.admit("mine", "10.0.0.1", kNow) == Duration{})
            guard.succeeded("mine", "10.0.0.1");
    }
    EXPECT_EQ(guesses, 5);
}

TEST(LoginGuard, KeepsBusyEntriesWhenItIsFull) {
    LoginGuardOptions options = small_options();
    options.entries_max = 10;
    LoginGuard guard(options);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(guard.admit("alice", "10.0.0.1", kNow), Duration{});
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(guard.admit("n" + std::to_string(i), "a" + std::to_string(i), kNow), Duration{});
    EXPECT_NE(guard.admit("alice", "10.0.0.2", kNow), Duration{});
}

TEST(LoginGuard, GivesManyAtOnceNoMoreTriesThanOneAfterTheOther) {
    LoginGuard guard(small_options());
    std::atomic<int> admitted{0};
    std::vector<std::thread> desks;
    for (int t = 0; t < 4; ++t)
        desks.emplace_back([&, t] {
            for (int i = 0; i < 100; ++i)
                admitted +=
                    guard.admit("alice", std::to_string(t * 100 + i), kNow) == Duration{} ? 1 : 0;
        });
    for (std::thread& desk : desks) desk.join();
    EXPECT_EQ(admitted, 3);
}

TEST(PasswordMatches, ChecksTheHashAndNothingForAnUnknownName) {
    base::open_secrets();
    const auto hash = base::hash_password("correct horse battery");
    ASSERT_TRUE(hash);
    EXPECT_TRUE(password_matches(&*hash, "correct horse battery"));
    EXPECT_FALSE(password_matches(&*hash, "correct horse batteries"));
    EXPECT_FALSE(password_matches(nullptr, "correct horse battery"));
    EXPECT_FALSE(password_matches(nullptr, ""));
}

TEST(PasswordMatches, CostsTheSameForAnUnknownName) {
    base::open_secrets();
    const auto hash = base::hash_password("correct horse battery");
    ASSERT_TRUE(hash);
    const std::string nobody = kHashOfNobody;
    // Well-formed, else it would be refused without any work, and of the same cost.
    EXPECT_EQ(crypto_pwhash_str_needs_rehash(nobody.c_str(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                             crypto_pwhash_MEMLIMIT_INTERACTIVE),
              0);
    const std::string_view cost = "$argon2id$v=19$m=65536,t=2,p=1$";
    EXPECT_TRUE(nobody.starts_with(cost));
    EXPECT_TRUE(hash->starts_with(cost));
    EXPECT_EQ(nobody.size(), hash->size());
}

}  // namespace
}  // namespace sluice::account
