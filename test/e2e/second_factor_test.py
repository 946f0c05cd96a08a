# SPDX-License-Identifier: Apache-2.0
"""The second factor of operators, as a phone and a browser play it: red routes need a code, a code is good once, and
neither secret nor code is ever seen again."""
import re
import time
import unittest
import urllib.parse

import yaml
from harness import PASSWORD, ROOT, Case, Person, open_store, totp

TOTP = "/admin/v1/operators/current/totp"
STEP_UP = "/admin/v1/sessions/current/step-up"

# Written a third time on purpose, beside the table of the server and the description.
RED = set("""
POST /admin/v1/operators
PATCH /admin/v1/operators/{id}
POST /admin/v1/operators/{id}/sign-out
POST /admin/v1/activities/{id}/pause
POST /admin/v1/activities/{id}/resume
POST /admin/v1/activities/{id}/end
POST /admin/v1/items/{id}/stop
POST /admin/v1/items/{id}/resume
PUT /admin/v1/items/{id}/traffic-tag
POST /admin/v1/items/{id}/stock-changes
POST /admin/v1/stock-changes/{id}/approve
POST /admin/v1/orders/{id}/cancel
POST /admin/v1/orders/{id}/refund
POST /admin/v1/orders/{id}/mark-paid
PUT /admin/v1/switches/{name}
""".strip().splitlines())


def described():
    """(method, path, whether it is red) of every route of the console that needs a session."""
    document = yaml.safe_load((ROOT / "docs/api/openapi.yaml").read_text())
    for path, item in document["paths"].items():
        for method in ("get", "post", "put", "patch", "delete"):
            if path.startswith("/admin/v1") and method in item and item[method].get("security"):
                yield method.upper(), path, item[method].get("x-red", False)


class Phone:
    """Two codes that the server takes for at least 30 seconds from now, whenever a step ends; and one that it never
    takes."""

    def __init__(self, secret):
        at = time.time()
        self.secret = secret
        self.first, self.second = totp(secret, 0, at), totp(secret, 1, at)
        taken = {totp(secret, off, at) for off in range(-5, 60)}
        self.wrong = next(code for code in map("{:06d}".format, range(100)) if code not in taken)


def enable(person):
    """Enables a second factor with the first code of a phone; the phone and the recovery codes."""
    phone = Phone(person.good("POST", TOTP, {"password": PASSWORD})["secret"])
    return phone, person.good("POST", TOTP + "/confirm", {"code": phone.first})["recovery_codes"]


class Marks(unittest.TestCase):
    def test_the_description_the_table_of_the_server_and_this_test_mark_the_same_routes(self):
        text = (ROOT / "src/api/admin/routes.cc").read_text()
        rows = re.findall(r'\{(get|post|put|patch|delete_), "([^"]+)",([^}]*?(?:\{\})?[^}]*)\}', text)
        table = {f"{method.rstrip('_').upper()} {path}" for method, path, rest in rows if re.search(r"\bkRed\b", rest)}
        self.assertEqual(table, RED)
        self.assertEqual({f"{method} {path}" for method, path, red in described() if red}, RED)


