// SPDX-License-Identifier: Apache-2.0
#include "account/jwt.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <functional>

#include "base/secret.h"
#include "base/text.h"

namespace sluice::account {
namespace {

using base::Instant;

constexpr Instant kNow{1'800'000'000'000};
constexpr Instant kLater{kNow.ms + 300'000};
const std::string kSecret = "a secret of the shop, 32 bytes or more";
const std::string kIssuer = "https://shop.example";
const std::string kAudience = "sluice-sale";

std::string encode(std::string_view text) {
    return base::to_base64url({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

/// A private key of the shop, made for this run.
class ShopKey {
   public:
    explicit ShopKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}

    static ShopKey rsa(unsigned bits) { return ShopKey(EVP_RSA_gen(bits)); }
    static ShopKey ec(const char* curve) { return ShopKey(EVP_EC_gen(curve)); }

    [[nodiscard]] std::string public_pem() const {
        return written([this](BIO* to) { PEM_write_bio_PUBKEY(to, key_.get()); });
    }
    [[nodiscard]] std::string private_pem() const {
        return written([this](BIO* to) {
            PEM_write_bio_PrivateKey(to, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }

    /// As OpenSSL writes it: PKCS #1 for RSA, DER for EC.
    [[nodiscard]] std::string sign(std::string_view text) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                              EVP_MD_CTX_free);
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
        std::size_t size = 0;
        EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()), 1);
        EXPECT_EQ(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()), 1);
        std::string signature(size, '\0');
        EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                 &size, bytes, text.size()),
                  1);
        signature.resize(size);
        return signature;
    }

    /// As JWS wants it for EC: r and s, 32 bytes each.
    [[nodiscard]] std::string sign_raw(std::string_view text) const {
        const std::string der = sign(text);
        const auto* from = reinterpret_cast<const unsigned char*>(der.data());
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
            d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size())), ECDSA_SIG_free);
        std::string raw(64, '\0');
        auto* to = reinterpret_cast<unsigned char*>(raw.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + 32, 32);
        return raw;
    }

   private:
    static std::string written(const std::function<void(BIO*)>& write) {
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> to(BIO_new(BIO_s_mem()), BIO_free_all);
        write(to.get());
        char* data = nullptr;
        const long size = BIO_get_mem_data(to.get(), &data);
        return {data, static_cast<std::size_t>(size)};
    }

    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

const ShopKey& rsa_key() {
    static const ShopKey key = ShopKey::rsa(2048);
    return key;
}
const ShopKey& ec_key() {
    static const ShopKey key = ShopKey::ec("P-256");
    return key;
}

std::string claims_with(std::string_view sub = R"("alice")", std::string_view more = "") {
    return fmt::format(R"({{"iss":"{}","aud":"{}","sub":{},"exp":{}{}}})", kIssuer, kAudience, sub,
                       kLater.ms / 1000, more);
}

std::string hs256(std::string_view header, std::string_view claims,
                  std::string_view secret = kSecret) {
    const std::string text = encode(header) + '.' + encode(claims);
    return text + '.' + encode(from_hex(base::hmac_sha256_hex(secret, text)));
}
std::string rs256(std::string_view header, std::string_view claims, const ShopKey& key) {
    const std::string text = encode(header) + '.' + encode(claims);
    return text + '.' + encode(key.sign(text));
}
std::string es256(std::string_view header, std::string_view claims, const ShopKey& key) {
    const std::string text = encode(header) + '.' + encode(claims);
    return text + '.' + encode(key.sign_raw(text));
}

JwtOptions options_with(std::vector<JwtKey> keys) {
    JwtOptions options;
    options.issuer = kIssuer;
    options.audience = kAudience;
    options.keys = std::move(keys);
    return options;
}

std::unique_ptr<JwtVerifier> verifier_with(std::vector<JwtKey> keys) {
    auto verifier = JwtVerifier::open(options_with(std::move(keys)));
    EXPECT_TRUE(verifier) << verifier.error().what;
    return std::move(*verifier);
}

