"""Import and export: a whole catalogue through the shop's HTTP API, as staff, from and to a file.

An import may be cut off and made again at any time: what a line makes has a key that follows from the line."""

import threading
import time
from urllib.parse import unquote

from zoco.catalogue.file import EXPORTED, REFUSED, Refused, price_text, read, write
from zoco.catalogue.names import Names, key_of, refusal
from zoco.parallel import WORKERS, side_by_side
from zoco.workspace import Failed

STATUSES = ("active", "draft", "archived")


class Import:
    """Lines on their way into a shop. A product that is there already and differs is left to `refuse`, `update`
    or `keep`; keys begin with the prefix."""

    def __init__(self, api, differing="refuse", prefix="import"):
        self.api, self.differing, self.prefix = api, differing, prefix
        self.names, self.made_before = Names(api), (0, 0)
        self.known, self.looking = None, threading.Lock()

    def take_all(self, lines, workers=WORKERS):
        """Takes lines, with the brands and categories that they name. For each a triple of what became of it,
        whether stock was booked and the product, or a `Refused`."""
        good = [line for line in lines if not line.refused]
        if any(line.brand or line.categories for line in good):
            self.names.load()
            self.made_before = self.names.make_missing(good, self.prefix, workers)
        yield from side_by_side(self.taken, lines, "products", workers)

    def taken(self, line):
        try:
            return self.take(line)
        except Refused as refused:
            return refused

    def take(self, line):
        """Makes the product of a line and its opening stock, or finds that they are there."""
        if line.refused:
            raise line.refused
        links = self.names.links(line)
        key = key_of(f"{self.prefix}-{line.sku}", line.attributes, links)
        answer = self.api.post("/products", "products", line.attributes, key, links)
        if answer.status == 201:
            # First of all: an import that was cut off here books it when it is made again.
            booked = line.stock > 0 and self.open_stock(line, answer.data["id"])
            if answer.headers["Idempotent-Replayed"] != "true":
                return "made", booked, answer.data
            # The line made it, some time ago; it may have been changed since.
            return "updated" if self.brought_up(line, links, answer.data) else "there", booked, answer.data
        product = self.product(line.sku) if answer.error.get("code") == "already_exists" else None
        if product is None:
            raise refusal(answer, "POST /products")
        return "updated" if self.brought_up(line, links, product) else "there", False, product

    def product(self, sku):
        """The shop's product of a SKU. All are read when the first one is asked for."""
        with self.looking:
            if self.known is None:
                self.known = {one["attributes"]["sku"].upper(): one for one in products(self.api)}
            return self.known.get(sku.upper())

    def brought_up(self, line, links, product):
        """Changes a product to what the line says: whether that was to be done."""
        differing = differences(line, links, product)
        if not differing or self.differing == "keep":
            return False
        if self.differing == "refuse":
            detail = "the shop has a product of this SKU that differs here; --update changes it"
            raise Refused(*({"code": "already_exists", "pointer": pointer, "detail": detail} for pointer in differing))
        path = f"/products/{product['id']}"
        answer = self.api.patch(path, "products", product["id"], line.attributes, links)
        if answer.status != 200:
            raise refusal(answer, f"PATCH {path}")
        return True

    def open_stock(self, line, product):
        """Books the opening stock of a product that the line made: whether it was booked now. Once for a SKU,
        whatever the file says later: the key has no quantity."""
        receipt = {"kind": "receipt", "quantity": line.stock, "reason": "Opening stock"}
        path, key = f"/inventory/{product}/adjustments", f"{self.prefix}-stock-{line.sku.upper()}"
        answer = self.api.post(path, "stock-movements", receipt, key)
        if answer.error.get("code") == "idempotency_key_reused":
            return False
        if answer.status != 201:
            raise refusal(answer, f"POST {path}")
        return answer.headers["Idempotent-Replayed"] != "true"


