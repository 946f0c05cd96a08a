# SPDX-License-Identifier: Apache-2.0
"""The rows of the browser: how soon a page is there, whether it moves under the reader, what it costs the telephone,
what the control room costs the desk, and what Lighthouse says. bench/web.mjs and bench/lighthouse are the browser's
side."""
import hashlib
import json
import os
import random
import struct
import subprocess
import threading
import zlib

from http_rows import median
from targets import ROOT, harness

HEAVY_BYTES = 60_000  # what a picture may weigh; see tools/web_budget
USUAL_BYTES = 40_000  # what it should: on Lighthouse's Slow 4G it is there a round trip sooner, up to 43,800
WATCH_S, BUYS_PER_S = 10, 20
LIGHTHOUSE = ROOT / "bench/lighthouse"


def picture(size):
    """A PNG that nothing makes smaller."""
    side = int((size / 3) ** 0.5)
    noise = random.Random(1)
    rows = b"".join(b"\0" + noise.randbytes(side * 3) for _ in range(side))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))


def sell(shop, image, starts_s=-1):
    """An activity of two items that have a picture: the paths of the pages, and the first item."""
    code = harness.new_key()[:8]
    product = shop.owner.good("POST", "/admin/v1/products", {
        "code": code, "title": "Phone", "description": "It rings.\n" * 12, "image_url": f"/images/{image}",
        "skus": [{"code": f"{code}-R", "title": "Phone, red"}, {"code": f"{code}-B", "title": "Phone, blue"}]})
    activity = shop.draft(*({"sku_id": sku["id"], "price": harness.cny(199900), "list_price": harness.cny(259900),
                             "stock": 1_000_000, "limit_per_user": 0} for sku in product["skus"]),
                          starts_s=starts_s, ends_s=starts_s + 3600)
    shop.warm(activity["id"])
    item = activity["items"][0]["id"]
    return {"home": "/", "activity": f"/activities/{activity['id']}", "item": f"/items/{item}"}, item


def open_shop(stage):
    images = stage.folder / "images"
    images.mkdir()
    (images / "heavy.png").write_bytes(picture(HEAVY_BYTES))
    (images / "usual.png").write_bytes(picture(USUAL_BYTES))
    server, _ = stage.sluice(f"public.image_dir={images}", "gates.user_per_second=0", "console.second_factor=optional")
    return server, harness.Shop(server)


