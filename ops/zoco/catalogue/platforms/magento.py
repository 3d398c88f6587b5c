"""Magento's (Adobe Commerce's) export of products: a configurable product has a row, which lists its variants, and each of
these is a product with a row of its own, before it or after it.

Source: https://experienceleague.adobe.com/docs/commerce-admin/systems/data-transfer/data-attributes-product.html"""

import re

from zoco.catalogue.platforms.common import Cells, Record, first_image, listed, paths, text_of, with_options

NAME = "Magento"
COLUMNS = {
    name: (name,)
    for name in (
        "sku", "store_view_code", "product_type", "categories", "name", "description", "short_description", "product_online",
        "price", "qty", "base_image", "additional_images", "additional_attributes", "configurable_variations",
    )
}
# What has no pieces of its own, or only those of its parts.
NOT_SOLD = {"configurable", "grouped", "bundle"}
# The root of every tree of categories, which customers do not see.
ROOT = "Default Category"


def is_ours(present):
    return {"sku", "name", "price", "product_type"} <= present


def records(rows):
    """The products: those that have pieces of their own, variants with what their configurable product says of all."""
    rows = [Cells(row, COLUMNS) for row in rows]
    parents = {}
    for cells in rows:
        for variation in cells["configurable_variations"].split("|"):
            options = pairs(variation)
            sku = options.pop("sku", "")
            parents[sku] = (cells, list(options.values()))
    for cells in rows:
        number = cells.row.number
        if cells.row.fault:
            yield Record(number, {"sku": cells["sku"]}, cells.row.fault)
        elif cells["store_view_code"] or not cells["sku"]:
            # The same product in another language, or more values of the row above.
            continue
        elif cells["product_type"] not in NOT_SOLD:
            yield product(number, cells, *parents.get(cells["sku"], (None, [])))
        elif cells["product_type"] != "configurable":
            yield Record(number, {"sku": cells["sku"]}, f"a {cells['product_type']} product has no pieces of its own")


def pairs(text):
    """Attributes as Magento writes them in one cell.

    >>> pairs("sku=A-1,size=XS,note=a, b")
    {'sku': 'A-1', 'size': 'XS', 'note': 'a, b'}
    """
    return {name: value.strip() for name, value in re.findall(r"(?:^|,)([a-z_0-9]+)=(.*?)(?=,[a-z_0-9]+=|$)", text)}


def product(number, cells, parent, options):
    notes = []
    own = lambda what: cells[what] or (parent[what] if parent else "")
    attributes = {**pairs(parent["additional_attributes"] if parent else ""), **pairs(cells["additional_attributes"])}
    name = cells["name"]
    if parent and name == parent["name"]:
        name = with_options(name, options)
    categories = [one.removeprefix(ROOT).strip("/") for one in listed(own("categories"))]
    return Record(number, {
        "sku": cells["sku"],
        "name": text_of(name),
        "price": cells["price"],
        "description": text_of(own("description") or own("short_description")),
        "status": "draft" if cells["product_online"] in ("0", "2") else "active",
        "tags": [],
        "image_url": first_image([image for image in (own("base_image"), *listed(own("additional_images"))) if image], notes),
        "brand": attributes.get("manufacturer") or attributes.get("brand") or "",
        "categories": paths(categories, "/"),
        "stock": cells["qty"],
    }, notes=notes)
