"""Work that an inbox does in steps, seen from outside: a renamed brand shows on all its products, and the purchase markers
of a deleted user are deleted. Each takes two steps, so the function sends a message to its own inbox."""

import secrets

import boto3
from api import Api, Unexpected
from common import REGION
from journey import step
from journey_buyer import cart_of, put
from journey_shop import JOURNEY, eventually, money

# More than a step of a rename (20 products), and more than one of a deleted user's purchases (25).
PRODUCTS = 26


def named(shop, kind, name):
    """A new brand or category."""
    answer = shop.staff.post(f"/{kind}", kind, {"name": name}, key=shop.key())
    if answer.status != 201:
        raise Unexpected(f"POST /{kind} answered {answer}")
    return answer.data["id"]


def linked_product(shop, brand, category):
    """A product of a brand in a category, ten pieces of it."""
    key = shop.key()
    links = {"brand": {"data": {"type": "brands", "id": brand}}, "categories": {"data": [{"type": "categories", "id": category}]}}
    attributes = {"name": f"Plate {key}", "sku": f"STEPS-{key}", "price": money(100)}
    answer = shop.staff.post("/products", "products", attributes, key=key, relationships=links)
    if answer.status != 201:
        raise Unexpected(f"POST /products answered {answer}")
    shop.receive(answer.data["id"], 10)
    return answer.data["id"]


def a_rename_shows_on_all_products(shop, brand, category, products):
    shown = lambda: {
        (one["attributes"]["brandName"], *one["attributes"]["categoryNames"])
        for one in shop.staff.everything("/products", **{"filter[brand]": brand})
    }
    step("a new product shows the names of its brand and category", shown() == {(f"Loza {JOURNEY}", f"Plates {JOURNEY}")}, shown())
    shop.staff.patch(f"/brands/{brand}", "brands", brand, {"name": f"Barro {JOURNEY}"})
    shop.staff.patch(f"/categories/{category}", "categories", category, {"name": f"Dishes {JOURNEY}"})
    found = eventually(shown, lambda names: names == {(f"Barro {JOURNEY}", f"Dishes {JOURNEY}")})
    step(f"renamed, all {len(products)} show the new names", found == {(f"Barro {JOURNEY}", f"Dishes {JOURNEY}")}, found)
    put(shop.customer, products[0], 1)
    names = lambda: cart_of(shop.customer)[2][products[0]]["categoryNames"]
    found = eventually(names, lambda names: names == [f"Dishes {JOURNEY}"])
    step("and so does the item in a cart", found == [f"Dishes {JOURNEY}"], found)
    shop.customer.call("DELETE", f"/carts/me/items/{products[0]}")


def a_deleted_user_leaves_no_purchase_markers(shop, parts, products):
    email, password = f"steps-{secrets.token_hex(4)}@zoco.example", secrets.token_urlsafe(15)
    anyone = Api(shop.customer.base_url, patience=3)
    user = anyone.post("/auth/register", "users", {"email": email, "password": password}).data["id"]
    buyer = anyone.signed_in(email, password)
    lines = {"lines": [{"productId": product, "quantity": 1} for product in products]}
    answer = eventually(lambda: buyer.post("/purchases", "sales", lines, key=secrets.token_hex(8)), lambda answer: answer.status == 201)
    step(f"a user buys {len(products)} products", answer.status == 201, answer)
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    kept = lambda: {item["sk"]["S"].split("#")[0] for item in dynamodb.query(
        TableName=parts.ids["ReviewsTable"], KeyConditionExpression="pk = :customer", ConsistentRead=True,
        ExpressionAttributeValues={":customer": {"S": f"customer#{user}"}},
    )["Items"]}
    found = eventually(kept, lambda kept: kept == {"bought"})
    step("and may review them", found == {"bought"}, found)
    answer = buyer.call("DELETE", "/users/me", ("users", {"currentPassword": password}), id=user)
    step("the user's account is deleted", answer.status == 204, answer)
    found = eventually(kept, lambda kept: kept == {"gone"})
    step("and all purchase markers are", found == {"gone"}, found)


def long_work_goes_in_steps(shop, parts):
    brand, category = named(shop, "brands", f"Loza {JOURNEY}"), named(shop, "categories", f"Plates {JOURNEY}")
    products = [linked_product(shop, brand, category) for _ in range(PRODUCTS)]
    a_rename_shows_on_all_products(shop, brand, category, products)
    a_deleted_user_leaves_no_purchase_markers(shop, parts, products)
