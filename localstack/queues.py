"""Operating the queues: what waits, what could not be handled and why, sending it back, publishing anew.

    make queues                 what each queue holds; CHECK=1 fails when there are dead letters
    make dlq QUEUE=…            the dead letters of a queue, with the reason; changes nothing
    make redrive QUEUE=…        sends them back to be handled again
    make replay ID=…            publishes the event of an item anew

Redriving is our own loop: SQS's own (StartMessageMoveTask) takes only what SQS itself moved, and functions put
messages among the dead letters by themselves, to say why.

On AWS with your credentials; for the shop of `make up`, with the variables of `.local/shop.env`
(`set -a; . .local/shop.env; set +a`)."""

import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3
from common import REGION, Failed, main
from parts import Parts, kebab
from replay import publish, replay

# What a function writes to a message that it gives up.
WRITTEN = ("reason", "function", "receives", "correlationid")
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


def age(url):
    """How long the oldest message of a queue has waited, by CloudWatch; `-` where that does not measure it."""
    now = datetime.now(timezone.utc)
    found = boto3.client("cloudwatch", region_name=REGION).get_metric_statistics(
        Namespace="AWS/SQS", MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": url.rsplit("/", 1)[-1]}],
        StartTime=now - timedelta(minutes=15), EndTime=now, Period=60, Statistics=["Maximum"],
    )["Datapoints"]
    newest = max(found, key=lambda point: point["Timestamp"], default=None)
    return f"{newest['Maximum']:.0f} s" if newest else "-"


def show_queues(parts):
    """All queues, and who listens. Whether there are dead letters."""
    rows, dead = [("queue", "waiting", "in flight", "delayed", "oldest", "dead letters")], 0
    for name in parts.queues:
        url, letters = parts.queue(name), sum(parts.counts(parts.dead_letters(name)).values())
        rows.append((name, *(parts.counts(url).values() if url else "---"), age(url) if url else "-", letters))
        dead += letters
    print(table(rows), end="\n\n")
    listeners = [("function", "listening", "last result")]
    for name in sorted(name.removesuffix("Mapping") for name in parts.ids if name.endswith("Mapping")):
        mapping = parts.mapping(name + "Function")
        listeners.append((kebab(name), mapping["State"], mapping.get("LastProcessingResult", "-")))
    print(table(listeners))
    return dead


def looked_at(parts, url, limit):
    """Up to so many messages of a queue, each once, which stay unseen by others for a while."""
    seen = {}
    while len(seen) < limit:
        answer = parts.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=BATCH, VisibilityTimeout=LOOKING, WaitTimeSeconds=0,
            MessageAttributeNames=["All"], AttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
        )
        new = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
        if not new:
            break
        seen.update({message["MessageId"]: message for message in new})
    return list(seen.values())


def put_back(parts, url, messages):
    """Makes messages seen again, as if nobody had looked."""
    for message in messages:
        parts.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)


def attribute(message, name):
    return message.get("MessageAttributes", {}).get(name, {}).get("StringValue", "")


def described(message):
    """A dead letter in a few lines."""
    try:
        event = json.loads(message["Body"])
    except ValueError:
        event = {}
    event = event if isinstance(event, dict) else {}
    sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, timezone.utc)
    tries = attribute(message, "receives")
    reason = attribute(message, "reason") or "tried without an answer until it was given up: see the function's log"
    lines = [
        f"{sent:%Y-%m-%d %H:%M:%S} UTC  {event.get('type', '?')}  {event.get('subject', event.get('keys', '?'))}",
        f"  reason       {reason}",
        f"  function     {attribute(message, 'function') or '?'}, tried {tries or '?'} times",
        f"  correlation  {attribute(message, 'correlationid') or event.get('correlationid', '?')}",
        f"  message      {message['MessageId']}",
    ]
    return "\n".join(lines + ([f"  {message['Body']}"] if os.environ.get("BODY") else []))


def show_dead_letters(parts, name, limit):
    url = parts.dead_letters(name)
    messages = looked_at(parts, url, limit)
    put_back(parts, url, messages)
    for message in sorted(messages, key=lambda message: message["Attributes"]["SentTimestamp"])[:limit]:
        print(described(message), end="\n\n")
    print(f"{min(limit, len(messages))} of {sum(parts.counts(url).values())} dead letters of {name}")


def resend(parts, url, messages):
    """Sends messages to a queue. Those it took."""
    entries = []
    for index, message in enumerate(messages):
        own = {name: value for name, value in message.get("MessageAttributes", {}).items() if name not in WRITTEN}
        own = {name: {key: value[key] for key in ("DataType", "StringValue")} for name, value in own.items()}
        entries.append({"Id": str(index), "MessageBody": message["Body"], "MessageAttributes": own})
    answer = parts.sqs.send_message_batch(QueueUrl=url, Entries=entries)
    for failure in answer.get("Failed", []):
        print(f"refused: {failure['Code']} {failure.get('Message', '')}", file=sys.stderr)
    return [messages[int(entry["Id"])] for entry in answer.get("Successful", [])]


def redrive(parts, name, limit, message_id=None):
    """Sends dead letters back, and deletes those that were taken. How many."""
    dead, main_queue, back, kept = parts.dead_letters(name), parts.queue(name), 0, []
    while back < limit:
        batch = looked_at(parts, dead, min(BATCH, limit - back))
        mine = [one for one in batch if message_id in (None, one["MessageId"])][: limit - back]
        kept += [one for one in batch if one not in mine]
        if not batch:
            break
        taken = resend(parts, main_queue, mine) if main_queue else republished(parts, mine)
        kept += [one for one in mine if one not in taken]
        for message in taken:
            parts.sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        back += len(taken)
        if sys.stdout.isatty():
            print(f"\r{back} sent back", end="", flush=True)
    put_back(parts, dead, kept)
    print(f"{NEW_LINE}{back} sent back to {name}, {sum(parts.counts(dead).values())} dead letters left")
    return back


def republished(parts, messages):
    """Of stream records that no event could be made of: the items as they are now, published anew."""
    done = []
    for message in messages:
        place = json.loads(message["Body"])
        try:
            publish(parts, place["table"], place["keys"])
            done.append(message)
        except Failed as failure:
            print(f"\nnot published: {failure}", file=sys.stderr)
    return done


def variable(name, example):
    value = os.environ.get(name, "").strip()
    if not value:
        raise Failed(f"which one? make {sys.argv[1]} {name}={example}")
    return value


def limited(default):
    return int(os.environ.get("LIMIT") or default)


def command():
    parts, what = Parts(), sys.argv[1] if len(sys.argv) == 2 else ""
    if what == "queues":
        if show_queues(parts) and os.environ.get("CHECK"):
            sys.exit(1)
    elif what == "dlq":
        show_dead_letters(parts, variable("QUEUE", "product-requests"), limited(20))
    elif what == "redrive":
        redrive(parts, variable("QUEUE", "product-requests"), limited(sys.maxsize), os.environ.get("ID") or None)
    elif what == "replay":
        started = time.monotonic()
        for said in replay(parts, variable("ID", "0193…"), os.environ.get("KIND") or None):
            print(said)
        print(f"done in {time.monotonic() - started:.1f} s")
    else:
        raise Failed("usage: queues.py queues | dlq | redrive | replay")


if __name__ == "__main__":
    main(command)
