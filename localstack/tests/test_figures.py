"""Tests of the stack's size and idle cost, on the transformed template."""

import unittest

from localstack.tests import figures


class TheStack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.resources = figures.transformed()

    def test_it_leaves_room_for_what_is_planned(self):
        """Of the 500 resources that CloudFormation takes."""
        self.assertLessEqual(len(self.resources), 255)

    def test_its_alarms_fit_on_a_page_and_into_what_is_free(self):
        essential, full = figures.alarms(self.resources)
        self.assertLessEqual(essential, figures.FREE_ALARM_METRICS)
        self.assertLessEqual(full, 20)

    def test_dead_letters_are_among_the_essential_alarms(self):
        essential = [one for one in figures.of_type(self.resources, "AWS::CloudWatch::Alarm").values() if "Condition" not in one]
        watched = {str(one["Properties"]["Dimensions"]) for one in essential}
        for name in figures.of_type(self.resources, "AWS::SQS::Queue"):
            if name.endswith("DeadLetterQueue"):
                self.assertTrue(any(name in dimensions for dimensions in watched), name)

    def test_an_alarm_reads_one_metric(self):
        for name, alarm in figures.of_type(self.resources, "AWS::CloudWatch::Alarm").items():
            self.assertIn("MetricName", alarm["Properties"], name)
            self.assertNotIn("Metrics", alarm["Properties"], name)

    def test_what_the_gateways_answer_by_themselves_is_as_guarded_as_our_answers(self):
        for api in ("PublicApi", "InternalApi"):
            answers = self.resources[api]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
            self.assertGreater(len(answers), 5)
            for name, answer in answers.items():
                headers = answer["responseParameters"]
                for header in ("Cache-Control", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options"):
                    self.assertIn(f"gatewayresponse.header.{header}", headers, name)

    def test_an_idle_shop_costs_little(self):
        listed, billed = figures.idle_cost(self.resources)
        self.assertLessEqual(listed, 3.40)
        self.assertLessEqual(billed, 2.00)

    def test_the_documented_idle_cost_is_the_computed_one(self):
        document = figures.OPERATIONS.read_text(encoding="utf-8")
        table = figures.idle_cost_table(self.resources)
        self.assertEqual(document, figures.written(document, table), "make generate writes it")

    def test_gateways_invoke_by_a_role_and_no_function_has_a_permission_or_a_route_of_its_own(self):
        self.assertFalse(figures.of_type(self.resources, "AWS::Lambda::Permission"))
        for api, role in [("PublicApi", "PublicApiRole"), ("InternalApi", "InternalApiRole")]:
            paths = self.resources[api]["Properties"]["Body"]["paths"]
            invoked = set()
            for path, operations in paths.items():
                for method, operation in operations.items():
                    integration = operation["x-amazon-apigateway-integration"]
                    self.assertEqual(integration["credentials"], {"Fn::GetAtt": [role, "Arn"]}, f"{method} {path}")
                    invoked.add(integration["uri"]["Fn::Join"][1][1]["Fn::GetAtt"][0])
            statement = self.resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
            allowed = [one["Fn::GetAtt"][0] for one in statement["Resource"]]
            self.assertEqual(sorted(invoked), allowed, api)

    def test_the_roles_of_the_gateways_stay_under_iams_limit(self):
        # IAM and STS quotas: the inline policies of a role have at most 10,240 characters together.
        for role in ("PublicApiRole", "InternalApiRole"):
            self.assertLessEqual(figures.invoke_policy_size(self.resources, role), 10_240)

    def test_the_template_is_short_enough_to_be_read(self):
        text = figures.TEMPLATE.read_bytes()
        functions = figures.of_type(self.resources, "AWS::Lambda::Function")
        self.assertLessEqual(len(text), 1_600 * len(functions))
        long = [number for number, line in enumerate(text.decode().splitlines(), 1) if len(line) > 140]
        self.assertEqual(long, [])


if __name__ == "__main__":
    unittest.main()