constexpr const char* kHs = R"({"alg":"HS256","typ":"JWT"})";
constexpr const char* kRs = R"({"alg":"RS256"})";
constexpr const char* kEs = R"({"alg":"ES256"})";

class Jwt : public testing::Test {
   protected:
    std::unique_ptr<JwtVerifier> verifier_ = verifier_with({{"", "HS256", kSecret}});

    void expect_refused(const std::string& token, std::string_view why, std::string_view what) {
        const auto subject = verifier_->verify(token, kNow);
        ASSERT_FALSE(subject) << what;
        EXPECT_EQ(subject.error().code, base::ErrorCode::forbidden) << what;
        EXPECT_NE(subject.error().what.find(why), std::string::npos)
            << what << ": " << subject.error().what;
    }
};

TEST_F(Jwt, OfEachAlgorithmNamesTheCustomer) {
    verifier_ = verifier_with({{"h", "HS256", kSecret},
                               {"r", "RS256", rsa_key().public_pem()},
                               {"e", "ES256", ec_key().public_pem()}});
    for (const std::string& token :
         {hs256(R"({"alg":"HS256","kid":"h"})", claims_with()),
          rs256(R"({"alg":"RS256","kid":"r"})", claims_with(), rsa_key()),
          es256(R"({"alg":"ES256","kid":"e"})", claims_with(), ec_key())}) {
        const auto subject = verifier_->verify(token, kNow);
        ASSERT_TRUE(subject) << subject.error().what;
        EXPECT_EQ(subject->subject, "alice");
        EXPECT_EQ(subject->issuer, kIssuer);
        EXPECT_EQ(subject->expires_at, kLater);
    }
}

TEST_F(Jwt, IsVerifiedWhateverItsEcSignatureLooksLike) {
    // r or s may begin with zeros or with a high bit, which DER writes in other lengths.
    verifier_ = verifier_with({{"", "ES256", ec_key().public_pem()}});
    for (int i = 0; i < 300; ++i) {
        const std::string claims = claims_with(fmt::format("\"{}\"", i));
        EXPECT_TRUE(verifier_->verify(es256(kEs, claims, ec_key()), kNow)) << i;
    }
}

TEST_F(Jwt, MadeForTestsIsAccepted) {
    const auto subject = verifier_->verify(
        make_hs256(kSecret, kIssuer, kAudience, "li \"wei\" 李", kNow, kLater), kNow);
    ASSERT_TRUE(subject) << subject.error().what;
    EXPECT_EQ(subject->subject, "li \"wei\" 李");
    EXPECT_EQ(subject->expires_at, kLater);
}

TEST_F(Jwt, MayNameSeveralAudiences) {
    const auto token = [](std::string_view audience) {
        return hs256(kHs, fmt::format(R"({{"iss":"{}","aud":{},"sub":"a","exp":{}}})", kIssuer,
                                      audience, kLater.ms / 1000));
    };
    EXPECT_TRUE(verifier_->verify(token(R"(["other","sluice-sale"])"), kNow));
    expect_refused(token(R"(["other"])"), "audience", "other list");
    expect_refused(token("[]"), "audience", "empty list");
    expect_refused(token(R"(["sluice-sale",1])"), "audience", "number in list");
    expect_refused(token(R"({"sluice-sale":1})"), "audience", "object");
    expect_refused(token("null"), "audience", "null");
}

