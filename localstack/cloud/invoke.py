"""Runs one function on its sample event, `events/<function>.json`, without deploying it.

The program of the function's service, in `target/lambda/`, runs under AWS's runtime interface emulator, which comes
inside the AWS SAM CLI; the function's name is its handler, as in the template. Its variables are those of the same function
in the running shop, so it reads and writes the running shop's tables."""

import json
import os
import platform
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from localstack.cloud.accounts import of_role
from localstack.cloud.command import main
from localstack.cloud.deploy import PROGRAMS, logical_id
from localstack.cloud.emulators import FOREIGN, free_port, wait_for
from zoco import aws
from zoco.api import Api
from zoco.stack import physical_id
from zoco.workspace import ROOT, SHOP, Failed, read_env

EVENTS = ROOT / "events"
AT_ONCE = 4
# The product that sample events speak of, and the queue that they want an answer on.
SAMPLE_PRODUCT = "0193551e-7c00-7000-8000-000000000001"
SAMPLE_QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/zoco-product-replies"


def emulator():
    """The runtime interface emulator for this machine's processor."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    package = Path(find_spec("samcli").origin).parent
    return package / "local" / "rapid" / f"aws-lambda-rie-{'arm64' if arm else 'x86_64'}"


def shop():
    """The values of the running shop, or of the one in the environment; this process then talks to its cloud."""
    values = dict(os.environ) if "ZOCO_URL" in os.environ else read_env(SHOP)
    if not values:
        raise Failed("there is no shop on this machine: run `make up` first")
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update({name: value for name, value in values.items() if name.startswith("AWS_")})
    return values


def deployed_variables(function):
    """The environment of the same function in the running shop."""
    try:
        configuration = aws.client("lambda").get_function_configuration(
            FunctionName=physical_id(logical_id(function))
        )
    except (BotoCoreError, ClientError) as error:
        raise Failed(f"the shop does not answer for {function} ({error}): run `make up` first") from None
    return configuration["Environment"]["Variables"]


def event_of(function, values):
    """The sample event, with a token of the staff account, and a product and a queue of the shop."""
    event = (EVENTS / f"{function}.json").read_text(encoding="utf-8")
    anyone = Api(values["ZOCO_URL"])
    if "<accessToken>" in event:
        staff = anyone.signed_in(*of_role(values, "staff"))
        if staff is None:
            raise Failed("the demo staff account cannot sign in: run `make up` again")
        event = event.replace("<accessToken>", staff.token)
    if SAMPLE_QUEUE in event:
        event = event.replace(SAMPLE_QUEUE, physical_id("ProductRepliesQueue"))
    for product in anyone.get("/products", **{"page[size]": 1}).data or []:
        event = event.replace(SAMPLE_PRODUCT, product["id"])
    return event


def program(function):
    """The built program of the service that the function belongs to."""
    source = next(ROOT.glob(f"functions/*/src/handlers/{function.replace('-', '_')}.rs"))
    return PROGRAMS / source.relative_to(ROOT).parts[1] / "bootstrap"


def invoke(function, event, variables):
    """Runs the program under the emulator for one event. What it answers, and what it logged."""
    address, runtime = (f"127.0.0.1:{free_port()}" for _ in range(2))
    command = [
        str(emulator()), "--log-level", "error", "--runtime-interface-emulator-address", address,
        "--runtime-api-address", runtime, str(program(function)), function,
    ]
    environment = {**os.environ, "AWS_REGION": aws.region(), "AWS_LAMBDA_FUNCTION_NAME": function, **variables}
    # What it logs is no part of the answer.
    emulated = subprocess.Popen(command, cwd=program(function).parent, env=environment, stdout=sys.stderr)
    try:
        if not wait_for(f"http://{address}/", 10, lambda: emulated.poll() is None):
            raise Failed("the runtime interface emulator does not answer")
        url = f"http://{address}/2015-03-31/functions/function/invocations"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(urllib.request.Request(url, data=event.encode()), timeout=60) as response:
            return json.load(response)
    finally:
        emulated.terminate()
        emulated.wait()


def show(answer):
    """Prints an answer as people read it: status, headers, body."""
    if "statusCode" not in answer:
        print(json.dumps(answer, indent=2))
        return
    print(answer["statusCode"])
    headers = {name: [value] for name, value in (answer.get("headers") or {}).items()}
    headers.update(answer.get("multiValueHeaders") or {})
    for name, values in sorted(headers.items()):
        print(f"{name}: {', '.join(values)}")
    body = answer.get("body") or ""
    with suppress(ValueError):
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    print(f"\n{body}")


def answered(function, answer):
    """Whether an answer is one of the function's own: to a request, to messages or records, or to an operator."""
    match answer:
        case {"statusCode": status}:
            return status < 500
        case {"batchItemFailures": failures}:
            return not failures
        case {"errorType": _}:
            return False
        case _:
            return function == "audit" or function.endswith("-operate")


def invoke_all():
    """Invokes every function on its sample event, several at once. Pairs of a function and whether it answered well."""
    values = shop()

    def one(function):
        answer = invoke(function, event_of(function, values), deployed_variables(function))
        if not answered(function, answer):
            print(f"{function}: {json.dumps(answer)[:2000]}", flush=True)
        return function, answered(function, answer)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(one, functions())


def functions():
    """The functions that have a sample event: all of them."""
    return sorted(path.stem for path in EVENTS.glob("*.json"))


def command():
    function = sys.argv[1] if len(sys.argv) == 2 else ""
    if function not in functions():
        raise Failed(f"make invoke FUNCTION=name, with one of: {', '.join(functions())}")
    if not program(function).exists():
        raise Failed(f"{program(function).relative_to(ROOT)} is not there: run `make build` first")
    values = shop()
    show(invoke(function, event_of(function, values), deployed_variables(function)))


if __name__ == "__main__":
    main(command)
