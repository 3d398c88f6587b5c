"""A small client of the shop's HTTP API, with nothing but the standard library."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

MEDIA_TYPE = "application/vnd.api+json"

# The shop is asked directly, whatever proxy the environment names.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Unexpected(Exception):
    """An answer that nobody can go on from."""


@dataclass
class Answer:
    """A response: its status, its headers and its body, read and as it came."""

    status: int
    headers: object
    text: str

    @property
    def document(self):
        """The body, read as JSON; empty when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return {}

    @property
    def data(self):
        """The resource of the answer, or its list of them."""
        return self.document.get("data")

    @property
    def error(self):
        """The first of the answer's errors."""
        return (self.document.get("errors") or [{}])[0]

    def __str__(self):
        return f"{self.status} {self.text[:600]}"


class Api:
    """The shop at a base URL, asked as one caller."""

    def __init__(self, base_url, token=None):
        self.base_url, self.token = base_url.rstrip("/"), token

    def call(self, method, path, resource=None, key=None):
        """Asks. A resource is (type, attributes) of a new one; the key is an `Idempotency-Key`."""
        headers = {"Accept": MEDIA_TYPE}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        body = None
        if resource:
            headers["Content-Type"] = MEDIA_TYPE
            kind, attributes = resource
            body = json.dumps({"data": {"type": kind, "attributes": attributes}}).encode()
        request = urllib.request.Request(self.base_url + path, data=body, headers=headers, method=method)
        try:
            with _opener.open(request, timeout=30) as response:
                return Answer(response.status, response.headers, response.read().decode())
        except urllib.error.HTTPError as response:
            return Answer(response.code, response.headers, response.read().decode(errors="replace"))

    def get(self, path, **query):
        """Reads."""
        return self.call("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, kind, attributes, key=None):
        """Sends a new resource."""
        return self.call("POST", path, (kind, attributes), key)

    def signed_in(self, email, password):
        """The shop asked as this user; `None` when it does not know them by this password."""
        answer = self.post("/auth/login", "sessions", {"email": email, "password": password})
        if answer.status == 401:
            return None
        if answer.status != 201:
            raise Unexpected(f"POST /auth/login answered {answer}")
        return Api(self.base_url, answer.data["attributes"]["accessToken"])
