"""Tests of the AsyncAPI document: it says what the template, the functions and the samples say."""

import json
import unittest

from localstack.tests.asyncapi import DOCUMENT, at, faults, types
from localstack.tests.structure.sources import resources as of_type
from zoco.resources import kebab
from zoco.workspace import ROOT

MESSAGES = DOCUMENT["components"]["messages"]


def references(value):
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        value = list(value.values())
    for one in value if isinstance(value, list) else []:
        yield from references(one)


class TheDocument(unittest.TestCase):
    def test_its_channels_are_the_topic_and_the_queues_of_the_template(self):
        queues = {kebab(name.removesuffix("Queue")) for name in of_type("AWS::SQS::Queue") if "DeadLetter" not in name}
        self.assertEqual(set(DOCUMENT["channels"]), queues | {"events"})

    def test_every_reference_leads_somewhere(self):
        for reference in references(DOCUMENT):
            self.assertTrue(at(reference), reference)

    def test_who_receives_is_the_function_that_listens_to_the_queue(self):
        received = {
            name: one["channel"]["$ref"].rsplit("/", 1)[-1]
            for name, one in DOCUMENT["operations"].items() if one["action"] == "receive"
        }
        listening = {}
        for mapping in of_type("AWS::Lambda::EventSourceMapping").values():
            if "Queue" in mapping["EventSourceArn"]:
                queue = mapping["EventSourceArn"].split(".")[0].removesuffix("Queue")
                listening[kebab(mapping["FunctionName"].removesuffix("Function"))] = kebab(queue)
        self.assertEqual(received, listening)

    def test_every_publisher_has_its_operation(self):
        publishers = {kebab(name.removesuffix("Function")) for name in of_type("AWS::Serverless::Function") if name.startswith("Publish")}
        self.assertLessEqual(publishers, set(DOCUMENT["operations"]))

    def test_a_bound_queue_carries_what_its_filter_lets_through(self):
        for name, subscription in of_type("AWS::SNS::Subscription").items():
            topics = set(subscription["FilterPolicy"]["topic"])
            self.assertEqual(types(kebab(name.removesuffix("Subscription"))), topics, name)
            self.assertLessEqual(topics, types("events"), name)

    def test_every_message_is_carried_by_a_channel_and_every_example_is_as_it_says(self):
        for name, message in MESSAGES.items():
            channels = [channel for channel in DOCUMENT["channels"] if message["name"] in types(channel)]
            self.assertTrue(channels, name)
            for example in message["examples"]:
                self.assertEqual(faults(json.dumps(example["payload"]), channels[0]), [], name)

    def test_the_samples_of_functions_are_messages_of_their_queues(self):
        checked = 0
        for path in sorted((ROOT / "events").glob("*.json")):
            for record in json.loads(path.read_text(encoding="utf-8")).get("Records", []):
                if record["eventSource"] == "aws:sqs":
                    channel = record["eventSourceARN"].rsplit(":", 1)[-1].removeprefix("zoco-")
                    self.assertEqual(faults(record["body"], channel), [], path.name)
                    checked += 1
        self.assertGreaterEqual(checked, 6)

    def test_a_step_of_long_work_is_a_message_of_its_inbox(self):
        renamed = {**MESSAGES["brand-updated"]["examples"][0]["payload"], "step": 2, "cursor": "0 20 2026"}
        self.assertEqual(faults(json.dumps(renamed), "catalog-inbox"), [])

    def test_what_is_not_as_it_says_is_told(self):
        sound = MESSAGES["product-created"]["examples"][0]["payload"]
        for wrong in [
            {**sound, "type": "product.eaten"},
            {**sound, "specversion": "2.0"},
            {**sound, "source": "urn:zoco:sales"},
            {**sound, "password": "x"},
            {**sound, "data": {**sound["data"], "price": 12.5}},
            {**sound, "data": {}},
        ]:
            self.assertTrue(faults(json.dumps(wrong), "events"), wrong)
        self.assertTrue(faults("{", "events") and faults(json.dumps(sound), "sale-deadlines"))


if __name__ == "__main__":
    unittest.main()
