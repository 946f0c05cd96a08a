# SPDX-License-Identifier: Apache-2.0
"""The disk breaks under the real server: full, read-only, failing, slow, without power, with flipped bits.

test/chaos/faulty_disk.cc is put under the unmodified program and breaks on command. Beyond `make test`:
ROUNDS=200 SEED=7 python3 -m unittest disk_test.PowerCuts
"""
import errno
import http.client
import json
import os
import pathlib
import random
import shutil
import sqlite3
import sys
import threading
import unittest

from harness import ROOT, SLUICE, Case, Customer, Person, Shop, in_threads, new_key, run, until

sys.path.insert(0, str(ROOT / "test/chaos"))
from power_cut import PAGE, FaultyDisk  # pylint: disable=wrong-import-position

LIBRARY = pathlib.Path(os.environ.get("FAULTY_DISK", pathlib.Path(SLUICE).resolve().parent / "libfaulty_disk.so"))
BUYERS, LIMIT = 4, 40
ROUNDS, SEED = int(os.environ.get("ROUNDS", "5")), int(os.environ.get("SEED", "1"))


class Crowd:
    """Customers who buy and buy, each purchase under a key of its own, and keep every answer."""

    def __init__(self, item):
        self.item = item
        self.confirmed = {}  # (customer, key): id of the order
        self.open = set()  # (customer, key) of those without an order: refused, or never answered
        self.refusals = set()  # (status, code)

    def buy(self, customers, refusals_each=1, each=lambda: None):
        """Until every customer was refused so often, or the server is gone; `each` is called after each answer."""
        def work(number):
            refused = 0
            while refused < refusals_each:
                key = new_key()
                self.open.add((number, key))
                try:
                    answer = customers[number].buy(self.item, key=key)
                except (OSError, http.client.HTTPException):
                    return
                if answer.status == 201:
                    self.confirmed[number, key] = answer.json["id"]
                    self.open.discard((number, key))
                else:
                    self.refusals.add((answer.status, answer.code))
                    refused += 1
                each()
        in_threads(len(customers), work)


class DiskCase(Case):
    """Each test has its own copy of a small shop, on a disk of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not LIBRARY.exists():
            raise AssertionError(f"{LIBRARY} is missing: build the target faulty_disk")
        server = cls.serve(name="model")
        shop = Shop(server)
        cls.item, cls.gone = shop.sell(1000, limit_per_user=LIMIT), shop.sell(1)
        cls.endless = shop.sell(1_000_000, limit_per_user=0)
        cls.tokens = [(each.token, each.user_id) for each in (shop.customer() for _ in range(BUYERS))]
        cls.customers(server)[0].must_buy(cls.gone)
        cls.owner_headers = shop.owner.headers
        if server.stop() != 0:
            raise AssertionError(server.log_text())

    def setUp(self):
        self.data = self.folder / self.id().rsplit(".", 1)[1]
        self.new_disk()

    def new_disk(self):
        """The small shop as it was, on a disk that is well."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.folder / "model", self.data)
        self.disk = FaultyDisk(LIBRARY, self.data)
        self.addCleanup(self.disk.mend)

    def start(self, *sets):
        return self.serve(*sets, name=self.data.name, environment=self.disk.environment)

    @classmethod
    def customers(cls, server):
        return [Customer(server.public, *token) for token in cls.tokens]

    def owner(self, server):
        return Person(server.console, self.owner_headers)

    def reconciled(self, server, item):
        proof = self.owner(server).good("GET", f"/admin/v1/reconcile?item_id={item}")
        self.assertTrue(proof["balanced"], proof)
        figures = proof["items"][0]
        self.assertEqual(figures["available"] + figures["reserved"] + figures["sold"], figures["total"], figures)
        return figures

    def orders_of(self, customer, item):
        orders, cursor = [], ""
        while True:
            part = customer.good("GET", f"/v1/orders?limit=100{cursor}")
            orders += [order["id"] for order in part["data"] if order["item_id"] == item]
            if "next_cursor" not in part:
                return orders
            cursor = f"&cursor={part['next_cursor']}"

    def check_confirmed(self, server, crowd, only=None):
        """Every order that somebody was told of is there, once, under its key."""
        customers = self.customers(server)
        for number, key in only or crowd.confirmed:
            answer = customers[number].buy(crowd.item, key=key)
            self.assertEqual((answer.status, answer.status == 201 and answer.json["id"],
                              answer.headers.get("idempotency-replayed")),
                             (201, crowd.confirmed[number, key], "true"), answer)
        self.assertEqual(len(set(crowd.confirmed.values())), len(crowd.confirmed))

    def check_all(self, server, crowd):
        """After a restart: what was confirmed is there, open keys become one order each, limits and sums are exact."""
        self.check_confirmed(server, crowd)
        customers = self.customers(server)
        for number, key in sorted(crowd.open):
            first, second = (customers[number].buy(crowd.item, key=key) for _ in range(2))
            if first.status == 201:
                self.assertEqual((second.status, second.json["id"]), (201, first.json["id"]))
                crowd.confirmed[number, key] = first.json["id"]
            else:
                self.refused(first, 409, "limit_reached")
        if crowd.item == self.item:
            crowd.refusals.clear()
            crowd.buy(customers)
            self.assertEqual(crowd.refusals, {(409, "limit_reached")})
        for number, customer in enumerate(customers):
            orders = self.orders_of(customer, crowd.item)
            self.assertEqual(len(orders), len(set(orders)))
            self.assertEqual(set(orders), {order for (who, _), order in crowd.confirmed.items() if who == number})
            if crowd.item == self.item:
                self.assertEqual(len(orders), LIMIT)
        self.assertEqual(self.reconciled(server, crowd.item)["reserved"], len(crowd.confirmed))
        self.reconciled(server, self.gone)
        self.assertTrue(self.owner(server).good("GET", "/admin/v1/audit/verify")["intact"])


