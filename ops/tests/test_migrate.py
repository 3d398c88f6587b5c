"""Migrations by the command line, with services that only keep their records."""

import unittest
from unittest import mock

from zoco import migrate, republish
from zoco.workspace import Failed


class Services:
    """What the functions for operators would do: each service has two items a segment."""

    def __init__(self):
        done = {"writes": 1, "schema": 1, "target": 1, "segments": 2, "done": [0, 1], "pending": [], "republish": False,
                "startedAt": "t", "finishedAt": "t"}
        self.found = {service: dict(done) for service in migrate.SERVICES}
        self.asked, self.broken = [], set()

    def operate(self, _, service, command, **arguments):
        found = self.found[service]
        self.asked.append((service, command))
        if command == "begin-migration" and not migrate.is_under_way(found):
            found |= {"segments": arguments["segments"], "done": [], "startedAt": "t", "finishedAt": None, "target": 1}
        if command == "note-republished":
            found["republish"] = False
        return dict(found)

    def in_segments(self, service, segments, asked, what, which):
        reports = []
        for segment in which:
            self.asked.append((service, segment))
            broken = (service, segment) in self.broken
            reports.append({"items": 2, "migrated": 2 - broken, "unreadable": int(broken),
                            "named": [{"key": "pk=x", "reason": "no number"}] if broken else []})
            if not asked["dryRun"] and not broken:
                self.found[service]["done"].append(segment)
        found = self.found[service]
        if not asked["dryRun"] and len(found["done"]) == segments:
            found |= {"schema": 1, "finishedAt": "t", "republish": service == "catalog"}
        return reports

    def behind(self, service, done=None):
        self.found[service] |= {"schema": 0, "finishedAt": None, "done": done or [], "startedAt": "t" if done else None,
                                "target": 1 if done else 0, "segments": 8 if done else 0}


class Migrations(unittest.TestCase):
    def setUp(self):
        self.services = Services()
        for where, name, instead in (
            (migrate, "operate", self.services.operate), (migrate, "in_segments", self.services.in_segments),
            (migrate, "operator", lambda _, service: service), (migrate, "items_of", lambda *_: 0),
            (republish, "republish_changed", lambda _, since, service: [f"published anew since {since}: {service}"]),
        ):
            patch = mock.patch.object(where, name, instead)
            patch.start()
            self.addCleanup(patch.stop)

    def test_of_a_shop_that_is_up_to_date_ask_for_nothing_but_the_status(self):
        lines = list(migrate.run(None))
        self.assertEqual(lines, [f"{service}: up to date" for service in migrate.SERVICES])
        self.assertEqual({command for _, command in self.services.asked}, {"migration-status"})

    def test_go_on_where_a_run_was_stopped(self):
        self.services.behind("sales", done=[0, 1, 2, 3, 4])
        lines = list(migrate.run(None, "sales"))
        self.assertEqual(lines, ["sales: 6 of 6 items migrated"])
        self.assertEqual([segment for _, segment in self.services.asked if isinstance(segment, int)], [5, 6, 7])

    def test_are_followed_by_republishing_where_others_have_to_learn_of_it_also_after_a_stop(self):
        self.services.behind("catalog")
        self.assertEqual(list(migrate.run(None, "catalog"))[1:], [f"published anew since {migrate.EVER}: catalog"])
        self.assertIn(("catalog", "note-republished"), self.services.asked)
        self.services.found["catalog"]["republish"] = True
        self.assertEqual(list(migrate.run(None, "catalog")), [f"published anew since {migrate.EVER}: catalog"])

    def test_name_what_cannot_be_read_after_all_else_is_done(self):
        for service in ("identity", "reviews"):
            self.services.behind(service)
        self.services.broken = {("identity", 3)}
        lines = []
        with self.assertRaisesRegex(Failed, "identity pk=x: no number"):
            lines.extend(migrate.run(None))
        self.assertTrue(migrate.is_up_to_date(self.services.found["reviews"]))
        self.assertFalse(migrate.is_up_to_date(self.services.found["identity"]))

    def test_in_a_dry_run_begin_nothing(self):
        self.services.behind("carts")
        self.assertEqual(list(migrate.run(None, "carts", dry_run=True)), ["carts: 16 of 16 items would be migrated"])
        self.assertNotIn(("carts", "begin-migration"), self.services.asked)

    def test_are_verified_by_reading_all_items(self):
        self.services.in_segments = None
        with mock.patch.object(migrate, "migrated", lambda *_, **__: [{"items": 5, "migrated": 1, "unreadable": 0, "named": []}]):
            with self.assertRaisesRegex(Failed, "1 items are to be migrated"):
                list(migrate.verify(None, "sales"))

    def test_of_items_of_a_newer_release_are_refused(self):
        self.services.found["sales"] |= {"schema": 2}
        with self.assertRaisesRegex(Failed, "newer release"):
            list(migrate.run(None, "sales"))


if __name__ == "__main__":
    unittest.main()
