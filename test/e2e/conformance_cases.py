# SPDX-License-Identifier: Apache-2.0
"""What clients send, well and badly formed, and what RFC 9110 and RFC 9112 ask of a server for it.

A row: section of the RFC; what is special; the bytes; the statuses of the answers, in order, each perhaps with
alternatives that the RFC allows ("400|501"); and what becomes of the connection:
  keep   the next request on it is answered, exactly once and with its own answer
  close  the server closes it behind the last answer and reads nothing more of it
  wait   the server waits for more of the request at hand; nothing may be answered
@ITEM@ and @TOKEN@ stand for an item that is on sale and the session of a customer. BUY is a purchase under a key
that has been used before: 201 comes back only if its body was read exactly as it was meant.
docs/conformance.md is made from this table.
"""
from collections import namedtuple

Case = namedtuple("Case", "section name data answers then")

BODY = b'{"quantity":1}'
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
CASES = []


def get(target=b"/v1/time", *headers, host=b"Host: a", line=None):
    """A request without a body; `line` instead of the request line."""
    lines = [line or b"GET " + target + b" HTTP/1.1"] + ([host] if host else []) + list(headers)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def buy(*headers, body=BODY, version=b"HTTP/1.1", host=b"Host: a", method=b"POST"):
    """BUY, with the framing that `headers` say."""
    return get(None, b"Authorization: Bearer @TOKEN@", b"Idempotency-Key: conformance",
               b"Content-Type: application/json", *headers, host=host,
               line=method + b" /v1/items/@ITEM@/orders " + version) + body


def sized(body=BODY, *headers, **more):
    return buy(b"Content-Length: %d" % len(body), *headers, body=body, **more)


def chunked(body, *headers, coding=b"Transfer-Encoding: chunked", **more):
    return buy(coding, *headers, body=body, **more)


def section(number, *rows):
    """Rows of name, bytes, answers, then."""
    CASES.extend(Case(number, name, data, answers.split(), then) for name, data, answers, then in rows)


