"""The queues between services, their dead letters, and events that are published anew."""

import sys
from datetime import datetime, timezone
from enum import Enum
from typing import Annotated, Optional

import typer
from typer import Argument, Option

from zoco.commands import app, groups


class Service(str, Enum):
    """The services that publish."""

    catalog = "catalog"
    inventory = "inventory"
    sales = "sales"
    identity = "identity"
    reviews = "reviews"


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


# How times are given; also as Lambda's dead letters have them.
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"]
Queue = Annotated[str, Argument(help="The queue's name, as `zoco queues list` shows it: product-requests.")]


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
    id: Annotated[
        Optional[str], Argument(help="The id of a product, brand, category, sale, user, review; of stock, the product's.")
    ] = None,
    kind: Annotated[Optional[Kind], Option(help="Only what is of this kind. [default: all that has the id]")] = None,
    since: Annotated[
        Optional[datetime], Option(formats=TIMES, help="Instead of an id: all that was changed at this time (UTC) or later.")
    ] = None,
    until: Annotated[Optional[datetime], Option(formats=TIMES, help="With --since: not what was changed later.")] = None,
    service: Annotated[Optional[Service], Option(help="With --since: only what this service publishes.")] = None,
):
    """Publishes the event of an item anew, or those of all that was changed in a time. Whoever had them does nothing."""
    from zoco import republish
    from zoco.resources import Resources

    if (id is None) == (since is None):
        raise typer.BadParameter("give either the id of an item, or --since with a time")
    if kind and since:
        raise typer.BadParameter("--kind goes with an id; with --since, --service limits what is published")
    if (until or service) and not since:
        raise typer.BadParameter("--until and --service go with --since")
    if since:
        times = [time and time.replace(tzinfo=timezone.utc).isoformat() for time in (since, until)]
        lines = republish.republish_changed(Resources(), *times, service and service.value)
    else:
        lines = republish.republish(Resources(), id, kind and kind.value)
    for line in lines:
        print(line)
