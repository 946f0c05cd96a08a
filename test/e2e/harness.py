# SPDX-License-Identifier: Apache-2.0
"""Starts the real program on a store of its own and talks to it over HTTP, as customers and operators do.

Nothing here sleeps to wait for something: until() asks again until a deadline, and says what it waited for.
The program under test is $SLUICE; by default build/release/sluice.
"""
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SLUICE = os.environ.get("SLUICE", str(ROOT / "build/release/sluice"))
PASSWORD = "four quiet words here"
PATIENCE_S = 60  # of until() and of every answer: far more than is needed, also under a sanitizer


def until(question, what, patience_s=PATIENCE_S):
    """The first true answer to question(), or a failure that says what never came."""
    deadline = time.monotonic() + patience_s
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"after {patience_s} s still not: {what}")
        select.select([], [], [], 0.01)  # leaves the processor to the server


def instant(offset_s=0.0):
    """RFC 3339 of now and so many seconds."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_s)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def new_key():
    return uuid.uuid4().hex


def cny(amount):
    return {"amount": amount, "currency": "CNY"}


class Answer:
    """What came back."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of a problem, "" otherwise."""
        is_problem = self.headers.get("content-type", "").startswith("application/problem+json")
        return self.json["code"] if is_problem else ""

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


class Client:
    """One kept connection. `watch`, if set, sees every exchange: (method, path, answer)."""

    watch = None

    def __init__(self, url):
        self.host = urllib.parse.urlsplit(url).netloc
        self.connection = None

    def __del__(self):
        self.close()

    def send(self, method, path, body=None, headers=None):
        data = body
        sent = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            data = json.dumps(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
            data = data if isinstance(data, bytes) else data.encode()
        for last in (False, True):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection(self.host, timeout=PATIENCE_S)
            try:
                self.connection.request(method, path, data, sent)
                answer = self.connection.getresponse()
                body = answer.read()
                break
            except (http.client.RemoteDisconnected, ConnectionError, http.client.BadStatusLine):
                self.close()
                if fresh or last:  # a kept connection may have been closed while nobody used it
                    raise
        found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)
        names = [name.lower() for name, _ in answer.getheaders() if name.lower() != "set-cookie"]
        if len(names) != len(set(names)):
            raise AssertionError(f"{method} {path} has a header twice: {sorted(names)}")
        found.cookies = answer.headers.get_all("Set-Cookie") or []
        if answer.will_close:
            self.close()
        if Client.watch:
            Client.watch(method, path, found)
        return found

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Person:
    """A customer or an operator: a client that says who it is."""

    def __init__(self, url, headers=None):
        self.client = Client(url)
        self.headers = dict(headers or {})

    def send(self, method, path, body=None, headers=None):
        return self.client.send(method, path, body, self.headers | (headers or {}))

    def get(self, path, **headers):
        return self.send("GET", path, None, headers)

    def post(self, path, body=None, headers=None):
        return self.send("POST", path, {} if body is None else body, headers)

    def good(self, method, path, body=None, headers=None):
        """The JSON of a 2xx answer; anything else is a failure."""
        answer = self.send(method, path, body, headers)
        if not 200 <= answer.status < 300:
            raise AssertionError(f"{method} {path}: {answer}")
        return answer.json if answer.body else None


class Customer(Person):
    def __init__(self, url, token, user_id):
        super().__init__(url, {"Authorization": f"Bearer {token}"})
        self.token, self.user_id = token, user_id

    def buy(self, item, quantity=1, key=None):
        return self.post(f"/v1/items/{item}/orders", {"quantity": quantity}, {"Idempotency-Key": key or new_key()})

    def must_buy(self, item, quantity=1, key=None):
        answer = self.buy(item, quantity, key)
        if answer.status != 201:
            raise AssertionError(f"buying {item}: {answer}")
        return answer.json

    def order(self, order_id):
        """The order; while a change of it is being stored the server says `in_progress`."""
        def stored():
            answer = self.get(f"/v1/orders/{order_id}")
            if answer.status != 200 and answer.code != "in_progress":
                raise AssertionError(f"order {order_id}: {answer}")
            return answer.status == 200 and answer.json
        return until(stored, f"order {order_id} stored")

    def cashier(self, order_id):
        """The path of the cashier of a new, or still open, payment; and the payment's id."""
        opened = self.good("POST", f"/v1/orders/{order_id}/payments", {})
        return urllib.parse.urlsplit(opened["cashier_url"]).path, opened["payment_id"]

    def pay(self, order_id, action="pay", **more):
        """Plays `action` at the sandbox's cashier; returns the payment's id."""
        path, payment = self.cashier(order_id)
        self.good("POST", path, {"action": action} | more)
        return payment

    def until_state(self, order_id, state):
        return until(lambda: (found := self.order(order_id))["state"] == state and found,
                     f"order {order_id} {state}")


