"""That no message is lost, doubled in effect, or stuck unseen: P9 and P10, on the local cloud.

Reads the AWS variables from the environment, as `make test` sets them. Smaller figures without PROOF=full. Prints a
line for each thing that was looked at, and a row for the table of `make proof`."""

import io
import json
import os
import random
import signal
import sys
import time
import uuid
from contextlib import redirect_stdout
from pathlib import Path

from localstack.tests.event_tap import captured
from localstack.tests.journey import WrongTurn, step
from localstack.tests.journey_shop import Shop, eventually, money
from zoco import aws
from zoco.api import Unexpected
from zoco.queues import redrive, show_dead_letters
from zoco.republish import republish, republish_changed
from zoco.resources import Resources
from zoco.workspace import Failed

FULL = os.environ.get("PROOF") == "full"
# P9: how many messages; of them so many are sent twice, and so many can never be handled.
MESSAGES, DOUBLED, POISON = (10_000, 1_000, 100) if FULL else (300, 30, 3)
# P10: how many writes, and how often the publisher is killed meanwhile.
WRITES, KILLS = (5_000, 50) if FULL else (300, 3)
# A bulk import: how many product events are in the inbox before a sale's.
IMPORTED = 20_000 if FULL else 500
# So many are handled a second at least, also by this emulator on a busy machine.
SLOWEST = 25
PATIENCE = 1_200 if FULL else 120
# When P10's items say that they were changed.
WRITTEN_AT = "2026-11-23T12:00:00Z"
QUEUE = "inventory-inbox"


def row(what, asked, reached, started):
    print(f"| {what} | {asked} | {reached} | {time.monotonic() - started:.0f} s |", flush=True)


def event(product, number):
    """A sale of one piece of a product, as it is published; the poisonous ones say nothing of what was sold."""
    sale = str(uuid.uuid4())
    lines = [{"productId": product, "quantity": 1, "sku": "P9", "name": "P9", "unitPrice": 1}]
    data = {"number": f"P9-{number}", "status": "confirmed", "customerId": "p9", "lines": lines}
    return {
        "specversion": "1.0", "id": f"sale/{sale}/1", "source": "urn:zoco:sales", "type": "sale.confirmed", "subject": sale,
        "time": "2026-11-23T12:00:00Z", "datacontenttype": "application/json", "sequence": "1", "correlationid": "p9",
        "data": {} if number < POISON else data,
    }


def movements(resources, product):
    """How many movements a product has."""
    pages = aws.client("dynamodb").get_paginator("query").paginate(
        TableName=resources.ids["InventoryTable"], KeyConditionExpression="productId = :product",
        ExpressionAttributeValues={":product": {"S": product}}, Select="COUNT", ConsistentRead=True,
    )
    return sum(page["Count"] for page in pages)


def proof_p9(resources):
    started, product = time.monotonic(), str(uuid.uuid4())
    url, dead = resources.queue(QUEUE), resources.dead_letters(QUEUE)
    bodies = [json.dumps(event(product, number)) for number in range(MESSAGES)]
    # Some of the good ones again, all in an order of nobody's choosing.
    bodies += random.sample(bodies[POISON:], DOUBLED)
    random.shuffle(bodies)
    for at in range(0, len(bodies), 10):
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies[at : at + 10])]
        resources.sqs.send_message_batch(QueueUrl=url, Entries=entries)
    busy = eventually(lambda: sum(resources.counts(url).values()), lambda count: not count, PATIENCE)
    step(f"{len(bodies)} messages are handled", not busy, f"{busy} left")
    effects, letters = movements(resources, product), sum(resources.counts(dead).values())
    step(f"{MESSAGES - POISON} have had their effect, each once", effects == MESSAGES - POISON, effects)
    step(f"{POISON} are among the dead letters", letters == POISON, letters)
    shown = io.StringIO()
    with redirect_stdout(shown):
        show_dead_letters(resources, QUEUE, 2)
    listed = shown.getvalue().count("sale.confirmed: data: missing field") == 2 and f"2 of {POISON} dead" in shown.getvalue()
    step("where make dlq shows them with the reason", listed, shown.getvalue())
    letters = resources.counts(dead)["waiting"]
    step("and leaves them", letters == POISON, letters)
    with resources.not_listening("InventoryOnEventFunction"):
        back = redrive(resources, QUEUE, sys.maxsize)
        letters = sum(resources.counts(dead).values())
        step("redriving sends all of them back", back == POISON and not letters, (back, letters))
        waiting = resources.counts(url)["waiting"]
        step("where they wait", waiting == POISON, waiting)
        resources.sqs.purge_queue(QueueUrl=url)
    asked = "10,000 messages, 10 % doubled, 1 % poison"
    row("P9 queue", asked, f"{effects} effects, {POISON} dead letters of {MESSAGES}; redriven: 0 left", started)


def product_event(number):
    """An event of an imported product."""
    data = {"name": f"Imported {number}", "sku": f"P9-{number}", "price": {"amount": 1, "currency": "USD"}, "status": "active",
            "brandId": None, "categoryIds": [], "tags": [], "imageUrl": None}
    product = str(uuid.uuid4())
    return {
        "specversion": "1.0", "id": f"product/{product}/1", "source": "urn:zoco:catalog", "type": "product.created",
        "subject": product, "time": "2026-11-23T12:00:00Z", "datacontenttype": "application/json", "sequence": "1",
        "correlationid": "import", "data": data,
    }


