// SPDX-License-Identifier: Apache-2.0
#include "account/jwt.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/json_keys.h"
#include "base/text.h"

namespace sluice::account {

namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::size_t kTokenSizeMax = 8 * 1024;  // bytes; more than any header line may be
constexpr std::size_t kKeysMax = 32;             // a token without `kid` is tried on each
constexpr std::size_t kSecretSizeMin = 32;       // bytes; RFC 7518 section 3.2
constexpr int kRsaBitsMin = 2048;                // RFC 7518 section 3.3
constexpr int kRsaBitsMax = 8192;                // beyond this a check costs milliseconds
constexpr std::size_t kSubjectSizeMax = 255;     // bytes
constexpr std::size_t kJsonDepthMax = 8;
constexpr base::Duration kLeewayMax{10 * 60'000};
constexpr double kSecondsMax = 1e11;  // so that milliseconds fit; the year 5138

template <auto kFree>
struct FreeWith {
    template <class T>
    void operator()(T* pointer) const {
        kFree(pointer);
    }
};
using PublicKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using BigNumber = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::array<unsigned char, 32> hmac_sha256(std::string_view key, std::string_view message) {
    std::array<unsigned char, 32> mac{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(),
         mac.data(), &size);
    return mac;
}

// ---- The keys

enum class Algorithm : std::uint8_t { hs256, rs256, es256 };

std::optional<Algorithm> parse_algorithm(std::string_view text) {
    if (text == "HS256") return Algorithm::hs256;
    if (text == "RS256") return Algorithm::rs256;
    if (text == "ES256") return Algorithm::es256;
    return std::nullopt;
}

struct Key {
    std::string id;
    Algorithm algorithm = Algorithm::hs256;
    std::string secret;    ///< HS256
    PublicKey public_key;  ///< RS256, ES256
};

int no_passphrase(char*, int, int, void*) { return -1; }

/// Reads a PUBLIC KEY in PEM; null if it is none.
PublicKey read_pem(const std::string& pem) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    PublicKey key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
    ERR_clear_error();
    return key;
}

bool is_p256(const EVP_PKEY* key) {
    std::array<char, 64> group{};
    std::size_t size = 0;
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
    if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) return false;
    const std::string_view name(group.data(), size);
    return name == "prime256v1" || name == "P-256";
}

bool is_strong_rsa(const EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits >= kRsaBitsMin && bits <= kRsaBitsMax;
}

/// "" or what is wrong with the material; fills `key`.
std::string read_material(const JwtKey& from, Key& key) {
    if (key.algorithm == Algorithm::hs256) {
        if (from.material.size() < kSecretSizeMin)
            return fmt::format("an HS256 secret must have at least {} bytes", kSecretSizeMin);
        if (from.material.starts_with("-----BEGIN"))
            return "an HS256 secret must not be a PEM file: what is public is no secret; did you "
                   "mean RS256 or ES256?";
        key.secret = from.material;
        return "";
    }
    key.public_key = read_pem(from.material);
    if (!key.public_key)
        return "it is not a public key in PEM (-----BEGIN PUBLIC KEY-----); make one with: openssl "
               "pkey -in PRIVATE.pem -pubout";
    if (key.algorithm == Algorithm::rs256 && !is_strong_rsa(key.public_key.get()))
        return fmt::format("RS256 needs an RSA key of {} to {} bits", kRsaBitsMin, kRsaBitsMax);
    if (key.algorithm == Algorithm::es256 && !is_p256(key.public_key.get()))
        return "ES256 needs a key on the curve P-256";
    return "";
}

Result<Key> read_key(const JwtKey& from, std::size_t index) {
    const std::string name =
        from.id.empty() ? fmt::format("number {}", index + 1) : fmt::format("\"{}\"", from.id);
    Key key;
    key.id = from.id;
    const auto algorithm = parse_algorithm(from.algorithm);
    if (!algorithm)
        return failure(ErrorCode::invalid,
                       fmt::format("the token key {} cannot be used: its algorithm must be HS256, "
                                   "RS256 or ES256, not \"{}\"",
                                   name, from.algorithm));
    key.algorithm = *algorithm;
    if (const std::string wrong = read_material(from, key); !wrong.empty())
        return failure(ErrorCode::invalid,
                       fmt::format("the token key {} cannot be used: {}", name, wrong));
    return key;
}

// ---- The signatures

bool verify_public(EVP_PKEY* key, std::string_view message, std::span<const unsigned char> bytes) {
    const DigestContext context(EVP_MD_CTX_new());
    const bool good =
        context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), bytes.data(), bytes.size(), bytes_of(message),
                         message.size()) == 1;
    ERR_clear_error();
    return good;
}

