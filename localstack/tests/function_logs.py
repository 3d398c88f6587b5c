"""What the functions logged, and what nobody may read there."""

from zoco import aws
from zoco.workspace import ROOT


def logged(path):
    """All that the functions logged, which the cloud forgets; also written to a file."""
    logs = aws.client("logs")
    lines = []
    for group in pages(logs, "describe_log_groups", "logGroups"):
        name = group["logGroupName"]
        events = pages(logs, "filter_log_events", "events", logGroupName=name)
        lines += [f"{name} {event['message']}" for event in events]
    text = "\n".join(lines)
    path.write_text(text, encoding="utf-8")
    print(f"\n{len(lines)} lines of the functions' logs are in {path.relative_to(ROOT)}", flush=True)
    return text


def pages(client, operation, member, **arguments):
    """All items of a paged listing."""
    return [one for page in client.get_paginator(operation).paginate(**arguments) for one in page[member]]


def secrets_of(values):
    """Those of the shop's variables that nobody may read in a log."""
    return {
        value for name, value in values.items() if name.startswith("ZOCO_") and name.endswith(("_PASSWORD", "_KEY", "_EMAIL"))
    }
