"""Import: a whole catalogue from a file through the shop's HTTP API, as staff.

A line is checked whole, by the shop's own rules and by what is there, before anything of it is made. An import may be cut off
and made again at any time: what a line makes has a key that follows from the line."""

import time
from dataclasses import dataclass
from urllib.parse import quote, unquote

from zoco.catalogue.file import REFUSED, read, write
from zoco.catalogue.line import Refused
from zoco.catalogue.names import Names, key_of, refusal
from zoco.catalogue.rules import Rules
from zoco.parallel import WORKERS, side_by_side
from zoco.workspace import Failed

STATUSES = ("active", "draft", "archived")
ALL = ",".join(STATUSES)
# A file with fewer lines asks for its SKUs one by one; with more, all products are read, a hundred at a time.
FEW = 200


@dataclass
class Outcome:
    """What became of a line: `made`, `changed`, `there` as it is, or `left` out; whether its stock was booked; the product."""

    what: str
    booked: bool = False
    product: dict | None = None


class Import:
    """Lines on their way into a shop. A product that is there already and differs is left to `refuse`, `update`
    or `keep`; with `existing`, nothing new is made. Keys begin with the prefix. The currency is the shop's, when it is known."""

    def __init__(self, api, differing="refuse", prefix="import", existing=False, currency=None):
        self.api, self.differing, self.prefix, self.existing = api, differing, prefix, existing
        self.names, self.rules = Names(api), Rules(api, currency)
        self.by_sku, self.by_id = {}, {}

    def check_all(self, lines, workers=WORKERS):
        """Looks at lines and at the shop, and makes nothing. For each what would become of it, or a `Refused`."""
        self.look(lines, workers)
        return [self.checked(line) for line in lines]

    def take_all(self, lines, workers=WORKERS):
        """Takes lines, with the brands and categories that they name. Each with what became of it, or a `Refused`."""
        checked = self.check_all(lines, workers)
        good = [line for line, result in zip(lines, checked) if is_taken(result)]
        self.names.make_missing(good, self.prefix, workers)
        work = lambda pair: self.taken(*pair)
        taken = []
        for line, result in zip(lines, side_by_side(work, list(zip(lines, checked)), "products", workers)):
            taken += [line] if is_taken(result) else []
            yield line, result
        self.names.remove_unused(taken)

    def look(self, lines, workers):
        """Finds what is there of what lines name."""
        good = [line for line in lines if not line.refused]
        if any(line.brand or line.categories for line in good):
            self.names.load()
        if len(good) > FEW:
            found = products(self.api)
        else:
            of_sku = lambda line: asked(self.api, "/products", **{"filter[sku]": line.sku, "filter[status]": ALL}) or []
            found = [one for some in side_by_side(of_sku, good, "SKUs", workers) for one in some]
            # One that has another SKU now is known by its id.
            ids_found = {one["id"] for one in found}
            by_id = [line for line in good if line.id and line.id not in ids_found]
            of_id = lambda line: asked(self.api, f"/products/{quote(line.id, safe='')}")
            found += [one for one in side_by_side(of_id, by_id, "ids", workers) if one]
        self.by_sku = {one["attributes"]["sku"].upper(): one for one in found}
        self.by_id = {one["id"]: one for one in found}

    def there(self, line):
        """The shop's product of a line: that of its id, or else of its SKU."""
        of_sku, of_id = self.by_sku.get(line.sku.upper()), self.by_id.get(line.id)
        if of_sku and of_id and of_sku != of_id:
            detail = f"another product has this SKU: {of_sku['id']}, and the line's id is of {of_id['attributes']['sku']}"
            raise Refused.here("/data/attributes/sku", detail)
        return of_id or of_sku

    def checked(self, line):
        """What would become of a line, or why it is refused."""
        try:
            return self.check(line)
        except Refused as refused:
            return refused

    def check(self, line):
        """What would become of a line; raises `Refused`."""
        faults = [*(line.refused.faults if line.refused else ()), *([] if line.refused else self.rules.faults(line))]
        if faults:
            raise Refused(*faults)
        product = self.there(line)
        if self.existing and not product:
            return Outcome("left")
        brands, paths = self.names.missing([line])
        if self.existing and (brands or paths):
            names = [*brands.values(), *(" > ".join(path) for path in paths.values())]
            raise Refused.here("/data/relationships", f"the shop has no {', '.join(names)}, and EXISTING=1 makes none")
        if not product:
            return Outcome("made", line.stock > 0)
        # What is not there yet is not what the product has.
        differing = differences(line, {} if brands or paths else self.names.links(line), product)
        differing += ["/data/relationships/brand"] * bool(brands) + ["/data/relationships/categories"] * bool(paths)
        if differing and self.differing == "refuse":
            detail = "the shop has a product of this SKU that differs here; UPDATE=1 changes it"
            raise Refused(*({"code": "already_exists", "pointer": pointer, "detail": detail} for pointer in differing))
        return Outcome("changed" if differing and self.differing == "update" else "there", product=product)

    def taken(self, line, checked):
        """What became of a line that was checked."""
        try:
            return self.take(line, checked) if is_taken(checked) else checked
        except Refused as refused:
            return refused

    def take(self, line, checked):
        """Makes the product of a line and its opening stock, or changes what is there."""
        links, product = self.names.links(line), checked.product
        booked = False
        # An import that was cut off may have made the product and not yet booked its stock: the line's key finds that.
        if not product or (line.stock > 0 and line.id != product["id"]):
            answer = self.post(line, links)
            if answer.status == 201:
                is_new = answer.headers["Idempotent-Replayed"] != "true"
                booked = line.stock > 0 and self.open_stock(line, answer.data["id"], is_new)
                # Of a request that was repeated because its answer was lost, only the report says that it made the product.
                if is_new or (not product and not answer.replayed):
                    return Outcome("made", booked, answer.data)
                product = product or answer.data
            elif not product:
                raise refusal(answer, "POST /products")
        if checked.what == "changed":
            path = f"/products/{product['id']}"
            answer = self.api.patch(path, "products", product["id"], line.attributes, links)
            if answer.status != 200:
                raise refusal(answer, f"PATCH {path}")
        return Outcome("changed" if checked.what == "changed" else "there", booked, product)

    def post(self, line, links):
        key = key_of(f"{self.prefix}-{line.sku}", line.attributes, links)
        return self.api.post("/products", "products", line.attributes, key, links)

    def open_stock(self, line, product, is_new):
        """Books the opening stock of a product that the line made: whether it was booked now. Once for a SKU,
        whatever the file says later: the key has no quantity. A new product whose stock is refused is removed again."""
        receipt = {"kind": "receipt", "quantity": line.stock, "reason": "Opening stock"}
        path, key = f"/inventory/{product}/adjustments", f"{self.prefix}-stock-{line.sku.upper()}"
        answer = self.api.post(path, "stock-movements", receipt, key)
        if answer.error.get("code") == "idempotency_key_reused":
            if not is_new:
                return False
            # The key is of a product of this SKU that was deleted.
            answer = self.api.post(path, "stock-movements", receipt, f"{key}-{product}")
        if answer.status != 201:
            refused = refusal(answer, f"POST {path}")
            if is_new:
                self.api.call("DELETE", f"/products/{product}")
            raise refused
        return not answer.replayed


