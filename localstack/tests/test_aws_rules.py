"""What AWS refuses and the local cloud does not, found in AWS's documents and checked on the template as CloudFormation gets it.
Each test names its source. None of it has met AWS."""

import copy
import hashlib
import json
import re
import ssl
import unittest
from datetime import date

from localstack.tests import figures
from localstack.tests.structure.sources import ROOT

# What a value can come to that is known at AWS only.
LONGEST_STACK, ACCOUNT, REGION = "s" * 50, "123456789012", "ap-southeast-99"
ROOTS = {
    # amazontrust.com/repository, SHA-256 of the certificates.
    "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e": "Amazon Root CA 1",
    "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4": "Amazon Root CA 2",
    "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4": "Amazon Root CA 3",
    "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092": "Amazon Root CA 4",
    "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5": "Starfield Services Root CA - G2",
}


def resolved(value, defaults):
    """A value with what it refers to, as long as that can be."""
    if isinstance(value, list):
        return [resolved(one, defaults) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (function, argument), = value.items()
        if function == "Ref":
            if argument == "AWS::NoValue":
                return None
            known = {"AWS::StackName": LONGEST_STACK, "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws-us-gov"}
            return known.get(argument) or str(defaults.get(argument) or "x" * 128)
        if function == "Fn::GetAtt":
            return f"arn:aws-us-gov:dynamodb:{REGION}:{ACCOUNT}:table/{LONGEST_STACK}-{argument[0]}-{'X' * 13}"
        if function == "Fn::Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda name: resolved(name_of(name[1]), defaults), argument)
        if function == "Fn::If":
            return max((resolved(one, defaults) for one in argument[1:]), key=lambda one: len(str(one)))
        if function == "Fn::Join":
            return argument[0].join(map(str, resolved(argument[1], defaults)))
    return {key: resolved(one, defaults) for key, one in value.items()}


def name_of(reference):
    return {"Fn::GetAtt": reference.split(".", 1)} if "." in reference else {"Ref": reference}


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template, cls.resources = figures.source(), figures.transformed()
        cls.defaults = {name: rule.get("Default") for name, rule in cls.template["Parameters"].items()}

    def of_type(self, kind):
        return figures.of_type(self.resources, kind)

    def test_tables_with_indexes_are_made_one_after_the_other(self):
        # AWS::DynamoDB::Table, Remarks: "If you create multiple tables with indexes simultaneously, DynamoDB returns an error".
        tables = self.of_type("AWS::DynamoDB::Table").items()
        tables = {name: table for name, table in tables if "GlobalSecondaryIndexes" in table["Properties"]}
        before = {name: table.get("DependsOn") for name, table in tables.items()}
        first = [name for name, other in before.items() if other is None]
        self.assertEqual(len(first), 1, before)
        chain = first
        while after := [name for name, other in before.items() if other == chain[-1]]:
            self.assertEqual(len(after), 1, after)
            chain += after
        self.assertEqual(sorted(chain), sorted(tables))

    def test_a_first_deployment_that_fails_takes_its_tables_back_and_later_ones_keep_them(self):
        # CloudFormation, "DeletionPolicy attribute": RetainExceptOnCreate. Amazon DynamoDB, "Using deletion protection".
        for name, table in self.of_type("AWS::DynamoDB::Table").items():
            self.assertEqual((table["DeletionPolicy"], table["UpdateReplacePolicy"]), ("RetainExceptOnCreate", "Retain"), name)
            self.assertEqual(table["Properties"]["DeletionProtectionEnabled"], {"Ref": "DeletionProtection"}, name)
        self.assertEqual(self.defaults["DeletionProtection"], "false")

    def test_an_environment_has_at_most_four_kilobytes(self):
        # AWS Lambda, "Quotas": environment variables, 4 KB in all. The public keys are two while they are rotated.
        keys = {"TokenKeys": json.dumps({"keys": [{name: "x" * 43 for name in ("kty", "crv", "use", "alg", "kid", "x")}] * 2})}
        for name, function in self.of_type("AWS::Lambda::Function").items():
            variables = function["Properties"].get("Environment", {}).get("Variables", {})
            size = sum(len(key) + len(str(resolved(value, {**self.defaults, **keys}))) for key, value in variables.items())
            self.assertLessEqual(size, 4_096, name)

    def test_the_policies_of_a_role_have_at_most_10240_characters(self):
        # IAM, "IAM and AWS STS quotas": inline policies of a role together, without white space.
        for name, role in self.of_type("AWS::IAM::Role").items():
            policies = [resolved(one["PolicyDocument"], self.defaults) for one in role["Properties"].get("Policies", [])]
            self.assertLessEqual(sum(len(json.dumps(one, separators=(",", ":"))) for one in policies), 10_240, name)

    def test_names_are_short_enough_for_stacks_of_fifty_characters(self):
        # Amazon SQS, "Quotas": 80 characters; Amazon SNS: 256; API Gateway and CloudFormation: 1,024 and 128.
        for name, queue in self.of_type("AWS::SQS::Queue").items():
            self.assertLessEqual(len(resolved(queue["Properties"]["QueueName"], self.defaults)), 80, name)

    def test_a_path_of_words_has_every_method_of_its_sibling_with_a_parameter(self):
        # API Gateway takes the most specific resource; a method that it lacks falls through to the sibling's.
        for api in ("PublicApi", "InternalApi"):
            paths = self.resources[api]["Properties"]["Body"]["paths"]
            for path in paths:
                head, _, last = path.rpartition("/")
                if not last.startswith("{") or last.endswith("+}"):
                    continue
                for sibling in paths:
                    if sibling.rpartition("/")[0] == head and "{" not in sibling.rpartition("/")[2]:
                        methods = lambda one: {name for name in paths[one] if not name.startswith("x-")}
                        self.assertLessEqual(methods(path), methods(sibling), f"{sibling} falls through to {path}")

    def test_answers_of_the_gateway_itself_keep_the_status_that_they_have(self):
        # API Gateway, "Gateway response types": a status that is set for DEFAULT_4XX is that of all which have none of their own.
        for name in ("DEFAULT_4XX", "DEFAULT_5XX"):
            self.assertNotIn("StatusCode", self.template["Globals"]["Api"]["GatewayResponses"][name])

    def test_the_template_is_within_cloudformations_quotas(self):
        # CloudFormation, "Understand quotas": 500 resources, 200 parameters and outputs, 1 MB of a template in S3.
        self.assertLessEqual(len(self.resources), 500)
        self.assertLessEqual(len(self.template["Parameters"]), 200)
        self.assertLessEqual(len(json.dumps({"Resources": self.resources})), 1_000_000)
        for name, rule in self.template["Parameters"].items():
            self.assertLessEqual(len(rule.get("Description", "")), 4_000, name)

    def test_a_stream_gives_up_into_dead_letters_that_its_function_may_write(self):
        # AWS Lambda, "Using Lambda to process records from DynamoDB streams": the execution role sends to the destination.
        for name, mapping in self.of_type("AWS::Lambda::EventSourceMapping").items():
            if "StreamArn" not in str(mapping["Properties"]["EventSourceArn"]):
                continue
            target = mapping["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]
            role = self.resources[f"{mapping['Properties']['FunctionName']['Ref']}Role"]["Properties"]["Policies"]
            statements = [one for policy in role for one in policy["PolicyDocument"]["Statement"]]
            allowed = [one for one in statements if one["Resource"] == target and "sqs:SendMessage" in one["Action"]]
            self.assertTrue(allowed, name)

    def test_the_roots_that_are_trusted_are_amazons_and_last(self):
        # Amazon Trust Services, amazontrust.com/repository: fingerprints. The first of them expires on 2037-12-31.
        text = (ROOT / "shared/aws/src/aws-roots.pem").read_text(encoding="ascii")
        pems = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.S)
        self.assertEqual({hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() for pem in pems}, set(ROOTS))
        self.assertLess(date.today(), date(2033, 1, 1), "renew the roots")


def properties(rules, name):
    return rules.resources[name]["Properties"]


def take_a_method(rules):
    del rules.resources["PublicApi"]["Properties"]["Body"]["paths"]["/users/me"]["patch"]


# For each rule, a template that breaks it.
BROKEN = {
    "tables_with_indexes_are_made_one": lambda rules: rules.resources["SalesTable"].pop("DependsOn"),
    "a_first_deployment_that_fails": lambda rules: rules.resources["CartsTable"].update(DeletionPolicy="Retain"),
    "an_environment_has_at_most": lambda rules: properties(rules, "GetSaleFunction")["Environment"]["Variables"].update(X="x" * 4_000),
    "the_policies_of_a_role": lambda rules: rules.resources["PublicApiRole"]["Properties"]["Policies"].append(
        {"PolicyDocument": {"Statement": ["x" * 10_000]}}
    ),
    "names_are_short_enough": lambda rules: rules.resources["CartsInboxQueue"]["Properties"].update(QueueName="x" * 81),
    "a_path_of_words_has_every_method": take_a_method,
    "answers_of_the_gateway_itself": lambda rules: rules.template["Globals"]["Api"]["GatewayResponses"]["DEFAULT_4XX"].update(
        StatusCode=400
    ),
    "the_template_is_within": lambda rules: rules.resources.update({f"More{number}": {"Type": "x"} for number in range(300)}),
    "a_stream_gives_up_into": lambda rules: properties(rules, "PublishSalesEventsMapping")["DestinationConfig"]["OnFailure"].update(
        Destination="elsewhere"
    ),
}


class EachRule(unittest.TestCase):
    def test_finds_a_template_that_breaks_it(self):
        Rules.setUpClass()
        names = [name for name in dir(Rules) if name.startswith("test_") and "roots" not in name]
        for name in names:
            rules = Rules(name)
            rules.template, rules.resources = copy.deepcopy(Rules.template), copy.deepcopy(Rules.resources)
            (break_it,) = [change for start, change in BROKEN.items() if name.startswith(f"test_{start}")]
            break_it(rules)
            with self.assertRaises(AssertionError, msg=name):
                getattr(rules, name)()


if __name__ == "__main__":
    unittest.main()
