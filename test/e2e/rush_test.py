# SPDX-License-Identifier: Apache-2.0
"""`sluice rush` from outside: what its report says, and what is left of it when it is killed."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from harness import SLUICE, until


def children_of(pid):
    """Processes that were started by this one."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def is_running(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class RushTest(unittest.TestCase):
    def test_the_report_says_what_the_seconds_are_and_what_a_request_cost(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "report.json"
            done = subprocess.run([SLUICE, "rush", "--buyers", "500", "--stock", "20", "--rate", "1000",
                                   "--connections", "8", "--quiet", "--json", str(file)],
                                  capture_output=True, text=True, env=os.environ | {"TMPDIR": folder})
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            report = json.loads(file.read_text())
        lines = done.stdout.strip().splitlines()
        self.assertTrue(lines[0].startswith("VERDICT  PASS"), lines[0])
        self.assertTrue(lines[1].startswith("storm "), lines[1])
        for name in ("oversold", "undersold", "duplicates", "lost_acks"):
            self.assertEqual(0, report[name], name)
        self.assertGreater(report["storm_seconds"], 0.4)  # 500 buyers at 1000/s
        self.assertLess(report["storm_seconds"], report["whole_seconds"])
        self.assertAlmostEqual(500 / report["storm_seconds"], report["buyers_per_second"], delta=2)
        self.assertGreater(report["server_cpu_us_per_request"], 0)
        self.assertGreater(report["generator_cpu_us_per_request"], 0)
        self.assertIn("generator_saturated", report)

    def test_a_rush_that_is_killed_leaves_no_server_behind(self):
        with tempfile.TemporaryDirectory() as folder:
            rush = subprocess.Popen([SLUICE, "rush", "--buyers", "100000", "--stock", "20", "--rate", "100"],
                                    stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": folder})
            try:
                line = "-"
                while line and "T0 in" not in line:
                    line = rush.stdout.readline()
                self.assertIn("T0 in", line)
                servers = children_of(rush.pid)
                self.assertEqual(1, len(servers))
            finally:
                rush.send_signal(signal.SIGKILL)
                rush.wait()
                rush.stdout.close()
            until(lambda: not is_running(servers[0]), "the server ends with its rush")


if __name__ == "__main__":
    unittest.main()
