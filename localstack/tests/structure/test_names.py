"""One name everywhere: a function is called the same in code, template, events and documents."""

import re
import subprocess
import unittest

import yaml

from localstack.tests.structure.sources import ROOT, functions, logical_id, resources, template


class Names(unittest.TestCase):
    def test_a_function_has_one_name_in_code_template_and_events(self):
        in_template = resources("AWS::Serverless::Function")
        self.assertEqual(set(in_template), {logical_id(name) for name in functions()})
        for function, service in functions().items():
            properties = in_template[logical_id(function)]
            self.assertEqual((properties["CodeUri"], properties["Handler"]), (f"target/lambda/{service}/", function))
            main = (ROOT / "functions" / service / "src/main.rs").read_text(encoding="utf-8")
            self.assertIn(f'("{function}", || Box::pin({function.replace("-", "_")}::start()))', main)
        self.assertEqual({path.stem for path in (ROOT / "events").glob("*.json")}, set(functions()))

    def test_no_policy_has_a_wildcard(self):
        for name, properties in resources("AWS::Serverless::Function").items():
            for statement in (properties.get("Policies") or {}).get("Statement", []):
                said = str({**statement, "Condition": None}).replace("/v1/GET/internal/products/*", "")
                self.assertNotIn("*", said, name)
        for name, properties in resources("AWS::IAM::Role").items():
            self.assertNotIn("*", str(properties), name)

    def test_a_role_names_the_keys_that_it_may_touch_where_keys_have_a_prefix(self):
        # `ForAllValues` is true of no value: a call that names no key, a scan, would pass. Only functions for operators scan these,
        # and migrate all of their items.
        prefixed = {f"{name}Table.Arn" for name in ("Carts", "Catalog", "Identity", "Reviews")}
        for name, properties in resources("AWS::Serverless::Function").items():
            for statement in (properties.get("Policies") or {}).get("Statement", []):
                if set(statement["Action"]) <= {"dynamodb:Scan", "dynamodb:UpdateItem"} and name.endswith("OperateFunction"):
                    continue
                if statement["Action"] == ["dynamodb:Scan"]:
                    self.assertEqual(name, "AuditFunction")
                elif str(statement["Resource"]) in prefixed:
                    patterns = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                    self.assertTrue(all(re.fullmatch(r"[a-z-]+#\*|tree|migrations", pattern) for pattern in patterns), (name, patterns))
                    self.assertNotIn("dynamodb:Scan", statement["Action"], name)

    def test_every_table_is_on_demand_recoverable_kept_and_streamed(self):
        for name, properties in resources("AWS::DynamoDB::Table").items():
            self.assertEqual(template()[name]["DeletionPolicy"], "RetainExceptOnCreate", name)
            self.assertEqual(properties["BillingMode"], "PAY_PER_REQUEST", name)
            self.assertTrue(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name)
            self.assertEqual(properties["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES", name)

    def test_no_release_program_has_the_test_tools_in_it(self):
        """Features are unified over all packages of a build: `make build` builds the default members, and no more."""
        command = ["cargo", "tree", "--edges", "normal", "--prefix", "none", "--format", "{p} {f}", "--locked"]
        tree = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        own = [line for line in tree.splitlines() if str(ROOT) in line]
        self.assertTrue(any(line.startswith("kernel ") for line in own), tree)
        self.assertFalse([line for line in own if "testing" in line])
        self.assertNotIn("dynoxide", tree)


class Commands(unittest.TestCase):
    def test_ci_runs_the_command_that_the_readme_names(self):
        self.assertIn("make test", (ROOT / ".ci/run").read_text(encoding="utf-8"))
        self.assertRegex((ROOT / "README.md").read_text(encoding="utf-8"), r"(?m)^make test")

    def test_the_template_is_yaml_without_repeated_keys(self):
        text = (ROOT / "template.yaml").read_text(encoding="utf-8")
        names = re.findall(r"(?m)^  (\w+):$", text.partition("\nResources:\n")[2].partition("\nOutputs:")[0])
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue(yaml)
