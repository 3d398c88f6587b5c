"""P19: the recorded shop of the last release becomes one of this release while its buyers buy, and nothing is lost.

First the shop makes every kind of item anew: these are the shapes that all items have to have afterwards. Then its tables are
emptied and loaded with the recording, in many copies with PROOF=full; buyers buy, migrations are killed and run two at once;
then all is looked at: items, shapes, names, the stock audit, journeys.

Reads the variables of `.local/shop.env` from the environment. It replaces all that the shop has: for a shop that nobody else
is using, whose customers may have any number of open sales and purchases (`run.py` starts one). Prints a line for each thing
that was looked at, and a row for the table of `make proof`."""

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from localstack.tests import journey
from localstack.tests.journey import WrongTurn, step
from localstack.tests.journey_kinds import every_kind, leave_pending
from localstack.tests.journey_shop import eventually, put
from localstack.tests.record import items, kind
from localstack.tests.tables import quiet, replaced
from zoco.api import Api, Unexpected
from zoco.audit import audited, report_of
from zoco.resources import Resources
from zoco.workspace import ROOT, Failed

FULL = os.environ.get("PROOF") == "full"
# How many shops of the last release there are in one, and how often their migration is killed.
COPIES, KILLS = (60, 20) if FULL else (2, 3)
RELEASE = ROOT / "localstack/tests/recorded/0.1.0"
ZOCO = str(ROOT / ".venv/bin/zoco")
BUYERS, PATIENCE = 4, 1_800 if FULL else 180
# Without migrations: revocations expire within the hour, entries of the audit log are never changed, and a customer's open
# sales are counted since this release only.
NOT_MIGRATED = ("RevocationsTable", "AuditLogTable", "OpenSalesTable")
# What migrated items of a kind may lack, and why.
MAY_LACK = {
    # Known after the next sign-in: a hash does not tell how long its password is.
    "email": {"longPassword"},
    # Of those without a brand and categories.
    "product": {"names"}, "word": {"names"},
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def all_items(resources):
    """All items of the tables that have migrations, by table."""
    names = [name for name in resources.ids if name.endswith("Table") and name not in NOT_MIGRATED]
    return {name: [one for one in items(resources.ids[name]) if "target" not in one] for name in sorted(names)}


def key_of(table, item):
    """An item's key, as a text."""
    names = {"InventoryTable": ("productId", "sk"), "ReviewsTable": ("pk", "sk"), "SalesTable": ("id",)}.get(table, ("pk",))
    return " ".join(item[name]["S"] for name in names)


def attributes(item):
    """The names of an item's attributes; of those that are made of an id, how they begin."""
    return {name.split("#")[0] for name in item}


def what_it_is(table, item):
    """The kind of an item, whose items have the same attributes but for those that may be missing."""
    if table == "SalesTable":
        return "sale"
    return "checkout" if kind(item) == "request" and "saleId" in item else kind(item)


def shapes(tables):
    """Of each kind of items, the attributes that all of them have, and those that any has."""
    found = defaultdict(list)
    for table, some in tables.items():
        for item in some:
            found[table, what_it_is(table, item)].append(attributes(item))
    return {what: (set.intersection(*names), set.union(*names)) for what, names in found.items()}


class Recording:
    """The items of the last release's shop, so many times."""

    def __init__(self):
        self.about = json.loads((RELEASE / "shop.json").read_text(encoding="utf-8"))
        tables = sorted((RELEASE / "tables").glob("*.ndjson"))
        self.lines = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in tables}
        recorded = datetime.strptime(self.about["recordedAt"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        self.older = int((datetime.now(timezone.utc) - recorded).total_seconds())
        catalogue = "\n".join(self.lines["CatalogTable"])
        # Copies are in the same brands and categories.
        self.shared = set(re.findall(r'"(?:brand|category)#([0-9a-f-]{36})"', catalogue))
        self.parts = dict(self.derivations())
        wrong = [id for id, parts in self.parts.items() if derived(parts) != id]
        if wrong:
            raise Failed(f"the recording has ids that are derived otherwise, such as {wrong[0]}")

    def derivations(self):
        """Ids that are derived from others, with what they are derived from: those of movements of sales, and of reviews."""
        sales = {one["number"]["S"]: (one["id"]["S"], made(one["createdAt"]["S"])) for one in map(json.loads, self.lines["SalesTable"])}
        for item in map(json.loads, self.lines["InventoryTable"]):
            movement = item.get("kind", {"S": ""})["S"]
            if movement in ("sale", "cancellation"):
                # The sale may have been deleted since.
                if item["reference"]["S"] in sales:
                    yield item["id"]["S"], (f"movements/{movement}", *sales[item["reference"]["S"]], item["productId"]["S"])
        for item in map(json.loads, self.lines["ReviewsTable"]):
            if kind(item) == "review" and item.get("authorId", {}).get("S"):
                yield item["id"]["S"], ("reviews", item["productId"]["S"], item["authorId"]["S"])

    def items(self, copies):
        """All items, by their tables; expiring ones with as long to live as they had."""
        for table, lines in self.lines.items():
            for number in range(copies):
                for line in lines:
                    item = json.loads(self.copied(line, number))
                    if number and not self.belongs_to_a_copy(item):
                        continue
                    for name in ("expiresAt", "forgottenAt", "notBefore", "knownUntil"):
                        if int(item.get(name, {}).get("N", 0)):
                            item[name]["N"] = str(int(item[name]["N"]) + self.older)
                    yield table, item

    def copied(self, line, number):
        """A line of another shop: its ids, addresses, SKUs and guests are others."""
        if not number:
            return line
        line = UUID.sub(lambda id: self.other_id(id[0], number), line)
        line = line.replace("@zoco.example", f"@copy-{number}.zoco.example")
        line = re.sub(r'("pk": {"S": "(?:sku|guest)#[^"]*)"', rf'\1-{number}"', line)
        return re.sub(r'("sku": {"S": "[^"]*)"', rf'\1-{number}"', line)

    def other_id(self, id, number):
        """The id of a copy: of the same form and at the same place in time, or derived from the copy's ids."""
        if id in self.shared:
            return id
        if id in self.parts:
            return derived([self.other_id(part, number) if UUID.fullmatch(part) else part for part in self.parts[id]])
        return id[:-8] + f"{(int(id[-8:], 16) + number * 0x9E3779B1) % 2**32:08x}"

    @staticmethod
    def belongs_to_a_copy(item):
        """All but brands, categories and national ids, which are unique."""
        return item.get("pk", {"S": ""})["S"].split("#")[0] not in ("brand", "category", "slug", "tree", "national-id")

    def account(self, role):
        """Who has a role: the address and the password."""
        found = next(one for one in self.about["accounts"] if one["role"] == role and not one["disabled"])
        return found["email"], found["password"]


def made(at):
    """When something was made, as sequences begin (`kernel::sequence`): milliseconds since 1970."""
    return f"{round(datetime.fromisoformat(at.replace('Z', '+00:00')).timestamp() * 1000):015}"


def derived(parts):
    """The id that follows from parts (`kernel::ids::derived`)."""
    sizes = (len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    found = bytearray(hashlib.sha256(b"".join(sizes)).digest()[:16])
    # Version 8, in the variant of RFC 9562.
    found[6], found[8] = 0x80 | found[6] & 0x0F, 0x80 | found[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(found)))


class Buyers:
    """Customers of the recording who buy, fill carts, sign in and read, until the upgrade has ended."""

    def __init__(self, recording, staff):
        self.answers, self.refused, self.stopped = Counter(), [], threading.Event()
        listed = list(staff.everything("/products", **{"filter[status]": "active"}))
        self.products = [one["id"] for one in listed[:20]]
        for number, product in enumerate(self.products):
            receipt = {"kind": "receipt", "quantity": 5_000, "reason": "For the upgrade"}
            answer = staff.post(f"/inventory/{product}/adjustments", "stock-movements", receipt, key=f"upgrade-{number}")
            if answer.status != 201:
                raise WrongTurn(f"a receipt of {product}: {answer}")
        customers = [one for one in recording.about["accounts"] if one["role"] == "customer" and not one["disabled"]]
        self.accounts = [(one["email"], one["password"]) for one in customers]
        self.threads = [threading.Thread(target=self.buy, args=(number,)) for number in range(BUYERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def note(self, what, answer, fine):
        self.answers[what] += 1
        if answer.status not in fine:
            self.refused.append(f"{what}: {answer}")

    def buy(self, number):
        chance, anyone = random.Random(number), Api(os.environ["ZOCO_URL"])
        try:
            email, password = self.accounts[number % len(self.accounts)]
            customer, bought = anyone.signed_in(email, password), 0
            while not self.stopped.is_set():
                product = chance.choice(self.products)
                lines = {"lines": [{"productId": product, "quantity": 1}]}
                # Too many pieces of a product are refused for good reason.
                sold = customer.post("/purchases", "sales", lines, key=f"upgrade-{number}-{(bought := bought + 1)}")
                limited = sold.error.get("code") == "customer_limit"
                self.note("purchase", sold, (201, 202, 409 if limited else 201))
                self.note("cart", put(customer, product, 1), (200, 201, 409, 422))
                self.note("product", anyone.get(f"/products/{product}"), (200,))
                self.note("sales", customer.get("/sales"), (200,))
                self.note("list", anyone.get("/products", sort="name"), (200,))
        except (OSError, Unexpected, AttributeError) as error:
            self.refused.append(f"buyer {number}: {error!r}")


def migrate(*arguments):
    """Runs `zoco migrate`. Its status and what it prints."""
    command = [ZOCO, "migrate", *arguments]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return ran.returncode, ran.stdout


def killed(seconds):
    """Runs the migrations and kills them after a while, unless they have ended. Whether they were killed."""
    running = subprocess.Popen([ZOCO, "migrate", "run"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        running.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
        running.wait()
        return True


def upgraded():
    """Migrates with many interruptions, then two at once. How often it was killed, and how long all of it took."""
    started = time.monotonic()
    kills = sum(killed(random.uniform(1, 4)) for _ in range(KILLS))
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: migrate("run"), range(2)))
    for status, said in runs:
        step("a run beside another one ends well", status == 0, said)
    return kills, time.monotonic() - started


def looked_at(resources, recording, loaded, wanted):
    """What became of the items. How many there are."""
    status, said = migrate("verify")
    step("zoco migrate verify finds all items of this release", status == 0, said)
    tables, now = all_items(resources), time.time()
    lasting = lambda item: int(item.get("expiresAt", {}).get("N", now + 10_000)) > now + 600
    there = {table: {key_of(table, item) for item in some} for table, some in tables.items()}
    lost = [(table, key_of(table, item)) for table in tables for item in loaded[table] if lasting(item)
            and key_of(table, item) not in there[table] and not may_go(item)]
    step(f"of {sum(map(len, loaded.values()))} items none is lost", not lost, lost[:5])
    without = [(table, key_of(table, item)) for table, some in tables.items() for item in some if "schemaVersion" not in item]
    step("all have the number of this release", not without, without[:5])
    names = lambda: [item["id"]["S"] for item in items(resources.ids["CatalogTable"]) if kind(item) == "product"
                     and item.get("brandId", {}).get("S") and not item.get("names", {}).get("M", {}).get("brand", {}).get("S")]
    nameless = eventually(names, lambda found: not found, PATIENCE)
    step("products have the names of their brands", not nameless, nameless[:5])
    quiet(resources)
    faults = list(different(shapes(all_items(resources)), wanted))
    step("each is of the shape that the shop writes now", not faults, sorted(faults))
    return sum(map(len, tables.values()))


def different(found, wanted):
    """What items lack or have that those of the same kind which the shop makes now do not."""
    for (table, what), (always, ever) in found.items():
        if (table, what) not in wanted:
            yield f"{what} in {table} is of a kind that the shop does not make"
            continue
        must, may = wanted[table, what]
        yield from (f"{what} in {table} lacks {name}" for name in must - always - MAY_LACK.get(what, set()))
        yield from (f"{what} in {table} has {name}" for name in ever - may)


def may_go(item):
    """Whether the shop deletes such an item in its daily work: sessions and counts of attempts, when somebody signs in."""
    return kind(item) in ("session", "attempts", "request")


def balanced(resources):
    """The stock audit, once nothing is under way."""
    quiet(resources)
    lines, status = report_of(audited(resources))
    # Only what was changed a moment ago and differs is not judged.
    step(f"the stock audit: {lines[-1]}", status == 0, "\n".join(lines))


def row(reached, started):
    asked = "the shop of 0.1.0 in 60 copies, buyers meanwhile, killed 20 times: none lost, none refused"
    print(f"| P19 upgrade | {asked} | {reached} | {time.monotonic() - started:.0f} s |", flush=True)


def main():
    started = time.monotonic()
    try:
        resources, recording, url = Resources(), Recording(), os.environ["ZOCO_URL"]
        anyone = Api(url, patience=3)
        demo = {role: anyone.signed_in(os.environ[f"ZOCO_{role.upper()}_EMAIL"], os.environ[f"ZOCO_{role.upper()}_PASSWORD"])
                for role in ("admin", "staff", "customer")}
        ana, bea, made, _ = every_kind(demo, resources)
        with resources.not_listening("AnswerProductRequestsFunction"):
            leave_pending(ana, bea, made)
            fresh = all_items(resources)
        without = [(table, key_of(table, item)) for table, some in fresh.items() for item in some if "schemaVersion" not in item]
        step("every kind of item that the shop makes has the number of its shape", not without, without[:5])
        loaded = replaced(resources, recording.items(COPIES))
        staff = Api(url, patience=3).signed_in(*recording.account("staff"))
        step("staff of the last release sign in", staff is not None, "a wrong password")
        with Buyers(recording, staff) as buyers:
            kills, seconds = upgraded()
            count = sum(map(len, loaded.values()))
        step(f"{sum(buyers.answers.values())} requests meanwhile, none refused", not buyers.refused, buyers.refused[:3])
        count = looked_at(resources, recording, loaded, shapes(fresh))
        balanced(resources)
        email, password = recording.account("staff")
        journey.journey(url, email, password)
        balanced(resources)
    except (WrongTurn, Unexpected, Failed, OSError) as wrong:
        print(f"FAILED {wrong}", flush=True)
        sys.exit(1)
    rate = f"{count / seconds:.0f} a second with {kills} kills"
    row(f"{count} items, {rate}; {sum(buyers.answers.values())} requests, 0 refused; audit: 0 differences", started)


if __name__ == "__main__":
    main()
