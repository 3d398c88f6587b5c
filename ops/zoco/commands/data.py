"""Catalogue and sales from and to files, the stock audit, migrations of what is stored."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer
from typer import Argument, Option

from zoco.commands import app, groups
from zoco.workspace import Failed


class Status(str, Enum):
    """The statuses of products that can be exported."""

    active = "active"
    draft = "draft"
    archived = "archived"
    all = "all"


class SaleStatus(str, Enum):
    """The statuses of sales."""

    pending = "pending"
    confirmed = "confirmed"
    rejected = "rejected"
    shipped = "shipped"
    delivered = "delivered"
    cancelled = "cancelled"


Workers = Annotated[int, Option(min=1, max=100, help="Requests at once.")]
Separator = Annotated[Optional[str], Option(help="What is between cells: , ; | or tab.")]
Decimal = Annotated[Optional[str], Option(help="The decimal sign of prices: . or ,")]
Mark = Annotated[bool, Option("--bom", help="Begin with a byte order mark, by which Excel knows UTF-8.")]


@groups["catalogue"].command("import")
def import_catalogue(
    file: Annotated[Path, Argument(help="products.csv, .tsv or .ndjson; docs/catalogue-files.md says what may be in it.")],
    update: Annotated[bool, Option("--update", help="Change products that are there and differ; else they are refused.")] = False,
    existing: Annotated[bool, Option("--existing", help="Make nothing new: leave out products that are not there.")] = False,
    check: Annotated[bool, Option("--check", help="Change nothing: say what would be done, and what is wrong.")] = False,
    map_file: Annotated[Optional[Path], Option("--map", help="A TOML file that says what the columns of another file mean.")] = None,
    ignore_unknown: Annotated[bool, Option("--ignore-unknown", help="Leave out columns that say nothing of a product.")] = False,
    encoding: Annotated[Optional[str], Option(help="The file's encoding, such as cp1252. [default: found out]")] = None,
    separator: Separator = None,
    decimal: Decimal = None,
    currency: Annotated[Optional[str], Option(help="Of prices that name none. [default: the shop's]")] = None,
    workers: Workers = 8,
):
    """Takes products, with brands, categories and opening stock, from a file into the shop: one of its own export, of Shopify,
    WooCommerce, PrestaShop or Magento, or any with a map. May be stopped and repeated."""
    from zoco.catalogue.file import How, format_of
    from zoco.catalogue.mapping import read_map
    from zoco.catalogue.transfer import Wanted, import_file
    from zoco.staff import as_staff

    format_of(file)
    if not file.is_file():
        raise Failed(f"there is no file {file}")
    how = How(encoding, separator, decimal, currency, map_file and read_map(map_file), ignore_unknown)
    wanted = Wanted("update" if update else "refuse", existing, check)
    if import_file(as_staff(), file, how, wanted, workers):
        raise typer.Exit(FAILED)


@groups["catalogue"].command("export")
def export_catalogue(
    file: Annotated[Path, Argument(help="products.csv, .tsv or .ndjson.")],
    status: Annotated[Status, Option(help="Which products.")] = Status.all,
    separator: Separator = None,
    decimal: Decimal = None,
    mark: Mark = False,
    workers: Workers = 8,
):
    """Writes the shop's products into a file that can be imported again."""
    from zoco.catalogue.export import export_file
    from zoco.catalogue.transfer import STATUSES
    from zoco.staff import as_staff

    separator, decimal = table_style(file, separator, decimal)
    statuses = STATUSES if status is Status.all else (status.value,)
    count = export_file(as_staff(), file, statuses, workers, separator, decimal, mark)
    print(f"{count} products are in {file}")


def table_style(file, separator, decimal):
    """The separator and the decimal sign of a file to be written."""
    from zoco.catalogue.file import SEPARATOR_OF, How, format_of, writable

    format_of(file)
    writable(file)
    how = How(separator=separator or SEPARATOR_OF.get(file.suffix.lower(), ","), decimal=decimal or ".")
    if len(how.separator) != 1:
        raise Failed(f"a separator is one character, or the word tab, not {separator!r}")
    return how.separator, how.decimal


@groups["sales"].command("export")
def export_sales(
    first: Annotated[str, Option("--from", help="The first day, in UTC: 2026-11-01. Or a time.")],
    last: Annotated[str, Option("--to", help="The last day, within.")],
    file: Annotated[Optional[Path], Option(help="sales.csv or sales.ndjson. [default: sales-<from>-<to>.csv]")] = None,
    status: Annotated[Optional[SaleStatus], Option(help="Only sales of this status.")] = None,
    separator: Separator = None,
    decimal: Decimal = None,
    mark: Mark = False,
):
    """Writes the sales of a period into a file that only you can read: CSV has a row for each line of a sale, NDJSON a line for
    each sale."""
    from zoco.sales_export import export, wanted
    from zoco.staff import as_staff

    query = wanted(first, last, status and status.value)
    path = file or Path(f"sales-{first}-{last}.csv".replace(":", ""))
    separator, decimal = table_style(path, separator, decimal)
    count, lines = export(as_staff().everything("/sales", **query), path, separator, decimal, mark)
    print(f"{count} sales with {lines} lines are in {path}")


@app.command()
def audit(
    segments: Annotated[Optional[int], Option(min=1, max=1000, help="Parts that the tables are read in. [default: by their size]")] = None,
):
    """Checks that stock is the sum of its movements and every sale has its own; names what differs."""
    from zoco.audit import audited, report_of
    from zoco.resources import Resources

    lines, status = report_of(audited(Resources(), segments))
    print("\n".join(lines))
    raise typer.Exit(status)


class Migrated(str, Enum):
    """The services whose items can be migrated."""

    identity = "identity"
    catalog = "catalog"
    inventory = "inventory"
    sales = "sales"
    carts = "carts"
    reviews = "reviews"


OneService = Annotated[Optional[Migrated], Option(help="Only the items of this service.")]


def print_all(lines):
    for line in lines:
        print(line, flush=True)


@groups["migrate"].command("status")
def migration_status(service: OneService = None):
    """Shows which number the items of each service have, which one the release writes, and how far a run is."""
    from zoco import migrate
    from zoco.resources import Resources

    print_all(migrate.status(Resources(), service and service.value))


@groups["migrate"].command("run")
def run_migrations(
    service: OneService = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Write nothing: say what would be migrated.")] = False,
    again: Annotated[bool, Option("--again", help="Also read all items of services that are up to date.")] = False,
):
    """Migrates all items to the present release, while the shop is open. May be stopped and repeated: what is done stays done."""
    from zoco import migrate
    from zoco.resources import Resources

    print_all(migrate.run(Resources(), service and service.value, dry_run, again))


@groups["migrate"].command("verify")
def verify_migrations(service: OneService = None):
    """Reads all items, and fails unless each can be read and is of the present release. Writes nothing."""
    from zoco import migrate
    from zoco.resources import Resources

    print_all(migrate.verify(Resources(), service and service.value))
