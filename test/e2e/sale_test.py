# SPDX-License-Identifier: Apache-2.0
# ctest: asan tsan
"""A sale from its first product to its last proof, over HTTP, as people do it."""
import unittest

from harness import PASSWORD, Customer, Person, ShopCase, cny, in_threads, instant, new_key, until


class WholeSale(ShopCase):
    def test_from_the_import_to_the_proof(self):
        owner, reviewer = self.owner, self.shop.reviewer
        imported = owner.good("POST", "/admin/v1/products/import",
                              "product_code,product_title,sku_code,sku_title\n"
                              "PHONE,Phone,PHONE-R,\"Phone, red\"\nPHONE,Phone,PHONE-B,\"Phone, blue\"\n"
                              "POT,Pot,POT-1,Pot\n", {"Content-Type": "text/csv"})
        self.assertEqual(imported, {"added": 2, "updated": 0, "skus": 3})
        again = owner.good("POST", "/admin/v1/products/import",
                           [{"code": "POT", "title": "Tea pot", "skus": [{"code": "POT-1", "title": "Tea pot"}]}])
        self.assertEqual((again["added"], again["updated"]), (0, 1))
        taken = owner.send("POST", "/admin/v1/products/import", "product_code,product_title,sku_code,sku_title\n"
                           "CASE,Case,CASE-1,Case\nCASE,Case,POT-1,Case\n", {"Content-Type": "text/csv"})
        self.assertEqual((taken.status, taken.json["errors"][0]["line"]), (422, 3), taken)
        phone = owner.good("GET", "/admin/v1/products?search=PHONE")["products"][0]
        red = next(sku["id"] for sku in phone["skus"] if sku["code"] == "PHONE-R")

        activity = self.shop.draft({"sku_id": red, "price": cny(199900), "list_price": cny(299900), "stock": 2},
                                   name="Whole sale")
        number, item = activity["id"], activity["items"][0]["id"]
        self.assertEqual((activity["state"], activity["items"][0]["title"]), ("draft", "Phone, red"))
        stranger = self.server.stranger()
        self.refused(stranger.get(f"/v1/items/{item}/state"), 404, "not_found")
        self.refused(owner.post(f"/admin/v1/activities/{number}/warm"), 409, "conflict")
        self.assertEqual(self.shop.step(number, "submit")["state"], "in_review")
        self.refused(owner.post(f"/admin/v1/activities/{number}/approve"), 403, "forbidden")
        self.assertEqual(self.shop.step(number, "approve", reviewer)["state"], "approved")
        warmed = self.shop.step(number, "warm")
        self.assertIn(warmed["state"], ("warming", "running"))
        self.assertEqual(owner.good("GET", f"/admin/v1/activities/{number}")["state"], "running")
        self.assertEqual(stranger.good("GET", f"/v1/items/{item}/state")["phase"], "running")
        self.assertIn(number, [each["id"] for each in stranger.good("GET", "/v1/activities")["data"]])
        page = stranger.get(f"/items/{item}")
        self.assertEqual((page.status, page.headers["content-type"].split(";")[0]), (200, "text/html"))
        self.assertIn(b"Phone, red", page.body)

        ann, bert, carl = (self.shop.customer() for _ in range(3))
        self.refused(stranger.post(f"/v1/items/{item}/orders", {"quantity": 1}, {"Idempotency-Key": "k"}),
                     401, "unauthorized")
        first = ann.buy(item, key="a-1")
        self.assertEqual(first.status, 201, first)
        self.assertEqual(first.headers["location"], f"/v1/orders/{first.json['id']}")
        self.assertNotIn("idempotency-replayed", first.headers)
        repeated = ann.buy(item, key="a-1")
        self.assertEqual((repeated.status, repeated.body), (201, first.body))
        self.assertEqual(repeated.headers["idempotency-replayed"], "true")
        self.refused(ann.buy(item, quantity=2, key="a-1"), 422, "duplicate_key_mismatch")
        self.refused(ann.buy(item), 409, "limit_reached")
        second = bert.must_buy(item, key="a-1")  # the same text, but another customer's key
        self.assertNotEqual(second["id"], first.json["id"])
        self.refused(carl.buy(item), 409, "sold_out")
        self.assertEqual(stranger.good("GET", f"/v1/items/{item}/state")["level"], "none")
        self.assertEqual(ann.buy(item, key="a-1").body, first.body, "a replay counts also when all is sold")

        ann.pay(first.json["id"])
        paid = ann.until_state(first.json["id"], "paid")
        self.assertEqual(paid["total"], cny(199900))
        self.refused(ann.post(f"/v1/orders/{paid['id']}/cancel"), 409, "already_paid")
        self.refused(ann.post(f"/v1/orders/{paid['id']}/payments"), 409, "already_paid")
        cancelled = bert.good("POST", f"/v1/orders/{second['id']}/cancel", {})
        self.assertEqual((cancelled["state"], cancelled["note"]), ("cancelled", "by_customer"))
        self.assertEqual(bert.good("POST", f"/v1/orders/{second['id']}/cancel", {})["state"], "cancelled")
        third = carl.must_buy(item)
        self.assertEqual([order["id"] for order in carl.good("GET", "/v1/orders")["data"]], [third["id"]])

        orders = owner.good("GET", f"/admin/v1/orders?item_id={item}")["orders"]
        self.assertEqual([order["id"] for order in orders], [third["id"], second["id"], paid["id"]])
        story = owner.good("GET", f"/admin/v1/orders/{paid['id']}")
        self.assertEqual([moment["what"] for moment in story["timeline"]],
                         ["order_created", "payment_opened", "payment_succeeded", "order_paid"])
        export = owner.get(f"/admin/v1/orders/export?item_id={item}").body.decode().splitlines()
        self.assertEqual(len(export), 4, export)
        self.assertTrue(export[1].startswith(paid["id"] + ","), export[1])

        proof = self.shop.reconcile(item)
        self.assertEqual({key: proof[key] for key in ("total", "available", "reserved", "sold", "oversold")},
                         {"total": 2, "available": 0, "reserved": 1, "sold": 1, "oversold": 0})
        self.assertEqual(proof["orders"], {"pending": 1, "paid": 1, "cancelled": 1, "expired": 0, "refunded": 0})
        self.assertEqual(proof["money"]["collected"], cny(199900))
        entries = owner.good("GET", f"/admin/v1/audit?subject=activity/{number}")["entries"]
        self.assertEqual([entry["action"] for entry in reversed(entries)],
                         ["activity.add", "activity.submit", "activity.approve", "activity.warm"])
        self.assertEqual(entries[1]["who_name"], "rita-reviewer")
        self.assertTrue(owner.good("GET", "/admin/v1/audit/verify")["intact"])


