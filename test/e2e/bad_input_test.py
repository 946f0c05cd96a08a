# SPDX-License-Identifier: Apache-2.0
# ctest: asan
"""Bad input gets a clear answer and changes nothing. Tables: what is sent, and what must come back."""
import json
import pathlib
import socket
import time
import unittest

from harness import PASSWORD, Person, ShopCase, cny, instant, new_key
from sandbox import sign, signed_callback


class Unchanged(ShopCase):
    """After each test every order and sum, product and activity is as it was before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity, cls.on_sale = cls.shop.sell_in(5, limit_per_user=3)
        cls.ann = cls.shop.customer()
        cls.order = cls.ann.must_buy(cls.on_sale)
        cls.draft = cls.shop.draft(cls.shop.item())

    def setUp(self):
        self.before = self.shop.everything()

    def tearDown(self):
        self.assertEqual(self.shop.everything(), self.before, "something changed")

    def check(self, what, answer, status, code, pointer=None):
        """A problem with a code, words for people, and the field that is wrong."""
        with self.subTest(what):
            problem = self.refused(answer, status, code)
            self.assertEqual((problem["status"], problem["type"]), (status, f"/problems/{code}"))
            self.assertTrue(problem["title"])
            if pointer is not None:
                self.assertIn(pointer, [error["pointer"] for error in problem.get("errors", [])], problem)
                for error in problem["errors"]:
                    self.assertGreater(len(error["detail"]), 5)


class Purchases(Unchanged):
    def buy(self, body, key="bad", item=None, headers=None):
        sent = {"Idempotency-Key": key} | (headers or {})
        return self.ann.send("POST", f"/v1/items/{item or self.on_sale}/orders", body,
                             {name: value for name, value in sent.items() if value is not None})

    def test_what_is_asked_for(self):
        for what, body, pointer in (
                ("zero", {"quantity": 0}, "/quantity"), ("negative", {"quantity": -1}, "/quantity"),
                ("too large", {"quantity": 1001}, "/quantity"), ("huge", '{"quantity":1e30}', "/quantity"),
                ("past 64 bits", '{"quantity":99999999999999999999}', "/quantity"),
                ("a fraction", {"quantity": 1.5}, "/quantity"), ("a text", {"quantity": "1"}, "/quantity"),
                ("not a number", {"quantity": [1]}, "/quantity"), ("true", {"quantity": True}, "/quantity"),
                ("null", {"quantity": None}, "/quantity"), ("nothing", {}, "/quantity"),
                ("a typing error", {"quantitty": 1, "quantity": 1}, "/quantitty"),
                ("a price of one's own", {"quantity": 1, "price": 1}, "/price"),
                ("no object", [1], None), ("not JSON", "{quantity:1}", None), ("cut off", '{"quantity":1', None),
                ("two values", '{"quantity":1}{}', None),
                ("a key twice", '{"quantity":1,"quantity":2}', None), ("not UTF-8", b'{"quantity":1,"\xff":1}', None),
                ("empty", "", None), ("deep", '{"quantity":' * 20 + "1" + "}" * 20, None)):
            self.check(what, self.buy(body), 400, "invalid", pointer)

    def test_where_it_is_bought(self):
        for what, item in (("unknown", "999999"), ("zero", "0"), ("negative", "-1"), ("no number", "phone"),
                           ("past 32 bits", "4294967297"), ("leading zero", "0" + self.on_sale),
                           ("encoded", "%31"), ("long", "1" * 100)):
            self.check(what, self.buy({"quantity": 1}, item=item), 404, "not_found")
        later = self.shop.sell(1, starts_s=3600, ends_s=7200)
        self.check("before the start", self.buy({"quantity": 1}, item=later), 409, "not_started")
        self.before = self.shop.everything()

    def test_the_key(self):
        for what, key in (("missing", None), ("empty", ""), ("too long", "k" * 65), ("a space inside", "a b"),
                          ("not ASCII", "schlüssel".encode().decode("latin-1"))):
            self.check(what, self.buy({"quantity": 1}, key=key), 400, "invalid", "header Idempotency-Key")

    def test_more_than_there_is(self):
        self.check("more than the limit", self.buy({"quantity": 3}), 409, "limit_reached")
        small = self.shop.sell(1, limit_per_user=3)
        self.before = self.shop.everything()
        self.check("more than is left", self.buy({"quantity": 2}, item=small), 409, "sold_out")

    def test_the_form_of_the_request(self):
        long = '{"quantity":1' + " " * 2000 + "}"
        self.check("a body that is too long", self.buy(long), 413, "body_too_long")
        self.check("another type", self.buy("quantity=1", headers={"Content-Type": "text/plain"}), 415,
                   "unsupported_media_type")
        self.check("a long address", self.ann.get("/v1/orders?limit=" + "1" * 3000), 414, "target_too_long")
        self.check("long headers", self.ann.get("/v1/orders", **{"X-Long": "x" * 20000}), 431, "headers_too_long")
        self.check("another method", self.ann.send("PUT", f"/v1/items/{self.on_sale}/orders", {"quantity": 1}), 405,
                   "method_not_allowed")
        self.check("an unknown method", self.ann.send("BREW", "/v1/orders"), 501, "not_implemented")
        self.check("an unknown address", self.ann.get("/v1/order"), 404, "not_found")

    def test_lists_and_orders(self):
        for what, path in (("no part", "?limit=0"), ("too much", "?limit=101"), ("no number", "?limit=x"),
                           ("no cursor", "?cursor=x")):
            self.check(what, self.ann.get(f"/v1/orders{path}"), 400, "invalid", path.split("=")[0])
        for order in ("1", "0", "x", "9" * 30):
            self.check(f"order {order}", self.ann.get(f"/v1/orders/{order}"), 404, "not_found")
            self.check(f"cancel {order}", self.ann.post(f"/v1/orders/{order}/cancel"), 404, "not_found")
            self.check(f"pay {order}", self.ann.post(f"/v1/orders/{order}/payments"), 404, "not_found")
        self.check("cancel with words", self.ann.post(f"/v1/orders/{self.order['id']}/cancel", {"all": True}), 400,
                   "invalid", "/all")

    def test_accounts_and_sessions(self):
        stranger = self.server.stranger()
        for what, body, pointer in (
                ("no name", {"password": PASSWORD}, "/name"), ("short name", {"name": "a", "password": PASSWORD}, "/name"),
                ("strange name", {"name": "a b c", "password": PASSWORD}, "/name"),
                ("short password", {"name": "short-1", "password": "123"}, "/password"),
                ("common password", {"name": "short-1", "password": "1234567890"}, "/password"),
                ("the name in it", {"name": "short-1", "password": "my short-1 one"}, "/password"),
                ("a number", {"name": 7, "password": PASSWORD}, "/name")):
            self.check(what, stranger.post("/v1/accounts", body), 400, "invalid", pointer)
        self.check("a password that is wrong",
                   stranger.post("/v1/sessions", {"name": "buyer-1", "password": "nonsense nonsense"}), 401, "unauthorized")


class Office(Unchanged):
    def typed(self, **changes):
        return self.draft["items"][0] | changes

    def test_activities(self):
        good = {"name": "A sale", "starts_at": instant(60), "ends_at": instant(3600), "items": []}
        for what, changes, status, pointer in (
                ("reversed", {"starts_at": instant(3600), "ends_at": instant(60)}, 422, "/ends_at"),
                ("past", {"starts_at": instant(-7200), "ends_at": instant(-3600)}, 422, "/ends_at"),
                ("endless", {"ends_at": instant(86400 * 365)}, 422, "/ends_at"),
                ("no time", {"starts_at": "tomorrow"}, 400, "/starts_at"), ("no name", {"name": ""}, 422, "/name"),
                ("a long name", {"name": "n" * 121}, 422, "/name"),
                ("unknown key", {"start_at": 1}, 400, "/start_at"),
                ("price negative", {"items": [self.typed(price=cny(-1))]}, 400, "/items/0/price/amount"),
                ("price a text", {"items": [self.typed(price="free")]}, 400, "/items/0/price"),
                ("price a fraction", {"items": [self.typed(price={"amount": 1.5, "currency": "CNY"})]}, 400,
                 "/items/0/price/amount"),
                ("no currency", {"items": [self.typed(price={"amount": 1, "currency": "yuan"})]}, 400,
                 "/items/0/price/currency"),
                ("a currency that nobody has", {"items": [self.typed(price={"amount": 1, "currency": "XXZ"})]}, 422,
                 "/items/0/price/currency"),
                ("gold", {"items": [self.typed(price={"amount": 1, "currency": "XAU"})]}, 422,
                 "/items/0/price/currency"),
                ("after all times", {"ends_at": "9999-12-31T23:59:59Z"}, 400, "/ends_at"),
                ("before all times", {"starts_at": "0001-01-01T00:00:00Z"}, 400, "/starts_at"),
                ("two currencies", {"items": [self.typed(), self.typed(sku_id=self.sku, price={
                    "amount": 1, "currency": "USD"})]}, 422, "/items/1/price/currency"),
                ("another currency struck through", {"items": [self.typed(list_price={
                    "amount": 299900, "currency": "USD"})]}, 422, "/items/0/list_price/currency"),
                ("stock negative", {"items": [self.typed(stock=-1)]}, 400, "/items/0/stock"),
                ("stock too large", {"items": [self.typed(stock=1 << 41)]}, 400, "/items/0/stock"),
                ("unknown sku", {"items": [self.typed(sku_id="999999")]}, 422, "/items/0/sku_id"),
                ("the same sku twice", {"items": [self.typed(), self.typed()]}, 422, "/items/1/sku_id"),
                ("unknown policy", {"items": [self.typed(policy="lottery")]}, 400, "/items/0/policy"),
                ("a question", {"items": [self.typed(entry="challenge")]}, 422, "/items/0/entry"),
                ("no time to pay", {"items": [self.typed(pay_window_ms=1)]}, 422, "/items/0/pay_window_ms"),
                ("somebody else's item", {"items": [self.typed(id="999999")]}, 400, "/items/0/id")):
            body = good | {key: value for key, value in changes.items() if key != "items"}
            body["items"] = [{key: value for key, value in item.items() if key != "id" or what == "somebody else's item"}
                             for item in changes.get("items", [])]
            self.check(what, self.owner.post("/admin/v1/activities", body), status, "invalid", pointer)

    def test_what_is_wrong_is_said_as_closely_as_it_can_be(self):
        def said(**changes):
            body = {"name": "A sale", "starts_at": instant(60), "ends_at": instant(3600), "items": []} | changes
            error, = self.owner.post("/admin/v1/activities", body).json["errors"]
            return error["code"], error.get("values")
        years = {"least": 1970, "most": 2199}
        self.assertEqual(said(ends_at="9999-12-31T23:59:59Z"), ("time_out_of_range", years))
        self.assertEqual(said(starts_at="0001-01-01T00:00:00Z"), ("time_out_of_range", years))
        self.assertEqual(said(starts_at="2026-02-30T00:00:00Z")[0], "not_a_time")
        item = {"sku_id": self.sku, "stock": 1}
        self.assertEqual(said(items=[item | {"price": {"amount": 1, "currency": "XXZ"}}]),
                         ("currency_unknown", {"currency": "XXZ"}))
        for path, body in (("/admin/v1/risk-entries", {"kind": "address", "value": "203.0.113.7", "reason": "x",
                                                       "expires_at": "2200-01-01T00:00:00Z"}),):
            error, = self.owner.post(path, body).json["errors"]
            self.assertEqual((error["pointer"], error["code"]), ("/expires_at", "time_out_of_range"))
        switch = self.owner.send("PUT", "/admin/v1/switches/payments",
                                 {"on": False, "reason": "x", "until": "9999-01-01T00:00:00Z"})
        self.assertEqual(switch.json["errors"][0]["code"], "time_out_of_range")
        for query, code in (("from=9999-01-01T00:00:00Z", "query_time_out_of_range"), ("to=soon", "query_not_a_time")):
            self.assertEqual(self.owner.get("/admin/v1/audit?" + query).json["reason"], code)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sku = cls.shop.sku()

    def test_steps_out_of_order(self):
        path = f"/admin/v1/activities/{self.draft['id']}"
        for what, person, step, body, status, code in (
                ("approve a draft", self.shop.reviewer, "approve", {}, 409, "conflict"),
                ("warm a draft", self.owner, "warm", {}, 409, "conflict"),
                ("pause a draft", self.owner, "pause", {"reason": "x"}, 409, "conflict"),
                ("pause without a reason", self.owner, "pause", {}, 400, "invalid"),
                ("an old version", self.owner, "submit", {}, 409, "conflict")):
            headers = {"If-Match": '"77"'} if what == "an old version" else None
            self.check(what, person.send("POST", f"{path}/{step}", body, headers), status, code)
        self.check("one that does not exist", self.owner.post("/admin/v1/activities/999999/submit"), 404, "not_found")
        self.check("warm twice", self.owner.post(f"/admin/v1/activities/{self.activity}/warm"), 409, "already_open")

    def test_approving_ones_own_activity(self):
        other = self.shop.draft(self.shop.item())
        self.shop.step(other["id"], "submit")
        self.before = self.shop.everything()
        self.check("approving one's own", self.owner.post(f"/admin/v1/activities/{other['id']}/approve"), 403, "forbidden")

    def test_stock_below_what_is_sold(self):
        change = self.owner.good("POST", f"/admin/v1/items/{self.on_sale}/stock-changes",
                                 {"delta": -5, "reason": "Lost."})["id"]
        answer = self.shop.reviewer.post(f"/admin/v1/stock-changes/{change}/approve")
        self.check("below what is reserved", answer, 409, "below_committed")
        for what, body, pointer in (("nothing", {"delta": 0, "reason": "x"}, "/delta"),
                                    ("no reason", {"delta": 1}, "/reason"),
                                    ("a text", {"delta": "1", "reason": "x"}, "/delta"),
                                    ("too much", {"delta": 1 << 42, "reason": "x"}, "/delta")):
            self.check(what, self.owner.post(f"/admin/v1/items/{self.on_sale}/stock-changes", body), 400, "invalid",
                       pointer)

    def test_imports(self):
        head = "product_code,product_title,sku_code,sku_title\n"
        for what, text, kind, line, column in (
                ("an unknown column", "product_code,product_title,sku_code,colour\n", "text/csv", 1, 37),
                ("a missing field", head + "A,Apple,A-1,Red\nB,Pear\n", "text/csv", 3, None),
                ("a code with a space", head + "A,Apple,A-1,Red\nB B,Pear,B-1,Green\n", "text/csv", 3, 1),
                ("the same sku twice", head + "A,Apple,A-1,Red\nB,Pear,A-1,Green\n", "text/csv", 3, 8),
                ("an open quote", head + 'A,"Apple,A-1,Red\n', "text/csv", 2, None),
                ("nothing", "", "text/csv", 1, 1),
                ("JSON that ends early", '[\n {"code":"A",', "application/json", 2, None),
                ("JSON of another shape", '[\n {"code":"A","titel":"x","skus":[]}]', "application/json", 2, 14)):
            with self.subTest(what):
                answer = self.owner.send("POST", "/admin/v1/products/import", text, {"Content-Type": kind})
                errors = self.refused(answer, 422, "invalid")["errors"]
                self.assertIn((line, column), [(error["line"], column and error["column"]) for error in errors], errors)
        self.check("another type", self.owner.send("POST", "/admin/v1/products/import", "x", {"Content-Type": "image/png"}),
                   415, "unsupported_media_type")
        for code, title in (("turns_around", "Ph\u202eone"), ("title_blank", "\u200b")):
            answer = self.owner.send("POST", "/admin/v1/products/import", head + f"A,{title},A-1,Red\n",
                                     {"Content-Type": "text/csv"})
            self.assertEqual(code, self.refused(answer, 422, "invalid")["errors"][0]["code"], title)

    def test_people_and_guards(self):
        for what, path, body, pointer in (
                ("a role", "operators", {"name": "new-one", "role": "king", "password": PASSWORD}, "/role"),
                ("a name", "operators", {"name": "X", "role": "viewer", "password": PASSWORD}, "/name"),
                ("a password", "operators", {"name": "new-one", "role": "viewer", "password": "x"}, "/password"),
                ("a kind", "risk-entries", {"kind": "country", "value": "x", "reason": "y"}, "/kind"),
                ("a user", "risk-entries", {"kind": "user", "value": "bob", "reason": "y"}, "/value"),
                ("an address", "risk-entries", {"kind": "address", "value": "300.1.1.1", "reason": "y"}, "/value"),
                ("a network", "risk-entries", {"kind": "address", "value": "10.0.0.0/40", "reason": "y"}, "/value"),
                ("a past end", "risk-entries", {"kind": "address", "value": "10.0.0.1", "reason": "y",
                                                "expires_at": instant(-60)}, "/expires_at")):
            self.check(what, self.owner.post(f"/admin/v1/{path}", body), 400, "invalid", pointer)
        for what, body, pointer in (("no reason", {"on": False}, "/reason"), ("a word", {"on": "off", "reason": "x"}, "/on"),
                                    ("an end of purchases", {"on": False, "reason": "x", "until": instant(60)}, "/until")):
            self.check(what, self.owner.send("PUT", "/admin/v1/switches/purchases", body), 400, "invalid", pointer)
        self.check("an unknown switch", self.owner.send("PUT", "/admin/v1/switches/lights", {"on": False, "reason": "x"}),
                   404, "not_found")

    def test_searches(self):
        for path in ("orders?limit=0", "orders?cursor=x", "orders?state=lost", "orders?item_id=x", "orders?user_id=bob",
                     "products?limit=201", "audit?limit=-1", "reconcile?item_id=x", "live?activity_id=x",
                     "live/now?activity_id=x", "orders/export?item_id=x"):
            self.check(path, self.owner.get(f"/admin/v1/{path}"), 400, "invalid")
        for path in ("orders/1", "items/999999", "activities/999999", "products/999999", "reconcile?item_id=999999"):
            self.check(path, self.owner.get(f"/admin/v1/{path}"), 404, "not_found")


class Callbacks(Unchanged):
    def test_statements_that_are_not_the_providers(self):
        stranger = self.server.stranger()
        _, payment = self.ann.cashier(self.order["id"])
        self.before = self.shop.everything()
        data, total = self.server.data, self.order["total"]
        where = "/v1/payments/callbacks/sandbox"
        good, headers = signed_callback(data, payment, total)

        def send(body, headers):
            return stranger.send("POST", where, body, {"Content-Type": "application/json"} | headers)
        self.check("no signature", send(good, {}), 403, "forbidden")
        self.check("not a signature", send(good, {"X-Signature": "yes"}), 403, "forbidden")
        self.check("another body", send(good.replace(b"199900", b"1"), headers), 403, "forbidden")
        self.check("another key", send(*signed_callback(data, payment, total, key=b"x" * 32)), 403, "forbidden")
        self.check("an old one", send(*signed_callback(data, payment, total, at_ms=1)), 403, "forbidden")
        self.check("an unknown payment", send(*signed_callback(data, "1", total)), 404, "not_found")
        self.check("another amount", send(*signed_callback(data, payment, cny(1))), 422, "amount_mismatch")
        usd = {"amount": total["amount"], "currency": "USD"}
        self.check("another currency", send(*signed_callback(data, payment, usd)), 422, "amount_mismatch")
        self.check("an unknown state", send(*signed_callback(data, payment, total, status="maybe")), 400, "invalid")
        self.check("one field more", send(*signed_callback(data, payment, total, tip=1)), 400, "invalid")
        key = bytes.fromhex((pathlib.Path(data) / "sandbox_pay.key").read_text().strip())
        now = int(time.time() * 1000)
        self.check("not JSON", send(b"paid", {"X-Signature": sign(key, now, "paid")}), 400, "invalid")
        self.check("a refund of nothing", send(*signed_callback(data, payment, total, status="refunded")), 409, "not_paid")
        self.check("an unknown provider", stranger.send("POST", "/v1/payments/callbacks/bank", good, headers), 404,
                   "not_found")

    def test_the_cashier(self):
        path, _ = self.ann.cashier(self.order["id"])
        self.before = self.shop.everything()
        stranger = self.server.stranger()
        for what, body in (("no action", {}), ("an unknown one", {"action": "steal"}),
                           ("a delay of years", {"action": "late", "delay_ms": 10 ** 12}),
                           ("one field more", {"action": "pay", "amount": 1})):
            self.check(what, stranger.post(path, body), 400, "invalid")
        self.check("nobody's", stranger.post("/sandbox/cashier/" + "0" * 32, {"action": "pay"}), 404, "not_found")


class Malformed(Unchanged):
    """Requests that no library would send."""

    def raw(self, data, url=None):
        host, port = (url or self.server.public).removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1]) if head else 0
        return status, json.loads(body)["code"] if b"problem+json" in head else ""

    def test_a_file_that_is_too_long_is_refused_before_it_is_sent(self):
        head = f"POST /admin/v1/products/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n" \
               f"Content-Length: {(4 << 20) + 1}\r\n\r\n"
        self.assertEqual(self.raw(head.encode(), self.server.console), (413, "body_too_long"))

    def test_the_bytes(self):
        order = f"POST /v1/items/{self.on_sale} HTTP/1.1\r\nHost: x\r\n"
        table = [
            (b"GET / HTTP/1.1\r\n\r\n", 400, "malformed_request"),
            (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_request"),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n", 400, "malformed_request"),
            (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "version_not_supported"),
            (f"{order}Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345".encode(), 400, "malformed_request"),
            (f"{order}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(), 400,
             "malformed_request"),
            (f"{order}Expect: a-miracle\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}".encode(),
             417, "expectation_failed"),
            (f"POST /v1/items/{self.on_sale}/orders HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n"
             "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}".encode(), 417, "expectation_failed"),
        ]
        for data, status, code in table:
            with self.subTest(data[:60]):
                self.assertEqual(self.raw(data), (status, code))


if __name__ == "__main__":
    unittest.main()