TEST_F(Jwt, FollowsTheClockWithLeeway) {
    const auto with = [](std::string_view dates) {
        return hs256(kHs, fmt::format(R"({{"iss":"{}","aud":"{}","sub":"a"{}}})", kIssuer,
                                      kAudience, dates));
    };
    const std::int64_t now_s = kNow.ms / 1000;
    const auto exp = [&](std::int64_t s) { return with(fmt::format(R"(,"exp":{})", s)); };
    EXPECT_TRUE(verifier_->verify(exp(now_s + 1), kNow));
    EXPECT_TRUE(verifier_->verify(exp(now_s - 59), kNow));
    expect_refused(exp(now_s - 60), "expired", "exp beyond leeway");
    expect_refused(exp(0), "expired", "exp 0");
    expect_refused(exp(-1), "expires", "exp negative");
    expect_refused(with(""), "expires", "no exp");
    expect_refused(with(R"(,"exp":"1800000300")"), "expires", "exp text");
    expect_refused(with(R"(,"exp":1e300)"), "expires", "exp huge");
    expect_refused(with(R"(,"exp":null)"), "expires", "exp null");
    const auto plus = [&](const char* name, std::int64_t s) {
        return with(fmt::format(R"(,"exp":{},"{}":{})", now_s + 100, name, s));
    };
    for (const char* name : {"nbf", "iat"}) {
        EXPECT_TRUE(verifier_->verify(plus(name, now_s), kNow)) << name;
        EXPECT_TRUE(verifier_->verify(plus(name, now_s + 60), kNow)) << name;
        expect_refused(plus(name, now_s + 61), "not come", name);
        expect_refused(with(fmt::format(R"(,"exp":{},"{}":"x")", now_s + 100, name)), "date", name);
    }
    const auto fraction = verifier_->verify(with(R"(,"exp":1800000000.25)"), kNow);
    ASSERT_TRUE(fraction);
    EXPECT_EQ(fraction->expires_at, Instant{kNow.ms + 250});
}

