"""The folding of names, by the examples that the shop's own is tested with."""

import json
import unittest

from zoco.catalogue.names import folded
from zoco.workspace import ROOT


class Folding(unittest.TestCase):
    def test_names_fold_as_in_the_shop(self):
        examples = json.loads((ROOT / "shared/kernel/tests/folding.json").read_text(encoding="utf-8"))
        for example in examples:
            with self.subTest(text=example["text"]):
                self.assertEqual(folded(example["text"]), example["slug"])
