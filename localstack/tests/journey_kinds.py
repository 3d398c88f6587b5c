"""Leaves behind every kind of item that the shop stores, several of each: what `record.py` records of a release.

All is done over HTTP, on a shop that nobody else is using. Names, addresses and national ids are made up."""

import secrets
import uuid

from localstack.cloud.accounts import claims
from localstack.tests.journey import WrongTurn
from localstack.tests.journey_shop import Shop, check_out, eventually, money, moved, put
from zoco.api import Api

# Valid by their check digit. Province 30 is for those who are registered abroad.
NATIONAL_IDS = ("3050000003", "3050000011", "3050000029", "3050000037")


def good(answer):
    """An answer that is no refusal."""
    if answer.status >= 300:
        raise WrongTurn(answer)
    return answer


class Demo(Shop):
    """The shop as its demo accounts use it."""

    def __init__(self, users):
        self.staff, self.customer, self.made = users["staff"], users["customer"], 0

    def key(self):
        self.made += 1
        return f"kinds-{self.made}"


class Person:
    """A user who registers, signs in and buys."""

    def __init__(self, shop, name, **attributes):
        self.shop, self.name, self.keys = shop, name, 0
        self.email, self.password = f"{name}@zoco.example", secrets.token_urlsafe(15)
        self.anyone = Api(shop.customer.base_url, patience=3)
        attributes |= {"email": self.email, "password": self.password}
        good(self.anyone.post("/auth/register", "users", attributes))
        self.sign_in()

    def sign_in(self):
        self.api = self.anyone.signed_in(self.email, self.password)
        self.id = claims(self.api.token)["sub"]

    def change(self, **attributes):
        good(self.api.patch("/users/me", "users", self.id, attributes))

    def buy(self, pieces, path="/purchases", prices=()):
        """The id of a sale of so many pieces by product, at the prices that are expected of some."""
        lines = [{"productId": product, "quantity": quantity} for product, quantity in pieces.items()]
        for line, price in zip(lines, prices):
            line["expectedUnitPrice"] = money(price)
        self.keys += 1
        return good(self.api.post(path, "sales", {"lines": lines}, key=f"{self.name}-{self.keys}")).data["id"]

    def ends(self, sale, status):
        """Waits until a sale is decided."""
        look = lambda: self.api.get(f"/sales/{sale}").data["attributes"]["status"]
        found = eventually(look, lambda found: found != "pending")
        if found != status:
            raise WrongTurn(f"sale {sale} is {found}, not {status}")

    def review(self, product, rating, key=None, **words):
        write = lambda: self.api.post(f"/products/{product}/reviews", "reviews", {"rating": rating, **words}, key=key)
        return good(eventually(write, lambda answer: answer.status != 403)).data["id"]

    def delete(self):
        good(self.api.call("DELETE", "/users/me", ("users", {"currentPassword": self.password}), id=self.id))


def people(shop, admin):
    """Users with and without names and national ids; those whose sessions ended in each of the ways; an admin's
    changes; counts of attempts."""
    ana = Person(shop, "Ana.Torres", displayName="Ana Torres", nationalId=NATIONAL_IDS[0])
    bea = Person(shop, "bea", displayName="Béa Ñandú")
    bea.change(nationalId=NATIONAL_IDS[1])
    bea.change(nationalId=NATIONAL_IDS[2], displayName=None)
    carl = Person(shop, "carl")
    carl.email, old = "carl.new@zoco.example", carl.password
    carl.change(email=carl.email, currentPassword=old)
    carl.sign_in()
    Api(carl.api.base_url).signed_in(carl.email, old)
    carl.password = secrets.token_urlsafe(15)
    passwords = ("password-changes", {"currentPassword": old, "newPassword": carl.password})
    good(carl.api.call("PUT", "/auth/password", passwords))
    carl.sign_in()
    dora, emil, hugo = (Person(shop, name, displayName=name.title()) for name in ("dora", "emil", "hugo"))
    for person, change in ((dora, {"role": "staff"}), (emil, {"disabled": True})):
        good(admin.patch(f"/users/{person.id}", "users", person.id, change))
    for person in (dora, bea, carl):
        person.sign_in()
        person.api.renewed(person.api.token)
    hugo.sign_in()
    good(hugo.api.call("POST", "/auth/logout", ("sessions", {"all": True})))
    hugo.sign_in()
    good(hugo.api.call("POST", "/auth/logout"))
    for _ in range(5):
        hugo.anyone.signed_in(hugo.email, "a wrong guess")
    return ana, bea, carl