section(
    "9112 2.2",
    ("an empty line before the request", b"\r\n" + get(), "200", "keep"),
    ("two empty lines before the request", b"\r\n\r\n" + get(), "400", "close"),
    ("an empty line between requests", get() + b"\r\n" + get(), "200 200", "keep"),
    ("a bare LF before the request", b"\n" + get(), "400", "close"),
    ("a bare CR before the request", b"\r" + get(), "400", "close"),
    ("every line ends with a bare LF", get().replace(b"\r\n", b"\n"), "400", "close"),
    ("the request line ends with a bare LF", get().replace(b"\r\n", b"\n", 1), "400", "close"),
    ("a header ends with a bare LF", get(b"/v1/time", b"X: a\nY: b"), "400", "close"),
    ("the header ends with a bare LF", b"GET /v1/time HTTP/1.1\r\nHost: a\r\n\n", "400", "close"),
    ("a bare CR inside a header", get(b"/v1/time", b"X: a\rY: b"), "400", "close"),
    ("a bare CR at the end of a header", get(b"/v1/time", b"X: a\r"), "400", "close"),
    ("a bare CR instead of a line end", b"GET /v1/time HTTP/1.1\rHost: a\r\n\r\n", "400", "close"),
    ("LF and CR the wrong way round", b"GET /v1/time HTTP/1.1\n\rHost: a\n\r\n\r", "400", "close"),
    ("a space before the first header", b"GET /v1/time HTTP/1.1\r\n Host: a\r\n\r\n", "400", "close"),
    ("a tab before the first header", b"GET /v1/time HTTP/1.1\r\n\tX: y\r\nHost: a\r\n\r\n", "400", "close"),
    ("a line of blanks before the first header", b"GET /v1/time HTTP/1.1\r\n \r\nHost: a\r\n\r\n", "400", "close"),
    ("a bare LF hides Transfer-Encoding", sized(BODY, b"X: a\nTransfer-Encoding: chunked"), "400", "close"),
    ("a bare CR hides Transfer-Encoding", sized(BODY, b"X: a\rTransfer-Encoding: chunked"), "400", "close"),
    ("a TLS handshake", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400", "close"),
    ("the banner of SSH", b"SSH-2.0-client\r\n\r\n", "400", "close"),
    ("the line of a proxy protocol", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + get(), "400", "close"),
    ("a byte order mark", b"\xef\xbb\xbf" + get(), "400", "close"),
    ("a zero byte", b"\0" + get(), "400", "close"),
    ("nothing but half a request line", b"GET /v1/ti", "", "wait"),
    ("a header without its end", b"GET /v1/time HTTP/1.1\r\nHost: a\r\nX: ", "", "wait"),
)

section(
    "9112 3",
    ("no version, as in HTTP/0.9", b"GET /v1/time\r\n\r\n", "400", "close"),
    ("only a method", b"GET\r\n\r\n", "400", "close"),
    ("two spaces behind the method", get(line=b"GET  /v1/time HTTP/1.1"), "400", "close"),
    ("two spaces behind the target", get(line=b"GET /v1/time  HTTP/1.1"), "400", "close"),
    ("a space behind the version", get(line=b"GET /v1/time HTTP/1.1 "), "400", "close"),
    ("a tab between the parts", get(line=b"GET\t/v1/time HTTP/1.1"), "400", "close"),
    ("a tab behind the target", get(line=b"GET /v1/time\tHTTP/1.1"), "400", "close"),
    ("a form feed between the parts", get(line=b"GET\x0c/v1/time HTTP/1.1"), "400", "close"),
    ("a space before the method", b" " + get(), "400", "close"),
    ("a space inside the target", get(b"/v1/ti me"), "400", "close"),
    ("a second version", get(line=b"GET /v1/time HTTP/1.1 HTTP/1.1"), "400", "close"),
    ("another request in the request line", get(line=b"GET /v1/time HTTP/1.1 GET /smuggled HTTP/1.1"), "400", "close"),
    ("a colon instead of a request line", b": a\r\n" + get(), "400", "close"),
    ("a header instead of a request line", b"Host: a\r\n\r\n", "400", "close"),
    ("a request line of 9,000 bytes", get(b"/" + b"a" * 9000), "414", "close"),
    ("a target of 2,048 bytes", get(b"/" + b"a" * 2047), "404", "keep"),
    ("a target of 2,049 bytes", get(b"/" + b"a" * 2048), "414", "close"),
    ("a query of 7,000 bytes", get(b"/v1/time?" + b"a" * 7000), "414", "close"),
)

section(
    "9112 3.1",
    ("a method in lower case", get(line=b"get /v1/time HTTP/1.1"), "501|405", "close"),
    ("a method in mixed case", get(line=b"Get /v1/time HTTP/1.1"), "501|405", "close"),
    ("an unknown method", get(line=b"BREW /v1/time HTTP/1.1"), "501|405", "close"),
    ("an unknown method with a body", sized(method=b"BREW"), "501|405", "close"),
    ("a method of 300 letters", get(line=b"A" * 300 + b" /v1/time HTTP/1.1"), "501", "close"),
    ("a method of 9,000 letters", b"A" * 9000, "400|414|501", "close"),
    ("a method with a separator", get(line=b"G@T /v1/time HTTP/1.1"), "400", "close"),
    ("a method with a zero byte", get(line=b"GE\0T /v1/time HTTP/1.1"), "400", "close"),
    ("a method with a byte past ASCII", get(line=b"G\xc9T /v1/time HTTP/1.1"), "400", "close"),
    ("a method in quotes", get(line=b'"GET" /v1/time HTTP/1.1'), "400", "close"),
    ("TRACE", get(line=b"TRACE /v1/time HTTP/1.1"), "405|501", "close"),
    ("a method that the address does not have", get(line=b"DELETE /v1/time HTTP/1.1"), "405", "keep"),
)

section(
    "9112 3.2",
    ("no Host", get(host=None), "400", "close"),
    ("no Host, in HTTP/1.0", get(line=b"GET /v1/time HTTP/1.0", host=None), "200", "close"),
    ("two Hosts that agree", get(b"/v1/time", b"Host: a"), "400", "close"),
    ("two Hosts that differ", get(b"/v1/time", b"Host: b"), "400", "close"),
    ("two Hosts, one in another case", get(b"/v1/time", b"hOST: b"), "400", "close"),
    ("two Hosts, in HTTP/1.0", get(None, b"Host: a", line=b"GET /v1/time HTTP/1.0"), "400", "close"),
    ("a Host behind other headers", get(b"/v1/time", b"Host: a", host=b"X: y"), "200", "keep"),
    ("Host with a port", get(host=b"Host: a.example:8080"), "200", "keep"),
    ("Host with an IPv6 address", get(host=b"Host: [2001:db8::1]:80"), "200", "keep"),
    ("Host without a space", get(host=b"Host:a"), "200", "keep"),
    ("Host with blanks around it", get(host=b"Host: \t a \t"), "200", "keep"),
    ("an empty Host", get(host=b"Host:"), "400", "close"),
    ("a list of Hosts", get(host=b"Host: a, b"), "400", "close"),
    ("Host with a space inside", get(host=b"Host: a b"), "400", "close"),
    ("Host with userinfo", get(host=b"Host: user@a"), "400", "close"),
    ("Host with user and password", get(host=b"Host: user:word@a"), "400", "close"),
    ("Host with a path", get(host=b"Host: a/b"), "400", "close"),
    ("Host with a query", get(host=b"Host: a?b"), "400", "close"),
    ("Host with a fragment", get(host=b"Host: a#b"), "400", "close"),
    ("Host with a scheme", get(host=b"Host: http://a"), "400", "close"),
    ("Host with a backslash", get(host=b"Host: a\\b"), "400", "close"),
    ("Host with a port that is no number", get(host=b"Host: a:b"), "400", "close"),
    ("Host with two ports", get(host=b"Host: a:1:2"), "400", "close"),
    ("Host with a signed port", get(host=b"Host: a:-1"), "400", "close"),
    ("Host with nothing but a port", get(host=b"Host: :80"), "400", "close"),
    ("Host with an open bracket", get(host=b"Host: [::1"), "400", "close"),
    ("Host with a name in brackets", get(host=b"Host: [a.example]"), "400", "close"),
    ("Host with a zero byte", get(host=b"Host: a\0b"), "400", "close"),
    ("Host with a byte past ASCII", get(host=b"Host: \xe4.example"), "400", "close"),
    ("Host of 300 bytes", get(host=b"Host: " + b"a" * 300), "400", "close"),
    ("a space between Host and its colon", get(host=b"Host : a"), "400", "close"),
)

section(
    "9112 3.2.1",
    ("a plain path", get(), "200", "keep"),
    ("a path with a query", get(b"/v1/time?a=b&c"), "200", "keep"),
    ("a query with broken escapes", get(b"/v1/time?%zz%"), "200", "keep"),
    ("a path without its slash", get(b"v1/time"), "400", "close"),
    ("an empty target", get(b""), "400", "close"),
    ("only a query", get(b"?a"), "400", "close"),
    ("a fragment", get(b"/v1/time#a"), "400", "close"),
    ("a backslash", get(b"/v1\\time"), "400", "close"),
    ("a zero byte", get(b"/v1/time\0"), "400", "close"),
    ("an escape character", get(b"/v1/time\x1b"), "400", "close"),
    ("bytes past ASCII", get("/v1/zeit-für".encode()), "400", "close"),
    ("a quotation mark", get(b'/v1/"time"'), "400", "close"),
    ("angle brackets", get(b"/v1/<time>"), "400", "close"),
    ("an encoded letter is not decoded", get(b"/v1/%74ime"), "404|200", "keep"),
    ("an encoded slash", get(b"/v1%2ftime"), "400|404", "close"),
    ("an encoded backslash", get(b"/v1%5Ctime"), "400|404", "close"),
    ("an encoded zero byte", get(b"/v1/time%00"), "400", "close"),
    ("an encoded line end", get(b"/v1/time%0d%0aX:%20y"), "400", "close"),
    ("half an escape at the end", get(b"/v1/time%4"), "400", "close"),
    ("an escape without digits", get(b"/v1/time%"), "400", "close"),
    ("an escape with other letters", get(b"/v1/%zzme"), "400", "close"),
    ("an escape in the style of IIS", get(b"/v1/%u0074ime"), "400", "close"),
    ("dots that climb", get(b"/v1/../admin"), "404", "keep"),
    ("encoded dots that climb", get(b"/v1/%2e%2e/admin"), "404", "keep"),
    ("dots that stay", get(b"/v1/./time"), "404", "keep"),
    ("dots past the root", get(b"/../../etc/passwd"), "404", "keep"),
    ("two slashes", get(b"//v1/time"), "404", "keep"),
    ("a slash at the end", get(b"/v1/time/"), "404", "keep"),
    ("a semicolon", get(b"/v1/time;a=b"), "404", "keep"),
    ("an address that looks like a host", get(b"//a/v1/time"), "404", "keep"),
)

section(
    "9112 3.2.2",
    ("an absolute target", get(b"http://a/v1/time"), "200", "keep"),
    ("its host differs from Host and wins", get(b"http://b.example:80/v1/time"), "200", "keep"),
    ("https, as behind a proxy with TLS", get(b"https://a/v1/time?b"), "200", "keep"),
    ("a scheme in capitals", get(b"HTTP://a/v1/time"), "200", "keep"),
    ("no path", get(b"http://a"), "200", "keep"),
    ("no path, but a query", get(b"http://a?b"), "200", "keep"),
    ("an IPv6 address", get(b"http://[::1]:80/v1/time"), "200", "keep"),
    ("in HTTP/1.0", get(line=b"GET http://a/v1/time HTTP/1.0", host=None), "200", "close"),
    ("a body behind it", sized().replace(b"POST /", b"POST http://a/"), "201", "keep"),
    ("Host is missing all the same", get(b"http://a/v1/time", host=None), "400", "close"),
    ("Host is wrong all the same", get(b"http://a/v1/time", host=b"Host: b c"), "400", "close"),
    ("no host in it", get(b"http:///v1/time"), "400", "close"),
    ("nothing behind the scheme", get(b"http://"), "400", "close"),
    ("one slash", get(b"http:/v1/time"), "400", "close"),
    ("userinfo", get(b"http://user@a/v1/time"), "400", "close"),
    ("a host in the userinfo", get(b"http://a:80@b/v1/time"), "400", "close"),
    ("a port that is no number", get(b"http://a:b/v1/time"), "400", "close"),
    ("a space in the host", get(b"http://a b/v1/time"), "400", "close"),
    ("an encoded zero byte in the host", get(b"http://a%00/v1/time"), "400", "close"),
    ("another scheme", get(b"ftp://a/v1/time"), "400", "close"),
    ("no scheme", get(b"://a/v1/time"), "400", "close"),
    ("a file", get(b"file:///etc/passwd"), "400", "close"),
)

section(
    "9112 3.2.3",
    ("CONNECT", get(line=b"CONNECT a:443 HTTP/1.1"), "405|501", "close"),
    ("CONNECT to a path", get(line=b"CONNECT /v1/time HTTP/1.1"), "400|405|501", "close"),
    ("an authority without CONNECT", get(b"a:443"), "400", "close"),
)

section(
    "9112 3.2.4",
    ("OPTIONS *", get(line=b"OPTIONS * HTTP/1.1"), "200|204", "keep"),
    ("OPTIONS of a path", get(line=b"OPTIONS /v1/time HTTP/1.1"), "200|204", "keep"),
    ("OPTIONS of an absolute target without a path", get(line=b"OPTIONS http://a HTTP/1.1"), "200|204", "keep"),
    ("OPTIONS of nothing that exists", get(line=b"OPTIONS /none HTTP/1.1"), "404", "keep"),
    ("GET *", get(b"*"), "400", "close"),
    ("POST *", get(line=b"POST * HTTP/1.1"), "400", "close"),
    ("OPTIONS with a body that hides a request", get(None, b"Content-Length: %d" % len(SMUGGLED),
                                                     line=b"OPTIONS /v1/time HTTP/1.1") + SMUGGLED, "204", "close"),
    ("OPTIONS * with chunks", get(None, b"Transfer-Encoding: chunked", line=b"OPTIONS * HTTP/1.1") + b"0\r\n\r\n",
     "204", "close"),
)

section(
    "9112 2.3",
    ("HTTP/1.0", get(line=b"GET /v1/time HTTP/1.0"), "200", "close"),
    ("HTTP/1.2", get(line=b"GET /v1/time HTTP/1.2"), "200|505", "close"),
    ("HTTP/2.0", get(line=b"GET /v1/time HTTP/2.0"), "505", "close"),
    ("HTTP/3.0", get(line=b"GET /v1/time HTTP/3.0"), "505", "close"),
    ("HTTP/0.9", get(line=b"GET /v1/time HTTP/0.9"), "400|505", "close"),
    ("HTTP/9.9", get(line=b"GET /v1/time HTTP/9.9"), "505", "close"),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400|505", "close"),
    ("HTTP/1", get(line=b"GET /v1/time HTTP/1"), "400", "close"),
    ("HTTP/1.", get(line=b"GET /v1/time HTTP/1."), "400", "close"),
    ("HTTP/.1", get(line=b"GET /v1/time HTTP/.1"), "400", "close"),
    ("HTTP/11", get(line=b"GET /v1/time HTTP/11"), "400", "close"),
    ("HTTP/1.10", get(line=b"GET /v1/time HTTP/1.10"), "400", "close"),
    ("HTTP/01.1", get(line=b"GET /v1/time HTTP/01.1"), "400", "close"),
    ("HTTP/1,1", get(line=b"GET /v1/time HTTP/1,1"), "400", "close"),
    ("HTTP/1.1x", get(line=b"GET /v1/time HTTP/1.1x"), "400", "close"),
    ("HTTP/-1.1", get(line=b"GET /v1/time HTTP/-1.1"), "400", "close"),
    ("a name in lower case", get(line=b"GET /v1/time http/1.1"), "400", "close"),
    ("another protocol", get(line=b"GET /v1/time RTSP/1.0"), "400", "close"),
    ("a space inside", get(line=b"GET /v1/time HTTP/ 1.1"), "400", "close"),
    ("a zero byte inside", get(line=b"GET /v1/time HTTP/1.1\0"), "400", "close"),
)

section(
    "9112 5",
    ("no space behind the colon", get(b"/v1/time", b"X:y"), "200", "keep"),
    ("an empty value", get(b"/v1/time", b"X:"), "200", "keep"),
    ("a value of blanks", get(b"/v1/time", b"X:  \t "), "200", "keep"),
    ("a value with colons", get(b"/v1/time", b"X: a: b:c"), "200", "keep"),
    ("every character that a name may have", get(b"/v1/time", b"!#$%&'*+-.^_`|~09azAZ: y"), "200", "keep"),
    ("bytes past ASCII in a value", get(b"/v1/time", b"X: \x80\xff"), "200", "keep"),
    ("a line without a colon", get(b"/v1/time", b"X"), "400", "close"),
    ("an empty name", get(b"/v1/time", b": y"), "400", "close"),
    ("a space before the colon", get(b"/v1/time", b"X : y"), "400", "close"),
    ("a tab before the colon", get(b"/v1/time", b"X\t: y"), "400", "close"),
    ("a space inside a name", get(b"/v1/time", b"X Y: z"), "400", "close"),
    ("a bracket inside a name", get(b"/v1/time", b"X[0]: y"), "400", "close"),
    ("a quoted name", get(b"/v1/time", b'"X": y'), "400", "close"),
    ("a slash inside a name", get(b"/v1/time", b"X/Y: z"), "400", "close"),
    ("a byte past ASCII in a name", get(b"/v1/time", b"X\x80: y"), "400", "close"),
    ("a zero byte in a name", get(b"/v1/time", b"X\0: y"), "400", "close"),
    ("a zero byte in a value", get(b"/v1/time", b"X: a\0b"), "400", "close"),
    ("an escape character in a value", get(b"/v1/time", b"X: a\x1bb"), "400|200", "close"),
    ("a delete character in a value", get(b"/v1/time", b"X: a\x7fb"), "400|200", "close"),
    ("another request in a value, as text", get(b"/v1/time", b"X: GET /smuggled HTTP/1.1"), "200", "keep"),
    ("a request inside a header", get(b"/v1/time", b"GET /smuggled HTTP/1.1"), "400", "close"),
    ("a space before Content-Length's colon", buy(b"Content-Length : 14"), "400", "close"),
    ("a space before Transfer-Encoding's colon", sized(BODY, b"Transfer-Encoding : chunked"), "400", "close"),
    ("an underscore in Content-Length", buy(b"Content_Length: 14"), "400 400", "close"),
    ("an underscore in Transfer-Encoding", chunked(b"0\r\n\r\n", coding=b"Transfer_Encoding: chunked"), "400 400",
     "close"),
    ("a control character before the value", chunked(b"0\r\n\r\n", coding=b"Transfer-Encoding:\x0bchunked"), "400",
     "close"),
    ("600 headers in 8 KiB", get(b"/v1/time", *[b"X:y"] * 600), "200", "keep"),
    ("headers past 8 KiB", get(b"/v1/time", *[b"X: %04d" % number for number in range(1000)]), "431", "close"),
    ("one header of 6,000 bytes", get(b"/v1/time", b"X: " + b"y" * 6000), "200", "keep"),
    ("one header of 9,000 bytes", get(b"/v1/time", b"X: " + b"y" * 9000), "431", "close"),
    ("one name of 9,000 bytes", get(b"/v1/time", b"X" * 9000 + b": y"), "431", "close"),
    ("Authorization twice", get(b"/v1/time", b"Authorization: a", b"authorization: b"), "400", "close"),
    ("Cookie twice", get(b"/v1/time", b"Cookie: a=b", b"Cookie: a=c"), "400", "close"),
    ("Content-Type twice", sized(BODY, b"Content-Type: text/plain"), "400", "close"),
    ("Idempotency-Key twice", sized(BODY, b"Idempotency-Key: other"), "400", "close"),
)

section(
    "9112 5.2",
    ("a folded header", get(b"/v1/time", b"X: a\r\n b"), "400", "close"),
    ("a header folded with a tab", get(b"/v1/time", b"X: a\r\n\tb"), "400", "close"),
    ("a line of blanks behind a header", get(b"/v1/time", b"X: a\r\n "), "400", "close"),
    ("a folded Host", get(host=b"Host:\r\n a"), "400", "close"),
    ("a folded Content-Length", buy(b"Content-Length:\r\n 14"), "400", "close"),
    ("a folded Transfer-Encoding", chunked(b"0\r\n\r\n", coding=b"Transfer-Encoding:\r\n chunked"), "400", "close"),
    ("Content-Length folded into another header", sized(BODY, b"X: a\r\n Content-Length: 0"), "400", "close"),
)

section(
    "9112 6.1",
    ("chunked", chunked(b"e\r\n" + BODY + b"\r\n0\r\n\r\n"), "201", "keep"),
    ("chunked in capitals", chunked(b"e\r\n" + BODY + b"\r\n0\r\n\r\n", coding=b"TRANSFER-ENCODING: CHUNKED"), "201",
     "keep"),
    ("blanks around chunked", chunked(b"e\r\n" + BODY + b"\r\n0\r\n\r\n", coding=b"Transfer-Encoding: \t chunked \t"),
     "201", "keep"),
    ("in HTTP/1.0", chunked(b"0\r\n\r\n", version=b"HTTP/1.0"), "400", "close"),
    ("with Content-Length behind it", chunked(b"0\r\n\r\n", b"Content-Length: 5"), "400", "close"),
    ("with Content-Length before it", buy(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
     "400", "close"),
    ("with Content-Length: 0", chunked(b"0\r\n\r\n", b"Content-Length: 0"), "400", "close"),
    ("CL.TE: the body ends early by chunks",
     buy(b"Content-Length: %d" % (5 + len(SMUGGLED)), b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED),
     "400", "close"),
    ("TE.CL: the body ends early by length",
     chunked(b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n", b"Content-Length: 4"), "400", "close"),
)

section("9112 6.1", *[
    ("Transfer-Encoding: " + name, chunked(b"0\r\n\r\n" + SMUGGLED, *more, coding=b"Transfer-Encoding:" + value), answer,
     "close")
    for name, value, answer, *more in (
        ("empty", b"", "400"),
        ("an unknown coding", b" xchunked", "400|501"),
        ("identity", b" identity", "400|501"),
        ("gzip alone", b" gzip", "400|501"),
        ("gzip, then chunked", b" gzip, chunked", "400|501"),
        ("identity, then chunked", b" identity, chunked", "400|501"),
        ("chunked is not the last", b" chunked, identity", "400"),
        ("chunked twice in a list", b" chunked, chunked", "400"),
        ("chunked twice in two lines", b" chunked", "400", b"Transfer-Encoding: chunked"),
        ("identity in a second line", b" chunked", "400", b"Transfer-Encoding: identity"),
        ("identity in a first line", b" identity", "400|501", b"Transfer-Encoding: chunked"),
        ("an unknown coding in a second line", b" chunked", "400|501", b"Transfer-encoding: x"),
        ("an empty member before", b" , chunked", "400|501"),
        ("an empty member behind", b" chunked,", "400"),
        ("a parameter", b" chunked;q=1", "400|501"),
        ("quoted", b' "chunked"', "400|501"),
        ("in single quotes", b" 'chunked'", "400|501"),
        ("a letter missing", b" chunke", "400|501"),
        ("a letter more", b" chunkedd", "400|501"),
        ("letters from beyond ASCII", b" chun\xe2\x84\xaaed", "400|501"),
        ("a space inside", b" chunked identity", "400"),
        ("a dot behind", b" chunked.", "400|501"),
        ("a zero byte behind", b" chunked\0", "400"),
        ("a vertical tab behind", b" chunked\x0b", "400"),
        ("a byte past ASCII before", b" \xffchunked", "400|501"),
        ("a no-break space before", b"\xa0chunked", "400|501"),
        ("a colon more", b": chunked", "400|501"),
    )])

section("9112 6.2", *[
    ("Content-Length: " + name, buy(b"Content-Length:" + value, *more, body=BODY + SMUGGLED), answer, then)
    for name, value, answer, then, *more in (
        ("empty", b"", "400", "close"),
        ("a blank", b" ", "400", "close"),
        ("a plus sign", b" +14", "400", "close"),
        ("a minus sign", b" -14", "400", "close"),
        ("minus zero", b" -0", "400", "close"),
        ("hexadecimal", b" 0xe", "400", "close"),
        ("a hexadecimal digit", b" e", "400", "close"),
        ("an exponent", b" 14e0", "400", "close"),
        ("a fraction", b" 14.0", "400", "close"),
        ("a letter behind", b" 14a", "400", "close"),
        ("a space inside", b" 1 4", "400", "close"),
        ("an underscore inside", b" 1_4", "400", "close"),
        ("quoted", b' "14"', "400", "close"),
        ("a semicolon behind", b" 14;", "400", "close"),
        ("a word", b" fourteen", "400", "close"),
        ("digits of another script", " \u0661\u0664".encode(), "400", "close"),
        ("a zero byte behind", b" 14\0", "400", "close"),
        ("a vertical tab before", b" \x0b14", "400", "close"),
        ("a list of equal lengths", b" 14, 14", "400", "close"),
        ("a list of different lengths", b" 14, 0", "400", "close"),
        ("an empty member", b" 14,", "400", "close"),
        ("two equal lines", b" 14", "400", "close", b"Content-Length: 14"),
        ("two different lines", b" 14", "400", "close", b"Content-Length: 0"),
        ("two lines, in another case", b" 0", "400", "close", b"content-length: 14"),
        ("one that wraps 32 bits", b" 4294967310", "413", "close"),
        ("one that wraps 64 bits", b" 18446744073709551630", "400|413", "close"),
        ("more digits than any number has", b" " + b"9" * 100, "400|413", "close"),
        ("the largest 64 bits", b" 9223372036854775807", "400|413", "close"),
        ("many zeros before", b" " + b"0" * 100 + b"14", "400|413", "close"),
        ("a body that is too long", b" 1000000", "413", "close"),
    )])

section(
    "9112 6.2",
    ("Content-Length: right", sized(), "201", "keep"),
    ("Content-Length: blanks around it", buy(b"Content-Length: \t14 \t", body=BODY), "201", "keep"),
    ("Content-Length: a zero before", buy(b"Content-Length: 014", body=BODY), "201|400", "keep"),
    ("Content-Length: 0", buy(b"Content-Length: 0", body=b""), "400", "keep"),
    ("no length, no body", buy(body=b""), "400", "keep"),
    ("no length, but a body", buy(body=BODY), "400 400", "close"),
    ("no length, and a request behind it", buy(body=SMUGGLED), "400 404", "keep"),
    ("a length that is too short", buy(b"Content-Length: 13", body=BODY), "400 400", "close"),
    ("a length that is too long by one", buy(b"Content-Length: 15", body=BODY), "400 501", "close"),
    ("a body that does not come", buy(b"Content-Length: 900", body=b""), "", "wait"),
    ("a request in the body", sized(SMUGGLED), "400", "keep"),
    ("a request in the body, twice", sized(SMUGGLED) + sized(SMUGGLED), "400 400", "keep"),
    ("an end of chunks in the body", sized(b"0\r\n\r\n" + SMUGGLED), "400", "keep"),
    ("a body where none is taken", get(None, b"Content-Length: %d" % len(SMUGGLED), line=b"GET /v1/time HTTP/1.1")
     + SMUGGLED, "413", "close"),
    ("a body of HEAD", get(None, b"Content-Length: %d" % len(SMUGGLED), line=b"HEAD /v1/time HTTP/1.1") + SMUGGLED,
     "413h", "close"),
    ("GET with Content-Length: 0", get(b"/v1/time", b"Content-Length: 0"), "200", "keep"),
    ("chunks where no body is taken", get(b"/v1/time", b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + SMUGGLED, "413",
     "close"),
    ("a body for an address that does not exist", get(None, b"Content-Length: %d" % len(SMUGGLED),
                                                      line=b"POST /none HTTP/1.1") + SMUGGLED, "404", "close"),
    ("a body for a method that the address does not have", get(None, b"Content-Length: %d" % len(SMUGGLED),
                                                               line=b"PUT /v1/time HTTP/1.1") + SMUGGLED, "405", "close"),
    ("chunks for an address that does not exist", get(None, b"Transfer-Encoding: chunked", line=b"POST /none HTTP/1.1")
     + b"0\r\n\r\n" + SMUGGLED, "404", "close"),
    ("a body of another type", sized().replace(b"application/json", b"text/plain"), "415", "close"),
)

section("9112 7.1", *[
    ("chunks: " + name, chunked(body), answer, then)
    for name, body, answer, then in (
        ("one", b"e\r\n" + BODY + b"\r\n0\r\n\r\n", "201", "keep"),
        ("of one byte each", b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n", "201", "keep"),
        ("a size in capitals", b"E\r\n" + BODY + b"\r\n0\r\n\r\n", "201", "keep"),
        ("zeros before the size", b"000e\r\n" + BODY + b"\r\n0000\r\n\r\n", "201", "keep"),
        ("many zeros before the size", b"0" * 100 + b"e\r\n" + BODY + b"\r\n0\r\n\r\n", "201|400", "close"),
        ("none", b"0\r\n\r\n", "400", "keep"),
        ("a request inside", b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n", "400", "keep"),
        ("a request behind them", b"e\r\n" + BODY + b"\r\n0\r\n\r\n" + SMUGGLED, "201 404", "keep"),
        ("an end of chunks inside", b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", "400", "keep"),
        ("more than the address takes", b"401\r\n" + b" " * 0x401 + b"\r\n0\r\n\r\n", "413", "close"),
        ("more than the address takes, in small ones", b"100\r\n" + (b" " * 0x100 + b"\r\n100\r\n") * 5, "413", "close"),
        ("a size that is only promised", b"ffffffff\r\n", "413", "close"),
        ("a size that wraps 32 bits", b"10000000e\r\n" + BODY + b"\r\n0\r\n\r\n", "400|413", "close"),
        ("a size that wraps 64 bits", b"1000000000000000e\r\n" + BODY + b"\r\n0\r\n\r\n", "400|413", "close"),
        ("the largest 64 bits", b"ffffffffffffffff\r\n" + BODY, "400|413", "close"),
        ("the largest signed 64 bits", b"7fffffffffffffff\r\n" + BODY, "400|413", "close"),
        ("no size", b"\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a negative size", b"-e\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a signed size", b"+e\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("minus zero", b"-0\r\n\r\n", "400", "close"),
        ("0x before the size", b"0xe\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("an h behind the size", b"eh\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a letter past f", b"g\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("an underscore in the size", b"0_e\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a point in the size", b"e.0\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a zero byte in the size", b"e\0\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a space before the size", b" e\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a space behind the size", b"e \r\n" + BODY + b"\r\n0\r\n\r\n", "201|400", "close"),
        ("a tab behind the size", b"e\t\r\n" + BODY + b"\r\n0\r\n\r\n", "201|400", "close"),
        ("a space between the digits", b"0 e\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a comma behind the size", b"e,\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("digits of another script", "\u0661\r\n".encode() + BODY, "400", "close"),
        ("a bare LF behind the size", b"e\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a bare CR behind the size", b"e\r" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("two CRs behind the size", b"e\r\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a bare LF behind the data", b"e\r\n" + BODY + b"\n0\r\n\r\n", "400", "close"),
        ("a bare CR behind the data", b"e\r\n" + BODY + b"\r0\r\n\r\n", "400", "close"),
        ("nothing behind the data", b"e\r\n" + BODY + b"0\r\n\r\n", "400", "close"),
        ("two bytes that are no line end behind the data", b"e\r\n" + BODY + b"XX0\r\n\r\n", "400", "close"),
        ("two line ends behind the data", b"e\r\n" + BODY + b"\r\n\r\n0\r\n\r\n", "400", "close"),
        ("a size that is too small", b"d\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a size that is too large", b"f\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a bare LF behind the last size", b"e\r\n" + BODY + b"\r\n0\n\r\n", "400", "close"),
        ("a bare LF at the end", b"e\r\n" + BODY + b"\r\n0\r\n\n", "400", "close"),
        ("bare LFs all over", b"e\n" + BODY + b"\n0\n\n", "400", "close"),
        ("the last line end is missing", b"e\r\n" + BODY + b"\r\n0\r\n", "400", "close"),
        ("both line ends are missing", b"e\r\n" + BODY + b"\r\n0", "400", "close"),
        ("the last one is missing", b"e\r\n" + BODY + b"\r\n", "400", "close"),
        ("no end at all", b"8\r\n" + BODY[:7], "", "wait"),
    )])

section("9112 7.1.1", *[
    ("an extension: " + name, chunked(body), answer, then)
    for name, body, answer, then in (
        ("a name", b"e;a\r\n" + BODY + b"\r\n0\r\n\r\n", "201", "keep"),
        ("a value", b"e;a=b\r\n" + BODY + b"\r\n0;c=d\r\n\r\n", "201", "keep"),
        ("a quoted value", b'e;a="b;c"\r\n' + BODY + b"\r\n0\r\n\r\n", "201", "keep"),
        ("several", b"e;a;b=c;d\r\n" + BODY + b"\r\n0\r\n\r\n", "201", "keep"),
        ("blanks around it", b"e \t; a = b\r\n" + BODY + b"\r\n0 ;c\r\n\r\n", "201", "keep"),
        ("no name", b"e;\r\n" + BODY + b"\r\n0\r\n\r\n", "201|400", "keep"),
        ("a bare LF inside", b"e;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a bare LF at its end", b"e;a\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a bare LF and a size in it", b"e;\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a bare CR inside", b"e;a\rb\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("a line end in quotes", b'e;a="\r\n' + BODY + b'"\r\n0\r\n\r\n', "400", "close"),
        ("a zero byte", b"e;\0\r\n" + BODY + b"\r\n0\r\n\r\n", "400", "close"),
        ("5,000 bytes long", b"e;" + b"a" * 5000 + b"\r\n" + BODY + b"\r\n0\r\n\r\n", "400|413", "close"),
        ("5,000 bytes together", b"".join(b"1;%s\r\n%c\r\n" % (b"a" * 400, byte) for byte in BODY) + b"0\r\n\r\n",
         "400|413", "close"),
        ("endless", b"e;" + b"a" * 2000, "", "wait"),
    )])

section("9112 7.1.2", *[
    ("trailers: " + name, chunked(b"e\r\n" + BODY + b"\r\n0\r\n" + trailers), answer, then)
    for name, trailers, answer, then in (
        ("one", b"X: y\r\n\r\n", "201", "keep"),
        ("two, one empty", b"X:\r\nY: z\r\n\r\n", "201", "keep"),
        ("Content-Length has no effect", b"Content-Length: 99\r\n\r\n", "201|400", "keep"),
        ("Transfer-Encoding has no effect", b"Transfer-Encoding: chunked\r\n\r\n", "201|400", "keep"),
        ("Host has no effect", b"Host: b\r\n\r\n", "201|400", "keep"),
        ("Connection has no effect", b"Connection: close\r\n\r\n", "201|400", "keep"),
        ("Idempotency-Key has no effect", b"Idempotency-Key: other\r\n\r\n", "201|400", "keep"),
        ("no colon", b"X\r\n\r\n", "400", "close"),
        ("a request", SMUGGLED, "400", "close"),
        ("an empty name", b": y\r\n\r\n", "400", "close"),
        ("a space before the colon", b"X : y\r\n\r\n", "400", "close"),
        ("folded", b"X: y\r\n z\r\n\r\n", "400", "close"),
        ("a blank first", b" X: y\r\n\r\n", "400", "close"),
        ("a bare LF", b"X: y\n\r\n", "400", "close"),
        ("a bare CR", b"X: y\rZ: a\r\n\r\n", "400", "close"),
        ("a zero byte", b"X: \0\r\n\r\n", "400", "close"),
        ("5,000 bytes", b"X: " + b"y" * 5000 + b"\r\n\r\n", "400|413|431", "close"),
        ("without an end", b"X: y\r\nY: ", "", "wait"),
    )])

section(
    "9112 9.3.2",
    ("three requests at once", get() + get(b"/none") + get(), "200 404 200", "keep"),
    ("a body in between", get() + sized() + get(), "200 201 200", "keep"),
    ("chunks in between", get() + chunked(b"e\r\n" + BODY + b"\r\n0\r\n\r\n") + get(), "200 201 200", "keep"),
    ("bodies of both kinds", (sized() + chunked(b"e\r\n" + BODY + b"\r\n0\r\n\r\n")) * 3, "201 201 201 201 201 201",
     "keep"),
    ("100 requests", get() * 100, " ".join(["200"] * 100), "keep"),
    ("a bad one behind a good one", get() + get(host=None), "200 400", "close"),
    ("a bad one between good ones", get() + get(host=None) + get(), "200 400", "close"),
    ("one that closes between others", get() + get(b"/v1/time", b"Connection: close") + get(), "200 200", "close"),
    ("HTTP/1.0 behind HTTP/1.1", get() + get(line=b"GET /v1/time HTTP/1.0") + SMUGGLED, "200 200", "close"),
    ("HEAD between others", get() + get(line=b"HEAD /v1/time HTTP/1.1") + get(), "200 200h 200", "keep"),
    ("garbage behind a body", sized() + b"x\n", "201 400", "close"),
)

section("9112 9.6", *[
    ("Connection: " + name, get(b"/v1/time", *headers), "200", then)
    for name, headers, then in (
        ("close", [b"Connection: close"], "close"), ("close in capitals", [b"CONNECTION: CLOSE"], "close"),
        ("keep-alive", [b"Connection: keep-alive"], "keep"), ("empty", [b"Connection:"], "keep"),
        ("both", [b"Connection: keep-alive, close"], "close"),
        ("both, the other way round", [b"Connection: close, keep-alive"], "close"),
        ("close in a second line", [b"Connection: keep-alive", b"Connection: close"], "close"),
        ("close behind empty members", [b"Connection: , ,close"], "close"),
        ("an unknown option", [b"Connection: x"], "keep"), ("a word that begins alike", [b"Connection: closed"], "keep"),
        ("the name of a header", [b"Connection: Host"], "keep"),
        ("the name of the length", [b"Connection: Content-Length"], "keep"),
        ("Keep-Alive beside it", [b"Keep-Alive: timeout=5"], "keep"),
        ("Proxy-Connection counts as well", [b"Proxy-Connection: close"], "close"),
        ("an upgrade that is not taken", [b"Connection: Upgrade", b"Upgrade: websocket"], "keep"),
        ("an upgrade to HTTP/2", [b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"],
         "keep"),
        ("TE", [b"Connection: TE", b"TE: trailers, deflate"], "keep"),
    )])

section(
    "9112 9.3",
    ("keep-alive in HTTP/1.0", get(None, b"Connection: keep-alive", line=b"GET /v1/time HTTP/1.0"), "200", "keep"),
    ("close in HTTP/1.0", get(None, b"Connection: close", line=b"GET /v1/time HTTP/1.0"), "200", "close"),
    ("a body in HTTP/1.0", sized(version=b"HTTP/1.0"), "201", "close"),
    ("a body and keep-alive in HTTP/1.0", sized(BODY, b"Connection: keep-alive", version=b"HTTP/1.0"), "201", "keep"),
)

section(
    "9110 9.3.2",
    ("HEAD", get(line=b"HEAD /v1/time HTTP/1.1"), "200h", "keep"),
    ("HEAD of nothing that exists", get(line=b"HEAD /none HTTP/1.1"), "404h", "keep"),
    ("HEAD in HTTP/1.0", get(line=b"HEAD /v1/time HTTP/1.0"), "200h", "close"),
    ("HEAD without Host", get(line=b"HEAD /v1/time HTTP/1.1", host=None), "400h", "close"),
    ("HEAD where only POST is", get(line=b"HEAD /v1/items/@ITEM@/orders HTTP/1.1"), "405h", "keep"),
    ("HEAD with a folded header", get(b"/", b"X: a\r\n b", line=b"HEAD / HTTP/1.1"), "400h", "close"),
    ("HEAD with a bare LF", get(b"/", b"X: a\nY: b", line=b"HEAD / HTTP/1.1"), "400h", "close"),
    ("HEAD and an empty line before it", b"\r\n" + get(b"/", b"X: a\r\n b", line=b"HEAD / HTTP/1.1"), "400h", "close"),
    ("HEAD of 9,000 bytes of target", get(line=b"HEAD /" + b"a" * 9000 + b" HTTP/1.1"), "414h", "close"),
    ("HEAD with headers of 9,000 bytes", get(b"/", b"X: " + b"a" * 9000, line=b"HEAD / HTTP/1.1"), "431h", "close"),
    ("HEAD in a version that is not known", get(line=b"HEAD / HTTP/2.0"), "505h", "close"),
    ("HEAD with a folded header, behind another", get() + get(b"/", b"X: a\r\n b", line=b"HEAD / HTTP/1.1"),
     "200 400h", "close"),
)

section(
    "9110 10.1.1",
    ("Expect, and the body at once", sized(BODY, b"Expect: 100-continue"), "201", "keep"),
    ("Expect in capitals", sized(BODY, b"Expect: 100-CONTINUE"), "201", "keep"),
    ("Expect with chunks", chunked(b"e\r\n" + BODY + b"\r\n0\r\n\r\n", b"Expect: 100-continue"), "201", "keep"),
    ("Expect without a body", get(b"/v1/time", b"Expect: 100-continue"), "200", "keep"),
    ("Expect in HTTP/1.0", sized(BODY, b"Expect: 100-continue", version=b"HTTP/1.0"), "201", "close"),
    ("Expect, and a body that is too long", buy(b"Content-Length: 5000", b"Expect: 100-continue", body=b""), "413",
     "close"),
    ("Expect, and no such address", get(None, b"Content-Length: 14", b"Expect: 100-continue", line=b"POST /none HTTP/1.1"),
     "404", "close"),
    ("Expect where no body is taken", get(b"/v1/time", b"Content-Length: 40", b"Expect: 100-continue"), "413", "close"),
    ("another expectation", sized(BODY, b"Expect: 200-ok"), "417", "close"),
    ("an expectation with a word before", sized(BODY, b"Expect: y 100-continue"), "417|400", "close"),
    ("two expectations", sized(BODY, b"Expect: 100-continue, x"), "417", "close"),
    ("Expect twice", sized(BODY, b"Expect: 100-continue", b"Expect: 100-continue"), "417|400|201", "close"),
    ("an empty expectation", sized(BODY, b"Expect:"), "417|400|201", "close"),
    ("a folded expectation", sized(BODY, b"Expect:\r\n 100-continue"), "400", "close"),
)
