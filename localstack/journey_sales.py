"""The life of sales after they were made, and of stock, seen from outside."""

from journey import step
from journey_shop import eventually


def moved(api, sale, status):
    return api.patch(f"/sales/{sale}", "sales", sale, {"status": status})


def sales_live_to_their_end(shop):
    cup = shop.stocked("Life's cup", 10)
    available = lambda: shop.stock(cup).data["attributes"]["available"]
    first, second = (shop.buy(cup, quantity).data["id"] for quantity in (3, 2))
    answer = moved(shop.customer, first, "cancelled")
    step("a buyer cancels a sale", answer.status == 200 and answer.data["attributes"]["status"] == "cancelled", answer)
    step("and its pieces are back", available() == 8, available())
    answer = moved(shop.customer, first, "cancelled")
    refused = answer.status == 409 and answer.error["code"] == "invalid_transition"
    step("once: cancelled again, it is refused", refused and available() == 8, answer)

    answer = moved(shop.customer, second, "shipped")
    step("buyers do not ship", answer.status == 403, answer)
    answer = moved(shop.staff, second, "shipped")
    step("staff do", answer.status == 200 and answer.data["attributes"]["status"] == "shipped", answer)
    answer = moved(shop.customer, second, "cancelled")
    step("and what is shipped is not cancelled", answer.status == 409, answer)
    answer = moved(shop.staff, second, "delivered")
    step("it is delivered", answer.status == 200, answer)
    listed = lambda: [one["id"] for one in shop.customer.get("/sales", **{"filter[status]": "delivered"}).data]
    found = eventually(listed, lambda found: found == [second])
    step("and listed as such", found == [second], found)
    answer = shop.customer.get(f"/sales/{second}/lines")
    quantities = [line["attributes"]["quantity"] for line in answer.data or []]
    step("with its lines by themselves", quantities == [2], answer)

    answer = shop.staff.call("DELETE", f"/sales/{second}")
    step("what was delivered is not deleted", answer.status == 409, answer)
    answer = shop.staff.call("DELETE", f"/sales/{first}")
    step("what was cancelled may be", answer.status == 204, answer)
    answer = shop.staff.get(f"/sales/{first}")
    step("and is gone", answer.status == 404, answer)

    movements = lambda: shop.staff.get(f"/inventory/{cup}/movements").data
    found = eventually(movements, lambda found: len(found) == 4)
    kinds = sorted(one["attributes"]["kind"] for one in found)
    step("all of it is in the ledger", kinds == ["cancellation", "receipt", "sale", "sale"], kinds)
    total = sum(one["attributes"]["quantity"] for one in found)
    step("whose sum is the stock", total == available() == 8, (total, available()))
    by = {one["attributes"]["kind"]: one["relationships"]["createdBy"]["data"]["id"] for one in found}
    step("with who did it", len(by) == 3 and by["sale"] == by["cancellation"] != by["receipt"], by)


def stock_is_watched(shop):
    lamp = shop.stocked("Watched lamp", 4)
    answer = shop.staff.patch(f"/inventory/{lamp}", "stock-items", lamp, {"lowStockAt": 3})
    step("staff say where they want to be warned", answer.status == 200, answer)
    low = lambda: [one["id"] for one in shop.staff.everything("/inventory", **{"filter[level]": "low"})]
    shop.buy(lamp, 1)
    found = eventually(low, lambda found: lamp in found)
    step("with one sold, it is among those that are low", lamp in found, len(found))
    shop.buy(lamp, 3)
    first = lambda: shop.staff.get("/inventory").data[0]["attributes"]["available"]
    out = lambda: [one["id"] for one in shop.staff.everything("/inventory", **{"filter[level]": "out"})]
    found = eventually(out, lambda found: lamp in found)
    step("sold out, among those that are out, which are listed first", lamp in found and first() == 0, len(found))
    receipt = {"kind": "adjustment", "quantity": -1, "reason": "A count"}
    answer = shop.staff.post(f"/inventory/{lamp}/adjustments", "stock-movements", receipt, key=shop.key())
    refused = answer.status == 409 and answer.error["code"] == "insufficient_stock"
    step("and nothing is taken from what is not there", refused, answer)