class Policies(ShopCase):
    def sums(self, item):
        figures = self.shop.figures(item)
        self.shop.reconcile(item)
        return figures["available"], figures["reserved"], figures["sold"]

    def test_reserve_holds_and_payment_confirms(self):
        item = self.shop.sell(3, policy="reserve", limit_per_user=3)
        ann = self.shop.customer()
        order = ann.must_buy(item, 2)
        self.assertIn("pay_until", order)
        self.assertEqual(self.sums(item), (1, 2, 0))
        ann.pay(order["id"])
        ann.until_state(order["id"], "paid")
        self.assertEqual(self.sums(item), (1, 0, 2))
        self.refused(ann.buy(item, 2), 409, "limit_reached")

    def test_on_order_takes_at_once_and_keeps_what_a_customer_cancels(self):
        item = self.shop.sell(2, policy="on_order", cancel_returns_unit=False)
        ann, bert = self.shop.customer(), self.shop.customer()
        kept, returned = ann.must_buy(item), bert.must_buy(item)
        self.assertEqual(self.sums(item), (0, 0, 2))
        ann.good("POST", f"/v1/orders/{kept['id']}/cancel", {})
        self.assertEqual(self.sums(item), (0, 0, 2))
        self.owner.good("POST", f"/admin/v1/orders/{returned['id']}/cancel", {"reason": "The customer called."})
        self.assertEqual(self.sums(item), (1, 0, 1))

    def test_on_order_gives_back_where_the_operator_allows_it(self):
        item = self.shop.sell(1, policy="on_order")
        ann = self.shop.customer()
        ann.good("POST", f"/v1/orders/{ann.must_buy(item)['id']}/cancel", {})
        self.assertEqual(self.sums(item), (1, 0, 0))

    def test_on_payment_the_first_who_pays_has_it(self):
        item = self.shop.sell(1, policy="on_payment")
        ann, bert = self.shop.customer(), self.shop.customer()
        hers, his = ann.must_buy(item), bert.must_buy(item)
        self.assertEqual(self.sums(item), (1, 0, 0))
        path, payment = bert.cashier(his["id"])
        ann.pay(hers["id"])
        ann.until_state(hers["id"], "paid")
        self.assertEqual(self.sums(item), (0, 0, 1))
        bert.good("POST", path, {"action": "pay"})
        self.assertEqual(bert.until_state(his["id"], "refunded")["note"], "sold_out_at_payment")
        self.until_refunded(his["id"], payment)
        self.assertEqual(self.sums(item), (0, 0, 1))

    def until_refunded(self, order, payment):
        def refunded():
            payments = self.owner.good("GET", f"/admin/v1/orders/{order}")["payments"]
            return [each for each in payments if each["id"] == payment and each["state"] == "refunded"]
        until(refunded, f"payment {payment} refunded")


