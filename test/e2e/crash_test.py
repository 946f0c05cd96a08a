# SPDX-License-Identifier: Apache-2.0
# ctest: asan tsan
"""The server is killed under load, again and again, and judged from outside by what its customers were told.

`make crash ROUNDS=n SEED=s` plays more rounds than the three of every test run.
"""
import contextlib
import csv
import http.client
import io
import json
import os
import random
import re
import select
import signal
import socket
import statistics
import threading
import time
import unittest
import urllib.parse

from crash_book import Ask, Book, Found
from harness import PATIENCE_S, Case, Person, Shop, server_log, until

ROUNDS, SEED = int(os.environ.get("ROUNDS", "3")), int(os.environ.get("SEED", "1"))
CONNECTIONS = 256
ANSWERS_MAX = 4000  # before a kill
START_S, LONGEST_START_S = 10, 30  # to ready: most starts, and one that waits for a busy machine
ENDLESS_LIMIT, FEW_LIMIT = 4, 1  # units of one customer


class Line:
    """One kept connection and the purchase that is under way on it."""

    def __init__(self, place):
        self.socket = socket.create_connection((place.hostname, place.port), PATIENCE_S)
        self.socket.setblocking(False)
        self.ask, self.bytes = None, b""

    def send(self, ask, token):
        self.ask = ask
        body = b'{"quantity":%d}' % ask.quantity
        head = (f"POST /v1/items/{ask.item}/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
                f"Idempotency-Key: {ask.key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        self.socket.send(head.encode() + body)  # less than any buffer

    def answer(self):
        """Status, headers and body, once all of it is there."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("closed")
        self.bytes += part
        head, end, body = self.bytes.partition(b"\r\n\r\n")
        if not end or len(body) < int(re.search(rb"(?i)content-length: (\d+)", head)[1]):
            return None
        self.bytes = b""
        return int(head[9:12]), head.lower(), json.loads(body)


class Crowd:
    """Customers on many connections, each with one purchase under way, who keep every answer in a book.

    Some repeat keys that were answered; some buy on two connections at once; all go on after their limit is reached.
    """

    def __init__(self, book, endless, few, dice):
        self.book, self.endless, self.few, self.dice = book, endless, few, dice
        self.tokens = {}  # by user
        self.plans = [[] for _ in range(CONNECTIONS)]
        self.unanswered = [None] * CONNECTIONS  # what each connection has asked and not learned
        self.told = []  # all Asks with an order

    def run(self, server, next_ask, on_answer=lambda: None):
        """Until nobody has anything to ask, or the server is gone."""
        place, poll = urllib.parse.urlsplit(server.public), select.epoll()
        lines = {}

        def go_on(number, line):
            """Sends what comes next on this connection; False if there is nothing, or nobody to send it to."""
            ask = next_ask(number)
            if ask is None:
                return False
            self.book.on_sent(ask)
            self.unanswered[number] = ask
            if ask.user not in self.tokens:
                self.tokens[ask.user] = server.signed_in(ask.user).token
            line.send(ask, self.tokens[ask.user])
            return True

        def leave(descriptor):
            poll.unregister(descriptor)
            lines.pop(descriptor)[1].socket.close()

        for number in range(CONNECTIONS):
            line = Line(place)
            lines[line.socket.fileno()] = number, line
            poll.register(line.socket, select.EPOLLIN)
        for descriptor, (number, line) in list(lines.items()):
            if not go_on(number, line):
                leave(descriptor)
        while lines:
            ready = poll.poll(PATIENCE_S)
            if not ready:
                raise AssertionError(f"no answer for {PATIENCE_S} s on {len(lines)} connections")
            for descriptor, _ in ready:
                number, line = lines[descriptor]
                try:
                    if not (answer := line.answer()):
                        continue
                    if self.keep(line.ask, *answer):
                        self.unanswered[number] = None
                    on_answer()
                    if not go_on(number, line):
                        leave(descriptor)
                except OSError:
                    leave(descriptor)
        poll.close()

    def keep(self, ask, status, head, body):
        """False if the answer says nothing, so that the same is asked again."""
        if (status, body.get("code")) == (503, "busy"):
            return False
        if status != 201:
            self.book.on_refusal(ask, status, body.get("code"))
            return True
        if ask not in self.book.acknowledged:
            self.told.append(ask)
        self.book.on_order(ask, body["id"], b"idempotency-replayed: true" in head)
        return True

    def shop(self, number):
        """What a customer of this connection asks next."""
        if self.unanswered[number]:
            return self.unanswered[number]
        if self.told and self.dice.random() < 0.15:
            return self.dice.choice(self.told)
        if not (plan := self.plans[number]):
            beside = self.plans[self.dice.randrange(CONNECTIONS)]
            user = beside[0].user if beside and self.dice.random() < 0.3 else f"{self.dice.getrandbits(128):032x}"
            for _ in range(5):
                item, quantity = (self.few, 1) if self.dice.random() < 0.3 else (self.endless, self.dice.randint(1, 2))
                plan.append(Ask(user, item, quantity, f"{self.dice.getrandbits(64):016x}"))
        return plan.pop()


class KilledUnderLoad(Case):
    """Each test has a store of its own."""

    def setUp(self):
        self.name = self.id().rsplit(".", 1)[1]
        self.starts_s = []

    def start(self):
        """A server that is ready; the time that it took counts from the start of the program."""
        begin = time.monotonic()
        server = self.serve(name=self.name)
        until(lambda: Person(server.console).get("/readyz").status == 200, "ready")
        self.starts_s.append(time.monotonic() - begin)
        self.assertLess(self.starts_s[-1], LONGEST_START_S, "seconds until it was ready")
        return server

    def open_shop(self, rounds, dice):
        """A running server, an endless item, one for each round of which there are few, and the book."""
        server = self.start()
        shop = Shop(server)
        self.owner_headers = shop.owner.headers
        stocks, limits = {}, {}

        def sell(stock, limit):
            item = shop.sell(stock, limit_per_user=limit, pay_window_ms=86_400_000)
            stocks[item], limits[item] = stock, limit
            return item
        endless = sell(10_000_000, ENDLESS_LIMIT)
        few = [sell(dice.randint(10, 800), FEW_LIMIT) for _ in range(rounds)]
        return server, Book(stocks, limits), endless, few

    def judge(self, server, book):
        owner = Person(server.console, self.owner_headers)
        text = owner.get("/admin/v1/orders/export").body.decode()
        orders = [Found(row["order_id"], row["user_id"], row["item_id"], int(row["quantity"]), row["state"])
                  for row in csv.DictReader(io.StringIO(text))]
        proof = owner.good("GET", "/admin/v1/reconcile")
        book.judge(orders, {item["item_id"]: item for item in proof["items"]})
        return len(orders)

    def blameless(self, book):
        self.assertEqual(book.faults[:10], [], f"{len(book.faults)} faults")

    def kill_at_random(self, server, crowd, enough, late_s):
        """The crowd buys; after so many answers the server is killed: so long after, or with the last answer if None.

        Records and transactions that it had shortly before, if it still said so.
        """
        seen, figures = [0], [0, 0]

        def kill():
            select.select([], [], [], late_s)  # the moment of the kill, not of anything that is waited for
            server.process.kill()

        def ask():
            with contextlib.suppress(OSError, http.client.HTTPException):
                text = Person(server.console).get("/metrics").body.decode()
                figures[:] = (int(re.search(rf"^sluice_ledger_batch_records_{name} (\d+)", text, re.M)[1])
                              for name in ("sum", "count"))
        threads = [threading.Thread(target=kill), threading.Thread(target=ask)]

        def on_answer():
            seen[0] += 1
            if seen[0] == enough * 3 // 4 + 1:
                threads[1].start()
            if seen[0] == enough and late_s is None:
                server.process.kill()
            elif seen[0] == enough:
                threads[0].start()
        crowd.run(server, crowd.shop, on_answer)
        for thread in threads:
            if thread.ident:
                thread.join()
        server.kill()
        self.assertEqual((seen[0] >= enough, server.process.returncode), (True, -signal.SIGKILL),
                         server_log(server)[-2000:])
        return figures

    def test_what_was_confirmed_survives_kills_at_any_moment(self):
        dice = random.Random(SEED)
        server, book, endless, few = self.open_shop(ROUNDS, dice)
        crowd = Crowd(book, endless, few[0], dice)
        lost = made = records = commits = 0
        for number in range(ROUNDS):
            crowd.few = few[number]
            # An answer that comes before its record does is lost most easily by a kill that comes with the answer.
            late_s = None if number % 2 else dice.random() / 20
            written = self.kill_at_random(server, crowd, dice.randint(1, ANSWERS_MAX), late_s)
            records, commits = records + written[0], commits + written[1]
            server = self.start()
            found = self.judge(server, book)
            self.blameless(book)
            lost, made = lost + len(book.open), made + found - len(book.acknowledged)
            print(f"kill {number + 1} of {ROUNDS}: {len(book.acknowledged)} orders confirmed so far", flush=True)
        # Every key once more: the open ones make one order each, or none; the others get theirs.
        asks = list((book.open | book.acknowledged.keys()) - set(crowd.unanswered))
        crowd.run(server, lambda number: crowd.unanswered[number] or (asks.pop() if asks else None))
        self.assertEqual(book.open, set())
        self.judge(server, book)
        self.blameless(book)
        owner = Person(server.console, self.owner_headers)
        self.assertTrue(owner.good("GET", "/admin/v1/audit/verify")["intact"])
        self.assertLess(statistics.median(self.starts_s), START_S, "seconds until it was ready, mostly")
        sold_out = sum(book.units[item] == book.stocks[item] for item in few)
        print(f"{ROUNDS} kills under {CONNECTIONS} connections, {records / max(commits, 1):.0f} records a commit: "
              f"{len(book.acknowledged)} orders confirmed, none lost, none doubled, none too many; of {lost} that were "
              f"open at a kill {made} had been made; items sold out: {sold_out}; "
              f"starts {statistics.median(self.starts_s):.2f} s, the longest {max(self.starts_s):.2f} s", flush=True)

    def test_the_judge_names_what_a_real_server_has_too_much_and_too_little(self):
        server, book, endless, few = self.open_shop(1, random.Random(SEED))
        crowd = Crowd(book, endless, few[0], random.Random(SEED))
        self.kill_at_random(server, crowd, 300, 0)
        server = self.start()
        planted = [server.signed_in(f"{number:032x}").must_buy(endless)["id"] for number in range(1, 51)]
        forged = Ask("f" * 32, endless, 1, "forged")
        book.on_order(forged, "1", replayed=False)
        self.judge(server, book)
        named = [[number for number in planted + ["1"] if f"order {number} " in fault] for fault in book.faults]
        self.assertEqual(sorted(named), sorted([number] for number in planted + ["1"]), book.faults)
        self.assertIn("missing", "".join(fault for fault in book.faults if "order 1 " in fault))


ANN, BERT = "a" * 32, "b" * 32
ONE = Ask(ANN, "1", 2, "k1")


class TheBook(unittest.TestCase):
    """What the judge calls a fault, without a server."""

    def setUp(self):
        self.book = Book({"1": 10}, {"1": 3})
        self.book.on_sent(ONE)
        self.book.on_order(ONE, "71", replayed=False)

    def judge(self, *orders, **sums):
        held = sum(order.quantity for order in orders)
        self.book.judge(orders, {"1": {"total": 10, "available": 10 - held, "reserved": held, "sold": 0, "oversold": 0,
                                       "limit_violations": 0, "balanced": True} | sums})
        return self.book.faults

    def named(self, faults, words):
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(words, faults[0])

    def test_what_was_acknowledged_and_what_was_open_may_be_there(self):
        first = Found("71", ANN, "1", 2, "pending")
        self.assertEqual(self.judge(first), [])
        self.book.on_sent(Ask(BERT, "1", 1, "k2"))
        self.assertEqual(self.judge(first), [], "an open one was not made")
        self.assertEqual(self.judge(first, Found("72", BERT, "1", 1, "pending")), [], "or it was")

    def test_a_missing_a_changed_and_a_doubled_order_are_named(self):
        for orders, words in (((), "order 71 of user"),
                              ((Found("71", ANN, "1", 1, "pending"),), "order 71 was acknowledged as"),
                              ((Found("71", BERT, "1", 2, "pending"),), "order 71 was acknowledged as"),
                              ((Found("71", ANN, "1", 2, "expired"),), "order 71 was acknowledged as"),
                              ((Found("71", ANN, "1", 2, "pending"), Found("72", BERT, "1", 1, "pending")),
                               "order 72 of user")):
            with self.subTest(orders):
                self.setUp()
                self.named(self.judge(*orders), words)
        self.setUp()
        same = Found("71", ANN, "1", 2, "pending")
        self.assertIn("more than once", self.judge(same, same)[0])

    def test_an_open_purchase_that_made_two_orders_is_named(self):
        self.book.on_sent(Ask(BERT, "1", 1, "k2"))
        twins = [Found(number, BERT, "1", 1, "pending") for number in ("72", "73")]
        self.named(self.judge(Found("71", ANN, "1", 2, "pending"), *twins), "neither acknowledged nor open")

    def test_a_broken_limit_is_named_in_the_answers_and_in_the_store(self):
        more = Ask(ANN, "1", 2, "k2")
        self.book.on_sent(more)
        self.named(self.judge(Found("71", ANN, "1", 2, "pending"), Found("72", ANN, "1", 2, "pending")), "limit is 3")
        self.book.on_order(more, "72", replayed=False)
        self.assertIn("order 72 exceeds the limit", self.book.faults[1])

    def test_sums_that_do_not_fit_are_named(self):
        first = Found("71", ANN, "1", 2, "pending")
        for words, sums in (("had 10 units", {"available": 9}), ("had 10 units", {"oversold": 1}),
                            ("orders hold 2 units", {"available": 7, "reserved": 3}),
                            ("not reconciled", {"balanced": False}), ("not reconciled", {"limit_violations": 1})):
            with self.subTest(words):
                self.setUp()
                self.named(self.judge(first, **sums), words)

    def test_a_repeated_key_gets_its_order_and_no_other_answer(self):
        self.book.on_order(ONE, "71", replayed=True)
        self.assertEqual(self.book.faults, [])
        for words, answer in (("repeated order 72", lambda: self.book.on_order(ONE, "72", replayed=True)),
                              ("made anew", lambda: self.book.on_order(ONE, "71", replayed=False)),
                              ("got 409 sold_out", lambda: self.book.on_refusal(ONE, 409, "sold_out")),
                              ("two keys", lambda: self.book.on_order(Ask(BERT, "1", 1, "k2"), "71", replayed=False))):
            with self.subTest(words):
                self.setUp()
                answer()
                self.named(self.book.faults, words)

    def test_a_refusal_without_its_reason_is_named(self):
        for code, quantity, words in (("limit_reached", 1, "below the limit"), ("limit_reached", 2, ""),
                                      ("sold_out", 1, "called sold out"), ("sold_out", 9, ""),
                                      ("ended", 1, "got 409 ended")):
            with self.subTest(code, quantity=quantity):
                self.setUp()
                ask = Ask(ANN, "1", quantity, "k2")
                self.book.on_sent(ask)
                self.book.on_refusal(ask, 409, code)
                self.assertEqual(self.book.open, set())
                self.assertEqual([words in fault for fault in self.book.faults], [True] * bool(words), self.book.faults)
        self.setUp()
        other, more = Ask(ANN, "1", 1, "k2"), Ask(ANN, "1", 1, "k3")
        self.book.on_sent(other)
        self.book.on_sent(more)
        self.book.on_refusal(more, 409, "limit_reached")
        self.assertEqual(self.book.faults, [], "the open one may have taken the last unit")


if __name__ == "__main__":
    unittest.main()