def with_node():
    """The environment in which `node` and `npm` are those of tools/node."""
    node = subprocess.run([str(ROOT / "tools/node")], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return os.environ | {"PATH": f"{node}:{os.environ['PATH']}"}


def run_node(script, order):
    """The JSON lines that the script prints."""
    done = subprocess.run(["node", str(script), json.dumps(order)], stdout=subprocess.PIPE, text=True, check=True,
                          env=with_node())
    return [json.loads(line) for line in done.stdout.splitlines()]


def buy_until(customer, item, ended):
    while not ended.wait(1 / BUYS_PER_S):
        customer.must_buy(item)


#        row           field            unit  goal  the run fails beyond: what a busy machine does not reach
TOLD = (("lcp", "lcp_ms", "ms", 1000, 2500), ("inp", "inp_ms", "ms", 100, 500), ("cls", "cls", "", 0, 0),
        ("script", "script_ms", "ms", 50, 75), ("blocking", "blocking_ms", "ms", 0, 300))


def web(stage, report, quick):
    """Chromium as a telephone on Slow 4G, and as the operator's desk."""
    server, shop = open_shop(stage)
    pages, item = sell(shop, "heavy.png")
    customer = shop.customer()
    desk = {"url": server.console, "name": "olga-owner", "password": harness.PASSWORD, "seconds": 3 if quick else WATCH_S}
    order = {"pages": {name: server.public + path for name, path in pages.items()}, "rounds": 1 if quick else 5,
             "console": desk}
    ended = threading.Event()
    buyer = threading.Thread(target=buy_until, args=(customer, item, ended))
    buyer.start()
    try:
        rows = run_node(ROOT / "bench/web.mjs", order)
    finally:
        ended.set()
        buyer.join()
    for name in pages:
        visits = [row for row in rows if row["page"] == name]
        more = {"first_paint_ms": median([row["fcp_ms"] for row in visits]), "largest": visits[0]["lcp_of"],
                "main_thread_ms": median([row["main_thread_ms"] for row in visits]),
                "layout_ms": median([row["layout_ms"] for row in visits]),
                "style_ms": median([row["style_ms"] for row in visits]),
                "shifted": sorted({each for row in visits for each in row["shifts"]}),
                "slowest_press": visits[0]["slowest"]}
        for label, field, unit, most, limit in TOLD:
            report.add(f"web_{label}_{name}", median([row[field] for row in visits]), unit, of="value", at_most=most,
                       limit=None if quick and field.endswith("_ms") else limit, **more)
    room = next(row for row in rows if row["page"] == "control_room")
    report.add("web_control_room_cpu", room["main_thread"] * 100, "% of a core", of="value", at_most=5, limit=10,
               script=room["script"] * 100)
    report.add("web_control_room_stream", room["bytes_per_s"], "bytes/s", of="value", at_most=2048, limit=2048,
               streams=room["streams"])


def install_lighthouse():
    """From the lock file, when that is not yet what is there."""
    mark = LIGHTHOUSE / "node_modules/.installed"
    wanted = hashlib.sha256((LIGHTHOUSE / "package-lock.json").read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    subprocess.run(["npm", "ci", "--prefix", str(LIGHTHOUSE), "--ignore-scripts", "--no-audit", "--no-fund",
                    "--loglevel=error"], check=True, env=with_node(), stdout=subprocess.DEVNULL)
    mark.write_text(wanted)


PERFORMANCE_LIMIT = 90
LCP_LIMIT_MS = 1500  # three round trips more than the goal
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def lighthouse(stage, report, quick):
    """Lighthouse's mobile preset. It computes its network and its telephone from one quick visit; of that only the
    length of tasks depends on the machine, and other work only adds to it: of the performance the best visit counts."""
    install_lighthouse()
    server, shop = open_shop(stage)
    live, _ = sell(shop, "usual.png")
    soon, _ = sell(shop, "usual.png", starts_s=7200)
    heavy, _ = sell(shop, "heavy.png", starts_s=7200)
    paths = {"home": "/", "activity": soon["activity"], "item": soon["item"], "item_open": live["item"],
             "item_heavy": heavy["item"], "orders": "/orders", "account": "/account"}
    order = {"pages": {name: server.public + path for name, path in paths.items()}, "rounds": 1 if quick else 3}
    rows = run_node(LIGHTHOUSE / "audit.mjs", order)
    for name in paths:
        visits = [row for row in rows if row["page"] == name]
        scores = {category: [row[category] for row in visits] for category in CATEGORIES}
        faults = sorted({fault for row in visits for each in row["faults"].values() for fault in each})
        report.add(f"lighthouse_{name}", max(scores.pop("performance")), "of 100", of="value", at_least=100,
                   limit=None if quick else PERFORMANCE_LIMIT, faults=faults)
        report.add(f"lighthouse_rest_{name}", min(map(min, scores.values())), "of 100", of="value", at_least=100,
                   limit=100, scores=scores)
        for fault in faults:
            print(f"    {fault}", flush=True)
        more = {field: median([row[field] for row in visits]) for field in ("fcp_ms", "blocking_ms", "cls")}
        report.add(f"lighthouse_lcp_{name}", median([row["lcp_ms"] for row in visits]), "ms", of="value", at_most=1000,
                   limit=None if quick else LCP_LIMIT_MS, each=sorted(round(row["lcp_ms"]) for row in visits), **more)