class Tickets(ShopCase):
    def test_the_purchase_address_is_hidden_until_the_start(self):
        later = self.shop.sell(1, starts_s=3600, ends_s=7200, entry="ticket")
        ann = self.shop.customer()
        self.refused(ann.post(f"/v1/items/{later}/tickets"), 409, "not_started")

    def test_a_ticket_buys_once_for_one_customer(self):
        item = self.shop.sell(3, entry="ticket", limit_per_user=2)
        ann, bert = self.shop.customer(), self.shop.customer()
        self.refused(ann.buy(item), 404, "ticket_required")
        self.refused(self.server.stranger().post(f"/v1/items/{item}/tickets"), 401, "unauthorized")
        url = ann.good("POST", f"/v1/items/{item}/tickets", {})["buy_url"]
        self.refused(bert.post(url, {"quantity": 1}, {"Idempotency-Key": "b"}), 403, "ticket_invalid")
        forged = url[:-8] + ("y" if url[-8] == "x" else "x") + "/orders"
        self.refused(ann.post(forged, {"quantity": 1}, {"Idempotency-Key": "b"}), 403, "ticket_invalid")
        bought = ann.post(url, {"quantity": 1}, {"Idempotency-Key": "one"})
        self.assertEqual(bought.status, 201, bought)
        repeated = ann.post(url, {"quantity": 1}, {"Idempotency-Key": "one"})
        self.assertEqual((repeated.body, repeated.headers["idempotency-replayed"]), (bought.body, "true"))
        self.refused(ann.post(url, {"quantity": 1}, {"Idempotency-Key": "two"}), 403, "ticket_invalid")
        other = ann.good("POST", f"/v1/items/{item}/tickets", {})["buy_url"]
        self.assertEqual(ann.post(other, {"quantity": 1}, {"Idempotency-Key": "two"}).status, 201)
        self.shop.reconcile(item)

    def test_an_open_item_has_no_second_way_in(self):
        item = self.shop.sell(1)
        ann = self.shop.customer()
        self.refused(ann.post(f"/v1/items/{item}/tickets"), 404, "not_found")
        self.refused(ann.post(f"/v1/items/{item}/challenge"), 404, "not_found")


