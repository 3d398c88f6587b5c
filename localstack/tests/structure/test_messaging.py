"""Nothing that is sent is lost or stuck unseen: what the template says of queues, streams and the topic."""

import re
import unittest

import yaml

from localstack.tests.structure.sources import ROOT, functions, logical_id, resources, template

# Tables whose changes no service listens to.
UNPUBLISHED = ("AuditLogTable", "CartsTable", "OpenSalesTable", "RevocationsTable")
MAX_RECEIVES = int(re.search(r"MAX_RECEIVES: u32 = (\d+);", (ROOT / "shared/messaging/src/queue.rs").read_text(encoding="utf-8"))[1])


def said(value):
    """All that a value says."""
    return yaml.safe_dump(value)


def names(text, name):
    """Whether a text has a name as a whole word: `MyQueue.Arn` does not name `Queue.Arn`."""
    return name in re.split(r"[^\w.]+", text)


def main_queues():
    """The queues that something is read from, without those of dead letters."""
    return {name: one for name, one in resources("AWS::SQS::Queue").items() if not name.endswith("DeadLetterQueue")}


class Queues(unittest.TestCase):
    def test_a_queue_gives_up_after_five_tries_into_dead_letters_of_its_own(self):
        for name, queue in main_queues().items():
            dead_letters = name.replace("Queue", "DeadLetterQueue")
            self.assertIn(dead_letters, resources("AWS::SQS::Queue"))
            self.assertIn(dead_letters, said(queue["RedrivePolicy"]["deadLetterTargetArn"]))
            self.assertEqual(queue["RedrivePolicy"]["maxReceiveCount"], MAX_RECEIVES, name)
        self.assertGreaterEqual(len(main_queues()), 6)

    def test_every_queue_is_encrypted_and_named_after_its_logical_id(self):
        for name, queue in resources("AWS::SQS::Queue").items():
            self.assertIs(queue["SqsManagedSseEnabled"], True, name)
            words = name.replace("DeadLetterQueue", "DeadLetters").replace("Queue", "")
            kebab = re.sub(r"([A-Z])", lambda sign: "-" + sign[1].lower(), words)
            self.assertTrue(str(queue["QueueName"]).endswith(kebab), name)

    def test_a_message_stays_unseen_for_six_times_as_long_as_its_function_may_take(self):
        for name, queue in main_queues().items():
            self.assertEqual(queue["ReceiveMessageWaitTimeSeconds"], 20, f"{name}: long polling")
            mappings = resources("AWS::Lambda::EventSourceMapping").values()
            consumers = [one for one in mappings if f"{name}.Arn" in said(one["EventSourceArn"])]
            self.assertEqual(len(consumers), 1, name)
            timeout = resources("AWS::Serverless::Function")[consumers[0]["FunctionName"]]["Timeout"]
            self.assertGreaterEqual(queue["VisibilityTimeout"], 6 * timeout, name)

    def test_dead_letters_late_messages_and_late_streams_raise_an_alarm(self):
        alarms = [said(alarm) for alarm in resources("AWS::CloudWatch::Alarm").values()]

        def has(metric, name):
            return any(all(names(alarm, word) for word in ("AlarmTopicArn", metric, name)) for alarm in alarms)

        for name in resources("AWS::SQS::Queue"):
            dead = name.endswith("DeadLetterQueue")
            metric = "ApproximateNumberOfMessagesVisible" if dead else "ApproximateAgeOfOldestMessage"
            self.assertTrue(has(metric, f"{name}.QueueName"), name)
        for name in resources("AWS::Serverless::Function"):
            self.assertTrue(not name.startswith("Publish") or has("IteratorAge", name), name)

    def test_a_queue_takes_messages_from_the_topic_alone_by_a_policy_of_its_own(self):
        """ "Each policy must cover only a single queue" (Amazon SQS Developer Guide, "Special Information for SQS Policies")."""
        for name, policy in resources("AWS::SQS::QueuePolicy").items():
            queue = name.replace("DeadLetterPolicy", "DeadLetterQueue")
            queue = queue if queue != name else name.replace("Policy", "Queue")
            self.assertTrue(len(policy["Queues"]) == 1 and names(said(policy["Queues"]), queue), name)
            (statement,) = policy["PolicyDocument"]["Statement"]
            self.assertTrue(names(said(statement["Resource"]), f"{queue}.Arn"), name)
            self.assertIn("EventsTopic", said(statement["Condition"]), name)
            self.assertEqual(statement["Principal"]["Service"], "sns.amazonaws.com", name)
            self.assertNotIn("*", said(statement), name)

    def test_every_queue_has_a_line_in_the_documents(self):
        text = (ROOT / "docs/functions.md").read_text(encoding="utf-8")
        for name in [*main_queues(), "EventsDeadLetterQueue"]:
            self.assertRegex(text, rf"(?m)^\| `{name}`", name)


