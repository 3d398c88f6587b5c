"""Publishing the event of an item anew: its service reads the item and sends what its publisher would. The event has the
same id as the first time, so whoever had it does nothing."""

from zoco.operate import in_segments, items_of, operate, operator, segments_of
from zoco.workspace import Failed

# What has events, and the service whose table has it.
SERVICES = {
    "product": "catalog", "brand": "catalog", "category": "catalog", "stock": "inventory", "sale": "sales",
    "user": "identity", "review": "reviews", "rating": "reviews",
}


def republish(resources, id, kind=None):
    """Publishes all that has this id anew, or what is of a kind. A line for each."""
    if kind and kind not in SERVICES:
        raise Failed(f"the kind is one of {', '.join(SERVICES)}, not {kind}")
    found = False
    for name, service in SERVICES.items():
        if kind in (None, name) and operate(resources, service, "republish", kind=name, id=id)["published"]:
            found = True
            yield f"published anew: {name} {id}"
    if not found:
        raise Failed(f"there is no {kind or 'item with events'} with the id {id}")


def republish_changed(resources, since, until=None, service=None):
    """Publishes all anew that was changed in a time, of all services or one. Whole tables are read: half a read unit for
    each 4 KB. A line for each service; fails in the end when an item could not be read."""
    unreadable = 0
    for service in [service] if service else dict.fromkeys(SERVICES.values()):
        asked = {"command": "republish", "since": since, **({"until": until} if until else {})}
        segments = segments_of(items_of(resources, f"{service.capitalize()}Table"))
        done = in_segments(operator(resources, service), segments, asked, f"segments of {service}")
        yield f"published anew: {sum(one['published'] for one in done)} messages of {service}"
        unreadable += sum(one.get("unreadable", 0) for one in done)
    if unreadable:
        raise Failed(f"no event could be made of {unreadable} items: the log of the functions for operators says why")


def republish_item(resources, table, keys):
    """Has an item published, by its table (logical id or name) and its keys in DynamoDB's JSON."""
    logical = next((logical for logical, name in resources.ids.items() if table in (logical, name)), None)
    if logical is None:
        raise Failed(f"the stack has no table {table}")
    key = {name: value["S"] for name, value in keys.items()}
    if not operate(resources, logical.removesuffix("Table").lower(), "republish", key=key)["published"]:
        raise Failed(f"{table} has no item {key} with events any more")
