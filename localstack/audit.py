"""`make audit`: whether the books of stock and sales balance. The function `audit` reads; this asks it for every
segment of the tables, several at once, and tells what differs. Ends with 1 when anything does, with 2 when all that
differs was changed too recently to be judged.

On AWS with your credentials; for the shop of `make up`, with the variables of `.local/shop.env`
(`set -a; . .local/shop.env; set +a`)."""

import json
import os
import sys

import boto3
from botocore.config import Config
from common import REGION, Failed, main
from parts import Parts
from side_by_side import side_by_side

SEGMENTS = 8
WORKERS = 4
# As long as the function may take.
LONGEST = 900
SUMS = ("products", "movements", "sales", "more")


def audited(parts, segments):
    """What the function found in each segment."""
    patient = Config(read_timeout=LONGEST, retries={"total_max_attempts": 1}, max_pool_connections=WORKERS)
    lambda_ = boto3.client("lambda", region_name=REGION, config=patient)

    def segment(number):
        asked = json.dumps({"segment": number, "segments": segments})
        answer = lambda_.invoke(FunctionName=parts.ids["AuditFunction"], Payload=asked)
        said = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise Failed(f"segment {number} of {segments} was not audited: {said.get('errorMessage', said)}")
        return said

    return list(side_by_side(segment, range(segments), "segments", WORKERS))


def told(reports):
    """What was found, in lines; and the status to end with.

    >>> report = {"products": 2, "movements": 5, "sales": 4, "differences": [], "unsettled": [], "more": 0}
    >>> told([report, report])
    (['4 products with 10 movements and 8 sales were audited: 0 differences'], 0)
    >>> wrong = {"rule": "stock", "id": "p", "detail": "8 pieces are in stock, and its 4 movements come to 7"}
    >>> told([{**report, "differences": [wrong]}])[0][0]
    'stock     p  8 pieces are in stock, and its 4 movements come to 7'
    >>> told([{**report, "differences": [wrong]}])[1], told([{**report, "unsettled": ["p"]}])[1]
    (1, 2)
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
    return lines, 1 if found or sums["more"] else 2 if fresh else 0


def command():
    asked = os.environ.get("SEGMENTS") or str(SEGMENTS)
    if not asked.isdigit() or not 1 <= int(asked) <= 1000:
        raise Failed(f"SEGMENTS is a number from 1 to 1000, not {asked}")
    lines, status = told(audited(Parts(), int(asked)))
    print("\n".join(lines))
    sys.exit(status)


if __name__ == "__main__":
    main(command)
