"""An exported file that was opened in a spreadsheet and saved again says the same. Gnumeric stands for all spreadsheets here:
`apt-get install gnumeric`; without its ssconvert, these tests are skipped."""

import shutil
import subprocess
import unittest

from ops.tests.test_catalogue import InAFolder
from zoco.catalogue.file import EXPORTED, read, write

# What spreadsheets take for formulas, numbers, dates, truth values, or leave as it is.
TEXTS = [
    "=1+1", "+49 30 1234", "-5", "@home", "00123", "0", "007.50", "1E5", "1e-3", "12345678901234567890", "123456789012", "3/4",
    "1-2", "2026-11-01", "01.02.2026", "12:30", "12:30:45", "1:2", "MAR1", "Jan 5", "5 Jan", "5-Jan-26", "TRUE", "false", "WAHR",
    "50%", "$5", "5 €", "€5", "1,5", "1.5", "1.000", "1 000", "1'000", "'quoted", "'t Hooft", "''x", "'=x", "\\'x", "#N/A", "#REF!",
    "N/A", "a\tb", "line\nbreak", '"q"', "semi;colon", "a,b", "ß ü 日本 ไทย", "👩\u200d🍳", "1 1/2", "(5)", "5.", "1d", "0x1F", "INF",
    "NaN", "None", "-", "--", "+", "=", "1/2/3 cups", "3-piece", "10x10", "March", "1.2.3", "E5", "5E", "½", "1,234,567",
    "12,345.67", "2026-11-01T08:00:00Z", "1st", "Monday", "12 pm", "12pm", "9am", "yes",
]
SKUS = ["00451", "1E5", "12-1", "1.50", "123456789012345", "MAR1", "2026.11", "0", "5", "-A", "TRUE", "1.2.3"]


def rows():
    """Products whose every text is one that spreadsheets change."""
    for number, text in enumerate([*TEXTS, *SKUS]):
        name = text.replace("\n", " ").replace("\t", " ")
        yield {
            "id": f"01939c2e-7b5a-7c11-9d2e-{number:012d}", "sku": text if number >= len(TEXTS) else f"S{number}", "name": name,
            "price": "0.05", "currency": "USD", "description": text, "status": "draft", "tags": [name, "x"],
            "image_url": "https://img.shop.example/a,b", "brand": name, "categories": [f"A > {name}"] if ">" not in name else [],
            "stock": number,
        }


@unittest.skipUnless(shutil.which("ssconvert"), "ssconvert is not installed")
class RoundTrips(InAFolder):
    """A file through a spreadsheet and back."""

    def test_nothing_changes_on_the_way_through_a_spreadsheet(self):
        write(self.folder / "a.csv", rows(), EXPORTED)
        before = read(self.folder / "a.csv").lines
        self.assertEqual([one.attributes["description"] for one in before], [*TEXTS, *SKUS])
        for saved_as in ("xlsx", "ods", "xls"):
            book = self.folder / f"b.{saved_as}"
            self.convert("-I", "Gnumeric_stf:stf_csvtab", self.folder / "a.csv", book)
            for separator, encoding in ((",", "UTF-8"), (";", "UTF-8"), ("\t", "UTF-16LE")):
                options = f"separator='{separator}' quoting-mode=always eol=windows charset={encoding}"
                self.convert("-T", "Gnumeric_stf:stf_assistant", "-O", options, book, self.folder / "c.txt")
                self.assertEqual(before, read(self.folder / "c.txt").lines, (saved_as, separator))

    def convert(self, *arguments):
        subprocess.run(["ssconvert", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    unittest.main()
