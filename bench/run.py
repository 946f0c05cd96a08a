#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The canonical comparison: `make bench`. Ours beside the null server, nginx, and nginx + Lua + Redis, in one run
on one machine; writes build/bench/report.json and prints it as a table. Without arguments everything, some ten
minutes; `--quick` one short round of each, to see that it works; names of parts run these alone.

A missed goal is told and fails nothing; a row with a limit fails the run when it is beyond that: what does not depend
on the machine has its goal as the limit, what is by the clock a wide one.

Every figure of a server is CPU time of all its threads per request, from the scheduler, and requests a second. The
server has one core, the generator the other. docs/performance.md explains the rows.
"""
import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

import http_rows
import more_rows
import targets
import web_rows
from targets import BUILD, ROOT, SERVER_CORE, LOAD_CORE

PARTS = ("http", "calls", "idle", "overload", "process", "demo", "rush", "web", "lighthouse")


class Report:
    """Rows as they are told, with their goals."""

    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, *, ratio=None, to="", at_most=None, at_least=None, of="ratio", spread=None,
            limit=None, **more):
        """`of` says which figure the goal is about: `ratio` or `value`. Beyond `limit` the run fails."""
        figure = ratio if of == "ratio" else value
        goal, met = "", None
        if at_most is not None:
            goal, met = f"{of} <= {at_most:g}", figure <= at_most
        elif at_least is not None:
            goal, met = f"{of} >= {at_least:g}", figure >= at_least
        failed = limit is not None and (figure > limit if at_most is not None else figure < limit)
        row = {"name": name, "value": value, "unit": unit, "ratio": ratio, "to": to, "goal": goal, "met": met,
               "spread": spread, "limit": limit, "failed": failed} | more
        self.rows.append(row)
        print("  " + text_of(row), flush=True)


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def text_of(row):
    verdict = f"FAILED: beyond {row['limit']:g}" if row["failed"] else {True: "met", False: "MISSED", None: ""}[row["met"]]
    spread = f"±{row['spread'] * 50:.0f} %" if row["spread"] is not None else ""
    ratio = f"{row['ratio']:.2f} × {row['to']}" if row["ratio"] is not None else ""
    return f"{row['name']:<28} {number(row['value']):>10} {row['unit']:<10} {spread:<6} {ratio:<32} {row['goal']:<16} {verdict}"


def machine():
    def first(path, key):
        for line in pathlib.Path(path).read_text().splitlines():
            if line.startswith(key):
                return line.partition(":")[2].strip()
        return ""

    def said(*command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip().splitlines()[0] if done.stdout + done.stderr else ""

    return {"processor": first("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
            "memory_kib": int(first("/proc/meminfo", "MemTotal").split()[0]), "kernel": platform.release(),
            "system": said("sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"), "compiler": said("c++", "--version"),
            "nginx": said("nginx", "-v"), "redis": said("redis-server", "--version"),
            "congestion_control": pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip(),
            "server_core": SERVER_CORE, "load_core": LOAD_CORE, "connections": list(http_rows.CONNECTIONS)}


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False).stdout.strip()
    return git("rev-parse", "HEAD") + ("-modified" if git("status", "--porcelain", "--untracked-files=no") else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help="of: " + " ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="one short round of each; its figures mean little")
    parser.add_argument("--output", default=str(ROOT / "build/bench/report.json"))
    options = parser.parse_args()
    strange = set(options.parts) - set(PARTS)
    if strange:
        parser.error(f"there is no part {', '.join(sorted(strange))}; there are: {', '.join(PARTS)}")
    if (os.cpu_count() or 1) < 2:
        sys.exit("error: this machine has one core: the server and the load generator need one each")
    for program in ("nginx", "redis-server", "strace", "taskset"):
        if not shutil.which(program):
            sys.exit(f"error: {program} is missing; `make bench` installs it")
    wanted = options.parts or list(PARTS)
    report = Report()
    for part in wanted:
        print(part, flush=True)
        # Not /tmp, which may be memory: the store must be on the disk that the build is on.
        (BUILD / "bench").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD / "bench") as folder, targets.Stage(folder) as stage:
            module = {"http": http_rows, "web": web_rows, "lighthouse": web_rows}.get(part, more_rows)
            getattr(module, part)(stage, report, options.quick)
    result = {"machine": machine(), "commit": commit(), "quick": options.quick, "rows": report.rows}
    output = pathlib.Path(options.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    print_table(result, output)


def print_table(result, output):
    print(f"\n{result['machine']['processor']}, {result['machine']['cores']} cores, Linux {result['machine']['kernel']}, "
          f"commit {result['commit'][:12]}\n")
    for row in result["rows"]:
        print(text_of(row))
    goals = [row for row in result["rows"] if row["met"] is not None]
    missed = [row["name"] for row in goals if not row["met"]]
    print(f"\n{len(goals) - len(missed)} of {len(goals)} goals met" + (f"; missed: {', '.join(missed)}" if missed else ""))
    print(f"report: {output}")
    failed = [row["name"] for row in result["rows"] if row["failed"]]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
