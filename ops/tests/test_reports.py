"""The audit's and the export's own words, and files of sales as people get them."""

import csv
import doctest
import json
import resource
import tempfile
import unittest
from pathlib import Path

from zoco import audit, migrate, operate, sales_export
from zoco.workspace import Failed, Unreachable


def load_tests(_loader, tests, _pattern):
    """The examples in the modules' own words are tests, too."""
    for module in (audit, migrate, operate, sales_export):
        tests.addTests(doctest.DocTestSuite(module))
    return tests


def sale(number, status, prices):
    """A sale of one piece of each of some products, as the API shows it; without prices, as one that is pending."""
    def money(amount):
        return amount and {"amount": amount, "currency": "USD"}

    lines = [
        {"productId": f"p{place}", "sku": price and f"SKU-{place}", "name": price and "A, \"cup\"", "quantity": 1,
         "unitPrice": money(price), "lineTotal": money(price)}
        for place, price in enumerate(prices)
    ]
    total = money(sum(prices)) if all(prices) else None
    attributes = {"number": number, "status": status, "lines": lines, "total": total, "createdAt": "2026-11-25T08:00:00Z"}
    return {"id": f"id-{number}", "attributes": attributes, "relationships": {"customer": {"data": {"type": "users", "id": "ana"}}}}


class Export(unittest.TestCase):
    """Sales in files."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.sales = [sale("1", "confirmed", [1250, 5]), sale("2", "pending", [None])]

    def test_a_table_has_a_row_for_each_line_and_prices_as_people_write_them(self):
        path = self.folder / "sales.csv"
        self.assertEqual(sales_export.export(self.sales, path), (2, 3))
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found = [(row["number"], row["name"], row["unit_price"], row["sale_total"], row["currency"]) for row in rows]
        cup = "A, \"cup\""
        self.assertEqual(found, [("1", cup, "12.50", "12.55", "USD"), ("1", cup, "0.05", "12.55", "USD"), ("2", "", "", "", "")])

    def test_ndjson_has_a_sale_on_each_line(self):
        path = self.folder / "sales.ndjson"
        self.assertEqual(sales_export.export(self.sales, path), (2, 3))
        documents = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([(one["id"], one["customerId"], len(one["lines"])) for one in documents], [("id-1", "ana", 2), ("id-2", "ana", 1)])

    def test_a_file_is_whole_or_not_there(self):
        def broken():
            yield self.sales[0]
            raise Unreachable("the shop does not answer")

        with self.assertRaises(Unreachable):
            sales_export.export(broken(), self.folder / "sales.csv")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_full_disk_is_said_and_leaves_nothing(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
        try:
            with self.assertRaisesRegex(Failed, "sales.csv cannot be written: File too large"):
                sales_export.export(self.sales * 1_000, self.folder / "sales.csv")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_texts_that_a_spreadsheet_would_change_are_guarded(self):
        self.sales[0]["attributes"]["lines"][0] |= {"sku": "0012", "name": "=HYPERLINK(1)"}
        path = self.folder / "sales.csv"
        sales_export.export(self.sales[:1], path, separator=";", decimal=",")
        text = path.read_text(encoding="utf-8")
        self.assertIn(""""'0012";"'=HYPERLINK(1)";""", text)
        self.assertIn('"12,50"', text)


if __name__ == "__main__":
    unittest.main()
