"""Fills a demo shop with `demo-catalogue.csv`: an import like any other, with keys of its own.

What is there stays as it is, however it was changed, so that doing it again changes nothing."""

from pathlib import Path

from catalogue import PATIENCE, Import, products
from catalogue_file import Refused, read
from common import Failed

CATALOGUE = Path(__file__).with_name("demo-catalogue.csv")


def seed(staff):
    """Adds what is missing, as a member of staff. The id of the first product."""
    staff.patience = PATIENCE
    lines = read(CATALOGUE)
    first, last = lines[0].sku, lines[-1].sku
    ids = {product["attributes"]["sku"]: product["id"] for product in products(staff)}
    if all(line.sku in ids for line in lines) and staff.get(f"/inventory/{ids[last]}").status == 200:
        print("      nothing is missing", flush=True)
        return ids[first]
    importing = Import(staff, differing="keep", prefix="demo")
    # The last one by itself, so that its stock tells that all is there.
    results = [*importing.take_all(lines[:-1]), *importing.take_all(lines[-1:])]
    for line, result in zip(lines, results):
        if isinstance(result, Refused):
            raise Failed(f"the demo shop cannot be filled: {line.sku}: {result.faults[0]}")
    print(f"      {sum(result[0] == 'made' for result in results)} products made", flush=True)
    return results[0][2]["id"]
