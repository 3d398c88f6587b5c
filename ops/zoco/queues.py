"""Operating the queues: what waits, what could not be handled and why, sending it back to be handled again.

Redriving is our own loop: SQS's own (StartMessageMoveTask) takes only what SQS itself moved, and functions put
messages among the dead letters by themselves, to say why."""

import json
import sys
from datetime import datetime, timedelta, timezone

from zoco import aws
from zoco.republish import republish_changed, republish_item
from zoco.resources import kebab
from zoco.workspace import Failed

# What a function writes to a message that it gives up.
WRITTEN = ("reason", "function", "receives", "correlationid")
# What only a message has that Lambda sent itself, about records of a stream that it gave up.
GIVEN_UP = "DDBStreamBatchInfo"
# An item has the time at which its change began, a record that at which it was written.
BEFORE = timedelta(minutes=1)
# How long messages that are looked at stay unseen by others, in seconds.
LOOKING = 30
BATCH = 10
# Over a progress line, where there was one.
NEW_LINE = "\r" if sys.stdout.isatty() else ""


def table(rows):
    """Rows of texts as aligned columns; the first row names them."""
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return "\n".join(lines)


def newest(namespace, metric, dimension, value):
    """The last value of a metric within the last quarter of an hour, and of which time; `None` where it is not measured."""
    now = datetime.now(timezone.utc)
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=metric, Dimensions=[{"Name": dimension, "Value": value}],
        StartTime=now - timedelta(minutes=15), EndTime=now, Period=60, Statistics=["Maximum"],
    )["Datapoints"]
    return max(found, key=lambda point: point["Timestamp"], default=None)


def age(url):
    """How long the oldest message of a queue has waited, by CloudWatch; `-` where that does not measure it."""
    point = newest("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", url.rsplit("/", 1)[-1])
    return f"{point['Maximum']:.0f} s" if point else "-"


def waiting_in_stream(function):
    """How long the oldest record of a table's stream has waited to be published, by CloudWatch; `-` when none does. A minute
    without a measurement means that nothing was read."""
    point = newest("AWS/Lambda", "IteratorAge", "FunctionName", function)
    recent = point and datetime.now(timezone.utc) - point["Timestamp"] < timedelta(minutes=3)
    return f"{point['Maximum'] / 1000:.0f} s" if recent else "-"


def show_queues(resources):
    """All queues, and who listens; of streams, how long records wait to be published. Whether there are dead letters."""
    rows, dead = [("queue", "waiting", "in flight", "delayed", "oldest", "dead letters")], 0
    for name in resources.queues:
        url, letters = resources.queue(name), sum(resources.counts(resources.dead_letters(name)).values())
        rows.append((name, *(resources.counts(url).values() if url else "---"), age(url) if url else "-", letters))
        dead += letters
    print(table(rows), end="\n\n")
    listeners = [("function", "listening", "oldest record", "last result")]
    for name in sorted(name.removesuffix("Mapping") for name in resources.ids if name.endswith("Mapping")):
        mapping = resources.mapping(name + "Function")
        is_stream = ":table/" in mapping["EventSourceArn"]
        oldest = waiting_in_stream(resources.ids[f"{name}Function"]) if is_stream else ""
        listeners.append((kebab(name), mapping["State"], oldest, mapping.get("LastProcessingResult", "-")))
    print(table(listeners))
    return dead


def looked_at(resources, url, limit):
    """Up to so many messages of a queue, each once, which stay unseen by others for a while."""
    seen = {}
    while len(seen) < limit:
        answer = resources.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=BATCH, VisibilityTimeout=LOOKING, WaitTimeSeconds=0,
            MessageAttributeNames=["All"], AttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
        )
        new = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
        if not new:
            break
        seen.update({message["MessageId"]: message for message in new})
    return list(seen.values())


def put_back(resources, url, messages):
    """Makes messages seen again, as if nobody had looked."""
    for message in messages:
        resources.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)


def attribute(message, name):
    return message.get("MessageAttributes", {}).get(name, {}).get("StringValue", "")


def described(message, body=False):
    """A dead letter in a few lines, with its body if that was asked for."""
    try:
        event = json.loads(message["Body"])
    except ValueError:
        event = {}
    event = event if isinstance(event, dict) else {}
    sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, timezone.utc)
    if GIVEN_UP in event:
        return given_up(message, event, sent)
    tries = attribute(message, "receives")
    reason = attribute(message, "reason") or "tried without an answer until it was given up: see the function's log"
    lines = [
        f"{sent:%Y-%m-%d %H:%M:%S} UTC  {event.get('type', '?')}  {event.get('subject', event.get('keys', '?'))}",
        f"  reason       {reason}",
        f"  function     {attribute(message, 'function') or '?'}, tried {tries or '?'} times",
        f"  correlation  {attribute(message, 'correlationid') or event.get('correlationid', '?')}",
        f"  message      {message['MessageId']}",
    ]
    return "\n".join(lines + ([f"  {message['Body']}"] if body else []))


