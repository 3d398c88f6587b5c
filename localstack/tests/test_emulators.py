"""Tests of the local cloud's state between two runs."""

import json
import os
import signal
import socket
import tempfile
import time
import unittest
from pathlib import Path
from unittest.mock import patch

import boto3
from ministack.services import dynamodb, lambda_svc

from localstack.cloud.emulators import REGION, MiniStack, free_port
from localstack.cloud.ministack_process import Saver, oldest_waiting
from localstack.tests.journey_shop import eventually
from zoco.workspace import Failed

TABLE = {
    "TableName": "things",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}


class ASavedCloud(unittest.TestCase):
    def test_begins_to_read_streams_anew_and_keeps_the_rest(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state/lambda.json"
            path.parent.mkdir()
            path.write_text(json.dumps({"payload": {"functions": {"f": 1}, "dynamodb_stream_positions": {"mapping": 1600}}}))
            MiniStack(4566, Path(folder), keep=True).forget_stream_positions()
            self.assertEqual(json.loads(path.read_text()), {"payload": {"functions": {"f": 1}}})

    def test_that_was_never_saved_has_nothing_to_forget(self):
        with tempfile.TemporaryDirectory() as folder:
            MiniStack(4566, Path(folder), keep=True).forget_stream_positions()


class ASave(unittest.TestCase):
    def test_holds_no_port_that_would_be_taken_if_the_cloud_died_meanwhile(self):
        with socket.create_server(("127.0.0.1", 0)) as port:
            saver = Saver()
            saver.save = lambda: self.assertRaises(OSError, os.fstat, port.fileno())
            self.assertTrue(saver.save_in_a_child())


class AStream(unittest.TestCase):
    MAPPING = {"UUID": "m", "FunctionName": "publisher", "EventSourceArn": "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/1"}

    def age(self, position, created):
        record = {"dynamodb": {"ApproximateCreationDateTime": created}}
        with patch.object(dynamodb, "_stream_records", {"T": [record, record]}), \
             patch.object(lambda_svc, "_dynamodb_stream_positions", {"m": position}):
            return oldest_waiting(self.MAPPING)

    def test_has_the_age_of_its_oldest_record_that_waits(self):
        self.assertAlmostEqual(self.age(1, time.time() - 90), 90, delta=5)

    def test_that_was_read_to_its_end_has_none(self):
        self.assertIsNone(self.age(2, time.time() - 90))
        self.assertIsNone(oldest_waiting({**self.MAPPING, "EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:q"}))


class ARunningCloud(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cloud = MiniStack(free_port(), Path(folder.name), keep=True)
        self.addCleanup(self.cloud.end, 5)

    def start(self):
        self.cloud.start()
        keys = {name.lower(): value for name, value in self.cloud.credentials.items()}
        return boto3.client("dynamodb", endpoint_url=self.cloud.endpoint, region_name=REGION, **keys)

    def things(self):
        return [item["id"]["S"] for item in self.start().scan(TableName="things").get("Items", [])]

    def test_that_is_stopped_has_everything_when_it_is_started_again(self):
        database = self.start()
        database.create_table(**TABLE)
        database.put_item(TableName="things", Item={"id": {"S": "a"}})
        self.assertIn("its data is saved", self.cloud.stop())
        self.assertEqual(self.things(), ["a"])
        self.assertIn("its data is saved", self.cloud.stop())
        self.assertIn("No shop was running", self.cloud.stop())

    def test_that_is_killed_has_what_it_saved_as_it_went(self):
        self.cloud.seconds_between_saves = 0.2
        database = self.start()
        database.create_table(**TABLE)
        database.put_item(TableName="things", Item={"id": {"S": "a"}})
        written = time.time()
        eventually(self.cloud.saved_at, lambda saved: saved > written)
        os.killpg(self.cloud.running()[0], signal.SIGKILL)
        self.cloud.process.wait()
        self.assertEqual(self.things(), ["a"])

    def test_that_cannot_save_says_so_and_since_when(self):
        self.start()
        (self.cloud.folder / "state/dynamodb.json.new").mkdir()
        with self.assertRaisesRegex(Failed, "could not save its data; what was saved last is of never"):
            self.cloud.stop()


if __name__ == "__main__":
    unittest.main()
