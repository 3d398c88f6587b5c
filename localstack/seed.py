"""Fills a demo shop: products and their stock, through the same HTTP API that everybody uses.

Each request carries a key that never changes, so that doing it again changes nothing."""

from common import Failed

# SKU, name, price in cents, pieces, tags, description
PRODUCTS = [
    ("CUP-ESP-60", "Espresso cup", 1250, 120, ["kitchen", "coffee"], "Stoneware, 60 ml, thrown by hand."),
    ("CUP-CAP-180", "Cappuccino cup", 1490, 80, ["kitchen", "coffee"], "Stoneware, 180 ml, with a wide rim."),
    ("POT-MOKA-3", "Moka pot for three", 3495, 40, ["kitchen", "coffee"], "Steel, for every kind of stove."),
    ("MILL-HAND-1", "Hand coffee mill", 6900, 25, ["kitchen", "coffee"], "Steel burrs with 36 settings."),
    ("BEAN-CO-250", "Coffee from Huila, 250 g", 1190, 200, ["food", "coffee"], "Washed; cherry and cane sugar."),
    ("BEAN-ET-250", "Coffee from Yirgacheffe, 250 g", 1290, 150, ["food", "coffee"], "Natural; bergamot and peach."),
    ("TEA-OOL-50", "Oolong tea, 50 g", 990, 60, ["food", "tea"], "Rolled leaves, lightly roasted."),
    ("BOARD-OAK-40", "Oak cutting board", 4200, 30, ["kitchen"], "Solid oak, 40 by 25 cm, oiled."),
    ("KNIFE-CHEF-20", "Chef's knife", 8900, 20, ["kitchen"], "Carbon steel, 20 cm. Wash it by hand."),
    ("TOWEL-LIN-2", "Two linen tea towels", 2400, 90, ["kitchen", "textile"], "Washed linen, 50 by 70 cm."),
    ("LAMP-DESK-1", "Desk lamp", 7450, 15, ["home", "light"], "Warm light, dimmed by touch."),
    ("NOTE-A5-DOT", "Dotted notebook, A5", 1650, 110, ["paper"], "192 pages that lie flat."),
]


def seed(staff):
    """Adds what is missing, as a member of staff. The id of the first product."""
    listed = staff.get("/products", **{"page[size]": 100})
    if listed.status != 200:
        raise Failed(f"GET /products answered {listed}")
    ids = {product["attributes"]["sku"]: product["id"] for product in listed.data}
    last = ids.get(PRODUCTS[-1][0])
    if last and staff.get(f"/inventory/{last}").status == 200:
        print("      nothing is missing", flush=True)
        return ids.get(PRODUCTS[0][0], last)
    # In order, so that the stock of the last product tells that all is there.
    ids = [add(staff, *product) for product in PRODUCTS]
    return ids[0]


def add(staff, sku, name, cents, pieces, tags, description):
    """Adds a product and its opening stock. Its id."""
    price = {"amount": cents, "currency": "USD"}
    attributes = {"name": name, "sku": sku, "price": price, "description": description, "tags": tags}
    product = expect_created(staff.post("/products", "products", attributes, key=f"demo-product-{sku}"))
    receipt = {"kind": "receipt", "quantity": pieces, "reason": "Opening stock of the demo shop"}
    path = f"/inventory/{product['id']}/adjustments"
    expect_created(staff.post(path, "stock-movements", receipt, key=f"demo-stock-{sku}"))
    return product["id"]


def expect_created(answer):
    if answer.status != 201:
        raise Failed(f"the demo shop cannot be filled: {answer}")
    return answer.data
