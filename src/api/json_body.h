// SPDX-License-Identifier: Apache-2.0
// JsonBody: reads the JSON of a request into typed values, and collects everything that is wrong
// with it, so that a person repairs all of it at once.   Threads: one; lives for one request.
//
//     JsonBody body(request.body);
//     const JsonReader root = body.root();
//     const auto quantity = root.number("quantity", 1, kQuantityMax);
//     if (auto refusal = body.refusal()) return std::move(*refusal);
//
// Rules: a reader never fails; what is missing or wrong becomes a complaint and a neutral value
// ("", 0, false, nothing), so `refusal` must be asked before a value is used. A key that no reader
// asked for is a complaint too: it is a typing error, or meant for a newer version.
// Limits: kJsonDepthMax levels; the bytes are limited by the route (body_max).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/money.h"
#include "base/time.h"
#include "http/problem.h"
#include "http/response.h"

namespace sluice::api {

inline constexpr std::size_t kJsonDepthMax = 8;

/// What a text may be; lengths in code points of UTF-8.
struct TextRule {
    std::size_t least = 1;
    std::size_t most = 200;
    bool lines = false;  ///< line feeds and tabs are allowed
};

/// One object of the body. A small value; good while its JsonBody lives.
class JsonReader {
   public:
    struct Inside;

    JsonReader(Inside* inside, std::size_t number) : inside_(inside), number_(number) {}

    /// True if the key is there and is not null.
    [[nodiscard]] bool has(std::string_view key) const;

    // Required: a missing key is a complaint.
    [[nodiscard]] std::string text(std::string_view key, TextRule rule = {}) const;
    [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t least,
                                      std::int64_t most) const;
    [[nodiscard]] bool flag(std::string_view key) const;
    /// RFC 3339.
    [[nodiscard]] base::Instant instant(std::string_view key) const;
    /// `{"amount":199900,"currency":"CNY"}` with an amount in `least`..kAmountMax.
    [[nodiscard]] base::Money money(std::string_view key, std::int64_t least = 0) const;
    /// The position of the text in `choices`; 0 with a complaint if it is none of them.
    [[nodiscard]] std::size_t choice(std::string_view key,
                                     std::initializer_list<std::string_view> choices) const;
    /// An id as JSON carries it: a string of digits.
    template <class AnyId>
    [[nodiscard]] AnyId id(std::string_view key) const {
        const auto found = base::parse_id<AnyId>(id_text(key));
        if (!found && has(key)) complain_about_id(key);
        return found.value_or(AnyId{});
    }
    [[nodiscard]] JsonReader object(std::string_view key) const;
    /// An array of objects, at most `most`.
    [[nodiscard]] std::vector<JsonReader> objects(std::string_view key, std::size_t most) const;

    // Optional: nothing if the key is missing or null.
    [[nodiscard]] std::optional<std::string> maybe_text(std::string_view key,
                                                        TextRule rule = {}) const;
    [[nodiscard]] std::optional<std::int64_t> maybe_number(std::string_view key, std::int64_t least,
                                                           std::int64_t most) const;
    [[nodiscard]] std::optional<bool> maybe_flag(std::string_view key) const;
    [[nodiscard]] std::optional<base::Instant> maybe_instant(std::string_view key) const;
    [[nodiscard]] std::optional<base::Money> maybe_money(std::string_view key,
                                                         std::int64_t least = 0) const;
    [[nodiscard]] std::optional<std::size_t> maybe_choice(
        std::string_view key, std::initializer_list<std::string_view> choices) const;
    template <class AnyId>
    [[nodiscard]] std::optional<AnyId> maybe_id(std::string_view key) const {
        if (!has(key)) return std::nullopt;
        return id<AnyId>(key);
    }
    [[nodiscard]] std::vector<JsonReader> maybe_objects(std::string_view key,
                                                        std::size_t most) const;

    /// Adds a complaint about a key of this object, found by the caller's own rules.
    void complain(std::string_view key, base::Sentence what) const;
    /// True if there is a complaint about this key: its value is neutral, and judges nothing.
    [[nodiscard]] bool is_wrong(std::string_view key) const;
    /// The JSON pointer of a key of this object: "/items/0/price".
    [[nodiscard]] std::string pointer(std::string_view key) const;

   private:
    [[nodiscard]] std::string id_text(std::string_view key) const;
    void complain_about_id(std::string_view key) const;

    Inside* inside_;
    std::size_t number_;
};

/// The body of one request.
class JsonBody {
   public:
    enum class Empty : unsigned char {
        refused,  ///< no body is a complaint
        allowed   ///< no body reads as {}
    };
    /// Parses at once; what is wrong is told by `refusal`.
    explicit JsonBody(std::string_view text, Empty empty = Empty::refused);
    ~JsonBody();
    JsonBody(const JsonBody&) = delete;
    JsonBody& operator=(const JsonBody&) = delete;

    /// The outermost value, which must be an object; an empty object if it is not.
    [[nodiscard]] JsonReader root() const;
    /// 400 with every complaint, or nothing. Call it when all keys have been asked for.
    [[nodiscard]] std::optional<http::Response> refusal() const { return refusal({}); }
    /// The same with `values`, what the caller has against the values that were read: a person who
    /// is refused hears all of it at once. Left out is what is about a part with a complaint of its
    /// own, whose value is neutral. Nothing if no part is wrong: then `values` are the caller's.
    [[nodiscard]] std::optional<http::Response> refusal(
        const std::vector<http::FieldError>& values) const;
    /// The complaints alone, unknown keys included.
    [[nodiscard]] std::vector<http::FieldError> complaints() const;

   private:
    std::unique_ptr<JsonReader::Inside> inside_;
};

/// The number of a body that is nothing but `{"<key>":<number>}`, as that of nearly every purchase
/// is; no document is built. Nothing if it is anything else, or not a plain number of at most
/// nine digits: then JsonBody judges it. A number that is found here JsonBody finds, too.
[[nodiscard]] std::optional<std::int64_t> sole_number(std::string_view text,
                                                      std::string_view key) noexcept;

}  // namespace sluice::api
