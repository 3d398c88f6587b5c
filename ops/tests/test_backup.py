"""Backups and restores without a cloud: what is asked of AWS, in which order, and what is refused before anything is begun."""

import doctest
import json
import os
import tempfile
import types
import unittest
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import boto3
from botocore.stub import ANY, Stubber

from zoco import aws, backup, deploy, restore
from zoco.workspace import Failed

AT = datetime(2026, 11, 27, 10, 0, tzinfo=timezone.utc)
EARLIEST, LATEST = datetime(2026, 11, 1, tzinfo=timezone.utc), datetime(2026, 11, 28, tzinfo=timezone.utc)
RESOURCES = types.SimpleNamespace(ids={"SalesTable": "zoco-SalesTable-1", "CartsTable": "zoco-CartsTable-1", "GetSaleFunction": "f"})


def load_tests(_loader, tests, _pattern):
    tests.addTests(doctest.DocTestSuite(restore))
    return tests


def recovery(status="ENABLED"):
    times = {"EarliestRestorableDateTime": EARLIEST, "LatestRestorableDateTime": LATEST} if status == "ENABLED" else {}
    found = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status, **times}}
    return {"ContinuousBackupsDescription": found}


class Case(unittest.TestCase):
    def setUp(self):
        patch = mock.patch.dict(os.environ, {"STACK": "zoco", "AWS_DEFAULT_REGION": "eu-west-1"})
        patch.start()
        self.addCleanup(patch.stop)
        os.environ.pop("AWS_ENDPOINT_URL", None)
        keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "eu-west-1"}
        # Not boto3's own session, which would keep this environment for other tests.
        session = boto3.session.Session()
        self.clients = {name: session.client(name, **keys) for name in ("dynamodb", "cloudformation", "s3")}
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()
            self.addCleanup(stub.assert_no_pending_responses)
        patch = mock.patch.object(aws, "client", lambda name, **_: self.clients[name])
        patch.start()
        self.addCleanup(patch.stop)
        # Waits are not for tests.
        patch = mock.patch("time.sleep")
        patch.start()
        self.addCleanup(patch.stop)

    def answers(self, operation, response, asked=None, service="dynamodb"):
        self.stubs[service].add_response(operation, response, asked)


class Backups(Case):
    def test_say_from_when_until_when_each_table_can_be_restored_and_fail_when_one_cannot(self):
        self.answers("describe_continuous_backups", recovery(), {"TableName": "zoco-CartsTable-1"})
        self.answers("describe_continuous_backups", recovery("DISABLED"), {"TableName": "zoco-SalesTable-1"})
        lines = []
        with self.assertRaisesRegex(Failed, "SalesTable"):
            for line in backup.status(RESOURCES):
                lines.append(line)
        self.assertIn("to any second: 2026-11-01T00:00:00Z to 2026-11-28T00:00:00Z", lines[0])
        self.assertIn("CANNOT BE RESTORED", lines[1])

    def test_are_exported_as_of_one_moment(self):
        for _ in range(2):
            self.answers("describe_continuous_backups", recovery())
        for name in ("CartsTable", "SalesTable"):
            arn = f"arn:aws:dynamodb:eu-west-1:123456789012:table/{name}"
            self.answers("describe_table", {"Table": {"TableArn": arn}})
            asked = {"TableArn": arn, "S3Bucket": "backups", "S3Prefix": f"zoco/20261127T100000Z/{name}", "ExportTime": AT,
                     "ExportFormat": "DYNAMODB_JSON"}
            self.answers("export_table_to_point_in_time", {"ExportDescription": {"ExportArn": f"{arn}/export/012345678901234567"}}, asked)
        done = {"ExportStatus": "COMPLETED", "ItemCount": 7, "BilledSizeBytes": 900, "ExportManifest": "zoco/manifest-summary.json"}
        for _ in range(4):
            self.answers("describe_export", {"ExportDescription": done})
        with mock.patch.object(backup, "side_by_side", lambda work, names, *_: map(work, names)):
            lines = list(backup.export(RESOURCES, "backups", "zoco/", AT))
        self.assertEqual(len(lines), 3)
        self.assertIn("7 items, 900 bytes: s3://backups/zoco/manifest-summary.json", lines[1])

    def test_of_a_moment_that_a_table_no_longer_has_begin_nothing(self):
        self.answers("describe_continuous_backups", recovery())
        with self.assertRaisesRegex(Failed, "Nothing was begun"):
            list(backup.export(RESOURCES, "backups", "", datetime(2026, 1, 1, tzinfo=timezone.utc)))

    def test_of_a_local_cloud_are_refused_with_a_sentence(self):
        with mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL": "http://localhost:4566"}):
            for attempt in (lambda: backup.export(RESOURCES, "b"), lambda: restore.restore(RESOURCES, "SalesTable", AT)):
                with self.assertRaisesRegex(Failed, "a local cloud does not have"):
                    list(attempt())


