"""Rules on the source: files, floors, layers."""

import doctest
import re
import unittest

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

from localstack.tests.structure import sources
from localstack.tests.structure.sources import ROOT, SERVICES, SHARED, Crate, circles, floors, rust_files, uses, without_tests

# A service's floors, from the top. Handlers stand above them all.
FLOORS = ["Use cases", "Stores, events and clients", "Rules and values"]
# Edge has no table: it answers for itself alone.
WITH_FLOORS = [service for service in SERVICES if service != "edge"]
# The shared crates, lower ones first, and the crates of ours that each may name.
LAYERS = {
    "kernel": set(),
    "contracts": {"kernel"},
    "openapi": {"kernel"},
    "aws": {"kernel"},
    "dynamo": {"kernel", "aws"},
    "web": {"kernel", "aws"},
    "access": {"kernel", "dynamo", "web"},
    "messaging": {"kernel", "aws", "dynamo", "contracts"},
}
# What calls something, or is HTTP's or the database's: not for rules.
NOT_FOR_RULES = ("web", "dynamo", "messaging", "access", "aws", "tokio", "lambda_http", "lambda_runtime", "reqwest", "aws_sdk_dynamodb")


def load_tests(_loader, tests, _pattern):
    """The examples in the helpers' own words are tests, too."""
    tests.addTests(doctest.DocTestSuite(sources))
    return tests


class Files(unittest.TestCase):
    def test_each_says_what_it_is_for_and_has_at_most_300_lines_without_its_tests(self):
        for path in rust_files("functions", "shared", "localstack"):
            text = path.read_text(encoding="utf-8")
            self.assertTrue(text.startswith("//!"), f"{path} does not open with //!")
            lines = len(without_tests(text).splitlines())
            self.assertTrue(lines <= 300 or "tests" in path.parts, f"{path} has {lines} lines")
        for path in [*(ROOT / "ops").rglob("*.py"), *(ROOT / "localstack").rglob("*.py")]:
            text = path.read_text(encoding="utf-8")
            self.assertTrue(text.startswith('"""'), f"{path} does not open with what it is for")
            self.assertLessEqual(len(text.splitlines()), 400, path)
            self.assertLessEqual(max(map(len, text.splitlines())), 140, path)

    def test_handlers_fit_a_screen_and_starts_only_assemble(self):
        for path in rust_files("functions"):
            if "handlers" in path.parts:
                code = without_tests(path.read_text(encoding="utf-8"))
                for start, most in (("pub async fn start()", 6), ("async fn ", 25)):
                    body = code.partition(start)[2].partition("\n}\n")[0]
                    self.assertLessEqual(len(body.splitlines()), most, f"{path}: {start}")

    def test_only_stores_name_the_dynamodb_sdk(self):
        for path in rust_files("functions", "shared"):
            may = path.stem in ("store", "testing") or {"store", "testing", "tests", "dynamo", "access"} & set(path.parts)
            self.assertTrue(may or "aws_sdk_dynamodb" not in path.read_text(encoding="utf-8"), f"{path} names the DynamoDB SDK")


class Layers(unittest.TestCase):
    def test_shared_crates_depend_on_lower_ones_alone(self):
        for name in SHARED:
            if name == "testing":
                continue
            manifest = tomllib.loads((ROOT / "shared" / name / "Cargo.toml").read_text(encoding="utf-8"))
            ours = set(manifest["dependencies"]) & {*SHARED, *SERVICES}
            self.assertLessEqual(ours, LAYERS[name], name)

    def test_no_crate_has_a_circle_of_files(self):
        for folder in [f"functions/{name}" for name in SERVICES] + [f"shared/{name}" for name in SHARED]:
            self.assertEqual(circles(Crate(folder).imports()), [], folder)

    def test_every_module_of_a_service_stands_on_one_floor_and_imports_no_higher_one(self):
        for service in WITH_FLOORS:
            said, crate = floors(service), Crate(f"functions/{service}")
            modules = {name.split("::")[0] for name in crate.files if name} - {"testing"}
            self.assertEqual(set(said) - {"testing"}, modules, f"functions/{service}/src/lib.rs lists other modules than there are")
            for module, imported in crate.imports().items():
                own = FLOORS.index(said[module.split("::")[0]])
                for other in imported:
                    theirs = FLOORS.index(said[other.split("::")[0]])
                    place = f"functions/{service}: {module} ({FLOORS[own]}) imports {other} ({FLOORS[theirs]})"
                    self.assertGreaterEqual(theirs, own, place)

    def test_rules_call_nothing(self):
        for service in WITH_FLOORS:
            said, crate = floors(service), Crate(f"functions/{service}")
            for module, path in crate.files.items():
                if module and said[module.split("::")[0]] == "Rules and values":
                    named = {use.split("::")[0] for use in uses(path.read_text(encoding="utf-8"))}
                    self.assertEqual(named & set(NOT_FOR_RULES), set(), f"{path} is a rule")


class Checks(unittest.TestCase):
    """What the checks above would find."""

    def test_imports_in_all_their_forms_are_seen_and_those_of_tests_are_not(self):
        code = "use crate::{a::B, c};\nfn f() { crate::d::e(); }\n// crate::x\n#[cfg(test)]\nmod tests {\n use crate::y;\n}\n"
        self.assertEqual([use for use in uses(code) if "crate" in use], ["crate::a::B", "crate::c", "crate::d::e"])

    def test_code_below_a_test_module_is_no_longer_counted(self):
        self.assertEqual(without_tests("a\n#[cfg(test)]\nmod tests {\nb\n}\n"), "a\n")
        self.assertTrue(re.match("a", without_tests("a")))
