# SPDX-License-Identifier: Apache-2.0
"""The rows beside the cost of a request: system calls, idle connections, overload, the sale without a network, the
first answer of the demo, and a million buyers."""
import json
import os
import resource
import signal
import socket
import subprocess
import time

from http_rows import Requests, load, median
from targets import BUILD, exchange, free_port, harness, wait_for_port

IDLE = 8000
#                    closed: as many as share a sync; open: more than can be answered while they are patient
PEAK_CONNECTIONS, CROWD_CONNECTIONS = 128, 16_000


def calls(stage, report, quick):
    """System calls of the whole server for each request."""
    server, ours = stage.sluice()
    shop = harness.Shop(server)
    requests = Requests(stage.folder, shop, ours.port)
    gone, plenty = shop.sell(1, limit_per_user=0), shop.sell(1_000_000_000, limit_per_user=0)
    shop.customer().must_buy(gone)
    count = 2_000 if quick else 20_000
    for name, item in (("calls_per_refusal", gone), ("calls_per_purchase", plenty)):
        request = requests.buy(name, item)
        trace = stage.folder / f"{name}.strace"
        tracer = stage.start("strace", "-f", "-c", "-o", trace, "-p", server.pid, stderr=subprocess.PIPE)
        while b"attached" not in tracer.stderr.readline():
            pass
        load(ours.port, request, 128, 60, "--count", count, "--token-key", server.data / "token.key", "--users", count)
        tracer.send_signal(signal.SIGINT)
        tracer.wait(30)
        found = {}
        for line in trace.read_text().splitlines():
            words = line.split()
            if len(words) >= 5 and words[3].isdigit() and words[-1] not in ("total", "syscall"):
                found[words[-1]] = int(words[3]) / count
        several = {call: round(each, 4) for call, each in sorted(found.items(), key=lambda pair: -pair[1]) if each >= 0.001}
        report.add(name, sum(found.values()), "calls", calls=several)


def idle(stage, report, quick):
    """Memory of a kept connection that has had one answer."""
    server, ours = stage.sluice()
    shop = harness.Shop(server)
    path = f"/v1/items/{shop.sell(10)}/state"
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{ours.port}\r\n\r\n".encode()
    count = 1000 if quick else IDLE
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    for _ in range(100):
        exchange(ours.port, request)  # what is needed once is there
    before = ours.resident_bytes()
    connections = [socket.create_connection(("127.0.0.1", ours.port)) for _ in range(count)]
    for connection in connections:
        connection.sendall(request)
        connection.recv(4096)
    each = (ours.resident_bytes() - before) / count
    for connection in connections:
        connection.close()
    report.add("idle_connection", each, "bytes", at_most=4096, of="value", connections=count)


def overload(stage, report, quick):
    """Durable purchases in an open model: at 70 % of the peak, at three times the peak, and right afterwards."""
    server, ours = stage.sluice("public.connections_per_address_max=0")
    shop = harness.Shop(server)
    request = Requests(stage.folder, shop, ours.port).buy("overload", shop.sell(1_000_000_000, limit_per_user=0))
    tokens = ("--token-key", server.data / "token.key", "--users", 200_000)
    seconds, rounds = (1, 1) if quick else (4, 3)
    number = 0

    def play(connections, *more):
        nonlocal number
        got = load(ours.port, request, connections, seconds, "--first", number, *tokens, *more)
        number += got["answered"] + connections
        bought = got["statuses"].get("201", {"in_time": 0, "p50_us": 0, "p99_us": 0})
        return got | {"goodput": bought["in_time"] / seconds, "p99_us": bought["p99_us"], "p50_us": bought["p50_us"]}

    play(PEAK_CONNECTIONS)  # the tables and the file are warm
    peaks, calm, busy, after = [], [], [], []
    for _ in range(rounds):
        peaks.append(play(PEAK_CONNECTIONS)["goodput"])
        peak = median(peaks)
        calm.append(play(CROWD_CONNECTIONS, "--rate", int(peak * 0.7), "--skip", 0.5))
        busy.append(play(CROWD_CONNECTIONS, "--rate", int(peak * 3), "--skip", 0.5))
        after.append(play(CROWD_CONNECTIONS, "--rate", int(peak * 0.7), "--skip", 0))
    skipped = seconds / (seconds - 0.5)  # --skip leaves the first half second out of what is counted

    def middle(runs, name):
        return median([run[name] for run in runs])

    more = {"peak_per_s": peak, "offered_per_s": 3 * peak, "turned_away": middle(busy, "turned_away"),
            "told_busy": median([run["statuses"].get("503", {"count": 0})["count"] for run in busy]),
            "late": middle(busy, "late"), "connections": CROWD_CONNECTIONS}
    report.add("overload_goodput", middle(busy, "goodput") * skipped, "purchases/s",
               ratio=middle(busy, "goodput") * skipped / peak, to="its peak", at_least=0.9, **more)
    report.add("overload_p99", middle(busy, "p99_us"), "us", ratio=middle(busy, "p99_us") / middle(calm, "p99_us"),
               to="its p99 at 70 %", at_most=2, p50_us=middle(busy, "p50_us"), calm_p99_us=middle(calm, "p99_us"), **more)
    report.add("overload_afterwards", middle(after, "goodput"), "purchases/s", ratio=middle(after, "goodput") / (0.7 * peak),
               to="what is offered", at_least=0.95)


