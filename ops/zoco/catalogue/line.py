"""What one line of a file says of a product, in the shop's terms, whatever file it came from."""

import re
import unicodedata
from dataclasses import dataclass, field

from zoco.catalogue import spelling
from zoco.catalogue.amounts import amount, minor_units, pieces
from zoco.catalogue.cells import split

COLUMNS = (
    "id", "sku", "name", "price", "price_minor", "currency", "description", "status", "tags", "image_url", "brand",
    "categories", "stock",
)
NEEDED = ("sku", "name")
# Several of them in a cell, by `;`.
LISTS = ("tags", "categories")


class Refused(Exception):
    """Why a line was not taken: what a report says of it, an entry for each fault."""

    def __init__(self, *faults):
        super().__init__("; ".join(str(fault["detail"]) for fault in faults))
        self.faults = faults

    @classmethod
    def here(cls, pointer, detail):
        """Refused before the shop was asked."""
        return cls({"code": "unreadable", "pointer": pointer, "detail": detail})


@dataclass
class Line:
    """What a line says of a product. A member that it does not name is left alone when the product is changed."""

    number: int
    sku: str = ""
    # Of the shop's product, when the file has them.
    id: str = ""
    attributes: dict = field(default_factory=dict)
    brand: str | None = None
    # Paths: the names from the root on.
    categories: list | None = None
    stock: int = 0
    refused: Refused | None = None
    # What was read otherwise than it stands there.
    notes: list = field(default_factory=list)


@dataclass
class Reading:
    """How the lines of a file are read: the currency of prices that name none, and the decimal sign, if it is known."""

    currency: str = "USD"
    decimal: str | None = None


def parse(number, members, reading=Reading()):
    """A line by its members, which are texts, lists, or nothing.

    >>> line = parse(2, {"sku": "C", "name": "Cup ", "price": "12.50", "tags": "a; b", "categories": "Kitchen > Cups"})
    >>> line.attributes["name"], line.attributes["price"], line.attributes["tags"], line.categories
    ('Cup', {'amount': 1250, 'currency': 'USD'}, ['a', 'b'], [('Kitchen', 'Cups')])
    >>> parse(3, {"sku": "C", "name": "Cup", "price": "cheap", "stock": "few"}).refused.faults[1]["detail"]
    "a whole number of pieces, not 'few'"
    >>> line = parse(4, {"sku": "CUP 1", "name": "Cup", "price": "1", "stock": "-3"})
    >>> line.sku, line.stock, line.notes
    ('CUP-1', 0, ["SKU with characters that a SKU cannot have: each is a '-' here", 'stock below zero: taken as none'])
    """
    faults = []

    def collect(pointer, read):
        try:
            return read()
        except ValueError as fault:
            faults.extend(Refused.here(pointer, str(fault)).faults)
            return None

    texts = {}
    for name, value in members.items():
        pointer = f"/data/attributes/{'imageUrl' if name == 'image_url' else name}"
        texts[name] = collect(pointer, lambda name=name, value=value: member_of(name, value))
    line = Line(number, id=texts.get("id") or "")
    line.sku = collect("/data/attributes/sku", lambda: sku_of(texts.get("sku") or "", line.notes)) or ""
    line.attributes |= {"sku": line.sku, "name": texts.get("name") or ""}
    if not line.attributes["name"] and "name" not in {fault["pointer"].rpartition("/")[2] for fault in faults}:
        faults.extend(Refused.here("/data/attributes/name", "name is missing").faults)
    line.attributes["price"] = collect("/data/attributes/price", lambda: money_of(texts, reading))
    if texts.get("status"):
        line.attributes["status"] = texts["status"].casefold()
    for name, member in (("description", "description"), ("image_url", "imageUrl")):
        if name in texts:
            line.attributes[member] = texts[name] or None
    if "tags" in texts:
        line.attributes["tags"] = list(dict.fromkeys(texts["tags"] or []))
    if "brand" in texts:
        line.brand = texts["brand"] or ""
    if "categories" in texts:
        line.categories = list(dict.fromkeys(path for path in texts["categories"] or [] if path))
    line.stock = collect("/data/attributes/quantity", lambda: stock_of(texts.get("stock") or "", reading, line.notes)) or 0
    line.refused = Refused(*faults) if faults else None
    return line


def member_of(name, value):
    """A member as the shop will store it: a text, a list of texts, or a list of paths."""
    if name not in COLUMNS:
        raise ValueError(f"unknown: {name!r}; known are {', '.join(COLUMNS)}")
    several = name in LISTS and isinstance(value, list)
    texts = value if several else [value or ""]
    if not all(isinstance(one, str) or (name == "categories" and isinstance(one, tuple)) for one in texts):
        raise ValueError(f"{name} has to be text{' or a list of texts' if name in LISTS else ''}")
    if name in LISTS and not several:
        texts = split(texts[0], ";")
    if name == "categories":
        return [tuple(map(spelling.line, one if isinstance(one, tuple) else split(one, ">"))) for one in texts]
    if name == "tags":
        return list(map(spelling.line, texts))
    if name == "description":
        return spelling.prose(texts[0])
    text = spelling.line(texts[0])
    if "\n" in text:
        raise ValueError(f"{name} has a line break ({text[:40]!r}), and is one line")
    return text


def sku_of(text, notes):
    """A SKU with nothing but what a SKU may have.

    >>> sku_of("CAFÉ / 1", []), sku_of("a.b_c-1", [])
    ('CAFE-1', 'a.b_c-1')
    >>> sku_of("茶", [])
    Traceback (most recent call last):
    ValueError: '茶' has none of the characters of a SKU: A-Z a-z 0-9 . _ -
    """
    if not text:
        raise ValueError("sku is missing")
    plain = spelling.ACCENT.sub("", unicodedata.normalize("NFKD", text))
    plain = re.sub("[^A-Za-z0-9._-]+", "-", plain)
    if plain != text:
        plain = re.sub("-{2,}", "-", plain).strip("-")
        notes.append("SKU with characters that a SKU cannot have: each is a '-' here")
    if not plain:
        raise ValueError(f"{text!r} has none of the characters of a SKU: A-Z a-z 0-9 . _ -")
    return plain


def money_of(texts, reading):
    """The price of a line, by `price` or `price_minor`."""
    currency, price, minor = (texts.get(name) or "" for name in ("currency", "price", "price_minor"))
    currency = currency.upper() or (price and amount(price)[1]) or reading.currency
    if bool(price) == bool(minor):
        raise ValueError("either price or price_minor has to be there")
    if minor and not re.fullmatch(r"[0-9]{1,20}", minor):
        raise ValueError(f"price_minor is a whole number, not {minor!r}")
    return {"amount": int(minor) if minor else minor_units(price, currency, reading.decimal), "currency": currency}


def stock_of(text, reading, notes):
    """The pieces of a line. Tills count below zero when they sell what was not booked in; there is nothing of it then."""
    count = pieces(text, reading.decimal)
    if count < 0:
        notes.append("stock below zero: taken as none")
    return max(count, 0)
