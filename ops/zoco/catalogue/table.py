"""A table as spreadsheets save it: its encoding and separator are found out, its rows read strictly (RFC 4180).

A row whose quotes do not end is refused alone: what follows it is read as if it were not there."""

import codecs
import re
from dataclasses import dataclass

from zoco.catalogue.cells import unguarded
from zoco.workspace import Failed

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}
# The most lines of one row: a quote that does not end makes all that follows one row.
LONGEST_ROW = 2_000


class Unreadable(Exception):
    """Why a row cannot be read; it is one of the file's, and the others can be."""


@dataclass
class Row:
    """A row: the line that it begins in, and its cells by column, or why it cannot be read."""

    number: int
    cells: dict
    fault: str | None = None


@dataclass
class Table:
    """What a file's bytes say, as far as its first line: the columns, and how that was found out."""

    columns: list
    separator: str
    # In words, for the report.
    how: str
    lines: list
    first: int

    def rows(self, looks_like_row=lambda cells: False):
        """The rows below the column names, without empty ones. `looks_like_row` says whether cells that stand within a cell
        are a row that a missing quote has swallowed."""
        at = self.first
        while at < len(self.lines):
            try:
                cells, end = record(self.lines, at, self.separator, self.columns)
                swallowed = self.swallowed(at, end, looks_like_row)
                if swallowed:
                    raise Unreadable(f"a quote is not closed: line {swallowed} looks like a row of its own")
            except Unreadable as fault:
                cells = self.lines[at].rstrip("\r\n").split(self.separator)
                yield Row(at + 1, self.named([cell.strip('" ') for cell in cells]), str(fault))
                at += 1
                continue
            if any(cell.strip() for cell in cells):
                extra = [cell for cell in cells[len(self.columns):] if cell.strip()]
                fault = f"{len(cells)} cells, where the first line has {len(self.columns)}" if extra else None
                yield Row(at + 1, self.named(cells), fault)
            at = end

    def named(self, cells):
        """The cells of a row by column. Spreadsheets leave out empty cells at a row's end."""
        return dict(zip(self.columns, map(unguarded, cells)))

    def swallowed(self, begin, end, looks_like_row):
        """The number of a line within a cell that would be a row by itself."""
        for at in range(begin + 1, end):
            cells = self.lines[at].rstrip("\r\n").split(self.separator)
            if '"' not in self.lines[at] and len(cells) == len(self.columns) and looks_like_row(self.named(cells)):
                return at + 1
        return None


def record(lines, at, separator, columns=()):
    r"""The cells of the row that begins in a line, and the line after it.

    >>> record(['a,"b ""c"" d",e" f\n'], 0, ",")
    (['a', 'b "c" d', 'e" f'], 1)
    >>> record(['a,"one\n', 'two",c\n', 'x\n'], 0, ",")
    (['a', 'one\ntwo', 'c'], 2)
    >>> record(['a,"b" c,d\n'], 0, ",", ["sku", "name"])
    Traceback (most recent call last):
    zoco.catalogue.table.Unreadable: name: after the closing quote comes ' c'; a quote within a text is written twice
    >>> record(['a,"b\n', 'c\n'], 0, ",", ["sku", "name"])
    Traceback (most recent call last):
    zoco.catalogue.table.Unreadable: name: a quote is opened and not closed
    """
    text, end, place, cells = lines[at], at + 1, 0, []
    while True:
        opened = re.compile(' *"').match(text, place)
        if opened:
            value, close = [], opened.end()
            while True:
                found = text.find('"', close)
                if found < 0:
                    if end == len(lines) or end - at >= LONGEST_ROW:
                        raise Unreadable(f"{column(columns, cells)}: a quote is opened and not closed")
                    value.append(text[close:])
                    text, close, end = lines[end], 0, end + 1
                    continue
                value.append(text[close:found])
                if text[found + 1 : found + 2] != '"':
                    place = found + 1
                    break
                value.append('"')
                close = found + 2
            cells.append("".join(value))
            after = re.compile(f" *(?={re.escape(separator)}|[\r\n]|$)").match(text, place)
            if not after:
                stray = re.compile(f"[^{re.escape(separator)}\r\n]*").match(text, place)[0][:20]
                where = column(columns, cells[:-1])
                raise Unreadable(f"{where}: after the closing quote comes {stray!r}; a quote within a text is written twice")
            place = after.end()
        else:
            found = re.compile(f"[^{re.escape(separator)}\r\n]*").match(text, place)
            cells.append(found[0])
            place = found.end()
        if text[place : place + 1] != separator:
            return cells, end
        place += 1


def column(columns, cells):
    """The name of the column after these cells."""
    return columns[len(cells)] if len(cells) < len(columns) else f"cell {len(cells) + 1}"


def read_table(path, data, known=(), encoding=None, separator=None):
    """The table in a file's bytes. `known` are names of columns, which tell the separator."""
    text, encoding_found = decoded(path, data, encoding)
    lines = [line for line in re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)]
    first = next((at for at, line in enumerate(lines) if line.strip(" \t,;|\r\n\"")), None)
    if first is None:
        raise Failed(f"{path} is empty: its first line names the columns")
    # Excel writes it for itself.
    said = re.fullmatch(r'"?sep=(.)"?\s*', lines[first], re.IGNORECASE)
    if said:
        separator, first = separator or said[1], first + 1
    if separator and len(separator) != 1:
        raise Failed(f"a separator is one character, or the word tab, not {separator!r}")
    found, cells, end = [], [], first + 1
    for one in [separator] if separator else SEPARATORS:
        try:
            cells, end = record(lines, first, one) if first < len(lines) else ([], first)
        except Unreadable as fault:
            found.append(((-1, 0), one, [], first, str(fault)))
            continue
        names = [cell.strip() for cell in cells]
        found.append(((sum(name.casefold() in known for name in names), len(names)), one, names, end, None))
    (_, separator, columns, end, fault) = max(found, key=lambda one: one[0])
    if fault:
        raise Failed(f"{path}, line {first + 1}, which names the columns: {fault}")
    while columns and not columns[-1]:
        columns.pop()
    columns = [name or f"(column {number})" for number, name in enumerate(columns, 1)]
    how = f"{NAMES.get(encoding_found, encoding_found)}, cells apart by {SEPARATORS.get(separator, repr(separator))}"
    return Table(columns, separator, how, lines, end)


def decoded(path, data, encoding=None):
    """A file's text and its encoding: as given, or by its byte order mark, or UTF-8 if it is valid, or else Windows-1252,
    which Excel saves in western countries."""
    if encoding:
        try:
            return data.decode(encoding).removeprefix("\ufeff"), encoding
        except LookupError:
            raise Failed(f"there is no encoding {encoding}; such as utf-8, utf-16, cp1252, iso-8859-2") from None
        except UnicodeDecodeError as error:
            raise Failed(f"{path} is not {encoding}: line {line_of(data, error.start)} has {error.reason}") from None
    for mark, name in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return decoded(path, data, name)
    # Of western text in UTF-16, every other byte is zero.
    sample = data[:2_000]
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(sample) > 3 and zeros.count(0) > 0.6 * len(zeros):
            return decoded(path, data, name)
    for name in ("utf-8", "cp1252"):
        try:
            return data.decode(name), name
        except UnicodeDecodeError as error:
            at = error.start
    raise Failed(
        f"{path}: line {line_of(data, at)} is neither UTF-8 nor Windows-1252; save it as UTF-8, or say ENCODING=, such as iso-8859-2"
    )


def line_of(data, at):
    """The number of the line of a byte."""
    return data.count(b"\n", 0, at) + 1
