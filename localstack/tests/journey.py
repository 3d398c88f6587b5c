"""A customer's journey through the deployed shop, from outside, with nothing but HTTP.

Reads ZOCO_URL, ZOCO_STAFF_EMAIL and ZOCO_STAFF_PASSWORD from the environment. Prints a line for
each step that went as it should; the first that does not ends the journey."""

import os
import secrets
import sys

from zoco.api import Api, Unexpected
from zoco.workspace import Failed

# Of this journey alone, so that it can be made again on the same shop.
JOURNEY = secrets.token_hex(4)


class WrongTurn(Exception):
    """A step that did not go as it should."""


def step(what, went_well, found):
    if not went_well:
        raise WrongTurn(f"{what}: found {found}")
    print(f"ok {what}", flush=True)


def order(product, quantity):
    return {"lines": [{"productId": product, "quantity": quantity}]}


def journey(base_url, staff_email, staff_password):
    anyone = Api(base_url)
    email, password = f"journey-{JOURNEY}@zoco.example", secrets.token_urlsafe(15)

    answer = anyone.post("/auth/register", "users", {"email": email, "password": password, "displayName": "Ana"})
    step("a customer registers", answer.status == 201, answer)

    customer = anyone.signed_in(email, password)
    step("and signs in", customer is not None, "a wrong password")

    staff = anyone.signed_in(staff_email, staff_password)
    step("so does a member of staff", staff is not None, "a wrong password")

    price = {"amount": 1250, "currency": "USD"}
    attributes = {"name": "Journey cup", "sku": f"JOURNEY-{JOURNEY}", "price": price}
    answer = staff.post("/products", "products", attributes, key=f"product-{JOURNEY}")
    step("who adds a product", answer.status == 201, answer)
    product = answer.data["id"]

    receipt = {"kind": "receipt", "quantity": 10, "reason": "A delivery"}
    answer = staff.post(f"/inventory/{product}/adjustments", "stock-movements", receipt, key=f"receipt-{JOURNEY}")
    step("and books a receipt of ten", answer.status == 201, answer)

    bought = customer.post("/purchases", "sales", order(product, 3), key=f"buy-{JOURNEY}")
    step("the customer buys three", bought.status == 201, bought)
    sale = bought.data["id"]

    answer = customer.get(f"/sales/{sale}")
    total = answer.data and answer.data["attributes"]["total"]
    step("reads the sale and its total", total == {"amount": 3750, "currency": "USD"}, answer)

    answer = staff.get(f"/inventory/{product}")
    step("seven are left", answer.status == 200 and answer.data["attributes"]["available"] == 7, answer)

    answer = customer.post("/purchases", "sales", order(product, 8), key=f"too-many-{JOURNEY}")
    shortages = answer.error.get("meta", {}).get("shortages")
    expected = [{"productId": product, "requested": 8, "available": 7}]
    step("eight are refused, and the answer names what is short", answer.status == 409 and shortages == expected, answer)

    again = customer.post("/purchases", "sales", order(product, 3), key=f"buy-{JOURNEY}")
    replayed = again.status == 201 and again.headers["Idempotent-Replayed"] == "true" and again.text == bought.text
    step("the first purchase sent again gets the first answer", replayed, again)

    answer = staff.get(f"/inventory/{product}")
    step("and takes nothing", answer.status == 200 and answer.data["attributes"]["available"] == 7, answer)

    answer = customer.get("/sales")
    listed = [one["id"] for one in answer.data or []]
    step("the customer's sales list this one alone", listed == [sale], answer)

    answer = staff.get(f"/sales/{sale}", include="customer")
    included = [one["attributes"].get("email") for one in answer.document.get("included", [])]
    step("staff read the sale with its customer, from identity", included == [email], answer)


def main():
    try:
        journey(*(os.environ[name] for name in ("ZOCO_URL", "ZOCO_STAFF_EMAIL", "ZOCO_STAFF_PASSWORD")))
    except KeyError as missing:
        sys.exit(f"error: {missing} is not set; `make up` writes it to .local/shop.env")
    except (WrongTurn, Unexpected, Failed, OSError) as wrong:
        print(f"FAILED {wrong}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
