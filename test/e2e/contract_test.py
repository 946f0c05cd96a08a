# SPDX-License-Identifier: Apache-2.0
"""The description of the API and the running server say the same: addresses, methods, answers, examples."""
import json
import pathlib
import re
import tempfile
import unittest
import urllib.parse

import jsonschema
from harness import PASSWORD, Client, Person, ShopCase, new_key, totp, until

BOTH = ("/openapi.json", "/problems/{code}")
CONSOLE = ("/admin", "/livez", "/readyz", "/startupz", "/version", "/metrics")
METHODS = ("get", "put", "post", "delete", "patch")
# Operations that the scenarios below do not reach with a 2xx answer, and why.
NEVER_2XX = {"addChallenge": "no item asks a question yet"}


class Description:
    """The served OpenAPI document, and how an exchange is compared with it."""

    def __init__(self, document):
        self.document = document
        self.routes = []
        for path, item in document["paths"].items():
            pattern = re.compile("^" + re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(path)) + "$")
            fixed = -path.count("{")
            for method in METHODS:
                if method in item:
                    self.routes.append((fixed, method, path, pattern, item[method]))
        self.routes.sort(key=lambda route: -route[0])  # a fixed segment goes before {id}
        self.store = {"": document}

    def operation(self, method, path):
        path = path.split("?")[0]
        for _, known, name, pattern, operation in self.routes:
            if known == method.lower() and pattern.match(path):
                return name, operation
        return None, None

    def resolve(self, value):
        while "$ref" in value:
            found = self.document
            for part in value["$ref"][2:].split("/"):
                found = found[part]
            value = found
        return value

    def complaints(self, schema, value):
        """What `value` has against `schema`; a field that is not described is a complaint too."""
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **strict(schema),
                 "components": {"schemas": {name: strict(each) for name, each in
                                            self.document["components"]["schemas"].items()}}}
        checker = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
        return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(value)]

    def check(self, method, path, answer):
        """What is wrong with one exchange; "" if nothing."""
        name, operation = self.operation(method, path)
        if operation is None:
            return ""
        where = f"{method} {name} → {answer.status}"
        described = operation["responses"].get(str(answer.status))
        if described is None and answer.status < 400:
            return f"{where} is not described"
        described = self.resolve(described or operation["responses"]["default"])
        if "content" not in described:
            return f"{where} has a body that is not described" if answer.body else ""
        kind = answer.headers.get("content-type", "").split(";")[0]
        if kind not in described["content"]:
            return f"{where} is {kind}, described are {list(described['content'])}"
        if not kind.endswith("json"):
            return ""
        wrong = self.complaints(described["content"][kind]["schema"], answer.json)
        return f"{where}: {wrong} in {answer}" if wrong else ""


