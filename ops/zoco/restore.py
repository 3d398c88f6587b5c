"""Restores one table of a shop to a second of the last 35 days, into the stack.

DynamoDB restores into a new table; CloudFormation takes it into the stack in the place of the old one in three steps, since it
imports a resource only by itself ("Import AWS resources into a CloudFormation stack manually"):

1. The stack without the old table, which stays beside it; the programs get the new table by its name.
2. The new table is imported under the logical id of the old one.
3. The template as it was: what is named is the same table as before.

Nothing is deleted. A step that fails leaves the stack as it was before that step. Given the restored table by its name, the
command goes on there; the template that the shop began with is in `.local` until the end."""

import copy
import json
import re
import time

from zoco import aws
from zoco.backup import check_local, tables, window
from zoco.deploy import deploy_step, deployed_template
from zoco.stack import described, parameters
from zoco.workspace import LOCAL, Failed, private_file

# A restore takes from minutes to hours ("Restoring a table using point-in-time recovery").
PATIENCE = {"Delay": 30, "MaxAttempts": 2 * 60 * 24}
NAMED = re.compile(r"\$\{(\w+)(?:\.(\w+))?\}")


def restore(resources, name, at, restored=None, agreed=None):
    """Restores a table, by its logical id, as it was at a time. `restored`: the table that an earlier call has restored, which
    goes on at the step that it had come to. `agreed` is asked before the stack is changed. A line for each step."""
    check_local("a restore")
    dynamodb, begun = aws.client("dynamodb"), LOCAL / f"restore-{aws.stack()}-{name}.json"
    known = tables(resources)
    if name not in known and not begun.exists():
        raise Failed(f"there is no table {name}; there are {', '.join(known)}")
    # The stack's own template lacks the table while this is under way.
    template = json.loads(begun.read_text(encoding="utf-8")) if begun.exists() else deployed_template()
    if restored is None:
        if begun.exists():
            raise Failed(f"a restore of {name} is under way: go on with it, --restored <table>; or delete {begun} if that was given up")
        found = window(dynamodb, known[name])
        if found is None or not found[0] <= at <= found[1]:
            raise Failed(f"{name} cannot be restored to {at:%Y-%m-%dT%H:%M:%SZ}: see `zoco backup status`. Nothing was changed.")
        restored = f"{aws.stack()}-{name}-{at:%Y%m%dT%H%M%SZ}"
        dynamodb.restore_table_to_point_in_time(
            SourceTableName=known[name], TargetTableName=restored, RestoreDateTime=at, BillingModeOverride="PAY_PER_REQUEST"
        )
        yield f"{restored} is being restored: minutes to hours"
    dynamodb.get_waiter("table_exists").wait(TableName=restored, WaiterConfig=PATIENCE)
    set_up(dynamodb, restored, template["Resources"][name]["Properties"])
    table = dynamodb.describe_table(TableName=restored)["Table"]
    yield f"{restored} is there, with its stream, expiry and recovery: {table['ItemCount']} items by the last count"
    present = known.get(name)
    if present not in (None, restored) and agreed and not agreed(f"The shop is to use {restored} instead of {present} from now on"):
        raise Failed(f"the stack was not changed; {restored} stays. Go on with it: zoco backup restore {name} --restored {restored}")
    values = set_by_people(template)
    if present not in (None, restored):
        private_file(begun, json.dumps(template))
        deploy_step(without(template, name, table), values, [])
        yield f"the programs use it; {present} is no longer part of the stack, and stays"
    if present != restored:
        import_table(name, restored, template)
        yield f"it is {name} of the stack"
    deploy_step(template, values, [])
    begun.unlink(missing_ok=True)
    old = f" {present} is as it was; delete it when nobody needs it: aws dynamodb delete-table --table-name {present}"
    yield f"done.{old if present not in (None, restored) else ''}"


