"""The rules of checkov (checkov.io), an open collection of what is wrong with a cloud's resources, on the template as
CloudFormation gets it. What it finds and we leave as it is stands here, each with the reason."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from localstack.tests import figures
from localstack.tests.structure.sources import ROOT

CHECKOV = ROOT / ".venv/checkov/bin/checkov"
REVIEWED = {
    "CKV_AWS_26": "topics with a KMS key: events have nothing personal and no secrets (docs/events.md); a key costs per call",
    "CKV_AWS_27": "queues with a KMS key: as topics. SQS encrypts all queues with its own keys unless told otherwise",
    "CKV_AWS_119": "tables with a KMS key of the shop's: DynamoDB encrypts with its own; each function would need the key",
    "CKV_AWS_116": "dead-letter queues of functions: for asynchronous calls, which there are none of; queues and streams have theirs",
    "CKV_AWS_117": "functions in a VPC: they reach AWS's services only, and would need gateways that cost by the hour",
    "CKV_AWS_115": "reserved concurrency: would take it from the account's others; for purchases there is ReservedForPurchases",
    "CKV_AWS_173": "environment variables with a KMS key: encrypted by Lambda; the keys that sign are in the parameter store",
    "CKV_AWS_73": "X-Ray: requests, events and messages have a correlation id in every log line (docs/operations.md)",
    "CKV_AWS_76": "access logs of the API: functions write a line for each request, and the account would need a role for them",
    "CKV_AWS_120": "the cache of API Gateway: costs by the hour; answers say how long browsers and CDNs may keep them",
}
BROKEN = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}},
}


def findings(resources):
    """What checkov finds: by its rule's number, the resources. How many checks it made."""
    source = figures.source()
    template = {name: source[name] for name in ("Parameters", "Conditions")}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "template.json")
        path.write_text(json.dumps({**template, "Resources": resources}, default=str), encoding="utf-8")
        command = [CHECKOV, "--file", path, "--framework", "cloudformation", "--quiet", "--compact", "--skip-download"]
        said = subprocess.run([*command, "--output", "json"], capture_output=True, text=True, check=False)
    report = json.loads(said.stdout)
    found = {}
    for one in report["results"]["failed_checks"]:
        found.setdefault(one["check_id"], []).append(f"{one['resource']}: {one['check_name']}")
    return found, report["summary"]["passed"] + report["summary"]["failed"], report["summary"]["parsing_errors"]


@unittest.skipUnless(CHECKOV.exists(), "make test installs checkov")
class Checkov(unittest.TestCase):
    def test_finds_nothing_but_what_was_reviewed(self):
        found, checks, unread = findings(figures.transformed())
        self.assertEqual({rule: where for rule, where in found.items() if rule not in REVIEWED}, {})
        self.assertEqual(REVIEWED.keys() - found.keys(), set(), "is found no more: take it out")
        self.assertGreater(checks, 1_000)
        self.assertEqual(unread, 0)

    def test_finds_a_role_that_anybody_may_assume(self):
        self.assertTrue(findings({"Role": BROKEN})[0].keys() - REVIEWED.keys())


if __name__ == "__main__":
    unittest.main()
