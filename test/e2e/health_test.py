# SPDX-License-Identifier: Apache-2.0
"""What supervisors, load balancers, Prometheus and the console's live screen see."""
import http.client
import json
import re
import socket
import unittest
import urllib.parse

from harness import Person, ShopCase, until

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"^({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? (NaN|[+-]?Inf|[+-]?[0-9.]+(?:e[+-]?[0-9]+)?)$")


def parse_metrics(text):
    """The text format 0.0.4, strictly: {(name, labels): value} and {family: type}."""
    samples, types, family = {}, {}, None
    if not text.endswith("\n"):
        raise AssertionError("the last line has no end")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            family = line.split(" ", 3)[2]
            if family in types:
                raise AssertionError(f"{family} comes twice")
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name != family or kind not in ("counter", "gauge", "histogram", "summary", "untyped"):
                raise AssertionError(line)
            types[name] = kind
            continue
        found = SAMPLE.match(line)
        if not found:
            raise AssertionError(f"no sample: {line!r}")
        base = found[1]
        if types[family] == "histogram":
            base = re.sub(r"_(bucket|sum|count)$", "", base)
        if base != family:
            raise AssertionError(f"{line!r} stands under {family}")
        key = (found[1], found[2] or "")
        if key in samples:
            raise AssertionError(f"{key} comes twice")
        samples[key] = float(found[3].replace("Inf", "inf"))
    return samples, types


class Health(ShopCase):
    def test_the_probes(self):
        console = Person(self.server.console)
        for path, body in (("/livez", {"live": True}), ("/readyz", {"ready": True, "reasons": []}),
                           ("/startupz", {"started": True})):
            answer = console.get(path)
            self.assertEqual((answer.status, answer.json, answer.headers["cache-control"]), (200, body, "no-store"))
        for path in ("/livez", "/metrics", "/admin", "/admin/v1/orders"):
            self.assertEqual(Person(self.server.public).get(path).status, 404, "it is not for the public")

    def test_the_metrics_are_well_formed_and_count(self):
        item = self.shop.sell(3)
        ann, bert = self.shop.customer(), self.shop.customer()

        def metrics():
            answer = Person(self.server.console).get("/metrics")
            self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
            return parse_metrics(answer.body.decode())
        before, types = metrics()
        ann.must_buy(item), ann.buy(item), bert.must_buy(item), self.server.stranger().post(f"/v1/items/{item}/orders")
        after, _ = metrics()

        def grown(name, labels=""):
            return after[name, labels] - before[name, labels]
        self.assertEqual(grown("sluice_purchases_total", '{outcome="accepted"}'), 2)
        self.assertEqual(grown("sluice_purchases_total", '{outcome="limit_reached"}'), 1)
        self.assertEqual(grown("sluice_gate_refusals_total", '{gate="token"}'), 1)
        self.assertEqual(grown("sluice_purchase_seconds_count"), 2)
        self.assertEqual(grown("sluice_requests_total", '{area="purchases"}'), 4)
        units = {state: after["sluice_item_units", f'{{item="{item}",state="{state}"}}']
                 for state in ("total", "available", "reserved", "sold")}
        self.assertEqual(units, {"total": 3, "available": 1, "reserved": 2, "sold": 0})
        self.assertEqual((after["sluice_residual_sum", ""], after["sluice_read_only", ""]), (0, 0))
        self.assertEqual(types["sluice_purchase_seconds"], "histogram")
        buckets = [value for (name, _), value in after.items() if name == "sluice_purchase_seconds_bucket"]
        self.assertEqual(buckets, sorted(buckets), "buckets are cumulative")
        self.assertEqual(buckets[-1], after["sluice_purchase_seconds_count", ""])
        for (name, labels), value in after.items():
            self.assertNotRegex(name + labels, ann.user_id, "no customer is in a metric")
            if types.get(name) == "counter":
                self.assertGreaterEqual(value, before.get((name, labels), 0))

    def test_the_live_stream_tells_the_sums_again_and_again(self):
        item = self.shop.sell(4)
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.server.console).netloc, timeout=60)
        connection.request("GET", "/admin/v1/live", headers=self.owner.headers)
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "text/event-stream"))
        moments, rows = [], {}

        def next_event():
            """The item as it is after the next event, which may tell only what changed."""
            while True:
                line = answer.readline()
                self.assertTrue(line, "the stream ended")
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    moments.append(event["now_ms"])
                    for row in event.get("items", []):
                        known = rows.setdefault(row["item_id"], {"orders": {}})
                        orders = known["orders"] | row.get("orders", {})
                        known |= row | {"orders": orders}
                    for each in rows.values():
                        self.assertEqual(each["available"] + each["reserved"] + each["sold"], each["total"])
                    return dict(rows[item])
        self.assertEqual(next_event()["available"], 4)
        self.shop.customer().must_buy(item)
        found = until(lambda: (now := next_event())["reserved"] == 1 and now, "the purchase in the stream")
        self.assertEqual((found["available"], found["orders"]["created"]), (3, 1))
        self.assertGreaterEqual(len(moments), 2)
        self.assertLess(moments[0], moments[-1])
        connection.close()

    def test_connections_are_kept_and_answers_come_in_order(self):
        host, port = self.server.public.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            request = b"GET /v1/time HTTP/1.1\r\nHost: x\r\n\r\n"
            connection.sendall(request * 3 + b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = b""
            while part := connection.recv(65536):
                answer += part
        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", answer), [b"200", b"200", b"200", b"404"])

    def test_heads_of_pages_and_unchanged_pages(self):
        stranger = self.server.stranger()
        page = stranger.get("/")
        head = stranger.send("HEAD", "/")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["content-length"], page.headers["content-length"])
        again = stranger.get("/", **{"If-None-Match": page.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        self.assertIn("max-age", page.headers["cache-control"])
        self.assertNotIn("set-cookie", page.headers)

    def test_a_slow_client_is_cut_and_told_why(self):
        server = self.serve("public.header_timeout_ms=200", name="slow")
        host, port = server.public.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(b"GET / HTT")
            answer = b""
            while part := connection.recv(65536):
                answer += part
        self.assertTrue(answer.startswith(b"HTTP/1.1 408"), answer)
        self.assertIn(b"request_timeout", answer)


if __name__ == "__main__":
    unittest.main()
