"""Records the shop of a release: `python -m localstack.tests.record FOLDER` writes FOLDER/<release>, to be run at each one.

A recording has all items of all tables, the events of the topic and the messages of the direct queues. Tests of later
releases load it, upgrade it and let its buyers buy. What is built in target/lambda (`make build`) is deployed to a
local cloud of its own, and filled with a part of the demo catalogue and by journeys. All sales are decided but for a
few that stay pending."""

import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from localstack.cloud.accounts import credentials, ensure_accounts
from localstack.cloud.command import main
from localstack.cloud.deploy import deploy_locally
from localstack.cloud.emulators import free_port
from localstack.cloud.seed import CATALOGUE
from localstack.cloud.shop import variables
from localstack.tests import journey, journey_events
from localstack.tests.event_tap import captured
from localstack.tests.journey_kinds import NATIONAL_IDS, every_kind, leave_pending
from localstack.tests.queue_tap import ListenedTo
from zoco import aws
from zoco.api import Api
from zoco.audit import audited, report_of
from zoco.catalogue.file import read
from zoco.catalogue.transfer import Import, Outcome
from zoco.deploy import SECRETS, template
from zoco.keys import ensure_keys, national_id_key
from zoco.resources import DEAD, Resources
from zoco.stack import described, parameters
from zoco.staff import PATIENCE
from zoco.workspace import LOCAL, ROOT, Failed, run

# Every sixteenth product of the demo catalogue: a product is stored once for each list and word that it is found by.
ONE_OF = 16
MOST_BYTES = 1_000_000
SALE_DEADLINE_SECONDS = "10"
# For how long the queues have to be empty and nothing published, and how long that may take to come, in seconds.
CALM, LONGEST = 15, 300
# Parameters of this one cloud, and secrets.
LEFT_OUT = (*SECRETS, "InternalApiKeyB", "LocalEndpoint", "PublicUrl", "TokenKeys", "SigningKeyVersion", "Architecture")
# Of items whose versions are in events, those whose events have another name.
EVENTS_OF = {"row": "product", "word": "product", "rating": "review"}
README = """# The shop of release {release}, recorded

All items of all tables, all events of the topic and all messages of the direct queues of a shop of commit
`{commit}`, recorded on {recordedAt} by `localstack/tests/record.py`:
on a local cloud of its own, with every sixteenth product of the demo catalogue and the Python journeys. Tests of later
releases start from it.

The accounts, passwords, national ids, tokens and the key in `shop.json` were made up for it and open nothing else.

All streams were published, the audit found no difference, and all queues were empty but for the messages of {pending}
sales that are still pending (`pendingSales` in `shop.json`): in `product-requests` and `sale-deadlines` these were
sent and not handled. `replyTo` in messages is a queue of that cloud. `expiresAt` (seconds since 1970) is of that
day: move it by the time since `recordedAt`, or carts, sessions and revocations count as expired.

| What | Count | Kinds |
| --- | --- | --- |
{counts}
"""


def quiet(resources, topic, left=0):
    """Waits until queues have only what is left there on purpose, and nothing more is published."""
    start = since = time.monotonic()
    before, urls = None, [url for url in map(resources.queue, resources.queues) if url]
    while time.monotonic() < since + CALM:
        waiting = sum(sum(resources.counts(url).values()) for url in urls)
        now = waiting, len(topic.messages())
        if waiting != left or now != before:
            before, since = now, time.monotonic()
        if time.monotonic() > start + LONGEST:
            raise Failed(f"{waiting} messages are in the queues, not {left}")
        time.sleep(1)
    if dead := [name for name in resources.ids if name.endswith(DEAD) and resources.messages(name)]:
        raise Failed(f"there are dead letters: {', '.join(dead)}")


