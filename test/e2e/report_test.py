# SPDX-License-Identifier: Apache-2.0
# ctest: asan
"""The report after the sale: one definition of an attempt (src/api/attempt.h), and every number of it fits the others."""
import csv
import io
import unittest

from harness import Case, Shop, new_key, until


def metric(text, name, **labels):
    """The sum of a metric's series that have these labels."""
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith(name + "{") and all(label in line for label in wanted))


class Reports(Case):
    # Each customer may try ten times at once: the eleventh is too fast.
    sets = ("gates.user_per_second=0.001", "gates.user_burst=10")

    def setUp(self):
        self.server = self.serve(name=new_key())
        self.shop = Shop(self.server)

    def traffic(self, item, hidden):
        """Every kind of attempt; returns how many of each ending the two items together must show."""
        ann, bob, eve = (self.shop.customer() for _ in range(3))
        stranger = self.server.stranger()
        path = f"/v1/items/{item}/orders"
        ann.must_buy(item, key="a1")
        for _ in range(2):
            self.assertEqual(ann.buy(item, key="a1").headers.get("idempotency-replayed"), "true")
        self.refused(ann.buy(item, quantity=2, key="a1"), 422, "duplicate_key_mismatch")
        self.refused(ann.buy(item, key="a2"), 409, "limit_reached")
        self.refused(ann.buy(item, quantity=0), 400, "invalid")
        self.refused(ann.buy(item, quantity="one"), 400, "invalid")
        self.refused(ann.post(path, {"quantity": 1}), 400, "invalid")
        self.refused(ann.post(path, {"quantity": 1}, {"Idempotency-Key": "a key"}), 400, "invalid")
        self.refused(ann.send("POST", path, b"{", {"Idempotency-Key": "a3"}), 400, "invalid")
        for _ in range(3):  # ten have passed
            self.refused(ann.buy(item), 429, "too_fast")
        self.refused(stranger.post(path, {"quantity": 1}, {"Idempotency-Key": "s"}), 401, "unauthorized")
        self.refused(bob.buy(hidden), 404, "ticket_required")
        bob.must_buy(item)
        for _ in range(4):
            self.refused(eve.buy(item), 409, "sold_out")
        # Of no activity: only the whole server counts these.
        self.refused(eve.buy("4000000000"), 404, "not_found")
        self.refused(eve.post("/v1/tickets/nonsense/orders", {"quantity": 1}, {"Idempotency-Key": "t"}), 403,
                     "ticket_invalid")
        # No attempts at all: a look, a ticket, an address without the method.
        eve.get(f"/v1/items/{item}/state")
        self.assertEqual(eve.post(f"/v1/items/{hidden}/tickets").status, 201)
        self.assertEqual(eve.get(path).status, 405)
        return {"accepted": 2, "replayed": 2, "duplicate_key_mismatch": 1, "limit_reached": 1, "invalid": 5,
                "rate_or_list": 3, "no_session": 1, "ticket_required": 1, "sold_out": 4}

    def sell(self):
        activity = self.shop.draft(self.shop.item(2, limit_per_user=1), self.shop.item(5, entry="ticket"))
        self.shop.warm(activity["id"])
        return activity["id"], [item["id"] for item in activity["items"]]

    def report(self, activity):
        return self.shop.owner.good("GET", f"/admin/v1/activities/{activity}/report")

    def orders_fit(self, report):
        """Every order is in one state, and the same one wherever orders are counted."""
        activity = report["activity_id"]
        get = lambda path: self.shop.owner.good("GET", f"/admin/v1/{path}")
        live = {each["item_id"]: each for each in get(f"live/now?activity_id={activity}")["items"]}
        proven = {each["item_id"]: each for each in get(f"reconcile?activity_id={activity}")["items"]}
        file = dict(csv.reader(io.StringIO(
            self.shop.owner.get(f"/admin/v1/activities/{activity}/report.csv").body.decode())))
        for index, item in enumerate(report["items"]):
            orders, number = dict(item["orders"]), item["item_id"]
            self.assertEqual(live[number]["orders"], orders)
            self.assertEqual(get(f"items/{number}")["orders"], orders)
            for state, count in orders.items():
                self.assertEqual(int(file[f"items/{index}/orders/{state}"]), count, state)
            self.assertEqual(orders.pop("created"), sum(orders.values()), orders)
            self.assertEqual(proven[number]["orders"], orders)
            self.assertEqual(live[number]["paid_units"], item["paid_units"])
            self.assertEqual(proven[number]["money"]["paid_orders"], item["turnover"])
        self.assertEqual(set(live), {item["item_id"] for item in report["items"]})

    def fits(self, report, endings):
        """Nothing in it contradicts anything else in it."""
        self.orders_fit(report)
        counted, = report["counted"]
        attempts = sum(endings.values())
        self.assertEqual(counted["by_outcome"], endings)
        self.assertEqual(counted["attempts"], attempts)
        self.assertEqual(counted["attempts_before_start"] + sum(each["attempts"] for each in counted["arrivals"]), attempts)
        self.assertEqual(sum(each["attempts"] for each in counted["networks"]), attempts)
        wins = endings["accepted"]
        self.assertEqual(counted["wins"], wins)
        self.assertEqual(sum(each["wins"] for each in counted["arrivals"]), wins)
        self.assertEqual(sum(each["wins"] for each in counted["networks"]), wins)
        self.assertEqual(sum(item["orders"]["created"] for item in report["items"]), wins)
        self.assertEqual(report["coverage"], {"orders": wins, "wins_counted": wins, "complete": True})
        gates = counted["refused_by_gate"]
        self.assertEqual(gates["token"], endings["no_session"])
        self.assertEqual(gates["address_rate"] + gates["user_rate"] + gates["risk"], endings["rate_or_list"])
        self.assertLessEqual(gates["sold_out"], endings["sold_out"])
        self.assertLessEqual(sum(gates.values()), attempts - wins)

    def test_every_number_is_of_the_same_attempts(self):
        activity, items = self.sell()
        endings = self.traffic(*items)
        report = self.report(activity)
        self.fits(report, endings)

        live = self.shop.owner.good("GET", f"/admin/v1/live/now?activity_id={activity}")
        self.assertEqual(live["activities"][0]["attempts"], endings)
        everything = endings | {"not_found": 1, "ticket_invalid": 1}
        self.assertEqual(live["purchases"] | live["turned_away"], everything)
        self.assertEqual(live["requests"]["purchases"], sum(everything.values()))
        text = self.shop.owner.get("/metrics").body.decode()
        self.assertEqual(metric(text, "sluice_purchases_total"), sum(everything.values()))
        self.assertEqual(metric(text, "sluice_requests_total", area="purchases"), sum(everything.values()))
        for ending, count in everything.items():
            self.assertEqual(metric(text, "sluice_purchases_total", outcome=ending), count, ending)

        rows = dict(csv.reader(io.StringIO(
            self.shop.owner.get(f"/admin/v1/activities/{activity}/report.csv").body.decode())))
        self.assertEqual(int(rows["counted/0/attempts"]), sum(endings.values()))
        self.assertEqual(int(rows["counted/0/by_outcome/invalid"]), endings["invalid"])

    def test_an_order_is_in_one_state_wherever_it_is_counted(self):
        activity = self.shop.draft(self.shop.item(4, limit_per_user=1), self.shop.item(1, policy="on_payment"),
                                   self.shop.item(2, pay_window_ms=1000))
        plain, first_to_pay, short = (item["id"] for item in activity["items"])
        self.shop.warm(activity["id"])
        buyers = [self.shop.customer() for _ in range(4)]
        ann, bob = buyers[:2]
        orders = [buyer.must_buy(plain)["id"] for buyer in buyers]
        for buyer, order in zip(buyers[:2], orders):
            buyer.pay(order)
            buyer.until_state(order, "paid")
        self.shop.owner.good("POST", f"/admin/v1/orders/{orders[1]}/refund", {"reason": "broken"})
        early, late = ann.must_buy(first_to_pay)["id"], bob.must_buy(first_to_pay)["id"]
        path, _ = bob.cashier(late)
        ann.pay(early)
        ann.until_state(early, "paid")
        bob.good("POST", path, {"action": "pay"})
        bob.until_state(late, "refunded")
        lapsed, dropped = ann.must_buy(short)["id"], bob.must_buy(short)["id"]
        self.assertEqual(bob.post(f"/v1/orders/{dropped}/cancel").status, 200)
        ann.until_state(lapsed, "expired")

        report = self.report(activity["id"])
        self.orders_fit(report)
        none = {"pending": 0, "paid": 0, "cancelled": 0, "expired": 0, "refunded": 0}
        self.assertEqual([item["orders"] for item in report["items"]], [
            none | {"created": 4, "pending": 2, "paid": 1, "refunded": 1},
            none | {"created": 2, "paid": 1, "refunded": 1},
            none | {"created": 2, "cancelled": 1, "expired": 1}])

    def test_what_was_counted_before_a_restart_is_a_block_of_its_own(self):
        activity, items = self.sell()
        endings = self.traffic(*items)
        self.assertEqual(self.server.stop(), 0)
        data = self.server.data.name
        self.server = self.serve(name=data)
        self.shop = Shop(self.server)
        eve = self.shop.customer()
        until(lambda: len(self.report(activity)["counted"]) == 2, "the activity followed again")
        self.refused(eve.buy(items[0]), 409, "sold_out")
        report = self.report(activity)
        self.assertEqual([block["by_outcome"] for block in report["counted"]], [endings, {"sold_out": 1}])
        self.assertEqual([block["attempts"] for block in report["counted"]], [sum(endings.values()), 1])
        self.assertTrue(report["coverage"]["complete"])

    def test_orders_that_nobody_counted_are_said_to_be_missing(self):
        """As after a crash: the counts of the last seconds are lost, the orders never."""
        activity, items = self.sell()
        self.shop.customer().must_buy(items[0])
        self.server.kill()
        type(self).servers.remove(self.server)
        self.server = self.serve(name=self.server.data.name)
        self.shop = Shop(self.server)
        report = self.report(activity)
        self.assertEqual(report["items"][0]["orders"]["created"], 1)
        coverage = report["coverage"]
        self.assertEqual(coverage["orders"], 1)
        self.assertIn(coverage["wins_counted"], (0, 1))  # it may have been saved just then
        self.assertEqual(coverage["complete"], coverage["wins_counted"] == 1)


if __name__ == "__main__":
    unittest.main()
