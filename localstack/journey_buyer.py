"""The whole way of a buyer, seen from outside: a guest fills a cart, registers, takes the cart along, checks out, gets
what was ordered, and reviews it."""

import secrets

from api import Api
from journey import step
from journey_shop import eventually, money


def cart_of(api):
    """What is in a cart: pieces by product, the cart, its answer."""
    answer = api.get("/carts/me", include="items")
    items = {one["id"]: one["attributes"] for one in answer.document.get("included", [])}
    return {product: item["quantity"] for product, item in items.items()}, answer.data, items


def put(api, product, quantity, key=None):
    return api.post("/carts/me/items", "cart-items", {"productId": product, "quantity": quantity}, key)


def check_out(api, key):
    return api.call("POST", "/carts/me/checkout", ("sales", {}), key)


def a_guest_becomes_a_reviewer(shop):
    cup, mug = shop.stocked("Guest's cup", 10), shop.stocked("Guest's mug", 2, price=500)
    guest = Api(shop.customer.base_url, patience=3)
    answer = eventually(lambda: put(guest, cup, 2), lambda answer: answer.status == 201)
    token = answer.headers["Cart-Token"]
    step("a guest puts something into a cart, and gets its token", answer.status == 201 and token, answer)
    guest.headers["Cart-Token"] = token
    answer = put(guest, mug, 1)
    step("and something else", answer.status == 201, answer)
    pieces, cart, _ = cart_of(guest)
    shown = pieces == {cup: 2, mug: 1} and cart["attributes"]["total"] == money(3000)
    step("the cart shows it, and what it comes to", shown, cart)

    email, password = f"guest-{secrets.token_hex(4)}@zoco.example", secrets.token_urlsafe(15)
    guest.post("/auth/register", "users", {"email": email, "password": password})
    buyer = Api(guest.base_url, patience=3).signed_in(email, password)
    put(buyer, cup, 1)
    buyer.headers["Cart-Token"] = token
    answer = buyer.call("POST", "/carts/me/merge")
    step("registered and signed in, the guest takes the cart along", answer.status in (200, 201), answer)
    again = buyer.call("POST", "/carts/me/merge")
    buyer.headers.clear()
    pieces, cart, _ = cart_of(buyer)
    step("once", again.status == answer.status and pieces == {cup: 3, mug: 1}, (again, pieces))
    step("and the guest's is no more", guest.get("/carts/me").status == 404, guest.get("/carts/me"))

    shop.change(cup, price=money(1300))
    seen = lambda: cart_of(buyer)[1]["attributes"]["total"]
    total = eventually(seen, lambda total: total == money(4400))
    step("a price that changes is the cart's price, too", total == money(4400), total)
    answer = put(buyer, mug, 5)
    step("more than there are may be put into it", answer.status in (200, 201), answer)
    key = secrets.token_hex(8)
    answer = check_out(buyer, key)
    step("a checkout is accepted", answer.status == 202 and "/sales/" in answer.headers["Location"], answer)
    decided = lambda: buyer.get(f"/sales/{answer.data['id']}").data["attributes"]["status"]
    status = eventually(decided, lambda status: status != "pending")
    step("and rejected for lack of stock", status == "rejected", status)
    why = lambda: (cart_of(buyer)[1]["attributes"]["rejection"] or {}).get("code")
    found = eventually(why, bool)
    step("the cart says why, and keeps what is in it", found == "insufficient_stock" and len(cart_of(buyer)[0]) == 2, found)

    answer = buyer.patch(f"/carts/me/items/{mug}", "cart-items", mug, {"quantity": 2})
    step("with fewer of it", answer.status == 200, answer)
    key = secrets.token_hex(8)
    answer, second = check_out(buyer, key), check_out(buyer, secrets.token_hex(8))
    sale = answer.data["id"]
    step("two checkouts make one sale", (second.status, second.data["id"]) == (202, sale), second)
    status = eventually(decided, lambda status: status != "pending")
    step("which is confirmed", status == "confirmed", status)
    left = eventually(lambda: cart_of(buyer)[0], lambda pieces: not pieces)
    step("and the cart is empty", left == {}, left)
    again = check_out(buyer, key)
    replayed = again.status == 202 and again.data["id"] == sale and again.headers["Idempotent-Replayed"] == "true"
    step("sent again, the checkout has its sale", replayed, again)
    reviewed(shop, buyer, cup)


def reviewed(shop, buyer, cup):
    review = {"rating": 4, "title": "A good cup", "body": "It holds."}
    answer = shop.customer.post(f"/products/{cup}/reviews", "reviews", review)
    step("who did not buy does not review", answer.status == 403, answer)
    write = lambda: buyer.post(f"/products/{cup}/reviews", "reviews", review)
    answer = eventually(write, lambda answer: answer.status != 403)
    step("who bought does", answer.status == 201 and answer.data["attributes"]["verifiedPurchase"], answer)
    written = answer.data["id"]
    answer = buyer.post(f"/products/{cup}/reviews", "reviews", {**review, "rating": 1})
    step("once", answer.status == 409 and answer.error["code"] == "already_exists", answer)
    visitor = Api(buyer.base_url, patience=3)
    answer = visitor.get(f"/products/{cup}/rating")
    rating = answer.data["attributes"]
    step("the rating has it at once", (rating["count"], rating["histogram"]["4"]) == (1, 1), answer)
    shown = lambda: visitor.get(f"/products/{cup}").data["attributes"]["rating"]
    found = eventually(shown, lambda rating: rating and rating["count"] == 1)
    step("and the product a moment later", found == rating, found)
    listed = visitor.get(f"/products/{cup}/reviews").data
    step("everybody reads it", [one["id"] for one in listed] == [written], listed)
    answer = shop.staff.patch(f"/reviews/{written}", "reviews", written, {"status": "hidden"})
    step("staff hide it", answer.status == 200, answer)
    answer, count = visitor.get(f"/reviews/{written}"), visitor.get(f"/products/{cup}/rating").data["attributes"]["count"]
    step("then nobody else does, and it does not count", (answer.status, count) == (404, 0), (answer, count))
    answer = buyer.get(f"/reviews/{written}")
    step("but its author", answer.status == 200, answer)
