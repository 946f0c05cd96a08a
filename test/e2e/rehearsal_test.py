# SPDX-License-Identifier: Apache-2.0
# ctest: asan
"""A rehearsal cannot touch real stock, and real customers never meet it: through every door, list, page and book."""
import csv
import io
import unittest

from harness import PASSWORD, Case, Shop, ShopCase, instant, run, until


def rehearse(shop, stock=10, **more):
    """Ids of a rehearsal that is on, and of its only item."""
    body = {"name": "Rehearsal of the evening", "rehearsal": True, "starts_at": instant(-1), "ends_at": instant(3600),
            "items": [shop.item(stock, title="Dress rehearsal", **more)]}
    activity = shop.owner.good("POST", "/admin/v1/activities", body)
    shop.warm(activity["id"])
    return activity["id"], activity["items"][0]["id"]


def exported(owner, item=""):
    return list(csv.DictReader(io.StringIO(owner.get(f"/admin/v1/orders/export?item_id={item}").body.decode())))


class Rehearsals(ShopCase):
    def untouched(self, item, stock):
        figures = self.shop.figures(item)
        self.assertEqual((figures["available"], figures["reserved"], figures["sold"]), (stock, 0, 0), figures)
        self.assertEqual(figures["orders"]["created"], 0)

    def test_for_real_customers_there_is_no_rehearsal(self):
        activity, item = rehearse(self.shop)
        _, hidden = rehearse(self.shop, entry="ticket")
        ann, stranger = self.shop.customer(), self.server.stranger()
        for who in (ann, stranger):
            for path in (f"/v1/items/{item}/state", f"/v1/items/{hidden}/state", f"/v1/activities/{activity}",
                         f"/activities/{activity}", f"/items/{item}", f"/items/{hidden}"):
                self.assertEqual(who.get(path).status, 404, path)
            for path in ("/", "/v1/activities"):
                body = who.get(path).body.decode()
                self.assertNotIn("Rehearsal of the evening", body, path)
                self.assertNotIn("Dress rehearsal", body, path)
            self.refused(who.post(f"/v1/items/{item}/orders", {"quantity": 1}, {"Idempotency-Key": "k"}), 404, "not_found")
            self.refused(who.post(f"/v1/items/{hidden}/tickets"), 404, "not_found")
            # Not even whether it wants a ticket, nor that a body would be wrong.
            self.refused(who.post(f"/v1/items/{hidden}/orders", {"quantity": 0}), 404, "not_found")
        # As of an item that nobody ever made.
        self.assertEqual(ann.buy(item).body, ann.buy("4000000000").body)
        self.untouched(item, 10)
        self.untouched(hidden, 10)

    def test_who_rehearses_goes_all_the_way_and_pays_at_the_sandbox(self):
        activity, item = rehearse(self.shop, limit_per_user=2)
        dry = self.server.rehearser("dry")
        state = dry.get(f"/v1/items/{item}/state")
        self.assertEqual((state.status, state.json["phase"]), (200, "running"))
        self.assertEqual(state.headers["cache-control"], "no-store", "a cache would show it to others")
        order = dry.must_buy(item, key="one")
        self.assertEqual(order["title"], "Dress rehearsal")
        self.assertEqual(dry.buy(item, key="one").json["id"], order["id"])
        dry.pay(order["id"])
        dry.until_state(order["id"], "paid")
        other = dry.must_buy(item)["id"]
        self.refused(dry.buy(item), 409, "limit_reached")
        dry.good("POST", f"/v1/orders/{other}/cancel", {})
        self.assertEqual({each["id"] for each in dry.good("GET", "/v1/orders")["data"]}, {order["id"], other})
        proof = self.shop.reconcile(item)
        self.assertEqual((proof["rehearsal"], proof["sold"], proof["activity_id"]), (True, 1, activity))

    def test_who_rehearses_goes_through_tickets(self):
        _, hidden = rehearse(self.shop, entry="ticket")
        dry, ann = self.server.rehearser("ticket"), self.shop.customer()
        url = dry.good("POST", f"/v1/items/{hidden}/tickets", {})["buy_url"]
        self.refused(ann.post(url, {"quantity": 1}, {"Idempotency-Key": "a"}), 403, "ticket_invalid")
        self.assertEqual(dry.post(url, {"quantity": 1}, {"Idempotency-Key": "a"}).status, 201)

    def test_who_rehearses_cannot_touch_anything_real(self):
        item, hidden = self.shop.sell(5), self.shop.sell(5, entry="ticket")
        dry, ann = self.server.rehearser("greedy"), self.shop.customer()
        for _ in range(3):
            self.refused(dry.buy(item), 403, "rehearsal_only")
        self.refused(dry.post(f"/v1/items/{hidden}/tickets"), 403, "rehearsal_only")
        self.untouched(item, 5)
        self.untouched(hidden, 5)
        order = ann.must_buy(item, key="k")["id"]
        self.refused(dry.buy(item, key="k"), 403, "rehearsal_only")
        for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/payments")):
            answer = dry.send(method, f"/v1/orders/{order}{path}", None if method == "GET" else {})
            self.refused(answer, 404, "not_found")
        self.assertEqual(ann.order(order)["state"], "pending")
        # Nor the other way round.
        _, theirs = rehearse(self.shop)
        rehearsed = dry.must_buy(theirs)["id"]
        for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/payments")):
            answer = ann.send(method, f"/v1/orders/{rehearsed}{path}", None if method == "GET" else {})
            self.refused(answer, 404, "not_found")

    def test_the_books_say_what_was_a_rehearsal(self):
        _, item = rehearse(self.shop)
        real = self.shop.sell(5)
        dry, ann = self.server.rehearser("books"), self.shop.customer()
        rehearsed, bought = dry.must_buy(item)["id"], ann.must_buy(real)["id"]
        rows = {row["order_id"]: row for row in exported(self.owner)}
        self.assertEqual((rows[rehearsed]["rehearsal"], rows[bought]["rehearsal"]), ("yes", "no"))
        self.assertTrue(rows[rehearsed]["user_id"].startswith(b"rehe".hex()))
        for order, flag in ((rehearsed, True), (bought, False)):
            self.assertIs(self.owner.good("GET", f"/admin/v1/orders/{order}")["order"]["rehearsal"], flag)
        for each, flag in ((item, True), (real, False)):
            self.assertIs(self.shop.figures(each)["rehearsal"], flag)
            self.assertIs(self.shop.reconcile(each)["rehearsal"], flag)

    def metrics(self):
        text = self.owner.get("/metrics").body.decode()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line[:1] != "#"}

    def test_the_metrics_of_real_sales_stay_clean(self):
        _, item = rehearse(self.shop, stock=1)
        before = self.metrics()
        dry = self.server.rehearser("metrics")
        dry.must_buy(item)
        self.refused(self.server.rehearser("late").buy(item), 409, "sold_out")
        after = self.metrics()
        grown = {name for name in after if after[name] != before.get(name) and name.startswith(("sluice_purchase", "sluice_rehearsal"))}
        units = {f'sluice_rehearsal_item_units{{item="{item}",state="{state}"}}' for state in ("available", "reserved")}
        self.assertEqual(grown - units, {'sluice_rehearsal_purchases_total{outcome="accepted"}',
                                         'sluice_rehearsal_purchases_total{outcome="sold_out"}'})
        self.assertNotIn(f'sluice_item_units{{item="{item}",state="sold"}}', after)
        self.assertEqual(after[f'sluice_rehearsal_item_units{{item="{item}",state="reserved"}}'], 1)

    # --- the console

    def test_the_control_room_times_rehearsals_and_real_sales_apart(self):
        activity, item = rehearse(self.shop)
        real = self.shop.sell(5)
        counts = lambda: [self.owner.good("GET", "/admin/v1/live/now")[name]["count"] for name in ("accepted_ms", "rehearsed_ms")]
        sold, rehearsed = counts()
        self.server.rehearser("timed").must_buy(item)
        self.assertEqual(counts(), [sold, rehearsed + 1])
        report = f"/admin/v1/activities/{activity}/report"
        until(lambda: self.owner.good("GET", report).get("server", {}).get("accepted_ms", {}).get("count"),
              "the report of the rehearsal says how long its purchase took")
        self.shop.customer().must_buy(real)
        self.assertEqual(counts(), [sold + 1, rehearsed + 1])

    def body_of(self, activity):
        found = self.owner.get(f"/admin/v1/activities/{activity}")
        names = ("name", "description", "starts_at", "ends_at", "rehearsal", "items")
        return {name: found.json[name] for name in names}, {"If-Match": found.headers["etag"]}

    def test_the_flag_is_fixed_once_the_activity_is_submitted(self):
        draft = self.shop.draft(self.shop.item())["id"]
        path = f"/admin/v1/activities/{draft}"
        body, version = self.body_of(draft)
        self.assertIs(body["rehearsal"], False)
        self.owner.good("PUT", path, body | {"rehearsal": True}, version)
        body, version = self.body_of(draft)
        self.assertIs(body.pop("rehearsal"), True)
        self.owner.good("PUT", path, body | {"name": "Left out"}, version)  # nobody makes it real by omission
        body, version = self.body_of(draft)
        self.assertIs(body["rehearsal"], True)
        self.shop.step(draft, "submit")
        for step in (None, "approve", "warm"):
            if step:
                self.shop.step(draft, step, self.shop.reviewer if step == "approve" else self.owner)
            body, version = self.body_of(draft)
            answer = self.owner.send("PUT", path, body | {"rehearsal": False}, version)
            self.assertEqual(answer.status, 409, answer)
            self.assertIs(self.body_of(draft)[0]["rehearsal"], True, step)

    def test_a_wrong_value_is_refused_beside_the_field(self):
        for wrong in ("true", "", 1, 0, [], {}):
            body = {"name": "x", "starts_at": instant(), "ends_at": instant(60), "rehearsal": wrong}
            problem = self.refused(self.owner.post("/admin/v1/activities", body), 400, "invalid")
            self.assertEqual([each["pointer"] for each in problem["errors"]], ["/rehearsal"], wrong)

    def test_the_audit_log_keeps_it(self):
        activity, _ = rehearse(self.shop)
        entries = self.owner.good("GET", f"/admin/v1/audit?subject=activity/{activity}")["entries"]
        said = {entry["action"]: entry["after"].get("rehearsal") for entry in entries if "after" in entry}
        self.assertIs(said["activity.add"], True)
        self.assertIs(said["activity.approve"], True)
        self.assertTrue(self.owner.good("GET", "/admin/v1/audit/verify")["intact"])


