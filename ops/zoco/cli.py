"""The command line `zoco`: what operators do with a shop. Each command says first, on standard error, which shop it talks
to: the one that runs on this machine, unless an option or the AWS variables name another."""

import os
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer
from typer import Argument, Option

from zoco import target
from zoco.workspace import Failed, Unreachable

HELP = """Operates a shop.

The shop is the one that runs on this machine (`make up`), unless --stack, --region, --profile or the AWS variables of the
environment (AWS_ENDPOINT_URL, AWS_PROFILE, AWS_ACCESS_KEY_ID, …) name another.

Exit statuses: 0 done · 1 not done, or a check found something · 2 wrong usage · 3 the shop does not answer ·
4 too early to judge (audit) · 130 stopped with Ctrl-C."""

DONE, FAILED, UNREACHABLE, STOPPED = 0, 1, 3, 130

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
groups = {
    name: typer.Typer(help=text, no_args_is_help=True)
    for name, text in {
        "keys": "The key that signs access tokens: made once, rotated with overlap.",
        "api-keys": "The key of the calls between services: rotated with overlap.",
        "users": "Users and their roles.",
        "catalogue": "A whole catalogue from and to a file.",
        "sales": "Sales, for bookkeeping.",
        "queues": "The queues between services and their dead letters.",
    }.items()
}
for name, group in groups.items():
    app.add_typer(group, name=name)


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


class Role(str, Enum):
    """The roles that users have."""

    customer = "customer"
    staff = "staff"
    admin = "admin"


class Kind(str, Enum):
    """What has events."""

    product = "product"
    brand = "brand"
    category = "category"
    stock = "stock"
    sale = "sale"
    user = "user"
    review = "review"
    rating = "rating"


Workers = Annotated[int, Option(min=1, max=100, help="Requests at once.")]
Queue = Annotated[str, Argument(help="The queue's name, as `zoco queues list` shows it: product-requests.")]


@app.callback()
def choose_shop(
    stack: Annotated[Optional[str], Option(help="The shop's stack. [default: zoco]")] = None,
    region: Annotated[Optional[str], Option(help="Its AWS region.")] = None,
    profile: Annotated[Optional[str], Option(help="The AWS profile to use.")] = None,
):
    """Decides which shop the command talks to."""
    if not {"--help", "-h"} & set(sys.argv):
        print(target.choose(stack, region, profile), file=sys.stderr, flush=True)


@app.command()
def deploy(yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False):
    """Deploys the programs that `make build` made, with the settings in shops/<stack>.toml. Asks before it changes anything."""
    from zoco.deploy import deploy

    deploy(agreed=yes)


@app.command()
def destroy(yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False):
    """Deletes the stack at AWS. Tables, keys and logs stay: it says which, what they cost, and how to delete them."""
    from zoco.destroy import destroy

    destroy(agreed=yes)


@groups["keys"].command("make")
def make_keys():
    """Makes the shop's keys, unless they are there."""
    from zoco import keys

    keys.make()


@groups["keys"].command("status")
def signing_key_status():
    """Shows which key signs, and which are accepted besides."""
    from zoco import signing_key

    signing_key.status()


@groups["keys"].command("stage")
def stage_signing_key():
    """Makes a new key that every function accepts; nothing is signed with it yet."""
    from zoco import signing_key

    signing_key.stage()


@groups["keys"].command("activate")
def activate_signing_key():
    """Signs new tokens with the staged key; older tokens are accepted until they expire."""
    from zoco import signing_key

    signing_key.activate()


@groups["keys"].command("retire")
def retire_signing_key(force: Annotated[bool, Option("--force", help="Now, though tokens of it may be in use.")] = False):
    """Drops the keys that no longer sign, once no token of them can be left."""
    from zoco import signing_key

    signing_key.retire(force)


@groups["api-keys"].command("status")
def api_key_status(show: Annotated[bool, Option("--show", help="Also prints the keys themselves.")] = False):
    """Shows which slot has which key, and which one our functions send."""
    from zoco import api_keys

    api_keys.status(show)


