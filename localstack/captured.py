"""A queue of one's own that hears every event of the shop's topic, for tests."""

import json
import secrets
from contextlib import contextmanager

import boto3
from common import REGION


class Captured:
    """What was published since it began to listen."""

    def __init__(self, parts, url):
        self.parts, self.url, self.heard = parts, url, []

    def messages(self):
        """The bodies of all messages so far, in no order; a message that was sent twice is there twice."""
        while True:
            answer = self.parts.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            messages = answer.get("Messages", [])
            if not messages:
                return self.heard
            entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
            self.parts.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
            self.heard += [message["Body"] for message in messages]


@contextmanager
def captured(parts, *prefixes):
    """Listens to the topic: to all events, or to those whose type begins like one of these."""
    sns, topic = boto3.client("sns", region_name=REGION), parts.ids["EventsTopic"]
    url = parts.sqs.create_queue(QueueName=f"captured-{secrets.token_hex(6)}")["QueueUrl"]
    arn = parts.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    parts.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    attributes = {"RawMessageDelivery": "true"}
    if prefixes:
        attributes["FilterPolicy"] = json.dumps({"topic": [{"prefix": prefix} for prefix in prefixes]})
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    try:
        yield Captured(parts, url)
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        parts.sqs.delete_queue(QueueUrl=url)
