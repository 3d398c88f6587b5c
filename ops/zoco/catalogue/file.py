"""The file of a catalogue, as CSV or NDJSON: what its lines say of products, and what was refused of them.

One product a line, in both formats the same members: see COLUMNS. Nothing here asks the shop."""

import csv
import json
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from zoco.workspace import Failed

COLUMNS = (
    "sku", "name", "price", "price_minor", "currency", "description", "status", "tags", "image_url", "brand",
    "categories", "stock",
)
NEEDED = ("sku", "name")
# Several of them in a cell, by `;`.
LISTS = ("tags", "categories")
EXPORTED = [column for column in COLUMNS if column != "price_minor"]
REFUSED = ("line", "sku", "request", "status", "code", "pointer", "detail")
FORMATS = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}

# ISO 4217: currencies whose minor unit is not a hundredth.
DIGITS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
DIGITS |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)


class Refused(Exception):
    """Why a line was not taken: what a report says of it, an entry for each fault."""

    def __init__(self, *faults):
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
    attributes: dict = field(default_factory=dict)
    brand: str | None = None
    categories: list | None = None
    stock: int = 0
    refused: Refused | None = None


def minor_units(text, currency="USD"):
    """A price in minor units, exactly.

    >>> minor_units("12.50"), minor_units("12.5"), minor_units("12"), minor_units("0.05")
    (1250, 1250, 1200, 5)
    >>> minor_units("1250", "JPY"), minor_units("1.234", "KWD"), minor_units("99999999999999999.99")
    (1250, 1234, 9999999999999999999)
    >>> minor_units("12,50")
    Traceback (most recent call last):
    ValueError: a price is digits and a point, such as 12.50, not '12,50'
    >>> minor_units("12.505")
    Traceback (most recent call last):
    ValueError: USD has 2 decimals, and '12.505' more
    """
    if not re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,20})?", text):
        raise ValueError(f"a price is digits and a point, such as 12.50, not {text!r}")
    digits = DIGITS.get(currency, 2)
    if len(text.partition(".")[2]) > digits:
        raise ValueError(f"{currency} has {digits} decimals, and {text!r} more")
    return int(Decimal(text).scaleb(digits))


def price_text(money):
    """A price as a file has it.

    >>> price_text({"amount": 1250, "currency": "USD"}), price_text({"amount": 5, "currency": "JPY"})
    ('12.50', '5')
    """
    return format(Decimal(money["amount"]).scaleb(-DIGITS.get(money["currency"], 2)), "f")


def split(text, separator):
    r"""The parts of a text, trimmed, without empty ones. A separator that is meant as such has a `\` before it, and
    so has a `\` before a separator or another.

    >>> split("Kitchen > Coffee > Cups", ">"), split("salt\\; pepper;;tea", ";")
    (['Kitchen', 'Coffee', 'Cups'], ['salt; pepper', 'tea'])
    """
    parts = re.findall(rf"((?:\\.|[^{separator}])*)(?:{separator}|$)", text, re.DOTALL)
    trimmed = (re.sub(rf"\\([\\{separator}])", r"\1", part).strip() for part in parts)
    return [part for part in trimmed if part]


def joined(parts, separator, between):
    r"""The inverse of `split`.

    >>> joined(["salt; pepper", "tea"], ";", "; ")
    'salt\\; pepper; tea'
    >>> split(joined(["a\\", "b"], ";", "; "), ";")
    ['a\\', 'b']
    """
    return between.join(re.sub(rf"([\\{separator}])", r"\\\1", part) for part in parts)


