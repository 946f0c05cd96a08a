# SPDX-License-Identifier: Apache-2.0
"""Every route of the console for every role, for strangers and without the CSRF token; and every order of a customer
for others. The table below is the expectation; it is written here a second time on purpose."""
import re
import unittest

from harness import ROOT, Person, ShopCase, new_key

ROLES = "owner operator reviewer support viewer".split()

# method, path, who may: letters of Owner, oPerator, Reviewer, Support, Viewer.
TABLE = """
GET    /admin/v1/sessions/current               OPRSV
POST   /admin/v1/sessions/current/step-up       OPRSV
GET    /admin/v1/sessions                       OPRSV
DELETE /admin/v1/sessions/{id}                  OPRSV
GET    /admin/v1/operators                      O
POST   /admin/v1/operators                      O
PATCH  /admin/v1/operators/{id}                 O
GET    /admin/v1/operators/{id}/sessions        O
POST   /admin/v1/operators/{id}/sign-out        O
POST   /admin/v1/operators/current/password     OPRSV
POST   /admin/v1/operators/current/totp         OPRSV
DELETE /admin/v1/operators/current/totp         OPRSV
POST   /admin/v1/operators/current/totp/confirm OPRSV
GET    /admin/v1/products                       OPRSV
POST   /admin/v1/products                       OP
POST   /admin/v1/products/import                OP
GET    /admin/v1/products/{id}                  OPRSV
PUT    /admin/v1/products/{id}                  OP
GET    /admin/v1/activities                     OPRSV
POST   /admin/v1/activities                     OP
GET    /admin/v1/activities/{id}                OPRSV
PUT    /admin/v1/activities/{id}                OP
DELETE /admin/v1/activities/{id}                OP
GET    /admin/v1/activities/{id}/changes        OPRSV
GET    /admin/v1/activities/{id}/preflight      OPRSV
GET    /admin/v1/activities/{id}/history        OPRSV
GET    /admin/v1/activities/{id}/stock-changes  OPRSV
GET    /admin/v1/activities/{id}/report         OPRSV
GET    /admin/v1/activities/{id}/report.csv     OPRSV
GET    /admin/v1/preview/activities/{id}        OPRSV
GET    /admin/v1/preview/items/{id}             OPRSV
GET    /admin/v1/preview/images/{name}          OPRSV
POST   /admin/v1/activities/{id}/clone          OP
POST   /admin/v1/activities/{id}/submit         OP
POST   /admin/v1/activities/{id}/approve        OR
POST   /admin/v1/activities/{id}/reject         OR
POST   /admin/v1/activities/{id}/warm           OP
POST   /admin/v1/activities/{id}/pause          OP
POST   /admin/v1/activities/{id}/resume         OP
POST   /admin/v1/activities/{id}/end            OP
GET    /admin/v1/items/{id}                     OPRSV
POST   /admin/v1/items/{id}/stop                OP
POST   /admin/v1/items/{id}/resume              OP
PUT    /admin/v1/items/{id}/traffic-tag         OP
POST   /admin/v1/pages/publish                  OP
POST   /admin/v1/items/{id}/stock-changes       OP
GET    /admin/v1/stock-changes                  OPRSV
POST   /admin/v1/stock-changes/{id}/approve     OR
POST   /admin/v1/stock-changes/{id}/reject      OR
GET    /admin/v1/orders                         OPRSV
GET    /admin/v1/orders/export                  OPS
GET    /admin/v1/orders/{id}                    OPRSV
GET    /admin/v1/orders/{id}/timeline           OPRSV
POST   /admin/v1/orders/{id}/cancel             OS
POST   /admin/v1/orders/{id}/refund             OS
POST   /admin/v1/orders/{id}/mark-paid          OS
GET    /admin/v1/risk-entries                   OPS
POST   /admin/v1/risk-entries                   OPS
DELETE /admin/v1/risk-entries/{id}              OPS
GET    /admin/v1/switches                       OPRSV
PUT    /admin/v1/switches/{name}                OP
GET    /admin/v1/audit                          OR
GET    /admin/v1/audit/verify                   OR
GET    /admin/v1/reconcile                      OPRSV
GET    /admin/v1/live                           OPRSV
GET    /admin/v1/live/now                       OPRSV
DELETE /admin/v1/sessions/current               OPRSV
"""
LETTERS = dict(zip(ROLES, "OPRSV"))
ROUTES = [line.split() for line in TABLE.strip().splitlines()]
# Open to everybody who reaches the listener: they say nothing personal and change nothing without a secret.
OPEN = {("POST", "/admin/v1/sessions"), ("POST", "/admin/v1/setup")} | {("GET", path) for path in (
    "/admin", "/admin/{page}", "/admin/{page}/{id}", "/admin/{page}/{id}/{part}", "/admin/assets/{file}", "/livez",
    "/readyz", "/startupz", "/version", "/metrics", "/openapi.json", "/problems/{code}")}


