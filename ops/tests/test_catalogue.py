"""What a catalogue's file says, without a shop."""

import doctest
import tempfile
import unittest
from pathlib import Path

from localstack.cloud.seed import CATALOGUE
from zoco.catalogue import amounts, cells, export, file, line, mapping, names, rules, spelling, table, transfer
from zoco.catalogue.file import EXPORTED, How, read, write
from zoco.catalogue.line import parse
from zoco.catalogue.platforms import common, magento, prestashop, shopify, woocommerce
from zoco.workspace import Failed

MODULES = (
    amounts, cells, common, export, file, line, magento, mapping, names, prestashop, rules, shopify, spelling, table, transfer,
    woocommerce,
)


def load_tests(_loader, tests, _pattern):
    """The examples in the modules' own words are tests, too."""
    for module in MODULES:
        tests.addTests(doctest.DocTestSuite(module))
    return tests


class InAFolder(unittest.TestCase):
    """Tests that write files."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def catalogue(self, name, content, how=None):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path, how)

    def lines(self, name, content, how=None):
        return self.catalogue(name, content, how).lines

    def faults(self, content, how=None):
        """Why lines of a table are refused, by their numbers."""
        return {one.number: str(one.refused) for one in self.lines("a.csv", content, how) if one.refused}


class Files(InAFolder):
    """Files as people save them."""

    def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(self):
        plain = self.lines("a.csv", "sku,name,price\nA,Café,1.00\n")
        self.assertEqual(plain, self.lines("b.csv", "\ufeffsku,name,price\r\nA,Café,1.00\r\n"))
        self.assertEqual(plain, self.lines("b.csv", "sku,name,price\rA,Café,1.00"))
        self.assertEqual(plain[0].attributes["price"], {"amount": 100, "currency": "USD"})

    def test_encodings_and_separators_are_found_out_and_said(self):
        plain = self.lines("a.csv", "sku,name,price\nA,Café Ñandú,1.00\n")
        for separator in ",;\t|":
            text = "sku,name,price\nA,Café Ñandú,1.00\n".replace(",", separator)
            for encoding, said in (("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"),
                                   ("utf-16-be", "UTF-16"), ("cp1252", "Windows-1252")):
                found = self.catalogue("b.csv", text.encode(encoding))
                self.assertEqual(plain, found.lines, (separator, encoding))
                self.assertIn(said, found.found[0])
                self.assertIn(table.SEPARATORS[separator], found.found[0])

    def test_what_is_given_is_not_found_out(self):
        text = "sku;name;price\nA;Łódź;1,50\n".encode("iso-8859-2")
        (found,) = self.lines("a.csv", text, How(encoding="iso-8859-2", separator=";", decimal=","))
        self.assertEqual((found.attributes["name"], found.attributes["price"]["amount"]), ("Łódź", 150))
        with self.assertRaisesRegex(Failed, "no encoding klingon"):
            self.lines("a.csv", text, How(encoding="klingon"))
        with self.assertRaisesRegex(Failed, "line 2"):
            self.lines("a.csv", text, How(encoding="utf-8"))

    def test_excels_line_about_the_separator_is_not_one_of_the_table(self):
        self.assertEqual(self.lines("a.csv", "sep=;\nsku;name;price\nA;Cup, big;1\n")[0].attributes["name"], "Cup, big")
        self.assertEqual(self.lines("a.csv", "sep=;\nsku;name;price\nA;Cup;1\n")[0].number, 3)

    def test_decimal_signs_are_decided_for_the_whole_file(self):
        comma = self.lines("a.csv", "sku;name;price;stock\nA;Cup;1.250;1.000\nB;Pot;12,50;5,0\n")
        self.assertEqual([one.attributes["price"]["amount"] for one in comma], [125_000, 1_250])
        self.assertEqual([one.stock for one in comma], [1_000, 5])
        open_to_doubt = self.lines("a.csv", "sku;name;price\nA;Cup;1,250\nB;Pot;7\n")
        self.assertIn("may be 1250 or 1.250: DECIMAL=", str(open_to_doubt[0].refused))
        self.assertEqual(open_to_doubt[1].attributes["price"]["amount"], 700)
        with self.assertRaisesRegex(Failed, "line 2.*line 3"):
            self.lines("a.csv", "sku;name;price\nA;Cup;1.50\nB;Pot;12,50\n")

    def test_prices_as_people_write_them(self):
        texts = {"12.5": 1250, "$12.50": 1250, "USD 12.50": 1250, "12.50 USD": 1250, "1 234.50": 123_450, "1'234.50": 123_450,
                 "1\u00a0234.50": 123_450, "1,234.50": 123_450, "0": 0, ".5": 50}
        for text, expected in texts.items():
            (found,) = self.lines("a.csv", f'sku,name,price\nA,Cup,"{text}"\n', How(decimal="."))
            self.assertEqual((found.refused, found.attributes["price"]), (None, {"amount": expected, "currency": "USD"}), text)
        for text in ("free", "12.505", "1,23", "-1", "1e3", "12.5.0", "1 2"):
            self.assertTrue(self.faults(f'sku,name,price\nA,Cup,"{text}"\n', How(decimal=".")), text)

    def test_empty_columns_and_rows_at_the_end_do_not_matter(self):
        plain = self.lines("a.csv", "sku,name,price\nA,Cup,1\n")
        self.assertEqual(plain, self.lines("a.csv", "sku,name,price,,\nA,Cup,1,,\n,,,,\n\n"))
        self.assertEqual(plain, self.lines("a.csv", "\n".join(["sku,name,price,description", "A,Cup,1"])))

    def test_both_formats_say_the_same(self):
        in_csv = self.lines("a.csv", "sku,name,price,tags,categories,stock\nA,Cup,12.50,x;y,K > C,5\n")
        member = '{"sku": "A", "name": "Cup", "price": 12.50, "tags": ["x", "y"], "categories": "K>C", "stock": 5}'
        in_ndjson = self.lines("a.ndjson", f"\n{member}\n")
        self.assertEqual((in_csv[0].number, in_ndjson[0].number), (2, 2))
        self.assertEqual(in_csv, in_ndjson)

    def test_a_line_is_numbered_where_it_begins(self):
        lines = self.lines("a.csv", 'sku,name,price,description\nA,Cup,1,"one\ntwo"\n\nB,Pot,1,\n')
        self.assertEqual([one.number for one in lines], [2, 5])

    def test_bad_lines_leave_the_others_alone(self):
        lines = self.lines("a.csv", "sku,name,price\nA,Cup,1\nB,Pot\nC,Can,1.234\na,Cup,2\nD,Jug,3\n")
        self.assertEqual([bool(one.refused) for one in lines], [False, True, True, True, False])
        lines = self.lines("a.ndjson", '{"sku": "A", "name": "Cup", "price": 1}\n[]\n{"sku"\n{"skew": 1}\n' + "[" * 100_000)
        self.assertEqual([bool(one.refused) for one in lines], [False, True, True, True, True])

    def test_a_quote_that_does_not_end_refuses_its_line_and_no_other(self):
        """In whatever way the quotes of later lines would close it."""
        begin, good = "sku,name,price,description\n", "B,Pot,2,fine\nC,Can,3,fine\n"
        for content, said in (
            (f'{begin}A,Cup,1,"open\n{good}', "description: a quote is opened and not closed"),
            (f'{begin}A,"Cup,1,open\n{good}', "name: a quote is opened and not closed"),
            (f'{begin}A,Cup,1,"open\nB,Pot,2,"fine"\nC,Can,3,fine\n', "after the closing quote comes 'fine"),
            (f'{begin}A,Cup,1,"open\nB,Pot,2,fine\nC,Can,3,fine\nD,Jug,4,"\n', "line 3 looks like a row of its own"),
            (f'{begin}A,"Cup" big,1,x\n{good}', "name: after the closing quote comes ' big'"),
        ):
            lines = self.lines("a.csv", content)
            self.assertIn(said, str(lines[0].refused))
            taken = [one.sku for one in lines if not one.refused]
            self.assertEqual(taken[:2], ["B", "C"], content)
            self.assertEqual([one.number for one in lines[:3]], [2, 3, 4])
        for name in ('Plate 12"', 'The "good" cup'):
            (found,) = self.lines("a.csv", f"sku,name,price\nA,{name},1\n")
            self.assertEqual(found.attributes["name"], name)

    def test_a_text_of_many_lines_is_one_cell(self):
        text = "Red, green, blue, and white\nsku,name,price,description\nA-1, small, 12, x"
        (found,) = self.lines("a.csv", f'sku,name,price,description\nA,Cup,1,"{text.replace("A-1,", "A 1,")}"\n')
        self.assertEqual(found.attributes["description"], text.replace("A-1,", "A 1,"))

    def test_a_file_that_is_none_is_named_as_such(self):
        for name, content, message in (
            ("a.csv", "sku,name\n", "no column price.*seen were sku, name .*commas"),
            ("a.csv", "sku,name,colour,price\n", "say nothing of a product: colour. IGNORE=1"),
            ("a.csv", "sku,name,price,name\n", "a column twice: name"),
            ("a.csv", "", "empty"),
            ("a.csv", '"sku,name,price\n', "names the columns"),
            ("a.csv", b"sku,name,price\nA,Caf\x81,1\n", "line 2 is neither UTF-8 nor Windows-1252"),
            ("a.xlsx", "", "save it as CSV"),
            ("a.csv", "attribute (name:type:position)*;product id*;reference\n", "combinations"),
        ):
            with self.assertRaisesRegex(Failed, message):
                self.lines(name, content)

    def test_columns_that_say_nothing_are_left_out_with_a_flag(self):
        found = self.catalogue("a.csv", "sku,name,colour,price\nA,Cup,red,1\n", How(ignore_unknown=True))
        self.assertEqual((found.lines[0].attributes["price"]["amount"], found.found[2]), (100, "left out: colour"))

    def test_what_is_written_is_read_again(self):
        row = dict.fromkeys(EXPORTED) | {
            "id": "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e",
            "sku": "0012", "name": '=A "cup"; or two', "price": "0.05", "currency": "USD", "description": "One,\ntwo",
            "status": "draft", "tags": ["x; y", "z", "-1"], "brand": "'3/4", "stock": 3,
            "categories": ["A > B", r"C \> D; E > F"],
        }
        found = []
        for name in ("a.csv", "a.ndjson", "a.tsv"):
            write(self.folder / name, [row], EXPORTED, "\t" if name == "a.tsv" else ",", mark=name == "a.csv")
            found.append(read(self.folder / name).lines[0])
            found[-1].number = 1
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0], found[2])
        self.assertIsNone(found[0].refused)
        self.assertEqual((found[0].attributes["tags"], found[0].brand), (["x; y", "z", "-1"], "'3/4"))
        self.assertEqual(found[0].categories, [("A", "B"), ("C > D; E", "F")])
        text = (self.folder / "a.csv").read_text(encoding="utf-8")
        self.assertTrue(text.startswith('\ufeff"id","sku",'))
        self.assertIn("'0012", text)

    def test_nothing_is_left_of_a_file_that_could_not_be_written(self):
        def rows():
            yield {"sku": "A"}
            raise Failed("the shop does not answer")

        with self.assertRaisesRegex(Failed, "the shop does not answer"):
            write(self.folder / "a.csv", rows(), EXPORTED)
        with self.assertRaisesRegex(Failed, "no folder"):
            file.writable(self.folder / "none" / "a.csv")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_private_file_is_for_its_owner_alone(self):
        write(self.folder / "a.csv", [], EXPORTED, private=True)
        self.assertEqual((self.folder / "a.csv").stat().st_mode & 0o777, 0o600)

    def test_what_a_line_does_not_name_is_left_alone(self):
        little = parse(1, {"sku": "A", "name": "Cup", "price": "1"})
        self.assertEqual(set(little.attributes), {"sku", "name", "price"})
        self.assertEqual((little.brand, little.categories), (None, None))
        cleared = parse(1, {"sku": "A", "name": "Cup", "price": "1", "description": "", "brand": "", "tags": ""})
        self.assertEqual((cleared.attributes["description"], cleared.attributes["tags"], cleared.brand), (None, [], ""))


# Kinds of bad input, and what is said of each: (the rest of the columns, the cells, the words).
BAD_INPUT = (
    ("", ",Cup,1", "sku is missing"),
    ("", "A,,1", "name is missing"),
    ("", "A,Cup,", "either price or price_minor has to be there"),
    ("", '茶,Cup,1', "none of the characters of a SKU"),
    ("", 'A,"Cup\nbig",1', "name has a line break ('Cup\\nbig'), and is one line"),
    ("", "A,Cup,1,2", "4 cells, where the first line has 3"),
    ("currency", "A,Cup,12 EUR,USD", "'12 EUR' is not in USD"),
    ("stock", "A,Cup,1,2.5", "a whole number of pieces, not '2.5'"),
    ("stock", "A,Cup,1,few", "a whole number of pieces, not 'few'"),
    ("price_minor", "A,Cup,1,100", "either price or price_minor has to be there"),
    ("price_minor", "A,Cup,,1.5", "price_minor is a whole number, not '1.5'"),
)


class BadInput(InAFolder):
    """Each kind of bad input has words of its own."""

    def test_each_kind_is_named(self):
        for column, row, said in BAD_INPUT:
            header = "sku,name,price" + (f",{column}" if column else "")
            found = self.faults(f"{header}\n{row}\n")
            self.assertIn(said, found.get(2, ""), row)

    def test_the_second_line_of_a_sku_or_an_id_is_refused(self):
        found = self.faults("id,sku,name,price\n7,A,Cup,1\n7,B,Cup,1\n8,a,Cup,1\n,a b,Cup,1\n,A-B,Cup,1\n")
        self.assertEqual(found, {3: "line 2 has this id already", 4: "line 2 has this SKU already", 6: "line 5 has this SKU already"})


class DemoCatalogue(unittest.TestCase):
    """The demo shop's own file."""

    def test_every_line_can_be_taken(self):
        lines = read(CATALOGUE).lines
        self.assertEqual([one.refused.faults for one in lines if one.refused], [])
        self.assertGreaterEqual(len(lines), 200)
        for one in lines:
            self.assertTrue(one.brand and one.categories and one.attributes["description"], one.sku)
        found = [one.attributes["name"] for one in lines]
        self.assertEqual(len(set(found)), len(found))


if __name__ == "__main__":
    unittest.main()
