# SPDX-License-Identifier: Apache-2.0
"""The book of a client that keeps every acknowledgement, and judges by it what a server has after it was killed.

It knows nothing of the server but what was asked and answered; every fault is a sentence in `faults`.
"""
from collections import Counter, namedtuple

Ask = namedtuple("Ask", "user item quantity key")  # one purchase, however often it is asked for
Found = namedtuple("Found", "order user item quantity state")  # one order as the server shows it


class Book:
    """`stocks` and `limits`: units for sale and units for each customer, by item."""

    def __init__(self, stocks, limits):
        self.stocks, self.limits = stocks, limits
        self.acknowledged = {}  # Ask: number of its order
        self.asked_for = {}  # number of an order: its Ask
        self.open = set()  # Asks that were sent and not answered: each made one order, or none
        self.units = Counter()  # acknowledged, by (user, item) and by item
        self.waiting = Counter()  # the same of what is open
        self.faults = []

    def fault(self, what):
        self.faults.append(what)

    @staticmethod
    def count(units, ask, quantity):
        units[ask.user, ask.item] += quantity
        units[ask.item] += quantity

    def close(self, ask):
        if ask in self.open:
            self.open.discard(ask)
            self.count(self.waiting, ask, -ask.quantity)

    # --- what a client sees while it buys

    def on_sent(self, ask):
        if ask not in self.acknowledged and ask not in self.open:
            self.open.add(ask)
            self.count(self.waiting, ask, ask.quantity)

    def on_order(self, ask, order, replayed):
        """201: the order, and whether the server says that it was made before."""
        before = self.acknowledged.get(ask)
        if before is not None:
            if order != before:
                self.fault(f"key {ask.key} got order {before}, and when it was repeated order {order}")
            elif not replayed:
                self.fault(f"order {order} was made anew for a repeated key")
            return
        if order in self.asked_for:
            self.fault(f"order {order} was given to two keys")
        self.close(ask)
        self.acknowledged[ask] = order
        self.asked_for[order] = ask
        self.count(self.units, ask, ask.quantity)
        if self.units[ask.user, ask.item] > self.limits[ask.item]:
            self.fault(f"order {order} exceeds the limit of user {ask.user} on item {ask.item}")

    def on_refusal(self, ask, status, code):
        """Anything but 201, and but `busy`, which says nothing: no order was made, then or before."""
        if ask in self.acknowledged:
            self.fault(f"order {self.acknowledged[ask]} was acknowledged; its repeated key got {status} {code}")
            return
        self.close(ask)
        # Units of open purchases may be held; those that were refused never were.
        mine, all_of = (self.units[at] + self.waiting[at] + ask.quantity for at in ((ask.user, ask.item), ask.item))
        if code == "limit_reached":
            if mine <= self.limits[ask.item]:
                self.fault(f"user {ask.user} was refused on item {ask.item} below the limit")
        elif code == "sold_out":
            if all_of <= self.stocks[ask.item]:
                self.fault(f"item {ask.item} was called sold out, {all_of} of {self.stocks[ask.item]} units asked for")
        else:
            self.fault(f"a purchase of item {ask.item} got {status} {code}")

    # --- what the server has after a restart, before anybody asks again

    def judge(self, orders, sums):
        """`orders`: all that the server has; `sums`: its reconciliation, by item."""
        found = {each.order: each for each in orders}
        if len(found) != len(orders):
            doubled = [number for number, count in Counter(each.order for each in orders).items() if count > 1]
            self.fault(f"orders {doubled[:5]} are there more than once")
        for order, ask in self.asked_for.items():
            if (there := found.get(order)) is None:
                self.fault(f"order {order} of user {ask.user} was acknowledged and is missing")
            elif there != (order, ask.user, ask.item, ask.quantity, "pending"):
                self.fault(f"order {order} was acknowledged as {ask} and is {there}")
        possible = Counter((ask.user, ask.item, ask.quantity) for ask in self.open)
        for order in found.keys() - self.asked_for.keys():
            there = found[order]
            what = (there.user, there.item, there.quantity)
            if possible[what] == 0:
                self.fault(f"order {order} of user {there.user} on item {there.item} was neither acknowledged nor open")
            possible[what] -= 1
        self.judge_sums(found.values(), sums)

    def judge_sums(self, orders, sums):
        each, all_of = Counter(), Counter()
        for order in orders:
            each[order.user, order.item] += order.quantity
            all_of[order.item] += order.quantity
        for (user, item), units in each.items():
            if units > self.limits.get(item, 0):
                self.fault(f"user {user} has {units} units of item {item}, the limit is {self.limits.get(item, 0)}")
        for item, stock in self.stocks.items():
            there = sums[item]
            parts = there["available"], there["reserved"], there["sold"]
            if sum(parts) != stock or there["total"] != stock or min(parts) < 0 or there["oversold"]:
                self.fault(f"item {item} had {stock} units and is {there}")
            if there["reserved"] + there["sold"] != all_of[item]:
                self.fault(f"orders hold {all_of[item]} units of item {item}, its sums say {there}")
            if not there["balanced"] or there["limit_violations"]:
                self.fault(f"item {item} is not reconciled: {there}")