def the_till_behind_a_bulk_import(shop, resources):
    """How long a sale waits in the inbox that a bulk import has filled, and how long a changed price and an archived product
    are sold as before."""
    started, product, url = time.monotonic(), str(uuid.uuid4()), resources.queue(QUEUE)
    cup, old_cup = shop.stocked("Storm cup", 1_000), shop.stocked("Old cup", 1_000)
    with resources.not_listening("InventoryOnEventFunction"):
        for at in range(0, IMPORTED, 10):
            entries = [{"Id": str(n), "MessageBody": json.dumps(product_event(at + n))} for n in range(10)]
            resources.sqs.send_message_batch(QueueUrl=url, Entries=entries)
        resources.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event(product, MESSAGES)))
        shop.change(cup, price=money(1500))
        shop.change(old_cup, status="archived")
        bought = shop.buy(cup)
        step("meanwhile a product is sold at its price of before", unit_price(bought) == 1250, bought)
        refused = shop.buy(cup, expected=1500)
        step("but not to who expects the new one", refused.error.get("code") == "price_changed", refused)
    begun = time.monotonic()
    found = eventually(lambda: movements(resources, product), bool, PATIENCE)
    waited = time.monotonic() - begun
    step(f"a sale behind {IMPORTED} product events leaves its movement", found == 1, found)
    step(f"within the time of {SLOWEST} events a second", waited <= IMPORTED / SLOWEST, f"{waited:.0f} s")
    bought = eventually(lambda: shop.buy(cup), lambda sold: unit_price(sold) == 1500, PATIENCE)
    refused = eventually(lambda: shop.buy(old_cup), lambda answer: answer.status == 404, PATIENCE)
    stale = time.monotonic() - begun
    step("the price and the status at the till are the new ones", (unit_price(bought), refused.status) == (1500, 404), bought)
    step("within that time and the two seconds of an event", stale <= IMPORTED / SLOWEST + 2, f"{stale:.0f} s")
    busy = eventually(lambda: sum(resources.counts(url).values()), lambda count: not count, PATIENCE)
    took = time.monotonic() - begun
    step("and all of the import is handled", not busy, f"{busy} left")
    rate = f"{IMPORTED / took:.0f} events a second on this emulator"
    reached = f"{waited:.0f} s for the sale, {stale:.0f} s for the price, {rate}"
    row("inbox in a bulk import", f"20,000 product events before a sale and a price: within {20_000 // SLOWEST} s", reached, started)


def unit_price(sold):
    """What a sold piece cost, in minor units."""
    return sold.data["attributes"]["lines"][0]["unitPrice"]["amount"] if sold.status == 201 else None


def processes(function):
    """The processes that a function runs in, on this machine."""
    wanted = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in path.read_bytes().split(b"\0"):
                yield int(path.parent.name)
        except OSError:
            pass


def kill(function):
    """Kills a function while it runs, without a warning. Whether it was there."""
    found = list(processes(function))
    for process in found:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return bool(found)


def stock_item(product):
    return {
        "productId": {"S": product}, "sk": {"S": "stock"}, "available": {"N": "1"}, "version": {"N": "1"},
        "sold": {"BOOL": False}, "updatedAt": {"S": WRITTEN_AT}, "correlationId": {"S": "p10"},
    }


def proof_p10(resources):
    started, written, killed = time.monotonic(), set(), 0
    table, publisher = resources.ids["InventoryTable"], resources.ids["PublishInventoryEventsFunction"]
    dynamodb, each = aws.client("dynamodb"), WRITES // KILLS
    with captured(resources, "stock.") as topic:
        while len(written) < WRITES:
            products = [str(uuid.uuid4()) for _ in range(each)]
            for at in range(0, each, 25):
                puts = [{"PutRequest": {"Item": stock_item(product)}} for product in products[at : at + 25]]
                dynamodb.batch_write_item(RequestItems={table: puts})
            written.update(products)
            # In the middle of publishing them, or a little before or after.
            time.sleep(random.uniform(0, 0.15))
            killed += bool(eventually(lambda: kill(publisher), bool, 10))
        step(f"the publisher of {WRITES} writes was killed {killed} times", killed >= KILLS, killed)
        ids = {}

        def all_published():
            for one in map(json.loads, topic.messages()):
                ids.setdefault(one["subject"], set()).add(one["id"])
            return written <= ids.keys()

        step("none of them is lost", eventually(all_published, bool, PATIENCE), f"{len(written - ids.keys())} missing")
        again = len(topic.received) - len(ids)
        step("those published twice have the same id", all(len(some) == 1 for some in ids.values()), ids)
        product, before = written.pop(), len(topic.received)
        written.add(product)
        list(republish(resources, product, "stock"))
        eventually(topic.messages, lambda received: len(received) > before)
        all_published()
        step("republished, an event has the id of the first time", len(topic.received) > before and len(ids[product]) == 1, ids[product])
        before = len(topic.received)
        list(republish_changed(resources, WRITTEN_AT, WRITTEN_AT, "inventory"))
        eventually(topic.messages, lambda received: len(received) >= before + WRITES, PATIENCE)
        all_published()
        received = len(topic.received) - before
        step("republished by the time, so are all", received >= WRITES and all(len(some) == 1 for some in ids.values()), received)
    asked = "5,000 writes, the publisher killed 50 times: none lost"
    row("P10 events", asked, f"{len(written)} writes, {killed} kills: none lost, {again} published again with the same id", started)


def main():
    try:
        resources = Resources()
        proof_p9(resources)
        the_till_behind_a_bulk_import(Shop(), resources)
        proof_p10(resources)
    except (WrongTurn, Unexpected, Failed, OSError) as wrong:
        print(f"FAILED {wrong}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