TEST_F(Jwt, IsRefusedWhenItIsForgedOrBroken) {
    const std::string good = hs256(kHs, claims_with());
    ASSERT_TRUE(verifier_->verify(good, kNow));
    const std::string header = encode(kHs);
    const std::string claims = encode(claims_with());
    const std::string signature = good.substr(good.rfind('.') + 1);
    struct Attack {
        const char* what;
        std::string token;
        const char* why;
    };
    const Attack attacks[] = {
        {"empty", "", "three parts"},
        {"one part", header, "three parts"},
        {"two parts", header + '.' + claims, "three parts"},
        {"four parts", good + ".x", "three parts"},
        {"dot behind", good + '.', "three parts"},
        {"dot in front", '.' + good, "three parts"},
        {"only dots", "..", "header"},
        {"five parts of an encrypted token", "a.b.c.d.e", "three parts"},
        {"no signature", header + '.' + claims + '.', "signature"},
        {"signature truncated", good.substr(0, good.size() - 2), "signature"},
        {"signature of other claims",
         header + '.' + encode(claims_with(R"("bob")")) + '.' + signature, "signature is wrong"},
        {"signature of another header",
         encode(R"({"alg":"HS256"})") + '.' + claims + '.' + signature, "signature is wrong"},
        {"another secret", hs256(kHs, claims_with(), std::string(40, 'x')), "signature is wrong"},
        {"padding", good + '=', "base64url"},
        {"white space behind", good + ' ', "base64url"},
        {"line feed behind", good + '\n', "base64url"},
        {"white space in front", ' ' + good, "header"},
        {"algorithm none", encode(R"({"alg":"none"})") + '.' + claims + '.', "algorithm"},
        {"algorithm None", encode(R"({"alg":"None"})") + '.' + claims + '.', "algorithm"},
        {"algorithm none, signed", hs256(R"({"alg":"none"})", claims_with()), "algorithm"},
        {"algorithm missing", hs256(R"({"typ":"JWT"})", claims_with()), "algorithm"},
        {"algorithm in lower case", hs256(R"({"alg":"hs256"})", claims_with()), "algorithm"},
        {"algorithm with a zero", hs256(R"({"alg":"HS256\u0000"})", claims_with()), "algorithm"},
        {"algorithm a list", hs256(R"({"alg":["HS256"]})", claims_with()), "algorithm"},
        {"algorithm twice", hs256(R"({"alg":"none","alg":"HS256"})", claims_with()), "repeated"},
        {"algorithm twice, once escaped",
         hs256(R"({"\u0061lg":"none","alg":"HS256"})", claims_with()), "repeated"},
        {"algorithm of no key", hs256(R"({"alg":"RS256"})", claims_with()), "one of its key"},
        {"algorithm HS512", hs256(R"({"alg":"HS512"})", claims_with()), "algorithm"},
        {"crit", hs256(R"({"alg":"HS256","crit":["exp"],"exp":1})", claims_with()), "crit"},
        {"crit empty", hs256(R"({"alg":"HS256","crit":[]})", claims_with()), "crit"},
        {"key id a number", hs256(R"({"alg":"HS256","kid":1})", claims_with()), "key id"},
        {"another type", hs256(R"({"alg":"HS256","typ":"logout+jwt"})", claims_with()), "type"},
        {"header no object", hs256("[]", claims_with()), "header"},
        {"header no JSON", hs256("{", claims_with()), "header"},
        {"header with text behind", hs256(R"({"alg":"HS256"}x)", claims_with()), "header"},
        {"claims no object", hs256(kHs, R"("alice")"), "claims"},
        {"claims no JSON", hs256(kHs, "{'sub':1}"), "claims"},
        {"claims with text behind", hs256(kHs, claims_with() + "{}"), "claims"},
        {"claims nested deep",
         hs256(kHs, claims_with("\"a\"", ",\"x\":" + std::string(99, '[') + std::string(99, ']'))),
         "claims"},
        {"subject twice", hs256(kHs, claims_with("\"a\"", R"(,"sub":"b")")), "repeated"},
        {"issuer another", hs256(kHs, R"({"iss":"x","aud":"sluice-sale","sub":"a","exp":9e9})"),
         "issuer"},
        {"issuer missing", hs256(kHs, R"({"aud":"sluice-sale","sub":"a","exp":9e9})"), "issuer"},
        {"issuer longer",
         hs256(kHs, R"({"iss":"https://shop.example/","aud":"sluice-sale",)"
                    R"("sub":"a","exp":9e9})"),
         "issuer"},
        {"issuer a list",
         hs256(kHs, R"({"iss":["https://shop.example"],"aud":"sluice-sale",)"
                    R"("sub":"a","exp":9e9})"),
         "issuer"},
        {"audience another",
         hs256(kHs, R"({"iss":"https://shop.example","aud":"sluice","sub":"a","exp":9e9})"),
         "audience"},
        {"audience missing", hs256(kHs, R"({"iss":"https://shop.example","sub":"a","exp":9e9})"),
         "audience"},
        {"subject empty", hs256(kHs, claims_with("\"\"")), "subject"},
        {"subject a number", hs256(kHs, claims_with("7")), "subject"},
        {"subject null", hs256(kHs, claims_with("null")), "subject"},
        {"subject too long", hs256(kHs, claims_with('"' + std::string(256, 'a') + '"')), "subject"},
        {"subject with a zero", hs256(kHs, claims_with(R"("a\u0000b")")), "subject"},
        {"subject with a line feed", hs256(kHs, claims_with(R"("a\nb")")), "subject"},
        {"subject not UTF-8", hs256(kHs, claims_with("\"\xff\"")), "claims"},
        {"subject a lone surrogate", hs256(kHs, claims_with(R"("\ud800")")), "claims"},
        {"longer than 8 KiB",
         hs256(kHs, claims_with("\"a\"", ",\"x\":\"" + std::string(9000, 'a') + '"')), "8 KiB"},
        {"dots only, many", std::string(8000, '.'), "three parts"},
    };
    for (const Attack& attack : attacks) expect_refused(attack.token, attack.why, attack.what);
    EXPECT_TRUE(
        verifier_->verify(hs256(kHs, claims_with('"' + std::string(255, 'a') + '"')), kNow));
}

TEST_F(Jwt, IsRefusedInAnyOtherSpellingOfItsBytes) {
    // 32 bytes of MAC leave four unused bits in the last character, which must be zero.
    const std::string good = hs256(kHs, claims_with());
    int accepted = 0;
    for (const char c :
         std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
        accepted += verifier_->verify(good.substr(0, good.size() - 1) + c, kNow) ? 1 : 0;
    EXPECT_EQ(accepted, 1);
}

TEST_F(Jwt, IsRefusedWithAnyCharacterChanged) {
    const std::string good = hs256(kHs, claims_with());
    for (std::size_t i = 0; i < good.size(); ++i)
        for (const char c : {'A', 'z', '.', '_', '+', '/', '=', '\0'}) {
            std::string changed = good;
            changed[i] = c;
            if (changed != good) {
                EXPECT_FALSE(verifier_->verify(changed, kNow)) << i << c;
            }
        }
}

TEST_F(Jwt, SignedWithThePublicKeyAsIfItWereASecretIsRefused) {
    // The classic confusion: the public key is known to everybody, so it makes a fine HMAC secret
    // for a verifier that believes the header.
    for (const auto& [algorithm, pem] :
         {std::pair{"RS256", rsa_key().public_pem()}, std::pair{"ES256", ec_key().public_pem()}}) {
        verifier_ = verifier_with({{"", algorithm, pem}});
        expect_refused(hs256(kHs, claims_with(), pem), "algorithm", algorithm);
        expect_refused(hs256(fmt::format(R"({{"alg":"{}"}})", algorithm), claims_with(), pem),
                       "signature is wrong", algorithm);
    }
}

TEST_F(Jwt, OfAForeignKeyIsRefused) {
    verifier_ = verifier_with({{"", "RS256", rsa_key().public_pem()}});
    expect_refused(rs256(kRs, claims_with(), ShopKey::rsa(2048)), "signature is wrong", "RSA");
    verifier_ = verifier_with({{"", "ES256", ec_key().public_pem()}});
    expect_refused(es256(kEs, claims_with(), ShopKey::ec("P-256")), "signature is wrong", "EC");
}

TEST_F(Jwt, WithAWrongKindOfEcSignatureIsRefused) {
    verifier_ = verifier_with({{"", "ES256", ec_key().public_pem()}});
    const std::string text = encode(kEs) + '.' + encode(claims_with());
    const std::string raw = ec_key().sign_raw(text);
    ASSERT_TRUE(verifier_->verify(text + '.' + encode(raw), kNow));
    const auto with = [&](const std::string& signature) { return text + '.' + encode(signature); };
    expect_refused(with(ec_key().sign(text)), "signature is wrong", "DER");
    expect_refused(with(std::string(64, '\0')), "signature is wrong", "r and s are zero");
    expect_refused(with(raw.substr(0, 32) + std::string(32, '\0')), "signature is wrong", "s zero");
    expect_refused(with(raw.substr(32) + raw.substr(0, 32)), "signature is wrong", "swapped");
    expect_refused(with(std::string(64, '\xff')), "signature is wrong", "beyond the order");
    expect_refused(with(raw + '\0'), "signature is wrong", "65 bytes");
    expect_refused(with(raw.substr(1)), "signature is wrong", "63 bytes");
}

TEST_F(Jwt, IsCheckedWithTheKeyItNames) {
    const std::string other(40, 'o');
    verifier_ = verifier_with({{"one", "HS256", kSecret}, {"two", "HS256", other}});
    const auto token = [](const char* kid, const std::string& secret) {
        return hs256(fmt::format(R"({{"alg":"HS256","kid":"{}"}})", kid), claims_with(), secret);
    };
    EXPECT_TRUE(verifier_->verify(token("one", kSecret), kNow));
    EXPECT_TRUE(verifier_->verify(token("two", other), kNow));
    expect_refused(token("one", other), "signature is wrong", "the other's secret");
    expect_refused(token("three", kSecret), "key id", "unknown id");
    expect_refused(hs256(kHs, claims_with()), "key id", "no id, and all keys have one");
    expect_refused(token("", kSecret), "key id", "empty id");
}

TEST_F(Jwt, MayNameAKeyThatTheConfigurationDoesNot) {
    EXPECT_TRUE(
        verifier_->verify(hs256(R"({"alg":"HS256","kid":"2026-11"})", claims_with()), kNow));
}

TEST_F(Jwt, IsTriedOnAllKeysWithoutAnId) {
    // So that a secret can be changed while tokens of the old one are still about.
    const std::string other(40, 'o');
    verifier_ = verifier_with(
        {{"", "HS256", kSecret}, {"", "RS256", rsa_key().public_pem()}, {"", "HS256", other}});
    EXPECT_TRUE(verifier_->verify(hs256(kHs, claims_with()), kNow));
    EXPECT_TRUE(verifier_->verify(hs256(kHs, claims_with(), other), kNow));
    EXPECT_TRUE(verifier_->verify(rs256(kRs, claims_with(), rsa_key()), kNow));
    expect_refused(hs256(kHs, claims_with(), std::string(40, 'x')), "signature is wrong", "none");
}

TEST_F(Jwt, IsNeverAcceptedWithoutKeys) {
    verifier_ = verifier_with({});
    expect_refused(hs256(kHs, claims_with()), "key", "no keys");
    expect_refused(encode(R"({"alg":"none"})") + '.' + encode(claims_with()) + '.', "algorithm",
                   "none");
}

TEST_F(Jwt, RefusalsDoNotRepeatTheToken) {
    const std::string token = hs256(kHs, claims_with(), std::string(40, 'x'));
    const auto subject = verifier_->verify(token, kNow);
    ASSERT_FALSE(subject);
    EXPECT_EQ(subject.error().what.find(token.substr(0, 10)), std::string::npos);
    EXPECT_EQ(subject.error().what.find("alice"), std::string::npos);
}

TEST(JwtKeys, AreRefusedWhenTheyAreUnusable) {
    struct Case {
        JwtKey key;
        const char* why;
    };
    const Case cases[] = {
        {{"k", "none", kSecret}, "HS256, RS256 or ES256"},
        {{"k", "HS512", kSecret}, "HS256, RS256 or ES256"},
        {{"k", "", kSecret}, "HS256, RS256 or ES256"},
        {{"k", "HS256", std::string(31, 'x')}, "32 bytes"},
        {{"k", "HS256", ""}, "32 bytes"},
        {{"k", "HS256", rsa_key().public_pem()}, "PEM"},
        {{"k", "RS256", ""}, "not a public key"},
        {{"k", "RS256", kSecret}, "not a public key"},
        {{"k", "RS256", rsa_key().private_pem()}, "not a public key"},
        {{"k", "RS256", ShopKey::rsa(1024).public_pem()}, "2048"},
        {{"k", "RS256", ec_key().public_pem()}, "RSA"},
        {{"k", "ES256", rsa_key().public_pem()}, "P-256"},
        {{"k", "ES256", ShopKey::ec("P-384").public_pem()}, "P-256"},
        {{"k", "ES256", ShopKey::ec("secp256k1").public_pem()}, "P-256"},
    };
    for (const Case& c : cases) {
        const auto verifier = JwtVerifier::open(options_with({c.key}));
        ASSERT_FALSE(verifier) << c.why;
        EXPECT_NE(verifier.error().what.find(c.why), std::string::npos) << verifier.error().what;
        EXPECT_NE(verifier.error().what.find("\"k\""), std::string::npos) << verifier.error().what;
        // A secret must not end up in a log because it is too short or in the wrong place.
        if (!c.key.material.empty()) {
            EXPECT_EQ(verifier.error().what.find(c.key.material), std::string::npos);
        }
    }
}

TEST(JwtOptions, AreRefusedWhenTheyWouldAcceptTooMuch) {
    const auto opens = [](const auto& change) {
        JwtOptions options = options_with({{"", "HS256", kSecret}});
        change(options);
        return JwtVerifier::open(options).has_value();
    };
    EXPECT_TRUE(opens([](JwtOptions&) {}));
    EXPECT_FALSE(opens([](JwtOptions& o) { o.issuer = ""; }));
    EXPECT_FALSE(opens([](JwtOptions& o) { o.audience = ""; }));
    EXPECT_FALSE(opens([](JwtOptions& o) { o.issuer = "sluice"; }));
    EXPECT_FALSE(opens([](JwtOptions& o) { o.leeway.ms = -1; }));
    EXPECT_FALSE(opens([](JwtOptions& o) { o.leeway = base::kHour; }));
    EXPECT_FALSE(opens([](JwtOptions& o) { o.keys.resize(33, o.keys[0]); }));
    EXPECT_FALSE(opens([](JwtOptions& o) {
        o.keys = {{"a", "HS256", kSecret}, {"a", "HS256", std::string(40, 'x')}};
    }));
}

}  // namespace
}  // namespace sluice::account
