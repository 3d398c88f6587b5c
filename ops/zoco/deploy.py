"""Deploys `template.yaml` with `sam deploy`: to AWS, or wherever AWS_ENDPOINT_URL leads.

The stack keeps its own secrets: a deploy makes up those that it lacks, and leaves the others alone."""

import os
import platform
import secrets
import sys

from botocore.exceptions import BotoCoreError, ClientError

from zoco import aws
from zoco.keys import ensure_keys, national_id_key, signing_key, token_keys
from zoco.stack import described, outputs, parameters
from zoco.workspace import LOCAL, Failed, private_file, run

# Random texts that the template wants.
SECRETS = ("CursorKey", "LogKey", "InternalApiKeyA")


def new_parameters(stack, **local):
    """The parameters that a deploy has to name, a local cloud's besides; for the others the stack keeps what it has."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    known = {} if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS" else parameters(stack)
    values = {
        "Architecture": "arm64" if arm else "x86_64",
        "SigningKeyName": signing_key(),
        "SigningKeyVersion": signing_key_version(known),
        "TokenKeys": token_keys(),
        "NationalIdKeyName": national_id_key(),
        "TokenIssuer": aws.stack(),
        "TokenAudience": aws.stack(),
    }
    values.update(local)
    values.update({name: secrets.token_urlsafe(32) for name in SECRETS if name not in known})
    return values


def signing_key_version(known):
    """The version that signs: the stack's own, for the newest may be merely staged; a new stack's is the newest."""
    newest = aws.client("ssm").get_parameter(Name=signing_key())["Parameter"]["Version"]
    # Versions start again at 1 when the parameter was removed and made again.
    return min(newest, int(known.get("SigningKeyVersion", newest)))


def sam_deploy(values, *options, log=None):
    """One `sam deploy`. Parameters go by a file: others on this machine can read a command line."""
    path = LOCAL / f"parameters-{os.getpid()}.yaml"
    private_file(path, "".join(f'{name}: "{value}"\n' for name, value in values.items()))
    try:
        run(
            "sam", "deploy", "--template-file", "template.yaml", "--stack-name", aws.stack(), "--region", aws.region(),
            "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", "--no-progressbar",
            "--parameter-overrides", f"file://{path}", *options,
            log=log, env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        )
    finally:
        path.unlink(missing_ok=True)


def deploy():
    """Deploys the programs that were built. Asks before it changes anything, where a person sits at the terminal."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    try:
        account = aws.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise Failed(f"no AWS account to deploy to: {error}") from None
    print(f"Deploying the stack {aws.stack()} to {endpoint or 'AWS'}, account {account}, region {aws.region()}")
    print("Keys made:", ", ".join(ensure_keys()) or "none, they are there already")
    # A local cloud's functions need its address, and there everybody comes from one address.
    local = {"LocalEndpoint": endpoint, "FreeRegistrations": 1000} if endpoint else {}
    sam_deploy(new_parameters(described(), **local), *(["--confirm-changeset"] if sys.stdin.isatty() else []))
    stack = described()
    if stack and "PublicUrl" in outputs(stack):
        print("Base URL:", outputs(stack)["PublicUrl"])
