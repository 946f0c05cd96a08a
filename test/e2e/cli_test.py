# SPDX-License-Identifier: Apache-2.0
"""The commands besides serve: what they print, and their exit codes."""
import json
import pathlib
import subprocess
import unittest
import urllib.parse

from harness import PASSWORD, ROOT, SLUICE, Case, Person, Shop, become, run, totp, until

COMMANDS = (["serve"], ["demo"], ["rush"], ["calibrate"], ["doctor"], ["admin"], ["admin", "create"], ["admin", "reset-password"],
            ["admin", "disable-totp"], ["admin", "list"], ["admin", "setup-link"], ["config"], ["config", "check"], ["config", "print"],
            ["config", "init"], ["version"])


class Words(Case):
    def test_the_version(self):
        self.assertRegex(run("version").stdout, r"^sluice [0-9]+\.[0-9]+\.[0-9]+\n$")
        version = json.loads(run("version", "--json").stdout)["version"]
        self.assertEqual(run("version").stdout, f"sluice {version}\n")

    def test_every_command_has_help_and_the_program_names_each(self):
        whole = run("--help").stdout
        for words in COMMANDS:
            with self.subTest(" ".join(words)):
                self.assertRegex(whole if len(words) == 1 else run(words[0], "--help").stdout, rf"\b{words[-1]}\b")
                said = run(*words, "--help").stdout
                self.assertGreater(len(said.splitlines()), 2)

    def test_wrong_usage_is_exit_code_2_with_words(self):
        for words in ([], ["sell"], ["serve", "--prot", "80"], ["version", "now"], ["admin"], ["config"],
                      ["admin", "create"], ["rush", "--buyers", "many"], ["rush", "--policy", "lottery"],
                      ["serve", "--set", "public.prot=80"], ["serve", "--set", "public.port"],
                      ["serve", "--set", "public.port=high"], ["demo", "--rush", "0"]):
            with self.subTest(words):
                done = run(*words, code=2)
                self.assertTrue(done.stderr.strip() or done.stdout.strip())
        self.assertIn("public.port", run("serve", "--set", "public.prot=80", code=2).stderr)

    def test_an_unknown_variable_is_refused(self):
        done = run("config", "check", code=2, environment={"SLUICE_PUBLIC_PROT": "80"})
        self.assertIn("SLUICE_PUBLIC_PROT", done.stderr)
        run("config", "check", environment={"SLUICE_PUBLIC_PORT": "8081"})

    def test_the_configuration_is_printed_as_a_file_that_can_be_read_back(self):
        written = run("config", "init").stdout
        self.assertEqual((ROOT / "conf/sluice.toml").read_text(), written)
        file = self.folder / "sluice.toml"
        file.write_text(written.replace("port = 8080", "port = 8181"))
        self.assertIn("right", run("config", "check", "--config", file).stdout)
        printed = run("config", "print", "--config", file, "--set", "console.port=9191").stdout
        self.assertIn("port = 8181", printed)
        self.assertIn("port = 9191", printed)
        file.write_text(printed)
        self.assertEqual(run("config", "print", "--config", file).stdout, printed)
        both = run("config", "print", "--config", file, "--set", "public.port=7", environment={"SLUICE_PUBLIC_PORT": "6"})
        self.assertIn("port = 7\n", both.stdout, "a flag beats the environment")

    def test_a_configuration_without_sense_is_refused(self):
        for sets in (["public.port=9", "console.port=9"], ["public.url=sluice"], ["log_level=loud"], ["data_dir="]):
            with self.subTest(sets):
                flags = [word for each in sets for word in ("--set", each)]
                run("config", "check", *flags, code=2)
        said = run("serve", "--data", self.folder / "none", "--set", "public.address=everywhere", code=1).stderr
        self.assertIn("everywhere", said)
        missing = run("config", "check", "--config", self.folder / "missing.toml", code=2)
        self.assertIn("missing.toml", missing.stderr)


