# SPDX-License-Identifier: Apache-2.0
"""What a request costs: ours beside the null server, nginx, and nginx + Lua + Redis, in turns so that drift cancels."""
import base64
import hashlib
import hmac
import json
import subprocess
import time

import targets
from targets import BENCH, BUILD, LOAD_CORE, exchange, harness

CONNECTIONS = (16, 128, 4096)
MAIN = 128  # connections of the figure in the table
USERS = 200_000
SECRET = b"the bench's own secret, long enough for HS256"
TOLD_BUSY_MOST = 0.01  # of the answers of a row
SATURATED = 0.97  # the share of its core that a measured server must use


def load(port, request, connections, seconds, *more, core=LOAD_CORE):
    """Runs the generator; what it printed."""
    command = ["taskset", "-c", core, BUILD / "bench_load", "--port", port, "--request", request,
               "--connections", connections, "--seconds", seconds, *more]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"error: the generator ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


class Contest:
    """The same work for several servers, a turn each, for some rounds; the median of the rounds counts."""

    def __init__(self, rounds, seconds):
        self.rounds, self.seconds, self.entries, self.next_number = rounds, seconds, [], 0

    def add(self, name, target, request, *more, expects=(200, 201, 409), connections_max=4096):
        self.entries.append((name, target, request, more, expects, connections_max))

    def play(self, connections=CONNECTIONS):
        """{(name, connections): {"cpu_us", "rate", "load_us", "busy", "p99_us", "spread"}}"""
        runs = {}
        for _ in range(self.rounds):
            for count in connections:
                for name, target, request, more, expects, connections_max in self.entries:
                    if count <= connections_max:
                        runs.setdefault((name, count), []).append(
                            self.measure(name, target, request, count, more, expects))
        return {key: middle(several) for key, several in runs.items()}

    def measure(self, name, target, request, connections, more, expects):
        begun, spent = time.monotonic(), target.cpu_ns()
        got = load(target.port, request, connections, self.seconds, "--first", self.next_number, *more)
        took, spent = time.monotonic() - begun, target.cpu_ns() - spent
        self.next_number += got["answered"] + connections
        # Thousands of new connections in one moment may overload a door until they are accepted.
        told_busy = got["statuses"].get("503", {"count": 0})["count"] / got["answered"]
        strange = {status: counts for status, counts in got["statuses"].items()
                   if int(status) not in expects and (status != "503" or told_busy > TOLD_BUSY_MOST)}
        if strange or got["broken"]:
            raise SystemExit(f"error: {name} answered {strange}, expected {expects}; {got['broken']} broken connections")
        return {"cpu_us": spent / 1e3 / got["answered"], "rate": got["rate"],
                "load_us": got["cpu_seconds"] * 1e6 / got["answered"], "busy": spent / 1e9 / got["seconds"],
                "p99_us": max(each["p99_us"] for each in got["statuses"].values()), "took": took, "told_busy": told_busy}


