"""Fills a demo shop with `demo-catalogue.csv`: an import like any other, with keys of its own.

What is there stays as it is, however it was changed, so that doing it again changes nothing."""

from pathlib import Path

from zoco.catalogue.file import read
from zoco.catalogue.line import Refused
from zoco.catalogue.transfer import Import
from zoco.staff import PATIENCE
from zoco.workspace import Failed

CATALOGUE = Path(__file__).with_name("demo-catalogue.csv")


def seed(staff):
    """Adds what is missing, as a member of staff. The id of a product.

    The last line is imported last and by itself: when it is there with its stock, nothing is missing. So a shop is not
    read as a whole, however large it is."""
    staff.patience = PATIENCE
    lines = read(CATALOGUE).lines
    first, last = find(staff, lines[0].sku), find(staff, lines[-1].sku)
    if last and staff.get(f"/inventory/{last}").status == 200:
        print("      nothing is missing", flush=True)
        return first or last
    importing = Import(staff, differing="keep", prefix="demo")
    results = [*importing.take_all(lines[:-1]), *importing.take_all(lines[-1:])]
    for line, result in results:
        if isinstance(result, Refused):
            raise Failed(f"the demo shop cannot be filled: {line.sku}: {result}")
    print(f"      {sum(result.what == 'made' for _, result in results)} products made", flush=True)
    return results[0][1].product["id"]


def find(staff, sku):
    """The id of the product with a SKU, if there is one."""
    found = staff.get("/products", **{"filter[sku]": sku, "filter[status]": "draft,active,archived"}).data
    return found[0]["id"] if found else None