class Server:
    """One run of `sluice serve`."""

    def __init__(self, data, *sets, config=None, limits_files=False, environment=None):
        """`limits_files`: a write past RLIMIT_FSIZE fails, as on a full disk, instead of ending the process."""
        self.data = pathlib.Path(data)
        arguments = [SLUICE, "serve", "--json", "--data", str(data)]
        if config:
            arguments += ["--config", str(config)]
        defaults = {"public.port": "0", "console.port": "0", "payment.sandbox": "true",
                    "gates.user_per_second": "0", "public.doors": "2",
                    "console.second_factor": "optional"}  # second_factor_test asks for it
        defaults.update(each.split("=", 1) for each in sets)
        for name, value in defaults.items():
            arguments += ["--set", f"{name}={value}"]
        self.log = open(self.data.parent / f"{self.data.name}.log", "ab")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE")}
        clean |= environment or {}
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL,
                                        env=clean, restore_signals=not limits_files)  # keeps SIGXFSZ ignored
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(PATIENCE_S)
            raise AssertionError(f"sluice serve ended with {self.process.returncode}:\n{self.log_text()[-4000:]}")
        greeting = json.loads(line)
        self.public, self.console = greeting["public"], greeting["console"]
        self.setup_link, self.pid = greeting["setup_link"], greeting["pid"]

    def log_text(self):
        self.log.flush()
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def stop(self):
        """SIGTERM, and the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.log.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.log.close()

    # --- people

    def set_up(self, name="olga-owner"):
        """The first owner, through the one-time link."""
        owner = Person(self.console)
        token = urllib.parse.urlsplit(self.setup_link).fragment.removeprefix("k=")
        answer = owner.post("/admin/v1/setup", {"token": token, "name": name, "password": PASSWORD})
        return become(owner, answer)

    def log_in(self, name, password=PASSWORD, code=None):
        person = Person(self.console)
        body = {"name": name, "password": password} | ({"code": code} if code else {})
        return become(person, person.post("/admin/v1/sessions", body))

    def add_operator(self, owner, name, role):
        owner.good("POST", "/admin/v1/operators", {"name": name, "role": role, "password": PASSWORD})
        return self.log_in(name)

    def customer(self, name):
        stranger = Person(self.public)
        answer = stranger.post("/v1/accounts", {"name": name, "password": PASSWORD})
        if answer.status not in (201, 409):
            raise AssertionError(f"account {name}: {answer}")
        return self.customer_again(name)

    def customer_again(self, name):
        session = Person(self.public).good("POST", "/v1/sessions", {"name": name, "password": PASSWORD})
        return Customer(self.public, session["token"], session["user_id"])

    def stranger(self):
        return Person(self.public)

    def signed_in(self, user):
        """A session of this user (32 hexadecimal digits), made with the server's key as `sluice rush` makes its own
        (src/account/token.h)."""
        now = time.time()
        claims = struct.pack("<B3xIQQq", 1, int(now) + 3600, int(user[:16], 16), int(user[16:], 16), int(now * 1000))
        key = bytes.fromhex((self.data / "token.key").read_text().strip())
        token = base64.urlsafe_b64encode(claims + hashlib.blake2b(key + claims, digest_size=16).digest())
        return Customer(self.public, token.decode(), user)

    def rehearser(self, name):
        """A session that can only rehearse."""
        return self.signed_in(b"rehe".hex() + hashlib.blake2b(name.encode(), digest_size=12).hexdigest())


def totp(secret, steps_off=0, at=None):
    """The code that a phone with this secret shows at that time, or so many steps of 30 seconds beside (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30 + steps_off)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    word, = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(word & 0x7fffffff) % 1_000_000:06d}"


def become(person, answer):
    if answer.status not in (200, 201):
        raise AssertionError(f"signing in: {answer}")
    person.headers["Cookie"] = answer.cookies[0].split(";")[0]
    person.headers["X-CSRF-Token"] = answer.json["csrf"]
    person.who = answer.json["operator"]
    return person