def is_taken(result):
    """Whether a line is, or is to be, in the shop."""
    return isinstance(result, Outcome) and result.what != "left"


def differences(line, links, product):
    """Where a product is not what a line says, as pointers.

    >>> from zoco.catalogue.line import parse
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
    """A value without what the shop or a spreadsheet may write in another way: URLs, the ends of lines.

    >>> comparable("imageUrl", "HTTPS://a.example/a b") == comparable("imageUrl", "https://a.example/a%20b")
    True
    >>> comparable("description", "a\\r\\nb") == comparable("description", "a\\nb")
    True
    """
    if name == "imageUrl" and value:
        return unquote(value).rstrip("/").casefold()
    return value.replace("\r\n", "\n").replace("\r", "\n") if name == "description" and value else value


def ids(data):
    """The ids of a relationship, to one or to many, in no order."""
    return {one["id"] for one in (data if isinstance(data, list) else [data] if data else [])}


def products(api, statuses=STATUSES):
    """All products of these statuses."""
    found = (one for status in statuses for one in api.everything("/products", **{"filter[status]": status}))
    # One whose status changes meanwhile is read twice.
    return list({one["id"]: one for one in found}.values())


def asked(api, path, **query):
    """What a path has; `None` when there is no such thing."""
    answer = api.get(path, **query)
    if answer.status not in (200, 404):
        raise Failed(str(refusal(answer, f"GET {path}")))
    return answer.data if answer.status == 200 else None


def currency_of(api):
    """The shop's currency, by any of its products; none in an empty shop."""
    found = asked(api, "/products", **{"page[size]": 1, "filter[status]": ALL})
    return found[0]["attributes"]["price"]["currency"] if found else None


