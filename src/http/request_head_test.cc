// SPDX-License-Identifier: Apache-2.0
#include "http/request_head.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "http/beast_head_test.h"

namespace sluice::http {
namespace {

/// Words of which headers are put together, good and bad ones.
constexpr std::string_view kPieces[] = {"GET ",
                                        "POST ",
                                        "BREW ",
                                        "get ",
                                        "/",
                                        "/a?b=c",
                                        "http://h/",
                                        "*",
                                        " HTTP/1.1\r\n",
                                        " HTTP/1.0\r\n",
                                        " HTTP/1.2\r\n",
                                        " HTTP/1.1 \r\n",
                                        " http/1.1\r\n",
                                        " HTTP/11\r\n",
                                        "Host:",
                                        "hOST:",
                                        "Content-Length:",
                                        "Transfer-Encoding:",
                                        "Connection:",
                                        "Proxy-Connection:",
                                        "Expect:",
                                        "Cookie:",
                                        "Authorization:",
                                        "Idempotency-Key:",
                                        "X-Forwarded-For:",
                                        "X-Anything:",
                                        "Host :",
                                        " ",
                                        "\t",
                                        " a",
                                        "a b",
                                        "close",
                                        "Keep-Alive",
                                        "close, keep-alive",
                                        ", ,close,",
                                        "upgrade ,x",
                                        "close keep-alive",
                                        "close;q=1",
                                        "chunked",
                                        "5",
                                        "5, 5",
                                        "\x7f",
                                        "\x01",
                                        "\x80\xff",
                                        "\r\n",
                                        "\r\n",
                                        "\r\n",
                                        "\n",
                                        "\r",
                                        ":",
                                        "0123456789012345678901234567890123456789",
                                        "value with\ttab and more text behind it"};

/// A header of random pieces, mostly of a good form.
std::string random_header(std::uint64_t& seed) {
    const auto roll = [&](std::size_t sides) { return (seed = base::mix64(seed)) % sides; };
    const auto any = [&] { return kPieces[roll(std::size(kPieces))]; };
    std::string bytes = roll(8) != 0 ? "GET /a HTTP/1.1\r\n" : "";
    for (std::size_t lines = roll(6); lines > 0; --lines) {
        bytes += kPieces[14 + roll(12)];
        for (std::size_t pieces = roll(3); pieces > 0; --pieces) bytes += kPieces[27 + roll(14)];
        bytes += "\r\n";
    }
    for (std::size_t changes = roll(3); changes > 0 && !bytes.empty(); --changes)
        bytes.insert(roll(bytes.size()), any());
    if (roll(4) == 0 && !bytes.empty()) bytes[roll(bytes.size())] = static_cast<char>(roll(256));
    return bytes.substr(0, (bytes + "\r\n").find("\r\n\r\n")) + "\r\n\r\n";
}

/// Nothing, or how `bytes` are read otherwise than by Beast.
std::string difference(std::string_view bytes) {
    Head head;
    const HeadFault fault = read_head(bytes, head);
    const BeastHead judge(bytes);
    if (judge.refuses_framing()) return "";  // whether these agree is asked later
    if (fault == HeadFault::version) return judge.names_other_version() ? "" : "505";
    if ((fault == HeadFault::none) != judge.accepts()) return "accepted by one";
    if (fault != HeadFault::none) return "";
    if (head.request.target != judge.target() || head.http_11 != judge.http_11()) return "line";
    if (head.request.method != Method::other && to_text(head.request.method) != judge.method())
        return "method";
    if (head.keep_alive != judge.keep_alive()) return "keep-alive";
    const auto hosts = judge.values("Host");
    if (head.hosts != hosts.size() || (head.hosts > 0 && head.host != hosts.back())) return "host";
    const auto lengths = judge.values("Content-Length");
    if (head.content_lengths != lengths.size()) return "lengths";
    if (head.content_lengths > 0 && head.content_length != lengths.back()) return "length";
    const auto codings = judge.values("Transfer-Encoding");
    if (head.transfer_encodings != codings.size()) return "codings";
    if (head.transfer_encodings > 0 && head.transfer_encoding != codings.back()) return "coding";
    if (head.forwardeds != judge.values("X-Forwarded-For").size()) return "forwarded";
    if (head.expects != judge.values("Expect").size()) return "expect";
    const auto cookies = judge.values("Cookie");
    if (head.repeated != (cookies.size() > 1 || judge.values("Authorization").size() > 1 ||
                          judge.values("Idempotency-Key").size() > 1))
        return "repeated";
    if (!cookies.empty() && head.request.header(Header::cookie) != cookies.front()) return "cookie";
    return "";
}

TEST(RequestHead, FindsWhatBeastFindsInRandomHeaders) {
    std::uint64_t seed = 1;
    std::size_t accepted = 0;
    for (int i = 0; i < 200'000; ++i) {
        const std::string bytes = random_header(seed);
        // Folded lines are refused before (parser.cc), Beast would unfold them.
        if (bytes.find("\n ") != bytes.npos || bytes.find("\n\t") != bytes.npos) continue;
        ASSERT_EQ(difference(bytes), "") << "of " << testing::PrintToString(bytes);
        Head head;
        if (read_head(bytes, head) == HeadFault::none) ++accepted;
    }
    EXPECT_GT(accepted, 50'000U);  // else nothing was compared
}

TEST(RequestHead, FindsEveryHeaderThatIsKeptHoweverItIsWritten) {
    const std::vector<std::pair<std::string, Header>> kept = {
        {"authorization", Header::authorization},
        {"content-type", Header::content_type},
        {"cookie", Header::cookie},
        {"idempotency-key", Header::idempotency_key},
        {"if-none-match", Header::if_none_match},
        {"if-match", Header::if_match},
        {"accept", Header::accept},
        {"accept-language", Header::accept_language},
        {"accept-encoding", Header::accept_encoding},
        {"user-agent", Header::user_agent},
        {"x-csrf-token", Header::x_csrf_token},
        {"x-request-id", Header::x_request_id},
        {"origin", Header::origin},
        {"last-event-id", Header::last_event_id},
        {"x-signature", Header::x_signature}};
    ASSERT_EQ(kept.size(), static_cast<std::size_t>(Header::count_));
    for (const auto& [name, header] : kept) {
        std::string upper = name;
        for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        for (const std::string& written : {name, upper}) {
            Head head;
            const std::string bytes = "GET / HTTP/1.1\r\n" + written + ": \tv w \t\r\n\r\n";
            ASSERT_EQ(read_head(bytes, head), HeadFault::none);
            EXPECT_EQ(head.request.header(header), "v w") << written;
        }
    }
}

TEST(RequestHead, RefusesEachByteThatAValueMayNotHave) {
    for (int c = 0; c < 256; ++c)
        for (std::size_t at = 0; at < 20; ++at) {
            std::string value(20, 'x');
            value[at] = static_cast<char>(c);
            Head head;
            const bool good = (c >= 0x20 && c != 0x7f) || c == '\t';
            const std::string bytes = "GET / HTTP/1.1\r\nX: " + value + "\r\n\r\n";
            EXPECT_EQ(read_head(bytes, head) == HeadFault::none, good) << c << " at " << at;
        }
}

}  // namespace
}  // namespace sluice::http
