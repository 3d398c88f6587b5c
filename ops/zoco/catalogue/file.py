"""The file of a catalogue, as a table or NDJSON, ours or another shop's: what its lines say of products, and what was refused.

Nothing here asks the shop."""

import csv
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from zoco.catalogue import platforms
from zoco.catalogue.amounts import decimal_sign
from zoco.catalogue.cells import guarded, joined
from zoco.catalogue.line import COLUMNS, NEEDED, Line, Reading, Refused, parse
from zoco.catalogue.mapping import Map
from zoco.catalogue.platforms.common import Record
from zoco.catalogue.table import decoded, read_table
from zoco.workspace import Failed

EXPORTED = [column for column in COLUMNS if column != "price_minor"]
REFUSED = ("line", "sku", "request", "status", "code", "pointer", "detail")
FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
# Of files to be written, besides commas.
SEPARATOR_OF = {".tsv": "\t"}
# Texts that a spreadsheet may take for something else.
GUARDED = ("sku", "name", "description", "tags", "image_url", "brand", "categories")


@dataclass
class How:
    """How a file is to be read: what is given, and what is to be found out (`None`)."""

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    currency: str | None = None
    map: Map | None = None
    # Whether columns that say nothing of a product may be there.
    ignore_unknown: bool = False

    def __post_init__(self):
        for name, value in (self.map.settings if self.map else {}).items():
            setattr(self, name, getattr(self, name) or value)
        self.separator = "\t" if self.separator == "tab" else self.separator
        if self.decimal not in (None, ".", ","):
            raise Failed(f"a decimal sign is . or , and not {self.decimal!r}")


@dataclass
class Catalogue:
    """A file's lines, and how they were read, in words."""

    lines: list
    found: list = field(default_factory=list)

    def notes(self):
        """What was read otherwise than it stands there: how often, and in which lines."""
        numbers = {}
        for line in self.lines:
            for note in line.notes:
                numbers.setdefault(note, []).append(line.number)
        return [f"{note} ({lines_in_words(found)})" for note, found in numbers.items()]


def lines_in_words(numbers):
    """Some lines by their numbers.

    >>> lines_in_words([2]), lines_in_words(list(range(2, 22)))
    ('line 2', '20 lines: 2, 3, 4, 5, 6, …')
    """
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    more = ", …" if len(numbers) > 5 else ""
    return f"{len(numbers)} lines: {', '.join(map(str, numbers[:5]))}{more}"


def format_of(path):
    """`csv` or `ndjson`, by a file's name."""
    if path.suffix.lower() not in FORMATS:
        raise Failed(f"{path}: the file's name has to end in .csv, .tsv or .ndjson; from a spreadsheet, save it as CSV")
    return FORMATS[path.suffix.lower()]


def read(path, how=None):
    """The lines of a file. One that cannot be taken says why, and so does the second one of a SKU."""
    path, how = Path(path), how or How()
    kind = format_of(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}") from None
    found, records = (table_records if kind == "csv" else ndjson_records)(path, data, how)
    decimal = how.decimal or (decimal_sign(prices(records)) if kind == "csv" else ".")
    sign = {",": ", with a decimal comma", ".": ", with a decimal point"}[decimal] if decimal else ""
    found.append(f"prices in {how.currency or 'USD'}, unless they name another currency{sign}")
    lines = [line_of(record, Reading(how.currency or "USD", decimal)) for record in records]
    refuse_doubled(lines)
    return Catalogue(lines, found)


def prices(records):
    """The prices of a file with the numbers of their lines."""
    for record in records:
        price = record.members.get("price")
        if isinstance(price, str) and not record.fault:
            yield price, record.number


def line_of(record, reading):
    """The line of a record."""
    if record.fault:
        sku = record.members.get("sku")
        return Line(record.number, sku if isinstance(sku, str) else "", refused=Refused.here("", record.fault))
    line = parse(record.number, record.members, reading)
    line.notes += record.notes
    return line


def refuse_doubled(lines):
    """Refuses the second line of a SKU, in whatever spelling, or of an id."""
    for name in ("sku", "id"):
        seen = {}
        for line in lines:
            value = getattr(line, name)
            if value and seen.setdefault(value.upper(), line.number) != line.number:
                detail = f"line {seen[value.upper()]} has this {name.upper() if name == 'sku' else name} already"
                line.refused = Refused.here(f"/data/attributes/{name}", detail)