class Required(Case):
    sets = ("console.second_factor=required",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.serve()
        cls.owner = cls.server.set_up()

    def attempt(self, person, method, path):
        """Something that does not exist, with a body that is wrong: past the door nothing can happen."""
        path = path.replace("{id}", "999999").replace("{name}", "no-such-switch")
        if path == "/admin/v1/live":
            path += "?activity_id=x"  # 400 instead of a stream
        return person.send(method, path, None if method in ("GET", "DELETE") else {"nonsense": 1})

    def walk(self, person, code):
        """Every red route is refused with `code` (None: not at all), and no other ever is."""
        for method, path, red in described():
            if (method, path) == ("DELETE", "/admin/v1/sessions/current"):
                continue
            with self.subTest(f"{method} {path}"):
                answer = self.attempt(person, method, path)
                if red and code:
                    self.refused(answer, 403, code)
                else:
                    self.assertNotIn(answer.status, (401, 403), answer)

    def test_the_whole_way(self):
        """No factor, a factor, a step-up, another session, and back."""
        owner, elsewhere = self.owner, self.server.log_in("olga-owner")
        current = owner.good("GET", "/admin/v1/sessions/current")
        self.assertEqual((current["second_factor"], current["totp_enabled"]), ("required", False))
        self.assertNotIn("stepped_up_until", current)
        self.walk(owner, "totp_enrollment_required")

        wrong = owner.post(TOTP, {"password": "not my words"})
        self.refused(wrong, 422, "invalid")
        self.assertEqual([each["pointer"] for each in wrong.json["errors"]], ["/password"])
        self.refused(owner.post(TOTP + "/confirm", {"code": "123456"}), 409, "conflict")
        begun = owner.good("POST", TOTP, {"password": PASSWORD})
        uri = urllib.parse.urlsplit(begun["uri"])
        self.assertEqual((uri.scheme, uri.netloc, uri.path), ("otpauth", "totp", "/Sluice:olga-owner"))
        self.assertEqual(urllib.parse.parse_qs(uri.query), {"secret": [begun["secret"]], "issuer": ["Sluice"]})
        self.refused(owner.post(TOTP + "/confirm", {"code": Phone(begun["secret"]).wrong}), 422, "totp_invalid")
        self.walk(owner, "totp_enrollment_required")  # it waits for its first code
        phone, codes = enable(owner)
        self.assertNotEqual(phone.secret, begun["secret"], "a second start makes a new secret")
        self.assertEqual(len(set(codes)), 10)
        self.refused(owner.post(TOTP, {"password": PASSWORD}), 409, "conflict")
        self.walk(owner, None)  # the first code has stepped it up
        self.walk(elsewhere, "step_up_required")

        for code in (phone.first, phone.wrong):
            self.refused(elsewhere.post(STEP_UP, {"code": code}), 422, "totp_invalid")
        self.assertIn("stepped_up_until", elsewhere.good("POST", STEP_UP, {"code": phone.second}))
        self.refused(elsewhere.post(STEP_UP, {"code": phone.second}), 422, "totp_invalid")
        self.walk(elsewhere, None)

        stranger = Person(self.server.console)
        credentials = {"name": "olga-owner", "password": PASSWORD}
        wrong = credentials | {"password": "wrong words"}
        self.refused(stranger.post("/admin/v1/sessions", wrong | {"code": codes[0]}), 401, "unauthorized")
        self.refused(stranger.post("/admin/v1/sessions", credentials), 401, "totp_required")
        for code in (phone.first, phone.second, phone.wrong):
            self.refused(stranger.post("/admin/v1/sessions", credentials | {"code": code}), 401, "totp_invalid")
        by_paper = self.server.log_in("olga-owner", code=codes[0].upper().replace("-", " "))
        self.refused(stranger.post("/admin/v1/sessions", credentials | {"code": codes[0]}), 401, "totp_invalid")
        self.walk(by_paper, None)  # the code of the sign-in was as fresh as any

        self.sessions(by_paper, phone.secret, codes)
        self.refused(owner.send("DELETE", TOTP, {"password": "wrong words", "code": codes[2]}), 422, "invalid")
        self.assertEqual(owner.send("DELETE", TOTP, {"password": PASSWORD, "code": codes[2]}).status, 204)
        self.refused(owner.send("DELETE", TOTP, {"password": PASSWORD, "code": codes[3]}), 404, "not_found")
        self.walk(owner, "totp_enrollment_required")
        self.server.log_in("olga-owner")
        self.never_seen_again(owner, phone.secret, codes)

    def sessions(self, person, secret, codes):
        """The list of sessions; ends all but two of them."""
        listed = person.get("/admin/v1/sessions", **{"User-Agent": "irrelevant"})
        self.assertEqual(listed.status, 200)
        for word in (secret, *codes, person.headers["Cookie"].split("=", 1)[1]):
            self.assertNotIn(word, listed.body.decode())
        rows = listed.json["sessions"]
        self.assertEqual([row["current"] for row in rows].count(True), 1)
        self.assertEqual(rows, sorted(rows, key=lambda row: row["created_at"], reverse=True))
        self.assertEqual({row["address"] for row in rows}, {"127.0.0.1"})
        agent = Person(self.server.console, {"User-Agent": "Browser/7 \x80" + "x" * 200})
        body = {"name": "olga-owner", "password": PASSWORD, "code": codes[1]}
        self.assertEqual(agent.post("/admin/v1/sessions", body).status, 201)
        newest = person.good("GET", "/admin/v1/sessions")["sessions"][0]
        self.assertEqual(newest["user_agent"], "Browser/7 ?" + "x" * 109)
        self.assertEqual(person.send("DELETE", f"/admin/v1/sessions/{newest['id']}").status, 204)
        self.refused(person.send("DELETE", f"/admin/v1/sessions/{newest['id']}"), 404, "not_found")
        self.assertNotIn(newest, person.good("GET", "/admin/v1/sessions")["sessions"])

    def never_seen_again(self, owner, secret, codes):
        """Neither in the audit log nor in the log of the server; recovery codes also not in the store."""
        entries = owner.good("GET", "/admin/v1/audit?limit=200")["entries"]
        actions = {entry["action"] for entry in entries}
        self.assertLessEqual({"operator.totp_begin", "operator.totp_enable", "operator.totp_disable", "operator.step_up",
                              "operator.step_up_failed", "operator.totp_enable_failed", "operator.recovery_code_used",
                              "operator.sign_in_code_failed", "operator.end_session"}, actions)
        seen = str(entries) + self.server.log_text()
        with open_store(self.server.data) as store:
            rows = store.execute("SELECT count(*) FROM recovery_code").fetchone()
        store.close()
        self.assertEqual(rows, (0,))
        for word in (secret, *codes):
            self.assertNotIn(word, seen)
        self.assertTrue(owner.good("GET", "/admin/v1/audit/verify")["intact"])


class Optional(Case):
    def test_who_has_no_second_factor_does_without_and_who_has_one_needs_it(self):
        server = self.serve()
        owner = server.set_up()
        red = ("PUT", "/admin/v1/switches/payments", {"on": True, "reason": "Drill."})
        self.assertEqual(owner.send(*red).status, 200)
        elsewhere = server.log_in("olga-owner")
        phone, codes = enable(owner)
        self.assertEqual(owner.send(*red).status, 200)
        self.refused(elsewhere.send(*red), 403, "step_up_required")
        self.assertTrue(owner.good("GET", "/admin/v1/operators")["operators"][0]["totp_enabled"])
        with open_store(server.data) as store:
            kept = store.execute("SELECT digest FROM recovery_code").fetchall()
        store.close()
        self.assertEqual(len(kept), 10)
        self.assertFalse({code for code, in kept} & set(codes), "they are kept as digests")

        # A restart forgets neither the factor, nor the step that was used, nor the step-up.
        self.assertEqual(server.stop(), 0)
        server = self.serve()
        again = Person(server.console, owner.headers)
        self.assertEqual(again.send(*red).status, 200)
        self.refused(again.post(STEP_UP, {"code": phone.first}), 422, "totp_invalid")
        by_phone = server.log_in("olga-owner", code=phone.second)
        self.assertEqual(by_phone.send(*red).status, 200)

    def test_guesses_are_slowed_down(self):
        server = self.serve("console.login_tries=3", name="guesses")
        owner = server.set_up()
        phone, _ = enable(owner)
        codes = [owner.post(STEP_UP, {"code": phone.wrong}).code for _ in range(4)]
        self.assertEqual(codes, ["totp_invalid"] * 3 + ["too_fast"])
        self.refused(owner.post(STEP_UP, {"code": phone.second}), 429, "too_fast")
        stranger = Person(server.console)
        body = {"name": "olga-owner", "password": PASSWORD}
        codes = []
        for _ in range(4):
            stranger.post("/admin/v1/sessions", body)  # the right password alone neither counts nor forgives
            codes.append(stranger.post("/admin/v1/sessions", body | {"code": phone.wrong}).code)
        self.assertEqual(codes, ["totp_invalid"] * 3 + ["too_fast"])

    def test_bad_input_is_refused(self):
        server = self.serve(name="input")
        owner = server.set_up()
        enable(owner)
        for body in (b"", b"{", b"[]", {"code": 1}, {"code": ""}, {"code": "x" * 65}, {"code": "1\n2"}, {}, {"kode": "1"}):
            with self.subTest(body):
                self.refused(owner.send("POST", STEP_UP, body), 400, "invalid")
                self.refused(owner.send("DELETE", TOTP, body), 400, "invalid")
        for code in ("12345", "1234567", "١٢٣٤٥٦", "abcd-efgh-ijkl", "' OR 1=1"):
            with self.subTest(code):
                self.refused(owner.post(STEP_UP, {"code": code}), 422, "totp_invalid")
        self.refused(owner.send("POST", STEP_UP, {"code": "1" * 20000}), 413, "body_too_long")


if __name__ == "__main__":
    unittest.main()
