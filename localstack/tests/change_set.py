"""What CloudFormation says, before it does it, that the deployment of one changed program changes: the functions of that service
and no others. The programs are stand-ins here, for none is run."""

import os
import shutil
from unittest import mock

from localstack.tests import figures
from zoco import aws, deploy
from zoco.keys import ensure_keys
from zoco.workspace import LOCAL, ROOT

STACK, SERVICE = "changes", "sales"
FOLDER = LOCAL / "contract/changes"


def functions_and_programs():
    """Where the program of each function is, by the function's name in the template."""
    resources = figures.of_type(figures.source()["Resources"], "AWS::Serverless::Function")
    return {name: function["Properties"]["CodeUri"] for name, function in resources.items()}


def functions_changed():
    """The functions in the stack's change set that was not carried out."""
    cloudformation = aws.client("cloudformation")
    waiting = cloudformation.list_change_sets(StackName=STACK)["Summaries"]
    (name,) = [one["ChangeSetId"] for one in waiting if one["ExecutionStatus"] == "AVAILABLE"]
    pages = cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=name, StackName=STACK)
    changes = [change["ResourceChange"] for page in pages for change in page["Changes"]]
    return {one["LogicalResourceId"] for one in changes if one["ResourceType"] == "AWS::Lambda::Function"}


def run_all(cloud):
    """What is shown, and whether it is so."""
    programs = functions_and_programs()
    shutil.rmtree(FOLDER, ignore_errors=True)
    for path in set(programs.values()):
        (FOLDER / path).mkdir(parents=True)
        (FOLDER / path / "bootstrap").write_text("1", encoding="utf-8")
    shutil.copy(ROOT / "template.yaml", FOLDER)
    with mock.patch.dict(os.environ, STACK=STACK):
        ensure_keys()
        values = deploy.new_parameters(None, LocalEndpoint=cloud.endpoint)
        deploy.sam_deploy(values, template=FOLDER / "template.yaml", log=FOLDER / "made.log")
        (FOLDER / f"target/lambda/{SERVICE}/bootstrap").write_text("2", encoding="utf-8")
        deploy.sam_deploy(values, "--no-execute-changeset", template=FOLDER / "template.yaml", log=FOLDER / "changed.log")
        changed = functions_changed()
    of_service = {name for name, path in programs.items() if path.rstrip("/").endswith(f"/{SERVICE}")}
    yield f"a change of {SERVICE} changes its {len(of_service)} functions and no others: {len(changed)}", changed == of_service
