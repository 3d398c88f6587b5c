"""WooCommerce's export of products, with English column names: a variable product has a row, and each of its variations
another, which names it as its parent.

Source: https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema"""

from zoco.catalogue.platforms.common import NO_SKU, Cells, Record, first_image, listed, made_sku, paths, text_of, with_options

NAME = "WooCommerce"
COLUMNS = {
    "id": ("id",),
    "type": ("type",),
    "sku": ("sku",),
    "name": ("name",),
    "published": ("published",),
    "short description": ("short description",),
    "description": ("description",),
    "in stock": ("in stock?",),
    "stock": ("stock",),
    "price": ("regular price",),
    "categories": ("categories",),
    "tags": ("tags",),
    "images": ("images",),
    "parent": ("parent",),
    "brand": ("brands", "brand"),
    **{f"attribute {n}": (f"attribute {n} value(s)", f"attribute {n} name") for n in (1, 2, 3)},
}
NOT_SOLD = {"grouped": "a grouped product has no pieces of its own", "external": "an external product is sold elsewhere"}


def is_ours(present):
    return {"type", "sku", "name", "regular price"} <= present


def records(rows):
    """The products: simple ones, and variations with what their parent says of all."""
    parents = {}
    for row in rows:
        cells = Cells(row, COLUMNS)
        kinds = {kind.strip().casefold() for kind in cells["type"].split(",")}
        parent = parents.get(cells["parent"].removeprefix("id:").strip()) if "variation" in kinds else None
        not_sold = next((NOT_SOLD[kind] for kind in kinds if kind in NOT_SOLD), None)
        if row.fault or not_sold:
            yield Record(row.number, {"sku": cells["sku"]}, row.fault or not_sold)
        elif "variable" in kinds:
            parents[cells["id"]] = parents[cells["sku"]] = cells
        elif "variation" in kinds and not parent:
            yield Record(row.number, {"sku": cells["sku"]}, f"a variation of {cells['parent']!r}, which no row before it is")
        else:
            yield product(row.number, cells, parent)


def product(number, cells, parent):
    notes = []
    own = lambda what: cells[what] or (parent[what] if parent else "")
    name, stock = cells["name"], cells["stock"]
    if parent and name in ("", parent["name"]):
        name = with_options(parent["name"], cells.numbered("attribute {} value(s)"))
    if not cells["sku"]:
        notes.append(NO_SKU)
    if stock == "parent":
        stock = ""
        notes.append("stock that variations share: taken as none")
    elif not stock and cells["in stock"] == "1":
        notes.append("in stock without a number: taken as none")
    return Record(number, {
        "sku": cells["sku"] or made_sku("WC", cells["id"] or str(number)),
        "name": text_of(name),
        "price": cells["price"],
        # Line breaks are written as two characters.
        "description": text_of((own("description") or own("short description")).replace("\\n", "\n")),
        # 0 is private, -1 a draft.
        "status": "active" if own("published") in ("1", "") else "draft",
        "tags": listed(own("tags")),
        "image_url": first_image(listed(own("images")), notes),
        "brand": (listed(own("brand")) or [""])[0],
        "categories": paths(listed(own("categories")), ">"),
        "stock": stock,
    }, notes=notes)
