"""Stream records that Lambda gave up: what their dead letter says, and that redriving publishes what was changed then."""

import contextlib
import io
import json
import types
import unittest
from unittest import mock

from zoco import queues

# As AWS documents it ("Retain discarded batch records in DynamoDB Lambda event sources").
GIVEN_UP = {
    "requestContext": {
        "requestId": "316aa6d0", "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:zoco-publish:$LATEST",
        "condition": "RetryAttemptsExhausted", "approximateInvokeCount": 1,
    },
    "DDBStreamBatchInfo": {
        "shardId": "shardId-00000001573689847184-864758bb", "startSequenceNumber": "800000000003126276362",
        "endSequenceNumber": "800000000003126276362", "approximateArrivalOfFirstRecord": "2026-11-14T00:13:19.500Z",
        "approximateArrivalOfLastRecord": "2026-11-14T00:13:19Z", "batchSize": 7,
        "streamArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/zoco-CatalogTable-1ABC/stream/2026-11-14T00:04:06.388",
    },
}
MESSAGE = {"MessageId": "m1", "Body": json.dumps(GIVEN_UP), "Attributes": {"SentTimestamp": "1794615200000"}}
RESOURCES = types.SimpleNamespace(ids={"CatalogTable": "zoco-CatalogTable-1ABC"})


class RecordsThatLambdaGaveUp(unittest.TestCase):
    def test_are_described_by_table_number_and_time(self):
        said = queues.described(MESSAGE)
        for part in ("7 records of zoco-CatalogTable-1ABC", "RetryAttemptsExhausted", "2026-11-14T00:13:19.500Z"):
            self.assertIn(part, said)

    def test_are_redriven_by_republishing_what_the_service_changed_then_and_a_minute_before(self):
        with mock.patch.object(queues, "republish_changed", return_value=["done"]) as republish, contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(queues.republished(RESOURCES, [MESSAGE]), [MESSAGE])
        republish.assert_called_once_with(RESOURCES, "2026-11-14T00:12:19.500000+00:00", "2026-11-14T00:13:19Z", "catalog")

    def test_stay_where_they_are_when_the_stack_has_no_such_table(self):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(queues.republished(types.SimpleNamespace(ids={}), [MESSAGE]), [])
        self.assertIn("no table", said.getvalue())


if __name__ == "__main__":
    unittest.main()
