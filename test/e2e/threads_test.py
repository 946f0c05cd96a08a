# SPDX-License-Identifier: Apache-2.0
# ctest: tsan
"""A rush of some thousand buyers who pay, under each stock policy. It is here for the program of the thread
sanitizer, which ends it at the first race: doors, desks, ledger, payment worker and provider all work at once."""
import json
import pathlib
import subprocess
import tempfile
import unittest

from harness import SLUICE

BUYERS, STOCK = 3000, 200
PATIENCE_S = 180  # a sanitizer takes a part of it on a busy machine


class Rush(unittest.TestCase):
    def clean(self, *flags):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "report.json")
            done = subprocess.run(
                [SLUICE, "rush", "--buyers", str(BUYERS), "--stock", str(STOCK), "--connections", "64", "--seed", "1",
                 "--quiet", "--json", str(file), *flags], capture_output=True, text=True, timeout=PATIENCE_S)
            said = f"{done.stdout}\n{done.stderr}"
            self.assertNotIn("ThreadSanitizer", said)
            self.assertEqual(done.returncode, 0, said)
            report = json.loads(file.read_text())
            self.assertEqual([report[name] for name in ("clean", "buyers")], [True, BUYERS], said)
            self.assertGreaterEqual(report["won"], STOCK, said)  # units that were let go are won again

    def test_reserve_with_winners_who_do_not_pay(self):
        self.clean("--policy", "reserve", "--abandon", "30")

    def test_on_order(self):
        self.clean("--policy", "on_order")

    def test_on_payment(self):
        self.clean("--policy", "on_payment")


if __name__ == "__main__":
    unittest.main()
