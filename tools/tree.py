# SPDX-License-Identifier: Apache-2.0
"""For the tests of the tools: a tree of files that lives as long as one test, and a tool run on it."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent


class TreeTest(unittest.TestCase):
    """A test with `self.root`, an empty tree that is removed afterwards."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="sluice-tools-"))
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, name, text):
        """Writes one file of the tree."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def run_tool(self, name, *words):
        """Runs a tool on the tree; returns its exit status and all that it said."""
        done = subprocess.run([sys.executable, TOOLS / name, "--root", self.root, *words], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def assert_finds(self, said, *words):
        """The tool failed, and said each of the words."""
        status, text = said
        self.assertEqual(1, status, text)
        for word in words:
            self.assertIn(word, text)

    def assert_content(self, said):
        """The tool found nothing wrong."""
        self.assertEqual(0, said[0], said[1])
