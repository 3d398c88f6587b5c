"""A shop as staff and a customer of this run alone use it, for the journeys."""

import os
import secrets
import time

from localstack.tests.journey import order
from zoco.api import Api, Unexpected

JOURNEY = secrets.token_hex(4)
# How long to wait for what follows from an event, in seconds.
PATIENCE = int(os.environ.get("ZOCO_TEST_PATIENCE") or 60)


def eventually(look, wanted, seconds=PATIENCE):
    """What `look` finds, as soon as it is `wanted`, or after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if wanted(found) or time.monotonic() > end:
            return found
        time.sleep(0.2)


class Shop:
    """The shop as staff and a customer use it."""

    def __init__(self):
        anyone = Api(os.environ["ZOCO_URL"], patience=3)
        self.staff = anyone.signed_in(os.environ["ZOCO_STAFF_EMAIL"], os.environ["ZOCO_STAFF_PASSWORD"])
        email, password = f"events-{JOURNEY}@zoco.example", secrets.token_urlsafe(15)
        anyone.post("/auth/register", "users", {"email": email, "password": password})
        self.customer = anyone.signed_in(email, password)
        self.made = 0

    def key(self):
        self.made += 1
        return f"{JOURNEY}-{self.made}"

    def product(self, name, price=1250):
        key = self.key()
        attributes = {"name": name, "sku": f"EVENTS-{key}", "price": money(price)}
        answer = self.staff.post("/products", "products", attributes, key=key)
        if answer.status != 201:
            raise Unexpected(f"POST /products answered {answer}")
        return answer.data["id"]

    def change(self, product, **attributes):
        answer = self.staff.patch(f"/products/{product}", "products", product, attributes)
        if answer.status != 200:
            raise Unexpected(f"PATCH /products/{product} answered {answer}")

    def receive(self, product, quantity):
        receipt = {"kind": "receipt", "quantity": quantity, "reason": "A delivery"}
        return self.staff.post(f"/inventory/{product}/adjustments", "stock-movements", receipt, key=self.key())

    def stock(self, product):
        return self.staff.get(f"/inventory/{product}")

    def known(self, product):
        """Waits until inventory has the snapshot of a product."""
        answer = eventually(lambda: self.stock(product), lambda answer: answer.status == 200)
        if answer.status != 200:
            raise Unexpected(f"inventory has no snapshot of {product}: {answer}")

    def stocked(self, name, quantity, price=1250):
        """A product of which there is some."""
        product = self.product(name, price)
        self.known(product)
        self.receive(product, quantity)
        return product

    def buy(self, product, quantity=1, expected=None):
        lines = order(product, quantity)
        if expected:
            lines["lines"][0]["expectedUnitPrice"] = money(expected)
        return self.customer.post("/purchases", "sales", lines, key=self.key())

    def order(self, product, quantity=1):
        return self.customer.post("/sales", "sales", order(product, quantity), key=self.key())

    def sale(self, id):
        return self.customer.get(f"/sales/{id}").data["attributes"]

    def decided(self, id, seconds=PATIENCE):
        """A sale once it is no longer pending."""
        return eventually(lambda: self.sale(id), lambda sale: sale["status"] != "pending", seconds)


def money(amount):
    return {"amount": amount, "currency": "USD"}


def put(api, product, quantity, key=None):
    """Puts pieces of a product into the caller's cart."""
    return api.post("/carts/me/items", "cart-items", {"productId": product, "quantity": quantity}, key)


def check_out(api, key):
    return api.call("POST", "/carts/me/checkout", ("sales", {}), key)


def moved(api, sale, status):
    """Moves a sale to a state."""
    return api.patch(f"/sales/{sale}", "sales", sale, {"status": status})
