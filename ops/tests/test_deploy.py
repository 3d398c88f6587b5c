"""Tests of a deployment without a cloud: what is asked of AWS, in which order, and what is refused before anything is made."""

import io
import os
import tempfile
import unittest
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import boto3
from botocore.stub import Stubber

from zoco import aws, deploy, destroy, settings
from zoco.workspace import Failed

NO_STACK = {"service_error_code": "ValidationError", "service_message": "Stack with id zoco does not exist"}


def stack(status, **parameters):
    """A stack as CloudFormation describes it."""
    described = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    made = {"StackName": "zoco", "StackStatus": status, "CreationTime": "2026-11-27T00:00:00Z", "Parameters": described}
    return {"Stacks": [{**made, "Outputs": [{"OutputKey": "PublicUrl", "OutputValue": "https://shop.example/v1"}]}]}


class Case(unittest.TestCase):
    """A deployment with stubs of AWS, in an environment that names nothing."""

    def setUp(self):
        cleanup = ExitStack()
        self.addCleanup(cleanup.close)
        self.home = Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        (self.home / "config").write_text("[profile live]\nregion = eu-west-1\n[profile bare]\n", encoding="utf-8")
        names = {"PATH": os.environ["PATH"], "STACK": "zoco", "AWS_PROFILE": "live", "AWS_CONFIG_FILE": str(self.home / "config"),
                 "AWS_SHARED_CREDENTIALS_FILE": str(self.home / "credentials"), "AWS_EC2_METADATA_DISABLED": "true"}
        cleanup.enter_context(patch.dict(os.environ, names, clear=True))
        cleanup.enter_context(patch.object(settings, "SHOPS", self.home / "shops"))
        self.stubs, self.said = {}, []
        cleanup.enter_context(patch.object(aws, "client", self.client))
        cleanup.enter_context(patch.object(deploy, "run", lambda *command, **_: self.said.append(command)))
        cleanup.enter_context(patch.object(deploy, "ensure_keys", lambda: self.said.append("keys") or []))
        cleanup.enter_context(patch.object(deploy, "signing_key_version", lambda _: 1))
        # What is stored, and what was deployed.
        self.stored, self.before = [], deploy.template()
        cleanup.enter_context(patch.object(deploy, "Resources", lambda: None))
        cleanup.enter_context(patch.object(deploy.migrate, "statuses", lambda _: self.stored))
        cleanup.enter_context(patch.object(deploy.migrate, "run", lambda _: ["migrated"]))
        cleanup.enter_context(patch.object(deploy, "deployed_template", lambda: self.before))
        self.answer("sts", "get_caller_identity", {"Account": "123456789012"})
        self.answer("lambda", "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 1000}})

    def stub(self, service):
        if service not in self.stubs:
            keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s"}
            client = boto3.client(service, region_name="eu-west-1", **keys)
            self.stubs[service] = (client, Stubber(client))
            self.stubs[service][1].activate()
        return self.stubs[service]

    def client(self, service, **_):
        return self.stub(service)[0]

    def answer(self, service, operation, response):
        self.stub(service)[1].add_response(operation, response)

    def settings(self, text):
        settings.SHOPS.mkdir(exist_ok=True)
        (settings.SHOPS / "zoco.toml").write_text(text, encoding="utf-8")

    def deployed(self, before, **after):
        """What a deployment prints, and the parameters that it gives."""
        cloudformation = self.stub("cloudformation")[1]
        if before is None:
            cloudformation.add_client_error("describe_stacks", **NO_STACK)
        else:
            cloudformation.add_response("describe_stacks", before)
        whole = stack("UPDATE_COMPLETE", DeletionProtection="true", **after)
        for _ in range(2):
            cloudformation.add_response("describe_stacks", whole)
        given = {}
        with patch.object(deploy, "private_file", lambda _, text: given.update(line.split(": ", 1) for line in text.splitlines())):
            with redirect_stdout(io.StringIO()) as printed:
                deploy.deploy()
        return printed.getvalue(), {name: value.strip('"') for name, value in given.items()}


class ADeployment(Case):
    def test_goes_to_the_region_of_the_profile(self):
        printed, _ = self.deployed(None)
        self.assertIn("region eu-west-1: new", printed)
        command = self.said[-1]
        self.assertEqual(command[command.index("--region") + 1], "eu-west-1")

    def test_without_a_region_is_refused(self):
        os.environ["AWS_PROFILE"] = "bare"
        with self.assertRaisesRegex(Failed, "no region is named"):
            aws.region()

    def test_has_the_settings_of_the_shop_and_keeps_what_the_stack_has(self):
        self.settings('[parameters]\nCurrency = "EUR"\nCustomerPieces = 5\nAlarmEmail = "shop@example.com"\n')
        _, given = self.deployed(stack("UPDATE_COMPLETE", CursorKey="****", LogKey="****", InternalApiKeyA="****"))
        self.assertEqual((given["Currency"], given["CustomerPieces"], given["AlarmEmail"]), ("EUR", "5", "shop@example.com"))
        # Not named, CloudFormation leaves them as they are.
        self.assertFalse({"CursorKey", "LogKey", "InternalApiKeyA", "CartDays"} & set(given))

    def test_of_a_new_shop_makes_its_random_texts(self):
        _, given = self.deployed(None)
        # API Gateway: the value of an API key has 20 to 128 letters and digits.
        self.assertTrue(all(given[name].isalnum() and len(given[name]) >= 32 for name in ("CursorKey", "LogKey", "InternalApiKeyA")))

    def test_is_refused_in_a_state_that_it_cannot_end_well_from_and_says_what_to_do(self):
        for status, advice in {
            "ROLLBACK_COMPLETE": "delete-stack --stack-name zoco", "UPDATE_ROLLBACK_FAILED": "continue-update-rollback",
            "UPDATE_IN_PROGRESS": "wait until that has ended", "DELETE_FAILED": "delete-stack",
        }.items():
            self.said.clear()
            self.stubs.clear()
            self.answer("sts", "get_caller_identity", {"Account": "123456789012"})
            with self.assertRaisesRegex(Failed, advice):
                self.deployed(stack(status))
            self.assertEqual(self.said, [], "something was made")

    def test_asks_before_it_makes_anything(self):
        self.settings("")
        with patch.object(deploy.sys.stdin, "isatty", lambda: True, create=True), patch("builtins.input", lambda _: "n"):
            with self.assertRaisesRegex(Failed, "nothing was made"):
                self.deployed(None)
        self.assertEqual(self.said, [])

    def test_of_a_release_that_cannot_read_what_is_stored_is_refused_before_anything_is_made(self):
        schema = deploy.template()["Metadata"]["Schema"]
        for found, said in {
            (schema["Writes"] + 2, schema["Writes"] + 1): "too old for the shop's items",
            (schema["Reads"] - 1, 0): "too new for the shop's items",
        }.items():
            self.said.clear()
            self.stubs.clear()
            self.answer("sts", "get_caller_identity", {"Account": "123456789012"})
            self.stored = [{"schema": found[0], "readableFrom": found[1]}]
            with self.assertRaisesRegex(Failed, said):
                self.deployed(stack("UPDATE_COMPLETE"))
            self.assertEqual(self.said, [], "something was made")

    def test_says_which_items_are_to_be_migrated_and_of_a_new_shop_notes_that_none_are(self):
        whole = {"schema": 1, "writes": 1, "readableFrom": 0, "finishedAt": "2026-11-27T10:00:00Z", "republish": False}
        self.stored = [whole]
        self.assertNotIn("zoco migrate run", self.deployed(stack("UPDATE_COMPLETE"))[0])
        self.stored = [whole, {**whole, "schema": 0, "finishedAt": None}]
        self.stubs.clear()
        self.answer("sts", "get_caller_identity", {"Account": "123456789012"})
        self.answer("lambda", "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 1000}})
        self.assertIn("zoco migrate run", self.deployed(stack("UPDATE_COMPLETE"))[0])

    def test_of_a_new_shop_notes_that_nothing_is_to_be_migrated(self):
        self.assertIn("migrated", self.deployed(None)[0])

    def test_that_makes_two_indexes_of_a_table_has_two_steps(self):
        table = self.before["Resources"]["CatalogTable"]["Properties"]
        kept = table["GlobalSecondaryIndexes"][2:]
        self.before = deploy.indexes.with_indexes(self.before, {}, {})
        self.before["Resources"]["CatalogTable"]["Properties"]["GlobalSecondaryIndexes"] = kept
        templates, run = [], deploy.run

        def keep(*command, **options):
            path = Path(command[command.index("--template-file") + 1])
            templates.append(deploy.yaml_parse(path.read_text(encoding="utf-8")))
            run(*command, **options)

        with patch.object(deploy, "run", keep):
            printed, _ = self.deployed(stack("UPDATE_COMPLETE"))
        made = [len(deploy.indexes.indexes(deploy.indexes.tables(some)["CatalogTable"])) for some in templates]
        self.assertEqual(made, [len(kept) + 1, len(kept) + 2])
        self.assertEqual(templates[-1], deploy.template())
        self.assertIn("Step 2 of 2", printed)
        self.assertEqual(list(deploy.ROOT.glob(".step-*")), [])

    def test_says_so_when_the_account_runs_few_functions_at_once(self):
        self.stubs.pop("lambda")
        self.answer("lambda", "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 10}})
        self.assertIn("at most 10 functions at once", self.deployed(None)[0])

    def test_protects_the_tables_once_the_stack_is_there(self):
        cloudformation = self.stub("cloudformation")[1]
        cloudformation.add_response("describe_stacks", stack("CREATE_COMPLETE", DeletionProtection="false"))
        changed = []
        with patch.object(deploy, "set_parameters", lambda _, rollback, **values: changed.append(values)), redirect_stdout(io.StringIO()):
            deploy.protect(settings.Settings())
            cloudformation.add_response("describe_stacks", stack("CREATE_COMPLETE", DeletionProtection="false"))
            deploy.protect(settings.Settings(parameters={"DeletionProtection": "false"}))
        self.assertEqual(changed, [{"DeletionProtection": "true"}])

    def test_is_taken_back_by_alarms_if_the_settings_say_so(self):
        cloudformation = self.stub("cloudformation")[1]
        cloudformation.add_response("describe_stacks", stack("UPDATE_COMPLETE", DeletionProtection="true"))
        for name in deploy.WATCHED:
            made = {"LastUpdatedTimestamp": "2026-11-27T00:00:00Z", "ResourceStatus": "CREATE_COMPLETE"}
            named = {"LogicalResourceId": name, "PhysicalResourceId": name, "ResourceType": "AWS::CloudWatch::Alarm"}
            cloudformation.add_response("describe_stack_resource", {"StackResourceDetail": {**made, **named}})
        alarms = [{"AlarmName": name, "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"} for name in deploy.WATCHED]
        self.answer("cloudwatch", "describe_alarms", {"MetricAlarms": alarms})
        changed = []
        with patch.object(deploy, "set_parameters", lambda _, rollback, **values: changed.append((rollback, values))):
            with redirect_stdout(io.StringIO()) as printed:
                deploy.protect(settings.Settings(rollback_minutes=5))
        (rollback, values), = changed
        self.assertEqual((len(rollback["RollbackTriggers"]), rollback["MonitoringTimeInMinutes"], values), (5, 5, {}))
        self.assertIn("For 5 minutes after each change, 5 alarms take it back", printed.getvalue())


    def test_to_a_region_of_another_partition_is_refused(self):
        os.environ["AWS_DEFAULT_REGION"] = "us-gov-west-1"
        with self.assertRaisesRegex(Failed, "not supported"):
            deploy.deploy()
        self.assertEqual(self.said, [])

    def test_of_a_stack_with_a_name_too_long_for_its_queues_is_refused(self):
        os.environ["STACK"] = "s" * 51
        with self.assertRaisesRegex(Failed, "at most 50 characters"):
            deploy.deploy()
        self.assertEqual(self.said, [])


class TakingAShopDown(Case):
    def described(self):
        cloudformation = self.stub("cloudformation")[1]
        whole = stack("UPDATE_COMPLETE")
        whole["Stacks"][0]["StackId"] = "arn:aws:cloudformation:eu-west-1:123456789012:stack/zoco/1"
        cloudformation.add_response("describe_stacks", whole)
        one = {"LastUpdatedTimestamp": "2026-11-27T00:00:00Z", "ResourceStatus": "CREATE_COMPLETE"}
        resources = [
            {**one, "LogicalResourceId": "SalesTable", "PhysicalResourceId": "zoco-SalesTable-X", "ResourceType": "AWS::DynamoDB::Table"},
            {**one, "LogicalResourceId": "GetSaleFunction", "PhysicalResourceId": "zoco-GetSale-X",
             "ResourceType": "AWS::Lambda::Function"},
        ]
        cloudformation.add_response("list_stack_resources", {"StackResourceSummaries": resources})
        return cloudformation

    def test_deletes_nothing_unless_its_name_is_typed(self):
        self.described()
        with patch.object(destroy.sys.stdin, "isatty", lambda: True, create=True), redirect_stdout(io.StringIO()):
            with self.assertRaisesRegex(Failed, "nothing was deleted"):
                destroy.destroy(answer=lambda _: "y")

    def test_says_what_stays_and_how_to_delete_it(self):
        cloudformation = self.described()
        cloudformation.add_response("delete_stack", {})
        cloudformation.add_response("describe_stacks", stack("DELETE_COMPLETE"))
        with redirect_stdout(io.StringIO()) as printed:
            destroy.destroy(agreed=True)
        for line in ("delete-table --table-name zoco-SalesTable-X", "delete-parameter --name /zoco/signing-key",
                     "--log-group-name /aws/lambda/zoco-GetSale-X"):
            self.assertIn(line, printed.getvalue())


class Settings(Case):
    def test_that_the_template_does_not_take_are_refused_by_name(self):
        for line, said in {
            'Curency = "EUR"': "no parameter Curency", 'Currency = "euro"': "Currency has the form",
            'Alarms = "many"': "one of essential, full", "CartDays = 0": "from 1 to 365", 'CartDays = "x"': "is a number",
            'CursorKey = "secret"': "not for this file", 'TokenIssuer = "x"': "not for this file",
        }.items():
            self.settings(f"[parameters]\n{line}\n")
            with self.assertRaisesRegex(Failed, said):
                settings.read("zoco")

    def test_name_a_region(self):
        self.settings('region = "eu-central-1"\n[parameters]\n')
        self.assertEqual(settings.read("zoco"), settings.Settings("eu-central-1"))
        self.assertEqual(settings.read("other"), settings.Settings())
        self.settings("rollback_minutes = 181\n")
        with self.assertRaisesRegex(Failed, "from 0 to 180"):
            settings.read("zoco")
        self.settings("regoin = 1\n")
        with self.assertRaisesRegex(Failed, "regoin is not a setting"):
            settings.read("zoco")

    def test_can_say_every_parameter_that_is_the_shops(self):
        secret = {name for name, rule in settings.declared().items() if rule.get("NoEcho")}
        shops = {name: rule for name, rule in settings.declared().items() if name not in secret and name not in settings.OWN}
        lines = [f'{name} = "{rule["Default"]}"' for name, rule in shops.items()]
        self.settings("[parameters]\n" + "\n".join(lines) + "\n")
        self.assertEqual(set(settings.read("zoco").parameters), set(shops))

    def test_are_asked_for_and_written_for_a_new_shop(self):
        answers = iter(["euro", "EUR", "shop@example.com", ""])
        with redirect_stdout(io.StringIO()) as printed:
            given = settings.ask("zoco", lambda _: next(answers))
        self.assertEqual(given, {"Currency": "EUR", "AlarmEmail": "shop@example.com"})
        self.assertIn("Currency has the form", printed.getvalue())
        self.assertEqual(settings.read("zoco").parameters, given)


if __name__ == "__main__":
    unittest.main()
