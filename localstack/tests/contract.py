"""Does the running shop answer as its own /openapi.json says? Schemathesis makes the requests, sound and unsound
ones, in all its phases, from a fixed seed; every answer is compared with the document.

    ZOCO_URL=… ZOCO_STAFF_EMAIL=… (and the others of .local/shop.env) python -m localstack.tests.contract --max-examples 10

What changes who may come in is asked as accounts made for the run: one that guesses at its own password, one
that signs out, one that admins change. So the tokens of the run are valid until its end. Ids and currencies that
cannot be guessed are put into most requests in place of invented ones; the others go as they are."""

import argparse
import json
import os
import random
import re
import secrets
import sys
import threading
import time
import urllib.request
from collections import Counter, defaultdict

from localstack.cloud.command import main
from zoco.api import Api, Unexpected
from zoco.workspace import LOCAL, Failed

# Read as it is imported; otherwise its caches would lie about in the folder this is called from.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(LOCAL / "hypothesis"))

import requests
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import ServerError
from schemathesis.engine import events

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
]
SEED = 1948
# A token is valid for 15 minutes.
RENEW_AFTER = 10 * 60
# Two megabytes each: once is enough, and the tests of edge do that.
LARGE_ASSETS = ("swagger-ui-bundle.js", "swagger-ui.css")


class User:
    """Somebody signed in, whose token is always valid."""

    def __init__(self, anyone, email, password):
        self.anyone, self.email, self.password = anyone, email, password
        self.renewing = threading.Lock()
        self.sign_in()

    def sign_in(self):
        self.store(self.anyone.post("/auth/login", "sessions", {"email": self.email, "password": self.password}))

    def store(self, answer):
        if answer.status != 201:
            raise Unexpected(f"{self.email} cannot sign in: {answer}")
        session = answer.data["attributes"]
        self.id = answer.data["relationships"]["user"]["data"]["id"]
        self.access_token, self.refresh_token, self.since = session["accessToken"], session["refreshToken"], time.monotonic()

    @property
    def token(self):
        with self.renewing:
            if time.monotonic() - self.since > RENEW_AFTER:
                answer = self.anyone.post("/auth/refresh", "sessions", {"refreshToken": self.refresh_token})
                # The run itself signs out, too.
                if answer.status == 401:
                    self.sign_in()
                else:
                    self.store(answer)
        return self.access_token


class World:
    """Who asks, and what is there to ask for."""

    def __init__(self, url):
        self.url, self.random = url, random.Random(SEED)
        self.anyone = Api(url)
        self.staff, self.admin = (
            User(self.anyone, os.environ[f"ZOCO_{role}_EMAIL"], os.environ[f"ZOCO_{role}_PASSWORD"])
            for role in ("STAFF", "ADMIN")
        )
        self.guesser, self.leaver, self.victim = self.throw_away(), self.throw_away(), self.throw_away()
        self.currency = self.shop_currency()
        self.ids = {"categories": [self.made("categories")], "brands": [self.made("brands")], "sales": []}
        self.ids["products"] = [self.made("products") for _ in range(3)]
        for product in self.ids["products"]:
            self.make(f"/inventory/{product}/adjustments", "stock-movements",
                      {"kind": "receipt", "quantity": 100_000, "reason": "contract"})
            lines = [{"productId": product, "quantity": 1}]
            self.ids["sales"].append(self.make("/purchases", "sales", {"lines": lines}))
        # Of the last product, a review is still to be made.
        self.ids["reviews"] = [self.reviewed(product) for product in self.ids["products"][:2]]

    def throw_away(self):
        email, password = f"contract-{secrets.token_hex(6)}@zoco.example", secrets.token_urlsafe(15)
        answer = self.anyone.post("/auth/register", "users", {"email": email, "password": password})
        if answer.status == 429:
            raise Failed(f"too many registrations from here; again in {answer.headers['Retry-After']} s")
        return User(self.anyone, email, password)

    def shop_currency(self):
        products = self.anyone.get("/products").data
        return products[0]["attributes"]["price"]["currency"] if products else "USD"

    def make(self, path, kind, attributes):
        answer = Api(self.url, self.staff.token).post(path, kind, attributes, key=secrets.token_hex(8))
        if answer.status != 201:
            raise Unexpected(f"POST {path} answered {answer}")
        return answer.data["id"]

    def made(self, kind):
        name = f"Contract {secrets.token_hex(6)}"
        product = {"sku": secrets.token_hex(8), "price": {"amount": 1250, "currency": self.currency}}
        return self.make(f"/{kind}", kind, {"name": name} | (product if kind == "products" else {}))

    def reviewed(self, product):
        """A review by staff, who bought the product, as soon as that is known."""
        for _ in range(300):
            shop, path = Api(self.url, self.staff.token), f"/products/{product}/reviews"
            answer = shop.post(path, "reviews", {"rating": 5}, key=secrets.token_hex(8))
            if answer.status == 201:
                return answer.data["id"]
            if answer.status != 403:
                break
            time.sleep(0.1)
        raise Unexpected(f"a review of {product} was answered {answer}")

    def mostly(self):
        return self.random.random() < 0.75

    def one_of(self, kind):
        return self.random.choice(self.ids[kind])

    def caller(self, case):
        path = case.operation.path
        if path == "/auth/logout":
            return self.leaver
        if path.startswith(("/users/me", "/auth/password")):
            return self.guesser
        return self.admin if path.startswith(("/users", "/audit-log")) else self.staff


