"""A local cloud that records the messages that functions send to queues: they find SQS at a listener that passes each
request on. Nothing is taken out of a queue for it."""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from localstack.cloud.emulators import MiniStack


class Listener(BaseHTTPRequestHandler):
    """Passes requests on to the cloud, and records the messages that it accepted."""

    protocol_version, wbufsize = "HTTP/1.1", -1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        cloud = http.client.HTTPConnection("127.0.0.1", self.server.cloud_port)
        cloud.request("POST", self.path, body, dict(self.headers))
        answer = cloud.getresponse()
        content = answer.read()
        cloud.close()
        if ".SendMessage" in self.headers.get("X-Amz-Target", "") and answer.status == 200:
            sent, refused = json.loads(body), [one["Id"] for one in json.loads(content).get("Failed", [])]
            bodies = [one["MessageBody"] for one in sent.get("Entries", [sent]) if one.get("Id") not in refused]
            self.server.sent += [(sent["QueueUrl"].rsplit("/", 1)[-1], one) for one in bodies]
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Says nothing of requests."""


class ListenedTo(MiniStack):
    """A local cloud with a listener; `sent` are pairs of a queue's name and a message's body, in order."""

    def __init__(self, port, folder):
        super().__init__(port, folder)
        self.listener = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.listener.cloud_port, self.listener.sent = port, []
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    @property
    def sent(self):
        return self.listener.sent

    def own_environment(self):
        return {**super().own_environment(), "AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{self.listener.server_port}"}
