"""What Python installs: each package in one version, known by its digests, and all that is asked for."""

import re
import unittest

from localstack.tests.structure.sources import ROOT


def pinned(path):
    """The packages of a locked file by their names, each with its version and how many digests it has."""
    found = {}
    for part in re.split(r"\n(?=\S)", (ROOT / path).read_text(encoding="utf-8").strip()):
        name, version = re.match(r"([\w.-]+)==([\w.]+)", part).groups()
        found.setdefault(name.lower(), []).append((version, part.count("--hash=sha256:")))
    return found


class Packages(unittest.TestCase):
    def test_every_package_is_known_by_its_digests(self):
        for path in ("ops/requirements.txt", "localstack/tests/requirements.txt"):
            for name, versions in pinned(path).items():
                for version, digests in versions:
                    self.assertGreater(digests, 0, f"{path}: {name} {version}")

    def test_what_is_asked_for_is_locked_and_what_both_need_is_the_same(self):
        both = [pinned(path) for path in ("ops/requirements.txt", "localstack/tests/requirements.txt")]
        for folder, locked in zip(("ops", "localstack/tests"), both):
            for line in (ROOT / folder / "requirements.in").read_text(encoding="utf-8").splitlines():
                if asked := re.match(r"([\w.-]+)==([\w.]+)", line):
                    versions = [version for version, _ in locked[asked[1].lower()]]
                    self.assertIn(asked[2], versions, line)
        ops, tests = both
        for name in ops.keys() & tests.keys():
            self.assertEqual({version for version, _ in tests[name]} - {version for version, _ in ops[name]}, set(), name)


if __name__ == "__main__":
    unittest.main()
