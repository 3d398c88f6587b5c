"""What happens now and then: messages and items that nobody can read, books that do not balance, repeated registrations, and the
less usual ways to ask. It writes into tables and queues as nobody does, and takes it back.

Reads ZOCO_URL, the staff account and the AWS variables from the environment, as `make test` sets them. All of it, or the
parts that are named. Prints a line for each step that went as it should; the first that does not ends the journey."""

import json
import os
import secrets
import subprocess
import sys
import uuid
from contextlib import contextmanager

from localstack.cloud.accounts import claims
from localstack.tests.journey import WrongTurn, step
from localstack.tests.journey_shop import PATIENCE, Shop, eventually, put
from zoco import aws
from zoco.api import Api, Unexpected
from zoco.resources import Resources
from zoco.workspace import ROOT, Failed

# Valid by its check digit, and nobody's: province 30 is for those who are registered abroad.
NATIONAL_ID = "3050000045"
ZOCO = str(ROOT / ".venv/bin/zoco")
QUEUES = ("product-requests", "product-replies", "sale-deadlines", "inventory-inbox", "catalog-inbox", "carts-inbox", "reviews-inbox")
# Items of each table with a stream, of which no event can be made.
BROKEN = {
    "CatalogTable": {"pk": "product#broken"}, "IdentityTable": {"pk": "user#broken"}, "SalesTable": {"id": "broken"},
    "InventoryTable": {"productId": "broken", "sk": "stock"}, "ReviewsTable": {"pk": "review#broken", "sk": "review"},
}


