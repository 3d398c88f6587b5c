"""Deploys `template.yaml` to a local cloud (`make up`, `make test`), as `zoco deploy` does to AWS, but only what changed."""

import hashlib
import io
import os
import re
import zipfile
from dataclasses import dataclass

from zoco import aws
from zoco.deploy import new_parameters, sam_deploy
from zoco.stack import described, is_whole, outputs, parameters, physical_id, set_parameters, tags
from zoco.workspace import ROOT, run

PROGRAMS = ROOT / "target" / "lambda"
# Parameters of a local shop that the environment may set.
LOCAL_PARAMETERS = {
    "SaleDeadlineSeconds": "ZOCO_SALE_DEADLINE_SECONDS",
    "CustomerPieces": "ZOCO_CUSTOMER_PIECES",
    "CustomerOpenSales": "ZOCO_CUSTOMER_OPEN_SALES",
    "CustomerPurchasesPerMinute": "ZOCO_CUSTOMER_PURCHASES_PER_MINUTE",
}


@dataclass
class Stack:
    """What is deployed, as far as its callers need to know."""

    url: str
    internal_url: str
    internal_api_key: str


def build():
    """Builds every function for Lambda."""
    run("make", "--no-print-directory", "build")


def services():
    """The services, each of which is a program."""
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml"))


def fingerprints(cloud):
    """What would be deployed, by its parts: the template, and the program of each service. Kept as tags of the stack."""
    template = cloud.functions_endpoint.encode() + (ROOT / "template.yaml").read_bytes()
    programs = {service: (PROGRAMS / service / "bootstrap").read_bytes() for service in services()}
    return {name: hashlib.sha256(content).hexdigest() for name, content in {"template": template, **programs}.items()}


def local_parameters(cloud):
    """The parameters that only a local cloud's stack has."""
    # There everybody comes from one address.
    values = {"LocalEndpoint": cloud.functions_endpoint, "FreeRegistrations": 1000}
    # A test of what happens when a sale's time is up should not wait for minutes.
    return values | {name: os.environ[one] for name, one in LOCAL_PARAMETERS.items() if one in os.environ}


def deploy_locally(cloud, log):
    """Deploys to a local cloud what is not there already, by the tags of the stack. Where only programs have changed, their
    functions get them directly, in seconds."""
    stack, wanted = described(), fingerprints(cloud)
    known = tags(stack) if is_whole(stack) else {}
    changed = {name for name, content in wanted.items() if known.get(name) != content}
    # CloudFormation does not know of programs that came directly, so these do after a whole deployment, too: those that
    # have changed, or all when it is not known which are there.
    programs = changed & known.keys() - {"template"} if known or not stack else set(services())
    if not changed:
        print("      nothing changed since the last time", flush=True)
    elif "template" in changed or changed - known.keys():
        labels = (f"{name}={content}" for name, content in wanted.items())
        sam_deploy(new_parameters(stack, **local_parameters(cloud)), "--tags", *labels, log=log)
        update_programs(programs)
        stack = described()
    else:
        update_programs(programs)
        stack["Tags"] = [{"Key": name, "Value": content} for name, content in wanted.items()]
        set_parameters(stack)
    url = base_url(cloud, outputs(stack)["PublicApiId"])
    if parameters(stack).get("PublicUrl") != url:
        # Known only now: the cloud chose the API's id.
        set_parameters(stack, PublicUrl=url)
    return details(stack, cloud)


def update_programs(services):
    """Gives the functions of some services their service's program."""
    lambda_ = aws.client("lambda")
    for service in sorted(services):
        program = io.BytesIO()
        # Stored, not compressed: it does not leave this machine.
        with zipfile.ZipFile(program, "w") as archive:
            archive.write(PROGRAMS / service / "bootstrap", "bootstrap")
        handlers = sorted((ROOT / "functions" / service / "src/handlers").glob("*.rs"))
        for handler in handlers:
            function = physical_id(logical_id(handler.stem))
            lambda_.update_function_code(FunctionName=function, ZipFile=program.getvalue())
            lambda_.get_waiter("function_updated_v2").wait(FunctionName=function)
        print(f"      {len(handlers)} functions of {service} have a new program", flush=True)


def logical_id(function):
    """`get-sale`, or `get_sale` → `GetSaleFunction`."""
    return "".join(map(str.capitalize, re.split("[-_]", function))) + "Function"


def base_url(cloud, api):
    """Where a local cloud serves an API, by path: not every resolver knows the names under localhost."""
    return f"{cloud.endpoint}/_aws/execute-api/{api}/v1"


def details(stack, cloud):
    found = outputs(stack)
    key = physical_id(f"InternalApiKey{parameters(stack)['ActiveInternalApiKey']}Resource")
    gateway = aws.client("apigateway")
    return Stack(
        url=base_url(cloud, found["PublicApiId"]),
        internal_url=base_url(cloud, found["InternalApiId"]),
        internal_api_key=gateway.get_api_key(apiKey=key, includeValue=True)["value"],
    )
