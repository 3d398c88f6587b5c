"""A rehearsal of a restore, as far as a local cloud goes: all tables are dumped as DynamoDB exports them, forgotten, and restored;
then the books balance and the shop sells.

Reads the variables of `.local/shop.env` from the environment. For a shop that nobody else is using. Prints a line for each thing
that was looked at."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from localstack.tests import journey
from localstack.tests.journey import WrongTurn, step
from localstack.tests.journey_shop import Shop
from localstack.tests.record import items
from localstack.tests.tables import quiet, replaced
from zoco.api import Api, Unexpected
from zoco.audit import audited, report_of
from zoco.backup import tables
from zoco.resources import Resources
from zoco.workspace import Failed


def dump(resources, folder):
    """Writes all items of all tables, in the lines of DynamoDB's exports to S3. How many."""
    count = 0
    for name, table in tables(resources).items():
        found = items(table)
        lines = "".join(json.dumps({"Item": item}) + "\n" for item in found)
        (folder / f"{name}.json").write_text(lines, encoding="utf-8")
        count += len(found)
    return count


def dumped(folder):
    """All items of a dump, with their tables."""
    for path in sorted(folder.glob("*.json")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, json.loads(line)["Item"]


def main():
    try:
        resources, shop, url = Resources(), Shop(), os.environ["ZOCO_URL"]
        cup = shop.stocked("Restored cup", 20)
        sale = shop.buy(cup, 3).data["id"]
        guest = Api(url).get("/products").status
        step("a shop that sells", guest == 200, guest)
        quiet(resources)
        with tempfile.TemporaryDirectory() as folder:
            count, started = dump(resources, Path(folder)), time.monotonic()
            shop.buy(cup, 5)
            replaced(resources, [])
            step("is forgotten", shop.customer.get(f"/sales/{sale}").status != 200, "the sale")
            loaded = replaced(resources, dumped(Path(folder)))
        step(f"and restored: {count} items in {time.monotonic() - started:.0f} s", sum(map(len, loaded.values())) == count, "others")
        left = shop.stock(cup).data["attributes"]["available"]
        step("what was sold before the backup is, what was sold after it is not", left == 17, left)
        step("customers find their sales", shop.sale(sale)["status"] == "confirmed", shop.sale(sale))
        lines, status = report_of(audited(resources))
        step(f"the stock audit: {lines[-1]}", status == 0, "\n".join(lines))
        journey.journey(url, os.environ["ZOCO_STAFF_EMAIL"], os.environ["ZOCO_STAFF_PASSWORD"])
    except (WrongTurn, Unexpected, Failed, OSError) as wrong:
        print(f"FAILED {wrong}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
