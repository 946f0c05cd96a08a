# SPDX-License-Identifier: Apache-2.0
"""`sluice calibrate` from outside: the limit that it writes, and the baseline that it compares with."""
import json
import pathlib
import signal
import subprocess
import unittest

from harness import SLUICE, Case, run, until

# Figures depend on the machine; nothing here does. A slow machine still keeps a p99 of ten seconds.
QUICK = ("--seconds", "2", "--p99", "10000", "--connections", "16")


class CalibrateTest(Case):
    def calibrate(self, *words, code=0):
        return run("calibrate", "--data", self.folder / "data", *QUICK, *words, code=code)

    def left_over(self):
        return [path.name for path in self.folder.glob("**/sluice-rush-*")]

    def test_it_measures_writes_the_limit_and_keeps_a_baseline(self):
        file, baseline = self.folder / "sluice.toml", self.folder / "peak.json"
        before = run("config", "init").stdout
        file.write_text(before)
        file.chmod(0o640)
        said = self.calibrate("--config", file, "--write", file, "--baseline", baseline).stdout
        found = json.loads(baseline.read_text())
        self.assertGreater(found["peak_per_second"], 0)
        self.assertGreater(found["refusals_per_second"], 0)
        self.assertTrue(found["shares_machine"])
        self.assertAlmostEqual(found["limit_per_second"], 0.8 * found["peak_per_second"], delta=1)
        self.assertIn("shared by server and generator", said)
        written = file.read_text()
        line = f"purchases_per_second = {found['limit_per_second']}\n"
        self.assertEqual(before.replace("purchases_per_second = 0\n", line), written)
        self.assertIn("+" + line, said)
        self.assertEqual(0o640, file.stat().st_mode & 0o777)
        run("config", "check", "--config", file)
        self.assertEqual([], self.left_over())

    def test_compare_fails_with_3_if_the_peak_fell(self):
        for peak, code in ((1e9, 3), (1, 0)):
            with self.subTest(peak):
                baseline = self.folder / f"peak-{code}.json"
                baseline.write_text(json.dumps({"peak_per_second": int(peak)}))
                done = self.calibrate("--compare", baseline, "--json", code=code)
                self.assertGreater(json.loads(done.stdout)["peak_per_second"], 0)
                self.assertIn("compare  " + ("FAIL" if code else "PASS"), done.stderr)

    def test_a_dry_run_changes_nothing(self):
        file = self.folder / "dry.toml"
        file.write_text("[public]\nport = 8080\n")
        said = self.calibrate("--write", file, "--dry-run").stdout
        self.assertRegex(said, r"\+\[gates\]\n\+purchases_per_second = [0-9]+\n")
        self.assertEqual("[public]\nport = 8080\n", file.read_text())

    def test_wrong_files_are_refused_before_the_load(self):
        broken, empty = self.folder / "broken.toml", self.folder / "empty.json"
        broken.write_text("[gates\n")
        empty.write_text("{}")
        for words in (["--write", broken], ["--write", self.folder / "none.toml"], ["--compare", empty],
                      ["--compare", self.folder / "none.json"], ["--dry-run"], ["--config", broken],
                      ["--seconds", "0"], ["--tolerance", "100"],
                      ["--baseline", self.folder / "no-folder/peak.json"]):
            with self.subTest(words):
                self.assertTrue(run("calibrate", *words, code=2).stderr.strip())

    def test_ctrl_c_stops_it_and_leaves_nothing(self):
        with subprocess.Popen([SLUICE, "calibrate", "--data", str(self.folder / "stopped"), "--seconds", "60"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            until(lambda: "offered" in process.stdout.readline(), "the first step")
            server = until(lambda: children_of(process.pid), "its server")
            process.send_signal(signal.SIGINT)
            _, said = process.communicate()
            self.assertEqual(1, process.returncode, said)
            self.assertIn("stopped by a signal", said)
        self.assertFalse(any(pathlib.Path(f"/proc/{pid}").exists() for pid in server))
        self.assertEqual([], self.left_over())


def children_of(pid):
    return [int(each) for each in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    unittest.main()