def parse(number, members):
    """A line by its members, which are texts, lists of texts, or nothing.

    >>> line = parse(2, {"sku": "C", "name": "Cup ", "price": "12.50", "tags": "a; b", "categories": "Kitchen > Cups"})
    >>> line.attributes["name"], line.attributes["price"], line.attributes["tags"], line.categories
    ('Cup', {'amount': 1250, 'currency': 'USD'}, ['a', 'b'], [('Kitchen', 'Cups')])
    >>> parse(3, {"sku": "C", "name": "Cup", "price": "cheap", "stock": "-1"}).refused.faults[1]["detail"]
    "a whole number of pieces, not '-1'"
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
    line = Line(number, texts.get("sku") or "", {"sku": texts.get("sku") or "", "name": texts.get("name") or ""})
    for name in NEEDED:
        if not texts.get(name):
            faults.extend(Refused.here(f"/data/attributes/{name}", f"{name} is missing").faults)
    line.attributes["price"] = collect("/data/attributes/price", lambda: money_of(texts))
    if texts.get("status"):
        line.attributes["status"] = texts["status"]
    for name, member in (("description", "description"), ("image_url", "imageUrl")):
        if name in texts:
            line.attributes[member] = texts[name] or None
    if "tags" in texts:
        line.attributes["tags"] = texts["tags"] or []
    if "brand" in texts:
        line.brand = texts["brand"] or ""
    if "categories" in texts:
        line.categories = [path for one in texts["categories"] or [] if (path := tuple(split(one, ">")))]
    line.stock = collect("/data/attributes/quantity", lambda: pieces(texts.get("stock") or "0")) or 0
    line.refused = Refused(*faults) if faults else None
    return line


def member_of(name, value):
    """A member as the shop will store it: a text, or a list of texts."""
    if name not in COLUMNS:
        raise ValueError(f"unknown: {name!r}; known are {', '.join(COLUMNS)}")
    is_list = name in LISTS and isinstance(value, list)
    if not all(isinstance(one, str) for one in (value if is_list else [value or ""])):
        raise ValueError(f"{name} has to be text{' or a list of texts' if name in LISTS else ''}")
    if is_list:
        return [plain(one) for one in value]
    text = plain(value or "")
    return split(text, ";") if name in LISTS else text


def plain(text):
    """A text trimmed and in the one form that the shop stores."""
    return unicodedata.normalize("NFC", text.strip())


def money_of(texts):
    """The price of a line, by `price` or `price_minor`."""
    currency, price, minor = (texts.get(name) or "" for name in ("currency", "price", "price_minor"))
    currency = currency or "USD"
    if bool(price) == bool(minor):
        raise ValueError("either price or price_minor has to be there")
    if minor and not re.fullmatch(r"[0-9]{1,20}", minor):
        raise ValueError(f"price_minor is a whole number, not {minor!r}")
    return {"amount": int(minor) if minor else minor_units(price, currency), "currency": currency}


def pieces(text):
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise ValueError(f"a whole number of pieces, not {text!r}")
    return int(text)


def format_of(path):
    """`csv` or `ndjson`, by a file's name."""
    if path.suffix.lower() not in FORMATS:
        raise Failed(f"{path}: the file's name has to end in .csv or .ndjson")
    return FORMATS[path.suffix.lower()]


def read(path):
    """The lines of a file. One that cannot be taken says why, and so does the second one of a SKU."""
    path, lines, seen = Path(path), [], {}
    reader = csv_lines if format_of(path) == "csv" else ndjson_lines
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in reader(path, file):
                first = seen.setdefault(line.sku.upper(), line.number)
                if line.sku and first != line.number:
                    line.refused = Refused.here("/data/attributes/sku", f"line {first} has this SKU already")
                lines.append(line)
    except UnicodeDecodeError as error:
        raise Failed(f"{path} is not UTF-8: save it as UTF-8 ({error.reason})") from None
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}") from None
    return lines


def csv_lines(path, file):
    reader = csv.reader(file)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in NEEDED if name not in header]
        missing += [] if {"price", "price_minor"} & set(header) else ["price (or price_minor)"]
        unknown = [name for name in header if name not in COLUMNS]
        for what, names in (("has no column", missing), ("has columns that are unknown:", unknown)):
            if names:
                known = f"its first line names them, by commas, of {', '.join(COLUMNS)}"
                raise Failed(f"{path} {what} {', '.join(names)}; {known}")
        if len(set(header)) < len(header):
            raise Failed(f"{path} has a column twice")
        number = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(header):
                yield parse(number, dict(zip(header, cells)))
            elif cells:
                sku = cells[header.index("sku")] if header.index("sku") < len(cells) else ""
                detail = f"{len(cells)} cells, where the first line has {len(header)}"
                yield Line(number, sku.strip(), refused=Refused.here("", detail))
            number = reader.line_num + 1
    except csv.Error as error:
        raise Failed(f"{path}, line {reader.line_num}: {error}") from None


def ndjson_lines(path, file):
    for number, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            # Numbers stay as they are written.
            members = json.loads(text, parse_float=str, parse_int=str)
        except ValueError as error:
            yield Line(number, refused=Refused.here("", f"not JSON: {error}"))
            continue
        if isinstance(members, dict):
            yield parse(number, members)
        else:
            yield Line(number, refused=Refused.here("", "not a JSON object"))


def write(path, rows, columns):
    """Writes rows in the format that the file's name asks for, all of them or none."""
    new = path.with_name(f"{path.name}.part")
    try:
        with new.open("w", encoding="utf-8", newline="") as file:
            if format_of(path) == "csv":
                writer = csv.DictWriter(file, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
            else:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        new.replace(path)
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror}") from None


def cell(value):
    return joined(value, ";", "; ") if isinstance(value, list) else value