def zoco(*arguments):
    """Runs a command of the operator. Its status and what it prints."""
    ran = subprocess.run([ZOCO, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return ran.returncode, ran.stdout


def item_of(key):
    return {name: {"S": value} for name, value in key.items()}


@contextmanager
def put_item(resources, table, item, key):
    """While a table has an item that no function has written."""
    dynamodb = aws.client("dynamodb")
    dynamodb.put_item(TableName=resources.ids[table], Item=item)
    try:
        yield
    finally:
        dynamodb.delete_item(TableName=resources.ids[table], Key={name: item[name] for name in key})


def what_nobody_can_read(_, resources):
    for queue in QUEUES:
        url, letters = resources.queue(queue), resources.dead_letters(queue)
        before = sum(resources.counts(letters).values())
        resources.sqs.send_message(QueueUrl=url, MessageBody="no event at all")
        found = eventually(lambda: sum(resources.counts(letters).values()), lambda count: count > before, PATIENCE)
        step(f"a message in {queue} that nobody can read is a dead letter", found > before, found)
        resources.sqs.purge_queue(QueueUrl=letters)
    letters = resources.dead_letters("events")
    for table, key in BROKEN.items():
        before = sum(resources.counts(letters).values())
        with put_item(resources, table, {**item_of(key), "version": {"S": "none"}}, key):
            found = eventually(lambda: sum(resources.counts(letters).values()), lambda count: count > before, PATIENCE)
            step(f"an item of {table} that no event can be made of is a dead letter", found > before, found)
        eventually(lambda: sum(resources.counts(letters).values()), lambda count: count > before + 1, 2)
        resources.sqs.purge_queue(QueueUrl=letters)


def books_that_do_not_balance(shop, resources):
    cup = shop.stocked("Rare cup", 20)
    sale = shop.buy(cup).data["id"]
    table = resources.ids["SalesTable"]
    stored = aws.client("dynamodb").get_item(TableName=table, Key={"id": {"S": sale}}, ConsistentRead=True)["Item"]
    old = "2026-01-01T00:00:00Z"
    copy = {**stored, "id": {"S": str(uuid.uuid4())}, "createdAt": {"S": old}, "updatedAt": {"S": old}}
    with put_item(resources, "SalesTable", copy, ("id",)):
        status, said = zoco("audit")
        # What was sold a moment ago is not judged.
        step("the audit looks again at a sale without its movement", status in (1, 4) and "were audited" in said, said)
    other = str(uuid.uuid4())
    stock = {"productId": {"S": other}, "sk": {"S": "stock"}, "available": {"N": "3"}, "version": {"N": "1"}, "sold": {"BOOL": False},
             "updatedAt": {"S": old}, "correlationId": {"S": "rare"}}
    with put_item(resources, "InventoryTable", stock, ("productId", "sk")):
        status, said = zoco("audit")
        step("and stock that is not the sum of its movements", status == 1 and other in said, said)


def less_usual_ways(shop, resources):
    staff, key = shop.staff, secrets.token_hex(4)
    made = {}
    for name in ("one", "other"):
        answer = staff.post("/brands", "brands", {"name": f"Rare {name} {key}"})
        step(f"a brand is made: {name}", answer.status == 201, answer)
        made[name] = answer.data["id"]
    of = lambda name: {"brand": {"data": {"type": "brands", "id": made[name]}}}
    price = {"amount": 900, "currency": "USD"}
    answer = staff.post("/products", "products", {"name": "Rare", "sku": f"RARE-{key}", "price": price}, f"rare-{key}", of("one"))
    step("a product of it", answer.status == 201, answer)
    product = answer.data["id"]
    answer = staff.get(f"/products/{product}", include="brand")
    step("is read with its brand", [one["id"] for one in answer.document["included"]] == [made["one"]], answer)
    # As release 0.1.0 stored it.
    aws.client("dynamodb").update_item(
        TableName=resources.ids["CatalogTable"], Key={"pk": {"S": f"product#{product}"}}, UpdateExpression="REMOVE #names",
        ExpressionAttributeNames={"#names": "names"},
    )
    answer = staff.patch(f"/products/{product}", "products", product, {"name": "Rarer"})
    step("is changed, although it has no name of its brand", answer.status == 200, answer)
    answer = staff.patch(f"/products/{product}", "products", product, {}, of("other"))
    step("and gets another brand", answer.status == 200, answer)
    answer = staff.call("DELETE", f"/products/{product}")
    step("and is deleted", answer.status == 204, answer)
    answer = shop.receive(str(uuid.uuid4()), 1)
    step("goods of a product that catalog does not know are refused", answer.status == 404, answer)
    answer = staff.get("/sales", include="customer")
    step("staff list sales with their customers", answer.status == 200 and answer.document.get("included"), answer)


def customers(shop, resources):
    cup = shop.stocked("Rare cup", 20)
    anyone, key = Api(os.environ["ZOCO_URL"], patience=3), secrets.token_hex(4)
    attributes = {"email": f"rare-{key}@zoco.example", "password": secrets.token_urlsafe(15)}
    first, again = (anyone.post("/auth/register", "users", attributes, key=f"rare-{key}") for _ in range(2))
    step("a registration that is repeated is the same", (first.status, again.status) == (201, 201) and first.data == again.data, again)
    customer = anyone.signed_in(attributes["email"], attributes["password"])
    id = claims(customer.token)["sub"]
    answer = customer.patch("/users/me", "users", id, {"nationalId": NATIONAL_ID})
    # An earlier run may have taken it.
    step("a national id is looked up", answer.status in (200, 409), answer)
    category = shop.staff.post("/categories", "categories", {"name": f"Rare {key}"})
    links = {"categories": {"data": [{"type": "categories", "id": category.data["id"]}]}}
    answer = shop.staff.patch(f"/products/{cup}", "products", cup, {}, links)
    step("a product gets a category", answer.status == 200, answer)
    put(customer, cup, 1)
    in_cart = lambda: customer.get("/carts/me", include="items").document["included"][0]["attributes"]["categoryNames"]
    found = eventually(in_cart, bool)
    step("which carts show", found == [f"Rare {key}"], found)
    answer = customer.patch(f"/carts/me/items/{cup}", "cart-items", cup, {"quantity": 2})
    step("a quantity in a cart is changed", answer.status == 200, answer)
    sold = customer.post("/purchases", "sales", {"lines": [{"productId": cup, "quantity": 1}]}, key=f"rare-{key}")
    step("a purchase", sold.status == 201, sold)
    review = eventually(lambda: customer.post(f"/products/{cup}/reviews", "reviews", {"rating": 4}), lambda found: found.status != 403)
    step("and a review of it", review.status == 201, review)
    event = {
        "specversion": "1.0", "id": f"product/{cup}/9", "source": "urn:zoco:catalog", "type": "product.deleted", "subject": cup,
        "time": "2026-11-27T12:00:00Z", "datacontenttype": "application/json", "sequence": "999999999999999-0000000009",
        "correlationid": "rare", "data": {
            "name": "Rare cup", "sku": f"RARE-{key}", "price": {"amount": 1, "currency": "USD"}, "status": "archived",
            "brandId": None, "categoryIds": [], "tags": [], "imageUrl": None,
        },
    }
    resources.sqs.send_message(QueueUrl=resources.queue("reviews-inbox"), MessageBody=json.dumps(event))
    look = lambda: shop.staff.get(f"/reviews/{review.data['id']}").status
    found = eventually(look, lambda status: status == 404)
    step("reviews of a product that catalog says is deleted are, too", found == 404, found)
    status, said = zoco("users", "set-role", attributes["email"], "staff")
    step("an operator makes a customer staff", status == 0, said)


def a_pending_sale(shop, resources):
    cup = shop.stocked("Rare cup", 20)
    with resources.not_listening("AnswerProductRequestsFunction"):
        sale = shop.order(cup).data["id"]
        status, said = zoco("republish", sale, "--kind", "sale")
        step("a pending sale that is published again asks catalog again", status == 0, said)
    sale = shop.decided(sale)
    step("and is decided", sale["status"] == "confirmed", sale)


PARTS = {
    "unreadable": what_nobody_can_read, "books": books_that_do_not_balance, "ways": less_usual_ways, "pending": a_pending_sale,
    "customers": customers,
}


def main():
    try:
        resources, shop = Resources(), Shop()
        for part in sys.argv[1:] or PARTS:
            PARTS[part](shop, resources)
    except KeyError as missing:
        sys.exit(f"error: {missing} is not set")
    except (WrongTurn, Unexpected, Failed, OSError) as wrong:
        print(f"FAILED {wrong}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
