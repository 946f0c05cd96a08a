# SPDX-License-Identifier: Apache-2.0
"""The tools of `make bench` count what they claim to count; how fast, no test asks."""
import json
import pathlib
import subprocess
import unittest

from harness import SLUICE, Case

PROGRAMS = pathlib.Path(SLUICE).parent
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nsold"


class Bench(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "answer").write_bytes(ANSWER)
        cls.null = subprocess.Popen([PROGRAMS / "bench_null_server", cls.folder / "answer"], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.null.stdout.close)
        cls.addClassCleanup(cls.null.wait)
        cls.addClassCleanup(cls.null.kill)
        cls.port = int(cls.null.stdout.readline())

    def load(self, request, *more, code=0):
        (self.folder / "request").write_bytes(request)
        done = subprocess.run([PROGRAMS / "bench_load", "--port", str(self.port), "--request", self.folder / "request", *more],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def test_a_closed_load_sends_as_many_as_asked_and_counts_each_answer(self):
        got = self.load(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "--connections", "7", "--count", "1000")
        self.assertEqual(got["answered"], 1000)
        self.assertEqual(got["statuses"]["201"]["count"], 1000)
        self.assertEqual(list(got["statuses"]), ["201"])

    def test_an_open_load_offers_its_rate_and_counts_who_finds_no_connection(self):
        got = self.load(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "--connections", "1", "--rate", "4000", "--seconds", "0.5")
        offered = got["answered"] + got["turned_away"]
        self.assertTrue(1500 <= offered <= 2001, offered)  # the end may come while a busy machine holds it up

    def test_a_template_without_what_it_names_is_refused(self):
        self.assertIn("{{token}}", self.load(b"GET /{{token}} HTTP/1.1\r\n\r\n", "--count", "1", code=1))
        self.assertIn("{{line}}", self.load(b"GET /{{line}} HTTP/1.1\r\n\r\n", "--count", "1", code=1))

    def test_every_number_is_another(self):
        server = self.serve()
        self.port = int(server.public.rsplit(":", 1)[1])
        got = self.load(b"GET /nothing/{{number}} HTTP/1.1\r\nHost: a\r\n\r\n", "--connections", "3", "--count", "50")
        self.assertEqual(got["statuses"]["404"]["count"], 50)


if __name__ == "__main__":
    unittest.main()
