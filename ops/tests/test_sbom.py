"""Tests of the bill of materials of a release."""

import unittest

from zoco.sbom import bill


class TheBill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bom = bill()
        cls.found = {component.name: component for component in cls.bom.components}

    def test_has_what_the_programs_are_linked_from_and_serve_and_no_tools_of_tests(self):
        self.assertLessEqual({"sales", "kernel", "aws-sdk-dynamodb", "aws-lc-sys", "serde", "swagger-ui-dist"}, set(self.found))
        self.assertFalse({"testing", "dynoxide-rs", "e2e", "cc"} & set(self.found))

    def test_names_of_each_part_of_others_its_version_its_licence_and_its_digest(self):
        others = [component for component in self.bom.components if component.purl]
        self.assertGreater(len(others), 100)
        for component in others:
            self.assertTrue(component.version and component.licenses, component.name)
            self.assertEqual(len(component.hashes), 0 if component.purl.type == "npm" else 1, component.name)
        self.assertEqual(str(self.found["serde"].purl).partition("@")[0], "pkg:cargo/serde")

    def test_says_what_needs_what(self):
        needs = {one.ref.value: {other.ref.value for other in one.dependencies} for one in self.bom.dependencies}
        self.assertTrue(any(ref.startswith("sales@") for ref in needs["zoco"]))
        self.assertTrue(any(ref.startswith("kernel@") for ref in needs[next(ref for ref in needs if ref.startswith("sales@"))]))


if __name__ == "__main__":
    unittest.main()
