"""What stands before the local cloud: it is for programs of this machine that have the shop's credentials, and for nobody else.

MiniStack takes any host name, answers every page with `Access-Control-Allow-Origin: *`, and has endpoints of its own
that wipe or show everything. A web page that is open on this machine could use all of it. So, before MiniStack sees a request:

- Only for `localhost`, `127.0.0.1` and names below `.localhost`. (A name of somebody's that leads to 127.0.0.1 is how a
  page gets past the rule of the same origin: DNS rebinding.)
- MiniStack's own endpoints are closed, but for the question whether it is there.
- The shop's API is open to all, as on AWS: what a browser may do there is for its functions to say.
- Everything else, which is AWS's services, wants a known access key, and is not for pages of other origins."""

import json
import re
from urllib.parse import parse_qs

HEALTH = "/_ministack/health"
# By path, or by a host name of its own.
API_PATH, API_HOST = "/_aws/execute-api/", re.compile(r"[a-z0-9]+\.execute-api\.localhost")
HOST = re.compile(r"(localhost|127\.0\.0\.1|([a-z0-9-]+\.)+localhost)(:\d+)?", re.IGNORECASE)
CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")
# What browsers say of requests that a page of another origin made.
FOREIGN_SITES = ("cross-site", "same-site")


class Guard:
    """An ASGI application around another. `is_known` says whether an access key is one of this shop's."""

    def __init__(self, app, is_known):
        self.app, self.is_known = app, is_known

    async def __call__(self, scope, receive, send):
        reason = self.refusal(scope) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            body = json.dumps({"__type": "AccessDeniedException", "message": reason}).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    def refusal(self, scope):
        """Why a request is refused; `None` when it is not."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host, path = headers.get("host", ""), scope["path"]
        if not HOST.fullmatch(host):
            return f"This is a local cloud: it answers at localhost, not at {host!r}."
        key = access_key(headers, scope.get("query_string", b""))
        if key and not self.is_known(key):
            return "This access key is not one of this shop's: they are in .local/shop.env."
        if path == HEALTH or path.startswith(API_PATH) or API_HOST.fullmatch(host.partition(":")[0]):
            return None
        if path.startswith("/_"):
            return "This endpoint of the local cloud is closed."
        if headers.get("origin", f"http://{host}") != f"http://{host}" or headers.get("sec-fetch-site") in FOREIGN_SITES:
            return "The local cloud is not for pages of other origins."
        return None if key else "Sign the request with the credentials in .local/shop.env."


def access_key(headers, query):
    """The access key that a request is signed with, in its header or its query; `None` for an unsigned one."""
    found = CREDENTIAL.search(headers.get("authorization", ""))
    if found:
        return found[1]
    presigned = parse_qs(query.decode("latin-1")).get("X-Amz-Credential")
    return presigned[0].partition("/")[0] if presigned else None