def catalogue(shop):
    """Brands and categories that were changed, moved, deleted and never used; products in every state."""
    staff = shop.staff
    post = lambda kind, links=None, **attributes: good(staff.post(f"/{kind}", kind, attributes, None, links)).data["id"]
    one = lambda kind, id: {"data": {"type": kind, "id": id}}
    used, unused, deleted = (post("brands", name=name) for name in ("Cerámica Ñ", "Nobody's", "Deleted"))
    good(staff.patch(f"/brands/{used}", "brands", used, {"name": "Cerámica Ñandú", "description": "By the river."}))
    good(staff.call("DELETE", f"/brands/{deleted}"))
    root = post("categories", name="Recorded", description="All of the journey's.")
    below = {"parent": one("categories", root)}
    left, right, last = (post("categories", below, name=name) for name in ("Left", "Right", "Last"))
    good(staff.patch(f"/categories/{right}", "categories", right, {}, {"parent": one("categories", left)}))
    good(staff.call("DELETE", f"/categories/{last}"))
    both = {"categories": {"data": [{"type": "categories", "id": id} for id in (left, right)]}}
    links = {"brand": one("brands", used), **both}
    described = {"description": "Made for a recording.", "tags": ["recorded", "clay"], "imageUrl": "https://img.test/a"}
    made = {}
    for name, status, links, more in (
        ("Jarra de café", "active", links, described),
        ("Plato hondo", "active", both, described),
        ("Taza", "active", {"brand": links["brand"]}, described),
        ("Draft bowl", "draft", links, described),
        ("Archived bowl", "archived", links, described),
        ("Deleted bowl", "active", links, described),
        ("Deleted unseen", "draft", None, {}),
    ):
        attributes = {"name": name, "sku": f"KIND-{len(made)}", "status": status, "price": money(900), **more}
        made[name] = post("products", links, **attributes)
        shop.known(made[name])
    stock(shop, made)
    shop.change(made["Taza"], sku="Kind-Taza", name="Taza de barro")
    for name in ("Deleted bowl", "Deleted unseen"):
        good(staff.call("DELETE", f"/products/{made[name]}"))
    return made


def stock(shop, made):
    """Stock that was booked, counted and warned of; also of a product that nobody knows."""
    pieces = {"Jarra de café": 60, "Plato hondo": 30, "Taza": 9, "Archived bowl": 2, "Deleted bowl": 5}
    for name, quantity in pieces.items():
        good(shop.receive(made[name], quantity))
    for name, quantity, more in (("Jarra de café", -3, {"reference": "COUNT-7"}), ("Plato hondo", 2, {})):
        counted = {"kind": "adjustment", "quantity": quantity, "reason": "A count", **more}
        good(shop.staff.post(f"/inventory/{made[name]}/adjustments", "stock-movements", counted, key=shop.key()))
    for name, mark in (("Jarra de café", 5), ("Taza", 20), ("Plato hondo", 3), ("Plato hondo", None)):
        good(shop.staff.patch(f"/inventory/{made[name]}", "stock-items", made[name], {"lowStockAt": mark}))


def sales(shop, parts, made, ana, bea, carl, fred):
    """Sales in every state but pending, by each of the ways that lead there."""
    jar, plate, cup = (made[name] for name in ("Jarra de café", "Plato hondo", "Taza"))
    for person in (ana, bea, carl, fred):
        shipped, delivered, cancelled, _ = (person.buy({jar: n, plate: 1}, prices=[900]) for n in (1, 2, 3, 4))
        for sale, status in ((shipped, "shipped"), (delivered, "shipped"), (delivered, "delivered")):
            good(moved(shop.staff, sale, status))
        good(moved(shop.staff if person is bea else person.api, cancelled, "cancelled"))
        person.ends(person.buy({cup: 1, jar: 1}, "/sales"), "confirmed")
    archived, deleted = made["Archived bowl"], made["Deleted bowl"]
    for pieces, price in (({cup: 99, plate: 99}, 900), ({jar: 1}, 1), ({archived: 1}, 900), ({deleted: 1}, 900)):
        ana.ends(ana.buy(pieces, "/sales", [price]), "rejected")
    removed = bea.buy({cup: 99}, "/sales")
    bea.ends(removed, "rejected")
    good(shop.staff.call("DELETE", f"/sales/{removed}"))
    with parts.not_listening("AnswerProductRequestsFunction"):
        good(moved(bea.api, bea.buy({cup: 1}, "/sales"), "cancelled"))
    with parts.without("InternalProductFunction"):
        good(shop.receive(str(uuid.uuid4()), 4))


