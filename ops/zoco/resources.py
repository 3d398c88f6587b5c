"""The resources of the deployed stack by their logical ids: queues, functions and their mappings, logs."""

from contextlib import contextmanager
from functools import cached_property

from zoco import aws
from zoco.workspace import Failed

DEAD = "DeadLetterQueue"
COUNTS = {
    "waiting": "ApproximateNumberOfMessages",
    "in flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


class Resources:
    """The resources of the stack."""

    def __init__(self):
        self.lambda_, self.sqs, self.logs = map(aws.client, ("lambda", "sqs", "logs"))

    @cached_property
    def ids(self):
        """Physical ids by logical ones."""
        cloudformation = aws.client("cloudformation")
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=aws.stack())
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}

    @cached_property
    def queues(self):
        """Logical ids without `Queue`, by the names people use: `product-requests`. With `events`, which has dead
        letters alone."""
        names = [name.removesuffix(DEAD) for name in self.ids if name.endswith(DEAD)]
        return {kebab(name): name for name in sorted(names)}

    def queue(self, name):
        """The URL of a queue, by its name; `None` of `events`."""
        return self.ids.get(self.known(name) + "Queue")

    def dead_letters(self, name):
        """The URL of a queue's dead letters."""
        return self.ids[self.known(name) + DEAD]

    def known(self, name):
        if name not in self.queues:
            raise Failed(f"there is no queue {name!r}; there are {', '.join(self.queues)}")
        return self.queues[name]

    def counts(self, url):
        """How many messages a queue has, by their state."""
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS.values()))["Attributes"]
        return {state: int(found.get(name, 0)) for state, name in COUNTS.items()}

    def messages(self, queue):
        """How many messages of a queue wait or are being handled."""
        counts = self.counts(self.ids[queue])
        return counts["waiting"] + counts["in flight"]

    def mapping(self, function):
        """What a function takes from a queue or a stream, and how that goes."""
        return self.lambda_.list_event_source_mappings(FunctionName=self.ids[function])["EventSourceMappings"][0]

    def code(self, function):
        """The digest of the program that a function runs."""
        return self.lambda_.get_function_configuration(FunctionName=self.ids[function])["CodeSha256"]

    @contextmanager
    def not_listening(self, function):
        """While a function does not take from its queue or stream."""
        mapping = self.mapping(function)["UUID"]
        self.lambda_.update_event_source_mapping(UUID=mapping, Enabled=False)
        try:
            yield
        finally:
            self.lambda_.update_event_source_mapping(UUID=mapping, Enabled=True)

    @contextmanager
    def without(self, function):
        """While a function is switched off."""
        name = self.ids[function]
        self.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            yield
        finally:
            self.lambda_.delete_function_concurrency(FunctionName=name)

    def log(self, function):
        """The lines that a function has logged."""
        name = "/aws/lambda/" + self.ids[function]
        try:
            pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            return [event["message"] for page in pages for event in page["events"]]
        except self.logs.exceptions.ResourceNotFoundException:
            return []


def kebab(name):
    """`ProductRequests` → `product-requests`."""
    return "".join(f"-{sign.lower()}" if sign.isupper() else sign for sign in name).lstrip("-")
