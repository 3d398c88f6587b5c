"""How big the stack is and what it costs when idle, computed from `template.yaml` without a cloud.

    python -m localstack.tests.figures            prints resources by type, queues, alarms and the idle cost
    python -m localstack.tests.figures --write    also writes the idle cost into docs/operations.md

The template is transformed as CloudFormation would do it, by AWS's own SAM translator."""

import json
import logging
import os
import sys
from collections import Counter

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from zoco.workspace import ROOT

# It warns of a flag of AWS's own.
logging.getLogger("samtranslator").setLevel(logging.ERROR)

TEMPLATE = ROOT / "template.yaml"
OPERATIONS = ROOT / "docs/operations.md"
BEGIN, END = "<!-- idle cost: python -m localstack.tests.figures --write -->", "<!-- end of idle cost -->"

# AWS's price list, us-east-1, dollars.
SQS_REQUESTS_MILLION = 0.40
ALARM_METRIC_MONTH = 0.10
# Lambda asks an SQS queue with five long polls at a time (AWS Lambda developer guide, "Using Lambda with Amazon SQS"),
# each of which waits for 20 seconds: 15 requests a minute, for 30 days.
POLLS_MONTH = 5 * (60 // 20) * 60 * 24 * 30
# What every account has for nothing each month, for good (aws.amazon.com/free, "Always free").
FREE_SQS_REQUESTS, FREE_ALARM_METRICS = 1_000_000, 10
# The longest name that CloudFormation gives a function, and the longest names of a partition and a region.
LONGEST_ARN = "arn:aws-us-gov:lambda:ap-southeast-99:123456789012:function:" + "x" * 64
KB = 1_000


def source():
    """The template as it is written, with anchors written out."""
    return yaml_parse(TEMPLATE.read_text(encoding="utf-8"))


def transformed():
    """The template's resources after the SAM transform."""
    template = source()
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # Packaging uploads the programs; the translator wants a place in S3.
            resource["Properties"]["CodeUri"] = "s3://bucket/program.zip"
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    managed = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
    return Translator(managed, Parser()).translate(template, {})["Resources"]


def of_type(resources, kind):
    return {name: one for name, one in resources.items() if one["Type"] == kind}


def alarms(resources):
    """How many alarm metrics there are with `Alarms` essential, and with full."""
    found = of_type(resources, "AWS::CloudWatch::Alarm").values()
    return sum("Condition" not in alarm for alarm in found), len(found)


def queue_mappings(resources):
    """The mappings that poll a queue: reading a table's stream costs nothing."""
    found = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    return [one for one in found if "Stream" not in json.dumps(one["Properties"]["EventSourceArn"])]


def idle_cost(resources, full=False):
    """What an idle shop costs in a month, dollars: by the price list, and after the always-free allowances."""
    metrics, requests = alarms(resources)[full], len(queue_mappings(resources)) * POLLS_MONTH
    price = lambda requests, metrics: requests / 1e6 * SQS_REQUESTS_MILLION + metrics * ALARM_METRIC_MONTH
    billed = max(0, requests - FREE_SQS_REQUESTS), max(0, metrics - FREE_ALARM_METRICS)
    return price(requests, metrics), price(*billed)


def invoke_policy_size(resources, role):
    """The characters of a role's inline policy, white space left out, with the longest ARNs that may stand in it."""
    policy = json.loads(json.dumps(resources[role]["Properties"]["Policies"][0]["PolicyDocument"]))
    statement = policy["Statement"][0]
    statement["Resource"] = [LONGEST_ARN for _ in statement["Resource"]]
    return len(json.dumps(policy, separators=(",", ":")))


def idle_cost_table(resources):
    """The idle cost as docs/operations.md shows it."""
    mappings, rows = len(queue_mappings(resources)), []
    for full, name in [(False, "essential"), (True, "full")]:
        listed, billed = idle_cost(resources, full)
        rows.append(f"| `Alarms={name}` | {mappings} | {alarms(resources)[full]} | {listed:.2f} | {billed:.2f} |")
    return "\n".join([
        f"Lambda polls each queue {POLLS_MONTH:,} times in 30 days, which costs {POLLS_MONTH / 1e6 * SQS_REQUESTS_MILLION:.2f} "
        f"dollars; an alarm costs {ALARM_METRIC_MONTH:.2f}. {FREE_SQS_REQUESTS:,} requests to SQS and {FREE_ALARM_METRICS} "
        "alarms a month are always free in every account. Storage and requests of buyers are not included.",
        "",
        "| Parameter | Polled queues | Alarms | Dollars a month, by the price list | after what is always free |",
        "| --- | --- | --- | --- | --- |",
        *rows,
    ])


def written(document, table):
    """The document with the table between its two marks."""
    before, rest = document.split(BEGIN)
    return f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}"


def main():
    resources = transformed()
    for kind, count in Counter(one["Type"] for one in resources.values()).most_common():
        print(f"{count:5} {kind}")
    print(f"{len(resources):5} resources; template.yaml has {TEMPLATE.stat().st_size / KB:.1f} KB\n")
    table = idle_cost_table(resources)
    print(table)
    if sys.argv[1:] == ["--write"]:
        OPERATIONS.write_text(written(OPERATIONS.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main()