def table_records(path, data, how):
    """What is found out about a table, and the records of its rows."""
    known = {*COLUMNS, *platforms.KNOWN, *(name.casefold() for name in (how.map.columns if how.map else ()))}
    table = read_table(path, data, known, how.encoding, how.separator)
    present = [column.casefold() for column in table.columns]
    doubled = [column for column, count in Counter(present).items() if count > 1]
    if doubled:
        raise Failed(f"{path} has a column twice: {', '.join(doubled)}")
    is_own = set(NEEDED) <= set(present) and not set(present) - set(COLUMNS)
    platform = None if how.map or is_own else platforms.named_by(present)
    if platform:
        names, records, kind = platform.COLUMNS, platform.records, f"an export of {platform.NAME}"
    elif how.map:
        names, records, kind = how.map.names(), how.map.records, "columns by the map"
        if missing := how.map.missing(present):
            raise Failed(f"{path} has no column {', '.join(missing)}, which the map names; {seen(table)}")
    else:
        names, records, kind = {column: [column] for column in COLUMNS}, own_records, "columns of this shop"
        refuse_columns(path, table, present)
    used = {name for some in names.values() for name in some}
    unknown = [column for column in table.columns if column.casefold() not in used]
    if unknown and not platform and not how.ignore_unknown:
        raise Failed(
            f"{path} has columns that say nothing of a product: {', '.join(unknown)}. IGNORE=1 leaves them out, a map "
            f"(MAP=map.toml) says what they mean; known are {', '.join(COLUMNS)}"
        )
    found = [table.how, kind] + ([f"left out: {', '.join(unknown)}"] if unknown else [])
    return found, list(records(table.rows(lambda cells: looks_like_row(cells, names))))


def refuse_columns(path, table, present):
    """Refuses a table that lacks what each product needs."""
    missing = [name for name in NEEDED if name not in present]
    missing += [] if {"price", "price_minor"} & set(present) else ["price (or price_minor)"]
    if missing:
        raise Failed(
            f"{path} has no column {', '.join(missing)}; {seen(table)}. Its first line names the columns, of "
            f"{', '.join(COLUMNS)}; a map (MAP=map.toml) says which columns of another file mean these"
        )


def seen(table):
    """The columns of a table, for a message."""
    return f"seen were {', '.join(table.columns) or 'none'} ({table.how})"


def looks_like_row(cells, names):
    """Whether cells, by column, are those of a product: what a quote that does not end has swallowed."""
    by_name = {column.casefold(): cell.strip() for column, cell in cells.items()}
    sku, price = (next((by_name[name] for name in names.get(what, ()) if name in by_name), "") for what in ("sku", "price"))
    return bool(sku) and " " not in sku and any(map(str.isdigit, price))


def own_records(rows):
    """The records of a table with this shop's own columns."""
    for row in rows:
        yield Record(row.number, {column.casefold(): cell for column, cell in row.cells.items() if column.casefold() in COLUMNS}, row.fault)


def ndjson_records(path, data, how):
    """The records of a file with a JSON object on each line."""
    text, encoding = decoded(path, data, how.encoding)
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            # Numbers stay as they are written.
            members = json.loads(line, parse_float=str, parse_int=str)
        except ValueError as error:
            records.append(Record(number, {}, f"not JSON: {error}"))
            continue
        except RecursionError:
            records.append(Record(number, {}, "not JSON of a product: too deep"))
            continue
        fault = None if isinstance(members, dict) else "not a JSON object"
        records.append(Record(number, {} if fault else members, fault))
    return [f"NDJSON, {encoding}"], records


def writable(path):
    """Refuses a file that could not be written, before the work for it is done."""
    folder = path.parent
    if not folder.is_dir():
        raise Failed(f"{path} cannot be written: there is no folder {folder}")
    if not os.access(folder, os.W_OK) or path.is_dir():
        raise Failed(f"{path} cannot be written: {'it is a folder' if path.is_dir() else f'the folder {folder} is read-only'}")


def write(path, rows, columns, separator=",", mark=False, private=False):
    """Writes rows in the format that the file's name asks for, all of them or none: how many. `mark` puts a byte order mark
    first, by which Excel knows UTF-8; a private file can be read by its owner alone."""
    new, count = path.with_name(f"{path.name}.part"), 0
    kind = format_of(path)
    try:
        with open(new, "w", encoding="utf-8-sig" if mark and kind == "csv" else "utf-8", newline="",
                  opener=lambda name, flags: os.open(name, flags, 0o600 if private else 0o666)) as file:
            writer = csv.DictWriter(file, columns, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL)
            if kind == "csv":
                writer.writeheader()
            for row in rows:
                if kind == "csv":
                    writer.writerow({name: cell(name, value) for name, value in row.items()})
                else:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
        new.replace(path)
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        new.unlink(missing_ok=True)
    return count


def cell(name, value):
    """A value as a cell of a table."""
    text = joined(value, ";", "; ") if isinstance(value, list) else value
    return guarded(text) if name in GUARDED and isinstance(text, str) else text
