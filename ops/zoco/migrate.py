"""Migrations: brings all stored items of a shop to the shapes of its release. Each service's function for operators does it, in
segments of its table; which are done is noted in the table, so a run that was stopped goes on where it was."""

from zoco.operate import in_segments, items_of, operate, operator, segments_of
from zoco.workspace import Failed

SERVICES = ("identity", "catalog", "inventory", "sales", "carts", "reviews")
# What was changed at this time or later: everything.
EVER = "1970-01-01T00:00:00Z"


def status(resources, service=None):
    """How far the migrations of each service are. A line for each."""
    for service in chosen(service):
        yield line(service, operate(resources, service, "migration-status"))


def line(service, found):
    """A service's line.

    >>> done = {"writes": 1, "schema": 1, "target": 1, "segments": 8, "done": list(range(8)), "pending": [], "republish": False,
    ...         "startedAt": "2026-11-27T10:00:00Z", "finishedAt": "2026-11-27T10:00:09Z"}
    >>> line("sales", done)
    'sales      items 1  release 1  up to date since 2026-11-27T10:00:09Z'
    >>> line("sales", {**done, "schema": 0, "done": [0, 1], "finishedAt": None, "pending": ["number-only"]})
    'sales      items 0  release 1  under way: 2 of 8 segments done (number-only)'
    >>> line("sales", {**done, "republish": True})
    'sales      items 1  release 1  to be republished'
    >>> line("sales", {**done, "schema": 0, "target": 0, "startedAt": None, "pending": ["number-only"]})
    'sales      items 0  release 1  pending: number-only'
    """
    if found["schema"] > found["writes"]:
        state = "the items are of a newer release"
    elif found["republish"]:
        state = "to be republished"
    elif is_up_to_date(found):
        state = f"up to date since {found['finishedAt']}"
    elif is_under_way(found):
        state = f"under way: {len(found['done'])} of {found['segments']} segments done ({', '.join(found['pending'])})"
    else:
        state = f"pending: {', '.join(found['pending'])}"
    return f"{service:<10} items {found['schema']}  release {found['writes']}  {state}"


def is_up_to_date(found):
    return found["schema"] >= found["writes"] and found["finishedAt"] is not None


def is_under_way(found):
    return found["startedAt"] is not None and found["finishedAt"] is None and found["target"] == found["writes"]


def run(resources, service=None, dry_run=False, again=False):
    """Migrates services that are not up to date, or all `again`. A line for each; fails in the end when items could not be read.
    A dry run writes nothing."""
    unreadable = []
    for service in chosen(service):
        found = operate(resources, service, "migration-status")
        if found["schema"] > found["writes"]:
            raise Failed(f"the items of {service} are of a newer release ({found['schema']}) than its programs ({found['writes']})")
        if is_up_to_date(found) and not (dry_run or again):
            if found["republish"]:
                yield from republish(resources, service)
            else:
                yield f"{service}: up to date"
            continue
        segments = segments_of(items_of(resources, f"{service.capitalize()}Table"))
        which = range(segments)
        if not dry_run:
            found = operate(resources, service, "begin-migration", segments=segments)
            segments = found["segments"]
            which = [segment for segment in range(segments) if segment not in found["done"]]
        reports = migrated(resources, service, segments, which, dry_run)
        yield f"{service}: {total(reports, 'migrated')} of {total(reports, 'items')} items {'would be ' if dry_run else ''}migrated"
        unreadable += named(service, reports)
        if not dry_run and operate(resources, service, "migration-status")["republish"]:
            yield from republish(resources, service)
    refuse(unreadable, "could not be read and stayed as they are; repair them, then run it again")


def verify(resources, service=None):
    """Reads all items and fails, naming them, unless each can be read and has the number of the release. Writes nothing."""
    behind, unreadable = 0, []
    for service in chosen(service):
        segments = segments_of(items_of(resources, f"{service.capitalize()}Table"))
        reports = migrated(resources, service, segments, range(segments), dry_run=True)
        yield f"{service}: {total(reports, 'items')} items, {total(reports, 'migrated')} are to be migrated"
        behind += total(reports, "migrated")
        unreadable += named(service, reports)
    refuse(unreadable, "cannot be read")
    if behind:
        raise Failed(f"{behind} items are to be migrated: zoco migrate run")


def chosen(service):
    return [service] if service else SERVICES


def migrated(resources, service, segments, which, dry_run):
    asked = {"command": "migrate", "dryRun": dry_run}
    return in_segments(operator(resources, service), segments, asked, f"segments of {service}", which)


def total(reports, what):
    return sum(report[what] for report in reports)


def named(service, reports):
    """A line for each item that could not be read; of very many in a segment, the number of the rest."""
    lines = [f"{service} {item['key']}: {item['reason']}" for report in reports for item in report["named"]]
    rest = total(reports, "unreadable") - len(lines)
    return lines + ([f"{service}: {rest} more, in the log of its function for operators"] if rest else [])


def refuse(lines, why):
    if lines:
        raise Failed("\n".join([f"these items {why}:", *lines]))


def republish(resources, service):
    """Publishes all items of a service anew, for services that have to learn what they did not know of; then notes that."""
    from zoco.republish import republish_changed

    yield from republish_changed(resources, EVER, service=service)
    operate(resources, service, "note-republished")


def check_deployable(stored, schema):
    """Refuses a release that cannot read what is stored. `stored`: the statuses of the services; `schema`: what the release
    writes and reads, from its template."""
    readable_from = max((one["readableFrom"] for one in stored), default=0)
    lowest = min((one["schema"] for one in stored), default=schema["Writes"])
    if schema["Writes"] < readable_from:
        raise Failed(
            f"this release is too old for the shop's items: it knows number {schema['Writes']}, they can be read from {readable_from} "
            "on. Deploy a newer one, or restore the tables to a time before the migration (docs/operations.md). Nothing was changed."
        )
    if lowest < schema["Reads"]:
        raise Failed(
            f"this release is too new for the shop's items: it reads them from number {schema['Reads']} on, they have {lowest}. "
            "Deploy the release between and run `zoco migrate run`, or only run it if that is the one deployed. Nothing was changed."
        )


def statuses(resources):
    """How far the deployed services are. Those of release 0.1.0 cannot be asked."""
    functions = [service for service in SERVICES if f"{service.capitalize()}OperateFunction" in resources.ids]
    return [found for found in (asked(resources, service) for service in functions) if found]


def asked(resources, service):
    """A service's status; nothing of one that knows no migrations."""
    try:
        return operate(resources, service, "migration-status")
    except Failed as failure:
        # As its program refuses a command that it does not have.
        if "variant" in str(failure):
            return None
        raise
