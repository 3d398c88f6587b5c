"""A small client of the shop's HTTP API, with nothing but the standard library."""

import json
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from zoco.workspace import Unreachable

MEDIA_TYPE = "application/vnd.api+json"

# The shop is busy, or a part of it did not answer: the same request may succeed in a moment.
BUSY = (429, 502, 503, 504)
LONGEST_WAIT = 30

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
    # Whether an earlier request of these had no answer: it may have done what this one found done.
    repeated: bool = False

    @property
    def replayed(self):
        """Whether the shop had done this before, by another request than this one and its repetitions."""
        return self.headers["Idempotent-Replayed"] == "true" and not self.repeated

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

    @property
    def reason(self):
        """What the answer's errors say, for people; or how it begins, when it is not the shop's."""
        errors = self.document.get("errors") if isinstance(self.document, dict) else None
        where = lambda error: next(iter(error.get("source", {}).values()), "")
        said = [": ".join(filter(None, (where(error), error.get("detail") or error.get("title")))) for error in errors or []]
        return "; ".join(said) or self.text[:200]

    def __str__(self):
        return f"{self.status} {self.error.get('code', '')} {self.reason}"


class Api:
    """The shop at a base URL, asked as one caller. A patient one asks a busy shop again, so many times."""

    def __init__(self, base_url, token=None, refresh_token=None, patience=0):
        self.base_url, self.token = base_url.rstrip("/"), token
        self.refresh_token, self.patience = refresh_token, patience
        self.renewing = threading.Lock()
        # Sent with every request, such as the `Cart-Token` of a guest.
        self.headers = {}

    def call(self, method, path, resource=None, key=None, relationships=None, id=None):
        """Asks. A resource is (type, attributes); the key is an `Idempotency-Key`. Signs in anew if it has to."""
        body = None
        if resource:
            data = {"type": resource[0], "attributes": resource[1]}
            data |= {"id": id} if id else {}
            data |= {"relationships": relationships} if relationships else {}
            body = json.dumps({"data": data}).encode()
        token = self.token
        answer = self.ask_again(method, path, body, key, token)
        if answer.status == 401 and self.renewed(token):
            answer = self.ask_again(method, path, body, key, self.token)
        return answer

    def ask_again(self, method, path, body, key, token):
        """Asks until the shop is no longer busy, or patience is at its end."""
        for tried in range(self.patience + 1):
            last = tried == self.patience
            try:
                answer = self.ask(method, path, body, key, token)
            except OSError as error:
                if last:
                    raise Unreachable(f"the shop at {self.base_url} does not answer: {error}") from None
                answer = None
            if answer and (last or answer.status not in BUSY):
                answer.repeated = tried > 0
                return answer
            asked = answer.headers["Retry-After"] if answer else None
            wait = int(asked) if asked and asked.isdigit() else 0.2 * 2**tried
            if answer and wait > LONGEST_WAIT:
                return answer
            # Not all at once again.
            time.sleep(wait + random.uniform(0, 0.2 * 2**tried))

    def ask(self, method, path, body, key, token):
        """Asks once."""
        headers = {"Accept": MEDIA_TYPE, **self.headers}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        if body:
            headers["Content-Type"] = MEDIA_TYPE
        request = urllib.request.Request(self.base_url + path, data=body, headers=headers, method=method)
        try:
            with _opener.open(request, timeout=30) as response:
                return Answer(response.status, response.headers, response.read().decode())
        except urllib.error.HTTPError as response:
            return Answer(response.code, response.headers, response.read().decode(errors="replace"))

    def renewed(self, token):
        """Whether there is another access token than this one, which is no longer valid."""
        with self.renewing:
            if self.token == token and self.refresh_token:
                sent = json.dumps({"data": {"type": "sessions", "attributes": {"refreshToken": self.refresh_token}}})
                self.refresh_token = None
                answer = self.ask_again("POST", "/auth/refresh", sent.encode(), None, None)
                if answer.status in (200, 201):
                    self.store(answer.data["attributes"])
            return self.token != token

    def store(self, session):
        self.token, self.refresh_token = session["accessToken"], session.get("refreshToken")

    def get(self, path, **query):
        """Reads."""
        return self.call("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def everything(self, path, **query):
        """All items of a paged listing."""
        query = {"page[size]": 100, **query}
        while True:
            answer = self.get(path, **query)
            if answer.status != 200:
                raise Unexpected(f"GET {path} answered {answer}")
            yield from answer.data
            following = answer.document["links"]["next"]
            if not following:
                return
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(following).query))

    def post(self, path, kind, attributes, key=None, relationships=None):
        """Sends a new resource."""
        return self.call("POST", path, (kind, attributes), key, relationships)

    def patch(self, path, kind, id, attributes, relationships=None):
        """Changes a resource."""
        return self.call("PATCH", path, (kind, attributes), relationships=relationships, id=id)

    def signed_in(self, email, password):
        """The shop asked as this user; `None` when it does not know them by this password."""
        answer = self.post("/auth/login", "sessions", {"email": email, "password": password})
        if answer.status == 401:
            return None
        if answer.status != 201:
            raise Unexpected(f"POST /auth/login answered {answer}")
        user = Api(self.base_url, patience=self.patience)
        user.store(answer.data["attributes"])
        return user