class Mappings(unittest.TestCase):
    def test_each_says_which_messages_failed_and_streams_are_never_given_up(self):
        for name, mapping in resources("AWS::Lambda::EventSourceMapping").items():
            self.assertIn("ReportBatchItemFailures", said(mapping["FunctionResponseTypes"]), name)
            if "StreamArn" in said(mapping["EventSourceArn"]):
                self.assertIs(mapping["BisectBatchOnFunctionError"], True, name)
                self.assertFalse({"MaximumRetryAttempts", "MaximumRecordAgeInSeconds"} & set(mapping), name)
                self.assertEqual(mapping["StartingPosition"], "TRIM_HORIZON", name)

    def test_every_queue_has_an_upper_bound_of_functions_at_once(self):
        """From 2 to 1,000 (AWS::Lambda::EventSourceMapping ScalingConfig)."""
        for name, mapping in resources("AWS::Lambda::EventSourceMapping").items():
            bound = mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 0)
            self.assertEqual(2 <= bound <= 1_000, "StreamArn" not in said(mapping["EventSourceArn"]), name)

    def test_every_service_publishes_its_table(self):
        mappings = said([mapping["EventSourceArn"] for mapping in resources("AWS::Lambda::EventSourceMapping").values()])
        for table in resources("AWS::DynamoDB::Table"):
            self.assertTrue(table in UNPUBLISHED or f"{table}.StreamArn" in mappings, table)


class Inboxes(unittest.TestCase):
    def test_one_is_subscribed_once_its_policies_stand_and_what_cannot_be_delivered_is_a_dead_letter(self):
        for name, subscription in resources("AWS::SNS::Subscription").items():
            self.assertEqual((subscription["RawMessageDelivery"], subscription["Protocol"]), (True, "sqs"), name)
            inbox = name.removesuffix("Subscription")
            self.assertTrue(names(said(subscription["Endpoint"]), f"{inbox}Queue.Arn"), name)
            self.assertTrue(names(said(subscription["RedrivePolicy"]["deadLetterTargetArn"]), f"{inbox}DeadLetterQueue.Arn"), name)
            for policy in (f"{inbox}Policy", f"{inbox}DeadLetterPolicy"):
                self.assertTrue(policy in template() and names(said(template()[name]["DependsOn"]), policy), name)

    def test_exactly_the_functions_that_send_to_their_own_inbox_may_loop(self):
        for function, service in functions().items():
            properties = resources("AWS::Serverless::Function")[logical_id(function)]
            loops = properties.get("RecursiveLoop") == "Allow"
            variables = (properties.get("Environment") or {}).get("Variables") or {}
            self.assertEqual(loops, "INBOX_QUEUE" in variables, function)
            file = ROOT / "functions" / service / "src/handlers" / f"{function.replace('-', '_')}.rs"
            code = file.read_text(encoding="utf-8")
            works_in_steps = "-> Result<Work, Error>" in code and function.endswith("-on-event")
            self.assertEqual(loops, works_in_steps, f"{function}: whether it works in steps")

    def test_one_is_sent_exactly_the_event_types_that_its_function_dispatches(self):
        table = (ROOT / "shared/contracts/src/event_type.rs").read_text(encoding="utf-8")
        types = dict(re.findall(r'(\w+) = "([\w.-]+)" by', table))
        self.assertGreater(len(types), 30)
        subscriptions = resources("AWS::SNS::Subscription")
        for name, subscription in subscriptions.items():
            service = name.removesuffix("InboxSubscription").lower()
            code = (ROOT / f"functions/{service}/src/handlers/{service}_on_event.rs").read_text(encoding="utf-8")
            arms = code.partition("match event.event_type {")[2].partition("other =>")[0]
            handled = {types[variant] for variant in re.findall(r"EventType::(\w+)", arms)}
            self.assertEqual(handled, set(subscription["FilterPolicy"]["topic"]), service)
        self.assertEqual(len(subscriptions), sum(name.endswith("-on-event") for name in functions()))

    def test_functions_have_no_events_of_their_own(self):
        """For these SAM would add permissions, or a policy with wildcards to the role."""
        for name, properties in resources("AWS::Serverless::Function").items():
            self.assertNotIn("Events", properties, name)
