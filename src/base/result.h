// SPDX-License-Identifier: Apache-2.0
// Result: a value, or an Error that the caller must decide about (retry, refuse, stop selling).
// An answer of the sale such as sold_out is not an error: see sale/outcome.h.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/sentence.h"

namespace sluice::base {

/// What kind of failure it is: decides what the caller may do about it.
enum class ErrorCode : unsigned char {
    invalid,      ///< The input is wrong; the same input will fail again.
    not_found,    ///< There is no such thing.
    conflict,     ///< It exists already, or was changed by somebody else in between.
    forbidden,    ///< The caller may not do this.
    unavailable,  ///< A service or the disk does not answer; trying later may help.
    full,         ///< A configured limit or the disk is full.
    stopped,      ///< Nothing is stored any more until a restart: a write's outcome is unknown.
    damaged,      ///< Stored data is not what was written.
    unsupported,  ///< Written by a newer version, or a feature that is switched off.
};

/// Why something failed, in words for a person: what, why, and what to try.
struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string what;
    Sentence sentence{};  ///< the same for the console; empty: it is for the log, or a shell
};

template <class T>
using Result = std::expected<T, Error>;

/// `return failure(ErrorCode::invalid, "price is negative");`
[[nodiscard]] inline std::unexpected<Error> failure(ErrorCode code, std::string what) {
    return std::unexpected<Error>(Error{code, std::move(what)});
}

/// `return failure(ErrorCode::conflict, say("own_work"));`
[[nodiscard]] inline std::unexpected<Error> failure(ErrorCode code, Sentence sentence) {
    std::string what = sentence.text();
    return std::unexpected<Error>(Error{code, std::move(what), std::move(sentence)});
}

}  // namespace sluice::base