@dataclass
class Wanted:
    """What an import is to do: with products that differ (`refuse` or `update`), with new ones, and whether only to check."""

    differing: str = "refuse"
    existing: bool = False
    check: bool = False


def import_file(api, path, how, wanted, workers):
    """Takes a file's lines into a shop, and says what it did. How many were refused: they are in a file beside it, or, when it
    was a check, in the output."""
    currency = currency_of(api)
    how.currency = how.currency or currency or "USD"
    catalogue, start = read(path, how), time.monotonic()
    print("\n".join([f"{path}: {len(catalogue.lines)} lines", *catalogue.found, *catalogue.notes()]), flush=True)
    importing = Import(api, wanted.differing, existing=wanted.existing, currency=currency)
    report, rows, counts = path.with_suffix(f".refused{path.suffix}"), [], Counts()
    if wanted.check:
        results = importing.check_all(catalogue.lines, workers)
        for line, result in zip(catalogue.lines, results):
            counts.add(result)
            for fault in result.faults if isinstance(result, Refused) else ():
                print(in_words(line, fault))
        good = [line for line, result in zip(catalogue.lines, results) if is_taken(result)]
        print(counts.as_plan(*map(len, importing.names.missing(good))))
        return counts.refused
    report.unlink(missing_ok=True)
    try:
        for line, result in importing.take_all(catalogue.lines, workers):
            counts.add(result)
            if isinstance(result, Refused):
                rows += [{"line": line.number, "sku": line.sku, **fault} for fault in result.faults]
    finally:
        if rows:
            write(report, rows, REFUSED)
        print(counts.as_done(len(catalogue.lines), time.monotonic() - start, *importing.names.count_made()))
        if rows:
            print(f"What was wrong with the refused ones is in {report}")
    return counts.refused


def in_words(line, fault):
    """A fault of a line for people."""
    where = (fault.get("pointer") or "").rpartition("/")[2]
    return ", ".join(filter(None, (f"line {line.number}", line.sku and f"SKU {line.sku}", where))) + f": {fault['detail']}"


@dataclass
class Counts:
    """How many lines became what."""

    made: int = 0
    changed: int = 0
    there: int = 0
    left: int = 0
    refused: int = 0
    booked: int = 0

    def add(self, result):
        what = "refused" if isinstance(result, Refused) else result.what
        setattr(self, what, getattr(self, what) + 1)
        self.booked += isinstance(result, Outcome) and result.booked

    def as_plan(self, brands, categories):
        left = f", {self.left} not there and left out" if self.left else ""
        return (
            f"checked, nothing was changed: {self.made} would be made, {self.changed} changed, {self.there} are there already"
            f"{left}, {self.refused} refused; {brands} brands and {categories} categories would be made"
        )

    def as_done(self, lines, seconds, brands, categories):
        done = self.made + self.changed + self.there + self.left + self.refused
        left = f"{self.left} not there and left out, " if self.left else ""
        return (
            f"{done} of {lines} lines in {seconds:.1f} s, {done / max(seconds, 0.001):.0f} a second: {self.made} made, "
            f"{self.changed} changed, {self.there} there already, {left}{self.refused} refused; opening stock of {self.booked} "
            f"booked; {brands} brands and {categories} categories made"
        )
