"""Takes a shop down at AWS: the stack is deleted, and what stays is listed with how to delete it and what it costs. Tables
stay, with all that the shop knows: nobody loses a shop by a command."""

import sys

from botocore.exceptions import WaiterError

from zoco import aws
from zoco.keys import national_id_key, signing_key, token_keys
from zoco.stack import existing
from zoco.workspace import Failed


def destroy(agreed=False, answer=input):
    """Deletes the stack, once a person has typed its name, or agreed beforehand."""
    stack, cloudformation = existing(), aws.client("cloudformation")
    made = cloudformation.get_paginator("list_stack_resources").paginate(StackName=aws.stack())
    resources = [one for page in made for one in page["StackResourceSummaries"]]
    tables = [one["PhysicalResourceId"] for one in resources if one["ResourceType"] == "AWS::DynamoDB::Table"]
    functions = [one["PhysicalResourceId"] for one in resources if one["ResourceType"] == "AWS::Lambda::Function"]
    print(f"The stack {aws.stack()} in {aws.region()}: {len(resources)} resources. Its functions, APIs, queues and alarms will be deleted.")
    print("Messages that wait in its queues are lost: `zoco queues list` shows them.")
    if not agreed:
        if not sys.stdin.isatty():
            raise Failed("say --yes: nobody is at the terminal to be asked")
        if answer("Type the name of the stack to delete it: ").strip() != aws.stack():
            raise Failed("nothing was deleted")
    cloudformation.delete_stack(StackName=aws.stack())
    try:
        waiter = cloudformation.get_waiter("stack_delete_complete")
        waiter.wait(StackName=stack["StackId"], WaiterConfig={"Delay": 5, "MaxAttempts": 360})
    except WaiterError as error:
        raise Failed(f"the stack {aws.stack()} was not deleted, and CloudFormation's events say why: {error}") from None
    print(leftovers(tables, functions))


def leftovers(tables, functions):
    """What stays, what it costs (price list of us-east-1), and the commands that delete it."""
    lines = ["The stack is deleted. What stays, and how to delete it:", ""]
    lines += ["Tables, with all data: 0.25 dollars a month for each GB, and 0.20 for its backups:"]
    for table in tables:
        lines.append(f"  aws dynamodb update-table --table-name {table} --no-deletion-protection-enabled")
        lines.append(f"  aws dynamodb delete-table --table-name {table}")
    lines += ["", "The shop's keys: nothing. Without the last one national ids that are stored cannot be compared any more:"]
    lines += [f"  aws ssm delete-parameter --name {name}" for name in (signing_key(), token_keys(), national_id_key())]
    lines += ["", "Logs: 0.03 dollars a month for each GB:"]
    lines += [f"  aws logs delete-log-group --log-group-name /aws/lambda/{function}" for function in functions]
    lines += ["", "Programs that were uploaded, in the bucket of the stack aws-sam-cli-managed-default: 0.023 dollars a month for each GB."]
    return "\n".join(lines)
