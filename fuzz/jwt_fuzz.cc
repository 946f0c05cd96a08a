// SPDX-License-Identifier: Apache-2.0
// Shows tokens of the shop to the verifier. What must hold: bytes that come from outside are only
// accepted if they end with the MAC that the secret makes of the rest; and whatever header and
// claims the shop itself signs, an accepted token is of the one algorithm, has not expired and
// names a subject that is 1 to 255 bytes of clean text.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "account/jwt.h"
#include "base/check.h"
#include "base/secret.h"
#include "base/text.h"

namespace {

using sluice::base::Instant;

constexpr Instant kNow{1'800'000'000'000};
constexpr const char* kSecret = "a secret of the shop, 32 bytes or more";
// Nobody kept the private keys of these two: nothing they would accept can be made.
constexpr const char* kRsaKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA10Ue4AVroTfIUUCxk/2S\n"
    "KLEC9Bi2a2NrD3OlLl4WKtNoTypicUmLMeYkHcjk12QyfhGjZXgv3XjbQZ0ejYOP\n"
    "OX0e5Farxa6I/a17A9x1h1TiUNjZTlB+RE3TLtrma/vNLeKyNpQZJM0nxTakq5vj\n"
    "Mf43GUObDj2HxrQo9m9QfJr59uxnM4FLQI1DNMQjvzli5Ho5gkIf2YjW7bM2EcIP\n"
    "J2pFKFiUUMFpkFzQeDaGJn+oq1dDOYoDx0jlCE66b4fZLzihs9UITrTOtHXr2mIu\n"
    "iz49hfxxQj8sKQD6iJaGZswMRi8TlCg4/Ma32wTHxiWGAqd+0bKua7WdlYY0pWfb\n"
    "AQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* kEcKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAErhJ+Ocm/hodP3plOCMP5NzYUxTMt\n"
    "9UeFZrYpHwSCvceSJwsFx+lK1hZndYsgP2v/gEEsVPdsCyUecAiaNqZh1Q==\n"
    "-----END PUBLIC KEY-----\n";

const sluice::account::JwtVerifier& verifier() {
    static const auto opened = [] {
        sluice::account::JwtOptions options;
        options.issuer = "https://shop.example";
        options.audience = "sluice-sale";
        options.keys = {{"", "HS256", kSecret}, {"r", "RS256", kRsaKey}, {"e", "ES256", kEcKey}};
        auto made = sluice::account::JwtVerifier::open(options);
        CHECK(made.has_value());
        return std::move(*made);
    }();
    return *opened;
}

std::string encode(std::string_view text) {
    return sluice::base::to_base64url(
        {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

/// The MAC of `text` as the last part of a token.
std::string signature_of(std::string_view text) {
    const std::string hex = sluice::base::hmac_sha256_hex(kSecret, text);
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return encode(bytes);
}

void check_subject(const sluice::account::JwtSubject& subject) {
    CHECK(subject.issuer == "https://shop.example");
    CHECK(!subject.subject.empty() && subject.subject.size() <= 255);
    CHECK(sluice::base::is_clean_text(subject.subject));
    CHECK(subject.expires_at.ms > kNow.ms - 60'000);
}

void show(std::string_view token) {
    const auto subject = verifier().verify(token, kNow);
    if (!subject) {
        CHECK(subject.error().code == sluice::base::ErrorCode::forbidden);
        return;
    }
    const std::size_t dot = token.rfind('.');
    CHECK(token.substr(dot + 1) == signature_of(token.substr(0, dot)));
    check_subject(*subject);
}

/// What stands before the first line feed is the header, the rest the claims.
void show_signed(std::string_view data) {
    const std::size_t end = data.find('\n');
    if (end == std::string_view::npos) return;
    const std::string text = encode(data.substr(0, end)) + '.' + encode(data.substr(end + 1));
    const auto subject = verifier().verify(text + '.' + signature_of(text), kNow);
    if (!subject) return;
    CHECK(data.substr(0, end).find("alg") != std::string_view::npos ||
          data.substr(0, end).find('\\') != std::string_view::npos);
    check_subject(*subject);
    // One byte less to be signed and it is another token.
    CHECK(!verifier().verify(text.substr(0, text.size() - 1) + '.' + signature_of(text), kNow));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    show(text);
    show_signed(text);
    return 0;
}
