"""Catalogues from and to files, as an operator moves them: other shops' exports as they are, lines that are refused and leave
nothing, what was stopped and repeated, a file through a spreadsheet and back.

Reads the variables that `make up` writes, as `make test` sets them, and runs the command line. Made for a shop that has none of
these products yet. Prints a line for each step that went as it should; the first that does not ends the journey."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from localstack.tests.journey import WrongTurn, step
from zoco.api import Unexpected
from zoco.catalogue.export import pieces_of
from zoco.catalogue.transfer import ALL, asked
from zoco.staff import as_staff
from zoco.workspace import ROOT, Failed

ZOCO = str(ROOT / ".venv/bin/zoco")
CATALOGUES = ROOT / "ops/tests/catalogues"
# What of each file: how many products it makes, how many lines are refused, and words of its report.
EXPORTS = {
    "shopify.csv": (4, 0, "an export of Shopify"),
    "shopify-2025.csv": (2, 0, "an export of Shopify"),
    "woocommerce.csv": (4, 3, "a grouped product has no pieces of its own"),
    "prestashop.csv": (2, 0, "with a decimal comma"),
    "prestashop-list.csv": (0, 1, "is EUR, and the shop sells in USD"),
    "magento.csv": (2, 1, "left out: attribute_set_code"),
    "erp.csv": (2, 0, "columns by the map"),
}
STOPPED = 80


def zoco(*arguments, **variables):
    """Runs the command line: its exit status and all that it printed."""
    command = [ZOCO, *map(str, arguments)]
    ran = subprocess.run(command, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return ran.returncode, ran.stdout


def table(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


class Shop:
    """What there is in the shop."""

    def __init__(self):
        self.staff = as_staff()

    def products(self, *skus):
        found = [asked(self.staff, "/products", **{"filter[sku]": sku, "filter[status]": ALL}) or [] for sku in skus]
        return [one for some in found for one in some]

    def names(self, path):
        return {one["attributes"]["name"] for one in self.staff.everything(path)}


def other_shops_exports(shop, folder):
    for name, (made, refused, said) in EXPORTS.items():
        path = Path(shutil.copy(CATALOGUES / name, folder))
        options = ["--map", CATALOGUES / "erp-map.toml"] if name == "erp.csv" else []
        before = shop.names("/brands") | shop.names("/categories")
        status, output = zoco("catalogue", "import", path, "--check", *options)
        step(f"{name}: a check says what would be done", f"{made} would be made" in output and said in output, output)
        step("and changes nothing", shop.names("/brands") | shop.names("/categories") == before, "new names")
        status, output = zoco("catalogue", "import", path, *options)
        step(f"{name} is imported as it is", f": {made} made" in output and f"{refused} refused" in output, output)
        step("and its exit status says whether all of it was", status == (1 if refused else 0), (status, output))
        status, output = zoco("catalogue", "import", path, *options)
        step("imported again, it makes nothing", f": 0 made, 0 changed, {made} there already" in output, output)
    (apron,) = shop.products("00451")
    step("variants have their options in the name", apron["attributes"]["name"] == "Linen apron - Ochre, M", apron)
    step("and their opening stock", pieces_of(shop.staff, [apron], 1) == {apron["id"]: 12}, apron)


def what_is_refused_leaves_nothing(shop, folder):
    header = ["sku", "name", "price", "description", "status", "tags", "image_url", "brand", "categories", "stock"]
    deep = " > ".join(f"Level {number}" for number in range(1, 8))
    rows = {
        "its stock": ["BAD-1", "Cup", "1", "", "active", "", "", "Unseen 1", "Unseen 1", "2000000"],
        "its depth": ["BAD-2", "Cup", "1", "", "active", "", "", "Unseen 2", deep, "1"],
        "its text": ["BAD-3", "Cup", "1", "x" * 4_001, "active", "", "", "Unseen 3", "Unseen 3", "1"],
        "its status": ["BAD-4", "Cup", "1", "", "sold", "", "", "Unseen 4", "Unseen 4", "1"],
        "its tags": ["BAD-5", "Cup", "1", "", "active", "t" * 51, "", "Unseen 5", "Unseen 5", "1"],
        "its image": ["BAD-6", "Cup", "1", "", "active", "", "cup.png", "Unseen 6", "Unseen 6", "1"],
        "its brand": ["BAD-7", "Cup", "1", "", "active", "", "", "!!!", "Unseen 7", "1"],
        "its categories": ["BAD-8", "Cup", "1", "", "active", "", "", "Unseen 8", "; ".join(f"Unseen {n}" for n in range(6)), "1"],
        # The shop says so, not the check.
        "a line of an impossible address": ["BAD-9", "Cup", "1", "", "active", "", "http://a b.example/", "Unseen 9", "Unseen 9", "1"],
    }
    path = table(folder / "bad.csv", header, [*rows.values(), ["GOOD-1", "Cup", "1", "", "active", "", "", "Seen", "Seen", "3"]])
    status, output = zoco("catalogue", "import", path)
    step("one of ten lines is taken", status == 1 and ": 1 made" in output and f"{len(rows)} refused" in output, output)
    with open(folder / "bad.refused.csv", encoding="utf-8", newline="") as file:
        report = list(csv.DictReader(file))
    for (what, row), number in zip(rows.items(), range(2, 99)):
        faults = [fault["detail"] for fault in report if fault["line"] == str(number)]
        step(f"a line refused for {what} is in the report, with a reason", faults and all(faults), report)
    made = shop.products(*(row[0] for row in rows.values()))
    step("nothing of them is there: no product", not made, made)
    names = {name for name in shop.names("/brands") | shop.names("/categories") if name.startswith(("Unseen", "Level"))}
    step("no brand and no category", not names, names)


def only_what_exists(shop, folder):
    path = table(folder / "update.csv", ["sku", "name", "price", "brand"],
                 [["GOOD-1", "Mug", "2", "Seen"], ["NEW-1", "New", "1", "Seen"], ["GOOD-1b", "x", "1", "Unseen"]])
    status, output = zoco("catalogue", "import", path, "--existing", "--update")
    step("existing products are changed, and no others made", "0 made, 1 changed" in output and "2 not there" in output, output)
    (mug,) = shop.products("GOOD-1", "NEW-1")
    step("with what the file says", (mug["attributes"]["name"], mug["attributes"]["price"]["amount"]) == ("Mug", 200), mug)
    step("and no brand made", "Unseen" not in shop.names("/brands"), "a brand")


def stopped_and_repeated(shop, folder):
    skus = [f"STOP-{number}" for number in range(STOPPED)]
    path = table(folder / "stop.csv", ["sku", "name", "price", "stock"], [[sku, "Cup", "1", "2"] for sku in skus])
    running = subprocess.Popen([ZOCO, "catalogue", "import", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    end = time.monotonic() + 60
    while not shop.products(skus[5]) and time.monotonic() < end:
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    output = running.communicate(timeout=60)[0]
    step("an import that is stopped says how far it came", running.returncode == 130 and f"of {STOPPED} lines" in output, output)
    status, output = zoco("catalogue", "import", path)
    step("repeated, it goes on", status == 0 and "0 refused" in output, output)
    found = shop.products(*skus)
    stock = pieces_of(shop.staff, found, 4)
    step("each product is there once, with its stock", len(found) == STOPPED and set(stock.values()) == {2}, stock)


def out_and_in_again(shop, folder):
    path = folder / "all.csv"
    status, output = zoco("catalogue", "export", path, "--bom")
    count = int(output.splitlines()[-1].split(" ")[0])
    step("the shop is exported", status == 0 and count > 90, output)
    status, output = zoco("catalogue", "import", path, "--update")
    step("imported again, nothing changes", f"0 made, 0 changed, {count} there already, 0 refused" in output, output)
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    header = rows[0]
    renamed = next(row for row in rows if row[header.index("sku")] == "GOOD-1")
    renamed[header.index("sku")] = "GOOD-2"
    status, output = zoco("catalogue", "import", table(folder / "renamed.csv", header, [renamed]), "--update")
    step("a product is found by its id, and gets another SKU", "0 made, 1 changed" in output, output)
    step("which is the only one that it has", not shop.products("GOOD-1") and len(shop.products("GOOD-2")) == 1, output)
    if shutil.which("ssconvert"):
        for saved_as in ("xlsx", "ods"):
            quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            zoco("catalogue", "export", path)
            subprocess.run(["ssconvert", path, folder / f"all.{saved_as}"], **quiet)
            subprocess.run(["ssconvert", folder / f"all.{saved_as}", folder / "back.csv"], **quiet)
            status, output = zoco("catalogue", "import", folder / "back.csv", "--update")
            same = f"0 made, 0 changed, {count} there already, 0 refused" in output
            step(f"through a spreadsheet ({saved_as}) and back, nothing changes", same, output)


def failures_say_what_failed(folder):
    as_customer = {f"ZOCO_STAFF_{what}": os.environ[f"ZOCO_CUSTOMER_{what}"] for what in ("EMAIL", "PASSWORD")}
    path = table(folder / "one.csv", ["sku", "name", "price"], [["ONE-1", "Cup", "1"]])
    status, output = zoco("catalogue", "import", path, **as_customer)
    step("a customer may not import, which the message says in words", status == 1 and "Only staff" in output and "{" not in output, output)
    status, output = zoco("catalogue", "export", folder / "out.csv", **as_customer)
    step("nor export", status == 1 and "{" not in output, output)
    status, output = zoco("catalogue", "export", folder / "none" / "out.csv")
    step("a folder that is not there is named", status == 1 and "there is no folder" in output, output)
    status, output = zoco("sales", "export", "--from", "2026-11-30", "--to", "2026-11-01", "--file", folder / "out.csv")
    step("dates in the wrong order are named", status == 1 and "is after" in output, output)
    status, output = zoco("catalogue", "export", folder / "out.csv", ZOCO_URL="http://127.0.0.1:9/v1")
    step("a shop that does not answer is another status", status == 3 and "does not answer" in output, output)
    step("and nothing is left behind", not list(folder.glob("*out*")) and not list(folder.glob("*.part")), list(folder.iterdir()))
    zoco("sales", "export", "--from", "2026-11-01", "--to", "2999-12-31", "--file", folder / "sales.csv")
    mode = (folder / "sales.csv").stat().st_mode & 0o777
    step("a file of sales is for its owner alone", mode == 0o600, oct(mode))


def main():
    try:
        shop = Shop()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            other_shops_exports(shop, folder)
            what_is_refused_leaves_nothing(shop, folder)
            only_what_exists(shop, folder)
            stopped_and_repeated(shop, folder)
            out_and_in_again(shop, folder)
            failures_say_what_failed(folder)
    except (WrongTurn, Unexpected, Failed, OSError) as wrong:
        print(f"FAILED {wrong}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
