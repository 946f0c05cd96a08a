# SPDX-License-Identifier: Apache-2.0
# ctest: asan tsan
"""The server is killed, drained, and started again on the same store: nothing that was confirmed is lost."""
import http.client
import json
import pathlib
import resource
import shutil
import signal
import socket
import sqlite3
import threading
import unittest

from harness import Case, Customer, Person, Shop, in_threads, new_key, open_store, run, until


class Restart(Case):
    """Each test has a store of its own."""

    def setUp(self):
        self.name = self.id().rsplit(".", 1)[1]
        self.data = self.folder / self.name

    def start(self, *sets):
        return self.serve(*sets, name=self.name)

    def people(self, server, shop, count):
        return [shop.customer() for _ in range(count)]

    def at(self, server, customer):
        """The same customer at a server that listens elsewhere; the token is still good."""
        return Customer(server.public, customer.token, customer.user_id)

    def buy_until_down(self, customers, item, acknowledged, go_on):
        """Every customer buys again and again; each confirmed order and each open key is kept."""
        def work(number):
            while go_on():
                key = new_key()
                acknowledged["open"].add((number, key))
                try:
                    answer = customers[number].buy(item, key=key)
                except (OSError, http.client.HTTPException):
                    return
                if answer.status == 201:
                    acknowledged["orders"].append((number, key, answer.json["id"]))
                acknowledged["open"].discard((number, key))
        return work

    def check_after(self, server, item, customers, acknowledged, stock):
        shop = Shop(server)
        proof = shop.reconcile(item)
        self.assertEqual(proof["available"] + proof["reserved"] + proof["sold"], stock)
        again = [self.at(server, customer) for customer in customers]
        for number, key, order in acknowledged["orders"]:
            answer = again[number].buy(item, key=key)
            self.assertEqual((answer.status, answer.json["id"], answer.headers["idempotency-replayed"]),
                             (201, order, "true"))
        # A key whose answer was lost makes one order, now or then.
        for number, key in list(acknowledged["open"]):
            first, second = (again[number].buy(item, key=key) for _ in range(2))
            self.assertEqual((first.status, second.status), (201, 201), (first, second))
            self.assertEqual(first.json["id"], second.json["id"])
        ids = [order for _, _, order in acknowledged["orders"]]
        self.assertEqual(len(ids), len(set(ids)))
        shop.reconcile(item)
        return shop

    def test_a_drain_answers_everything_and_the_state_is_the_same_afterwards(self):
        stock, buyers = 1_000_000, 6
        server = self.start()
        shop = Shop(server)
        item = shop.sell(stock, limit_per_user=0)
        customers = self.people(server, shop, buyers)
        acknowledged = {"orders": [], "open": set()}
        work = self.buy_until_down([self.at(server, each) for each in customers], item, acknowledged, lambda: True)
        code = []
        stopper = threading.Thread(target=lambda: (
            until(lambda: len(acknowledged["orders"]) >= 100, "orders"), code.append(server.stop())))
        stopper.start()
        in_threads(buyers, work)
        stopper.join()
        self.assertEqual(code, [0])
        found = json.loads(run("doctor", "--json", "--data", self.data, code=None).stdout)
        ledger = next(each for each in found if each["subject"] == "ledger")
        self.assertEqual(ledger["health"], "good", found)
        self.assertIn("the last stop was clean", ledger["what"])
        server = self.start()
        self.assertIn('"clean":true', server.log_text())
        self.check_after(server, item, customers, acknowledged, stock)

    def test_a_request_in_flight_is_answered_and_told_that_the_connection_ends(self):
        server = self.start()
        shop = Shop(server)
        item = shop.sell(10)
        ann = shop.customer()
        host, port = server.public.removeprefix("http://").split(":")
        body = b'{"quantity":1}'
        head = (f"POST /v1/items/{item}/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ann.token}\r\n"
                f"Idempotency-Key: slow\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        before = self.bytes_in(server)
        with socket.create_connection((host, int(port)), timeout=60) as slow:
            slow.sendall(head.encode() + body[:5])
            # The head has arrived when the server counts its bytes; then it is told to stop.
            until(lambda: self.bytes_in(server) >= before + len(head), "the head")
            server.process.send_signal(signal.SIGTERM)
            until(lambda: self.is_closed(host, port), "the closed door")
            slow.sendall(body[5:])
            answer = b""
            while part := slow.recv(65536):
                answer += part
        self.assertTrue(answer.startswith(b"HTTP/1.1 201"), answer)
        self.assertIn(b"Connection: close", answer)
        self.assertEqual(server.stop(), 0)
        server = self.start()
        order = json.loads(answer.partition(b"\r\n\r\n")[2])["id"]
        self.assertEqual(self.at(server, ann).order(order)["state"], "pending")

    def bytes_in(self, server):
        text = Person(server.console).get("/metrics").body.decode()
        line = next(line for line in text.splitlines()
                    if line.startswith('sluice_http_bytes_in_total{server="public"}'))
        return float(line.split()[-1])

    def is_closed(self, host, port):
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except OSError:
            return True
        return False

    def test_everything_is_as_it_was(self):
        server = self.start()
        shop = Shop(server)
        activity, item = shop.sell_in(5, limit_per_user=5)
        hidden = shop.sell(5, entry="ticket", limit_per_user=5)
        ann, bert = shop.customer(), shop.customer()
        paid = ann.must_buy(item)["id"]
        ann.pay(paid)
        ann.until_state(paid, "paid")
        pending = ann.must_buy(item)["id"]
        payment_path, _ = ann.cashier(pending)
        cancelled = bert.must_buy(item)["id"]
        bert.good("POST", f"/v1/orders/{cancelled}/cancel", {})
        ticket = ann.good("POST", f"/v1/items/{hidden}/tickets", {})["buy_url"]
        ann.post(ticket, {"quantity": 1}, {"Idempotency-Key": "t"})
        shop.step(activity, "pause", body={"reason": "Drill."})
        shop.owner.good("PUT", "/admin/v1/switches/accounts", {"on": False, "reason": "Drill."})
        shop.owner.good("POST", "/admin/v1/risk-entries", {"kind": "user", "value": bert.user_id, "reason": "Drill."})
        before = shop.everything()
        page = Person(server.public).get(f"/items/{item}").body.replace(server.public.encode(), b"")
        session = dict(shop.owner.headers)
        server.kill()

        server = self.start()
        shop = Shop(server)
        self.assertEqual(shop.everything(), before)
        again = Person(server.public).get(f"/items/{item}").body  # the port is in its own address
        self.assertEqual(again.replace(server.public.encode(), b""), page)
        ann, bert = self.at(server, ann), self.at(server, bert)
        self.refused(ann.buy(item), 409, "paused")
        self.refused(Person(server.public).post("/v1/accounts", {"name": "late-one", "password": "x"}), 503, "stopped")
        self.refused(ann.post(ticket, {"quantity": 1}, {"Idempotency-Key": "u"}), 403, "ticket_invalid")
        self.assertEqual(Person(server.console, session).get("/admin/v1/sessions/current").status, 200,
                         "operators need not sign in again")
        shop.step(activity, "resume", body={"reason": "Over."})
        self.refused(bert.buy(item), 403, "blocked")
        ann.good("POST", payment_path, {"action": "pay"})
        ann.until_state(pending, "paid")
        shop.reconcile()

    def test_a_full_disk_stops_the_sale_and_loses_nothing(self):
        # A limit on the size of files stands for the disk: writes fail as they would on a full one.
        server = self.serve(name=self.name, limits_files=True)
        shop = Shop(server)
        item = shop.sell(1_000_000, limit_per_user=0)
        ann = shop.customer()
        first = ann.must_buy(item)["id"]
        largest = max(file.stat().st_size for file in self.data.iterdir())
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (largest + 64 * 1024, resource.RLIM_INFINITY))
        confirmed = [first]

        def fails():
            answer = ann.buy(item)
            if answer.status == 201:
                confirmed.append(answer.json["id"])
            return answer.status != 201 and answer
        refused = until(fails, "the full disk")
        self.refused(refused, 503, "read_only")
        self.assertIn("retry-after", refused.headers)
        self.refused(ann.buy(item), 503, "read_only")
        self.assertEqual(ann.order(first)["state"], "pending", "reads go on")
        ready = Person(server.console).get("/readyz")
        self.assertEqual((ready.status, ready.json["ready"]), (503, False))
        self.assertIn("read_only", ready.json["reasons"][0])
        self.assertTrue(Person(server.console).get("/livez").json["live"])
        self.assertTrue(shop.owner.good("GET", "/admin/v1/live/now")["read_only"])
        self.assertEqual(server.stop(), 0)
        server = self.start()
        ann = self.at(server, ann)
        for order in confirmed:
            self.assertEqual(ann.order(order)["state"], "pending")
        proof = Shop(server).reconcile(item)
        self.assertIn(proof["reserved"] - len(confirmed), (0, 1), "of the last one nobody was told")
        ann.must_buy(item)

    def test_a_backup_made_while_it_runs_can_be_restored(self):
        server = self.start()
        shop = Shop(server)
        item = shop.sell(5)
        ann = shop.customer()
        order = ann.must_buy(item)["id"]
        copy = self.folder / "restored"
        copy.mkdir(mode=0o700)
        with open_store(self.data) as live, sqlite3.connect(copy / "sluice.db") as saved:
            live.backup(saved)
        live.close(), saved.close()
        for key in self.data.glob("*.key"):
            shutil.copy2(key, copy)
        shop.customer().must_buy(item)  # after the backup
        restored = self.serve(name="restored")
        again = Customer(restored.public, ann.token, ann.user_id)
        self.assertEqual(again.order(order)["state"], "pending")
        self.assertEqual(Shop(restored).reconcile(item)["reserved"], 1)
        again.pay(order)
        again.until_state(order, "paid")

    def test_money_on_its_way_arrives_after_a_restart(self):
        server = self.start()
        shop = Shop(server)
        item = shop.sell(2)
        ann = shop.customer()
        order = ann.must_buy(item)["id"]
        ann.pay(order, "late", delay_ms=1000)
        server.kill()
        server = self.start()
        self.at(server, ann).until_state(order, "paid")
        Shop(server).reconcile(item)

    def test_holds_run_out_while_nobody_is_there(self):
        server = self.start()
        shop = Shop(server)
        item = shop.sell(1, pay_window_ms=1000)
        ann = shop.customer()
        order = ann.must_buy(item)["id"]
        server.kill()
        server = self.start()
        self.at(server, ann).until_state(order, "expired")
        self.assertEqual(Shop(server).reconcile(item)["available"], 1)


