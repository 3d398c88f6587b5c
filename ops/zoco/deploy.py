"""Deploys `template.yaml` with `sam deploy`: to AWS, or wherever AWS_ENDPOINT_URL leads.

The stack keeps its own secrets: a deploy makes up those that it lacks, and leaves the others alone."""

import os
import platform
import secrets
import string
import sys

from botocore.exceptions import BotoCoreError, ClientError
from samcli.yamlhelper import yaml_dump, yaml_parse

from zoco import aws, indexes, migrate, settings
from zoco.keys import ensure_keys, national_id_key, signing_key, token_keys
from zoco.resources import Resources
from zoco.stack import described, is_whole, outputs, parameters, physical_id, set_parameters
from zoco.workspace import LOCAL, ROOT, Failed, private_file, run

# Random texts that the template wants.
SECRETS = ("CursorKey", "LogKey", "InternalApiKeyA")


def random_text():
    """256 bits and more, of letters and digits alone: API Gateway takes nothing else for a key."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(43))


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
    values.update({name: random_text() for name in SECRETS if name not in known})
    return values


def signing_key_version(known):
    """The version that signs: the stack's own, for the newest may be merely staged; a new stack's is the newest."""
    newest = aws.client("ssm").get_parameter(Name=signing_key())["Parameter"]["Version"]
    # Versions start again at 1 when the parameter was removed and made again.
    return min(newest, int(known.get("SigningKeyVersion", newest)))


def sam_deploy(values, *options, template=None, log=None):
    """One `sam deploy` of a template, the shop's own unless another is given. Parameters go by a file: others on this machine
    can read a command line."""
    path = LOCAL / f"parameters-{os.getpid()}.yaml"
    private_file(path, "".join(f'{name}: "{value}"\n' for name, value in values.items()))
    try:
        run(
            "sam", "deploy", "--template-file", str(template or ROOT / "template.yaml"),
            "--stack-name", aws.stack(), "--region", aws.region(),
            "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", "--no-progressbar",
            "--parameter-overrides", f"file://{path}", *options,
            log=log, env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        )
    finally:
        path.unlink(missing_ok=True)


def template():
    """The shop's template, as it is written."""
    return yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))


def deployed_template():
    """The template that the stack was deployed with."""
    found = aws.client("cloudformation").get_template(StackName=aws.stack(), TemplateStage="Original")["TemplateBody"]
    return yaml_parse(found) if isinstance(found, str) else found


def deploy_step(step, values, options):
    """Deploys a step of a change: a template with the parameters that it has."""
    if step == template():
        return sam_deploy(values, *options)
    # Beside the shop's own: paths of programs are relative to it.
    path = ROOT / f".step-{os.getpid()}.yaml"
    try:
        path.write_text(yaml_dump(step), encoding="utf-8")
        sam_deploy({name: value for name, value in values.items() if name in step["Parameters"]}, *options, template=path)
    finally:
        path.unlink(missing_ok=True)


def say_migrations(is_new):
    """Says what is to be migrated now; of a new shop, notes that nothing is."""
    resources = Resources()
    if is_new:
        for line in migrate.run(resources):
            print(line)
    elif any(not migrate.is_up_to_date(found) or found["republish"] for found in migrate.statuses(resources)):
        print("Items of an earlier release are to be migrated, while the shop is open: zoco migrate run")


# What CloudFormation says of a stack that cannot be deployed to as it is, and what to do.
STUCK = {
    "ROLLBACK_COMPLETE": "its first deployment failed and was taken back, which CloudFormation cannot deploy over. Nothing of "
    "the shop is lost: it never ran. Delete it, then deploy again:\n  aws cloudformation delete-stack --stack-name {stack}",
    "ROLLBACK_FAILED": "its first deployment failed and could not be taken back whole. Look at its events, delete what is in the "
    "way, then the stack:\n  aws cloudformation delete-stack --stack-name {stack}",
    "UPDATE_ROLLBACK_FAILED": "its last change failed and could not be taken back whole. Its events say what is in the way; then:\n"
    "  aws cloudformation continue-update-rollback --stack-name {stack}",
    "DELETE_FAILED": "it could not be deleted whole. Its events say what is in the way; then:\n"
    "  aws cloudformation delete-stack --stack-name {stack}",
}
# CloudFormation watches five alarms at most: what cannot be handled, and sales that are published late.
WATCHED = (
    "EventsDeadLetterAlarm", "ProductRequestsDeadLetterAlarm", "ProductRepliesDeadLetterAlarm", "InventoryInboxDeadLetterAlarm",
    "PublishSalesEventsAgeAlarm",
)
# What leaves room for the longest name of a queue, which SQS limits to 80 characters.
LONGEST_NAME = 50
# Fewer functions at once than this are few for a shop. AWS gives new accounts 10.
FEW_AT_ONCE = 100


