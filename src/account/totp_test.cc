// SPDX-License-Identifier: Apache-2.0
#include "account/totp.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/secret.h"

namespace sluice::account {
namespace {

using base::Instant;
using Kind = TypedCode::Kind;

// The secret of the test vectors of RFC 4226 and RFC 6238: "12345678901234567890".
constexpr TotpSecret kSecret{'1', '2', '3', '4', '5', '6', '7', '8', '9', '0',
                             '1', '2', '3', '4', '5', '6', '7', '8', '9', '0'};
constexpr Instant kNow{1'800'000'000'000};

TEST(Totp, GivesTheCodesOfRfc4226) {
    const std::vector<std::string> codes{"755224", "287082", "359152", "969429", "338314",
                                         "254676", "287922", "162583", "399871", "520489"};
    for (std::size_t count = 0; count < codes.size(); ++count)
        EXPECT_EQ(totp_code(kSecret, static_cast<std::int64_t>(count)), codes[count]) << count;
}

TEST(Totp, GivesTheCodesOfRfc6238) {
    // Appendix B has eight digits; six of them are the last six.
    const std::vector<std::pair<std::int64_t, std::string>> codes{{59, "287082"},
                                                                  {1'111'111'109, "081804"},
                                                                  {1'111'111'111, "050471"},
                                                                  {1'234'567'890, "005924"},
                                                                  {2'000'000'000, "279037"},
                                                                  {20'000'000'000, "353130"}};
    for (const auto& [seconds, code] : codes)
        EXPECT_EQ(totp_code(kSecret, totp_step(Instant{seconds * 1000})), code) << seconds;
}

TEST(Totp, AcceptsTheCodeOfNowAndOfOneStepBeside) {
    const std::int64_t now = totp_step(kNow);
    for (std::int64_t off = -3; off <= 3; ++off) {
        const auto accepted = accepted_step(kSecret, totp_code(kSecret, now + off), kNow, 0);
        if (off >= -1 && off <= 1)
            EXPECT_EQ(accepted, now + off) << off;
        else
            EXPECT_FALSE(accepted) << off;
    }
}

TEST(Totp, NeverAcceptsAStepUpToTheLastOne) {
    const std::int64_t now = totp_step(kNow);
    for (std::int64_t last = now - 3; last <= now + 2; ++last)
        for (std::int64_t step = now - 1; step <= now + 1; ++step)
            EXPECT_EQ(accepted_step(kSecret, totp_code(kSecret, step), kNow, last).has_value(),
                      step > last)
                << step - now << ' ' << last - now;
}

TEST(Totp, AcceptsNothingButTheCode) {
    for (const char* digits : {"", "0", "00000", "0000000", "abcdef"})
        EXPECT_FALSE(accepted_step(kSecret, digits, kNow, 0)) << digits;
    TotpSecret other = kSecret;
    other[0] = 'x';
    EXPECT_FALSE(accepted_step(kSecret, totp_code(other, totp_step(kNow)), kNow, 0));
}

TEST(Totp, NamesTheOperatorAndTheSecretForThePhone) {
    EXPECT_EQ(totp_uri("li.wei", kSecret),
              "otpauth://totp/Sluice:li.wei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sluice");
}

TEST(Totp, SecretsAndRecoveryCodesAreNeverTheSame) {
    base::open_secrets();
    std::set<TotpSecret> secrets;
    std::set<std::string> codes;
    for (int i = 0; i < 200; ++i) {
        secrets.insert(new_totp_secret());
        codes.insert(new_recovery_code());
    }
    EXPECT_EQ(secrets.size(), 200U);
    EXPECT_EQ(codes.size(), 200U);
}

TEST(RecoveryCode, IsReadAsItIsWrittenAndAsPeopleTypeIt) {
    base::open_secrets();
    for (int i = 0; i < 100; ++i) {
        const std::string code = new_recovery_code();
        ASSERT_EQ(code.size(), 19U);
        std::string shouted;
        for (const char c : code)
            if (c != '-') shouted += {static_cast<char>(std::toupper(c)), ' '};
        for (const std::string& typed : {code, shouted}) {
            const TypedCode read = parse_code(typed);
            EXPECT_EQ(read.kind, Kind::recovery) << typed;
            EXPECT_EQ(read.text, code);
        }
    }
}

TEST(RecoveryCode, HasAnotherDigestForAnotherOperator) {
    EXPECT_NE(recovery_digest({1}, "aaaa-bbbb-cccc-dddd"),
              recovery_digest({2}, "aaaa-bbbb-cccc-dddd"));
    EXPECT_EQ(recovery_digest({1}, "aaaa-bbbb-cccc-dddd").size(), 64U);
}

TEST(TypedCode, OfSixDigitsIsATotpCode) {
    for (const char* typed : {"012345", "012 345", " 0-1-2-3-4-5 "}) {
        EXPECT_EQ(parse_code(typed).kind, Kind::totp) << typed;
        EXPECT_EQ(parse_code(typed).text, "012345") << typed;
    }
}

TEST(TypedCode, OfAnythingElseIsNoCode) {
    const std::string long_code = "012345" + std::string(kCodeTypedMax - 6, ' ');
    EXPECT_EQ(parse_code(long_code).kind, Kind::totp);
    for (const std::string& typed :
         {std::string(), std::string("     "), std::string("01234"), std::string("0123456"),
          std::string("01234x"), std::string("٠١٢٣٤٥"), std::string("abcd-efgh-ijkl-mno1"),
          std::string("abcd-efgh-ijkl-mno"), std::string("abcd-efgh-ijkl-mnopq"),
          std::string("012345\0", 7), std::string("012\t345"), long_code + " "}) {
        EXPECT_EQ(parse_code(typed).kind, Kind::neither) << typed;
        EXPECT_EQ(parse_code(typed).text, "") << typed;
    }
}

TEST(TypedCode, IsTheSameWhenItIsReadAgain) {
    EXPECT_TRUE(rc::check([](const std::string& typed) {
        const TypedCode once = parse_code(typed);
        const TypedCode again = parse_code(once.text);
        RC_ASSERT(once.kind == again.kind && once.text == again.text);
    }));
}

TEST(Base32, WritesWhatRfc4648Writes) {
    const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                   {"f", "MY"},
                                                                   {"fo", "MZXQ"},
                                                                   {"foo", "MZXW6"},
                                                                   {"foob", "MZXW6YQ"},
                                                                   {"fooba", "MZXW6YTB"},
                                                                   {"foobar", "MZXW6YTBOI"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(to_base32({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}),
                  text);
        EXPECT_EQ(parse_base32(text), bytes);
    }
}

TEST(Base32, OfAnyBytesIsReadBack) {
    EXPECT_TRUE(rc::check([](const std::vector<unsigned char>& bytes) {
        const auto read = parse_base32(to_base32(bytes));
        RC_ASSERT(read && std::ranges::equal(*read, bytes, {},
                                             [](char c) { return static_cast<unsigned char>(c); }));
    }));
}

TEST(Base32, HasOneSpellingOnly) {
    for (const char* text : {"M", "MZ=", "my", "MZXW6===", "MZX", "MZXW6Y", "MR", "MY ", "M1", "0"})
        EXPECT_FALSE(parse_base32(text)) << text;
    EXPECT_TRUE(rc::check([](const std::string& text) {
        const auto read = parse_base32(text);
        if (read)
            RC_ASSERT(to_base32({reinterpret_cast<const unsigned char*>(read->data()),
                                 read->size()}) == text);
    }));
}

}  // namespace
}  // namespace sluice::account
