"""Publishing the event of an item anew: its service's publisher is given the item as a stream record. The event has
the same id as the first time, so whoever had it does nothing."""

import json
import time

import boto3
from common import REGION, Failed

# What has events: kind → table, key, the function that publishes it.
KINDS = {
    "product": ("CatalogTable", lambda id: {"pk": f"product#{id}"}),
    "brand": ("CatalogTable", lambda id: {"pk": f"brand#{id}"}),
    "category": ("CatalogTable", lambda id: {"pk": f"category#{id}"}),
    "stock": ("InventoryTable", lambda id: {"productId": id, "sk": "stock"}),
    "sale": ("SalesTable", lambda id: {"id": id}),
    "user": ("IdentityTable", lambda id: {"pk": f"user#{id}"}),
    "review": ("ReviewsTable", lambda id: {"pk": f"review#{id}", "sk": "review"}),
    "rating": ("ReviewsTable", lambda id: {"pk": f"product#{id}", "sk": "rating"}),
}


def replay(parts, id, kind=None):
    """Publishes all that has this id anew, or what is of a kind. A line for each."""
    if kind and kind not in KINDS:
        raise Failed(f"KIND is one of {', '.join(KINDS)}, not {kind}")
    found = False
    for name, (table, key) in KINDS.items():
        keys = {attribute: {"S": value} for attribute, value in key(id).items()}
        if kind in (None, name) and publish(parts, table, keys, missing_ok=True):
            found = True
            yield f"published anew: {name} {id}"
    if not found:
        raise Failed(f"there is no {kind or 'item with events'} with the id {id}")


def publish(parts, table, keys, missing_ok=False):
    """Has an item published, by its table (logical id or name) and keys. Whether there is one."""
    by_name = {name: logical for logical, name in parts.ids.items()}
    logical = table if table in parts.ids else by_name.get(table)
    if logical is None:
        raise Failed(f"the stack has no table {table}")
    answer = boto3.client("dynamodb", region_name=REGION).get_item(TableName=parts.ids[logical], Key=keys, ConsistentRead=True)
    item = answer.get("Item")
    if item is None:
        if missing_ok:
            return False
        raise Failed(f"{table} has no item {json.dumps(keys)} any more")
    function = f"Publish{logical.removesuffix('Table')}EventsFunction"
    answer = parts.lambda_.invoke(FunctionName=parts.ids[function], Payload=json.dumps({"Records": [record(logical, keys, item)]}))
    said = json.loads(answer["Payload"].read() or b"{}") or {}
    if answer.get("FunctionError") or said.get("batchItemFailures"):
        raise Failed(f"{function} did not publish {json.dumps(keys)}: {json.dumps(said)}")
    return True


def record(table, keys, item):
    """A stream record of an item as if it were new."""
    return {
        "eventID": f"replay-{time.time_ns()}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "eventSourceARN": f"arn:aws:dynamodb:{REGION}:000000000000:table/{table}/stream/replay",
        "dynamodb": {
            "ApproximateCreationDateTime": int(time.time()),
            "Keys": keys,
            "NewImage": item,
            "SequenceNumber": "0",
            "SizeBytes": 0,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }
