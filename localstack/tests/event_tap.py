"""A queue that receives every event of the shop's topic, for tests."""

import json
import secrets
from contextlib import contextmanager

from zoco import aws


class Captured:
    """What was published since it began to listen."""

    def __init__(self, resources, url):
        self.resources, self.url, self.received = resources, url, []

    def messages(self):
        """The bodies of all messages so far, in no order; a message that was sent twice is there twice."""
        while True:
            answer = self.resources.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            messages = answer.get("Messages", [])
            if not messages:
                return self.received
            entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
            self.resources.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
            self.received += [message["Body"] for message in messages]


@contextmanager
def captured(resources, *prefixes):
    """Listens to the topic: to all events, or to those whose type begins like one of these."""
    sns, topic = aws.client("sns"), resources.ids["EventsTopic"]
    url = resources.sqs.create_queue(QueueName=f"captured-{secrets.token_hex(6)}")["QueueUrl"]
    arn = resources.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    resources.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    attributes = {"RawMessageDelivery": "true"}
    if prefixes:
        attributes["FilterPolicy"] = json.dumps({"topic": [{"prefix": prefix} for prefix in prefixes]})
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    try:
        yield Captured(resources, url)
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        resources.sqs.delete_queue(QueueUrl=url)