class Faults(DiskCase):
    """The disk breaks while customers buy, is mended, and the server is started again."""

    def break_disk(self, words, after=30, item=None, **switches):
        """Customers buy; the switches are set when so many have an order. What must then be so, up to the restart."""
        server = self.start()
        crowd = Crowd(item or self.item)
        struck = threading.Lock()

        def strike():
            if len(crowd.confirmed) >= after and struck.acquire(blocking=False):  # for ever
                for name, value in switches.items():
                    setattr(self.disk, name, value)
        crowd.buy(self.customers(server), refusals_each=3, each=strike)
        self.assertEqual(crowd.refusals, {(503, "read_only")})
        before = (self.disk.writes, self.disk.syncs)
        self.stays_read_only(server, crowd, words)
        self.assertEqual((self.disk.writes, self.disk.syncs), before, "nothing is tried again")
        self.operators_get_in(server)

        self.disk.mend()
        self.refused(self.customers(server)[0].buy(self.item), 503, "read_only")
        syncs = self.disk.syncs
        self.assertEqual(server.stop(), 0)
        if {"sync_error", "store_error"} & set(switches):
            self.assertEqual(self.disk.syncs, syncs, "what a failed sync left is not touched before a restart reads it")
        server = self.start()
        self.assertEqual(Person(server.console).get("/readyz").status, 200)
        self.check_all(server, crowd)
        self.assertEqual(server.stop(), 0)

    def stays_read_only(self, server, crowd, words):
        stranger, console = Person(server.public), Person(server.console)
        customers = self.customers(server)
        for (number, key), order in list(crowd.confirmed.items())[:10]:
            answer = customers[number].buy(crowd.item)
            self.refused(answer, 503, "read_only")
            self.assertIn("retry-after", answer.headers)
            self.refused(customers[number].buy(crowd.item, key=key), 503, "read_only")
            self.assertEqual(customers[number].order(order)["state"], "pending")
        for number, customer in enumerate(customers):
            self.assertEqual(set(self.orders_of(customer, crowd.item)),
                             {order for (who, _), order in crowd.confirmed.items() if who == number})
        for path in ("/", f"/items/{self.item}", f"/v1/items/{self.item}/state", "/v1/activities"):
            self.assertEqual(stranger.get(path).status, 200, path)
        ready = console.get("/readyz")
        self.assertEqual((ready.status, ready.json["ready"]), (503, False))
        self.assertTrue(ready.json["reasons"][0].startswith("read_only: "), ready)
        self.assertIn(words, ready.json["reasons"][0])
        self.assertEqual(console.get("/livez").status, 200)
        self.assertIn("\nsluice_read_only 1\n", console.get("/metrics").body.decode())
        self.assertEqual(server.log_text().count('"event":"ledger_failed"'), 1)
        self.assertIn(words, server.log_text())

    def operators_get_in(self, server):
        """Who is in stays in; who comes in sees everything, and is told why nothing can be changed."""
        for person in (self.owner(server), server.log_in("rita-reviewer"), server.log_in("olga-owner")):
            now = person.good("GET", "/admin/v1/live/now")
            self.assertTrue(now["read_only"])
            self.assertIn(now["read_only_code"], ("store_full", "store_disk_failed", "store_forbidden"), now["read_only_reason"])
            self.assertTrue(person.good("GET", "/admin/v1/reconcile")["items"])
        said = person.send("PUT", "/admin/v1/switches/accounts", {"on": False, "reason": "Drill."})
        self.assertEqual(said.status, 503, said)
        self.assertIn("restart", said.json["detail"])
        person.good("DELETE", "/admin/v1/sessions/current")
        self.assertEqual(person.get("/admin/v1/live/now").status, 401)

    def test_a_full_disk_stops_purchases_and_nothing_else(self):
        self.break_disk("disk is full", write_error=errno.ENOSPC)
        self.assertGreater(self.disk.writes_failed, 0)

    def test_a_disk_that_turned_read_only_stops_purchases_and_nothing_else(self):
        self.break_disk("disk I/O error", read_only=1)

    def test_a_failing_write_stops_purchases_and_nothing_else(self):
        self.break_disk("disk I/O error", write_error=errno.EIO)

    def test_one_failing_sync_stops_purchases_for_good_although_the_next_would_succeed(self):
        self.break_disk("disk I/O error", sync_error=errno.EIO, sync_failures=1)
        self.assertEqual(self.disk.syncs_failed, 1)

    def test_a_disk_that_syncs_no_more_is_asked_once(self):
        self.break_disk("disk I/O error", sync_error=errno.EIO)
        self.assertEqual(self.disk.syncs_failed, 1)

    def test_a_checkpoint_that_cannot_be_synced_stops_purchases_for_good(self):
        self.break_disk("disk I/O error", item=self.endless, store_error=errno.EIO)
        self.assertEqual(self.disk.syncs_failed, 1, "it is not tried again")

    def test_a_sync_that_fails_before_anybody_buys_is_told_before_anybody_buys(self):
        server = self.start()
        console, operator = Person(server.console), self.owner(server)
        self.assertEqual(console.get("/readyz").status, 200)
        self.disk.sync_error, self.disk.sync_failures = errno.EIO, 1
        said = operator.send("PUT", "/admin/v1/switches/accounts", {"on": False, "reason": "Drill."})
        self.refused(said, 503, "read_only")
        self.assertIn("restart", said.json["detail"])
        ready = until(lambda: (answer := console.get("/readyz")).status == 503 and answer, "the word of the ledger")
        self.assertTrue(ready.json["reasons"][0].startswith("read_only: "), ready)
        self.assertEqual(server.log_text().count('"event":"ledger_failed"'), 1)
        account = {"name": "late-comer", "password": "some words of my own"}
        self.refused(Person(server.public).send("POST", "/v1/accounts", account), 503, "read_only")
        self.refused(self.customers(server)[1].buy(self.item), 503, "read_only")

    def test_writes_that_are_done_in_part_are_finished(self):
        self.disk.short_writes = 1
        server = self.start()
        crowd = Crowd(self.item)
        crowd.buy(self.customers(server))
        self.assertEqual((crowd.refusals, len(crowd.confirmed)), ({(409, "limit_reached")}, BUYERS * LIMIT))
        server.kill()
        self.disk.cut()
        self.check_all(self.start(), crowd)

    def test_a_stalled_disk_holds_up_purchases_and_nothing_else(self):
        server = self.start()
        crowd = Crowd(self.item)
        self.disk.stalls = 1
        buying = threading.Thread(target=lambda: crowd.buy(self.customers(server)))
        buying.start()
        until(lambda: self.disk.stalled, "the stalled sync")
        reader, stranger = self.customers(server)[1], Person(server.public)
        for _ in range(50):
            self.assertEqual(stranger.get(f"/items/{self.item}").status, 200)
            self.assertEqual(stranger.get(f"/v1/items/{self.item}/state").status, 200)
            self.refused(reader.buy(self.gone), 409, "sold_out")
            self.assertEqual(reader.good("GET", "/v1/orders")["data"], [], "what is not durable is not shown")
        self.assertTrue(self.owner(server).good("GET", "/admin/v1/live/now"))
        console = Person(server.console)
        stalled = until(lambda: (answer := console.get("/readyz")).status == 503 and answer, "the watchdog's word")
        self.assertIn("ledger_stalled", stalled.json["reasons"][0])
        self.refused(reader.buy(self.item), 503, "busy")  # at once: nobody knows how long it would wait
        self.assertEqual(crowd.confirmed, {})
        self.disk.stalls = 0
        buying.join()
        until(lambda: console.get("/readyz").status == 200, "ready again")
        self.check_all(server, crowd)

    def test_those_who_wait_for_a_stalled_disk_leave_half_of_the_connections_to_others(self):
        places = 40
        server = self.start("public.doors=1", f"public.connections_max={places}")
        crowd = Crowd(self.item)
        self.disk.stalls = 1
        buyers = [customer for _ in range(places // BUYERS) for customer in self.customers(server)]
        buying = threading.Thread(target=lambda: crowd.buy(buyers))
        buying.start()
        # One more than may wait is told so at once, and its connection is free for others again.
        until(lambda: (503, "busy") in crowd.refusals, "the first who may not wait")
        for _ in range(places):
            self.assertEqual(Person(server.public).get(f"/items/{self.item}").status, 200)
        self.assertEqual(crowd.confirmed, {})
        self.disk.stalls = 0
        buying.join()
        self.assertEqual(len(crowd.confirmed), BUYERS * LIMIT)

    def test_a_slow_disk_slows_purchases_and_nothing_else(self):
        self.disk.sync_ms = 300
        server = self.start()
        crowd = Crowd(self.item)
        enough, read = threading.Event(), []

        def read_on():
            reader, stranger = self.customers(server)[1], Person(server.public)
            while not enough.is_set():
                self.assertEqual(stranger.get(f"/items/{self.item}").status, 200)
                self.refused(reader.buy(self.gone), 409, "sold_out")
                read.append(1)
        reading = threading.Thread(target=read_on)
        reading.start()
        owner = self.owner(server)
        syncs = self.batches(owner)  # each has one; the recorder of figures syncs beside them
        in_threads(BUYERS, lambda number: [self.buy_one(crowd, server, number) for _ in range(2)])
        syncs, reads = self.batches(owner) - syncs, len(read)
        enough.set()
        reading.join()
        self.assertLessEqual(syncs, len(crowd.confirmed), "purchases share syncs")
        self.assertGreater(reads, 5 * syncs, "pages and refusals do not wait for the disk")
        self.disk.sync_ms = 0
        self.check_all(server, crowd)

    def batches(self, owner):
        return owner.good("GET", "/admin/v1/live/now")["ledger"]["batches"]

    def buy_one(self, crowd, server, number, key=None):
        key = key or new_key()
        crowd.confirmed[number, key] = self.customers(server)[number].must_buy(crowd.item, key=key)["id"]

    def test_a_start_on_a_broken_disk_is_refused_and_says_why(self):
        for words, advice, switches in (
                ("No space left on device", "free some space", {"write_error": errno.ENOSPC}),
                ("Read-only file system", "check", {"read_only": 1}),
                ("Input/output error", "disk errors", {"write_error": errno.EIO})):
            with self.subTest(words):
                self.new_disk()
                for name, value in switches.items():
                    setattr(self.disk, name, value)
                done = run("serve", "--json", "--data", self.data, "--set", "public.port=0", "--set", "console.port=0",
                           code=1, environment=self.disk.environment)
                self.assertEqual(done.stdout, "")
                self.assertIn(words, done.stderr)
                self.assertIn(advice, done.stderr)


class PowerCuts(DiskCase):
    """The power is cut: what was not synced is gone, or any part of it."""

    def test_what_was_confirmed_survives_power_cuts_at_any_moment(self):
        dice = random.Random(SEED)
        crowd = Crowd(self.endless)
        for number in range(ROUNDS):
            server = self.start()
            before = set(crowd.confirmed)
            stops = dice.random() < 0.3  # the cut comes while the server closes its store
            enough = len(crowd.confirmed) + dice.randint(1, 60)
            once = threading.Lock()

            def each():
                if stops and len(crowd.confirmed) >= enough and once.acquire(blocking=False):
                    self.disk.dies_in = dice.randint(1, 80)
                    server.process.terminate()
            if not stops:
                self.disk.dies_in = dice.randint(1, 1500)
            crowd.buy(self.customers(server), refusals_each=1_000_000, each=each)
            server.process.wait(60)
            self.disk.dies_in = 0
            server.kill()
            self.disk.cut(dice if dice.random() < 0.8 else None)
            server = self.start()
            self.check_confirmed(server, crowd, set(crowd.confirmed) - before)
            server.kill()  # and the next round begins with a log that was never closed
            print(f"cut {number + 1} of {ROUNDS}: {len(crowd.confirmed)} orders confirmed so far", flush=True)
        self.check_all(self.start(), crowd)

    def test_an_order_that_a_restart_found_is_told_only_once_it_is_durable(self):
        # The order was written and never synced: the next process can read it, but a power cut takes it away.
        for how in ("killed before the sync", "after a failed sync, stopped", "after a failed sync, killed"):
            with self.subTest(how):
                self.new_disk()
                server = self.start()
                buyer, key = self.customers(server)[0], new_key()
                buyer.must_buy(self.item)
                if how == "killed before the sync":
                    self.disk.stalls = 1
                    waiting = threading.Thread(target=lambda: self.try_to_buy(buyer, key))
                    waiting.start()
                    until(lambda: self.disk.stalled, "the stalled sync")
                    server.kill()
                    waiting.join()
                else:
                    self.disk.sync_error, self.disk.sync_failures = errno.EIO, 1
                    self.refused(buyer.buy(self.item, key=key), 503, "read_only")
                    server.stop() if how.endswith("stopped") else server.kill()
                self.disk.mend()
                server = self.start()
                order = self.customers(server)[0].must_buy(self.item, key=key)["id"]
                server.kill()
                self.disk.cut()
                server = self.start()
                again = self.customers(server)[0].buy(self.item, key=key)
                self.assertEqual((again.status, again.json["id"]), (201, order), again)
                self.reconciled(server, self.item)

    def try_to_buy(self, buyer, key):
        try:
            buyer.buy(self.item, key=key)
        except (OSError, http.client.HTTPException):
            pass


class FlippedBits(DiskCase):
    """Bits are flipped in every page of a store whose server was stopped, and of a log whose server was killed."""

    def test_a_flipped_bit_of_the_store_is_named_or_carried_nothing(self):
        self.flip_all("sluice.db", lambda server: server.stop(), flips_a_page=2)

    def test_a_flipped_bit_of_the_log_is_named_or_carried_nothing(self):
        self.flip_all("sluice.db-wal", lambda server: server.kill(), flips_a_page=1)

    def flip_all(self, file, end, flips_a_page):
        dice = random.Random(SEED)
        server = self.start()
        crowd = Crowd(self.item)
        crowd.buy(self.customers(server))
        end(server)
        whole, truth = (self.data / file).read_bytes(), self.content(self.data)
        self.assertGreaterEqual(len(truth["record"]), len(crowd.confirmed))
        named = flips = 0
        for page in range(0, len(whole), PAGE):
            bytes_of_page = range(page, min(page + PAGE, len(whole)))
            # Much of a page is empty: one byte of those that are not zero, and one of all.
            written = [at for at in bytes_of_page if whole[at]] or bytes_of_page
            for at in (dice.choice(written), dice.choice(bytes_of_page))[:flips_a_page]:
                bit = 1 << dice.randrange(8)
                with self.subTest(file=file, byte=at, bit=bit):
                    flips += 1
                    named += self.is_named(file, whole, at, bit, truth, starts_too=named % 20 == 0)
        self.assertGreater(named, flips // 5)
        print(f"{file}: {flips} flips in {len(whole) // PAGE} pages, {named} named, the others carried nothing", flush=True)

    def content(self, folder):
        """Everything that the store holds, as SQLite reads it."""
        copy = self.folder / "read"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        with sqlite3.connect(copy / "sluice.db") as store:
            tables = store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            found = {name: store.execute(f"SELECT * FROM {name}").fetchall() for name, in tables}
        store.close()
        return found

    def is_named(self, file, whole, at, bit, truth, starts_too):
        """True if the program refuses the store and says what to do; false if nothing that it holds has changed."""
        copy = self.folder / "flipped"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.data, copy)
        with open(copy / file, "r+b") as out:
            out.seek(at)
            out.write(bytes([whole[at] ^ bit]))
        done = run("doctor", "--json", "--data", copy, code=None)
        found = [each for each in json.loads(done.stdout) if each["subject"] in ("store", "ledger", "audit")]
        bad = [each for each in found if each["health"] != "good"]
        if not bad:
            self.assertEqual(self.content(copy), truth)
            return False
        self.assertEqual(done.returncode, 3)
        for each in bad:
            self.assertRegex(each["what"], "damaged|malformed|not a database|older one|another program|newer version")
            self.assertRegex(each["what"], "backup|data directory of its own|install a newer")
        if starts_too and bad[0]["subject"] != "audit":
            refused = run("serve", "--json", "--data", copy, "--set", "public.port=0", "--set", "console.port=0", code=1)
            self.assertIn(bad[0]["what"], refused.stderr)
        return True


if __name__ == "__main__":
    unittest.main()
