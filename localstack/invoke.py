"""Runs one function on its sample event, `events/<function>.json`, without deploying it.

The program of the function's service, in `target/lambda/`, runs under AWS's runtime interface emulator, which comes
inside the AWS SAM CLI; the function's name is its handler, as in the template. Its variables are those of the same function in the running shop, so it reads and writes
the running shop's tables."""

import json
import os
import platform
import subprocess
import sys
import urllib.request
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import boto3
from accounts import of_role
from api import Api
from botocore.exceptions import BotoCoreError, ClientError
from cloud import FOREIGN, free_port, wait_for
from common import LOCAL, REGION, ROOT, Failed, main, read_env
from deploy import PROGRAMS, logical_id, physical_id

EVENTS = ROOT / "events"
# The product that sample events speak of.
SAMPLE_PRODUCT = "0193551e-7c00-7000-8000-000000000001"


def emulator():
    """The runtime interface emulator for this machine's processor."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    package = Path(find_spec("samcli").origin).parent
    return package / "local" / "rapid" / f"aws-lambda-rie-{'arm64' if arm else 'x86_64'}"


def shop():
    """The values of the running shop, or of the one in the environment; this process then talks to its cloud."""
    values = dict(os.environ) if "ZOCO_URL" in os.environ else read_env(LOCAL / "shop.env")
    if not values:
        raise Failed("there is no shop on this machine: run `make up` first")
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update({name: value for name, value in values.items() if name.startswith("AWS_")})
    return values


def deployed_variables(function):
    """The environment of the same function in the running shop."""
    try:
        configuration = boto3.client("lambda", region_name=REGION).get_function_configuration(
            FunctionName=physical_id(logical_id(function))
        )
    except (BotoCoreError, ClientError) as error:
        raise Failed(f"the shop does not answer for {function} ({error}): run `make up` first") from None
    return configuration["Environment"]["Variables"]


def event_of(function, values):
    """The sample event, with a token of the staff account and a product of the shop."""
    event = (EVENTS / f"{function}.json").read_text(encoding="utf-8")
    anyone = Api(values["ZOCO_URL"])
    if "<accessToken>" in event:
        staff = anyone.signed_in(*of_role(values, "staff"))
        if staff is None:
            raise Failed("the demo staff account cannot sign in: run `make up` again")
        event = event.replace("<accessToken>", staff.token)
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
    environment = {**os.environ, "AWS_REGION": REGION, "AWS_LAMBDA_FUNCTION_NAME": function, **variables}
    emulated = subprocess.Popen(command, cwd=program(function).parent, env=environment)
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


def command():
    function = sys.argv[1] if len(sys.argv) == 2 else ""
    known = sorted(path.stem for path in EVENTS.glob("*.json"))
    if function not in known:
        raise Failed(f"make invoke FUNCTION=name, with one of: {', '.join(known)}")
    if not program(function).exists():
        raise Failed(f"{program(function).relative_to(ROOT)} is not there: run `make build` first")
    values = shop()
    variables = deployed_variables(function)
    show(invoke(function, event_of(function, values), variables))


if __name__ == "__main__":
    main(command)
