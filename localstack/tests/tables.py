"""The tables of a local shop as a whole: emptied, and filled with other items."""

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from localstack.tests.journey import step
from localstack.tests.journey_shop import eventually
from localstack.tests.record import items
from zoco import aws

# For how long nothing is to happen, until the queues count as quiet, and how long that may take to come, in seconds.
CALM, LONGEST = 5, 1_800


def emptied(resources):
    """Deletes all items of all tables."""
    dynamodb = aws.client("dynamodb")
    for table in (name for logical, name in resources.ids.items() if logical.endswith("Table")):
        keys = [key["AttributeName"] for key in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
        requests = [{"DeleteRequest": {"Key": {key: item[key] for key in keys}}} for item in items(table)]
        write(table, requests)


def write(table, requests):
    """Writes and deletes items, 25 at a time."""
    dynamodb = aws.client("dynamodb")

    def some(at):
        left = {table: requests[at : at + 25]}
        while left:
            left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(some, range(0, len(requests), 25)))


def replaced(resources, wanted):
    """Puts items, in pairs with their tables' logical ids, in the place of all that the shop has. What its publishers say of that is
    thrown away, as on a restored table, whose stream begins empty. The items by table."""
    mappings = [resources.mapping(name)["UUID"] for name in resources.ids if listens(resources, name)]
    for mapping in mappings:
        resources.lambda_.update_event_source_mapping(UUID=mapping, Enabled=False)
    emptied(resources)
    loaded = defaultdict(list)
    for table, item in wanted:
        loaded[table].append(item)
    for table, some in loaded.items():
        write(resources.ids[table], [{"PutRequest": {"Item": item}} for item in some])
    urls = [url for url in map(resources.queue, resources.queues) if url]
    waiting, since = None, time.monotonic()
    while time.monotonic() < since + CALM:
        now = sum(sum(resources.counts(url).values()) for url in urls)
        if now != waiting:
            waiting, since = now, time.monotonic()
        time.sleep(0.5)
    for url in urls:
        resources.sqs.purge_queue(QueueUrl=url)
    for mapping in mappings:
        resources.lambda_.update_event_source_mapping(UUID=mapping, Enabled=True)
    return loaded


def listens(resources, name):
    """Whether a resource is a function that takes from a queue."""
    if not name.endswith("Function"):
        return False
    mappings = resources.lambda_.list_event_source_mappings(FunctionName=resources.ids[name])["EventSourceMappings"]
    return any(":sqs:" in mapping["EventSourceArn"] for mapping in mappings)


def quiet(resources):
    """Waits until all queues are empty."""
    urls = [url for url in map(resources.queue, resources.queues) if url]
    busy = eventually(lambda: sum(sum(resources.counts(url).values()) for url in urls), lambda count: not count, LONGEST)
    step("all queues are empty", not busy, busy)
