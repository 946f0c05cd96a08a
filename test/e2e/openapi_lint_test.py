# SPDX-License-Identifier: Apache-2.0
"""Lints docs/api/openapi.yaml with the pinned linter of test/openapi; without Node.js it fails, it does not skip."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import unittest

from harness import ROOT

SOURCE = ROOT / "test/openapi"
PLACE = ROOT / "build/openapi-lint"


def installed():
    """The linter's program; installed from the lock file if it is not there in this version."""
    digest = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    stamp = PLACE / "installed"
    if not stamp.exists() or stamp.read_text() != digest:
        PLACE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, PLACE / name)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PLACE, check=True, timeout=480)
        stamp.write_text(digest)
    return PLACE / "node_modules/.bin/redocly"


def lint(description):
    environment = os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
    return subprocess.run([installed(), "lint", "--config", SOURCE / "redocly.yaml", description], cwd=PLACE, text=True,
                          capture_output=True, timeout=120, env=environment, check=False)


class Lint(unittest.TestCase):
    def test_the_tools_are_there(self):
        for tool in ("node", "npm"):
            self.assertTrue(shutil.which(tool), f"{tool} is missing; install it: apt-get install nodejs npm")

    def test_the_description_follows_the_rules(self):
        done = lint(ROOT / "docs/api/openapi.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_description_that_breaks_a_rule_is_found(self):
        broken = PLACE / "broken.yaml"
        text = (ROOT / "docs/api/openapi.yaml").read_text()
        broken.parent.mkdir(parents=True, exist_ok=True)
        broken.write_text(text.replace("operationId: getTime", "operationId: buyItem"))
        done = lint(broken)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("operationId", done.stdout + done.stderr)

    def test_the_lock_file_names_no_registry(self):
        self.assertNotIn('"resolved"', (SOURCE / "package-lock.json").read_text())
        self.assertEqual([name for name in pathlib.Path(SOURCE).iterdir() if name.name == "node_modules"], [])


if __name__ == "__main__":
    unittest.main()
