"""The sales of a period through the shop's HTTP API, as staff, into a file.

CSV has a row for each line of a sale, for a spreadsheet; NDJSON a sale on each line, as the API shows it. The file is
there when all sales are in it, and not before."""

import csv
import json

from zoco.catalogue.file import format_of, price_text
from zoco.parallel import counted

STATUSES = ("pending", "confirmed", "rejected", "shipped", "delivered", "cancelled")
COLUMNS = (
    "number", "sale_id", "status", "created_at", "customer_id", "sku", "name", "product_id", "quantity", "unit_price",
    "line_total", "sale_total", "currency",
)


def rows(sale):
    """A row for each line of a sale.

    >>> money = lambda amount: {"amount": amount, "currency": "USD"}
    >>> line = {"productId": "p", "sku": "CUP", "name": "Cup", "quantity": 2, "unitPrice": money(1250), "lineTotal": money(2500)}
    >>> sold = {"number": "20261125-A", "status": "confirmed", "createdAt": "2026-11-25T08:00:00Z", "total": money(2500)}
    >>> customer = {"customer": {"data": {"type": "users", "id": "ana"}}}
    >>> row = next(rows({"id": "s", "attributes": {**sold, "lines": [line]}, "relationships": customer}))
    >>> [row[name] for name in ("number", "quantity", "unit_price", "line_total", "sale_total", "currency")]
    ['20261125-A', 2, '12.50', '25.00', '25.00', 'USD']
    """
    attributes = sale["attributes"]
    total = attributes["total"]
    for line in attributes["lines"]:
        yield {
            "number": attributes["number"],
            "sale_id": sale["id"],
            "status": attributes["status"],
            "created_at": attributes["createdAt"],
            "customer_id": sale["relationships"]["customer"]["data"]["id"],
            "sku": line["sku"],
            "name": line["name"],
            "product_id": line["productId"],
            "quantity": line["quantity"],
            # A sale that was not decided has no prices.
            "unit_price": line["unitPrice"] and price_text(line["unitPrice"]),
            "line_total": line["lineTotal"] and price_text(line["lineTotal"]),
            "sale_total": total and price_text(total),
            "currency": total and total["currency"],
        }


def document(sale):
    """A sale as one object."""
    return {"id": sale["id"], "customerId": sale["relationships"]["customer"]["data"]["id"], **sale["attributes"]}


def export(sales, path):
    """Writes sales as they come. How many sales, and how many lines they have."""
    new, count, lines = path.with_name(f"{path.name}.part"), 0, 0
    with new.open("w", encoding="utf-8", newline="") as file, counted("sales") as one_more:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if format_of(path) == "csv":
            writer.writeheader()
        for sale in sales:
            if format_of(path) == "csv":
                writer.writerows(rows(sale))
            else:
                file.write(json.dumps(document(sale), ensure_ascii=False) + "\n")
            count, lines = count + 1, lines + len(sale["attributes"]["lines"])
            one_more()
    new.replace(path)
    return count, lines


def wanted(first, last, status=None):
    """The query of a period, both days within, in UTC, and perhaps of one status."""
    query = {"filter[createdAt]": f"{first}..{last}", "sort": "createdAt"}
    return query | ({"filter[status]": status} if status else {})
