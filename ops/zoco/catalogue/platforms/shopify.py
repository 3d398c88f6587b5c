"""Shopify's export of products, in its older and its newer column names: a row for each variant, further rows for further
images, and what all variants share in the first row of a handle only.

Source: https://help.shopify.com/en/manual/products/import-export/using-csv"""

from zoco.catalogue.platforms.common import NO_SKU, Cells, Record, first_image, listed, made_sku, paths, text_of, with_options

NAME = "Shopify"
COLUMNS = {
    "handle": ("handle", "url handle"),
    "title": ("title",),
    "description": ("body (html)", "description"),
    "vendor": ("vendor",),
    "category": ("product category",),
    "type": ("type",),
    "tags": ("tags",),
    "published": ("published", "published on online store"),
    "status": ("status",),
    "sku": ("variant sku", "sku"),
    "price": ("variant price", "price"),
    "stock": ("variant inventory qty", "inventory quantity"),
    "image": ("image src", "product image url"),
    "variant image": ("variant image", "variant image url"),
    **{f"option{number}": (f"option{number} value", f"option{number} name") for number in (1, 2, 3)},
}


def is_ours(present):
    return bool({"handle", "url handle"} & present) and "title" in present and bool({"variant price", "option1 value"} & present)


def records(rows):
    """The products: the variants, each with what the first row of its handle says of all."""
    products = {}
    for row in rows:
        cells = Cells(row, COLUMNS)
        handle = cells["handle"]
        options = [option for option in cells.numbered("option{} value") if option != "Default Title"]
        if row.fault:
            yield Record(row.number, {"sku": cells["sku"]}, row.fault)
        elif handle in products and not any((cells["sku"], cells["price"], options)):
            # One more image, or nothing.
            continue
        elif cells["title"] or handle in products:
            first = products.setdefault(handle, cells)
            yield variant(row.number, first, cells, options)
        else:
            yield Record(row.number, {"sku": cells["sku"]}, f"no title, and no row before it has the handle {handle!r} and one")


def variant(number, first, cells, options):
    notes = []
    if not cells["sku"]:
        notes.append(NO_SKU)
    if first["published"].casefold() in ("false", "0"):
        status = "draft"
    else:
        status = first["status"]
    images = [image for image in (cells["variant image"] or first["image"],) if image]
    return Record(number, {
        "sku": cells["sku"] or made_sku(first["handle"], *options),
        "name": with_options(first["title"], options),
        "price": cells["price"],
        "description": text_of(first["description"]),
        "status": status,
        "tags": listed(first["tags"]),
        "image_url": first_image(images, notes),
        "brand": first["vendor"],
        "categories": paths([first["category"] or first["type"]], ">"),
        "stock": cells["stock"],
    }, notes=notes)