class ARestore(Case):
    def setUp(self):
        super().setUp()
        self.deployed, folder = [], tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.begun = Path(folder.name) / "restore-zoco-SalesTable.json"
        patch = mock.patch.object(restore, "LOCAL", Path(folder.name))
        patch.start()
        self.addCleanup(patch.stop)
        values = {"Currency": "USD", "CursorKey": "****"}
        stack = {"Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]}
        for where, name, instead in (
            (restore, "deployed_template", deploy.template), (restore, "described", lambda: stack),
            (restore, "deploy_step", lambda template, values, _: self.deployed.append((template, values))),
        ):
            patch = mock.patch.object(where, name, instead)
            patch.start()
            self.addCleanup(patch.stop)

    def table(self, streams=True):
        stream = {"StreamSpecification": {"StreamEnabled": True}} if streams else {}
        table = {"TableName": "new", "TableStatus": "ACTIVE", "ItemCount": 46,
                 "LatestStreamArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/new/stream/1",
                 "TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/new", **stream}
        self.answers("describe_table", {"Table": table})

    def restored(self, asked):
        """The answers of AWS until a table is restored and set up."""
        self.answers("describe_continuous_backups", recovery())
        self.answers("restore_table_to_point_in_time", {}, {
            "SourceTableName": "zoco-SalesTable-1", "TargetTableName": asked, "RestoreDateTime": AT,
            "BillingModeOverride": "PAY_PER_REQUEST",
        })
        self.set_up(asked)

    def set_up(self, asked):
        """The answers of AWS while a restored table is set up."""
        self.table()
        self.table(streams=False)
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        self.answers("update_table", {}, {"TableName": asked, "StreamSpecification": stream})
        self.table()
        on = {"PointInTimeRecoveryEnabled": True}
        self.answers("update_continuous_backups", {}, {"TableName": asked, "PointInTimeRecoverySpecification": on})
        self.answers("update_table", {}, {"TableName": asked, "DeletionProtectionEnabled": True})
        self.table()

    def test_sets_up_what_dynamodb_leaves_out_and_takes_the_table_into_the_stack_in_three_steps(self):
        name = "zoco-SalesTable-20261127T100000Z"
        self.restored(name)
        processed = {"Resources": {"CartsTable": {"Type": "AWS::DynamoDB::Table"}}}
        self.answers("get_template", {"TemplateBody": json.dumps(processed)}, service="cloudformation")
        bucket = {"LogicalResourceId": "SamCliSourceBucket", "PhysicalResourceId": "sam-bucket", "ResourceType": "AWS::S3::Bucket",
                  "Timestamp": AT, "ResourceStatus": "CREATE_COMPLETE"}
        self.answers("describe_stack_resources", {"StackResources": [bucket]}, service="cloudformation")
        uploaded = []
        self.stubs["s3"].add_response("put_object", {}, {"Bucket": "sam-bucket", "Key": f"zoco/import-{name}.json", "Body": ANY})
        put = self.clients["s3"].put_object
        self.clients["s3"].put_object = lambda **asked: uploaded.append(json.loads(asked["Body"])) or put(**asked)
        to_import = [{"ResourceType": "AWS::DynamoDB::Table", "LogicalResourceId": "SalesTable", "ResourceIdentifier": {"TableName": name}}]
        self.answers("create_change_set", {}, {
            "StackName": "zoco", "ChangeSetName": ANY, "ChangeSetType": "IMPORT", "TemplateURL": ANY, "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [{"ParameterKey": one, "UsePreviousValue": True} for one in ("Currency", "CursorKey")],
            "ResourcesToImport": to_import,
        }, "cloudformation")
        self.answers("describe_change_set", {"Status": "CREATE_COMPLETE"}, service="cloudformation")
        self.answers("execute_change_set", {}, service="cloudformation")
        whole = {"StackName": "zoco", "StackStatus": "IMPORT_COMPLETE", "CreationTime": AT}
        self.answers("describe_stacks", {"Stacks": [whole]}, service="cloudformation")
        lines = list(restore.restore(RESOURCES, "SalesTable", AT, agreed=lambda _: True))
        self.assertEqual((len(lines), self.begun.exists()), (5, False))
        (detached, values), (last, _) = self.deployed
        self.assertNotIn("SalesTable", detached["Resources"])
        # Secrets stay as the stack has them.
        self.assertEqual(values, {"Currency": "USD"})
        self.assertEqual(last, deploy.template())
        self.assertEqual(uploaded[0]["Resources"]["SalesTable"]["DeletionPolicy"], "Retain")
        self.assertEqual(set(uploaded[0]["Resources"]), {"CartsTable", "SalesTable"})

    def test_that_is_not_agreed_to_changes_nothing_in_the_stack_and_says_how_to_go_on(self):
        self.restored("zoco-SalesTable-20261127T100000Z")
        with self.assertRaisesRegex(Failed, "--restored zoco-SalesTable-20261127T100000Z"):
            list(restore.restore(RESOURCES, "SalesTable", AT, agreed=lambda _: False))
        self.assertEqual(self.deployed, [])

    def test_goes_on_at_the_step_that_it_had_come_to_with_the_template_of_before(self):
        whole = deploy.template()
        for ids, imported, deployed in (
            # The import had failed: the stack has no such table.
            ({"CartsTable": "c"}, ["SalesTable"], [whole]),
            # Only the last deployment is left.
            ({"CartsTable": "c", "SalesTable": "new"}, [], [whole]),
        ):
            self.begun.write_text(json.dumps(whole), encoding="utf-8")
            self.deployed.clear()
            self.set_up("new")
            with mock.patch.object(restore, "import_table") as imports, mock.patch.object(restore, "deployed_template") as never:
                list(restore.restore(types.SimpleNamespace(ids=ids), "SalesTable", None, "new", agreed=lambda _: False))
            self.assertEqual([call.args[0] for call in imports.call_args_list], imported)
            self.assertEqual([template for template, _ in self.deployed], deployed)
            self.assertFalse(never.called or self.begun.exists())

    def test_is_not_begun_while_another_is_under_way(self):
        self.begun.write_text(json.dumps(deploy.template()), encoding="utf-8")
        with self.assertRaisesRegex(Failed, "under way"):
            list(restore.restore(RESOURCES, "SalesTable", AT))

    def test_to_a_time_that_is_too_long_ago_begins_nothing(self):
        self.answers("describe_continuous_backups", recovery())
        with self.assertRaisesRegex(Failed, "Nothing was changed"):
            list(restore.restore(RESOURCES, "SalesTable", datetime(2026, 1, 1, tzinfo=timezone.utc)))

    def test_of_a_table_that_the_shop_does_not_have_is_refused_by_name(self):
        with self.assertRaisesRegex(Failed, "there is no table Sales; there are CartsTable, SalesTable"):
            list(restore.restore(RESOURCES, "Sales", AT))

    def test_of_any_table_leaves_no_reference_to_the_one_that_was(self):
        found = {"TableName": "new", "TableArn": "arn:new", "LatestStreamArn": "arn:stream"}
        for name in deploy.indexes.tables(deploy.template()):
            rest = restore.without(deploy.template(), name, found)
            left = [one for one in json.dumps(rest).split('"') if one == name or f"${{{name}" in one]
            self.assertEqual(left, [], name)


if __name__ == "__main__":
    unittest.main()
