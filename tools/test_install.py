# SPDX-License-Identifier: Apache-2.0
"""tools/install with commands of our own in place of dpkg-query, apt-get, id and sudo."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

INSTALL = pathlib.Path(__file__).resolve().parent / "install"
REAL = ("sh", "env", "cat")


class Install(unittest.TestCase):
    def setUp(self):
        self.bin = pathlib.Path(tempfile.mkdtemp(prefix="sluice-install-"))
        self.addCleanup(shutil.rmtree, self.bin)
        for name in REAL:
            (self.bin / name).symlink_to(shutil.which(name))
        self.command("id", "echo 0")
        self.command("dpkg-query", f'for p in "$@"; do [ "$p" = "$(cat {self.bin}/lacks)" ] || echo "installed $p"; done')
        self.command("apt-get", f'echo "apt-get $*" >> {self.bin}/calls\n! [ "$1" = install ] || cat {self.bin}/fails > /dev/null 2>&1')
        self.lacks("nothing")
        (self.bin / "fails").write_text("")

    def command(self, name, script):
        (self.bin / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.bin / name).chmod(0o755)

    def lacks(self, package):
        (self.bin / "lacks").write_text(package)

    def install(self, which="build"):
        done = subprocess.run([INSTALL, which], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=os.environ | {"PATH": str(self.bin)})
        calls = self.bin / "calls"
        return done.returncode, done.stdout, calls.read_text().splitlines() if calls.exists() else []

    def test_with_nothing_missing_it_changes_nothing(self):
        self.assertEqual((0, "", []), self.install("build"))
        self.assertEqual((0, "", []), self.install("test"))

    def test_only_what_is_missing_is_named_and_installed(self):
        self.lacks("libfmt-dev")
        status, said, calls = self.install()
        self.assertEqual(0, status, said)
        self.assertIn("missing, to be installed from Debian's packages: libfmt-dev\n", said)
        self.assertEqual(["apt-get install --yes --quiet --no-install-recommends libfmt-dev"], calls)

    def test_what_only_tests_need_is_not_installed_to_build(self):
        self.lacks("libgtest-dev")
        self.assertEqual((0, "", []), self.install("build"))
        self.assertIn("libgtest-dev", self.install("test")[1])

    def test_a_command_that_is_there_is_as_good_as_its_package(self):
        self.lacks("cmake")
        self.command("cmake", "")
        self.assertEqual((0, "", []), self.install())

    def test_a_failed_try_is_repeated_once_with_a_new_package_list(self):
        self.lacks("libfmt-dev")
        (self.bin / "fails").unlink()
        self.command("apt-get", f'echo "apt-get $*" >> {self.bin}/calls\n'
                     f'[ "$1" != update ] || echo > {self.bin}/fails\ncat {self.bin}/fails > /dev/null 2>&1')
        status, said, calls = self.install()
        self.assertEqual(0, status, said)
        self.assertEqual(["install", "update", "install"], [call.split()[1] for call in calls])

    def test_what_cannot_be_installed_stops_with_its_name(self):
        self.lacks("libfmt-dev")
        (self.bin / "fails").unlink()
        status, said, calls = self.install()
        self.assertEqual(1, status, said)
        self.assertIn("error: apt-get could not install: libfmt-dev", said)
        self.assertEqual(3, len(calls))

    def test_who_is_not_root_uses_sudo(self):
        self.lacks("libfmt-dev")
        self.command("id", "echo 1000")
        self.command("sudo", f'echo "sudo $*" >> {self.bin}/calls\nexec "$@"')
        status, said, calls = self.install()
        self.assertEqual(0, status, said)
        self.assertTrue(calls[0].startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get install"), calls)

    def test_without_root_and_sudo_it_says_what_root_must_do(self):
        self.lacks("libfmt-dev")
        self.command("id", "echo 1000")
        status, said, calls = self.install()
        self.assertEqual((1, []), (status, calls), said)
        self.assertIn("as root: apt-get update && apt-get install libfmt-dev", said)

    def test_another_system_is_told_so(self):
        (self.bin / "dpkg-query").unlink()
        status, said, calls = self.install()
        self.assertEqual((1, []), (status, calls), said)
        self.assertIn("not a Debian system", said)
        self.assertIn("libsqlite3-dev", said)

    def test_an_unknown_set_is_refused(self):
        self.assertEqual(2, self.install("everything")[0])


if __name__ == "__main__":
    unittest.main()
