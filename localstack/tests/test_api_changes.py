"""The HTTP API keeps what it promised in the last release; and that the comparison finds what would break a client."""

import copy
import json
import re
import unittest

from localstack.tests.api_changes import broken
from zoco.workspace import ROOT

RECORDED = ROOT / "localstack/tests/recorded"


def present():
    return json.loads((ROOT / "functions/edge/openapi.json").read_text(encoding="utf-8"))


class TheApi(unittest.TestCase):
    def test_breaks_nothing_of_the_last_release_unless_the_changelog_says_so(self):
        releases = [path for path in RECORDED.glob("*/openapi.json")]
        last = max(releases, key=lambda path: [int(part) for part in path.parent.name.split(".")])
        changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")
        unreleased = next((part for part in changelog if part.startswith("Unreleased")), "")
        said = re.search(r"### Breaking\n(.*?)(?=\n### |\Z)", unreleased, re.S)
        found = list(broken(json.loads(last.read_text(encoding="utf-8")), present()))
        unsaid = [one for one in found if f"`{one}`" not in (said[1] if said else "")]
        self.assertEqual(unsaid, [], "a change for a new major release; or say it under `### Breaking` of CHANGELOG.md")


class TheComparison(unittest.TestCase):
    def broken(self, change):
        new = copy.deepcopy(present())
        change(new)
        return list(broken(present(), new))

    def test_finds_what_breaks_a_client(self):
        def operation(document, path="/products", method="post"):
            return document["paths"][path][method]

        for change, said in {
            lambda new: new["paths"].pop("/health"): "GET /health was removed",
            lambda new: operation(new).setdefault("parameters", []).append(
                {"name": "X-Needed", "in": "header", "required": True, "schema": {"type": "string"}}): "POST /products needs X-Needed",
            lambda new: operation(new, method="get")["responses"].pop("200"): "GET /products no longer answers 200",
        }.items():
            self.assertIn(said, self.broken(change))

    def test_finds_changed_members_behind_references(self):
        def schemas(document):
            return document["components"]["schemas"]

        def of_kind(document, name):
            return next(one for one in schemas(document).values() if name in one.get("properties", {}))

        found = self.broken(lambda new: of_kind(new, "sku")["properties"].pop("sku"))
        self.assertTrue([one for one in found if one.endswith("no longer has sku") or one.endswith("no longer takes sku")], found[:3])

    def test_lets_further_members_paths_and_parameters_pass(self):
        def further(new):
            new["paths"]["/new"] = {"get": {"responses": {"200": {}}}}
            new["paths"]["/products"]["get"].setdefault("parameters", []).append({"name": "more", "in": "query", "schema": {}})

        self.assertEqual(self.broken(further), [])


if __name__ == "__main__":
    unittest.main()