@groups["api-keys"].command("stage")
def stage_api_key():
    """Makes a new key in the free slot: both keys are accepted."""
    from zoco import api_keys

    api_keys.stage()


@groups["api-keys"].command("activate")
def activate_api_key():
    """Our own functions send the new key."""
    from zoco import api_keys

    api_keys.activate()


@groups["api-keys"].command("retire")
def retire_api_key():
    """Removes the key before: it is not accepted any more."""
    from zoco import api_keys

    api_keys.retire()


@groups["users"].command("set-role")
def set_role(
    email: Annotated[str, Argument(help="The address that the user registered with.")],
    role: Annotated[Role, Argument(help="The role to give.")],
):
    """Gives a registered user a role. Their sessions end; the next sign-in has it."""
    from zoco import roles
    from zoco.resources import Resources

    roles.set_role(Resources(), email, role.value)
    print(f"{email} is {role.value} from the next sign-in on; sessions of before have ended")


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


@groups["queues"].command("list")
def list_queues(check: Annotated[bool, Option("--check", help="Ends with 1 when there are dead letters.")] = False):
    """Shows how many messages each queue has, and which functions receive them."""
    from zoco.queues import show_queues
    from zoco.resources import Resources

    if show_queues(Resources()) and check:
        raise typer.Exit(FAILED)


@groups["queues"].command("dead-letters")
def dead_letters(
    queue: Queue,
    limit: Annotated[int, Option(min=1, help="How many at most, the oldest first.")] = 20,
    body: Annotated[bool, Option("--body", help="Also prints the messages themselves.")] = False,
):
    """Shows the dead letters of a queue, each with the reason. Changes nothing."""
    from zoco.queues import show_dead_letters
    from zoco.resources import Resources

    show_dead_letters(Resources(), queue, limit, body)


@groups["queues"].command("redrive")
def redrive(
    queue: Queue,
    limit: Annotated[int, Option(min=1, help="How many at most. [default: all]")] = sys.maxsize,
    id: Annotated[Optional[str], Option(help="Only the message of this id.")] = None,
):
    """Sends dead letters back to be handled again."""
    from zoco.queues import redrive
    from zoco.resources import Resources

    redrive(Resources(), queue, limit, id)


@app.command()
def republish(
    id: Annotated[str, Argument(help="The id of a product, brand, category, sale, user, review; of stock, the product's.")],
    kind: Annotated[Optional[Kind], Option(help="Only what is of this kind. [default: all that has the id]")] = None,
):
    """Publishes the event of an item anew. Whoever had it does nothing."""
    from zoco.republish import republish
    from zoco.resources import Resources

    for line in republish(Resources(), id, kind and kind.value):
        print(line)


def main():
    """Runs a command. What a person has to act upon is one line, never a traceback."""
    sys.exit(run(sys.argv[1:]))


def run(arguments):
    """Runs a command with arguments. The status to end with."""
    try:
        status = app(arguments, standalone_mode=False)
        return status if isinstance(status, int) else DONE
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Whoever read has seen enough; nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return explained(error)


def explained(error):
    """Prints what went wrong in one line. The status to end with."""
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

    from zoco.api import Unexpected

    if hasattr(error, "show") and hasattr(error, "exit_code"):
        # Wrong usage: the command line's own words, with its hint at --help.
        error.show()
        return error.exit_code
    if type(error).__name__ == "Abort":
        print("stopped", file=sys.stderr)
        return STOPPED
    unreachable = isinstance(error, (Unreachable, ConnectionError, HTTPClientError))
    known = isinstance(error, (Failed, Unexpected, BotoCoreError, ClientError, OSError))
    detail = str(error) or type(error).__name__
    print(f"error: {detail if known else f'{type(error).__name__}: {detail}'}", file=sys.stderr)
    return UNREACHABLE if unreachable else FAILED
