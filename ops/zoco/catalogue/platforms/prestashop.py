"""PrestaShop's files of products: the list that its catalogue exports, and the one that its import takes.

Source: https://docs.prestashop-project.org, "CSV Import Parameters", and the sample files of an installation
(`docs/csv_import`)."""

from zoco.catalogue.platforms.common import NO_SKU, Cells, Record, first_image, listed, made_sku, paths, text_of
from zoco.workspace import Failed

NAME = "PrestaShop"
COLUMNS = {
    "id": ("product id", "id"),
    "active": ("active (0/1)", "active", "enabled", "status"),
    "name": ("name *", "name*", "name"),
    "categories": ("categories (x,y,z...)", "categories (x,y,z…)", "categories", "category"),
    "price": ("price tax included", "price (tax incl.)"),
    "net price": ("price tax excluded", "price (tax excl.)", "price tax excl."),
    "sku": ("reference #", "reference"),
    "brand": ("manufacturer", "brand"),
    "stock": ("quantity",),
    "short description": ("short description",),
    "description": ("description",),
    "tags": ("tags (x,y,z...)", "tags (x,y,z…)", "tags"),
    "images": ("image urls (x,y,z...)", "image urls (x,y,z…)", "image"),
}
PRICES = set(COLUMNS["price"] + COLUMNS["net price"])


def is_ours(present):
    if any(column.startswith("attribute (name") for column in present):
        raise Failed("a PrestaShop file of combinations does not name its products: import the file of products")
    return bool(PRICES & present) and bool(set(COLUMNS["sku"]) & present) and bool(set(COLUMNS["name"]) & present)


def records(rows):
    """The products."""
    for row in rows:
        cells, notes = Cells(row, COLUMNS), []
        if row.fault:
            yield Record(row.number, {"sku": cells["sku"]}, row.fault)
            continue
        if not cells["sku"]:
            notes.append(NO_SKU)
        if not cells["price"]:
            notes.append("a price without tax: taken as it is")
        categories = listed(cells["categories"])
        if any(category.isdigit() for category in categories):
            notes.append("a category by its number: left out")
        yield Record(row.number, {
            "sku": cells["sku"] or made_sku("PS", cells["id"] or str(row.number)),
            "name": text_of(cells["name"]),
            "price": cells["price"] or cells["net price"],
            "description": text_of(cells["description"] or cells["short description"]),
            "status": "draft" if cells["active"].casefold() in ("0", "no", "false", "disabled") else "active",
            "tags": listed(cells["tags"]),
            "image_url": first_image(listed(cells["images"]), notes),
            "brand": cells["brand"],
            "categories": paths([one for one in categories if not one.isdigit()], "/"),
            "stock": cells["stock"],
        }, notes=notes)
