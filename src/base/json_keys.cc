// SPDX-License-Identifier: Apache-2.0
#include "base/json_keys.h"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"

namespace sluice::base {

namespace json = boost::json;

namespace {

constexpr std::size_t kKeyShownMax = 64;  // code points of a key that somebody chose, when named

/// Builds nothing; only remembers the keys of the objects that are open.
class KeyReader {
   public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    using Code = json::error_code;
    using Text = json::string_view;

    /// The pointer of the first key that came again.
    std::string repeated;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) { return open(); }
    bool on_array_begin(Code&) { return open(); }
    bool on_object_end(std::size_t, Code&) { return close(); }
    bool on_array_end(std::size_t, Code&) { return close(); }
    bool on_key_part(Text part, std::size_t, Code&) {
        key_.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text part, std::size_t, Code&) {
        key_.append(part.data(), part.size());
        const auto [key, is_new] = open_.back().keys.insert(std::exchange(key_, {}));
        open_.back().key = &*key;
        if (!is_new && repeated.empty()) repeated = pointer();
        return true;
    }
    bool on_string_part(Text, std::size_t, Code&) { return true; }
    bool on_string(Text, std::size_t, Code&) { return on_value(); }
    bool on_number_part(Text, Code&) { return true; }
    bool on_int64(std::int64_t, Text, Code&) { return on_value(); }
    bool on_uint64(std::uint64_t, Text, Code&) { return on_value(); }
    bool on_double(double, Text, Code&) { return on_value(); }
    bool on_bool(bool, Code&) { return on_value(); }
    bool on_null(Code&) { return on_value(); }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }

   private:
    /// An object or an array whose end has not come.
    struct Open {
        std::set<std::string> keys;        // ordered: nobody can choose keys that make it slow
        const std::string* key = nullptr;  // the last one; nullptr in an array
        std::size_t values = 0;            // complete ones
    };

    bool open() {
        open_.emplace_back();
        return true;
    }
    bool close() {
        open_.pop_back();
        return on_value();
    }
    bool on_value() {
        if (!open_.empty()) ++open_.back().values;
        return true;
    }
    [[nodiscard]] std::string pointer() const {
        std::string pointer;
        for (const Open& each : open_) {
            pointer += '/';
            pointer += each.key == nullptr
                           ? std::to_string(each.values)
                           : to_pointer_token(first_code_points(*each.key, kKeyShownMax));
        }
        return pointer;
    }

    std::vector<Open> open_;
    std::string key_;
};

}  // namespace

std::string find_repeated_key(std::string_view text) {
    json::basic_parser<KeyReader> parser{json::parse_options()};
    json::error_code failed;
    parser.write_some(false, text.data(), text.size(), failed);
    return failed ? std::string() : std::move(parser.handler().repeated);
}

std::string to_pointer_token(std::string_view key) {
    std::string token;
    for (const char c : key) {
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token += c;
    }
    return token;
}

}  // namespace sluice::base