def given_up(message, event, sent):
    """What Lambda itself says of records of a stream that it stopped trying (AWS Lambda developer guide, "Retain discarded
    batch records"): how many and when they were written, not which."""
    info, context = event[GIVEN_UP], event.get("requestContext", {})
    return "\n".join([
        f"{sent:%Y-%m-%d %H:%M:%S} UTC  {info['batchSize']} records of {table_of(info)} were not published",
        f"  reason       {context.get('condition', '?')}, after {context.get('approximateInvokeCount', '?')} times",
        f"  function     {context.get('functionArn', '?').rpartition(':function:')[2].partition(':')[0]}",
        f"  written      {info['approximateArrivalOfFirstRecord']} to {info['approximateArrivalOfLastRecord']}",
        f"  message      {message['MessageId']}",
    ])


def show_dead_letters(resources, name, limit, body=False):
    """Prints the oldest dead letters of a queue, and changes nothing."""
    url = resources.dead_letters(name)
    messages = looked_at(resources, url, limit)
    put_back(resources, url, messages)
    for message in sorted(messages, key=lambda message: message["Attributes"]["SentTimestamp"])[:limit]:
        print(described(message, body), end="\n\n")
    print(f"{min(limit, len(messages))} of {sum(resources.counts(url).values())} dead letters of {name}")


def resend(resources, url, messages):
    """Sends messages to a queue. Those it took."""
    entries = []
    for index, message in enumerate(messages):
        own = {name: value for name, value in message.get("MessageAttributes", {}).items() if name not in WRITTEN}
        own = {name: {key: value[key] for key in ("DataType", "StringValue")} for name, value in own.items()}
        entries.append({"Id": str(index), "MessageBody": message["Body"], "MessageAttributes": own})
    answer = resources.sqs.send_message_batch(QueueUrl=url, Entries=entries)
    for failure in answer.get("Failed", []):
        print(f"refused: {failure['Code']} {failure.get('Message', '')}", file=sys.stderr)
    return [messages[int(entry["Id"])] for entry in answer.get("Successful", [])]


def redrive(resources, name, limit, message_id=None):
    """Sends dead letters back, and deletes those that were taken. How many."""
    dead, main_queue, back, remaining = resources.dead_letters(name), resources.queue(name), 0, []
    while back < limit:
        batch = looked_at(resources, dead, min(BATCH, limit - back))
        mine = [one for one in batch if message_id in (None, one["MessageId"])][: limit - back]
        remaining += [one for one in batch if one not in mine]
        if not batch:
            break
        taken = resend(resources, main_queue, mine) if main_queue else republished(resources, mine)
        remaining += [one for one in mine if one not in taken]
        for message in taken:
            resources.sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        back += len(taken)
        if sys.stdout.isatty():
            print(f"\r{back} sent back", end="", flush=True)
    put_back(resources, dead, remaining)
    print(f"{NEW_LINE}{back} sent back to {name}, {sum(resources.counts(dead).values())} dead letters left")
    return back


def table_of(info):
    """The table whose records Lambda gave up."""
    return info["streamArn"].partition(":table/")[2].partition("/")[0]


def republish_written(resources, info):
    """Publishes anew what was changed when the records were written that Lambda gave up: which those are it does not say."""
    logical = next((logical for logical, name in resources.ids.items() if table_of(info) == name), None)
    if logical is None:
        raise Failed(f"the stack has no table {table_of(info)}")
    first = datetime.fromisoformat(info["approximateArrivalOfFirstRecord"].replace("Z", "+00:00")) - BEFORE
    for line in republish_changed(
        resources, first.isoformat(), info["approximateArrivalOfLastRecord"], logical.removesuffix("Table").lower()
    ):
        print(f"\n{line}")


def republished(resources, messages):
    """Of stream records that no event could be made of: the items as they are now, published anew. The messages of those."""
    done = []
    for message in messages:
        place = json.loads(message["Body"])
        try:
            if GIVEN_UP in place:
                republish_written(resources, place[GIVEN_UP])
            else:
                republish_item(resources, place["table"], place["keys"])
            done.append(message)
        except Failed as failure:
            print(f"\nnot published: {failure}", file=sys.stderr)
    return done
