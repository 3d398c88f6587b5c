"""The stock audit: whether stock is the sum of its movements, and every sale has its own. The function `audit` reads; this
asks it for every segment of the tables, several at once, and prints what differs."""

import json

from botocore.config import Config

from zoco import aws
from zoco.parallel import side_by_side
from zoco.workspace import Failed

# A segment has about so many items: some seconds of the function, of the 15 minutes that it may take.
ITEMS_IN_SEGMENT = 1_000
FEWEST, MOST = 8, 1_000
WORKERS = 4
# As long as the function may take.
LONGEST = 900
# The status to end with when all that differs was changed too recently to be judged.
NOT_YET = 4
SUMS = ("products", "movements", "sales", "more")


def segments_of(items):
    """How many segments tables of so many items are read in.

    >>> segments_of(0), segments_of(45_000), segments_of(10_000_000)
    (8, 45, 1000)
    """
    return max(FEWEST, min(MOST, items // ITEMS_IN_SEGMENT))


def items_of(resources):
    """The items of the tables that are read. DynamoDB counts them every six hours."""
    dynamodb, tables = aws.client("dynamodb"), ("InventoryTable", "SalesTable")
    return max(dynamodb.describe_table(TableName=resources.ids[name])["Table"]["ItemCount"] for name in tables)


def audited(resources, segments=None):
    """What the function found in each segment; the tables' size says how many, unless that is given."""
    segments = segments or segments_of(items_of(resources))
    patient = Config(read_timeout=LONGEST, tcp_keepalive=True, retries={"total_max_attempts": 1}, max_pool_connections=WORKERS)
    lambda_ = aws.client("lambda", config=patient)

    def segment(number):
        asked = json.dumps({"segment": number, "segments": segments})
        answer = lambda_.invoke(FunctionName=resources.ids["AuditFunction"], Payload=asked)
        said = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise Failed(f"segment {number} of {segments} was not audited: {said.get('errorMessage', said)}")
        return said

    return list(side_by_side(segment, range(segments), "segments", WORKERS))


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
