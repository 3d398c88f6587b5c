"""The deployed stack as CloudFormation knows it: whether there is one, its outputs, its parameters and changing them."""

from botocore.exceptions import ClientError, WaiterError

from zoco import aws
from zoco.workspace import Failed


def described():
    """The stack as CloudFormation describes it; `None` when there is none."""
    try:
        return aws.client("cloudformation").describe_stacks(StackName=aws.stack())["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def existing():
    """The stack as CloudFormation describes it; refuses when there is none."""
    stack = described()
    if stack is None:
        raise Failed(f"there is no stack {aws.stack()} here: name another by --stack, --region or --profile")
    return stack


def is_whole(stack):
    """Whether the last change of the stack went through."""
    return stack is not None and stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def outputs(stack):
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def parameters(stack):
    return {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack.get("Parameters", [])}


def tags(stack):
    return {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}


def set_parameters(stack, rollback=None, **values):
    """Changes these parameters of the stack, and its tags to those given, and nothing else; with `rollback`, also which alarms
    take a change back. Waits until all functions have them.

    What the template takes from the parameter store (`TokenKeys`) is read anew, whichever are named."""
    cloudformation = aws.client("cloudformation")
    others = [name for name in parameters(stack) if name not in values]
    cloudformation.update_stack(
        StackName=aws.stack(),
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": name, "ParameterValue": str(value)} for name, value in values.items()]
        + [{"ParameterKey": name, "UsePreviousValue": True} for name in others],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Tags=stack.get("Tags", []),
        **({"RollbackConfiguration": rollback} if rollback else {}),
    )
    waiter = cloudformation.get_waiter("stack_update_complete")
    try:
        waiter.wait(StackName=aws.stack(), WaiterConfig={"Delay": 1, "MaxAttempts": 900})
    except WaiterError as error:
        raise Failed(f"the stack {aws.stack()} was not changed, and CloudFormation's events say why: {error}") from None


def physical_id(logical_id):
    """The name that a resource of the stack goes by; `None` when the stack has no such resource."""
    cloudformation = aws.client("cloudformation")
    try:
        found = cloudformation.describe_stack_resource(StackName=aws.stack(), LogicalResourceId=logical_id)
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    resource = found["StackResourceDetail"]
    return None if resource["ResourceStatus"] == "DELETE_COMPLETE" else resource["PhysicalResourceId"]