class Payments(ShopCase):
    def state_of(self, order, payment):
        payments = self.owner.good("GET", f"/admin/v1/orders/{order}")["payments"]
        return next(each["state"] for each in payments if each["id"] == payment)

    def test_an_unpaid_order_expires_and_its_unit_is_sold_again(self):
        item = self.shop.sell(1, pay_window_ms=1000)
        ann, bert = self.shop.customer(), self.shop.customer()
        order = ann.must_buy(item)
        self.refused(bert.buy(item), 409, "sold_out")
        ann.until_state(order["id"], "expired")
        self.refused(ann.post(f"/v1/orders/{order['id']}/cancel"), 409, "already_expired")
        self.refused(ann.post(f"/v1/orders/{order['id']}/payments"), 409, "already_expired")
        bert.must_buy(item)
        self.assertEqual(self.shop.figures(item)["reserved"], 1)
        self.shop.reconcile(item)

    def test_money_that_comes_too_late_buys_what_is_left_or_goes_back(self):
        item = self.shop.sell(1, pay_window_ms=1000)
        ann, bert = self.shop.customer(), self.shop.customer()
        hers = ann.must_buy(item)
        cashier, _ = ann.cashier(hers["id"])
        ann.until_state(hers["id"], "expired")
        ann.good("POST", cashier, {"action": "pay"})
        ann.until_state(hers["id"], "paid")
        self.assertEqual(self.shop.figures(item)["sold"], 1)

        other = self.shop.sell(1, pay_window_ms=1000)
        his = bert.must_buy(other)
        cashier, payment = bert.cashier(his["id"])
        bert.until_state(his["id"], "expired")
        taken = ann.must_buy(other)
        ann.pay(taken["id"])
        ann.until_state(taken["id"], "paid")
        bert.good("POST", cashier, {"action": "late", "delay_ms": 10})
        self.assertEqual(bert.until_state(his["id"], "refunded")["note"], "paid_too_late")
        until(lambda: self.state_of(his["id"], payment) == "refunded", "the money back")
        for each in (item, other):
            self.shop.reconcile(each)

    def test_a_callback_that_repeats_itself_counts_once(self):
        item = self.shop.sell(5)
        ann = self.shop.customer()
        order = ann.must_buy(item)
        path, _ = ann.cashier(order["id"])
        ann.good("POST", path, {"action": "repeat"})
        ann.until_state(order["id"], "paid")
        proof = self.shop.reconcile(item)
        self.assertEqual((proof["sold"], proof["money"]["collected"]["amount"]), (1, 199900))

    def test_who_was_declined_may_try_again(self):
        item = self.shop.sell(1)
        ann = self.shop.customer()
        order = ann.must_buy(item)
        path, payment = ann.cashier(order["id"])
        self.assertEqual(ann.cashier(order["id"]), (path, payment), "an open payment is not opened twice")
        ann.good("POST", path, {"action": "decline"})
        until(lambda: self.state_of(order["id"], payment) == "closed", "the declined payment closed")
        self.assertEqual(ann.order(order["id"])["state"], "pending")
        self.assertNotEqual(ann.pay(order["id"]), payment)
        ann.until_state(order["id"], "paid")
        self.refused(ann.post(path, {"action": "pay"}), 409, "conflict")

    def test_lies_forgeries_and_silence_are_settled_by_asking(self):
        item = self.shop.sell(10)
        customers = [self.shop.customer() for _ in range(3)]
        orders = [customer.must_buy(item)["id"] for customer in customers]
        for customer, order, action in zip(customers, orders, ("lie", "forge", "silent")):
            customer.pay(order, action)
        for customer, order in zip(customers, orders):
            customer.until_state(order, "paid")
        proof = self.shop.reconcile(item)
        self.assertEqual((proof["sold"], proof["money"]["collected"]["amount"]), (3, 3 * 199900))
        self.assertIn("callback_refused", self.server.log_text())
        self.assertIn("amount_mismatch", self.server.log_text())

    def test_an_operator_refunds_with_and_without_the_unit(self):
        item = self.shop.sell(2)
        ann, bert = self.shop.customer(), self.shop.customer()
        orders = []
        for customer in (ann, bert):
            order = customer.must_buy(item)["id"]
            orders.append((order, customer.pay(order)))
            customer.until_state(order, "paid")
        (first, paid), (second, _) = orders
        self.refused(self.owner.post(f"/admin/v1/orders/{first}/cancel", {"reason": "x"}), 409, "already_paid")
        self.owner.good("POST", f"/admin/v1/orders/{first}/refund", {"reason": "It was broken."})
        self.assertEqual(ann.order(first)["note"], "by_operator")
        until(lambda: self.state_of(first, paid) == "refunded", "the refund confirmed")
        self.owner.good("POST", f"/admin/v1/orders/{second}/refund", {"reason": "Lost.", "returns_units": False})
        proof = self.shop.reconcile(item)
        self.assertEqual((proof["available"], proof["sold"], proof["orders"]["refunded"]), (1, 1, 2))

    def test_an_operator_takes_money_that_came_elsewhere(self):
        item = self.shop.sell(4, limit_per_user=4)
        ann = self.shop.customer()
        order = ann.must_buy(item, 3)["id"]
        self.refused(self.owner.post(f"/admin/v1/orders/{order}/refund", {"reason": "x"}), 409, "not_paid")
        self.refused(self.owner.post(f"/admin/v1/orders/{order}/mark-paid", {"reason": "x", "quantity": 4}),
                     422, "too_much")
        self.owner.good("POST", f"/admin/v1/orders/{order}/mark-paid", {"reason": "Cash.", "quantity": 2})
        self.assertEqual((ann.order(order)["state"], ann.order(order)["quantity"]), ("paid", 2))
        proof = self.shop.reconcile(item)
        self.assertEqual((proof["available"], proof["reserved"], proof["sold"]), (2, 0, 2))