class Shop:
    """A server with an owner, a second person who approves, and something to sell."""

    def __init__(self, server):
        self.server = server
        if server.setup_link:
            self.owner = server.set_up()
            self.reviewer = server.add_operator(self.owner, "rita-reviewer", "reviewer")
        else:
            self.owner = server.log_in("olga-owner")
            self.reviewer = server.log_in("rita-reviewer")
        self.names = 0

    def sku(self, title="Phone, red"):
        code = f"P-{new_key()[:8]}"
        product = self.owner.good("POST", "/admin/v1/products",
                                  {"code": code, "title": title, "skus": [{"code": code + "-1", "title": title}]})
        return product["skus"][0]["id"]

    def draft(self, *items, starts_s=-1, ends_s=3600, name="Evening sale"):
        body = {"name": name, "starts_at": instant(starts_s), "ends_at": instant(ends_s), "items": list(items)}
        return self.owner.good("POST", "/admin/v1/activities", body)

    def item(self, stock=10, **more):
        """An item as it is typed, of a sku of its own."""
        return {"sku_id": self.sku(), "price": cny(199900), "stock": stock} | more

    def step(self, activity, step, person=None, body=None):
        return (person or self.owner).good("POST", f"/admin/v1/activities/{activity}/{step}", body or {})

    def warm(self, activity):
        self.step(activity, "submit")
        self.step(activity, "approve", self.reviewer)
        return self.step(activity, "warm")

    def sell(self, stock=10, starts_s=-1, ends_s=3600, **more):
        """The id of an item that is on sale."""
        activity = self.draft(self.item(stock, **more), starts_s=starts_s, ends_s=ends_s)
        self.warm(activity["id"])
        return activity["items"][0]["id"]

    def sell_in(self, stock=10, **more):
        """Ids of the activity and of its only item."""
        activity = self.draft(self.item(stock, **more))
        self.warm(activity["id"])
        return activity["id"], activity["items"][0]["id"]

    def customer(self):
        self.names += 1
        return self.server.customer(f"buyer-{self.names}-{new_key()[:6]}")

    def figures(self, item):
        return self.owner.good("GET", f"/admin/v1/items/{item}")

    def reconcile(self, item=None):
        """The proof of one item, or of all; fails unless it is balanced."""
        proof = self.owner.good("GET", "/admin/v1/reconcile" + (f"?item_id={item}" if item else ""))
        if not proof["balanced"]:
            raise AssertionError(f"not balanced: {proof}")
        return proof["items"][0] if item else proof

    def everything(self):
        """What bad input must not change: every order, every sum, every product and activity."""
        orders, cursor = [], ""
        while True:
            part = self.owner.good("GET", f"/admin/v1/orders?limit=200&cursor={cursor}")
            orders += part["orders"]
            cursor = part.get("next_cursor", "")
            if not cursor:
                break
        items = [{k: v for k, v in item.items() if k != "phase"} for item in self.reconcile()["items"]]
        lists = {name: self.owner.good("GET", f"/admin/v1/{name}?limit=200") for name in ("products", "activities")}
        for activity in lists["activities"]["activities"]:
            activity.pop("state")  # the clock changes it
        return json.dumps([orders, items, lists], sort_keys=True)


class Case(unittest.TestCase):
    """A test with a folder of its own, and servers in it that are stopped afterwards."""

    sets = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-e2e-"))
        cls.servers = []
        cls.addClassCleanup(cls.leave)

    @classmethod
    def leave(cls):
        codes = [server.stop() for server in cls.servers if server.process.returncode is None]
        logs = "".join(server_log(server) for server in cls.servers)
        shutil.rmtree(cls.folder, ignore_errors=True)
        if any(codes):
            raise AssertionError(f"a server ended with {codes}, expected 0\n{logs[-4000:]}")

    @classmethod
    def serve(cls, *sets, name="data", **more):
        server = Server(cls.folder / name, *(cls.sets + sets), **more)
        cls.servers.append(server)
        return server

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        return answer.json


def server_log(server):
    try:
        return pathlib.Path(server.log.name).read_text(errors="replace")
    except OSError:
        return ""


class ShopCase(Case):
    """Tests that share one shop; each makes its own items and customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.serve()
        cls.shop = Shop(cls.server)
        cls.owner = cls.shop.owner


def in_threads(count, work):
    """Runs work(number) in so many threads at once; the results in order, or the first failure."""
    results, failures = [None] * count, []

    def run(number):
        try:
            results[number] = work(number)
        except BaseException as why:  # pylint: disable=broad-except
            failures.append(why)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def run(*arguments, text="", code=0, environment=None):
    """Runs one command of the program to its end; fails unless it ends with `code` (None: any)."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE")}
    done = subprocess.run([SLUICE, *map(str, arguments)], input=text, capture_output=True, text=True,
                          timeout=PATIENCE_S, env=clean | (environment or {}), check=False)
    if code is not None and done.returncode != code:
        raise AssertionError(f"sluice {' '.join(map(str, arguments))} ended with {done.returncode}, not {code}\n"
                             f"{done.stdout}\n{done.stderr}")
    return done


def open_store(data):
    return sqlite3.connect(str(pathlib.Path(data) / "sluice.db"))
