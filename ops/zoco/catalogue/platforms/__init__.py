"""Files that other shops export, one module each: known by their columns, and read as products of this shop.

A module has a NAME; COLUMNS, the columns that it reads, by what they are for; `is_ours`, whether a file's columns are of
this kind; and `records`, the products that its rows come to."""

from zoco.catalogue.platforms import magento, prestashop, shopify, woocommerce

ALL = (shopify, woocommerce, prestashop, magento)


def named_by(columns):
    """The platform whose export has these columns, if it is one of them."""
    present = {column.strip().casefold() for column in columns}
    return next((platform for platform in ALL if platform.is_ours(present)), None)


# What tells the separator of a file.
KNOWN = {name for platform in ALL for names in platform.COLUMNS.values() for name in names}