/// JWS writes r and s as 32 bytes each (RFC 7518 section 3.4); OpenSSL wants them in DER.
bool verify_es256(EVP_PKEY* key, std::string_view message, std::string_view signature) {
    if (signature.size() != 64) return false;
    BigNumber r(BN_bin2bn(bytes_of(signature), 32, nullptr));
    BigNumber s(BN_bin2bn(bytes_of(signature.substr(32)), 32, nullptr));
    const EcSignature pair(ECDSA_SIG_new());
    if (!r || !s || !pair) return false;
    if (ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return false;
    std::ignore = r.release();  // now owned by `pair`
    std::ignore = s.release();
    std::array<unsigned char, 80> der{};  // at most 2 + 2 * (2 + 33) bytes
    unsigned char* end = der.data();
    const int size = i2d_ECDSA_SIG(pair.get(), &end);
    if (size <= 0) return false;
    return verify_public(key, message, std::span(der).first(static_cast<std::size_t>(size)));
}

bool verify_signature(const Key& key, std::string_view message, std::string_view signature) {
    switch (key.algorithm) {
        case Algorithm::hs256: {
            const auto mac = hmac_sha256(key.secret, message);
            return signature.size() == mac.size() &&
                   CRYPTO_memcmp(mac.data(), signature.data(), mac.size()) == 0;
        }
        case Algorithm::rs256:
            return verify_public(key.public_key.get(), message,
                                 {bytes_of(signature), signature.size()});
        case Algorithm::es256: return verify_es256(key.public_key.get(), message, signature);
    }
    return false;
}

// ---- The JSON

std::optional<json::object> parse_object(std::string_view encoded) {
    const auto text = base::parse_base64url(encoded);
    if (!text) return std::nullopt;
    json::parse_options options;
    options.max_depth = kJsonDepthMax;
    json::error_code error;
    json::value value = json::parse(*text, error, {}, options);
    if (error || !value.is_object()) return std::nullopt;
    if (!base::find_repeated_key(*text).empty()) return std::nullopt;
    return std::move(value.get_object());
}

const json::string* string_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr ? value->if_string() : nullptr;
}

/// A NumericDate (RFC 7519 section 2): seconds, perhaps with a fraction.
std::optional<base::Instant> parse_date(const json::value& value) {
    json::error_code error;
    const auto seconds = value.to_number<double>(error);
    if (error || !std::isfinite(seconds) || seconds < 0 || seconds > kSecondsMax)
        return std::nullopt;
    return base::Instant{static_cast<std::int64_t>(seconds * 1000.0)};
}

// ---- The rules

struct Parts {
    std::string_view header, claims, signature;
    std::string_view signed_text;  ///< header, dot, claims
};

std::optional<Parts> split(std::string_view token) {
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                 token.substr(second + 1), token.substr(0, second)};
}

std::unexpected<Error> refusal(const char* why) {
    return failure(ErrorCode::forbidden, std::string("the token is not accepted: ") + why);
}

/// RFC 8725 section 3.11: a token of the shop that is meant for something else is not a log-in.
bool is_for_login(const json::object& header) {
    const json::value* type = header.if_contains("typ");
    if (type == nullptr) return true;
    const json::string* text = type->if_string();
    if (text == nullptr) return false;
    std::string lower(text->data(), text->size());
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower == "jwt" || lower == "at+jwt";
}

bool names_audience(const json::object& claims, std::string_view audience) {
    const json::value* value = claims.if_contains("aud");
    if (value == nullptr) return false;
    if (const json::string* one = value->if_string()) return std::string_view(*one) == audience;
    const json::array* many = value->if_array();
    if (many == nullptr) return false;
    bool found = false;
    for (const json::value& each : *many) {
        const json::string* text = each.if_string();
        if (text == nullptr) return false;
        found = found || std::string_view(*text) == audience;
    }
    return found;
}

class Verifier final : public JwtVerifier {
   public:
    Verifier(const JwtOptions& options, std::vector<Key> keys)
        : issuer_(options.issuer),
          audience_(options.audience),
          leeway_(options.leeway),
          keys_(std::move(keys)) {}

    Result<JwtSubject> verify(std::string_view token, base::Instant now) const override {
        if (token.size() > kTokenSizeMax) return refusal("it is longer than 8 KiB");
        const auto parts = split(token);
        if (!parts) return refusal("it does not have three parts");
        // The signature comes before the claims: nothing that a forger wrote is worth a look.
        if (const char* wrong = complaint_about_signature(*parts)) return refusal(wrong);
        const auto claims = parse_object(parts->claims);
        if (!claims) return refusal("its claims are not a JSON object without repeated names");
        return subject_of(*claims, now);
    }

   private:
    /// Null or why it is not signed by one of the keys.
    [[nodiscard]] const char* complaint_about_signature(const Parts& parts) const {
        const auto header = parse_object(parts.header);
        if (!header) return "its header is not a JSON object without repeated names";
        if (header->contains("crit")) return "it asks for extensions (crit)";
        if (!is_for_login(*header)) return "its type is neither JWT nor at+jwt";
        const json::string* named = string_in(*header, "alg");
        const auto algorithm = named != nullptr ? parse_algorithm(*named) : std::nullopt;
        if (!algorithm) return "its algorithm is not on the list";
        if (header->contains("kid") && string_in(*header, "kid") == nullptr)
            return "its key id is not a string";
        const auto signature = base::parse_base64url(parts.signature);
        if (!signature) return "its signature is not base64url";
        const json::string* kid = string_in(*header, "kid");
        return check_keys(kid != nullptr ? std::string_view(*kid) : "", *algorithm,
                          parts.signed_text, *signature);
    }