def median(values):
    values = sorted(values)
    return (values[len(values) // 2] + values[(len(values) - 1) // 2]) / 2


def middle(runs):
    result = {name: median([run[name] for run in runs]) for name in ("cpu_us", "rate", "load_us", "busy", "p99_us", "told_busy")}
    costs = [run["cpu_us"] for run in runs]
    result["spread"] = (max(costs) - min(costs)) / median(costs)
    return result


class Requests:
    """Files with the requests, and what ours answers to them."""

    def __init__(self, folder, shop, port):
        self.folder, self.shop, self.host = folder, shop, f"127.0.0.1:{port}"

    def get(self, name, path):
        return self.write(name, f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n")

    def buy(self, name, item):
        body = '{"quantity":1}'
        return self.write(name, f"POST /v1/items/{item}/orders HTTP/1.1\r\nHost: {self.host}\r\n"
                          f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                          "Authorization: Bearer {{token}}\r\nIdempotency-Key: b-{{number}}\r\n\r\n" + body)

    def login(self, name, size):
        body = '{"jwt":"{{line}}"}'
        return self.write(name, f"POST /v1/sessions HTTP/1.1\r\nHost: {self.host}\r\n"
                          f"Content-Type: application/json\r\nContent-Length: {len(body) - 8 + size}\r\n\r\n" + body)

    def buy_by_script(self, name, redis_port, script):
        body = '{"quantity":1}'
        return self.write(name, f"POST /purchase HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
                          f"Content-Length: {len(body)}\r\nX-Redis-Port: {redis_port}\r\nX-Script: {script}\r\n"
                          "X-User: {{number}}\r\n\r\n" + body)

    def write(self, name, text):
        path = self.folder / f"{name}.request"
        path.write_bytes(text.encode())
        return path


def write_jwts(path, count=20_000):
    """HS256 tokens of so many users, a line each; returns their length."""
    def encode(data):
        return base64.urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).rstrip(b"=")
    now = int(time.time())
    head = encode({"alg": "HS256", "typ": "JWT", "kid": "hs"})
    with open(path, "wb") as file:
        for number in range(count):
            claims = encode({"iss": "bench", "aud": "sluice", "sub": f"user-{number:08}", "iat": now, "exp": now + 7200})
            signature = hmac.new(SECRET, head + b"." + claims, hashlib.sha256).digest()
            line = b".".join([head, claims, base64.urlsafe_b64encode(signature).rstrip(b"=")])
            file.write(line + b"\n")
    return len(line)


def answer_to(port, request_file, **replacements):
    request = request_file.read_bytes()
    for word, value in replacements.items():
        request = request.replace(b"{{%s}}" % word.encode(), value.encode())
    return exchange(port, request)


def open_shop(stage, *sets):
    """A server with an item that is sold out and one that never will be; the files of the requests."""
    (stage.folder / "hs.key").write_bytes(SECRET + b"\n")
    config = stage.folder / "sluice.toml"
    config.write_text('[jwt]\nissuer = "bench"\naudience = "sluice"\n[[jwt.keys]]\nid = "hs"\nalgorithm = "HS256"\n'
                      f'file = "{stage.folder}/hs.key"\n')
    server, ours = stage.sluice("sale.orders_max=8000000", *sets, config=config)
    shop = harness.Shop(server)
    return server, ours, shop


def http(stage, report, quick):
    """Every kind of request at 16, 128 and 4,096 connections."""
    rounds, seconds = (1, 0.3) if quick else (5, 1.0)
    server, ours, shop = open_shop(stage, "public.connections_per_address_max=0")
    key = server.data / "token.key"
    requests = Requests(stage.folder, shop, ours.port)
    gone, plenty = shop.sell(1, limit_per_user=0), shop.sell(1_000_000_000, limit_per_user=0)
    shop.customer().must_buy(gone)
    sold_out, purchase = requests.buy("sold_out", gone), requests.buy("purchase", plenty)
    page, state = requests.get("page", f"/items/{plenty}"), requests.get("state", f"/v1/items/{plenty}/state")
    login = requests.login("login", write_jwts(stage.folder / "jwts"))
    buyer = shop.customer()

    # The null server answers what ours answers, so that both send the same bytes.
    samples = {"sold_out": answer_to(ours.port, sold_out, token=buyer.token, number="1"),
               "purchase": answer_to(ours.port, purchase, token=buyer.token, number="2"),
               "page": answer_to(ours.port, page), "state": answer_to(ours.port, state)}
    null = {name: stage.null_server(name, sample) for name, sample in samples.items()}
    bodies = {f"{name}.html": samples[name].partition(b"\r\n\r\n")[2] for name in ("page", "state")}
    nginx = stage.nginx(bodies)
    redis = stage.redis()
    script = (BENCH / "peers/purchase.redis.lua").read_text()
    sha = redis_say(redis.port, "SCRIPT", "LOAD", script)
    redis_say(redis.port, "SET", "stock:1", "1000000000")
    by_script = requests.buy_by_script("by_script", redis.port, sha)
    both = targets.Target("nginx + Lua + Redis", nginx.port, nginx.pids + redis.pids)
    check_script(nginx.port, by_script)

    tokens = ("--token-key", key, "--users", USERS)
    contest = Contest(rounds, seconds)
    contest.add("null sold_out", null["sold_out"], sold_out, *tokens)
    contest.add("refuse_sold_out", ours, sold_out, *tokens, expects=(409,))
    contest.add("nginx fixed", nginx, requests.get("fixed", "/fixed"))
    contest.add("null purchase", null["purchase"], purchase, *tokens)
    contest.add("purchase", ours, purchase, *tokens, expects=(201,))
    contest.add("nginx + Lua + Redis", both, by_script, expects=(201,))
    contest.add("null page", null["page"], page)
    contest.add("page", ours, page)
    contest.add("nginx page", nginx, requests.get("nginx_page", "/files/page.html"))
    contest.add("null state", null["state"], state)
    contest.add("state", ours, state)
    contest.add("nginx state", nginx, requests.get("nginx_state", "/files/state.html"))
    contest.add("login", ours, login, "--lines", stage.folder / "jwts", expects=(201,), connections_max=128)
    results = contest.play()
    proof = shop.reconcile(plenty)
    print(f"  the books balance after {proof['sold'] + proof['reserved']:,} purchases", flush=True)
    tell(report, results)


#        row               ours               beside                 goal of cpu time   goal of requests a second
TOLD = (("refuse_sold_out", "refuse_sold_out", "null sold_out", 1.25, None),
        ("refuse_vs_nginx", "refuse_sold_out", "nginx fixed", None, 1.0),
        ("purchase_durable", "purchase", "null purchase", 1.75, None),
        ("purchase_vs_lua_redis", "purchase", "nginx + Lua + Redis", None, 3.0),
        ("page", "page", "nginx page", None, 1.0),
        ("page_vs_null", "page", "null page", None, None),
        ("state", "state", "nginx state", None, 1.0),
        ("state_vs_null", "state", "null state", None, None),
        ("login", "login", "null purchase", None, None))


def is_held_up(server):
    """The generator was slower than the server, which therefore had pauses: its cost is a little above its least."""
    return server["busy"] < SATURATED and server["load_us"] > server["cpu_us"]


def tell(report, results):
    for name, mine, other, cost_most, rate_least in TOLD:
        for connections in CONNECTIONS:
            if (mine, connections) not in results:
                continue
            ours, theirs = results[mine, connections], results[other, connections]
            more = {"connections": connections, "requests_per_s": ours["rate"], "cpu_us": ours["cpu_us"],
                    "their_cpu_us": theirs["cpu_us"], "their_requests_per_s": theirs["rate"],
                    "generator_cpu_us": ours["load_us"], "server_busy": ours["busy"], "p99_us": ours["p99_us"], "told_busy": ours["told_busy"],
                    "their_busy": theirs["busy"], "generator_is_limit": is_held_up(ours) or is_held_up(theirs)}
            label = name if connections == MAIN else f"{name}_{connections}"
            # A durable purchase has its goal from 128 connections on: with 16 there is nothing to share a sync.
            counts = connections >= MAIN or not name.startswith("purchase")
            if rate_least is not None:
                report.add(label, ours["rate"], "requests/s", ratio=ours["rate"] / theirs["rate"], to=other,
                           at_least=rate_least if counts else None, spread=ours["spread"], **more)
            else:
                report.add(label, ours["cpu_us"], "us", ratio=ours["cpu_us"] / theirs["cpu_us"], to=other,
                           at_most=cost_most if counts else None, spread=ours["spread"], **more)


def check_script(port, request):
    """The script does what it is here for."""
    first, again = (answer_to(port, request, number="0000000000000000")[:12] for _ in range(2))
    if (first, again) != (b"HTTP/1.1 201", b"HTTP/1.1 409"):
        raise SystemExit(f"error: nginx + Lua + Redis answered {first}, then {again}")


def redis_say(port, *words):
    import socket
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        parts = b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words)
        connection.sendall(b"*%d\r\n" % len(words) + parts)
        answer = connection.recv(4096).decode()
    if answer.startswith("-"):
        raise SystemExit(f"error: redis: {answer}")
    return answer.split("\r\n")[1 if answer.startswith("$") else 0]
