# SPDX-License-Identifier: Apache-2.0
"""tools/openapi_to_json: the header holds the description, whole and as JSON; what is no description is refused."""
import json
import re
import subprocess
import sys
import unittest

import tree


class OpenapiToJson(tree.TreeTest):
    def convert(self, text):
        self.write("openapi.yaml", text)
        return subprocess.run([sys.executable, tree.TOOLS / "openapi_to_json", self.root / "openapi.yaml",
                               self.root / "generated/openapi_json.h"], check=False, capture_output=True, text=True)

    def held(self):
        """The JSON text inside the header."""
        header = (self.root / "generated/openapi_json.h").read_text()
        return json.loads("".join(re.findall(r'R"openapi\((.*?)\)openapi"', header, re.S)))

    def test_the_header_holds_the_description(self):
        done = self.convert('openapi: 3.1.0\npaths: {/v1/time: {get: {responses: {200: {description: "时间 \\"now\\""}}}}}\n'
                            "example: 2026-11-21\n")
        self.assertEqual(0, done.returncode, done.stderr)
        held = self.held()
        self.assertEqual('时间 "now"', held["paths"]["/v1/time"]["get"]["responses"]["200"]["description"])
        self.assertEqual("2026-11-21", held["example"])

    def test_a_long_description_stays_whole(self):
        done = self.convert(f"openapi: 3.1.0\ndescription: {'abcdefg ' * 20000}end\n")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertTrue(self.held()["description"].endswith("abcdefg end"))

    def test_what_is_no_description_is_refused_with_the_reason(self):
        for text, reason in (("openapi: 3.1.0\npaths: [\n", "line"), ("a: 1\n", "OpenAPI 3.1"), ("openapi: 3.0.3\n", "3.1"),
                             ("openapi: 3.1.0\nx: 1\nx: 2\n", "comes twice"), ("openapi: 3.1.0\nx: (a)openapi\n", "literal")):
            with self.subTest(text=text):
                done = self.convert(text)
                self.assertEqual(1, done.returncode)
                self.assertIn(reason, done.stderr)


if __name__ == "__main__":
    unittest.main()
