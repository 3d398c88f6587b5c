"""Events between the services, seen from outside: events, requests and replies, and what happens when a
part of the shop is away.

Reads ZOCO_URL, the staff account and the AWS variables from the environment, as `make test` sets them. It switches
functions and queues off and on again, so it is made for a shop that nobody else is using. Prints a line for each step
that went as it should; the first that does not ends the journey."""

import os
import sys

from localstack.tests.journey import WrongTurn, step
from localstack.tests.journey_shop import PATIENCE, Shop, eventually, money
from zoco.api import Unexpected
from zoco.resources import Resources
from zoco.workspace import Failed


def calls(resources, function):
    """How many requests a function has answered, by its log."""
    return sum('"message":"request"' in line for line in resources.log(function))


def events_reach_the_till(shop, resources):
    asked = calls(resources, "InternalProductFunction")
    cup = shop.product("Events cup")
    shop.known(cup)
    answer = shop.receive(cup, 20)
    step("goods of a product that was just created are booked", answer.status == 201, answer)
    answer = shop.buy(cup)
    step("and bought", answer.status == 201, answer)
    old = answer.data["id"]
    step("without a call to catalog", calls(resources, "InternalProductFunction") == asked, "one")

    shop.change(cup, name="Events mug")
    sold_as = lambda: shop.buy(cup).data["attributes"]["lines"][0]["name"]
    found = eventually(sold_as, lambda name: name == "Events mug")
    step("renamed, the next sale has the new name", found == "Events mug", found)
    found = shop.sale(old)["lines"][0]["name"]
    step("and the old sale the old one", found == "Events cup", found)

    shop.change(cup, price=money(1500))
    answer = eventually(lambda: shop.buy(cup, expected=1250), lambda answer: answer.status == 409)
    step("with the price raised, the old price is refused", answer.error.get("code") == "price_changed", answer)

    answer = eventually(lambda: shop.staff.get(f"/products/{cup}"), lambda answer: answer.data["attributes"]["inStock"])
    step("the catalogue shows that there are some", answer.data["attributes"]["inStock"], answer)
    answer = shop.staff.call("DELETE", f"/products/{cup}")
    step("a product that was sold is not deleted", answer.error.get("code") == "in_use", answer)
    shop.change(cup, status="archived")
    answer = eventually(lambda: shop.buy(cup), lambda answer: answer.status == 404)
    step("archived, it is no longer sold", answer.status == 404, answer)

    last = shop.stocked("Last cup", 1)
    shop.buy(last)
    look = lambda: shop.staff.get(f"/products/{last}").data["attributes"]["inStock"]
    eventually(look, bool, 5)
    step("with the last piece sold, the catalogue shows that there is none", not eventually(look, lambda any: not any), "some")


def orders_are_decided_over_the_queues(shop, resources):
    cup = shop.stocked("Order cup", 3)
    answer = shop.order(cup, 2)
    pending = answer.status == 202 and answer.data["attributes"]["status"] == "pending"
    step("an order is accepted, with the place to look", pending and answer.headers["Location"].endswith(answer.data["id"]), answer)
    sale = shop.decided(answer.data["id"])
    step("and confirmed", sale["status"] == "confirmed" and sale["total"] == money(2500), sale)
    left = shop.stock(cup).data["attributes"]["available"]
    step("its pieces are taken", left == 1, left)

    sale = shop.decided(shop.order(cup, 2).data["id"])
    step("an order for more than there is is rejected", sale["status"] == "rejected", sale)
    shortages = sale["rejection"]["reasons"][0]["meta"]["shortages"]
    step("with what is short", shortages == [{"productId": cup, "requested": 2, "available": 1}], shortages)

    with resources.not_listening("AnswerProductRequestsFunction"):
        late = shop.order(cup).data["id"]
        sale = shop.decided(late, seconds=int(os.environ["ZOCO_SALE_DEADLINE_SECONDS"]) + PATIENCE)
        step("with catalog away, an order is rejected when its time is up", sale["status"] == "rejected", sale)
        step("and says so", sale["rejection"]["code"] == "expired", sale)
    eventually(lambda: resources.messages("ProductRequestsQueue") + resources.messages("ProductRepliesQueue"), lambda count: not count)
    sale = shop.sale(late)
    left = shop.stock(cup).data["attributes"]["available"]
    step("the late answer changes nothing", sale["status"] == "rejected" and left == 1, (sale, left))


def buying_degrades(shop, resources):
    with (
        resources.not_listening("InventoryOnEventFunction"),
        resources.not_listening("AnswerProductRequestsFunction"),
        resources.without("InternalProductFunction"),
    ):
        cup = shop.product("Unknown cup")
        answer = shop.receive(cup, 5)
        step("with catalog away, goods of a product unknown here are booked", answer.status == 201, answer)
        answer = shop.buy(cup, 2)
        step("and orders taken, to be decided later", answer.status == 202, answer)
        sale = shop.sale(answer.data["id"])
        step("they wait", sale["status"] == "pending", sale)
    sale = shop.decided(answer.data["id"])
    step("with catalog back, they are confirmed", sale["status"] == "confirmed" and sale["total"] == money(2500), sale)
    left = shop.stock(cup).data["attributes"]["available"]
    step("and their pieces taken", left == 3, left)


def one_id_goes_through_every_hop(shop, resources):
    cup = shop.stocked("Traced cup", 3)
    answer = shop.order(cup)
    traced = f'"correlation_id":"{answer.headers["X-Request-Id"]}"'
    shop.decided(answer.data["id"])
    hops = ["CreateSale", "PublishSalesEvents", "AnswerProductRequests", "CompleteSale", "InventoryOnEvent"]
    missing = lambda: [hop for hop in hops if not any(traced in line for line in resources.log(hop + "Function"))]
    found = eventually(missing, lambda missing: not missing)
    step("the id of the request is in the log of every function that its order went through", not found, found)


def main():
    try:
        resources, shop = Resources(), Shop()
        events_reach_the_till(shop, resources)
        orders_are_decided_over_the_queues(shop, resources)
        buying_degrades(shop, resources)
        one_id_goes_through_every_hop(shop, resources)
    except KeyError as missing:
        sys.exit(f"error: {missing} is not set")
    except (WrongTurn, Unexpected, Failed, OSError) as wrong:
        print(f"FAILED {wrong}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
