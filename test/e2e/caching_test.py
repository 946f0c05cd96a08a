# SPDX-License-Identifier: Apache-2.0
"""What may be kept, by whom and how long (RFC 9111, RFC 9110 sections 8.8.3 and 13.1.2): every GET of the public listener
that openapi.yaml has. What is kept by caches is the same for everybody; what is of one customer is never kept."""
import gzip
import json
import pathlib
import re
import tempfile
import unittest

from harness import Person, ShopCase

PAGE = "public, max-age=3, s-maxage=3, stale-while-revalidate=60, stale-if-error=86400"
LIST = "public, max-age=1, s-maxage=1, stale-while-revalidate=1, stale-if-error=86400"
# path -> its Cache-Control, and whether it has an ETag. The table is written a second time here on purpose.
PUBLIC = {
    "/": (PAGE, True),
    "/activities/{id}": (PAGE, True),
    "/items/{id}": (PAGE, True),
    "/orders": (PAGE, True),
    "/account": (PAGE, True),
    "/later": (PAGE, True),
    "/images/{name}": ("public, max-age=3600", True),
    "/openapi.json": ("public, max-age=300", True),
    "/problems/{code}": ("public, max-age=3600", True),
    "/v1/activities": (LIST, True),
    "/v1/activities/{id}": (LIST, True),
    "/v1/items/{id}/state": ("public, max-age=1", False),
    "/v1/time": ("no-store", False),
    "/v1/orders": ("no-store", False),
    "/v1/orders/{id}": ("no-store", False),
    "/sandbox/cashier/{key}": ("no-store", False),
}


def steady(answer):
    """The headers that two answers to the same question have in common: without the time, nonces, and lengths where the
    body has the time in it."""
    return {name: re.sub(r"'nonce-[^']*'", "'nonce'", value) for name, value in answer.headers.items()
            if name not in ("date", "content-length")}


