# SPDX-License-Identifier: Apache-2.0
"""The real nginx with the files of deploy/nginx in a folder of its own, and clients of it that choose their name and
address."""
import getpass
import grp
import http.client
import http.server
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import types

from harness import PATIENCE_S, ROOT, Answer, until

SALE, SHOP = "sale.example.com", "shop.example.com"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
MAIN = """
daemon off;
user {user} {group};
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/sluice/edge.conf;
}}
"""


def free_ports(count):
    """Ports that nobody had a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def make_certificate(folder):
    folder.mkdir(parents=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem", "-days", "2",
                    "-subj", f"/CN={SALE}", "-addext", f"subjectAltName=DNS:{SALE},DNS:{SHOP}"],
                   check=True, capture_output=True, timeout=PATIENCE_S)


class Edge:
    """nginx in `folder`, in front of the server at port `server` and the shop at port `shop`."""

    def __init__(self, folder, pages, server, shop, changes=()):
        self.folder, self.pages = pathlib.Path(folder), pathlib.Path(pages)
        self.conf = self.folder / "sluice"
        make_certificate(self.conf / "tls")
        for name in ("cache", "log"):
            (self.folder / name).mkdir()
        self.server, self.shop, self.changes = server, shop, changes
        for attempt in range(5):  # somebody else may take a port in between
            if self.try_start():
                return
        raise AssertionError(f"nginx does not start:\n{self.log()}")

    def try_start(self):
        self.http, self.https = free_ports(2)
        words = [("listen 80", f"listen 127.0.0.1:{self.http}"), ("listen 443", f"listen 127.0.0.1:{self.https}"),
                 ("127.0.0.1:8080", f"127.0.0.1:{self.server}"), ("127.0.0.1:8000", f"127.0.0.1:{self.shop}"),
                 ("/var/lib/sluice/pages", str(self.pages)), ("/etc/nginx/sluice", str(self.conf)),
                 ("/var/cache/nginx/sluice", f"{self.folder}/cache"), ("/var/log/nginx", f"{self.folder}/log"),
                 *self.changes]
        files = {path.name: path.read_text() for path in (ROOT / "deploy/nginx").glob("*.conf")}
        for old, new in words:
            if not any(old in text for text in files.values()):
                raise AssertionError(f"deploy/nginx has no {old!r}")
            files = {name: text.replace(old, new) for name, text in files.items()}
        for name, text in files.items():
            (self.conf / name).write_text(text)
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, user=getpass.getuser(),
                                                            group=grp.getgrgid(os.getgid()).gr_name))
        with open(self.folder / "stderr.log", "wb") as log:
            self.process = subprocess.Popen([NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf"],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        return until(lambda: self.is_open() or self.process.poll() is not None, "nginx listens") and self.is_open()

    def is_open(self):
        if self.process.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", self.https), 1).close()
            return True
        except OSError:
            return False

    def log(self):
        return "".join(path.read_text(errors="replace") for path in (self.folder / "stderr.log",
                                                                     self.folder / "error.log") if path.exists())

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_S)

    def connect(self, host=SALE, source="127.0.0.1", sni=None):
        """A TLS connection that says this host name."""
        trust = ssl.create_default_context(cafile=self.conf / "tls/fullchain.pem")
        plain = socket.create_connection(("127.0.0.1", self.https), PATIENCE_S, (source, 0))
        try:
            connection = http.client.HTTPConnection(host, timeout=PATIENCE_S)
            connection.sock = trust.wrap_socket(plain, server_hostname=sni or host)
        except BaseException:
            plain.close()
            raise
        return connection

    def ask(self, path, method="GET", headers=None, body=None, host=SALE, **more):
        """One request on a connection of its own."""
        connection = self.connect(host, **more)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
            found.all_headers = [name.lower() for name, _ in answer.getheaders()]
            return found
        finally:
            connection.close()

    def buy(self, customer, item, headers=None, **more):
        sent = {"Authorization": f"Bearer {customer.token}", "Content-Type": "application/json",
                "Idempotency-Key": os.urandom(8).hex()} | (headers or {})
        return self.ask(f"/v1/items/{item}/orders", "POST", sent, '{"quantity":1}', **more)


class Backend:
    """A server that remembers what came and answers what `reply(request)` says: status, headers, body; or None to
    close the connection without a word."""

    def __init__(self, reply):
        self.seen, backend = [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def any(self):
                length = int(self.headers.get("Content-Length", 0))
                request = types.SimpleNamespace(command=self.command, path=self.path, headers=self.headers,
                                                client_address=self.client_address, body=self.rfile.read(length))
                backend.seen.append(request)
                answer = reply(request)
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_HEAD = any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def metric(running, name, **labels):
    """One figure of /metrics."""
    text = http.client.HTTPConnection(running.console.removeprefix("http://"), timeout=PATIENCE_S)
    text.request("GET", "/metrics")
    lines = text.getresponse().read().decode()
    text.close()
    wanted = ",".join(f'{key}="{value}"' for key, value in labels.items())
    found = re.search(rf"^{name}\{{{re.escape(wanted)}\}} ([0-9.e+]+)$", lines, re.M)
    if not found:
        raise AssertionError(f"/metrics has no {name}{{{wanted}}}")
    return float(found[1])