def deploy(agreed=False):
    """Deploys the programs that were built. Asks before it changes anything, where a person sits at the terminal and has not
    agreed beforehand. Nothing is made before: no key, no bucket."""
    asks = sys.stdin.isatty() and not agreed
    if len(aws.stack()) > LONGEST_NAME:
        raise Failed(f"the name of a stack has at most {LONGEST_NAME} characters: its queues are named after it")
    shop = settings.read(aws.stack())
    given = shop.parameters
    if shop.region:
        os.environ["AWS_DEFAULT_REGION"] = shop.region
    check_partition(aws.region())
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    try:
        account = aws.client("sts").get_caller_identity()["Account"]
        stack = described()
    except (BotoCoreError, ClientError) as error:
        raise Failed(f"no AWS account to deploy to: {error}") from None
    is_new = stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    if not is_new:
        check_state(stack["StackStatus"])
        migrate.check_deployable(migrate.statuses(Resources()), template()["Metadata"]["Schema"])
    print(f"The stack {aws.stack()} at {endpoint or 'AWS'}, account {account}, region {aws.region()}: {'new' if is_new else 'a change'}")
    for name, value in sorted(given.items()):
        print(f"  {name} = {value}")
    if not endpoint:
        check_quota()
    if asks and is_new and not settings.path_of(aws.stack()).exists():
        given = settings.ask(aws.stack())
    if asks and is_new and input("Make this shop? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Failed("nothing was made")
    print("Keys made:", ", ".join(ensure_keys()) or "none, they are there already")
    # A local cloud's functions need its address, and there everybody comes from one address.
    local = {"LocalEndpoint": endpoint, "FreeRegistrations": 1000} if endpoint else {}
    # Of a change, CloudFormation shows what it comes to.
    options = ["--confirm-changeset"] if asks and not is_new else []
    # A local cloud takes any number of indexes.
    steps = [template()] if is_new or endpoint else indexes.steps(deployed_template(), template())
    for number, step in enumerate(steps, 1):
        if len(steps) > 1:
            print(f"Step {number} of {len(steps)}: of each table, CloudFormation makes or deletes one index in a deployment", flush=True)
        deploy_step(step, new_parameters(stack, **local, **given), options)
    protect(shop)
    say_migrations(is_new)
    stack = described()
    if stack and "PublicUrl" in outputs(stack):
        print("Base URL:", outputs(stack)["PublicUrl"])


def check_partition(region):
    """Refuses regions of other partitions than the commercial one."""
    if region.startswith(("cn-", "us-gov-", "us-iso")):
        raise Failed(
            f"{region} is not supported: the programs trust Amazon's commercial root certificates and were never tried there. "
            "Neither were FIPS and dual-stack endpoints; the programs use the regular ones."
        )


def check_state(status):
    """Refuses a stack that cannot be deployed to, and says what to do."""
    if status in STUCK:
        raise Failed(f"the stack {aws.stack()} is in the state {status}: " + STUCK[status].format(stack=aws.stack()))
    if status.endswith("_IN_PROGRESS"):
        raise Failed(f"the stack {aws.stack()} is being changed ({status}): wait until that has ended, then deploy again")


def check_quota():
    """Says so when the account runs few functions at once."""
    try:
        most = aws.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    except ClientError:
        # Not everybody who deploys may ask.
        return
    if most < FEW_AT_ONCE:
        print(
            f"This account runs at most {most} functions at once, all together; further requests are answered 429. Ask for more:\n"
            "  aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000",
            flush=True,
        )


def protect(shop):
    """Protects the tables from being deleted, once the stack is there, unless the settings say otherwise; and says which alarms
    take a later change back, if any are to."""
    stack = described()
    if not is_whole(stack):
        return
    unprotected = "DeletionProtection" not in shop.parameters and parameters(stack).get("DeletionProtection") == "false"
    wanted = rollback(shop.rollback_minutes) if shop.rollback_minutes else {}
    # A local cloud has none.
    unwatched = wanted and not os.environ.get("AWS_ENDPOINT_URL") and stack.get("RollbackConfiguration") != wanted
    if unprotected or unwatched:
        set_parameters(stack, wanted, **({"DeletionProtection": "true"} if unprotected else {}))
    if unprotected:
        print("The tables are protected from being deleted (DeletionProtection).")
    if unwatched:
        print(f"For {shop.rollback_minutes} minutes after each change, {len(WATCHED)} alarms take it back.")


def rollback(minutes):
    """What CloudFormation watches after a change."""
    names = [physical_id(name) for name in WATCHED]
    alarms = aws.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    triggers = [{"Arn": alarm["AlarmArn"], "Type": "AWS::CloudWatch::Alarm"} for alarm in alarms]
    return {"RollbackTriggers": triggers, "MonitoringTimeInMinutes": minutes}
