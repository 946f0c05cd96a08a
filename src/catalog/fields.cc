// SPDX-License-Identifier: Apache-2.0
#include "catalog/fields.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/sentences.h"
#include "base/text.h"
#include "catalog/catalog.h"

namespace sluice::catalog {

namespace {

using base::say;

constexpr std::size_t kImageUrlMax = 2000;  // bytes; what browsers and proxies carry everywhere
constexpr std::size_t kImageNameMax = 100;  // bytes
constexpr std::string_view kImages = "/images/";

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kImageKinds{
    {{".svg", "image/svg+xml"},
     {".webp", "image/webp"},
     {".avif", "image/avif"},
     {".png", "image/png"},
     {".jpg", "image/jpeg"},
     {".jpeg", "image/jpeg"}}};

bool is_code_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

bool is_url_character(char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

base::Sentence complaint_about_length(std::string_view text, std::size_t most) {
    const std::size_t size = base::code_points(text);
    if (size <= most) return {};
    return say("too_long", size, most);
}

}  // namespace

base::Sentence complaint_about_code(std::string_view code) {
    if (code.empty()) return say("code_missing");
    if (code.size() > kCodeMax) {
        return say("code_too_long", code.size(), kCodeMax);
    }
    if (!std::ranges::all_of(code, is_code_character)) {
        return say("code_characters");
    }
    return {};
}

base::Sentence complaint_about_title(std::string_view title) {
    if (base::turns_around(title)) return say("turns_around");
    if (!base::is_clean_text(title)) {
        return say("title_not_one_line");
    }
    if (base::is_blank(title)) return say("title_blank");
    return complaint_about_length(title, kTitleMax);
}

base::Sentence complaint_about_description(std::string_view description) {
    if (base::turns_around(description)) return say("turns_around");
    if (!base::is_clean_text(description, true)) {
        return say("description_not_clean");
    }
    return complaint_about_length(description, kDescriptionMax);
}

base::Sentence complaint_about_image_url(std::string_view url) {
    if (url.empty()) return {};
    if (url.size() > kImageUrlMax) {
        return say("image_too_long", url.size(), kImageUrlMax);
    }
    constexpr std::string_view kHttps = "https://";
    const bool remote = url.starts_with(kHttps) && url.size() > kHttps.size() &&
                        url[kHttps.size()] != '/' && url[kHttps.size()] != ':';
    const bool local = url.starts_with('/') && !url.starts_with("//");
    if (!remote && !local) {
        return say("image_no_address");
    }
    if (!std::ranges::all_of(url, is_url_character)) {
        return say("image_characters");
    }
    if (url.starts_with(kImages) && image_type_of(url.substr(kImages.size())).empty()) {
        return say("image_name", kImageNameMax);
    }
    return {};
}

std::string_view image_type_of(std::string_view name) {
    if (name.empty() || name.size() > kImageNameMax || name.front() == '.' ||
        !std::ranges::all_of(name, is_code_character))
        return {};
    for (const auto& [ending, type] : kImageKinds)
        if (name.ends_with(ending)) return type;
    return {};
}

}  // namespace sluice::catalog