def set_by_people(template):
    """The stack's parameters without its secrets, which it keeps."""
    secret = {name for name, rule in template["Parameters"].items() if rule.get("NoEcho")}
    found = parameters(described()).items()
    return {name: value for name, value in found if name in template["Parameters"] and name not in secret}


def set_up(dynamodb, table, wanted):
    """What DynamoDB does not restore: the stream, the expiry, the recovery, the protection."""
    found = dynamodb.describe_table(TableName=table)["Table"]
    if not found.get("StreamSpecification", {}).get("StreamEnabled"):
        view = wanted["StreamSpecification"]["StreamViewType"]
        dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
        dynamodb.get_waiter("table_exists").wait(TableName=table)
    if expiry := wanted.get("TimeToLiveSpecification"):
        found = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if found.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            set_to = {"AttributeName": expiry["AttributeName"], "Enabled": True}
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=set_to)
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)


def without(template, name, table):
    """A template without a table, whose references lead to another one.

    >>> one = {"Resources": {"ATable": {}, "F": {"DependsOn": "ATable", "Of": [{"Ref": "ATable"}, {"Fn::GetAtt": ["ATable", "Arn"]}],
    ...        "In": {"Fn::Sub": "${ATable.Arn}/index/${Other}"}}}}
    >>> without(one, "ATable", {"TableName": "new", "TableArn": "arn:new"})
    {'Resources': {'F': {'Of': ['new', 'arn:new'], 'In': {'Fn::Sub': 'arn:new/index/${Other}'}}}}
    """
    values = {None: table["TableName"], "Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn")}

    def replaced(value):
        if isinstance(value, list):
            return [replaced(one) for one in value]
        if isinstance(value, str):
            return NAMED.sub(lambda found: values[found[2]] if found[1] == name else found[0], value)
        if not isinstance(value, dict):
            return value
        if value.get("Ref") == name:
            return values[None]
        if value.get("Fn::GetAtt") in ([name, "Arn"], [name, "StreamArn"]):
            return values[value["Fn::GetAtt"][1]]
        return {key: replaced(one) for key, one in value.items() if not (key == "DependsOn" and one == name)}

    found = copy.deepcopy(template)
    del found["Resources"][name]
    return replaced(found)


def import_table(name, table, template):
    """Has CloudFormation take a table into the stack: what is deployed, as CloudFormation has it, and this table besides."""
    cloudformation = aws.client("cloudformation")
    processed = cloudformation.get_template(StackName=aws.stack(), TemplateStage="Processed")["TemplateBody"]
    processed = json.loads(processed) if isinstance(processed, str) else processed
    resource = {key: value for key, value in template["Resources"][name].items() if key != "DependsOn"}
    # Each resource that is imported needs a policy by which it stays; the last step sets the template's own.
    processed["Resources"][name] = {**resource, "DeletionPolicy": "Retain"}
    bucket = next(
        one["PhysicalResourceId"] for one in
        cloudformation.describe_stack_resources(StackName="aws-sam-cli-managed-default")["StackResources"]
        if one["LogicalResourceId"] == "SamCliSourceBucket"
    )
    # A template of more than 51,200 bytes comes from S3.
    key = f"{aws.stack()}/import-{table}.json"
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(processed).encode())
    change_set = f"restore-{int(time.time())}"
    cloudformation.create_change_set(
        StackName=aws.stack(), ChangeSetName=change_set, ChangeSetType="IMPORT",
        TemplateURL=f"https://{bucket}.s3.{aws.region()}.amazonaws.com/{key}", Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": parameter, "UsePreviousValue": True} for parameter in parameters(described())],
        ResourcesToImport=[{
            "ResourceType": "AWS::DynamoDB::Table", "LogicalResourceId": name, "ResourceIdentifier": {"TableName": table},
        }],
    )
    cloudformation.get_waiter("change_set_create_complete").wait(StackName=aws.stack(), ChangeSetName=change_set)
    cloudformation.execute_change_set(StackName=aws.stack(), ChangeSetName=change_set)
    cloudformation.get_waiter("stack_import_complete").wait(StackName=aws.stack())
