"""Asks a service to do what only operators may: its function `<service>-operate`, which alone writes the service's table.
Who may call it is for IAM to say."""

import json

from zoco.workspace import Failed


def operate(resources, service, command, **arguments):
    """Has a service do something. What it answers."""
    function = f"{service.capitalize()}OperateFunction"
    if function not in resources.ids:
        raise Failed(f"the stack has no {function}: it is of an older release, deploy it first")
    asked = json.dumps({"command": command, **arguments})
    answer = resources.lambda_.invoke(FunctionName=resources.ids[function], Payload=asked)
    said = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise Failed(said.get("errorMessage", said) if isinstance(said, dict) else said)
    return said