def reviews(shop, made, ana, bea, carl, fred):
    """Reviews as they were written, changed, hidden, shown again, deleted, and of an author who goes."""
    jar, plate = made["Jarra de café"], made["Plato hondo"]
    ana.review(jar, 5, key="ana-reviews", title="Una jarra", body="No gotea.\nSírvase.")
    changed, hidden = bea.review(jar, 3), carl.review(jar, 1, body="Words that staff hide.")
    shown = ana.review(plate, 2)
    fred.review(jar, 4, title="Fred's", body="Of one who goes.")
    removed = bea.review(plate, 1)
    good(bea.api.patch(f"/reviews/{changed}", "reviews", changed, {"rating": 4, "title": "Better now"}))
    for review, status in ((hidden, "hidden"), (shown, "hidden"), (shown, "published")):
        good(shop.staff.patch(f"/reviews/{review}", "reviews", review, {"status": status}))
    good(bea.api.call("DELETE", f"/reviews/{removed}"))


def carts(shop, made, ana, bea, carl, fred):
    """Carts of customers and guests: full, empty, merged, rejected, with what was added under a key. The guests'
    tokens."""
    jar, plate, cup = (made[name] for name in ("Jarra de café", "Plato hondo", "Taza"))
    tokens = []
    for pieces in ({jar: 2}, {jar: 1, plate: 1}, {cup: 3, plate: 999}):
        guest = Api(ana.api.base_url, patience=3)
        for product, quantity in pieces.items():
            answer = good(put(guest, product, quantity))
            guest.headers.setdefault("Cart-Token", answer.headers["Cart-Token"])
        tokens.append(guest.headers["Cart-Token"])
    good(put(ana.api, plate, 5, "ana-adds"))
    ana.api.headers["Cart-Token"] = tokens.pop()
    good(ana.api.call("POST", "/carts/me/merge"))
    ana.api.headers.clear()
    good(check_out(ana.api, "ana-checks-out"))
    rejected = lambda: ana.api.get("/carts/me").data["attributes"]["rejection"]
    if not eventually(rejected, bool):
        raise WrongTurn("the checkout of 1,000 plates was not rejected")
    good(put(carl.api, jar, 1))
    good(carl.api.call("DELETE", "/carts/me"))
    good(put(fred.api, jar, 1))
    good(put(shop.customer, jar, 2, "customer-adds"))
    # From now on ana's cart has something that is not on offer.
    shop.change(cup, status="archived")
    return tokens


def every_kind(users, parts):
    """All of it. Two buyers, and the tokens of guests who have carts."""
    shop = Demo(users)
    ana, bea, carl = people(shop, users["admin"])
    fred = Person(shop, "fred", displayName="Fred", nationalId=NATIONAL_IDS[3])
    made = catalogue(shop)
    sales(shop, parts, made, ana, bea, carl, fred)
    reviews(shop, made, ana, bea, carl, fred)
    tokens = carts(shop, made, ana, bea, carl, fred)
    fred.delete()
    Person(shop, "gina").delete()
    return ana, bea, made, tokens


def leave_pending(ana, bea, made):
    """Makes sales that stay pending while nobody listens to their queues, one of them a cart's. Their ids."""
    jar, plate = made["Jarra de café"], made["Plato hondo"]
    pending = [ana.buy({jar: 1}, "/sales"), ana.buy({jar: 2, plate: 1}, "/sales", [900, 900])]
    good(put(bea.api, jar, 1))
    cart = good(check_out(bea.api, "bea-checks-out")).data["id"]
    # The same cart under another key is the same sale.
    good(check_out(bea.api, "bea-checks-out-again"))
    return [*pending, cart]
