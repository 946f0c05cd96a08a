# SPDX-License-Identifier: Apache-2.0
"""Every problem code is reached over HTTP, and docs/api/errors.md, the OpenAPI description and the server agree on it."""
import json
import re
import resource
import socket
import unittest

import yaml
from harness import PASSWORD, ROOT, Case, Client, Person, Shop, cny, in_threads, new_key, totp, until
from sandbox import signed_callback

# Codes that nothing from outside can bring about at will, and what tests them instead.
OUT_OF_REACH = {
    "in_progress": "a race of two requests; src/api/buy_test.cc and src/sale test it",
    "internal": "a bug or a damaged store; src/http/server_test.cc throws one",
}


def documented():
    """{code: set of statuses} of errors.md."""
    found = {}
    for line in (ROOT / "docs/api/errors.md").read_text().splitlines():
        if row := re.match(r"\| `([a-z_]+)` \| ([0-9 or]+) \|", line):
            assert row[1] not in found, f"{row[1]} comes twice"
            found[row[1]] = set(re.findall(r"[0-9]+", row[2]))
    return found


class Codes(Case):
    def test_the_documents_and_the_sources_name_the_same_codes(self):
        codes = set(documented())
        description = yaml.safe_load((ROOT / "docs/api/openapi.yaml").read_text())
        self.assertEqual(set(description["components"]["schemas"]["ProblemCode"]["enum"]), codes)
        outcomes = (ROOT / "src/sale/outcome.cc").read_text()
        good = {"accepted", "replayed", "done", "already_done", "refund_due", "unknown"}
        self.assertLessEqual(set(re.findall(r'return "([a-z_]+)"', outcomes)) - good, codes)
        for name in sorted(ROOT.glob("src/**/*.cc")):
            if name.name.endswith("_test.cc") or "command" in name.parts:
                continue
            for code in re.findall(r'(?:(?:p|problem)\.code = |\.code = |conflict\(\s*|refuse\(\s*\d+,\s*|refused\(\d+, )'
                                   r'"([a-z_]+)"', name.read_text()):
                self.assertIn(code, codes, name)

    def test_the_type_of_every_problem_leads_to_a_page_in_both_languages(self):
        server = self.serve(name="types")
        for listener in (server.public, server.console):
            person = Person(listener)
            for code in documented():
                page = person.get("/problems/" + code)
                self.assertEqual((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"), code)
                text = page.body.decode()
                for part in (f"<code>{code}</code>", "What it means", "含义", "style-src 'sha256-"):
                    self.assertIn(part, text, code)
                self.assertEqual(page.headers["content-security-policy"], "frame-ancestors 'none'")
                self.assertEqual(page.headers["cache-control"], "public, max-age=3600")
            etag = page.headers["etag"]
            self.assertEqual(person.get("/problems/" + code, **{"If-None-Match": etag}).status, 304)
            for none in ("none", "-", "sold_out.html", "Sold_out", "..", "%2e%2e"):
                page = person.get("/problems/" + none)
                self.assertEqual((page.status, page.headers["content-type"]), (404, "text/html; charset=utf-8"), none)
                self.assertIn('href="/problems/sold_out"', page.body.decode())

    def test_every_code_is_reached_with_its_status(self):
        seen = {}

        def watch(_method, _path, answer):
            if answer.code:
                seen.setdefault(answer.code, set()).add(str(answer.status))
                self.assertEqual(answer.json["type"], "/problems/" + answer.code)
                if answer.status in (429, 503):
                    self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
                    self.assertGreaterEqual(answer.json["retry_after_ms"], 1)
        Client.watch = staticmethod(watch)
        try:
            self.server = self.serve()
            self.shop = Shop(self.server)
            for play in (self.play_window, self.play_purchases, self.play_orders, self.play_console, self.play_transport,
                         self.play_codes, self.play_gates, self.play_limits, self.play_full_disk):
                play()
        finally:
            Client.watch = None
        for code, status in self.raw_codes:
            seen.setdefault(code, set()).add(status)
        wanted = documented()
        self.assertEqual(set(wanted) - set(seen) - set(OUT_OF_REACH), set(), "never reached")
        for code, statuses in seen.items():
            self.assertLessEqual(statuses, wanted[code], code)

    def play_window(self):
        ann = self.shop.customer()
        self.item = self.shop.sell(50, limit_per_user=20)
        ann.buy(self.shop.sell(1, starts_s=3600, ends_s=7200))  # not_started
        activity, item = self.shop.sell_in(1)
        self.shop.step(activity, "pause", body={"reason": "Drill."})
        ann.buy(item)  # paused
        self.shop.step(activity, "end", body={"reason": "Drill."})
        ann.buy(item)  # ended
        ann.buy("999999")  # not_found
        self.server.rehearser("anybody").buy(self.item)  # rehearsal_only

    def play_purchases(self):
        ann, bert = self.shop.customer(), self.shop.customer()
        one = self.shop.sell(1)
        ann.buy(one, key="k"), ann.buy(one, 2, key="k"), bert.buy(one)  # duplicate_key_mismatch, sold_out
        two = self.shop.sell(2)
        ann.buy(two), ann.buy(two), ann.buy(two, 0)  # limit_reached, invalid
        hidden = self.shop.sell(1, entry="ticket")
        ann.buy(hidden)  # ticket_required
        ann.post("/v1/tickets/none/orders", {"quantity": 1}, {"Idempotency-Key": "k"})  # ticket_invalid
        self.server.stranger().get("/v1/orders")  # unauthorized
        for _ in range(2):
            self.server.stranger().post("/v1/accounts", {"name": "taken-name", "password": PASSWORD})  # name_taken

    def play_orders(self):
        ann = self.shop.customer()
        owner = self.shop.owner
        cancelled, expired, refunded = (ann.must_buy(item)["id"] for item in
                                        (self.item, self.shop.sell(1, pay_window_ms=1000), self.item))
        ann.post(f"/v1/orders/{cancelled}/cancel"), ann.post(f"/v1/orders/{cancelled}/payments")  # already_cancelled
        owner.post(f"/admin/v1/orders/{refunded}/refund", {"reason": "x"})  # not_paid
        owner.post(f"/admin/v1/orders/{refunded}/mark-paid", {"reason": "x", "quantity": 5})  # too_much
        owner.post(f"/admin/v1/orders/{refunded}/mark-paid", {"reason": "x"})
        ann.post(f"/v1/orders/{refunded}/cancel")  # already_paid
        owner.post(f"/admin/v1/orders/{refunded}/refund", {"reason": "x"})
        ann.post(f"/v1/orders/{refunded}/cancel")  # already_refunded
        ann.until_state(expired, "expired")
        ann.post(f"/v1/orders/{expired}/payments")  # already_expired
        pending = ann.must_buy(self.item)["id"]
        _, payment = ann.cashier(pending)
        self.server.stranger().send("POST", "/v1/payments/callbacks/sandbox",
                                    *signed_callback(self.server.data, payment, cny(1)))  # amount_mismatch
        no_provider = self.serve("payment.sandbox=false", name="unpaid")
        shop = Shop(no_provider)
        buyer = shop.customer()
        order = buyer.must_buy(shop.sell(1))["id"]
        buyer.post(f"/v1/orders/{order}/payments")  # payment_unavailable

    def play_console(self):
        owner = self.shop.owner
        activity = self.shop.draft(self.shop.item())["id"]
        path = f"/admin/v1/activities/{activity}"
        owner.post(path + "/warm")  # conflict
        owner.send("PUT", path, {})  # precondition_required
        self.shop.step(activity, "submit"), owner.post(path + "/approve")  # forbidden
        running = owner.good("GET", f"/admin/v1/items/{self.item}")["activity_id"]
        owner.post(f"/admin/v1/activities/{running}/warm")  # already_open
        change = owner.good("POST", f"/admin/v1/items/{self.item}/stock-changes", {"delta": -50, "reason": "x"})["id"]
        self.shop.reviewer.post(f"/admin/v1/stock-changes/{change}/approve")  # below_committed
        owner.post("/admin/v1/activities", {"name": "x", "starts_at": "2020-01-01T00:00:00Z",
                                            "ends_at": "2019-01-01T00:00:00Z"})  # invalid, 422

    def play_codes(self):
        strict = self.serve("console.second_factor=required", name="strict")
        owner = strict.set_up()
        red = ("PUT", "/admin/v1/switches/payments", {"on": False, "reason": "Drill."})
        owner.send(*red)  # totp_enrollment_required
        path = "/admin/v1/operators/current/totp"
        secret = owner.good("POST", path, {"password": PASSWORD})["secret"]
        other = strict.log_in("olga-owner")
        owner.good("POST", path + "/confirm", {"code": totp(secret)})
        other.send(*red)  # step_up_required
        other.post("/admin/v1/sessions/current/step-up", {"code": "000000"})  # totp_invalid, 422
        for more in ({}, {"code": "000000"}):  # totp_required; totp_invalid, 401
            Person(strict.console).post("/admin/v1/sessions", {"name": "olga-owner", "password": PASSWORD} | more)

    def play_gates(self):
        owner = self.shop.owner
        ann = self.shop.customer()
        entry = owner.good("POST", "/admin/v1/risk-entries", {"kind": "user", "value": ann.user_id, "reason": "x"})
        ann.buy(self.item)  # blocked
        owner.send("DELETE", f"/admin/v1/risk-entries/{entry['id']}")
        for on in (False, True):
            owner.send("PUT", "/admin/v1/switches/purchases", {"on": on, "reason": "Drill."})
            ann.buy(self.item)  # stopped

    def play_transport(self):
        stranger = self.server.stranger()
        stranger.send("PUT", "/v1/time", {})  # method_not_allowed
        stranger.post("/v1/accounts", "x" * 2000)  # body_too_long
        stranger.get("/v1/" + "x" * 3000), stranger.get("/v1/time", **{"X-Long": "x" * 20000})
        stranger.send("POST", "/v1/accounts", "a=b", {"Content-Type": "text/plain"}), stranger.send("BREW", "/v1/time")
        slow = self.serve("public.header_timeout_ms=200", name="slow")
        self.raw_codes = [self.raw(server, data) for server, data in (
            (self.server, b"GET / HTTP/1.1\r\n\r\n"), (self.server, b"GET / HTTP/3.0\r\nHost: x\r\n\r\n"),
            (self.server, b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nExpect: gold\r\nContent-Length: 2\r\n"
                          b"Content-Type: application/json\r\n\r\n{}"), (slow, b"GET / HT"))]

    def raw(self, server, data):
        host, port = server.public.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(data)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        return json.loads(body)["code"], head.split()[1].decode()

    def play_limits(self):
        small = self.serve("gates.user_per_second=0.01", "gates.user_burst=1", "public.desks=1",
                           "public.desk_queue_max=1", name="small")
        shop = Shop(small)
        item = shop.sell(5)
        ann = shop.customer()
        ann.buy(item), ann.buy(item)  # too_fast
        body = {"name": "nobody-here", "password": PASSWORD}

        def crowd():
            codes = in_threads(8, lambda _: small.stranger().post("/v1/sessions", body).code)
            return "busy" in codes
        until(crowd, "the desks full")  # busy

    def play_full_disk(self):
        server = self.serve(name="full", limits_files=True)
        shop = Shop(server)
        item = shop.sell(1_000_000, limit_per_user=0)
        ann = shop.customer()
        ann.must_buy(item)
        largest = max(file.stat().st_size for file in server.data.iterdir())
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (largest + 16384, resource.RLIM_INFINITY))
        until(lambda: ann.buy(item, key=new_key()).code == "read_only", "read_only")
        server.stop()


if __name__ == "__main__":
    unittest.main()