class Control(ShopCase):
    def propose(self, item, delta, person=None):
        return (person or self.owner).good("POST", f"/admin/v1/items/{item}/stock-changes",
                                           {"delta": delta, "reason": "Counted again."})["id"]

    def test_stock_changes_need_two_people_and_respect_what_is_sold(self):
        item = self.shop.sell(2)
        ann, bert, carl = (self.shop.customer() for _ in range(3))
        ann.must_buy(item), bert.must_buy(item)
        self.refused(carl.buy(item), 409, "sold_out")
        change = self.propose(item, 1)
        self.refused(self.owner.post(f"/admin/v1/stock-changes/{change}/approve"), 403, "forbidden")
        self.assertEqual(self.shop.figures(item)["total"], 2)
        self.shop.reviewer.good("POST", f"/admin/v1/stock-changes/{change}/approve", {})
        self.shop.reviewer.good("POST", f"/admin/v1/stock-changes/{change}/approve", {})
        self.assertEqual(self.shop.figures(item)["total"], 3)
        self.refused(self.shop.reviewer.post(f"/admin/v1/stock-changes/{change}/reject"), 409, "conflict")
        carl.must_buy(item)
        change = self.propose(item, -1)
        self.refused(self.shop.reviewer.post(f"/admin/v1/stock-changes/{change}/approve"), 409, "below_committed")
        self.owner.good("POST", f"/admin/v1/stock-changes/{change}/reject", {"reason": "My mistake."})
        change = self.propose(item, 1 << 40)
        self.refused(self.shop.reviewer.post(f"/admin/v1/stock-changes/{change}/approve"), 422, "too_much")
        activity = self.owner.good("GET", f"/admin/v1/items/{item}")["activity_id"]
        states = [each["state"] for each in
                  self.owner.good("GET", f"/admin/v1/activities/{activity}/stock-changes")["stock_changes"]]
        self.assertEqual(sorted(states), ["approved", "open", "rejected"])
        self.assertEqual(self.shop.reconcile(item)["total"], 3)

    def test_pause_resume_and_end(self):
        activity, item = self.shop.sell_in(5)
        ann, bert = self.shop.customer(), self.shop.customer()
        for step, state, phase in (("pause", "paused", "paused"), ("resume", "running", "running")):
            self.assertEqual(self.shop.step(activity, step, body={"reason": "A test."})["state"], state)
            self.assertEqual(ann.good("GET", f"/v1/items/{item}/state")["phase"], phase)
            if step == "pause":
                self.refused(ann.buy(item), 409, "paused")
        order = ann.must_buy(item)
        self.shop.step(activity, "end", body={"reason": "Enough."})
        self.refused(bert.buy(item), 409, "ended")
        self.refused(self.owner.post(f"/admin/v1/activities/{activity}/resume", {"reason": "Sorry."}), 409, "ended")
        ann.pay(order["id"])  # an order outlives the sale
        ann.until_state(order["id"], "paid")
        self.refused(self.owner.post(f"/admin/v1/activities/{activity}/warm"), 409, "already_open")

    def test_one_item_stops_and_the_other_sells_on(self):
        activity = self.shop.draft(self.shop.item(), self.shop.item())
        self.shop.warm(activity["id"])
        stopped, selling = (item["id"] for item in activity["items"])
        ann = self.shop.customer()
        self.assertTrue(self.owner.good("POST", f"/admin/v1/items/{stopped}/stop", {"reason": "Wrong."})["stopped"])
        self.refused(ann.buy(stopped), 409, "paused")
        ann.must_buy(selling)
        self.owner.good("POST", f"/admin/v1/items/{stopped}/resume", {"reason": "Right."})
        ann.must_buy(stopped)

    def test_the_switches_work_at_once(self):
        item = self.shop.sell(5)
        ann = self.shop.customer()
        order = ann.must_buy(item)
        table = [
            ("purchases", lambda: self.shop_customer_buys(item)),
            ("accounts", lambda: self.server.stranger().post("/v1/accounts", {"name": "zoe-x", "password": PASSWORD})),
            ("sessions", lambda: self.server.stranger().post("/v1/sessions", {"name": "zoe-x", "password": PASSWORD})),
            ("payments", lambda: ann.post(f"/v1/orders/{order['id']}/payments")),
        ]
        self.other = self.shop.customer()
        for name, attempt in table:
            self.owner.good("PUT", f"/admin/v1/switches/{name}", {"on": False, "reason": "Drill."})
            self.refused(attempt(), 503, "stopped")
            self.assertGreaterEqual(int(attempt().headers["retry-after"]), 1)
            self.owner.good("PUT", f"/admin/v1/switches/{name}", {"on": True, "reason": "Over."})
            self.assertIn(attempt().status, (200, 201, 401))

    def shop_customer_buys(self, item):
        return self.other.buy(item, key="switches")

    def test_a_switch_with_a_time_turns_itself_on_again(self):
        stranger = self.server.stranger()
        self.owner.good("PUT", "/admin/v1/switches/sessions", {"on": False, "reason": "Drill.", "until": instant(1)})
        session = {"name": "nobody-here", "password": PASSWORD}
        until(lambda: stranger.post("/v1/sessions", session).status == 401, "the switch on again")

    def test_the_risk_list_blocks_and_unblocks(self):
        item = self.shop.sell(5)
        ann = self.shop.customer()
        entry = self.owner.good("POST", "/admin/v1/risk-entries",
                                {"kind": "user", "value": ann.user_id, "reason": "Scripts."})
        self.refused(ann.buy(item), 403, "blocked")
        self.assertEqual(self.owner.send("DELETE", f"/admin/v1/risk-entries/{entry['id']}").status, 204)
        ann.must_buy(item)
        entry = self.owner.good("POST", "/admin/v1/risk-entries",
                                {"kind": "address", "value": "127.0.0.0/8", "reason": "All of us."})
        self.refused(ann.buy(item), 403, "blocked")
        self.owner.send("DELETE", f"/admin/v1/risk-entries/{entry['id']}")

    def test_rejected_drafts_can_be_mended_and_approved_ones_cannot_change(self):
        activity = self.shop.draft(self.shop.item())
        number = activity["id"]
        self.shop.step(number, "submit")
        self.refused(self.shop.reviewer.post(f"/admin/v1/activities/{number}/reject"), 400, "invalid")
        rejected = self.shop.step(number, "reject", self.shop.reviewer, {"note": "The price is wrong."})
        self.assertEqual((rejected["state"], rejected["review_note"]), ("draft", "The price is wrong."))
        draft = {key: activity[key] for key in ("name", "starts_at", "ends_at")} | {"items": [self.shop.item(7)]}
        path = f"/admin/v1/activities/{number}"
        self.refused(self.owner.send("PUT", path, draft), 428, "precondition_required")
        self.refused(self.owner.send("PUT", path, draft, {"If-Match": '"1"'}), 409, "conflict")
        etag = self.owner.get(path).headers["etag"]
        self.assertEqual(self.owner.good("PUT", path, draft, {"If-Match": etag})["items"][0]["stock"], 7)
        self.shop.step(number, "submit")
        self.shop.step(number, "approve", self.shop.reviewer)
        etag = self.owner.get(path).headers["etag"]
        self.refused(self.owner.send("PUT", path, draft, {"If-Match": etag}), 409, "conflict")

    def test_an_order_list_is_read_part_by_part(self):
        item = self.shop.sell(10, limit_per_user=5)
        ann = self.shop.customer()
        bought = [ann.must_buy(item)["id"] for _ in range(5)]
        seen, cursor = [], ""
        while True:
            part = ann.good("GET", f"/v1/orders?limit=2{cursor}")
            seen += [order["id"] for order in part["data"]]
            if "next_cursor" not in part:
                break
            cursor = f"&cursor={part['next_cursor']}"
        self.assertEqual(seen, bought[::-1])