class People(Case):
    def test_operators_are_made_from_the_host(self):
        data = self.folder / "people"
        said = run("admin", "create", "alice", "--role", "owner", "--data", data, text=PASSWORD + "\n").stdout
        self.assertIn("alice", said)
        run("admin", "create", "bob", "--role", "reviewer", "--data", data, text=PASSWORD + "\n")
        for words, text in ((["alice"], PASSWORD), (["carl", "--role", "king"], PASSWORD), (["x"], PASSWORD),
                            (["carl"], "short"), (["carl"], "")):
            with self.subTest((words, text)):
                self.assertTrue(run("admin", "create", *words, "--data", data, text=text + "\n", code=1).stderr)
        listed = run("admin", "list", "--data", data).stdout
        self.assertRegex(listed, r"alice +owner[^\n]*\nbob +reviewer")
        server = self.serve(name="people")
        self.assertEqual(server.setup_link, "", "there is an owner already")
        alice = server.log_in("alice")
        entries = alice.good("GET", "/admin/v1/audit")["entries"]
        self.assertIn(("operator.create", "host"), [(each["action"], each["who_name"]) for each in entries])
        in_use = run("admin", "create", "dora", "--data", data, text=PASSWORD + "\n", code=1).stderr
        self.assertIn(str(server.pid), in_use)
        self.assertEqual(server.stop(), 0)
        run("admin", "reset-password", "alice", "--data", data, text=PASSWORD + " new\n")
        run("admin", "reset-password", "nobody", "--data", data, text=PASSWORD + "\n", code=1)
        server = self.serve(name="people")
        self.assertEqual(Person(server.console, alice.headers).get("/admin/v1/sessions/current").status, 401)
        server.log_in("alice", PASSWORD + " new")

    def test_a_lost_second_factor_is_taken_away_on_the_host(self):
        server = self.serve(name="phones")
        owner = server.set_up()
        path = "/admin/v1/operators/current/totp"
        secret = owner.good("POST", path, {"password": PASSWORD})["secret"]
        owner.good("POST", path + "/confirm", {"code": totp(secret)})
        self.refused(Person(server.console).post("/admin/v1/sessions", {"name": "olga-owner", "password": PASSWORD}),
                     401, "totp_required")
        self.assertIn(str(server.pid), run("admin", "disable-totp", "olga-owner", "--data", server.data, code=1).stderr)
        self.assertEqual(server.stop(), 0)
        self.assertRegex(run("admin", "list", "--data", server.data).stdout, r"olga-owner +owner +totp")
        run("admin", "disable-totp", "olga-owner", "--data", server.data)
        self.assertIn("no second factor", run("admin", "disable-totp", "olga-owner", "--data", server.data, code=1).stderr)
        run("admin", "disable-totp", "nobody", "--data", server.data, code=1)
        owner = self.serve(name="phones").log_in("olga-owner")
        entries = owner.good("GET", "/admin/v1/audit")["entries"]
        self.assertIn(("operator.totp_disable", "host", "operator/olga-owner"),
                      [(each["action"], each["who_name"], each["subject"]) for each in entries])

    def test_the_one_time_link_can_be_printed_again(self):
        server = self.serve(name="link")
        again = run("admin", "setup-link", "--data", server.data).stdout
        self.assertIn(server.setup_link, again)
        self.assertEqual((pathlib.Path(server.data) / "setup_link").stat().st_mode & 0o777, 0o600)
        run("admin", "setup-link", "--data", self.folder / "nowhere", code=1)

    def test_a_one_time_link_that_was_used_is_not_printed_again(self):
        server = self.serve(name="used")
        server.set_up()
        for running in (True, False):
            with self.subTest(running=running):
                said = run("admin", "setup-link", "--data", server.data, code=1)
                self.assertEqual(said.stdout, "")
                self.assertIn("there is an owner", said.stderr)
                self.assertIn(f"sluice admin reset-password NAME --data {server.data}", said.stderr)
                self.assertNotIn("15 minutes", said.stderr)
            if running:
                self.assertEqual(server.stop(), 0)
        server = self.serve(name="used")
        self.assertEqual(server.setup_link, "", "the store is as it was")


class Doctor(Case):
    def test_a_fresh_place_and_a_used_store(self):
        found = json.loads(run("doctor", "--json", "--data", self.folder / "none", code=None).stdout)
        self.assertEqual({"health", "subject", "what"}, set(found[0]))
        self.assertFalse((self.folder / "none").exists(), "it changes nothing")
        server = self.serve(name="used")
        shop = Shop(server)
        shop.customer().must_buy(shop.sell(1))
        running = json.loads(run("doctor", "--json", "--data", server.data, code=None).stdout)
        self.assertIn(str(server.pid), " ".join(each["what"] for each in running))
        self.assertEqual(server.stop(), 0)
        found = {each["subject"]: each for each in
                 json.loads(run("doctor", "--json", "--data", server.data, code=None).stdout)}
        for subject in ("ledger", "audit", "folder"):
            self.assertEqual(found[subject]["health"], "good", found)
        self.assertIn("ledger", run("doctor", "--data", server.data, code=None).stdout)


