# SPDX-License-Identifier: Apache-2.0
"""Tokens that are expired, forged, foreign or unsigned open nothing; the shop's own open a session."""
import base64
import hashlib
import hmac
import json
import pathlib
import struct
import subprocess
import time
import unittest

from harness import Case, Customer, Person, Shop

ISSUER, AUDIENCE = "https://shop.example", "sluice"
SECRET = b"a secret of the shop, long enough for HS256"


def encode(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, check=True).stdout


def raw_ecdsa(der):
    """r and s, 32 bytes each, as JWS has them, from the DER form of OpenSSL."""
    numbers, at = b"", 2 if der[1] < 128 else 3
    for _ in range(2):
        size = der[at + 1]
        numbers += int.from_bytes(der[at + 2:at + 2 + size], "big").to_bytes(32, "big")
        at += 2 + size
    return numbers


class Tokens(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rsa, cls.ec, cls.other = (cls.folder / name for name in ("rsa.pem", "ec.pem", "other.pem"))
        openssl("genrsa", "-out", cls.rsa, "2048")
        openssl("genrsa", "-out", cls.other, "2048")
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", cls.ec)
        public = {"rs": cls.folder / "rsa.pub", "es": cls.folder / "ec.pub"}
        openssl("rsa", "-in", cls.rsa, "-pubout", "-out", public["rs"])
        openssl("ec", "-in", cls.ec, "-pubout", "-out", public["es"])
        (cls.folder / "hs.key").write_bytes(SECRET + b"\n")
        config = cls.folder / "sluice.toml"
        config.write_text(f'[jwt]\nissuer = "{ISSUER}"\naudience = "{AUDIENCE}"\nleeway_s = 5\n'
                          f'[[jwt.keys]]\nid = "hs"\nalgorithm = "HS256"\nfile = "{cls.folder}/hs.key"\n'
                          f'[[jwt.keys]]\nid = "rs"\nalgorithm = "RS256"\nfile = "{public["rs"]}"\n'
                          f'[[jwt.keys]]\nid = "es"\nalgorithm = "ES256"\nfile = "{public["es"]}"\n')
        cls.public = public
        cls.server = cls.serve(config=config)
        cls.shop = Shop(cls.server)
        cls.item = cls.shop.sell(100)

    def claims(self, **changes):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "customer-7", "iat": now, "exp": now + 300} | changes
        return {name: value for name, value in claims.items() if value is not None}

    def jwt(self, header=None, key=None, **changes):
        header = {"alg": "HS256", "typ": "JWT", "kid": "hs"} | (header or {})
        text = f"{encode(header)}.{encode(self.claims(**changes))}"
        if header["alg"] == "HS256":
            mac = hmac.new(key or SECRET, text.encode(), hashlib.sha256).digest()
        elif header["alg"] == "RS256":
            mac = openssl("dgst", "-sha256", "-sign", key or self.rsa, data=text.encode())
        elif header["alg"] == "ES256":
            mac = raw_ecdsa(openssl("dgst", "-sha256", "-sign", key or self.ec, data=text.encode()))
        else:
            mac = b""
        return f"{text}.{encode(mac)}"

    def session(self, jwt):
        return Person(self.server.public).post("/v1/sessions", {"jwt": jwt})

    def test_the_shops_tokens_open_a_session_that_buys(self):
        users = set()
        for header in ({}, {"alg": "RS256", "kid": "rs"}, {"alg": "ES256", "kid": "es"}):
            with self.subTest(header):
                answer = self.session(self.jwt(header))
                self.assertEqual(answer.status, 201, answer)
                users.add(answer.json["user_id"])
        self.assertEqual(len(users), 1, "one customer, whichever key vouches")
        customer = Customer(self.server.public, answer.json["token"], answer.json["user_id"])
        self.assertEqual(customer.must_buy(self.item)["state"], "pending")
        by_header = Person(self.server.public).post("/v1/sessions", "", {"Authorization": f"Bearer {self.jwt()}"})
        self.assertEqual((by_header.status, by_header.json["user_id"]), (201, customer.user_id))
        many = self.session(self.jwt(aud=["other", AUDIENCE]))
        self.assertEqual(many.status, 201, many)

    def test_every_other_token_is_refused_without_a_reason(self):
        now = int(time.time())
        good = self.jwt()
        head, body, mac = good.split(".")
        public_as_secret = self.public["rs"].read_bytes()
        table = {
            "expired": self.jwt(exp=now - 60), "not yet": self.jwt(nbf=now + 600), "from the future": self.jwt(iat=now + 600),
            "for ever": self.jwt(exp=None), "another issuer": self.jwt(iss="https://evil.example"),
            "no issuer": self.jwt(iss=None), "another audience": self.jwt(aud="elsewhere"), "no audience": self.jwt(aud=None),
            "nobody": self.jwt(sub=None), "an empty name": self.jwt(sub=""), "the built-in issuer": self.jwt(iss="sluice"),
            "none": f'{encode({"alg": "none"})}.{body}.', "None": f'{encode({"alg": "None", "kid": "hs"})}.{body}.',
            "none with a signature": f'{encode({"alg": "none"})}.{body}.{mac}',
            "no algorithm": f'{encode({"kid": "hs"})}.{body}.{mac}',
            "another secret": self.jwt(key=b"another secret, which is long enough too"),
            "another body": f'{head}.{encode(self.claims(sub="customer-8"))}.{mac}',
            "another header": f'{encode({"alg": "HS256", "kid": "hs", "x": 1})}.{body}.{mac}',
            "no signature": f"{head}.{body}.", "two parts": f"{head}.{body}", "four parts": good + ".x",
            "padding": good + "=", "cut off": good[:-4], "nonsense": "x.y.z", "a word": "token",
            "the public key as a secret": self.jwt({"kid": "rs"}, public_as_secret),
            "HS256 without a key name, signed by the public key": self.jwt({"kid": None}, public_as_secret),
            "another RSA key": self.jwt({"alg": "RS256", "kid": "rs"}, self.other),
            "an RSA signature under the EC key": self.jwt({"alg": "RS256", "kid": "es"}),
            "an unknown algorithm": self.jwt({"alg": "HS512"}), "critical extension": self.jwt({"crit": ["b64"]}),
        }
        answers = {}
        for what, jwt in table.items():
            with self.subTest(what):
                answer = self.session(jwt)
                self.refused(answer, 401, "unauthorized")
                answers[what] = answer.body
        self.assertEqual(len(set(answers.values())), 1, "no answer says more than another")
        self.refused(self.session("x" * 9000), 400, "invalid")

    # --- our own session tokens

    def token(self, user_id, expires_s, version=1, key=None):
        """A session token as the server writes it (src/account/token.h)."""
        if key is None:
            key = bytes.fromhex((pathlib.Path(self.server.data) / "token.key").read_text().strip())
        claims = struct.pack("<B3xIQQq", version, expires_s, int(user_id[:16], 16), int(user_id[16:], 16),
                             int(time.time() * 1000))
        return encode(claims + hashlib.blake2b(key + claims, digest_size=16).digest())

    def test_session_tokens_are_the_servers_own_and_have_an_end(self):
        ann = self.shop.customer()
        now = int(time.time())
        ours = self.token(ann.user_id, now + 60)
        self.assertEqual(Person(self.server.public, {"Authorization": f"Bearer {ours}"}).get("/v1/orders").status, 200,
                         "the test knows how a token is made")
        flipped = bytearray(base64.urlsafe_b64decode(ours))
        flipped[10] ^= 1
        table = {
            "expired": self.token(ann.user_id, now - 1), "of another key": self.token(ann.user_id, now + 60, key=b"k" * 32),
            "of another version": self.token(ann.user_id, now + 60, version=2), "one bit": encode(bytes(flipped)),
            "cut off": ann.token[:-1], "longer": ann.token + "A", "nothing": "", "a word": "password",
            "the shop's": self.jwt(), "nobody's": self.token("0" * 32, now + 60),
        }
        for what, token in table.items():
            with self.subTest(what):
                person = Person(self.server.public, {"Authorization": f"Bearer {token}"})
                self.refused(person.get("/v1/orders"), 401, "unauthorized")
                buy = person.post(f"/v1/items/{self.item}/orders", {"quantity": 1}, {"Idempotency-Key": "k"})
                self.refused(buy, 401, "unauthorized")
        self.refused(Person(self.server.public, {"Authorization": f"Basic {ann.token}"}).get("/v1/orders"), 401,
                     "unauthorized")

    def test_another_servers_token_opens_nothing_here(self):
        other = self.serve(name="other")
        stranger = other.customer("same-name")
        here = self.server.customer("same-name")
        self.assertEqual(stranger.user_id, here.user_id)
        self.refused(Person(self.server.public, stranger.headers).get("/v1/orders"), 401, "unauthorized")

    def test_guessing_a_password_is_slowed_down(self):
        server = self.serve("console.login_tries=3", name="slow")
        server.customer("ann-guessed")
        codes = [Person(server.public).post("/v1/sessions", {"name": "ann-guessed", "password": "wrong wrong wrong"}).code
                 for _ in range(5)]
        self.assertEqual(codes, ["unauthorized"] * 3 + ["too_fast"] * 2)
        server.customer("bert-other")  # another name is not held up
        owner = Person(server.console)
        codes = [owner.post("/admin/v1/sessions", {"name": "olga-owner", "password": "wrong"}).code for _ in range(4)]
        self.assertEqual(codes[-1], "too_fast")


if __name__ == "__main__":
    unittest.main()
