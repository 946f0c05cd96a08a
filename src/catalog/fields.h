// SPDX-License-Identifier: Apache-2.0
// Fields: the rule of each single field of the catalog, shared by the editor (complaints) and the
// imports, so that what may be typed may be imported. Each returns nothing, or what is wrong.
#pragma once

#include <string_view>

#include "base/sentence.h"

namespace sluice::catalog {

/// 1 to kCodeMax of letters, digits, `.`, `_` and `-`.
[[nodiscard]] base::Sentence complaint_about_code(std::string_view code);
/// One line of clean text, not blank, at most kTitleMax code points.
[[nodiscard]] base::Sentence complaint_about_title(std::string_view title);
/// Clean text of any number of lines, at most kDescriptionMax code points; may be empty.
[[nodiscard]] base::Sentence complaint_about_description(std::string_view description);
/// "", `https://host…`, or a path on this host that begins with one slash; what is below `/images/`
/// must be the name of a picture.
[[nodiscard]] base::Sentence complaint_about_image_url(std::string_view url);

/// The content type of a picture that is published as `/images/<name>`, by the ending of the name;
/// "" if it cannot be the name of one. Such a name cannot leave a folder.
[[nodiscard]] std::string_view image_type_of(std::string_view name);

}  // namespace sluice::catalog