def strict(schema):
    """The schema with every object closed, so that an undescribed field shows."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        closed["additionalProperties"] = False
    return closed


class Contract(ShopCase):
    @classmethod
    def setUpClass(cls):
        images = tempfile.TemporaryDirectory(prefix="sluice-images-")
        cls.addClassCleanup(images.cleanup)
        (pathlib.Path(images.name) / "cup.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        cls.sets = (f"public.image_dir={images.name}",)
        super().setUpClass()
        cls.public = Person(cls.server.public)
        cls.described = Description(cls.public.good("GET", "/openapi.json"))

    def test_both_listeners_serve_the_same_description(self):
        console = Person(self.server.console).get("/openapi.json")
        self.assertEqual(console.json, self.described.document)

    def listener(self, path):
        return Person(self.server.console if path.startswith(CONSOLE) else self.server.public)

    def test_the_server_has_exactly_the_described_addresses_and_methods(self):
        """OPTIONS says what an address has; a path without any route is 404 there."""
        for path, item in self.described.document["paths"].items():
            concrete = re.sub(r"\{[^/]*\}", "1", path)
            people = [self.listener(path)]
            if path in BOTH:
                people.append(Person(self.server.console))
            for person in people:
                with self.subTest(path):
                    answer = person.send("OPTIONS", concrete)
                    self.assertEqual(answer.status, 204, answer)
                    found = {each.strip().lower() for each in answer.headers["allow"].split(",")}
                    wanted = {method for method in METHODS if method in item}
                    self.assertEqual(found - {"head", "options"}, wanted)
                    if path not in BOTH:
                        other = self.server.public if path.startswith(CONSOLE) else self.server.console
                        self.assertEqual(Person(other).send("OPTIONS", concrete).status, 404,
                                         "it is on the other listener, too")

    def test_every_route_in_the_sources_is_described(self):
        from harness import ROOT
        found = set()
        for name in ("src/api/public_routes.cc", "src/api/admin/routes.cc", "src/adapter/sandbox_pay/cashier.cc"):
            text = (ROOT / name).read_text()
            found |= {path for path in re.findall(r'"(/[a-z0-9_{}./-]*)"', text)
                      if path not in ("/404", "/v1", "/v1/") and not path.endswith("cashier/")}
        self.assertGreater(len(found), 50)
        self.assertEqual(found, set(self.described.document["paths"]))

    def test_the_root_of_the_console_leads_to_its_page(self):
        console = Person(self.server.console)
        for path in ("/", "/admin/", "/admin/?a=b"):
            for method in ("GET", "HEAD"):
                answer = console.send(method, path)
                self.assertEqual((answer.status, answer.headers.get("location")), (308, "/admin"), path)
        self.refused(console.get("/nothing-here"), 404, "not_found")
        self.refused(console.send("DELETE", "/"), 404, "not_found")

    def test_every_operation_says_who_may_use_it_and_has_an_own_name(self):
        names = [route[4]["operationId"] for route in self.described.routes]
        self.assertEqual(len(names), len(set(names)))
        for _, method, path, _, operation in self.described.routes:
            with self.subTest(f"{method} {path}"):
                self.assertTrue(set(operation["tags"]) <= {"public", "console", "sandbox"})
                if path.startswith("/admin/v1") and operation["operationId"] not in ("signIn", "setUp"):
                    wanted = {"session"} if method == "get" else {"session", "csrf"}
                    self.assertEqual([set(each) for each in operation["security"]], [wanted])

    def test_the_examples_fit_their_schemas(self):
        count = 0

        def visit(value, path):
            nonlocal count
            if isinstance(value, list):
                for number, each in enumerate(value):
                    visit(each, f"{path}/{number}")
            if not isinstance(value, dict):
                return
            if "schema" in value:
                examples = [value["example"]] if "example" in value else []
                examples += [each["value"] for each in value.get("examples", {}).values()] \
                    if isinstance(value.get("examples"), dict) else []
                for example in examples:
                    count += 1
                    self.assertEqual(self.described.complaints(value["schema"], example), [], path)
            for key, each in value.items():
                if key not in ("example", "examples"):
                    visit(each, f"{path}/{key}")
        visit(self.described.document, "")
        self.assertGreater(count, 30)

    def test_the_answers_of_a_whole_sale_are_as_described(self):
        wrong, seen = [], set()

        def watch(method, path, answer):
            name, operation = self.described.operation(method, path)
            if name and answer.status < 400:
                seen.add(operation["operationId"])
            if complaint := self.described.check(method, path, answer):
                wrong.append(complaint)
        Client.watch = staticmethod(watch)
        try:
            self.play()
        finally:
            Client.watch = None
        self.assertEqual(wrong, [])
        every = {route[4]["operationId"] for route in self.described.routes}
        self.assertEqual(every - seen, set(NEVER_2XX), "operations that were not tried")

    def play(self):
        """Reaches every operation, with good answers and with bad ones."""
        shop, owner, reviewer, stranger = self.shop, self.owner, self.shop.reviewer, self.public
        console = Person(self.server.console)
        for path in ("/", "/orders", "/account", "/later", "/images/none.svg", "/v1/time", "/v1/activities",
                     "/openapi.json", "/problems/sold_out", "/problems/none", "/activities/999", "/items/999",
                     "/v1/activities/999", "/v1/items/999/state", "/v1/orders", "/v1/orders/1"):
            stranger.get(path)
        for path in ("/livez", "/readyz", "/startupz", "/version", "/metrics", "/admin", "/admin/setup",
                     "/admin/products/1", "/admin/activities/1/edit", "/admin/v1/none",
                     "/admin/v1/sessions/current", "/admin/v1/products"):
            console.get(path)
        console.get(re.search(r'/admin/assets/[^"]+[.]js', console.get("/admin").body.decode())[0])
        self.play_people(console)
        item = self.play_office()
        ann, bert, carl = (shop.customer() for _ in range(3))
        activity = owner.good("GET", f"/admin/v1/items/{item}")["activity_id"]
        for path in (f"/activities/{activity}", f"/items/{item}", f"/v1/activities/{activity}", "/v1/activities",
                     f"/v1/items/{item}/state"):
            self.assertEqual(stranger.get(path).status, 200, path)
        drawn = owner.good("POST", "/admin/v1/products", {"code": "D-1", "title": "Cup", "image_url": "/images/cup.svg",
                                                          "skus": [{"code": "D-1-1", "title": "Cup"}]})
        shop.warm(shop.draft(shop.item() | {"sku_id": drawn["skus"][0]["id"]})["id"])
        self.assertEqual(stranger.get("/images/cup.svg").headers["content-type"], "image/svg+xml")
        stranger.post(f"/v1/items/{item}/challenge")
        ann.buy(item, key="one"), ann.buy(item, key="one"), ann.buy(item, 2, key="one"), ann.buy(item)
        ann.buy("999"), ann.buy(item, 0), stranger.post(f"/v1/items/{item}/orders", {"quantity": 1})
        order = ann.good("GET", "/v1/orders")["data"][0]["id"]
        until(lambda: ann.get("/v1/orders?limit=1").status == 200, "the list")
        ann.get("/v1/orders?limit=0"), bert.get(f"/v1/orders/{order}"), ann.order(order)
        path, _ = ann.cashier(order)
        stranger.get(path), stranger.get("/sandbox/cashier/none")
        stranger.post(path, {"action": "dance"})
        stranger.send("POST", path, "action=decline", {"Content-Type": "application/x-www-form-urlencoded"})
        until(lambda: ann.cashier(order)[0] != path, "a new payment")
        ann.pay(order)
        ann.until_state(order, "paid")
        ann.post(f"/v1/orders/{order}/cancel"), ann.post(f"/v1/orders/{order}/payments")
        stranger.post("/v1/payments/callbacks/sandbox", {"payment_id": "1"}), stranger.post(
            "/v1/payments/callbacks/none", {})
        other = bert.must_buy(item)["id"]
        bert.post(f"/v1/orders/{other}/cancel")
        third = carl.must_buy(item)["id"]
        hidden = shop.sell(3, entry="ticket", limit_per_user=3)
        url = ann.good("POST", f"/v1/items/{hidden}/tickets", {})["buy_url"]
        ann.post(url, {"quantity": 1}, {"Idempotency-Key": "t"}), ann.buy(hidden)
        ann.post("/v1/tickets/x/orders", {"quantity": 1}, {"Idempotency-Key": "t"})
        self.play_report(activity, item)
        self.play_orders(order, third, bert)
        self.play_callback(ann, item)
        proof = owner.good("GET", "/admin/v1/reconcile")
        self.assertTrue(proof["balanced"])
        owner.get(f"/admin/v1/reconcile?activity_id={activity}"), owner.get("/admin/v1/reconcile?item_id=999")
        owner.get("/admin/v1/live/now"), owner.get("/admin/v1/live/now?activity_id=x")
        self.read_one_event()
        for path in ("/admin/v1/audit?limit=5", "/admin/v1/audit?limit=0", "/admin/v1/audit/verify",
                     f"/admin/v1/audit?subject=activity/{activity}", "/admin/v1/audit?who_name=nobody&action=stock.",
                     "/admin/v1/audit?from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z",
                     "/admin/v1/audit?from=yesterday"):
            owner.get(path)
        reviewer.get("/admin/v1/audit"), reviewer.get("/admin/v1/operators")

    def play_people(self, console):
        owner = self.owner
        self.serve(name="fresh").set_up()  # only a server without an owner takes one
        owner.get("/admin/v1/operators"), owner.get("/admin/v1/sessions/current")
        body = {"name": "vera-viewer", "role": "viewer", "password": PASSWORD}
        made = owner.good("POST", "/admin/v1/operators", body)
        owner.post("/admin/v1/operators", body), owner.post("/admin/v1/operators", body | {"role": "king"})
        owner.send("PATCH", f"/admin/v1/operators/{made['id']}", {"role": "support"})
        owner.send("PATCH", "/admin/v1/operators/999", {"role": "support"})
        vera = self.server.log_in("vera-viewer")
        vera.post("/admin/v1/operators/current/password", {"current": "wrong wrong wrong", "password": PASSWORD + "!"})
        vera = self.server.log_in("vera-viewer")
        vera.post("/admin/v1/operators/current/password", {"current": PASSWORD, "password": PASSWORD + "!"})
        vera = self.server.log_in("vera-viewer", PASSWORD + "!")
        path = f"/admin/v1/operators/{made['id']}"
        owner.get(path + "/sessions"), owner.get("/admin/v1/operators/999/sessions"), vera.get(path + "/sessions")
        owner.post(path + "/sign-out"), owner.post("/admin/v1/operators/999/sign-out", {"reason": "Lost."})
        owner.good("POST", path + "/sign-out", {"reason": "A lost phone."})
        self.assertEqual(vera.get("/admin/v1/sessions/current").status, 401)
        vera = self.server.log_in("vera-viewer", PASSWORD + "!")
        self.play_second_factor(vera)
        vera.send("DELETE", "/admin/v1/sessions/current")
        console.post("/admin/v1/sessions", {"name": "nobody", "password": "x"})
        console.post("/admin/v1/setup", {"token": "x", "name": "second-owner", "password": PASSWORD})
        stranger = self.public
        account = {"name": "contract-" + new_key()[:6], "password": PASSWORD}
        for body in (account, account, {"name": "x"}):
            stranger.post("/v1/accounts", body)
        for body in (account, {"name": "nobody", "password": PASSWORD}, {"jwt": "x"}, {"name": 1}):
            stranger.post("/v1/sessions", body)

    def play_second_factor(self, vera):
        path, step_up, password = "/admin/v1/operators/current/totp", "/admin/v1/sessions/current/step-up", PASSWORD + "!"
        vera.post(step_up, {"code": "123456"}), vera.post(path, {"password": "wrong"}), vera.post(path, {"secret": "x"})
        vera.post(path + "/confirm", {"code": "123456"}), vera.send("DELETE", path, {"password": "x", "code": "1"})
        secret = vera.good("POST", path, {"password": password})["secret"]
        vera.post(path + "/confirm", {"code": "000000"}), vera.post(path + "/confirm", {"code": 1})
        codes = vera.good("POST", path + "/confirm", {"code": totp(secret)})["recovery_codes"]
        vera.get("/admin/v1/sessions/current"), vera.post(path, {"password": password})
        vera.post(step_up, {"code": "000000"}), vera.post(step_up, {"code": codes[0]}), vera.post(step_up, {})
        stranger = Person(self.server.console)
        for more in ({}, {"code": "000000"}, {"code": "x" * 65}, {"code": codes[1]}):
            stranger.post("/admin/v1/sessions", {"name": "vera-viewer", "password": password} | more)
        for session in vera.good("GET", "/admin/v1/sessions")["sessions"]:
            if not session["current"]:
                vera.send("DELETE", f"/admin/v1/sessions/{session['id']}")
        vera.send("DELETE", "/admin/v1/sessions/none")
        vera.send("DELETE", path, {"password": password, "code": "000000"})
        vera.send("DELETE", path, {"password": password, "code": codes[2]})

    def play_office(self):
        """Products, activities, items, guards; the id of an item on sale."""
        shop, owner, reviewer = self.shop, self.owner, self.shop.reviewer
        owner.good("POST", "/admin/v1/products/import",
                   "product_code,product_title,sku_code,sku_title\nC-1,Cup,C-1-1,Cup\n", {"Content-Type": "text/csv"})
        owner.send("POST", "/admin/v1/products/import", "product_code\n", {"Content-Type": "text/csv"})
        owner.post("/admin/v1/products/import", [{"code": "C-1"}])
        owner.get("/admin/v1/products?search=Cup&limit=1"), owner.get("/admin/v1/products?limit=x")
        product = owner.good("GET", "/admin/v1/products?search=C-1")["products"][0]
        path = f"/admin/v1/products/{product['id']}"
        body = {"code": "C-1", "title": "Tea cup", "description": "For tea.", "image_url": "https://img.example/c.png",
                "skus": [{"id": product["skus"][0]["id"], "code": "C-1-1", "title": "Cup"}]}
        owner.get(path), owner.get("/admin/v1/products/999")
        owner.send("PUT", path, body), owner.send("PUT", path, body, {"If-Match": '"99"'})
        owner.send("PUT", path, body, {"If-Match": owner.get(path).headers["etag"]})
        owner.post("/admin/v1/products", body), owner.post("/admin/v1/products", {"code": ""})
        activity = shop.draft(shop.item(9, list_price={"amount": 299900, "currency": "CNY"}))
        number, item = activity["id"], activity["items"][0]["id"]
        path = f"/admin/v1/activities/{number}"
        owner.get("/admin/v1/activities?limit=1"), owner.get(path), owner.get("/admin/v1/activities/999")
        draft = {key: activity[key] for key in ("name", "description", "starts_at", "ends_at", "items")}
        owner.post("/admin/v1/activities", draft | {"ends_at": draft["starts_at"], "items": []})
        owner.post("/admin/v1/activities", {"name": 1})
        owner.send("PUT", path, draft), owner.send("PUT", path, draft, {"If-Match": owner.get(path).headers["etag"]})
        owner.post(path + "/warm"), owner.post(path + "/pause", {"reason": "x"})
        shop.step(number, "submit"), owner.post(path + "/approve"), reviewer.post(path + "/reject", {"note": "No."})
        owner.send("DELETE", path), owner.send("DELETE", path, headers={"If-Match": '"1"'})
        shop.warm(number)
        owner.send("DELETE", path, headers={"If-Match": owner.get(path).headers["etag"]})
        owner.get("/admin/v1/activities")
        for step in ("pause", "resume"):
            owner.post(f"{path}/{step}", {"reason": "Drill."})
        owner.get(path + "/changes"), owner.get("/admin/v1/activities/999/changes")
        self.assertTrue(owner.good("GET", path + "/preflight")["checks"]), owner.get("/admin/v1/activities/9/preflight")
        owner.good("POST", path + "/clone"), owner.post(path + "/clone", {"name": ""})
        copy = owner.good("POST", path + "/clone", {"name": "夜场"})
        self.assertEqual(copy["name"], "夜场")
        of_copy = f"/admin/v1/activities/{copy['id']}"
        self.assertEqual(owner.send("DELETE", of_copy, headers={"If-Match": '"1"'}).status, 204)
        self.assertEqual(owner.get(of_copy).status, 404)
        self.assertGreater(int(owner.good("POST", path + "/clone")["id"]), int(copy["id"]))
        owner.post("/admin/v1/activities/999/clone")
        ended, _ = shop.sell_in(1)
        owner.post(f"/admin/v1/activities/{ended}/end", {"reason": "Drill."})
        self.play_guards(item)
        return item

    def play_guards(self, item):
        owner, reviewer = self.owner, self.shop.reviewer
        path = f"/admin/v1/items/{item}"
        owner.get(path), owner.get("/admin/v1/items/999")
        for step in ("stop", "resume"):
            owner.post(f"{path}/{step}"), owner.post(f"{path}/{step}", {"reason": "Drill."})
        owner.send("PUT", f"{path}/traffic-tag", {"traffic_tag": "phone", "reason": "Drill."})
        owner.send("PUT", f"{path}/traffic-tag", {"traffic_tag": "a b", "reason": "Drill."})
        owner.post("/admin/v1/pages/publish", {"item_id": item, "reason": "Drill."})
        owner.post("/admin/v1/pages/publish", {"item_id": "999", "reason": "Drill."})
        changes = [owner.good("POST", path + "/stock-changes", {"delta": delta, "reason": "More."})["id"]
                   for delta in (1, 2, -99)]
        owner.post(path + "/stock-changes", {"delta": 0})
        owner.get("/admin/v1/stock-changes"), owner.get("/admin/v1/stock-changes?limit=1"), owner.get(
            "/admin/v1/stock-changes?limit=0")
        owner.post(f"/admin/v1/stock-changes/{changes[0]}/approve")
        reviewer.post(f"/admin/v1/stock-changes/{changes[0]}/approve")
        reviewer.post(f"/admin/v1/stock-changes/{changes[1]}/reject", {"reason": "No."})
        reviewer.post(f"/admin/v1/stock-changes/{changes[2]}/approve")
        sold_in = f"/admin/v1/activities/{owner.good('GET', path)['activity_id']}/stock-changes"
        owner.get(sold_in), owner.get(sold_in + "?limit=1"), owner.get(sold_in + "?limit=0")
        owner.get("/admin/v1/activities/999/stock-changes")
        entry = owner.good("POST", "/admin/v1/risk-entries", {"kind": "address", "value": "203.0.113.0/24",
                                                              "reason": "Scripts."})
        owner.post("/admin/v1/risk-entries", {"kind": "user", "value": "x", "reason": "y"})
        owner.get("/admin/v1/risk-entries")
        owner.send("DELETE", f"/admin/v1/risk-entries/{entry['id']}"), owner.send("DELETE", "/admin/v1/risk-entries/9")
        for on in (False, True):
            owner.send("PUT", "/admin/v1/switches/payments", {"on": on, "reason": "Drill."})
        owner.send("PUT", "/admin/v1/switches/lights", {"on": True, "reason": "Drill."})
        owner.get("/admin/v1/switches")

    def play_orders(self, paid, pending, bert):
        owner, reviewer = self.owner, self.shop.reviewer
        owner.get("/admin/v1/orders?limit=1"), owner.get("/admin/v1/orders?state=pending"), reviewer.get(
            "/admin/v1/orders")
        owner.get(f"/admin/v1/orders?user_id={bert.user_id}"), reviewer.get(
            f"/admin/v1/orders?user_id={bert.user_id}"), owner.get("/admin/v1/orders?state=x")
        path = f"/admin/v1/orders/{pending}"
        owner.get(path), owner.get("/admin/v1/orders/1")
        self.assertEqual([each["id"] for each in owner.good("GET", f"/admin/v1/orders?q={paid}")["orders"]], [paid])
        story = owner.good("GET", f"/admin/v1/orders/{paid}/timeline")["events"]
        self.assertEqual([story[0]["event"], story[-1]["event"]], ["order_created", "order_paid"])
        owner.get("/admin/v1/orders/1/timeline"), owner.get("/admin/v1/orders?q=nobody"), reviewer.get(
            "/admin/v1/orders?q=nobody")
        owner.post(path + "/refund", {"reason": "x"}), owner.post(path + "/mark-paid", {"reason": "x", "quantity": 9})
        owner.post(path + "/mark-paid", {"reason": "Cash."}), owner.post(path + "/cancel", {"reason": "x"})
        owner.post(path + "/refund", {"reason": "Broken."})
        owner.get(f"/admin/v1/orders/{paid}")
        fresh = bert.must_buy(owner.good("GET", path)["order"]["item_id"])["id"]
        owner.post(f"/admin/v1/orders/{fresh}/cancel", {"reason": "The customer called."})
        owner.get("/admin/v1/orders/export"), owner.get("/admin/v1/orders/export?item_id=999")

    def play_report(self, activity, item):
        """The sale is sampled every second, and what the doors count is kept every ten."""
        owner, path = self.owner, f"/admin/v1/activities/{activity}"
        until(lambda: owner.good("GET", path + "/history?limit=1000")["samples"], "a sample")
        until(lambda: owner.good("GET", path + "/report")["counted"], "a tally")
        until(lambda: owner.good("GET", path + "/report")["counted"][0]["wins"] > 0, "a tally with the wins")
        self.assertTrue(owner.good("GET", path + "/report")["proof"]["balanced"])
        owner.get(path + "/history?limit=x"), owner.get("/admin/v1/activities/9/report")
        self.assertEqual(owner.get(path + "/report.csv").status, 200), owner.get("/admin/v1/activities/9/report.csv")
        for page in (f"activities/{activity}", f"items/{item}?at_ms=1790000000000", "items/999", f"items/{item}?at_ms=x"):
            owner.get(f"/admin/v1/preview/{page}")
        self.assertEqual(owner.get("/admin/v1/preview/images/cup.svg").headers["content-type"], "image/svg+xml")
        owner.get("/admin/v1/preview/images/none.svg")

    def play_callback(self, ann, item):
        """A callback that is signed as the sandbox signs it."""
        from sandbox import signed_callback
        bert = self.shop.customer()
        order = bert.must_buy(item)
        _, payment = bert.cashier(order["id"])
        callback, headers = signed_callback(self.server.data, payment, order["total"])
        self.public.send("POST", "/v1/payments/callbacks/sandbox", callback, headers)
        self.assertEqual(bert.order(order["id"])["state"], "paid")

    def read_one_event(self):
        import http.client
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.server.console).netloc, timeout=60)
        connection.request("GET", "/admin/v1/live", headers=self.owner.headers)
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "text/event-stream"))
        line = answer.readline()
        while not line.startswith(b"data: "):
            line = answer.readline()
        all_of_it = json.loads(line[6:])
        self.assertEqual(self.described.complaints({"$ref": "#/components/schemas/Live"}, all_of_it), [])
        while line.strip() not in (b"event: change", b""):
            line = answer.readline()
        line = answer.readline()
        self.assertEqual(line, b"event: change\n", "then only what changed")
        change = json.loads(answer.readline()[6:])
        self.assertGreater(change["now_ms"], all_of_it["now_ms"])
        self.assertLessEqual(set(change), set(all_of_it))
        connection.close()
        Client.watch("GET", "/admin/v1/live", FakeStream())


class FakeStream:
    """Stands for the stream's head, which the kept connections of the harness cannot read."""
    status, headers, body = 200, {"content-type": "text/event-stream"}, b""


if __name__ == "__main__":
    unittest.main()