class Crowd(ShopCase):
    def test_many_buyers_get_exactly_what_there_is(self):
        item = self.shop.sell(7)
        customers = [self.shop.customer() for _ in range(12)]

        def buy(number):
            key = new_key()
            answers = [customers[number].buy(item, key=key) for _ in range(3)]
            self.assertEqual(len({answer.body for answer in answers if answer.status == 201}) <= 1, True)
            return answers[-1]
        answers = in_threads(len(customers), buy)
        won = [answer.json["id"] for answer in answers if answer.status == 201]
        self.assertEqual((len(won), len(set(won))), (7, 7))
        self.assertEqual({answer.code for answer in answers if answer.status != 201}, {"sold_out"})
        self.assertEqual(self.shop.reconcile(item)["reserved"], 7)


    def test_one_customer_with_a_thousand_requests_gets_the_limit(self):
        item = self.shop.sell(100, limit_per_user=3)
        greedy = self.shop.customer()
        connections, each = 50, 20

        def click(_):
            at = Customer(self.server.public, greedy.token, greedy.user_id)
            return [at.buy(item, key=new_key()) for _ in range(each)]
        answers = [answer for part in in_threads(connections, click) for answer in part]
        self.assertEqual(len(answers), 1000)
        self.assertEqual(len({answer.json["id"] for answer in answers if answer.status == 201}), 3)
        self.assertEqual(sum(answer.code == "limit_reached" for answer in answers), 997)
        self.assertEqual(self.shop.reconcile(item)["reserved"], 3)


