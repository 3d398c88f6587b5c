"""Asks a service to do what only operators may: its function `<service>-operate`, which alone writes the service's table.
Who may call it is for IAM to say."""

import json

from botocore.config import Config

from zoco import aws
from zoco.parallel import side_by_side
from zoco.workspace import Failed

# A segment has about so many items: some seconds of a function, of the 15 minutes that it may take.
ITEMS_IN_SEGMENT = 1_000
FEWEST, MOST = 8, 1_000
WORKERS = 4
# As long as a function may take, in seconds.
LONGEST = 900


def operate(resources, service, command, **arguments):
    """Has a service do something. What it answers."""
    function = operator(resources, service)
    return invoke(resources.lambda_, function, {"command": command, **arguments})


def operator(resources, service):
    """The name of a service's function for operators."""
    function = f"{service.capitalize()}OperateFunction"
    if function not in resources.ids:
        raise Failed(f"the stack has no {function}: it is of an older release, deploy it first")
    return resources.ids[function]


def invoke(lambda_, function, asked):
    """Calls a function by its name. What it answers; a failure says why."""
    answer = lambda_.invoke(FunctionName=function, Payload=json.dumps(asked))
    said = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise Failed(said.get("errorMessage", said) if isinstance(said, dict) else said)
    return said


def segments_of(items):
    """How many segments tables of so many items are read in.

    >>> segments_of(0), segments_of(45_000), segments_of(10_000_000)
    (8, 45, 1000)
    """
    return max(FEWEST, min(MOST, items // ITEMS_IN_SEGMENT))


def items_of(resources, *tables):
    """The items of the largest of these tables. DynamoDB counts them every six hours."""
    dynamodb = aws.client("dynamodb")
    return max(dynamodb.describe_table(TableName=resources.ids[name])["Table"]["ItemCount"] for name in tables)


def in_segments(function, segments, asked, what="segments", which=None):
    """Has a function read tables in so many segments, all or some of them, several at once. What it answers of each, in their
    order."""
    patient = Config(read_timeout=LONGEST, tcp_keepalive=True, retries={"total_max_attempts": 1}, max_pool_connections=WORKERS)
    lambda_ = aws.client("lambda", config=patient)

    def of_segment(number):
        try:
            return invoke(lambda_, function, {**asked, "segment": number, "segments": segments})
        except Failed as failure:
            raise Failed(f"segment {number} of {segments} was not read: {failure}") from failure

    return list(side_by_side(of_segment, range(segments) if which is None else which, what, WORKERS))
