# SPDX-License-Identifier: Apache-2.0
# ctest: asan
"""Plays every row of conformance_cases.py on the real server: the answers and what becomes of the connection are
those of the RFC, and a marked request behind each is answered exactly once or not at all, never anything smuggled.
`conformance_test.py --write` renews docs/conformance.md.
"""
import collections
import json
import re
import socket
import sys
import unittest
import urllib.parse

from conformance_cases import BODY, CASES, get, sized
from harness import PATIENCE_S, ROOT, Person, ShopCase

MARKER = get(b"/v1/items/@ITEM@/state")
PAGE = ROOT / "docs/conformance.md"
Answer = collections.namedtuple("Answer", "status headers body")


class Line:
    """One connection, read as strictly as a client can."""

    def __init__(self, url):
        place = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ahead, self.ended = b"", False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, pieces):
        try:
            for piece in pieces:
                self.socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has been closed, which is for the reader to judge

    def end(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # likewise

    def more(self):
        try:
            data = b"" if self.ended else self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.ahead += data
        self.ended = not data
        return bool(data)

    def answer(self, is_head=False):
        """The next answer; None at the end. Anything between answers is a failure."""
        while b"\r\n\r\n" not in self.ahead:
            if not self.more():
                if self.ahead:
                    raise AssertionError(f"no answer: {self.ahead!r}")
                return None
        head, self.ahead = self.ahead.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        found = re.fullmatch(r"HTTP/1\.1 ([1-5][0-9][0-9]) [A-Za-z -]+", first)
        if not found:
            raise AssertionError(f"no status line: {first!r}")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        status = int(found[1])
        size = 0 if is_head or status < 200 or status in (204, 304) else int(headers["content-length"])
        while len(self.ahead) < size:
            if not self.more():
                raise AssertionError(f"{first}: the body is cut off")
        body, self.ahead = self.ahead[:size], self.ahead[size:]
        return Answer(status, headers, body)

    def rest(self):
        """Every answer until the server closes."""
        found = []
        while answer := self.answer():
            found.append(answer)
        return found


def whole(data):
    return [data]


def byte_by_byte(data):
    """One byte a segment; what is very long is cut at its lines, and in the middle of each line end."""
    if len(data) > 3000:
        return at_line_ends(data)
    return [data[place:place + 1] for place in range(len(data))]


def at_line_ends(data):
    return [piece for piece in re.split(rb"(?<=\r)|(?<=\n)", data) if piece]


class Conformance(ShopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.item = cls.shop.sell(5)
        ann = cls.shop.customer()
        cls.token = ann.token
        with Line(cls.server.public) as line:
            line.send([cls.fill(sized())])
            cls.order = line.answer()
        if cls.order.status != 201:
            raise AssertionError(f"{cls.order}")
        cls.order_id = json.loads(cls.order.body)["id"]
        stranger = cls.server.stranger()
        cls.time = stranger.get("/v1/time").json.keys()
        cls.state = stranger.get(f"/v1/items/{cls.item}/state").json.keys()

    @classmethod
    def fill(cls, data):
        return data.replace(b"@ITEM@", cls.item.encode()).replace(b"@TOKEN@", cls.token.encode())

    def counted(self):
        """How many requests the public listener has answered, whether it understood them or not."""
        text = Person(self.server.console).get("/metrics").body.decode()
        return sum(int(re.search(rf'^sluice_http_{name}_total{{server="public"}} (\d+)$', text, re.M)[1])
                   for name in ("requests", "malformed"))

    def check_answer(self, case, expected, answer):
        self.assertIsNotNone(answer, f"closed instead of {expected}")
        self.assertIn(str(answer.status), expected.removesuffix("h").split("|"), answer)
        kind = answer.headers.get("content-type")
        if answer.status == 200 and kind == "application/json" and not expected.endswith("h"):
            self.assertEqual(json.loads(answer.body).keys(), self.time, "not its own answer")
        if answer.status == 201:
            self.assertEqual((json.loads(answer.body)["id"], answer.headers["idempotency-replayed"]),
                             (self.order_id, "true"), "not the purchase that was meant")
        if answer.status < 400 or expected.endswith("h"):
            return
        if answer.status == 404 and kind == "text/html; charset=utf-8":  # outside /v1 it is a page for a person
            self.assertTrue(answer.body.startswith(b"<!doctype html>"), answer.body[:80])
        else:
            self.assertEqual(kind, "application/problem+json")
            self.assertEqual(json.loads(answer.body)["status"], answer.status)

    def play(self, case, cut):
        """One row; returns how many answers came."""
        with Line(self.server.public) as line:
            data = case.data if case.then == "wait" else case.data + MARKER
            line.send(cut(self.fill(data)))
            for number, expected in enumerate(case.answers):
                answer = line.answer(expected.endswith("h"))
                while answer and answer.status == 100 and b"Expect: 100" in case.data:
                    answer = line.answer()  # the header came without its body
                self.check_answer(case, expected, answer)
                says_close = answer.headers.get("connection") == "close"
                is_last = case.then == "close" and number == len(case.answers) - 1
                self.assertEqual(says_close, is_last, f"Connection of answer {number}: {answer}")
            if case.then != "close":
                marked = case.then == "keep" and line.answer()
                if case.then == "keep":
                    self.assertIsNotNone(marked, "closed instead of answering the next request")
                    self.assertEqual(marked.status, 200, marked)
                    self.assertEqual(json.loads(marked.body).keys(), self.state, "not the answer of the marked request")
                line.end()
            self.assertEqual(line.rest(), [], "one answer too many")
        return len(case.answers) + (case.then == "keep")

    def play_all(self, cut):
        before, answers = self.counted(), 0
        for case in CASES:
            with self.subTest(f"{case.section}: {case.name}"):
                answers += self.play(case, cut)
        # What was swallowed with its answer, or handled behind a close, would show here.
        self.assertEqual(self.counted() - before, answers, "requests were taken that nobody saw answered")

    def test_each_at_once_and_with_the_next_request_behind_it(self):
        self.play_all(whole)

    def test_each_byte_by_byte(self):
        self.play_all(byte_by_byte)

    def test_each_cut_within_its_line_ends(self):
        self.play_all(at_line_ends)

    def test_the_body_is_asked_for_when_the_client_waits(self):
        head, body = sized(BODY, b"Expect: 100-continue").split(b"\r\n\r\n")
        with Line(self.server.public) as line:
            for _ in range(2):
                line.send([self.fill(head + b"\r\n\r\n")])
                self.assertEqual(line.answer(), Answer(100, {}, b""))
                line.send(byte_by_byte(body))
                self.assertEqual(line.answer().status, 201)
            line.end()
            self.assertEqual(line.rest(), [])

    def test_the_body_is_not_asked_for_when_it_would_be_refused(self):
        head = sized(b"", b"Expect: 100-continue").replace(b"Length: 0", b"Length: 5000")
        with Line(self.server.public) as line:
            line.send([self.fill(head)])
            self.assertEqual([answer.status for answer in line.rest()], [413])


class Page(unittest.TestCase):
    def test_it_is_made_from_the_table(self):
        self.assertEqual(PAGE.read_text(), page(), "run test/e2e/conformance_test.py --write")

    def test_each_row_has_a_name_of_its_own(self):
        names = collections.Counter((case.section, case.name) for case in CASES)
        self.assertEqual([name for name, count in names.items() if count > 1], [])
        self.assertGreaterEqual(len(CASES), 170)


def shown(data):
    """What is sent, for people: without what every row has, and long repetitions in words."""
    text = data.decode("latin-1")
    text = text.replace("Authorization: Bearer @TOKEN@\r\nIdempotency-Key: conformance\r\n", "")
    text = text.replace("Content-Type: application/json\r\n", "").replace("/v1/items/@ITEM@/orders", "/buy")
    text = re.sub(r"(.)\1{59,}", lambda found: f"{found[1]}⟨{len(found[0])}×⟩", text)
    text = re.sub(r"(.{3,}?)\1{9,}", lambda found: f"⟨{len(found[0]) // len(found[1])}×⟩{found[1]}", text, flags=re.S)
    if len(text) > 230:
        text = f"{text[:150]}⟨…⟩{text[-50:]}"
    text = "".join(char if " " <= char <= "~" or char in "⟨⟩×…" else
                   {"\r": "␍", "\n": "␊", "\t": "␉"}.get(char, f"⟨{ord(char):02x}⟩") for char in text)
    return text.replace("|", "\\|").replace("`", "´")


def page():
    lines = [
        "# Conformance", "",
        "What the server answers to well and badly formed HTTP/1.1, after RFC 9110 and RFC 9112 and the published "
        "classes of parser bugs.", "",
        f"The {len(CASES)} rows of `test/e2e/conformance_cases.py` are played on the running server by "
        "`test/e2e/conformance_test.py`: at once, byte by byte, and cut within each line end. Behind each one comes a "
        "marked request. The last column says what becomes of it: it is answered, exactly once and with its own answer "
        "(keep), or the connection is closed and it is not read (close). With `wait` the request is not complete: "
        "nothing may be answered. In the end the server must have counted as many requests as were answered. This "
        "page is made from the table: `test/e2e/conformance_test.py --write`.", "",
        "`/buy` stands for the address of a purchase, sent with token, key and type under a key that was used before: "
        "201 comes only if the body was read exactly as meant. `␍` and `␊` are CR and LF, `⟨00⟩` is a byte, `⟨9×⟩` a "
        "repetition. Where the RFC leaves a choice all permitted statuses stand in the row; `h` marks an answer without "
        "body, to HEAD.", "",
        "Stricter than the RFC asks, because what is ambiguous is what proxies disagree about: lines end with CRLF only; "
        "one empty line before a request, not more; one Content-Length, also if two agree; no Transfer-Encoding but "
        "`chunked`; Host without userinfo and percent escapes; no escape of a slash, a backslash or a control character "
        "in a path; no body where none is taken. HTTP/1.2 gets 505, although it should be read as HTTP/1.1.", "",
        "Also stricter, because nothing of ours is as long and the server holds it in memory: a target has up to 2,048 "
        "bytes, where RFC 9112 section 3 recommends at least 8,000 for the request line; request line and headers together "
        "have 8,192 (`header_bytes_max`, an option); the size of a chunk has 8 digits, leading zeros among them; the "
        "extensions of all chunks of a body and the trailers behind it have 4 KiB together.", "",
        "| RFC | what is special | sent | answers | then |", "|---|---|---|---|---|"]
    for case in CASES:
        answers = " ".join(case.answers) or "–"
        if len(case.answers) > 10:
            answers = f"{len(case.answers)} × {case.answers[0]}"
        lines.append(f"| {case.section} | {case.name} | `{shown(case.data)}` | {answers.replace('|', ' or ')} | {case.then} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page())
    else:
        unittest.main()