class Caching(ShopCase):
    @classmethod
    def setUpClass(cls):
        images = tempfile.TemporaryDirectory(prefix="sluice-images-")
        cls.addClassCleanup(images.cleanup)
        # Long enough to be worth compressing.
        picture = "<svg xmlns='http://www.w3.org/2000/svg'>" + "<g></g>" * 200 + "</svg>"
        (pathlib.Path(images.name) / "cup.svg").write_text(picture)
        cls.sets = (f"public.image_dir={images.name}",)
        super().setUpClass()
        cls.stranger = Person(cls.server.public)
        product = cls.owner.good("POST", "/admin/v1/products", {
            "code": "CUP", "title": "Cup", "image_url": "/images/cup.svg",
            "skus": [{"code": "CUP-1", "title": "Cup"}]})
        draft = cls.shop.draft(cls.shop.item() | {"sku_id": product["skus"][0]["id"]})
        cls.shop.warm(draft["id"])
        item = draft["items"][0]["id"]
        cls.customer = cls.shop.customer()
        order = cls.customer.must_buy(item)["id"]
        cls.customer.order(order)
        cls.concrete = {path: re.sub(r"\{[^/]*\}", {"activities": draft["id"], "items": item, "orders": order}.get(
            path.removeprefix("/v1").split("/")[1], "1"), path) for path in PUBLIC}
        cls.concrete["/images/{name}"] = "/images/cup.svg"
        cls.concrete["/problems/{code}"] = "/problems/sold_out"
        cls.concrete["/sandbox/cashier/{key}"], _ = cls.customer.cashier(order)

    def kept(self):
        """The answers with an ETag: path, and a question to it with headers."""
        for path, (_, tagged) in PUBLIC.items():
            if tagged:
                yield path, lambda headers, at=self.concrete[path]: self.stranger.send("GET", at, None, headers)
        console = Person(self.server.console)
        yield "console's /openapi.json", lambda headers: console.send("GET", "/openapi.json", None, headers)
        # The longest script of the console.
        page = console.get("/admin").body.decode()
        script = re.search(r'src="(/admin/assets/[^"]+\.js)"', page)
        if script:
            yield "console's script", lambda headers: console.send("GET", script[1], None, headers)

    def test_the_table_has_every_public_address_of_the_description(self):
        described = self.stranger.good("GET", "/openapi.json")["paths"]
        public = {path for path, item in described.items()
                  if "get" in item and not path.startswith(("/admin", "/livez", "/readyz", "/startupz", "/version",
                                                            "/metrics"))}
        self.assertEqual(public, set(PUBLIC))

    def test_each_says_how_long_it_may_be_kept_whoever_asks(self):
        for path, (cache_control, tagged) in PUBLIC.items():
            for person in (self.customer, self.stranger):
                with self.subTest(path, signed_in=person is self.customer):
                    answer = person.get(self.concrete[path])
                    self.assertEqual(answer.headers["cache-control"], cache_control, answer)
                    self.assertEqual("etag" in answer.headers, tagged, answer.headers)
                    if "public" in cache_control:
                        self.assertEqual(answer.status, 200, answer)
                        self.assertEqual(answer.cookies, [])
                    elif person is self.customer:
                        self.assertEqual(answer.status, 200, answer)

    def test_what_is_not_there_is_never_kept_and_sent_whole_whatever_the_client_has(self):
        public, console = self.stranger, Person(self.server.console)
        missing = [(public, path) for path in ("/nothing", "/items/999", "/activities/999", "/images/none.svg",
                                               "/problems/none", "/v1/none", "/v1/activities/999")]
        missing += [(console, path) for path in ("/nothing", "/problems/none", "/admin/assets/none.js", "/admin/v1/none")]
        for person, path in missing:
            with self.subTest(path, console=person is console):
                answer = person.get(path)
                self.assertEqual((answer.status, answer.headers["cache-control"]), (404, "no-store"))
                self.assertTrue(answer.body)
                for known in filter(None, ("*", answer.headers.get("etag"))):
                    again = person.get(path, **{"If-None-Match": known})
                    self.assertEqual((again.status, again.headers["cache-control"]), (404, "no-store"), known)
                    self.assertEqual(bool(again.body), bool(answer.body), known)

    def test_what_is_kept_is_the_same_for_everybody(self):
        for path, (_, tagged) in PUBLIC.items():
            if tagged:
                with self.subTest(path):
                    mine, anyone = self.customer.get(self.concrete[path]), self.stranger.get(self.concrete[path])
                    self.assertEqual((mine.body, mine.headers["etag"]), (anyone.body, anyone.headers["etag"]))

    def test_an_etag_that_the_client_has_is_304_with_the_headers_that_caches_need(self):
        for path, ask in self.kept():
            for coding in ("identity", "gzip"):
                accept = {"Accept-Encoding": coding}
                fresh = ask(accept)
                etag = fresh.headers["etag"]
                self.assertRegex(etag, r'^"[^"]+"$')  # strong
                for known in (etag, "W/" + etag, f'"other", {etag}', f'W/"other" ,\tW/{etag}, "more"', "*"):
                    with self.subTest(path, coding=coding, known=known):
                        answer = ask(accept | {"If-None-Match": known})
                        self.assertEqual((answer.status, answer.body), (304, b""))
                        for name in ("etag", "cache-control", "vary"):
                            self.assertEqual(answer.headers.get(name), fresh.headers.get(name), name)
                        self.assertNotIn("content-encoding", answer.headers)
                for other in ('"other"', etag.strip('"'), etag[:-2] + '"', '""'):
                    with self.subTest(path, coding=coding, other=other):
                        answer = ask(accept | {"If-None-Match": other})
                        self.assertEqual((answer.status, answer.body), (200, fresh.body))

    def test_each_coding_has_an_etag_of_its_own_and_says_that_it_varies(self):
        for path, ask in self.kept():
            with self.subTest(path):
                plain, packed = ask({"Accept-Encoding": "identity"}), ask({"Accept-Encoding": "gzip"})
                self.assertNotIn("content-encoding", plain.headers)
                self.assertEqual(packed.headers["content-encoding"], "gzip")
                self.assertEqual(gzip.decompress(packed.body), plain.body)
                self.assertLess(len(packed.body), len(plain.body))
                self.assertNotEqual(packed.headers["etag"], plain.headers["etag"])
                for answer in (plain, packed):
                    self.assertEqual(answer.headers["vary"].lower(), "accept-encoding")
                refused = ask({"Accept-Encoding": "gzip;q=0"})
                self.assertEqual((refused.body, refused.headers["etag"]), (plain.body, plain.headers["etag"]))
                answer = ask({"Accept-Encoding": "gzip", "If-None-Match": plain.headers["etag"]})
                self.assertEqual(answer.status, 200, "the plain form is not the packed one")

    def test_head_has_the_headers_of_get(self):
        for path in PUBLIC:
            for person in (self.customer, self.stranger):
                for coding in ("identity", "gzip"):
                    with self.subTest(path, signed_in=person is self.customer, coding=coding):
                        accept = {"Accept-Encoding": coding}
                        got = person.send("GET", self.concrete[path], None, accept)
                        head = person.send("HEAD", self.concrete[path], None, accept)
                        self.assertEqual((head.status, head.body), (got.status, b""))
                        self.assertEqual(steady(head), steady(got))
                        if PUBLIC[path][1]:  # the others have the time or a nonce in their bodies
                            self.assertEqual(head.headers["content-length"], str(len(got.body)))

    def test_what_is_refused_is_not_kept(self):
        for path in ("/v1/orders/999", "/v1/items/999/state", "/v1/activities/999", "/v1/none"):
            for person in (self.customer, self.stranger):
                with self.subTest(path):
                    answer = person.get(path)
                    self.assertIn(answer.status, (401, 404))
                    self.assertEqual(answer.headers["cache-control"], "no-store")
                    self.assertIn("code", json.loads(answer.body))


if __name__ == "__main__":
    unittest.main()
