"""Deploys `template.yaml`: to AWS (`make deploy`), or to a local cloud (`make up`, `make test`).

The same `sam deploy` in both cases, of the same programs. The stack keeps its own secrets: a deploy makes
up those that it lacks, and leaves the others alone. Also what other scripts ask and change of the stack."""

import hashlib
import io
import os
import platform
import re
import secrets
import sys
import zipfile
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError
from cloud import External
from common import LOCAL, REGION, ROOT, STACK, Failed, main, private_file, run
from keys import NATIONAL_ID_KEY, SIGNING_KEY, TOKEN_KEYS, ensure_keys

PROGRAMS = ROOT / "target" / "lambda"
# Random texts that the template wants.
SECRETS = ("CursorKey", "InternalApiKeyA")
# Parameters of a local shop that the environment may set.
LOCAL_PARAMETERS = {"SaleDeadlineSeconds": "ZOCO_SALE_DEADLINE_SECONDS"}


@dataclass
class Tables:
    """The tables that roles are set in by hand."""

    identity: str
    revocations: str


@dataclass
class Stack:
    """What is deployed, as far as its callers need to know."""

    url: str
    internal_url: str
    internal_api_key: str
    tables: Tables


def build():
    """Builds every function for Lambda."""
    run("make", "--no-print-directory", "build")


def described():
    """The stack as CloudFormation describes it; `None` when there is none."""
    try:
        return boto3.client("cloudformation", region_name=REGION).describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def existing():
    """The stack as CloudFormation describes it; refuses when there is none."""
    stack = described()
    if stack is None:
        raise Failed(f"there is no stack {STACK} here: name it by STACK, and its cloud by AWS_ENDPOINT_URL")
    return stack


def is_whole(stack):
    """Whether the last change of the stack went through."""
    return stack is not None and stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def outputs(stack):
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def tables_of(stack):
    found = outputs(stack)
    return Tables(found["IdentityTable"], found["RevocationsTable"])


def parameters(stack):
    return {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack.get("Parameters", [])}


def services():
    """The services, each of which is a program."""
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml"))


def fingerprints(cloud):
    """What would be deployed, by its parts: the template, and the program of each service. Kept as tags of the stack."""
    template = cloud.functions_endpoint.encode() + (ROOT / "template.yaml").read_bytes()
    programs = {service: (PROGRAMS / service / "bootstrap").read_bytes() for service in services()}
    return {name: hashlib.sha256(content).hexdigest() for name, content in {"template": template, **programs}.items()}


def new_parameters(stack, cloud):
    """The parameters that a deploy has to name; for the others the stack keeps what it has."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    known = {} if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS" else parameters(stack)
    values = {
        "Architecture": "arm64" if arm else "x86_64",
        "SigningKeyName": SIGNING_KEY,
        "SigningKeyVersion": signing_key_version(known),
        "TokenKeys": TOKEN_KEYS,
        "NationalIdKeyName": NATIONAL_ID_KEY,
        "TokenIssuer": STACK,
        "TokenAudience": STACK,
    }
    if cloud:
        # There everybody comes from one address.
        values.update(LocalEndpoint=cloud.functions_endpoint, FreeRegistrations=1000)
        # A test of what happens when a sale's time is up should not wait for minutes.
        values.update({name: os.environ[variable] for name, variable in LOCAL_PARAMETERS.items() if variable in os.environ})
    values.update({name: secrets.token_urlsafe(32) for name in SECRETS if name not in known})
    return values


def signing_key_version(known):
    """The version that signs: the stack's own, for the newest may be merely staged; a new stack's is the newest."""
    newest = boto3.client("ssm", region_name=REGION).get_parameter(Name=SIGNING_KEY)["Parameter"]["Version"]
    # Versions start again at 1 when the parameter was removed and made again.
    return min(newest, int(known.get("SigningKeyVersion", newest)))


def sam_deploy(values, *options, log=None):
    """One `sam deploy`. Parameters go by a file: others on this machine can read a command line."""
    path = LOCAL / f"parameters-{os.getpid()}.yaml"
    private_file(path, "".join(f'{name}: "{value}"\n' for name, value in values.items()))
    try:
        run(
            "sam", "deploy", "--template-file", "template.yaml", "--stack-name", STACK, "--region", REGION,
            "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", "--no-progressbar",
            "--parameter-overrides", f"file://{path}", *options,
            log=log, env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        )
    finally:
        path.unlink(missing_ok=True)


def deploy_locally(cloud, log):
    """Deploys to a local cloud what is not there already: tags of the stack tell. Where only programs have changed, their
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
        sam_deploy(new_parameters(stack, cloud), "--tags", *(f"{name}={content}" for name, content in wanted.items()), log=log)
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


def tags(stack):
    return {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}


def update_programs(services):
    """Gives the functions of some services their service's program."""
    lambda_ = boto3.client("lambda", region_name=REGION)
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


def set_parameters(stack, **values):
    """Changes these parameters of the stack, and its tags to those given, and nothing else; waits until all functions
    have them.

    What the template takes from the parameter store (`TokenKeys`) is read anew, whichever are named."""
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    others = [name for name in parameters(stack) if name not in values]
    cloudformation.update_stack(
        StackName=STACK,
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": name, "ParameterValue": str(value)} for name, value in values.items()]
        + [{"ParameterKey": name, "UsePreviousValue": True} for name in others],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Tags=stack.get("Tags", []),
    )
    waiter = cloudformation.get_waiter("stack_update_complete")
    try:
        waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 900})
    except WaiterError as error:
        raise Failed(f"the stack {STACK} was not changed, and CloudFormation's events tell why: {error}") from None


def base_url(cloud, api):
    """Where a local cloud serves an API, by path: not every resolver knows the names under localhost."""
    return f"{cloud.endpoint}/_aws/execute-api/{api}/v1"


def details(stack, cloud):
    found = outputs(stack)
    key = physical_id(f"InternalApiKey{parameters(stack)['ActiveInternalApiKey']}Resource")
    gateway = boto3.client("apigateway", region_name=REGION)
    return Stack(
        url=base_url(cloud, found["PublicApiId"]),
        internal_url=base_url(cloud, found["InternalApiId"]),
        internal_api_key=gateway.get_api_key(apiKey=key, includeValue=True)["value"],
        tables=tables_of(stack),
    )


def physical_id(logical_id):
    """The name that a resource of the stack goes by; `None` when the stack has no such resource."""
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    try:
        found = cloudformation.describe_stack_resource(StackName=STACK, LogicalResourceId=logical_id)
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    resource = found["StackResourceDetail"]
    return None if resource["ResourceStatus"] == "DELETE_COMPLETE" else resource["PhysicalResourceId"]


def command():
    """`make deploy`: to AWS, or wherever AWS_ENDPOINT_URL leads. Asks before it changes anything."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    cloud = External(endpoint) if endpoint else None
    try:
        account = boto3.client("sts", region_name=REGION).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise Failed(f"no AWS account to deploy to: {error}") from None
    print(f"Deploying the stack {STACK} to {endpoint or 'AWS'}, account {account}, region {REGION}")
    print("Keys made:", ", ".join(ensure_keys()) or "none, they are there already")
    sam_deploy(new_parameters(described(), cloud), *(["--confirm-changeset"] if sys.stdin.isatty() else []))
    stack = described()
    if stack and "PublicUrl" in outputs(stack):
        print("Base URL:", base_url(cloud, outputs(stack)["PublicApiId"]) if cloud else outputs(stack)["PublicUrl"])


if __name__ == "__main__":
    main(command)
