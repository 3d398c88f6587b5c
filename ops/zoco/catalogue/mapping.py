"""A map from the columns of any file to the members of a product, in TOML:

    decimal = ","            # optional, as are encoding, separator and currency
    [columns]                # the file's column = what it says; an empty text leaves it out
    "Artikelnummer" = "sku"
    "Bezeichnung" = "name"
    "VK brutto" = "price"
    "Warengruppe" = "categories"
    "Lieferantennummer" = ""
    [lists]                  # what is between the parts of one cell
    tags = ","
    categories = "|"
    levels = "/"             # between a category and the one below it
    [values.status]          # values of a member, as this shop has them
    "ja" = "active"
    "nein" = "draft"
    [html]                   # members that are HTML
    members = ["description"]
"""

from dataclasses import dataclass, field

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

from zoco.catalogue.cells import split
from zoco.catalogue.line import COLUMNS, LISTS
from zoco.catalogue.platforms.common import Record, text_of
from zoco.workspace import Failed

SETTINGS = ("encoding", "separator", "decimal", "currency")
PARTS = (*SETTINGS, "columns", "lists", "values", "html")


@dataclass
class Map:
    """Which column says what of a product."""

    columns: dict
    lists: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    html: list = field(default_factory=list)
    settings: dict = field(default_factory=dict)

    def missing(self, present):
        """Columns that the map names and a file does not have."""
        return [name for name in self.columns if name.casefold() not in present]

    def names(self):
        """The columns by what they say, also those that say nothing."""
        names = {}
        for column, member in self.columns.items():
            names.setdefault(member, []).append(column.casefold())
        return names

    def records(self, rows):
        """The products that rows come to."""
        members = {name.casefold(): member for name, member in self.columns.items() if member}
        for row in rows:
            found = {}
            for column, cell in row.cells.items():
                if member := members.get(column.casefold()):
                    self.take(found, member, cell)
            yield Record(row.number, found, row.fault)

    def take(self, found, member, cell):
        """Adds what a cell says; several columns of one list add up."""
        text = text_of(cell) if member in self.html else cell
        values = self.values.get(member, {})
        if member in LISTS:
            parts = split(text, self.lists.get(member, ";"))
            if member == "categories":
                parts = [tuple(split(part, self.lists.get("levels", ">"))) for part in parts]
            found[member] = found.get(member, []) + [values.get(part, part) for part in parts]
        else:
            found[member] = values.get(text.strip(), text)


def read_map(path):
    """The map in a file.

    Raises `Failed` naming what is wrong with it."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Failed(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Failed(f"{path} cannot be read as TOML: {error}") from None
    unknown = [name for name in said if name not in PARTS]
    if unknown:
        raise Failed(f"{path} has {', '.join(unknown)}; a map has {', '.join(PARTS)}")
    columns = said.get("columns") or {}
    wrong = [f"{column} = {member!r}" for column, member in columns.items() if member and member not in COLUMNS]
    if wrong or not columns:
        what = f"{', '.join(wrong)}: no such member" if wrong else "no [columns]"
        raise Failed(f"{path} has {what}; members are {', '.join(COLUMNS)}")
    members = [member for member in columns.values() if member and member not in LISTS]
    doubled = {member for member in members if members.count(member) > 1}
    if doubled:
        raise Failed(f"{path} has several columns for {', '.join(sorted(doubled))}")
    for needed in ("sku", "name"):
        if needed not in columns.values():
            raise Failed(f"{path} has no column for {needed}")
    return Map(
        columns, said.get("lists", {}), said.get("values", {}), said.get("html", {}).get("members", []),
        {name: said[name] for name in SETTINGS if name in said},
    )
