#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plants known faults, one at a time, in a copy of the sources: the simulation must find each of them.
Builds in build/mutations; the checkout is not touched."""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACE = ROOT / "build" / "mutations"
TREE = PLACE / "tree"
BUILD = PLACE / "build"
COPIED = ("src", "test/sim")  # may be changed here
LINKED = ("docs", "tools", "fuzz", "bench", "test/chaos", "test/e2e")  # CMakeLists.txt looks at them
SECONDS_MAX = 120  # of one simulation: a fault may also make it run for ever


def parse(text):
    """Yields (name, file, old text, new text) for each fault of the list."""
    faults = []
    for number, line in enumerate(text.split("\n"), 1):
        mark, rest = line[:1], line[2:]
        if mark in ("", "#"):
            continue
        if mark == "=":
            faults.append({"name": rest, "file": "", "-": [], "+": []})
        elif mark == "@" and faults:
            faults[-1]["file"] = rest
        elif mark in "-+" and faults:
            faults[-1][mark].append(rest)
        else:
            sys.exit(f"mutations.txt:{number}: a line starts with = @ - + or #")
    return [(each["name"], each["file"], "\n".join(each["-"]), "\n".join(each["+"])) for each in faults]


def prepare():
    """Copies the sources and configures the build."""
    shutil.rmtree(TREE, ignore_errors=True)
    for folder in COPIED:
        # New times: what a fault of the last run was built from must not look up to date.
        shutil.copytree(ROOT / folder, TREE / folder, copy_function=shutil.copy)
    for folder in LINKED:
        if (ROOT / folder).exists():
            (TREE / folder).parent.mkdir(parents=True, exist_ok=True)
            os.symlink(ROOT / folder, TREE / folder)
    shutil.copy2(ROOT / "CMakeLists.txt", TREE)
    configure = ["cmake", "-G", "Ninja", "-S", TREE, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Debug", "-DSLUICE_TESTS=ON"]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)


def build():
    """The messages of a build that failed, or ""."""
    done = subprocess.run(["ninja", "-C", BUILD, "sluice_sim"], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""


def simulate(seeds):
    """(the seed that found a fault, or 0; the first line that says what was found)"""
    try:
        done = subprocess.run([BUILD / "sluice_sim", "--seeds", str(seeds)], capture_output=True, text=True,
                              timeout=SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return -1, f"still runs after {SECONDS_MAX} s"
    said = done.stdout + done.stderr
    found = re.search(r"^seed (\d+)\b.*$", said, re.M)
    if found:
        return int(found[1]), re.sub(r"^seed \d+(, step \d+)?: ", "", found[0])
    return (0, "") if done.returncode == 0 else (-1, f"ended with {done.returncode}")


def try_fault(fault, seeds):
    """Plants one fault. Returns (found, a line for the table)."""
    name, file, old, new = fault
    path = TREE / file
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1 or not old:
        return False, f"{'-':>6}  {name}: the old text stands {text.count(old)} times in {file}; mend the list"
    path.write_text(text.replace(old, new), encoding="utf-8")
    try:
        if messages := build():
            return False, f"{'-':>6}  {name}: does not build\n{messages[-2000:]}"
        seed, what = simulate(seeds)
    finally:
        path.write_text(text, encoding="utf-8")
    if seed == 0:
        return False, f"{'NONE':>6}  {name}: not found in {seeds} seeds"
    return True, f"{seed if seed > 0 else '?':>6}  {name}\n          {what}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="sales for each fault (1000)")
    parser.add_argument("--only", default="", help="faults whose name contains this")
    wanted = parser.parse_args()
    faults = parse((ROOT / "test/sim/mutations.txt").read_text(encoding="utf-8"))
    faults = [fault for fault in faults if wanted.only in fault[0]]
    begun = time.monotonic()
    prepare()
    if messages := build():
        sys.exit(messages)
    seed, what = simulate(wanted.seeds)
    if seed:
        sys.exit(f"error: without a planted fault seed {seed} fails: {what}; run make sim first")
    print(f"{'seeds':>6}  the planted fault, and what the simulation said of it")
    missed = 0
    for fault in faults:
        found, line = try_fault(fault, wanted.seeds)
        missed += not found
        print(line, flush=True)
    print(f"{len(faults) - missed} of {len(faults)} planted faults found, each within {wanted.seeds} seeds, "
          f"in {time.monotonic() - begun:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