def items(table):
    """All items of a table in DynamoDB's JSON, in the order of their keys."""
    dynamodb = aws.client("dynamodb")
    keys = [key["AttributeName"] for key in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return sorted((item for page in pages for item in page["Items"]), key=lambda item: [item[key]["S"] for key in keys])


def kind(item):
    """What an item is, by its key; of a sale, its status."""
    name = item.get("sk") or item.get("pk") or item.get("status") or {"S": "revocation"}
    return name["S"].split("#")[0]


def check_events(tables, events):
    """Refuses an item whose version is in no event: its stream was not published to the end."""
    events = map(json.loads, events)
    told_of = {(one["type"].split(".")[0], one["subject"], int(one["sequence"].split("-")[1])) for one in events}
    for item in (item for found in tables.values() for item in found):
        what = "sale" if "customerId" in item else EVENTS_OF.get(kind(item), kind(item))
        id, version = item.get("id") or item.get("productId"), int(item.get("version", {"N": 0})["N"])
        if id and version and (what, id["S"], version) not in told_of:
            raise Failed(f"no event has version {version} of the {what} {id['S']}")


def listen_to_sign_ins():
    """Passwords by address, of all who sign in from now on."""
    passwords, sign_in = {}, Api.signed_in

    def signed_in(api, email, password):
        user = sign_in(api, email, password)
        if user:
            passwords[email.casefold()] = password
        return user

    Api.signed_in = signed_in
    return passwords


def accounts(identity, passwords, key):
    """Who can sign in, and those who are disabled; with their national ids, which are stored as digests."""
    digest = lambda id: hmac.new(key.encode(), b"EC\0" + id.encode(), hashlib.sha256).hexdigest()
    owners = {item["userId"]["S"]: item["pk"]["S"] for item in identity if kind(item) == "national-id"}
    ids = {f"national-id#{digest(id)}": id for id in NATIONAL_IDS}
    for item in identity:
        if kind(item) == "email":
            email, user = item["pk"]["S"].removeprefix("email#"), item["userId"]["S"]
            found = {"email": email, "password": passwords[email], "role": item["role"]["S"], "userId": user}
            yield found | {"disabled": item["disabled"]["BOOL"], "nationalId": ids.get(owners.get(user))}


def fill(cloud, stack, values, resources, topic, passwords):
    """Makes the journeys, and leaves some sales pending. Tables and messages of then, and what is to be known."""
    users = ensure_accounts(stack, resources, values)
    users["staff"].patience = PATIENCE
    made = list(Import(users["staff"], "keep", "demo").take_all(read(CATALOGUE).lines[::ONE_OF]))
    print(f"{sum(isinstance(result, Outcome) for _, result in made)} products of the demo catalogue", flush=True)
    journey.journey(stack.url, values["ZOCO_STAFF_EMAIL"], values["ZOCO_STAFF_PASSWORD"])
    journey_events.main()
    ana, bea, products, guests = every_kind(users, resources)
    quiet(resources, topic)
    with resources.not_listening("AnswerProductRequestsFunction"), resources.not_listening("ExpireSaleFunction"):
        pending = leave_pending(ana, bea, products)
        # Each has a question to catalog and a deadline.
        quiet(resources, topic, left=2 * len(pending))
        lines, status = report_of(audited(resources))
        print("\n".join(lines), flush=True)
        if status:
            raise Failed("the books do not balance")
        tables = {name: items(resources.ids[name]) for name in sorted(resources.ids) if name.endswith("Table")}
        messages = list(cloud.sent)
    ssm = aws.client("ssm")
    key = ssm.get_parameter(Name=national_id_key(), WithDecryption=True)["Parameter"]["Value"]
    return tables, messages, {
        "recordedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "accounts": list(accounts(tables["IdentityTable"], passwords, key)),
        "nationalIdKey": key,
        "guestCartTokens": guests,
        "pendingSales": pending,
        "parameters": {name: value for name, value in sorted(parameters(described()).items()) if name not in LEFT_OUT},
    }


def recorded(folder):
    """The items, the events and messages, and what is to be known of them, of a shop that is made for it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cloud, passwords = ListenedTo(free_port(), folder / "cloud"), listen_to_sign_ins()
    try:
        cloud.start()
        cloud.use()
        ensure_keys()
        os.environ["ZOCO_SALE_DEADLINE_SECONDS"] = SALE_DEADLINE_SECONDS
        stack = deploy_locally(cloud, folder / "deploy.log")
        values = variables(cloud, stack, credentials({}))
        os.environ.update(values)
        resources = Resources()
        with captured(resources) as topic:
            tables, messages, about = fill(cloud, stack, values, resources, topic, passwords)
    finally:
        cloud.stop()
    check_events(tables, topic.received)
    sent = {"events": topic.received}
    for queue, body in messages:
        sent.setdefault(f"messages/{queue.removeprefix(f'{aws.stack()}-')}", []).append(body)
    return tables, sent, about


def tables_of_the_template():
    """What the template says of the tables."""
    resources = template()["Resources"].items()
    return {name: one for name, one in resources if one["Type"] == "AWS::DynamoDB::Table"}


def counted(what, kinds):
    kinds = Counter(kinds)
    return f"| {what} | {sum(kinds.values())} | {', '.join(f'{kinds[one]} {one}' for one in sorted(kinds))} |"


def command():
    if len(sys.argv) != 2:
        raise Failed("usage: record.py FOLDER")
    # A polite end, too, has to stop the cloud.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    release = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.M)[1]
    commit = run("git", "rev-parse", "HEAD", stdout=subprocess.PIPE, text=True).stdout.strip()
    tables, sent, about = recorded(LOCAL / "record")
    note = "Made up to be recorded. The accounts, national ids, tokens and the key open nothing else."
    about = {"about": note, "release": release, "commit": commit, **about}
    counts = [counted(f"tables/{name}", map(kind, found)) for name, found in tables.items()]
    counts += [counted(name, (json.loads(body)["type"] for body in bodies)) for name, bodies in sent.items()]
    readme = README.format(**about, counts="\n".join(counts), pending=len(about["pendingSales"]))
    files = {"README.md": readme, "shop.json": json.dumps(about, indent=2, ensure_ascii=False) + "\n"}
    # What the next release's API and indexes are compared with.
    api = json.loads((ROOT / "functions/edge/openapi.json").read_text(encoding="utf-8"))
    files["openapi.json"] = json.dumps(api, separators=(",", ":")) + "\n"
    files["tables.json"] = json.dumps(tables_of_the_template(), indent=1) + "\n"
    as_line = lambda item: json.dumps(item, sort_keys=True, ensure_ascii=False)
    lines = {f"tables/{name}": map(as_line, found) for name, found in tables.items()} | sent
    files |= {f"{name}.ndjson": "".join(f"{line}\n" for line in found) for name, found in lines.items()}
    size = sum(len(text.encode()) for text in files.values())
    if size > MOST_BYTES:
        raise Failed(f"{size:,} bytes are too many for the repository: record less of the demo catalogue")
    folder = Path(sys.argv[1]).resolve() / release
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{size:,} bytes are in {folder}")


if __name__ == "__main__":
    main(command)
