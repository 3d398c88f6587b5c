"""Deploys `template.yaml`: to AWS (`make deploy`), or to a local cloud (`make up`, `make test`).

The same `sam deploy` in both cases, of the same programs. The stack keeps its own secrets: the first
deploy makes them up, later ones leave them alone."""

import hashlib
import os
import platform
import secrets
import sys
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from cloud import External
from common import LOCAL, REGION, ROOT, STACK, Failed, main, private_file, run
from keys import SIGNING_KEY, TOKEN_KEYS, ensure_keys

PROGRAMS = ROOT / "target" / "lambda"


@dataclass
class Stack:
    """What is deployed, as far as its callers need to know."""

    url: str
    internal_url: str
    internal_api_key: str
    identity_table: str


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


def is_whole(stack):
    """Whether the last change of the stack went through."""
    return stack is not None and stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def outputs(stack):
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def parameters(stack):
    return {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack.get("Parameters", [])}


def fingerprint(cloud):
    """Changes when what would be deployed changes."""
    digest = hashlib.sha256(cloud.functions_endpoint.encode())
    for path in [ROOT / "template.yaml", *sorted(PROGRAMS.glob("*/bootstrap"))]:
        digest.update(f"{path.relative_to(ROOT)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def new_parameters(stack, cloud):
    """The parameters that a deploy has to name; for the others the stack keeps what it has."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    values = {
        "Architecture": "arm64" if arm else "x86_64",
        "SigningKeyName": SIGNING_KEY,
        "TokenKeys": TOKEN_KEYS,
        "TokenIssuer": STACK,
        "TokenAudience": STACK,
    }
    if cloud:
        values["LocalEndpoint"] = cloud.functions_endpoint
    if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS":
        values.update(CursorKey=secrets.token_urlsafe(32), InternalApiKey=secrets.token_urlsafe(32))
    return values


def sam_deploy(values, *options, log=None):
    """One `sam deploy`. Parameters go by a file: others on this machine can read a command line."""
    path = LOCAL / "parameters.yaml"
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
    """Deploys to a local cloud, unless what is there is the same already: a tag of the stack tells."""
    stack, content = described(), fingerprint(cloud)
    if is_whole(stack) and content in [tag["Value"] for tag in stack.get("Tags", [])]:
        print("      nothing changed since the last time", flush=True)
    else:
        sam_deploy(new_parameters(stack, cloud), "--tags", f"content={content}", log=log)
        stack = described()
    url = base_url(cloud, outputs(stack)["PublicApiId"])
    if parameters(stack).get("PublicUrl") != url:
        set_public_url(stack, url)
    return details(stack, cloud)


def set_public_url(stack, url):
    """Tells the stack its base URL, which is known only now: the cloud chose the API's id."""
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    others = [name for name in parameters(stack) if name != "PublicUrl"]
    cloudformation.update_stack(
        StackName=STACK,
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "PublicUrl", "ParameterValue": url}]
        + [{"ParameterKey": name, "UsePreviousValue": True} for name in others],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Tags=stack.get("Tags", []),
    )
    waiter = cloudformation.get_waiter("stack_update_complete")
    waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 300})


def base_url(cloud, api):
    """Where a local cloud serves an API, by path: not every resolver knows the names under localhost."""
    return f"{cloud.endpoint}/_aws/execute-api/{api}/v1"


def details(stack, cloud):
    found = outputs(stack)
    key = physical_id("InternalApiKeyResource")
    gateway = boto3.client("apigateway", region_name=REGION)
    return Stack(
        url=base_url(cloud, found["PublicApiId"]),
        internal_url=base_url(cloud, found["InternalApiId"]),
        internal_api_key=gateway.get_api_key(apiKey=key, includeValue=True)["value"],
        identity_table=found["IdentityTable"],
    )


def physical_id(logical_id):
    """The name that a resource of the stack goes by."""
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    resource = cloudformation.describe_stack_resource(StackName=STACK, LogicalResourceId=logical_id)
    return resource["StackResourceDetail"]["PhysicalResourceId"]


def command():
    """`make deploy`: to AWS, or wherever AWS_ENDPOINT_URL leads. Asks before it changes anything."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    cloud = External(endpoint) if endpoint else None
    try:
        account = boto3.client("sts", region_name=REGION).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise Failed(f"no AWS account to deploy to: {error}") from None
    print(f"Deploying the stack {STACK} to {endpoint or 'AWS'}, account {account}, region {REGION}")
    print(f"Keys: {'made' if ensure_keys() else 'there already'}")
    sam_deploy(new_parameters(described(), cloud), *(["--confirm-changeset"] if sys.stdin.isatty() else []))
    stack = described()
    if stack and "PublicUrl" in outputs(stack):
        print("Base URL:", base_url(cloud, outputs(stack)["PublicApiId"]) if cloud else outputs(stack)["PublicUrl"])


if __name__ == "__main__":
    main(command)
