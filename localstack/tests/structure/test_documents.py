"""The documents: links lead somewhere, the README stays a map, and its Spanish twin shows the same commands."""

import json
import re
import unittest

from localstack.tests.documented import BLOCK, documents
from localstack.tests.structure.sources import ROOT

LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
PATH = re.compile(r"`((?:\.ci|\.github|docs|events|functions|localstack|ops|shared|src)/[\w./-]+)`")


def prose(path):
    """A document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)


def anchors(path):
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", prose(path))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def commands(name):
    """The blocks of commands of a document, without their comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [re.sub(r"(?m)\s+#.*$", "", block) for block in BLOCK.findall(text)]


class Documents(unittest.TestCase):
    def test_every_link_leads_to_a_file_and_a_heading_of_this_project(self):
        for path in documents():
            for target, anchor in LINK.findall(prose(path)):
                if re.match(r"\w+:", target):
                    continue
                leads_to = (path.parent / target).resolve() if target else path
                with self.subTest(document=str(path.relative_to(ROOT)), target=target, anchor=anchor):
                    self.assertTrue(leads_to.exists())
                    if anchor and leads_to.suffix == ".md":
                        self.assertIn(anchor, anchors(leads_to))

    def test_every_path_that_a_document_names_is_there(self):
        """From the root, from the document's folder, or (`src/…`) in a service."""
        for path in documents():
            for name in PATH.findall(prose(path)):
                bases = [ROOT, path.parent, *(ROOT / "functions").iterdir()]
                with self.subTest(document=str(path.relative_to(ROOT)), path=name):
                    self.assertTrue(any((base / name).exists() for base in bases))

    def test_the_readme_is_at_most_90_lines_and_8_kilobytes(self):
        for name in ("README.md", "README.es.md"):
            text = (ROOT / name).read_bytes()
            self.assertLessEqual(text.count(b"\n"), 90, name)
            self.assertLessEqual(len(text), 8192, name)

    def test_the_spanish_readme_shows_the_same_commands(self):
        self.assertEqual(commands("README.es.md"), commands("README.md"))

    def test_every_decision_has_a_date_a_context_a_decision_and_alternatives_in_at_most_eight_lines_and_is_in_the_index(self):
        index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
        for path in (ROOT / "docs/decisions").glob("[!R]*.md"):
            for one in path.read_text(encoding="utf-8").split("\n## ")[1:]:
                title, *lines = [line for line in one.splitlines() if line]
                with self.subTest(document=path.name, decision=title):
                    self.assertIn(f"[{title}]({path.name}#", index)
                    self.assertLessEqual(len(lines), 7)
                    self.assertRegex(lines[0], r"^\*\d{4}-\d{2}-\d{2}\*$")
                    for line, begins in zip(lines[1:4], ("Context", "Decision", "Alternatives"), strict=True):
                        self.assertTrue(line.startswith(f"- **{begins}:** "), line)

    def test_the_tests_that_show_the_rules_of_jsonapi_exist(self):
        """Each row of the table names a file and, after it, tests of it: `…` stands for the rest of a name."""
        rows = (ROOT / "docs/api.md").read_text(encoding="utf-8").partition("rule by rule")[2].partition("\n## ")[0]
        shown = [row.rsplit(" | ", 1)[1] for row in rows.splitlines() if row.startswith("| ") and "`" in row]
        self.assertGreater(len(shown), 15)
        for cell in shown:
            names = re.findall(r"`([^`]+)`", cell)
            sources = ""
            for name in names:
                if name.endswith(".rs"):
                    found = [path for folder in ("functions", "shared", "localstack") for path in (ROOT / folder).rglob(name)]
                    self.assertTrue(found, name)
                    sources = "".join(path.read_text(encoding="utf-8") for path in found)
                else:
                    self.assertIn(f"fn {name.removesuffix('…')}", sources, cell)

    def test_the_example_of_a_sale_has_the_members_that_the_openapi_document_names(self):
        example = re.search(r"```json\n(.*?)```", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.S)
        sale = json.loads(example[1])["data"]
        schemas = json.loads((ROOT / "functions/edge/openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]
        self.assertEqual(set(sale["attributes"]), set(schemas["SaleAttributes"]["properties"]))