class Lives(Case):
    def test_a_rehearsal_is_one_after_a_restart_too(self):
        server = self.serve()
        shop = Shop(server)
        real, (_, item) = shop.sell(5), rehearse(shop)
        kept = server.rehearser("dry").must_buy(item, key="k")["id"]
        server.kill()
        server = self.serve()
        shop = Shop(server)
        dry, ann = server.rehearser("dry"), shop.customer()
        self.assertEqual(dry.must_buy(item, key="k")["id"], kept)
        self.assertEqual(dry.order(kept)["title"], "Dress rehearsal")
        self.refused(ann.buy(item), 404, "not_found")
        self.assertEqual(ann.get(f"/v1/items/{item}/state").status, 404)
        self.assertNotIn("Rehearsal of the evening", ann.get("/v1/activities").body.decode())
        self.refused(dry.buy(real), 403, "rehearsal_only")
        self.assertIs(shop.reconcile(item)["rehearsal"], True)

    def test_without_a_sandbox_a_rehearsal_is_not_paid(self):
        server = self.serve("payment.sandbox=false", name="unpaid")
        shop = Shop(server)
        _, item = rehearse(shop)
        dry = server.rehearser("dry")
        order = dry.must_buy(item)["id"]
        problem = self.refused(dry.post(f"/v1/orders/{order}/payments"), 503, "payment_unavailable")
        self.assertIn("sandbox", problem["title"])
        self.assertEqual(shop.owner.good("GET", f"/admin/v1/orders/{order}")["payments"], [])

    def test_rush_rehearses_on_a_server_that_sells(self):
        server = self.serve(name="target")
        shop = Shop(server)
        real = shop.sell(5)
        before = server.stranger().get("/v1/activities").body
        run("rush", "--buyers", 200, "--stock", 10, "--connections", 8, "--target", server.public, "--console", server.console,
            "--token-key", server.data / "token.key", "--operator", f"olga-owner:{PASSWORD}",
            "--reviewer", f"rita-reviewer:{PASSWORD}")
        self.assertEqual(server.stranger().get("/v1/activities").body, before, "customers saw nothing of it")
        self.assertEqual(shop.figures(real)["available"], 5)
        rows = exported(shop.owner)
        self.assertEqual({row["rehearsal"] for row in rows}, {"yes"})
        self.assertEqual(len(rows), 10)


if __name__ == "__main__":
    unittest.main()