class Console(ShopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {"owner": cls.owner, "reviewer": cls.shop.reviewer}
        for role in ROLES:
            if role not in cls.people:
                cls.people[role] = cls.server.add_operator(cls.owner, f"one-{role}", role)

    def test_the_table_has_every_route_of_the_sources(self):
        text = (ROOT / "src/api/admin/routes.cc").read_text()
        found = set()
        for method, path in re.findall(r'\{(get|post|put|patch|delete_), "([^"]+)"', text):
            found.add((method.rstrip("_").upper(), path))
        self.assertEqual(found, {(method, path) for method, path, _ in ROUTES} | OPEN)

    def attempt(self, person, method, path, headers=None):
        """Asks for something that does not exist, with a body that is wrong: nothing can happen, but who is allowed
        gets past the door."""
        path = path.replace("{id}", "999999").replace("{name}", "no-such-switch")
        if path == "/admin/v1/live":
            path += "?activity_id=x"  # 400 instead of a stream
        return person.send(method, path, None if method in ("GET", "DELETE") else {"nonsense": 1}, headers)

    def test_every_role_gets_past_exactly_its_doors(self):
        for method, path, letters in ROUTES:
            for role in ROLES:
                if (method, path) == ("DELETE", "/admin/v1/sessions/current"):
                    continue  # allowed to all, and tested in sale_test
                with self.subTest(f"{role}: {method} {path}"):
                    answer = self.attempt(self.people[role], method, path)
                    if LETTERS[role] in letters:
                        self.assertNotIn(answer.status, (401, 403, 404 if "{" not in path else 0, 405), answer)
                    else:
                        self.refused(answer, 403, "forbidden")

    def test_strangers_and_stale_cookies_get_in_nowhere(self):
        strangers = [Person(self.server.console),
                     Person(self.server.console, {"Cookie": "__Host-sluice=" + "A" * 43, "X-CSRF-Token": "x"}),
                     Person(self.server.console, {"Cookie": "sluice=" + self.owner.headers["Cookie"].split("=")[1]}),
                     Person(self.server.console, {"Authorization": f"Bearer {self.shop.customer().token}"})]
        for number, stranger in enumerate(strangers):
            for method, path, _ in ROUTES:
                with self.subTest(f"stranger {number}: {method} {path}"):
                    self.refused(self.attempt(stranger, method, path), 401, "unauthorized")

    def test_nothing_changes_without_the_csrf_token(self):
        for token in ("", "x", self.shop.reviewer.headers["X-CSRF-Token"]):
            person = Person(self.server.console, {"Cookie": self.owner.headers["Cookie"], "X-CSRF-Token": token})
            if not token:
                del person.headers["X-CSRF-Token"]
            for method, path, _ in ROUTES:
                with self.subTest(f"csrf {token[:1]!r}: {method} {path}"):
                    answer = self.attempt(person, method, path)
                    if method == "GET":
                        self.assertNotIn(answer.status, (401, 403), answer)
                    else:
                        self.refused(answer, 403, "forbidden")

    def test_roles_without_the_right_see_customers_masked(self):
        item = self.shop.sell(2)
        ann = self.shop.customer()
        order = ann.must_buy(item)["id"]
        for role in ROLES:
            may = LETTERS[role] in "OPS"
            person = self.people[role]
            shown = person.good("GET", f"/admin/v1/orders/{order}")["order"]["user_id"]
            listed = person.good("GET", f"/admin/v1/orders?item_id={item}")["orders"][0]["user_id"]
            self.assertEqual((shown, listed), ((ann.user_id,) * 2) if may else ("masked", "masked"))
            answer = person.get(f"/admin/v1/orders?user_id={ann.user_id}")
            self.assertEqual(answer.status, 200 if may else 403)


class Customers(ShopCase):
    def test_an_order_is_its_customers_alone(self):
        item = self.shop.sell(5)
        ann, bert = self.shop.customer(), self.shop.customer()
        order = ann.must_buy(item)["id"]
        bert.must_buy(item)
        stranger = self.server.stranger()
        other_token = Person(self.server.public, {"Authorization": f"Bearer {ann.token[:-2]}xx"})
        before = ann.order(order)
        for method, path in (("GET", f"/v1/orders/{order}"), ("POST", f"/v1/orders/{order}/cancel"),
                             ("POST", f"/v1/orders/{order}/payments")):
            with self.subTest(f"{method} {path}"):
                body = None if method == "GET" else {}
                self.refused(bert.send(method, path, body), 404, "not_found")
                for nobody in (stranger, other_token):
                    self.refused(nobody.send(method, path, body), 401, "unauthorized")
        self.assertEqual(ann.order(order), before)
        self.assertNotIn(order, [each["id"] for each in bert.good("GET", "/v1/orders")["data"]])
        self.assertEqual(bert.good("GET", f"/v1/orders?cursor={order}")["data"], [], "no way in by another's cursor")
        self.refused(stranger.get("/v1/orders"), 401, "unauthorized")

    def test_every_order_route_of_the_sources_is_in_this_test(self):
        text = (ROOT / "src/api/public_routes.cc").read_text()
        self.assertEqual(set(re.findall(r'"(/v1/orders[^"]*)"', text)),
                         {"/v1/orders", "/v1/orders/{id}", "/v1/orders/{id}/cancel", "/v1/orders/{id}/payments"})

    def test_one_key_of_two_customers_are_two_purchases(self):
        item = self.shop.sell(5)
        ann, bert = self.shop.customer(), self.shop.customer()
        key = new_key()
        self.assertNotEqual(ann.must_buy(item, key=key)["id"], bert.must_buy(item, key=key)["id"])

    def test_the_body_cannot_say_who_buys(self):
        item = self.shop.sell(5)
        ann, bert = self.shop.customer(), self.shop.customer()
        answer = ann.post(f"/v1/items/{item}/orders", {"quantity": 1, "user_id": bert.user_id},
                          {"Idempotency-Key": new_key()})
        self.refused(answer, 400, "invalid")

    def test_an_operators_session_is_no_customer(self):
        item = self.shop.sell(5)
        token = self.owner.headers["Cookie"].split("=", 1)[1]
        person = Person(self.server.public, {"Authorization": f"Bearer {token}", "Cookie": self.owner.headers["Cookie"]})
        self.refused(person.post(f"/v1/items/{item}/orders", {"quantity": 1}, {"Idempotency-Key": "k"}),
                     401, "unauthorized")


if __name__ == "__main__":
    unittest.main()
