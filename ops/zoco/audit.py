"""The stock audit: whether stock is the sum of its movements, and every sale has its own. The function `audit` reads; this
asks it for every segment of the tables, several at once, and prints what differs."""

from zoco.operate import in_segments, items_of, segments_of

# The status to end with when all that differs was changed too recently to be judged.
NOT_YET = 4
SUMS = ("products", "movements", "sales", "more")


def audited(resources, segments=None):
    """What the function found in each segment; the tables' size says how many, unless that is given."""
    segments = segments or segments_of(items_of(resources, "InventoryTable", "SalesTable"))
    return in_segments(resources.ids["AuditFunction"], segments, {})


def report_of(reports):
    """What was found, in lines; and the status to end with.

    >>> report = {"products": 2, "movements": 5, "sales": 4, "differences": [], "unsettled": [], "more": 0}
    >>> report_of([report, report])
    (['4 products with 10 movements and 8 sales were audited: 0 differences'], 0)
    >>> wrong = {"rule": "stock", "id": "p", "detail": "8 pieces are in stock, and its 4 movements add up to 7"}
    >>> report_of([{**report, "differences": [wrong]}])[0][0]
    'stock     p  8 pieces are in stock, and its 4 movements add up to 7'
    >>> report_of([{**report, "differences": [wrong]}])[1], report_of([{**report, "unsettled": ["p"]}])[1]
    (1, 4)
    """
    sums = {name: sum(report[name] for report in reports) for name in SUMS}
    found = [difference for report in reports for difference in report["differences"]]
    fresh = [id for report in reports for id in report["unsettled"]]
    lines = [f"{one['rule']:<9} {one['id']}  {one['detail']}" for one in found]
    if sums["more"]:
        lines.append(f"{sums['more']} more differ at first sight and were not looked at: the books are far off")
    if fresh:
        lines.append(f"not judged, since they were changed within the last 15 minutes: {', '.join(fresh)}")
    lines.append(
        f"{sums['products']} products with {sums['movements']} movements and {sums['sales']} sales were audited: "
        f"{len(found)} differences" + (f", {len(fresh)} not judged" if fresh else "")
    )
    return lines, 1 if found or sums["more"] else NOT_YET if fresh else 0