#          row                      goal
PROCESS = {"orders_in_process": {"at_least": 1_000_000}, "refusals_in_process": {}, "reservations_in_process": {},
           "decision": {}, "restart_1m_orders": {"at_most": 2}, "commit_latency": {}, "items_1000": {}, "users_10k": {},
           "users_10m": {}, "ledger_10m": {}, "memory": {}}
QUICK = ("orders_in_process", "refusals_in_process", "decision")


def process(stage, report, quick):
    """What the sale does without HTTP; no core is pinned: producer and ledger have one each."""
    for name in QUICK if quick else PROCESS:
        found = {}
        rounds = 3 if name == "orders_in_process" and not quick else 1
        for _ in range(rounds):
            folder = stage.folder / "process"
            folder.mkdir(exist_ok=True)
            done = subprocess.run([str(BUILD / "bench_in_process"), "--data", str(folder), name],
                                  stdout=subprocess.PIPE, text=True, check=True)
            for line in done.stdout.splitlines():
                row = json.loads(line)
                found.setdefault(row["name"], []).append(row)
        for row_name, rows in found.items():
            value = median([row["value"] for row in rows])
            spread = (max(r["value"] for r in rows) - min(r["value"] for r in rows)) / value if len(rows) > 1 else None
            report.add(row_name, value, rows[0]["unit"], of="value", spread=spread, cpu_us=rows[0].get("cpu_us"),
                       detail=rows[0].get("detail"), **PROCESS.get(row_name, {}))


def demo(stage, report, quick):
    """How long until somebody who has built it and starts the demo gets a page."""
    seconds = []
    for number in range(1 if quick else 5):
        port, output = free_port(), stage.folder / f"demo{number}.log"
        begun = time.monotonic()
        process = stage.start(BUILD / "sluice", "demo", "--data", stage.folder / f"demo{number}", "--set",
                              f"public.port={port}", "--set", "console.port=0", stdout=open(output, "wb"))
        wait_for_port(process, port, output)
        answer = exchange(port, f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"error: the demo answered {answer[:60]}")
        seconds.append(time.monotonic() - begun)
        stage.end(process)
    report.add("demo_first_answer", median(seconds), "s", of="value", at_most=2)


def rush(stage, report, quick):
    """A million different buyers; the generator shares both cores with the server."""
    file = stage.folder / "rush.json"
    buyers, stock = (50_000, 500) if quick else (1_000_000, 10_000)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE")}
    done = subprocess.run([str(BUILD / "sluice"), "rush", "--buyers", str(buyers), "--stock", str(stock), "--quiet",
                           "--json", str(file)], stdout=subprocess.PIPE, text=True, check=False,
                          env=clean | {"TMPDIR": str(stage.folder)})
    if not file.exists() or not file.read_text():
        raise SystemExit(f"error: sluice rush ended with {done.returncode}: {done.stdout}")
    result = json.loads(file.read_text())
    report.add("million_buyers", result["storm_seconds"], "s", of="value", at_most=None if quick else 10, buyers=buyers,
               clean=result["clean"], verdict=result["verdict"], requests_per_s=result["requests_per_second"],
               server_cpu_us=result["server_cpu_us_per_request"], generator_cpu_us=result["generator_cpu_us_per_request"],
               whole_seconds=result["whole_seconds"])
    faults = sum(value for name, value in result["verdict"].items() if name != "sold")
    report.add("million_buyers_faults", faults, "", of="value", at_most=0)