def differences(line, links, product):
    """Where a product is not what a line says, as pointers.

    >>> from zoco.catalogue.file import parse
    >>> line = parse(1, {"sku": "A", "name": "Cup", "price": "1", "tags": "x"})
    >>> attributes = {"sku": "A", "name": "Cup", "price": {"amount": 2, "currency": "USD"}, "tags": ["x"]}
    >>> differences(line, {"brand": {"data": None}}, {"attributes": attributes})
    ['/data/attributes/price']
    """
    shown, linked = product["attributes"], product.get("relationships", {})
    pointers = [
        f"/data/attributes/{name}" for name, value in line.attributes.items()
        if comparable(name, shown.get(name)) != comparable(name, value)
    ]
    return pointers + [
        f"/data/relationships/{name}" for name, link in links.items()
        if ids(link["data"]) != ids(linked.get(name, {}).get("data"))
    ]


def comparable(name, value):
    """A value without what the shop may write in another way: it normalises URLs.

    >>> comparable("imageUrl", "HTTPS://a.example/a b") == comparable("imageUrl", "https://a.example/a%20b")
    True
    """
    return unquote(value).rstrip("/").casefold() if name == "imageUrl" and value else value


def ids(data):
    """The ids of a relationship, to one or to many, in no order."""
    return {one["id"] for one in (data if isinstance(data, list) else [data] if data else [])}


def products(api, statuses=STATUSES):
    """All products of these statuses."""
    found = (one for status in statuses for one in api.everything("/products", **{"filter[status]": status}))
    # One whose status changes meanwhile is read twice.
    return list({one["id"]: one for one in found}.values())


def import_file(api, path, differing, workers):
    """Takes a file's lines into a shop. How many were refused, which are in a file beside it."""
    lines, start, importing = read(path), time.monotonic(), Import(api, differing)
    counts = dict.fromkeys(("made", "there", "updated", "stock", "refused"), 0)
    report = path.with_suffix(f".refused{path.suffix}")
    report.unlink(missing_ok=True)
    rows = []
    try:
        for line, result in zip(lines, importing.take_all(lines, workers)):
            if isinstance(result, Refused):
                counts["refused"] += 1
                rows += [{"line": line.number, "sku": line.sku, **fault} for fault in result.faults]
            else:
                counts[result[0]] += 1
                counts["stock"] += result[1]
    finally:
        if rows:
            write(report, rows, REFUSED)
        seconds, done = max(time.monotonic() - start, 0.001), sum(counts.values()) - counts["stock"]
        brands, categories = importing.made_before
        print(
            f"{done} of {len(lines)} lines in {seconds:.1f} s, {done / seconds:.0f} a second: {counts['made']} made, "
            f"{counts['updated']} changed, {counts['there']} there already, {counts['refused']} refused; opening "
            f"stock of {counts['stock']} booked; {brands} brands and {categories} categories made"
        )
        if rows:
            print(f"What was wrong with the refused ones is in {report}")
    return counts["refused"]


def export_file(api, path, statuses, workers):
    """Writes the shop's products of these statuses, so that they can be imported."""
    found = sorted(products(api, statuses), key=lambda product: product["attributes"]["sku"])
    # Afterwards, so that none is missing that a product has.
    names = Names(api).load()

    def row(product):
        attributes, linked = product["attributes"], product.get("relationships", {})
        stock = api.get(f"/inventory/{product['id']}")
        if stock.status not in (200, 404):
            raise Failed(f"GET /inventory/{product['id']} answered {stock}")
        return {
            "sku": attributes["sku"],
            "name": attributes["name"],
            "price": price_text(attributes["price"]),
            "currency": attributes["price"]["currency"],
            "description": attributes["description"],
            "status": attributes["status"],
            "tags": attributes["tags"],
            "image_url": attributes["imageUrl"],
            "brand": next((names.name_of_brand[one] for one in ids(linked.get("brand", {}).get("data"))), None),
            "categories": sorted(names.path_of_category[one] for one in ids(linked.get("categories", {}).get("data"))),
            "stock": stock.data["attributes"]["available"] if stock.status == 200 else 0,
        }

    write(path, list(side_by_side(row, found, "products", workers)), EXPORTED)
    print(f"{len(found)} products are in {path}")
