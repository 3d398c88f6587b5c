"""Export: the shop's products through its HTTP API, as staff, into a file that can be imported again as it is."""

from zoco.catalogue.amounts import price_text
from zoco.catalogue.file import EXPORTED, format_of, write
from zoco.catalogue.names import Names
from zoco.catalogue.transfer import STATUSES, asked, ids, products
from zoco.parallel import WORKERS, side_by_side

# As many as `filter[product]` of the stock takes.
IDS = 50


def export_file(api, path, statuses=STATUSES, workers=WORKERS, separator=",", decimal=".", mark=False):
    """Writes the shop's products of these statuses, so that they can be imported; how many."""
    decimal = decimal if format_of(path) == "csv" else "."
    found = sorted(products(api, statuses), key=lambda product: product["attributes"]["sku"])
    # Afterwards, so that none is missing that a product has.
    names, stock = Names(api).load(), pieces_of(api, found, workers)
    rows = (row(product, names, stock, decimal) for product in found)
    return write(path, rows, EXPORTED, separator, mark)


def pieces_of(api, found, workers):
    """How many pieces there are of products, by id."""
    parts = [found[at : at + IDS] for at in range(0, len(found), IDS)]

    def of_part(part):
        return asked(api, "/inventory", **{"filter[product]": ",".join(product["id"] for product in part)}) or []

    items = (item for some in side_by_side(of_part, parts, f"stock, {IDS} products each", workers) for item in some)
    return {item["id"]: item["attributes"]["available"] for item in items}


def row(product, names, stock, decimal="."):
    """A product as a line has it."""
    attributes, linked = product["attributes"], product.get("relationships", {})
    return {
        "id": product["id"],
        "sku": attributes["sku"],
        "name": attributes["name"],
        "price": price_text(attributes["price"], decimal),
        "currency": attributes["price"]["currency"],
        "description": attributes["description"],
        "status": attributes["status"],
        "tags": attributes["tags"],
        "image_url": attributes["imageUrl"],
        "brand": next((names.name_of_brand[one] for one in ids(linked.get("brand", {}).get("data"))), None),
        "categories": sorted(names.path_of_category[one] for one in ids(linked.get("categories", {}).get("data"))),
        "stock": stock.get(product["id"], 0),
    }
