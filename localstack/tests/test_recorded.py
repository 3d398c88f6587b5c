"""Tests of the recorded shops of earlier releases: they are whole, and small enough for the repository."""

import json
import unittest

from zoco.release import releases
from zoco.workspace import ROOT

RECORDED = ROOT / "localstack/tests/recorded"


class ARecordedShop(unittest.TestCase):
    def test_is_there_of_the_last_release_and_of_the_one_before(self):
        for release, _ in releases()[:2]:
            self.assertTrue((RECORDED / release).is_dir(), release)

    def test_has_the_number_of_its_shape_in_every_item_since_0_2_0(self):
        for release in RECORDED.iterdir():
            for path in (release / "tables").iterdir() if release.name != "0.1.0" else ():
                for line in path.read_text(encoding="utf-8").splitlines():
                    self.assertIn('"schemaVersion"', line, path)

    def test_has_every_table_its_events_and_messages_and_what_is_needed_to_use_it(self):
        for release in RECORDED.iterdir():
            tables = {path.stem for path in (release / "tables").iterdir()}
            wanted = {f"{name}Table" for name in ("Carts", "Catalog", "Identity", "Inventory", "Reviews", "Revocations", "Sales")}
            self.assertLessEqual(wanted, tables, release.name)
            for path in [*(release / "tables").iterdir(), *(release / "messages").iterdir(), release / "events.ndjson"]:
                lines = path.read_text(encoding="utf-8").splitlines()
                self.assertTrue(lines and all(isinstance(json.loads(line), dict) for line in lines), path)
            self.assertTrue(json.loads((release / "tables.json").read_text(encoding="utf-8")))
            shop = json.loads((release / "shop.json").read_text(encoding="utf-8"))
            self.assertEqual(shop["release"], release.name)
            self.assertTrue(shop["nationalIdKey"] and all(one["password"] for one in shop["accounts"]))

    def test_has_at_most_a_megabyte(self):
        for release in RECORDED.iterdir():
            size = sum(path.stat().st_size for path in release.rglob("*") if path.is_file())
            self.assertLessEqual(size, 1_000_000, release.name)


if __name__ == "__main__":
    unittest.main()