class Refusals(Case):
    """What the program refuses to start on, and what it says then."""

    def refuse(self, *arguments, code=1):
        done = run("serve", "--json", "--set", "public.port=0", "--set", "console.port=0", *arguments, code=code)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_a_second_process_on_the_store_is_told_who_has_it(self):
        server = self.serve(name="shared")
        said = self.refuse("--data", server.data)
        self.assertIn(str(server.pid), said)
        self.assertEqual(Person(server.console).get("/livez").status, 200)

    def test_a_store_of_a_newer_version_is_left_alone(self):
        server = self.serve(name="newer")
        self.assertEqual(server.stop(), 0)
        with open_store(server.data) as store:
            store.execute("PRAGMA user_version = 9999")
        store.close()
        said = self.refuse("--data", server.data)
        self.assertIn("newer", said)
        with open_store(server.data) as store:
            self.assertEqual(store.execute("PRAGMA user_version").fetchone(), (9999,))
        store.close()

    def test_a_port_in_use_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = run("serve", "--data", self.folder / "port", "--set", f"public.port={port}", "--set", "console.port=0",
                       code=1)
        self.assertIn(str(port), done.stderr)
        self.assertIn("in use", done.stderr)

    def test_a_configuration_with_a_typing_error_is_refused_with_its_place(self):
        config = self.folder / "typo.toml"
        for text, words in (("[public]\nprot = 80\n", (":2:1:", "public.prot", "public.port")),
                            ("[public]\n\n  port = \"80\"\n", (":3:", "public.port", "whole number")),
                            ("[public]\nport = 70000\n", (":2:", "65535")), ("[publik]\nport = 1\n", (":1:",)),
                            ("[public\n", (":1:",)), ("data_dir = \"a\"\ndata_dir = \"b\"\n", (":2:",))):
            with self.subTest(text):
                config.write_text(text)
                said = self.refuse("--config", config, "--data", self.folder / "typo", code=2)
                for word in words:
                    self.assertIn(word, said)
                self.assertIn(str(config), said)
        self.assertFalse((self.folder / "typo").exists(), "nothing was made")

    def test_a_damaged_record_is_named_and_not_accepted(self):
        server = self.serve(name="damaged")
        shop = Shop(server)
        item = shop.sell(5)
        shop.customer().must_buy(item)
        self.assertEqual(server.stop(), 0)
        with open_store(server.data) as store:
            table = next(name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type='table'")
                         if name.startswith("record"))
            columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
            blob = next(name for name in columns if name in ("body", "bytes", "data", "record"))
            number, body = store.execute(f"SELECT rowid, {blob} FROM {table} ORDER BY rowid DESC LIMIT 1").fetchone()
            body = bytearray(body)
            body[len(body) // 2] ^= 1
            triggers = store.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'").fetchall()
            for name, _ in triggers:
                store.execute(f"DROP TRIGGER {name}")  # they forbid it to whoever is honest
            store.execute(f"UPDATE {table} SET {blob} = ? WHERE rowid = ?", (bytes(body), number))
            for _, sql in triggers:
                store.execute(sql)
        store.close()
        said = self.refuse("--data", server.data)
        self.assertIn(str(number), said)
        found = json.loads(run("doctor", "--json", "--data", server.data, code=3).stdout)
        self.assertIn("bad", [each["health"] for each in found if each["subject"] == "ledger"])

    def test_keys_that_others_can_read_are_refused(self):
        server = self.serve(name="open")
        self.assertEqual(server.stop(), 0)
        for name in ("token.key", "ticket.key", "sandbox_pay.key"):
            self.assertEqual((pathlib.Path(server.data) / name).stat().st_mode & 0o777, 0o600)
        self.assertEqual(pathlib.Path(server.data).stat().st_mode & 0o777, 0o700)
        (pathlib.Path(server.data) / "token.key").chmod(0o644)
        self.assertIn("chmod 600", self.refuse("--data", server.data))


if __name__ == "__main__":
    unittest.main()
