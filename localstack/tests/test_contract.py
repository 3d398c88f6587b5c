"""Tests of how the comparison of the API with its description takes an answer for a failure."""

import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests
from schemathesis.core.transport import Response

from localstack.tests.contract import AskedAgain, rename_as_the_gateway_does


class Answers(BaseHTTPRequestHandler):
    """A server that gives these statuses, one after the other, and notes the bodies that came."""

    statuses, bodies = [], []

    def do_PATCH(self):
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.statuses.pop(0))
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nothing is logged."""


class HeadersOfAnAnswer(unittest.TestCase):
    def test_are_renamed_as_at_aws(self):
        headers = {"www-authenticate": ["Bearer"], "Date": ["x"], "etag": ["1"]}
        rename_as_the_gateway_does(headers)
        self.assertEqual(headers, {"x-amzn-remapped-www-authenticate": ["Bearer"], "x-amzn-remapped-date": ["x"], "etag": ["1"]})


class AnAnswerOf503(unittest.TestCase):
    def setUp(self):
        self.server = HTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def fails(self, *statuses):
        Answers.statuses, Answers.bodies = list(statuses), []
        answer = requests.patch(f"http://127.0.0.1:{self.server.server_port}/sales/1", data=b"{}", timeout=5)
        return AskedAgain().still_fails(Response.from_requests(answer, verify=False))

    def test_is_no_finding_when_the_same_request_is_answered_later(self):
        self.assertFalse(self.fails(503, 409))
        self.assertEqual(Answers.bodies, [b"{}", b"{}"])

    def test_is_a_finding_when_it_lasts(self):
        self.assertTrue(self.fails(503, 503))
        self.assertTrue(self.fails(503, 500))

    def test_is_the_only_one_that_is_asked_again(self):
        self.assertTrue(self.fails(500, 200))
        self.assertEqual(len(Answers.bodies), 1)
