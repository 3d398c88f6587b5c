"""The sales of a period through the shop's HTTP API, as staff, into a file.

CSV has a row for each line of a sale, for a spreadsheet; NDJSON a sale on each line, as the API shows it. The file is
there when all sales are in it, and not before."""

from datetime import date, datetime, time, timezone

from zoco.catalogue.amounts import price_text
from zoco.catalogue.file import format_of, write
from zoco.parallel import counted
from zoco.workspace import Failed

STATUSES = ("pending", "confirmed", "rejected", "shipped", "delivered", "cancelled")
COLUMNS = (
    "number", "sale_id", "status", "created_at", "customer_id", "sku", "name", "product_id", "quantity", "unit_price",
    "line_total", "sale_total", "currency",
)


def rows(sale, decimal="."):
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
            "unit_price": line["unitPrice"] and price_text(line["unitPrice"], decimal),
            "line_total": line["lineTotal"] and price_text(line["lineTotal"], decimal),
            "sale_total": total and price_text(total, decimal),
            "currency": total and total["currency"],
        }


def document(sale):
    """A sale as one object."""
    return {"id": sale["id"], "customerId": sale["relationships"]["customer"]["data"]["id"], **sale["attributes"]}


def export(sales, path, separator=",", decimal=".", mark=False):
    """Writes sales as they come, for its owner's eyes: they are about people. How many sales, and how many lines they have."""
    is_table, count, lines = format_of(path) == "csv", 0, 0

    def written(one_more):
        nonlocal count, lines
        for sale in sales:
            yield from rows(sale, decimal) if is_table else [document(sale)]
            count, lines = count + 1, lines + len(sale["attributes"]["lines"])
            one_more()

    with counted("sales") as one_more:
        write(path, written(one_more), COLUMNS, separator, mark, private=True)
    return count, lines


def wanted(first, last, status=None):
    """The query of a period, both days within, in UTC, and perhaps of one status.

    >>> wanted("2026-11-01", "2026-11-30")
    {'filter[createdAt]': '2026-11-01..2026-11-30', 'sort': 'createdAt'}
    >>> wanted("2026-11-30", "2026-11-01")
    Traceback (most recent call last):
    zoco.workspace.Failed: FROM=2026-11-30 is after TO=2026-11-01
    >>> wanted("2026-02-30", "2026-11-01")
    Traceback (most recent call last):
    zoco.workspace.Failed: FROM=2026-02-30 is no day (2026-11-01) and no time (2026-11-01T08:00:00Z): day is out of range for month
    """
    if moment(first, "FROM") > moment(last, "TO", time.max):
        raise Failed(f"FROM={first} is after TO={last}")
    query = {"filter[createdAt]": f"{first}..{last}", "sort": "createdAt"}
    return query | ({"filter[status]": status} if status else {})


def moment(text, name, of_day=time.min):
    """A day, at a time of it, or a time, in UTC."""
    try:
        if "T" not in text:
            return datetime.combine(date.fromisoformat(text), of_day, timezone.utc)
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise Failed(f"{name}={text} is no day (2026-11-01) and no time (2026-11-01T08:00:00Z): {error}") from None
