# SPDX-License-Identifier: Apache-2.0
"""The rows of the browser: how soon a page is there, whether it moves under the reader, what it costs the telephone,
and what the control room costs the desk. bench/web.mjs is the browser's side."""
import json
import os
import random
import struct
import subprocess
import threading
import zlib

from http_rows import median
from targets import ROOT, harness

IMAGE_BYTES = 60_000  # what a picture may weigh; see tools/web_budget
WATCH_S, BUYS_PER_S = 10, 20


def picture():
    """A PNG that nothing makes smaller."""
    side = int((IMAGE_BYTES / 3) ** 0.5)
    noise = random.Random(1)
    rows = b"".join(b"\0" + noise.randbytes(side * 3) for _ in range(side))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))


def sell(shop):
    """An activity of two items that have a picture: the paths of the pages, and the first item."""
    product = shop.owner.good("POST", "/admin/v1/products", {
        "code": "P-1", "title": "Phone", "description": "It rings.\n" * 12, "image_url": "/images/phone.png",
        "skus": [{"code": "P-1-R", "title": "Phone, red"}, {"code": "P-1-B", "title": "Phone, blue"}]})
    activity = shop.draft(*({"sku_id": sku["id"], "price": harness.cny(199900), "list_price": harness.cny(259900),
                             "stock": 1_000_000, "limit_per_user": 0} for sku in product["skus"]))
    shop.warm(activity["id"])
    item = activity["items"][0]["id"]
    return {"home": "/", "activity": f"/activities/{activity['id']}", "item": f"/items/{item}"}, item


def buy_until(customer, item, ended):
    while not ended.wait(1 / BUYS_PER_S):
        customer.must_buy(item)


#        row           field            unit  goal
TOLD = (("lcp", "lcp_ms", "ms", 1000), ("inp", "inp_ms", "ms", 100), ("cls", "cls", "", 0),
        ("script", "script_ms", "ms", 50), ("blocking", "blocking_ms", "ms", 0))


def web(stage, report, quick):
    """Chromium as a telephone on Slow 4G, and as the operator's desk."""
    images = stage.folder / "images"
    images.mkdir()
    (images / "phone.png").write_bytes(picture())
    server, _ = stage.sluice(f"public.image_dir={images}", "gates.user_per_second=0", "console.second_factor=optional")
    shop = harness.Shop(server)
    pages, item = sell(shop)
    customer = shop.customer()
    desk = {"url": server.console, "name": "olga-owner", "password": harness.PASSWORD, "seconds": 3 if quick else WATCH_S}
    order = {"pages": {name: server.public + path for name, path in pages.items()}, "rounds": 1 if quick else 5,
             "console": desk}
    node = subprocess.run([str(ROOT / "tools/node")], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    ended = threading.Event()
    buyer = threading.Thread(target=buy_until, args=(customer, item, ended))
    buyer.start()
    try:
        done = subprocess.run(["node", str(ROOT / "bench/web.mjs"), json.dumps(order)], stdout=subprocess.PIPE,
                              text=True, check=True, env=os.environ | {"PATH": f"{node}:{os.environ['PATH']}"})
    finally:
        ended.set()
        buyer.join()
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for name in pages:
        visits = [row for row in rows if row["page"] == name]
        more = {"first_paint_ms": median([row["fcp_ms"] for row in visits]), "largest": visits[0]["lcp_of"],
                "main_thread_ms": median([row["main_thread_ms"] for row in visits]),
                "layout_ms": median([row["layout_ms"] for row in visits]),
                "style_ms": median([row["style_ms"] for row in visits]),
                "shifted": sorted({each for row in visits for each in row["shifts"]}),
                "slowest_press": visits[0]["slowest"]}
        for label, field, unit, most in TOLD:
            report.add(f"web_{label}_{name}", median([row[field] for row in visits]), unit, of="value", at_most=most, **more)
    room = next(row for row in rows if row["page"] == "control_room")
    report.add("web_control_room_cpu", room["main_thread"] * 100, "% of a core", of="value", at_most=5,
               script=room["script"] * 100)
    report.add("web_control_room_stream", room["bytes_per_s"], "bytes/s", of="value", at_most=2048, streams=room["streams"])
