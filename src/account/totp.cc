// SPDX-License-Identifier: Apache-2.0
#include "account/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/check.h"
#include "base/secret.h"

namespace sluice::account {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t kDigits = 6;
constexpr std::uint32_t kModulus = 1'000'000;
constexpr std::size_t kRecoveryBytes = 10;
constexpr std::size_t kRecoveryLetters = kRecoveryBytes * 8 / 5;
constexpr std::size_t kRecoveryGroup = 4;

/// RFC 4226 section 5.3: four bytes of the digest, from where its last nibble points to.
std::uint32_t truncated(const TotpSecret& digest) {
    const std::size_t at = digest.back() & 0x0fU;
    const std::uint32_t word = std::uint32_t{digest[at]} << 24 |
                               std::uint32_t{digest[at + 1]} << 16 |
                               std::uint32_t{digest[at + 2]} << 8 | std::uint32_t{digest[at + 3]};
    return word & 0x7fffffffU;
}

std::string in_groups(std::string_view letters) {
    std::string text;
    for (const char c : letters) {
        if (text.size() % (kRecoveryGroup + 1) == kRecoveryGroup) text += '-';
        text += c;
    }
    return text;
}

}  // namespace

TotpSecret new_totp_secret() {
    TotpSecret secret{};
    base::fill_random(secret);
    return secret;
}

std::int64_t totp_step(base::Instant at) { return at.ms / kTotpStep.ms; }

std::string totp_code(const TotpSecret& secret, std::int64_t step) {
    std::array<unsigned char, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter[i] =
            static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i) & 0xffU);
    TotpSecret digest{};
    unsigned int size = 0;
    CHECK(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(),
               counter.size(), digest.data(), &size) != nullptr &&
          size == digest.size());
    const std::string digits = std::to_string(truncated(digest) % kModulus);
    return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<std::int64_t> accepted_step(const TotpSecret& secret, std::string_view digits,
                                          base::Instant now, std::int64_t last_step) {
    const std::int64_t current = totp_step(now);
    for (std::int64_t step = std::max(current - 1, last_step + 1); step <= current + 1; ++step)
        if (base::same_secret(totp_code(secret, step), digits)) return step;
    return std::nullopt;
}

std::string totp_uri(std::string_view name, const TotpSecret& secret) {
    // The characters of a name need no escape here (complaint_about_name).
    return "otpauth://totp/Sluice:" + std::string(name) + "?secret=" + to_base32(secret) +
           "&issuer=Sluice";
}

std::string new_recovery_code() {
    std::array<unsigned char, kRecoveryBytes> bytes{};
    base::fill_random(bytes);
    std::string letters = to_base32(bytes);
    for (char& c : letters)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return in_groups(letters);
}

std::string recovery_digest(base::OperatorId who, std::string_view code) {
    return base::digest_hex("recovery code of " + base::to_text(who) + ": " + std::string(code));
}

TypedCode parse_code(std::string_view typed) {
    if (typed.size() > kCodeTypedMax) return {};
    std::string text;
    for (const char c : typed) {
        if (c == ' ' || c == '-') continue;
        text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    const auto all_of = [&text](auto is) { return std::ranges::all_of(text, is); };
    if (text.size() == kDigits && all_of([](char c) { return c >= '0' && c <= '9'; }))
        return {TypedCode::Kind::totp, std::move(text)};
    if (text.size() == kRecoveryLetters &&
        all_of([](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); }))
        return {TypedCode::Kind::recovery, in_groups(text)};
    return {};
}

std::string to_base32(std::span<const unsigned char> bytes) {
    std::string text;
    std::uint32_t bits = 0;  // of which the low `count` are not written yet
    unsigned count = 0;
    for (const unsigned char byte : bytes) {
        bits = (bits << 8 | byte) & 0xfffU;
        for (count += 8; count >= 5; count -= 5) text += kAlphabet[bits >> (count - 5) & 0x1fU];
    }
    if (count > 0) text += kAlphabet[bits << (5 - count) & 0x1fU];
    return text;
}

std::optional<std::string> parse_base32(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::size_t value = kAlphabet.find(c);
        if (value == kAlphabet.npos) return std::nullopt;
        bits = (bits << 5 | static_cast<std::uint32_t>(value)) & 0xfffU;
        count += 5;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xffU);
    }
    // A whole letter too many, or bits behind the end that are not zero, is another spelling.
    if (count >= 5 || (bits & ((1U << count) - 1)) != 0) return std::nullopt;
    return bytes;
}

}  // namespace sluice::account
