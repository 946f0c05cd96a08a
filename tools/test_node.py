# SPDX-License-Identifier: Apache-2.0
"""tools/node with commands of our own in place of node and npm."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent / "node"
REAL = ("sh", "dirname", "mkdir", "uname", "cat", "chmod")
NEW, OLD = "exit 0", "exit 1"  # what the question for the version says
# Stands for the package: puts a node that is new enough where npm would.
INSTALLS = 'd="$3/node_modules/${9%@*}/bin"; mkdir -p "$d"; printf "#!/bin/sh\\nexit 0\\n" > "$d/node"; chmod 755 "$d/node"'


class Node(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="sluice-node-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.bin = self.root / "bin"
        self.bin.mkdir()
        (self.root / "tools").mkdir()
        shutil.copy(TOOL, self.root / "tools/node")
        for name in REAL:
            (self.bin / name).symlink_to(shutil.which(name))

    def command(self, name, script):
        (self.bin / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.bin / name).chmod(0o755)

    def node(self):
        return subprocess.run([self.root / "tools/node"], check=False, capture_output=True, text=True,
                              env={"PATH": str(self.bin)})

    def test_the_machines_own_is_taken_if_it_is_new_enough(self):
        self.command("node", NEW)
        self.assertEqual(self.node().stdout, f"{self.bin}\n")

    def test_else_one_is_installed_through_npm_once(self):
        self.command("node", OLD)
        self.command("npm", INSTALLS + "; echo called >> calls")
        for _ in range(2):
            done = self.node()
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertRegex(done.stdout, r"/build/node/node_modules/node-linux-\w+/bin\n$")
        self.assertEqual((self.root / "calls").read_text(), "called\n")

    def test_without_npm_it_says_what_to_do(self):
        self.command("node", OLD)
        done = self.node()
        self.assertNotEqual(0, done.returncode)
        self.assertIn("try: tools/install build", done.stderr)


if __name__ == "__main__":
    unittest.main()
