# SPDX-License-Identifier: Apache-2.0
"""The servers that are measured: each in a folder of its own, on a free port of loopback, pinned to one core,
stopped by its process id."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
BUILD = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build/release"))
os.environ.setdefault("SLUICE", str(BUILD / "sluice"))
sys.path.insert(0, str(ROOT / "test/e2e"))
import harness  # noqa: E402  pylint: disable=wrong-import-position

SERVER_CORE, LOAD_CORE = 0, 1
PATIENCE_S = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tasks(pid):
    return [int(task) for task in os.listdir(f"/proc/{pid}/task")]


def pin(pid, core):
    """Every thread; those that start later inherit it."""
    for task in tasks(pid):
        os.sched_setaffinity(task, {core})


def cpu_ns(pid):
    """CPU time of all threads that live, from the scheduler: exact, unlike the ticks of /proc/pid/stat."""
    return sum(int(pathlib.Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0]) for task in tasks(pid))


def resident_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Target:
    """One or more processes that answer at a port."""

    def __init__(self, name, port, pids):
        self.name, self.port, self.pids = name, port, pids

    def cpu_ns(self):
        return sum(cpu_ns(pid) for pid in self.pids)

    def resident_bytes(self):
        return sum(resident_bytes(pid) for pid in self.pids)


class Stage:
    """Everything that was started; ends it all."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes, self.servers = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            if server.process.returncode is None:
                server.stop()
        while self.processes:
            self.end(self.processes[-1])

    def end(self, process):
        self.processes.remove(process)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def start(self, *arguments, **more):
        process = subprocess.Popen([str(argument) for argument in arguments], stdin=subprocess.DEVNULL, **more)
        self.processes.append(process)
        return process

    def null_server(self, name, answer):
        """The bare epoll loop; it sends the bytes of `answer` whatever it is asked."""
        file = self.folder / f"{name}.answer"
        file.write_bytes(answer)
        process = self.start(BUILD / "bench_null_server", file, stdout=subprocess.PIPE, text=True)
        port = int(process.stdout.readline())
        pin(process.pid, SERVER_CORE)
        return Target("null", port, [process.pid])

    def nginx(self, files):
        """nginx with the given files (name to bytes) below /files/."""
        folder = self.folder / "nginx"
        (folder / "files").mkdir(parents=True)
        for name, content in files.items():
            (folder / "files" / name).write_bytes(content)
        for path in (self.folder, folder, folder / "files"):
            path.chmod(0o755)  # its worker is another user
        port = free_port()
        text = (BENCH / "peers/nginx.conf").read_text()
        for word, value in {"folder": folder, "port": port, "peers": BENCH / "peers"}.items():
            text = text.replace("{" + word + "}", str(value))
        if os.geteuid() == 0:
            text = "user root;\n" + text
        (folder / "nginx.conf").write_text(text)
        errors = open(folder / "stderr", "wb")
        process = self.start("nginx", "-p", folder, "-c", folder / "nginx.conf", stderr=errors)
        wait_for_port(process, port, folder / "stderr")
        workers = harness.until(lambda: children(process.pid), "nginx worker")
        for pid in workers:
            pin(pid, SERVER_CORE)
        return Target("nginx", port, workers)

    def redis(self):
        port = free_port()
        process = self.start("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                             "--dir", self.folder, "--daemonize", "no", "--logfile", self.folder / "redis.log")
        wait_for_port(process, port, self.folder / "redis.log")
        pin(process.pid, SERVER_CORE)
        return Target("redis", port, [process.pid])

    def sluice(self, *sets, name="data", config=None):
        """Our server with one door; settings that are not measured are those that are shipped."""
        os.environ["TMPDIR"] = str(self.folder)
        server = harness.Server(self.folder / name, "public.doors=1", "gates.user_per_second=10",
                                "log_level=warn", *sets, config=config)
        self.servers.append(server)
        pin(server.pid, SERVER_CORE)
        port = int(server.public.rsplit(":", 1)[1])
        return server, Target("sluice", port, [server.pid])


def children(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def wait_for_port(process, port, log):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"error: {process.args[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)


def exchange(port, request):
    """One request; the whole answer."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection:
        connection.sendall(request)
        answer = b""
        while True:
            head, separator, body = answer.partition(b"\r\n\r\n")
            length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
            if separator and length and len(body) >= length[0]:
                return answer
            part = connection.recv(65536)
            if not part:
                return answer
            answer += part
