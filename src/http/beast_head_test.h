// SPDX-License-Identifier: Apache-2.0
// BeastHead: what Boost.Beast's parser finds in a header; the judge of request_head.cc in tests and
// in fuzz/request_fuzz.cc. It also unfolds lines, and looks at how the framing headers agree: that
// is parser.cc's here.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

class BeastHead final : public boost::beast::http::basic_parser<true> {
   public:
    /// `bytes` are a header with its empty line.
    explicit BeastHead(std::string_view bytes) {
        header_limit(static_cast<std::uint32_t>(bytes.size() + 1));
        body_limit(boost::none);
        put({bytes.data(), bytes.size()}, error_);
    }
    [[nodiscard]] bool accepts() const { return !error_ && is_header_done(); }
    [[nodiscard]] bool names_other_version() const {
        return error_ == boost::beast::http::error::bad_version;
    }
    /// It was the framing headers that it disliked.
    [[nodiscard]] bool refuses_framing() const {
        using boost::beast::http::error;
        return error_ == error::bad_content_length || error_ == error::multiple_content_length ||
               error_ == error::bad_transfer_encoding;
    }
    [[nodiscard]] const std::string& method() const { return method_; }
    [[nodiscard]] const std::string& target() const { return target_; }
    [[nodiscard]] bool http_11() const { return version_ == 11; }
    /// The values of the headers of a name, in order.
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const {
        std::vector<std::string> found;
        for (const auto& [field, value] : fields_)
            if (boost::beast::iequals(field, {name.data(), name.size()})) found.push_back(value);
        return found;
    }

   private:
    using Text = boost::beast::string_view;
    using ErrorCode = boost::beast::error_code;

    void on_request_impl(boost::beast::http::verb, Text method, Text target, int version,
                         ErrorCode&) override {
        method_ = std::string(method);
        target_ = std::string(target);
        version_ = version;
    }
    void on_field_impl(boost::beast::http::field, Text name, Text value, ErrorCode&) override {
        fields_.emplace_back(std::string(name), std::string(value));
    }
    void on_response_impl(int, Text, int, ErrorCode&) override {}
    void on_header_impl(ErrorCode&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, ErrorCode&) override {}
    std::size_t on_body_impl(Text text, ErrorCode&) override { return text.size(); }
    void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text text, ErrorCode&) override {
        return text.size();
    }
    void on_finish_impl(ErrorCode&) override {}

    ErrorCode error_;
    int version_ = 0;
    std::string method_;
    std::string target_;
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace sluice::http
