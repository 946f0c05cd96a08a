// SPDX-License-Identifier: Apache-2.0
#include "catalog/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "catalog/catalog.h"

namespace sluice::catalog {

namespace {

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

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\n") == std::string_view::npos;
}

std::string complaint_about_length(std::string_view text, std::size_t most) {
    const std::size_t size = base::code_points(text);
    if (size <= most) return {};
    return fmt::format("This has {} characters; at most {} are allowed.", size, most);
}

}  // namespace

std::string complaint_about_code(std::string_view code) {
    if (code.empty()) return "A code is needed: the shop's own name for it, such as PHONE-128.";
    if (code.size() > kCodeMax) {
        return fmt::format("This code has {} bytes; at most {} are allowed.", code.size(),
                           kCodeMax);
    }
    if (!std::ranges::all_of(code, is_code_character)) {
        return "A code has only letters A to Z and a to z, digits, and . _ -, without spaces.";
    }
    return {};
}

std::string complaint_about_title(std::string_view title) {
    if (!base::is_clean_text(title)) {
        return "A title is one line of text; take out line breaks, tabs and control characters.";
    }
    if (is_blank(title)) return "A title is needed: it is what customers read.";
    return complaint_about_length(title, kTitleMax);
}

std::string complaint_about_description(std::string_view description) {
    if (!base::is_clean_text(description, true)) {
        return "A description is plain text; take out control characters (line breaks are fine).";
    }
    return complaint_about_length(description, kDescriptionMax);
}

std::string complaint_about_image_url(std::string_view url) {
    if (url.empty()) return {};
    if (url.size() > kImageUrlMax) {
        return fmt::format("This address has {} bytes; at most {} are allowed.", url.size(),
                           kImageUrlMax);
    }
    constexpr std::string_view kHttps = "https://";
    const bool remote = url.starts_with(kHttps) && url.size() > kHttps.size() &&
                        url[kHttps.size()] != '/' && url[kHttps.size()] != ':';
    const bool local = url.starts_with('/') && !url.starts_with("//");
    if (!remote && !local) {
        return "The address of an image begins with https:// and a host, or is a path on this "
               "host such as /images/phone.jpg.";
    }
    if (!std::ranges::all_of(url, is_url_character)) {
        return "The address of an image has only ASCII characters without spaces, quotes and "
               "backslashes; write others percent-encoded, such as %20.";
    }
    if (url.starts_with(kImages) && image_type_of(url.substr(kImages.size())).empty()) {
        return fmt::format(
            "A picture below /images/ has a name of at most {} letters A to Z and a to z, digits "
            "and . _ -, which does not begin with a dot and ends with .svg, .webp, .avif, .png, "
            ".jpg or .jpeg.",
            kImageNameMax);
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