def prepare(world, case):
    """Puts in what cannot be guessed, and the token; sometimes neither."""
    path, method = case.operation.path, case.method.upper()
    parameters, kind = case.path_parameters or {}, path.split("/")[1]
    if "productId" in parameters and world.mostly():
        parameters["productId"] = world.one_of("products")
    elif path == "/users/{id}":
        # Never the accounts of the run.
        if world.mostly() or parameters["id"] in (world.staff.id, world.admin.id):
            parameters["id"] = world.victim.id
    elif "id" in parameters and kind in world.ids:
        if method == "DELETE":
            if kind not in ("sales", "reviews") and world.random.random() < 0.1:
                parameters["id"] = world.made(kind)
        elif world.mostly():
            parameters["id"] = world.one_of(kind)
    data = case.body.get("data") if isinstance(case.body, dict) else None
    if isinstance(data, dict):
        if "id" in data and world.mostly():
            data["id"] = world.guesser.id if path == "/users/me" else parameters.get("id", data["id"])
        put_ids(world, data)
    # What an operation says of itself, or else the document, which asks for a token.
    asks = case.operation.definition.raw.get("security", True)
    token = world.caller(case).token if asks else None
    if token and world.random.random() < 0.95 and not has_header(case, "authorization"):
        case.headers["Authorization"] = f"Bearer {token}"


def has_header(case, name):
    return any(header.lower() == name for header in case.headers or {})


def put_ids(world, value):
    """Ids of things that are there, in the place of made-up ones."""
    if isinstance(value, list):
        for item in value:
            put_ids(world, item)
    elif isinstance(value, dict):
        kind = value.get("type")
        if isinstance(kind, str) and set(value) == {"type", "id"} and kind in world.ids and world.mostly():
            value["id"] = world.one_of(kind)
        if isinstance(value.get("productId"), str) and world.mostly():
            value["productId"] = world.one_of("products")
        for member in value.values():
            put_ids(world, member)


# What Amazon API Gateway sends under another name (developer guide, "Important notes for REST APIs"). The local cloud does not.
RENAMED = ("authorization", "connection", "content-md5", "date", "expect", "host", "max-forwards", "proxy-authenticate", "server", "te",
           "trailer", "user-agent", "www-authenticate")


def rename_as_the_gateway_does(headers):
    """Gives the headers of an answer the names that they arrive with at AWS: no answer may depend on the others."""
    for name in [name for name in headers if name.lower() in RENAMED]:
        headers[f"x-amzn-remapped-{name.lower()}"] = headers.pop(name)


class AskedAgain:
    """A busy machine's cloud may not answer a function in time. The function then answers 503 with `Retry-After`, and is asked
    again as a client would: only one that still fails is a finding."""

    def __init__(self):
        self.answered = 0

    def still_fails(self, response):
        if response.status_code == 503 and "retry-after" in response.headers:
            time.sleep(int(response.headers["retry-after"][0]))
            with requests.Session() as session:
                again = session.send(response.request, timeout=30)
            if again.status_code < 500:
                self.answered += 1
                return False
        return True


# What `default` stands for: the statuses that any operation may answer with, or any with a body.
GENERAL = {400, 401, 406, 413, 415, 422, 429, 503}


