"""Files as other shops export them, of our own making, with their columns, habits and faults; and one that a map reads."""

import unittest
from pathlib import Path

from ops.tests.test_catalogue import InAFolder
from zoco.catalogue.file import How, read
from zoco.catalogue.mapping import read_map
from zoco.workspace import Failed

CATALOGUES = Path(__file__).parent / "catalogues"


def taken(lines):
    """The lines that are not refused, by their SKUs."""
    return {line.sku: line for line in lines if not line.refused}


def refused(lines):
    return {line.number: str(line.refused) for line in lines if line.refused}


class Exports(unittest.TestCase):
    """Each platform's export is known by its columns and read as it is."""

    def read(self, name, kind, how=None):
        found = read(CATALOGUES / name, how)
        self.assertIn(kind, found.found)
        return found

    def test_of_shopify(self):
        found = self.read("shopify.csv", "an export of Shopify")
        lines = taken(found.lines)
        self.assertEqual(list(lines), ["00451", "00452", "linen-apron-Indigo-M", "TOWEL-1"])
        first, second = lines["00451"], lines["00452"]
        self.assertEqual(first.attributes["name"], "Linen apron - Ochre, M")
        self.assertEqual(second.attributes["description"], "Washed linen & cotton.\n\n• two pockets\n• one size")
        self.assertEqual((first.attributes["imageUrl"][-9:], second.attributes["imageUrl"][-11:]), ("ochre.jpg", "apron-1.jpg"))
        self.assertEqual((first.stock, second.stock, second.brand), (12, 0, "Telar Sur"))
        self.assertEqual(second.categories, [("Home & Garden", "Kitchen & Dining", "Aprons")])
        self.assertEqual((lines["TOWEL-1"].attributes["status"], lines["TOWEL-1"].attributes["name"]), ("draft", "Plain tea towel"))
        self.assertEqual(found.notes(), [
            "stock below zero: taken as none (line 4)", "no SKU: made of what else names the product (line 5)",
            "SKU with characters that a SKU cannot have: each is a '-' here (line 7)",
        ])

    def test_of_shopify_with_its_newer_columns(self):
        lines = taken(self.read("shopify-2025.csv", "an export of Shopify").lines)
        self.assertEqual([one.attributes["name"] for one in lines.values()], ["Walnut board - Small", "Walnut board - Large"])
        self.assertEqual(lines["BOARD-L"].attributes["price"]["amount"], 3400)

    def test_of_woocommerce(self):
        found = self.read("woocommerce.csv", "an export of WooCommerce")
        lines = taken(found.lines)
        self.assertEqual(list(lines), ["HOODIE-BLUE", "HOODIE-RED", "CAP-1", "WC-50"])
        blue, red, cap = lines["HOODIE-BLUE"], lines["HOODIE-RED"], lines["CAP-1"]
        self.assertEqual((blue.attributes["name"], red.attributes["name"]), ("Hoodie - Blue", "Hoodie - Red"))
        self.assertEqual((blue.attributes["tags"], red.brand), (["cotton", "salt, pepper"], "Lana"))
        self.assertEqual(red.categories, [("Clothing", "Hoodies"), ("Gifts",)])
        self.assertEqual((red.attributes["description"], red.stock, blue.stock), ("Soft.\n\nWarm.", 0, 5))
        self.assertEqual((cap.attributes["name"], cap.attributes["description"]), ("Cap & pin", "=SUM is a cap"))
        self.assertEqual(refused(found.lines), {
            6: "a grouped product has no pieces of its own", 7: "an external product is sold elsewhere",
            9: "a variation of 'NOBODY', which no row before it is",
        })

    def test_of_prestashop(self):
        found = self.read("prestashop.csv", "an export of PrestaShop")
        lines = taken(found.lines)
        cup = lines["TAZA-1"]
        self.assertEqual((cup.attributes["price"]["amount"], cup.attributes["description"]), (129_990, "Taza de gres; hecha a mano."))
        self.assertEqual((cup.categories, cup.attributes["tags"]), ([("Hogar", "Cocina"), ("Ofertas",)], ["taza", "azul"]))
        self.assertEqual((lines["PS-2"].attributes["status"], lines["PS-2"].stock), ("draft", 0))
        (jar,) = self.read("prestashop-list.csv", "an export of PrestaShop").lines
        self.assertEqual(jar.attributes["price"], {"amount": 1850, "currency": "EUR"})

    def test_of_magento(self):
        found = self.read("magento.csv", "an export of Magento")
        lines = taken(found.lines)
        self.assertEqual([one.attributes["name"] for one in lines.values()], ["Shirt - S", "Shirt-M"])
        small, medium = lines["SHIRT-S"], lines["SHIRT-M"]
        self.assertEqual((small.stock, small.brand, medium.brand), (100, "Lana", "Lana"))
        self.assertEqual((small.categories, medium.attributes["status"]), ([("Clothing", "Shirts")], "draft"))
        self.assertEqual(medium.attributes["description"], "Cotton, pressed.")
        self.assertEqual(refused(found.lines), {6: "a bundle product has no pieces of its own"})

    def test_of_any_other_by_a_map(self):
        found = self.read("erp.csv", "columns by the map", How(map=read_map(CATALOGUES / "erp-map.toml")))
        mill, spoon = found.lines
        self.assertEqual((mill.sku, mill.attributes["name"], mill.attributes["price"]["amount"]), ("0815", "Kaffeemühle „Groß“", 114_900))
        self.assertEqual((mill.categories, mill.attributes["tags"]), ([("Küche", "Kaffee"), ("Geschenke",)], ["Stahl", "Kaffee"]))
        self.assertEqual((mill.attributes["description"], spoon.stock), ("Mit Kurbel über alles.", 1000))
        self.assertEqual([one.attributes["status"] for one in (mill, spoon)], ["active", "draft"])


class Maps(InAFolder):
    """A map that cannot be followed says why."""

    def test_what_is_wrong_with_a_map_is_said(self):
        good = '[columns]\nA = "sku"\nB = "name"\nC = "price"\n'
        for content, said in (
            ("[columns", "cannot be read as TOML"),
            ("", r"no \[columns\]"),
            ('[columns]\nA = "skew"\n', "A = 'skew': no such member"),
            ('[columns]\nA = "sku"\nB = "sku"\n', "several columns for sku"),
            ('[columns]\nA = "sku"\n', "no column for name"),
            (f'{good}[list]\ntags = ","\n', "has list; a map has"),
        ):
            path = self.folder / "map.toml"
            path.write_text(content, encoding="utf-8")
            with self.assertRaisesRegex(Failed, said):
                read_map(path)
        path.write_text(good, encoding="utf-8")
        with self.assertRaisesRegex(Failed, "no column C, which the map names; seen were A, B"):
            self.lines("a.csv", "A,B\n1,2\n", How(map=read_map(path)))
        with self.assertRaisesRegex(Failed, "say nothing of a product: D. IGNORE=1"):
            self.lines("a.csv", "A,B,C,D\n1,2,3,4\n", How(map=read_map(path)))


if __name__ == "__main__":
    unittest.main()
