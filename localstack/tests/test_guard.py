"""Tests of what stands before the local cloud: by itself, before a cloud that runs, and against pages in a real browser.

The browser is Debian's Chromium (`apt-get install chromium`); without it, its tests are skipped."""

import asyncio
import html
import http.client
import json
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from localstack.cloud.emulators import REGION, MiniStack, free_port
from localstack.cloud.guard import Guard

SIGNED = "AWS4-HMAC-SHA256 Credential=AKIAOURS/20261127/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00"
API = "/_aws/execute-api/a1b2c3d4/v1/products"
CHROMIUM = shutil.which("chromium")
# As root, in a container, without asking the network for anything.
HEADLESS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=5000", "--dump-dom",
]
# What a page of somebody else's tries: each request by its name, and what the page saw.
PAGE = """<!doctype html><title>evil</title><pre id=seen></pre><script>
const target = TARGET, seen = {};
const attempts = {
  reset: ["/_ministack/reset", {method: "POST", mode: "no-cors"}],
  config: ["/_ministack/config", {method: "POST", mode: "no-cors", body: "{}"}],
  key: ["/", {method: "POST", body: '{"Name": "/zoco/signing-key", "WithDecryption": true}', headers: {
    "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter",
    "authorization": "AWS4-HMAC-SHA256 Credential=test/20261127/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=00"}}],
  tables: ["/?Action=ListTables", {}],
  api: ["/_aws/execute-api/none/v1/products", {}],
};
Promise.all(Object.entries(attempts).map(([name, [path, options]]) => fetch(target + path, options)
  .then(async answer => { seen[name] = answer.type === "opaque" ? "opaque" : answer.status + " " + await answer.text(); })
  .catch(() => { seen[name] = "refused"; })))
  .then(() => { document.getElementById("seen").textContent = JSON.stringify(seen); });
</script>"""


def answer(path="/", **headers):
    """The status that a request gets, with these headers (`sec_fetch_site`)."""
    given = {"host": "localhost:4566", "authorization": SIGNED, **headers}
    path, _, query = path.partition("?")
    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items() if value is not None]
    scope = {"type": "http", "path": path, "query_string": query.encode(), "headers": encoded}
    statuses = []

    async def send(message):
        statuses.append(message.get("status"))

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200})

    asyncio.run(Guard(app, lambda key: key == "AKIAOURS")(scope, None, send))
    return statuses[0]


class AGuard(unittest.TestCase):
    def test_lets_programs_with_the_shops_credentials_through(self):
        for host in ("localhost:4566", "127.0.0.1:4566", "LOCALHOST", "bucket.s3.localhost:4566"):
            self.assertEqual(answer(host=host), 200, host)
        presigned = "/bucket/key?X-Amz-Credential=AKIAOURS%2F20261127%2Fus-east-1%2Fs3%2Faws4_request"
        self.assertEqual(answer(presigned, authorization=None), 200)

    def test_refuses_other_hosts_everywhere(self):
        for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.7:4566", "", "localhost:x"):
            for path in ("/", API, "/_ministack/health"):
                self.assertEqual(answer(path, host=host), 403, (host, path))
        self.assertEqual(answer(host=None), 403)

    def test_refuses_access_keys_that_the_shop_did_not_make_everywhere(self):
        for key in ("test", "000000000000", "AKIAOTHERS"):
            signed = SIGNED.replace("AKIAOURS", key)
            for path in ("/", API):
                self.assertEqual(answer(path, authorization=signed), 403, (key, path))
            self.assertEqual(answer(f"/?X-Amz-Credential={key}%2F20261127", authorization=None), 403)
        self.assertEqual(answer(authorization=None), 403)
        self.assertEqual(answer(authorization="Bearer token"), 403)

    def test_closes_the_endpoints_of_the_emulator_but_the_question_whether_it_is_there(self):
        self.assertEqual(answer("/_ministack/health", authorization=None), 200)
        for path in ("/_ministack/reset", "/_ministack/config", "/_ministack/ses/messages", "/_localstack/health", "/_aws/sqs/messages"):
            self.assertEqual(answer(path), 403, path)

    def test_refuses_pages_of_other_origins_but_at_the_shops_api(self):
        for foreign in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec_fetch_site": "cross-site"},
                        {"sec_fetch_site": "same-site"}, {"origin": "http://localhost:9999"}):
            self.assertEqual(answer(**foreign), 403, foreign)
            self.assertEqual(answer(API, authorization=None, **foreign), 200, foreign)
        self.assertEqual(answer(origin="http://localhost:4566", sec_fetch_site="same-origin"), 200)
        self.assertEqual(answer("/v1/products", host="a1b2c3d4.execute-api.localhost:4566", authorization=None), 200)


class AGuardedCloud(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cloud = MiniStack(free_port(), Path(folder.name))
        cls.addClassCleanup(cls.cloud.end, 5)
        cls.cloud.start()
        cls.client().put_parameter(Name="/zoco/signing-key", Value="secret", Type="SecureString")

    @classmethod
    def client(cls, **keys):
        own = {name.lower(): value for name, value in cls.cloud.credentials.items()}
        return boto3.client("ssm", endpoint_url=cls.cloud.endpoint, region_name=REGION, **{**own, **keys})

    def secret(self):
        return self.client().get_parameter(Name="/zoco/signing-key", WithDecryption=True)["Parameter"]["Value"]

    def test_gives_the_signing_key_to_its_owner_and_to_no_other_key_or_signature(self):
        self.assertEqual(self.secret(), "secret")
        for keys in ({"aws_access_key_id": "test", "aws_secret_access_key": "test"}, {"aws_access_key_id": "000000000000"},
                     {"aws_secret_access_key": "guessed"}):
            with self.assertRaises(ClientError):
                self.client(**keys).get_parameter(Name="/zoco/signing-key", WithDecryption=True)

    def test_is_not_wiped_by_whoever_knows_its_port(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud.port)
        connection.request("POST", "/_ministack/reset")
        self.assertEqual((connection.getresponse().status, self.secret()), (403, "secret"))

    @unittest.skipUnless(CHROMIUM, "Chromium is not installed")
    def test_is_closed_to_a_page_of_another_origin_in_a_browser_and_its_api_is_not(self):
        for name in ("localhost", "127.0.0.1"):
            seen = self.seen_by_a_page(f"http://{name}:{self.cloud.port}")
            self.assertEqual(self.secret(), "secret", name)
            self.assertNotIn("secret", json.dumps(seen), name)
            # Its requests without CORS are sent, and refused; the browser keeps the answers from it.
            asked = [seen[kind] for kind in ("reset", "config", "key", "tables")]
            self.assertEqual(asked, ["opaque", "opaque", "refused", "refused"], name)

    def seen_by_a_page(self, target):
        """What a page on a port of its own sees of what it asks of a cloud."""
        page = PAGE.replace("TARGET", json.dumps(target)).encode()

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server, tempfile.TemporaryDirectory() as profile:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{server.server_port}/"
            command = [CHROMIUM, *HEADLESS, f"--user-data-dir={profile}", address]
            shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
            server.shutdown()
        return json.loads(html.unescape(re.search(r"<pre[^>]*>(.*?)</pre>", shown, re.S)[1]))


if __name__ == "__main__":
    unittest.main()