    /// The key of that id, else those without an id; only with the algorithm that each is for.
    [[nodiscard]] const char* check_keys(std::string_view id, Algorithm algorithm,
                                         std::string_view signed_text,
                                         std::string_view signature) const {
        const bool known =
            std::ranges::any_of(keys_, [id](const Key& key) { return key.id == id; });
        const std::string_view wanted = known ? id : "";
        const char* why = "no key has its key id";
        for (const Key& key : keys_) {
            if (key.id != wanted) continue;
            if (key.algorithm != algorithm) {
                why = "its algorithm is not the one of its key";
                continue;
            }
            if (verify_signature(key, signed_text, signature)) return nullptr;
            why = "its signature is wrong";
        }
        return why;
    }

    [[nodiscard]] Result<JwtSubject> subject_of(const json::object& claims,
                                                base::Instant now) const {
        const json::string* issuer = string_in(claims, "iss");
        if (issuer == nullptr || std::string_view(*issuer) != issuer_)
            return refusal("its issuer is another one");
        if (!names_audience(claims, audience_)) return refusal("its audience is another one");
        const json::value* exp = claims.if_contains("exp");
        const auto expires_at = exp != nullptr ? parse_date(*exp) : std::nullopt;
        if (!expires_at) return refusal("it does not say when it expires");
        if (now - leeway_ >= *expires_at) return refusal("it has expired");
        for (const char* name : {"nbf", "iat"}) {
            const json::value* value = claims.if_contains(name);
            if (value == nullptr) continue;
            const auto at = parse_date(*value);
            if (!at) return refusal("its nbf or iat is not a date");
            if (*at > now + leeway_) return refusal("its time has not come yet");
        }
        const json::string* subject = string_in(claims, "sub");
        if (subject == nullptr || subject->empty() || subject->size() > kSubjectSizeMax ||
            !base::is_clean_text(*subject))
            return refusal("its subject is not 1 to 255 bytes of text");
        return JwtSubject{issuer_, std::string(subject->data(), subject->size()), *expires_at};
    }

    std::string issuer_;
    std::string audience_;
    base::Duration leeway_;
    std::vector<Key> keys_;
};

/// "" or what is wrong with the options apart from the keys' material.
std::string complaint_about(const JwtOptions& options) {
    if (options.leeway.ms < 0 || options.leeway > kLeewayMax)
        return "the leeway for tokens of the shop must be 0 to 10 minutes";
    if (options.keys.empty()) return "";
    if (options.issuer.empty() || options.audience.empty())
        return "tokens of the shop need an issuer and an audience to be compared with; set both";
    if (options.issuer == "sluice")
        return "the issuer of the shop's tokens must not be \"sluice\": then the shop could pose "
               "as any built-in account";
    if (options.keys.size() > kKeysMax)
        return fmt::format("there are {} token keys, at most {} are allowed; remove old ones",
                           options.keys.size(), kKeysMax);
    for (std::size_t i = 0; i < options.keys.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (!options.keys[i].id.empty() && options.keys[i].id == options.keys[j].id)
                return fmt::format("two token keys have the id \"{}\"; ids must differ",
                                   options.keys[i].id);
    return "";
}

}  // namespace

Result<std::unique_ptr<JwtVerifier>> JwtVerifier::open(const JwtOptions& options) {
    if (std::string wrong = complaint_about(options); !wrong.empty())
        return failure(ErrorCode::invalid, std::move(wrong));
    std::vector<Key> keys;
    for (std::size_t i = 0; i < options.keys.size(); ++i) {
        auto key = read_key(options.keys[i], i);
        if (!key) return std::unexpected(std::move(key).error());
        keys.push_back(std::move(*key));
    }
    return std::make_unique<Verifier>(options, std::move(keys));
}

std::string make_hs256(std::string_view secret, std::string_view issuer, std::string_view audience,
                       std::string_view subject, base::Instant now, base::Instant expires_at) {
    const auto encode = [](std::string_view text) {
        return base::to_base64url({bytes_of(text), text.size()});
    };
    std::string claims = R"({"iss":)";
    base::append_json_string(claims, issuer);
    claims += R"(,"aud":)";
    base::append_json_string(claims, audience);
    claims += R"(,"sub":)";
    base::append_json_string(claims, subject);
    claims += fmt::format(R"(,"iat":{},"exp":{}}})", now.ms / 1000, expires_at.ms / 1000);
    std::string token = encode(R"({"alg":"HS256","typ":"JWT"})") + '.' + encode(claims);
    const auto mac = hmac_sha256(secret, token);
    token += '.';
    token += base::to_base64url(mac);
    return token;
}

}  // namespace sluice::account