class Waiting(ShopCase):
    def test_a_sale_starts_and_ends_by_the_servers_clock(self):
        item = self.shop.sell(5, starts_s=1.5, ends_s=4)
        ann = self.shop.customer()
        seen = []

        def buys():
            answer = ann.buy(item, key="start")
            seen.append(answer.code or answer.status)
            return answer.status == 201
        until(buys, "the start")
        self.assertEqual(set(seen[:-1]), {"not_started"}, seen)
        bert = self.shop.customer()
        until(lambda: bert.buy(item).code == "ended" or bert.buy(item).code == "ended", "the end")
        self.assertEqual(ann.good("GET", f"/v1/items/{item}/state")["phase"], "ended")
        self.assertEqual(ann.buy(item, key="start").status, 201, "a winner who repeats still learns of the order")


class People(ShopCase):
    def test_the_one_time_link_works_once(self):
        self.assertTrue(self.server.setup_link)
        token = self.server.setup_link.split("#k=")[1]
        answer = Person(self.server.console).post(
            "/admin/v1/setup", {"token": token, "name": "second", "password": PASSWORD})
        self.assertIn((answer.status, answer.code), ((403, "forbidden"), (409, "conflict")))

    def test_who_is_disabled_is_out_at_once(self):
        bob = self.server.add_operator(self.owner, "bob-viewer", "viewer")
        self.assertEqual(bob.get("/admin/v1/sessions/current").status, 200)
        self.owner.good("PATCH", f"/admin/v1/operators/{bob.who['id']}", {"disabled": True})
        self.refused(bob.get("/admin/v1/sessions/current"), 401, "unauthorized")
        self.refused(Person(self.server.console).post("/admin/v1/sessions",
                                                      {"name": "bob-viewer", "password": PASSWORD}),
                     401, "unauthorized")

    def test_a_new_password_ends_the_old_sessions(self):
        eve = self.server.add_operator(self.owner, "eve-viewer", "viewer")
        other = self.server.log_in("eve-viewer")
        answer = eve.post("/admin/v1/operators/current/password", {"current": PASSWORD, "password": PASSWORD + " more"})
        self.assertEqual(answer.status, 200, answer)
        self.refused(other.get("/admin/v1/sessions/current"), 401, "unauthorized")

    def test_the_last_owner_stays(self):
        self.refused(self.owner.send("PATCH", f"/admin/v1/operators/{self.owner.who['id']}", {"role": "viewer"}),
                     409, "conflict")

    def test_signing_out_ends_the_session(self):
        visitor = self.server.log_in("rita-reviewer")
        self.assertEqual(visitor.send("DELETE", "/admin/v1/sessions/current").status, 204)
        self.refused(visitor.get("/admin/v1/sessions/current"), 401, "unauthorized")


if __name__ == "__main__":
    unittest.main()
