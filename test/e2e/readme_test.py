# SPDX-License-Identifier: Apache-2.0
"""The sale by curl works as it is written: in docs/operating/first-sale.md, and wherever it is shown again."""
import re
import shutil
import subprocess
import unittest

from harness import ROOT, Case

BLOCK = re.compile(r"<!-- readme-sale -->\n```sh\n(.*?)```", re.S)
PLACES = ("docs/operating/first-sale.md", "docs/operating/first-sale.zh-CN.md", "README.md", "README.zh-CN.md")


def block_of(place):
    found = BLOCK.findall((ROOT / place).read_text())
    assert len(found) <= 1, f"{place} has the sale {len(found)} times"
    return found[0] if found else None


class Readme(Case):
    def play(self, script, name):
        server = self.serve(name=name)
        self.assertTrue(shutil.which("curl"), "curl is missing; install it: apt-get install curl")
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=120,
                              env={"PATH": "/usr/bin:/bin", "PUBLIC": server.public, "CONSOLE": server.console,
                                   "SETUP": server.setup_link, "TMPDIR": str(self.folder), "HOME": str(self.folder)},
                              check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n{server.log_text()[-1000:]}")
        return done.stdout

    def test_the_sale_by_curl(self):
        said = self.play(block_of(PLACES[0]), "first-sale")
        for words in ("in_review", "approved", "nobody approves their own", "duplicate_key_mismatch", "limit_reached",
                      '"state":"succeeded"', "cancelled", '"action":"activity.approve"', '"intact":true',
                      '"balanced":true'):
            self.assertIn(words, said)
        self.assertIn('"available":1,"reserved":0,"sold":1', said)

    def test_every_other_place_shows_the_same(self):
        for place in PLACES[1:]:
            shown = block_of(place)
            if shown is not None:
                self.assertEqual(shown, block_of(PLACES[0]), f"{place} differs from {PLACES[0]}")


if __name__ == "__main__":
    unittest.main()