class Outcome:
    """What was seen, operation by operation."""

    def __init__(self):
        self.statuses, self.failures, self.errors = defaultdict(Counter), defaultdict(dict), []
        # Without those that other methods of the path were answered with.
        self.own_statuses = defaultdict(set)

    def take(self, event):
        if isinstance(event, (events.ScenarioFinished, events.FuzzScenarioFinished)):
            self.scenario(event.recorder)
        elif isinstance(event, events.NonFatalError):
            self.errors.append(f"{event.label}: {event.value}")
        elif isinstance(event, events.FatalError):
            self.errors.append(str(event.exception))

    def scenario(self, recorder):
        for case_id, interaction in recorder.interactions.items():
            node = recorder.cases.get(case_id)
            label = node.value.operation.label if node else recorder.label
            status = interaction.response.status_code if interaction.response else "no answer"
            self.statuses[label][status] += 1
            if interaction.request.method.upper() == label.split(" ")[0]:
                self.own_statuses[label].add(status)
            for check in recorder.checks.get(case_id, []):
                if check.failure_info:
                    failure = check.failure_info.failure
                    finding = (check.name, failure.title, failure.message[:300])
                    self.failures[label].setdefault(finding, check.failure_info)

    def report(self, document):
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method == "parameters":
                    continue
                label = f"{method.upper()} {path}"
                seen = self.statuses[label]
                documented = {int(status) for status in operation["responses"] if status.isdigit()} | GENERAL
                undocumented = sorted(self.own_statuses[label] - documented - {"no answer"})
                if undocumented:
                    self.errors.append(f"{label} answered {undocumented}, which it does not document")
                went_well = seen and not self.failures[label] and "no answer" not in seen and not undocumented
                statuses = " ".join(f"{status}×{count}" for status, count in sorted(seen.items(), key=str))
                verdict = "ok" if went_well else "FAILED"
                print(f"{verdict} {operation['operationId']}: {label}: {seen.total()} requests, {statuses}")
                for (check, title, message), failure in list(self.failures[label].items())[:5]:
                    print(f"    {check}: {title}: {message}\n    {failure.code_sample}".replace("\n", "\n    "))
                if not went_well:
                    self.errors.append(label)
        for error in self.errors:
            print(f"error: {error}")
        total = sum(seen.total() for seen in self.statuses.values())
        print(f"{total} requests, {sum(map(len, self.failures.values()))} findings")
        return not self.errors


def fitted(document, world, paths):
    """The shop's document, where it says less than the shop: some paths; one currency; no large files."""
    document["components"]["schemas"]["Currency"]["enum"] = [world.currency]
    for parameter in document["paths"]["/docs/{asset}"]["get"]["parameters"]:
        parameter["schema"]["enum"] = [name for name in parameter["schema"]["enum"] if name not in LARGE_ASSETS]
    document["paths"] = {path: item for path, item in document["paths"].items() if re.match(paths, path)}
    return document


def run():
    parser = argparse.ArgumentParser(description="Compares the running shop's answers with its OpenAPI document.")
    parser.add_argument("--max-examples", type=int, default=5, help="of each operation and phase")
    parser.add_argument("--paths", default="", help="only paths that match this regular expression from their beginning")
    parser.add_argument("--seed", type=int, default=SEED)
    # Python 3.11 stumbles at times over what several threads compile, and the operation's test is cut short.
    parser.add_argument("--workers", type=int, default=1, help="requests at once; 1 unless Python is later than 3.11")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    arguments = parser.parse_args()
    needed = ["ZOCO_URL", *(f"ZOCO_{role}_{what}" for role in ("STAFF", "ADMIN") for what in ("EMAIL", "PASSWORD"))]
    missing = [name for name in needed if name not in os.environ]
    if missing:
        raise Failed(f"{', '.join(missing)} must be set, as in .local/shop.env")
    url = os.environ["ZOCO_URL"].rstrip("/")
    world = World(url)
    with urllib.request.urlopen(f"{url}/openapi.json", timeout=30) as response:
        document = fitted(json.load(response), world, arguments.paths)

    @schemathesis.hook
    def before_call(context, case, kwargs):
        prepare(world, case)

    @schemathesis.hook
    def after_call(context, case, response):
        rename_as_the_gateway_does(response.headers)
        # Signed out everywhere, so the token is refused from now on.
        if case.operation.path == "/auth/logout" and response.status_code in (204, 401):
            world.leaver.sign_in()

    asked_again = AskedAgain()

    @schemathesis.hook
    def filter_failure(context, failure, case, response):
        return not isinstance(failure, ServerError) or asked_again.still_fails(response)

    config = SchemathesisConfig.from_dict({
        "seed": arguments.seed,
        "base-url": url,
        "continue-on-failure": True,
        "request-timeout": 30,
        "workers": arguments.workers,
        "generation": {"mode": "all", "max-examples": arguments.max_examples, "with-security-parameters": False,
                       "database": "none"},
        "checks": {"enabled": False} | {name: {"enabled": True} for name in CHECKS},
        "phases": {"enabled": False} | {name: {"enabled": True} for name in arguments.phases.split(",")},
    })
    schema = schemathesis.openapi.from_dict(document, config=config)
    outcome = Outcome()
    for event in engine.from_schema(schema).execute():
        outcome.take(event)
    went_well = outcome.report(document)
    if asked_again.answered:
        print(f"{asked_again.answered} answers were 503 first, and well when asked again")
    sys.exit(0 if went_well else 1)


if __name__ == "__main__":
    main(run)