class Demo(Case):
    def test_the_demo_shop_opens_and_says_where(self):
        data = self.folder / "demo"
        process = subprocess.Popen([SLUICE, "demo", "--data", str(data), "--set", "public.port=0", "--set",
                                    "console.port=0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            lines = []

            def running():
                lines.append(process.stdout.readline())
                return "Running until" in lines[-1] or not lines[-1]
            until(running, "the greeting")
            said = "".join(lines)
            self.assertIn("one-time link", said)
            url = said.split("Storefront")[1].split()[0].rstrip("/")
            customer, password = said.split("try it: buyer ")[1].split("\n")[0].split(" / ")
            session = Person(url).good("POST", "/v1/sessions", {"name": customer, "password": password.strip()})
            self.assertTrue(session["token"])
            activities = Person(url).good("GET", "/v1/activities")["data"]
            self.assertGreaterEqual(len(activities), 1)
            past = self.past_sale_adds_up(said)
            self.money_adds_up_and_goes_back(said, past)
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)

    def past_sale_adds_up(self, said):
        """The first report that a newcomer opens: a whole sale, in which nothing contradicts anything else."""
        console = Person(said.split("Console")[1].split()[0].removesuffix("/admin"))
        name, _, password = said.split("Operators")[1].split()[:3]
        operator = become(console, console.post("/admin/v1/sessions", {"name": name, "password": password}))
        past, = (each for each in operator.good("GET", "/admin/v1/activities")["activities"] if each["state"] == "ended")
        report = operator.good("GET", f"/admin/v1/activities/{past['id']}/report")
        item, = report["items"]
        self.assertEqual(item["unsold"], 0)
        self.assertEqual(report["coverage"], {"orders": item["orders"]["created"], "wins_counted": item["orders"]["created"],
                                              "complete": True})
        counted, = report["counted"]
        self.assertEqual(counted["wins"], item["orders"]["created"])
        self.assertGreater(counted["attempts"], 2 * counted["wins"])
        self.assertEqual(sum(counted["by_outcome"].values()), counted["attempts"])
        # Of the networks only those that tried most are listed.
        self.assertLessEqual(sum(each["attempts"] for each in counted["networks"]), counted["attempts"])
        self.assertEqual(counted["attempts_before_start"] + sum(each["attempts"] for each in counted["arrivals"]),
                         counted["attempts"])
        self.assertTrue(operator.good("GET", "/admin/v1/reconcile")["balanced"])
        return past["id"]

    def money_adds_up_and_goes_back(self, said, past):
        """The orders of the past sale were paid at the sandbox, which gives the money of one back."""
        link = urllib.parse.urlsplit(said.split("one-time link")[1].split("\n")[1].strip())
        owner = Person(f"{link.scheme}://{link.netloc}")
        become(owner, owner.post("/admin/v1/setup", {"token": link.fragment.removeprefix("k="), "name": "olga-owner",
                                                     "password": PASSWORD}))

        def money():
            item, = owner.good("GET", f"/admin/v1/reconcile?activity_id={past}")["items"]
            return item["orders"]["paid"], {name: each["amount"] for name, each in item["money"].items()}
        count, before = money()
        price = before["paid_orders"] // count
        self.assertGreater(count, 30)
        self.assertEqual(before, {"paid_orders": count * price, "collected": count * price, "refund_due": 0, "refunded": 0})

        order = owner.good("GET", f"/admin/v1/orders?activity_id={past}&state=paid&limit=1")["orders"][0]["id"]
        owner.good("POST", f"/admin/v1/orders/{order}/refund", {"reason": "It was broken."})
        after = {"paid_orders": (count - 1) * price, "collected": (count - 1) * price, "refund_due": 0, "refunded": price}
        until(lambda: money() == (count - 1, after), "the money sent back")


if __name__ == "__main__":
    unittest.main()
