"""What a catalogue's file says, without a shop: `cd localstack && ../.venv/bin/python -m unittest test_catalogue`."""

import doctest
import tempfile
import unittest
from pathlib import Path

from localstack.cloud.seed import CATALOGUE
from zoco.catalogue import file, names, transfer
from zoco.catalogue.file import EXPORTED, parse, read, write
from zoco.workspace import Failed


def load_tests(_loader, tests, _pattern):
    """The examples in the modules' own words are tests, too."""
    for module in (transfer, file, names):
        tests.addTests(doctest.DocTestSuite(module))
    return tests


class Files(unittest.TestCase):
    """Files as people save them."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def lines(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path)

    def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(self):
        plain = self.lines("a.csv", "sku,name,price\nA,Café,1.00\n")
        self.assertEqual(plain, self.lines("b.csv", "\ufeffsku,name,price\r\nA,Café,1.00\r\n"))
        self.assertEqual(plain[0].attributes["price"], {"amount": 100, "currency": "USD"})

    def test_both_formats_say_the_same(self):
        in_csv = self.lines("a.csv", "sku,name,price,tags,categories,stock\nA,Cup,12.50,x;y,K > C,5\n")
        member = '{"sku": "A", "name": "Cup", "price": 12.50, "tags": ["x", "y"], "categories": "K>C", "stock": 5}'
        in_ndjson = self.lines("a.ndjson", f"\n{member}\n")
        self.assertEqual((in_csv[0].number, in_ndjson[0].number), (2, 2))
        self.assertEqual(in_csv, in_ndjson)

    def test_a_line_is_numbered_where_it_begins(self):
        lines = self.lines("a.csv", 'sku,name,price,description\nA,Cup,1,"one\ntwo"\n\nB,Pot,1,\n')
        self.assertEqual([line.number for line in lines], [2, 5])

    def test_bad_lines_leave_the_others_alone(self):
        lines = self.lines("a.csv", "sku,name,price\nA,Cup,1\nB,Pot\nC,Can,1.234\na,Cup,2\nD,Jug,3\n")
        self.assertEqual([bool(line.refused) for line in lines], [False, True, True, True, False])
        lines = self.lines("a.ndjson", '{"sku": "A", "name": "Cup", "price": 1}\n[]\n{"sku"\n{"skew": 1}\n')
        self.assertEqual([bool(line.refused) for line in lines], [False, True, True, True])

    def test_a_file_that_is_none_is_told(self):
        for name, content, message in (
            ("a.csv", "sku,name\n", "price"),
            ("a.csv", "sku,name,prise,price\n", "prise"),
            ("a.csv", "", "sku"),
            ("a.csv", b"sku,name,price\nA,Caf\xe9,1\n", "UTF-8"),
            ("a.xlsx", "", "ndjson"),
        ):
            with self.assertRaisesRegex(Failed, message):
                self.lines(name, content)

    def test_what_is_written_is_read_again(self):
        row = dict.fromkeys(EXPORTED) | {
            "sku": "A", "name": 'A "cup"; or two', "price": "0.05", "currency": "USD", "description": "One,\ntwo",
            "status": "draft", "tags": ["x; y", "z"], "brand": "B", "stock": 3,
            "categories": ["A > B", r"C \> D; E > F"],
        }
        found = []
        for name in ("a.csv", "a.ndjson"):
            write(self.folder / name, [row], EXPORTED)
            found.append(read(self.folder / name)[0])
            found[-1].number = 1
        self.assertEqual(*found)
        self.assertIsNone(found[0].refused)
        self.assertEqual(found[0].attributes["tags"], ["x; y", "z"])
        self.assertEqual(found[0].categories, [("A", "B"), ("C > D; E", "F")])

    def test_what_a_line_does_not_name_is_left_alone(self):
        little = parse(1, {"sku": "A", "name": "Cup", "price": "1"})
        self.assertEqual(set(little.attributes), {"sku", "name", "price"})
        self.assertEqual((little.brand, little.categories), (None, None))
        cleared = parse(1, {"sku": "A", "name": "Cup", "price": "1", "description": "", "brand": "", "tags": ""})
        self.assertEqual((cleared.attributes["description"], cleared.attributes["tags"], cleared.brand), (None, [], ""))


class DemoCatalogue(unittest.TestCase):
    """The demo shop's own file."""

    def test_every_line_can_be_taken(self):
        lines = read(CATALOGUE)
        self.assertEqual([line.refused.faults for line in lines if line.refused], [])
        self.assertGreaterEqual(len(lines), 200)
        for line in lines:
            self.assertTrue(line.brand and line.categories and line.attributes["description"], line.sku)
        names = [line.attributes["name"] for line in lines]
        self.assertEqual(len(set(names)), len(names))


if __name__ == "__main__":
    unittest.main()
