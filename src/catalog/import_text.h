// SPDX-License-Identifier: Apache-2.0
// Import text: what both imports share: where a byte stands for a person, and the list of errors.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/catalog.h"

namespace sluice::catalog {

/// Most errors that one import reports: more than anybody repairs in one go.
inline constexpr std::size_t kImportErrorsMax = 100;

/// The offset of the first byte that is not well-formed UTF-8, or nothing.
[[nodiscard]] std::optional<std::size_t> find_malformed_utf8(std::string_view text);

/// `text` shortened to what fits into a message, never within a character.
[[nodiscard]] std::string excerpt(std::string_view text);

/// The errors found in one text, by byte offset. Keeps at most kImportErrorsMax.
class ImportErrors {
   public:
    /// `text` must outlive this.
    explicit ImportErrors(std::string_view text) : text_(text) {}

    void add(std::size_t offset, base::Sentence what);
    /// Adds `what` unless it is empty.
    void complain(std::size_t offset, base::Sentence what);
    [[nodiscard]] bool none() const { return found_.empty(); }
    /// True if further errors would not be kept, so that searching on is in vain.
    [[nodiscard]] bool full() const { return found_.size() >= kImportErrorsMax; }
    /// The line of a byte, counted from 1.
    [[nodiscard]] std::size_t line_of(std::size_t offset) const;
    /// All of them in the order of the text, with line and column.
    [[nodiscard]] std::vector<ImportError> take();

   private:
    struct Found {
        std::size_t offset = 0;
        base::Sentence what;
    };
    std::string_view text_;
    std::vector<Found> found_;  // in the order of the text
};

/// Where the code of each sku stands in a text that import_csv or import_json has read without an
/// error, by byte offset: for what only the store knows to be wrong.
using SkuOffsets = std::unordered_map<std::string, std::size_t>;
[[nodiscard]] SkuOffsets sku_offsets_in_csv(std::string_view text);
[[nodiscard]] SkuOffsets sku_offsets_in_json(std::string_view text);

/// What both formats ask first: not too long, well-formed UTF-8, not empty. False: an error was
/// added.
[[nodiscard]] bool check_text(std::string_view text, ImportErrors& errors);

/// U+FEFF, which some programs write at the start of a file.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace sluice::catalog
