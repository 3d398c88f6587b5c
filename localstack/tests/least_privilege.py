"""P14 by taking away: each action of each statement of each function's role is taken out of the running shop, and the steps
that use it have to fail. A role whose action nobody misses has one too many.

    python -m localstack.tests.least_privilege record    runs every step alone and writes which actions it uses
    python -m localstack.tests.least_privilege all       takes each action away, and writes which step missed it
    python -m localstack.tests.least_privilege 20        takes 20 of these away again, chosen by chance

A step is an end-to-end test, a journey or a command of the operator. The cloud notes what it allows and refuses (`NOTED`), so
it is known of each step which actions it uses, by role and resource. Reads the variables of `.local/shop.env` from the
environment; for a cloud that nobody else is using (`run.py` starts one)."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from localstack.tests import journey_rare, run
from localstack.tests.journey import WrongTurn, step
from zoco import aws
from zoco.resources import Resources
from zoco.workspace import ROOT, Failed

REACHED = Path(__file__).with_name("reached.json")
# By which step each action was missed when all were taken away. `make test` draws from these.
MISSED = Path(__file__).with_name("missed.json")
# How many steps are kept of those that use an action: the quickest.
KEPT = 5
# How long a step waits for what follows from an event, in seconds, and how long it may take.
PATIENCE, LONGEST = "8", 240
# What Lambda itself does with a function's role, which MiniStack does without asking: it polls the queues and streams
# (AWS Lambda developer guide, "Using Lambda with Amazon SQS", "Using AWS Lambda with Amazon DynamoDB": execution role permissions),
# and sends what it gives up to where the mapping says ("Retain discarded batch records").
LAMBDAS_OWN = {
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
    "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams",
}
# Functions that no request waits for. Whether a step notices within its time depends on how busy the machine is: only `all` takes
# their actions away.
WAITED_FOR_BY_NONE = re.compile(r"(\w+OnEvent|Publish\w+Events|AnswerProductRequests|CompleteSale|ExpireSale)FunctionRole")
# On AWS, batches are allowed by the action of one (Amazon SQS and Amazon SNS, "Actions, resources, and condition keys": there is no
# `SendMessageBatch` and no `PublishBatch`); the local cloud asks for the action by the name of the call.
OF_BATCHES = {"sqs:SendMessage": "sqs:SendMessageBatch", "sns:Publish": "sns:PublishBatch"}


class Noted:
    """What the cloud has allowed and refused: lines of decision, role, action, resource."""

    def __init__(self, path):
        self.path, self.at = path, path.stat().st_size

    def since(self):
        """The lines since the last time."""
        with open(self.path, encoding="utf-8") as file:
            file.seek(self.at)
            text = file.read()
            self.at += len(text.encode())
        return [line.split(" ") for line in text.splitlines()]


class Roles:
    """The roles of the shop's functions, and their statements."""

    def __init__(self, resources):
        self.iam = aws.client("iam")
        self.logical = {physical: logical for logical, physical in resources.ids.items()}
        self.names = {name: physical for name, physical in resources.ids.items() if name.endswith("FunctionRole")}

    def resource(self, arn):
        """What an ARN is of, by its logical id: `SalesTable/index/by-customer`."""
        name = arn.split(":", 5)[-1].removeprefix("table/").removeprefix("parameter")
        if ":execute-api:" in arn:
            return re.sub("products/.*", "products/*", name.partition("/")[2])
        if ":ssm:" in arn:
            # Of any version.
            return name.partition(":")[0]
        table, _, rest = name.partition("/index/")
        # Queues are known by their URLs.
        known = (one for physical, one in self.logical.items() if physical in (table, arn) or physical.endswith(f"/{table}"))
        logical = next(known, table)
        return f"{logical}/index/{rest}" if rest else logical

    def policies(self):
        """Every policy of every role: the role's logical id, the policy's name and its document."""
        for logical, role in sorted(self.names.items()):
            for name in self.iam.list_role_policies(RoleName=role)["PolicyNames"]:
                yield logical, name, self.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]

    def actions(self):
        """Every action of every statement: role, policy, document, number of the statement, action, resources."""
        for logical, name, document in self.policies():
            for number, statement in enumerate(document["Statement"]):
                arns = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                for action in actions:
                    if action not in LAMBDAS_OWN and OF_BATCHES.get(action) not in actions and not action.startswith("logs:"):
                        yield logical, name, document, number, action, [self.resource(arn) for arn in arns]

    def put(self, logical, name, document):
        role = self.names[logical]
        if document["Statement"]:
            self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
        else:
            self.iam.delete_role_policy(RoleName=role, PolicyName=name)


def steps():
    """The commands of all steps, with their folders, by their names."""
    zoco, found = run.ZOCO, {}
    for name, (program, folder) in run.test_programs()[0].items():
        if run.is_end_to_end(name):
            listed = subprocess.run([program, "--list"], stdout=subprocess.PIPE, text=True, check=True, cwd=folder).stdout
            for line in listed.splitlines():
                if line.endswith(": test"):
                    test = line.removesuffix(": test")
                    found[f"{name.split(': ')[1].split(',')[0]} {test}"] = [program, "--exact", test], folder
    found["journey"] = run.JOURNEY, ROOT
    found["journey_events"] = run.EVENTS, ROOT
    found |= {f"journey_rare {part}": ([*run.RARE, part], ROOT) for part in journey_rare.PARTS}
    found["zoco audit"] = [zoco, "audit"], ROOT
    found["zoco migrate"] = [zoco, "migrate", "run", "--again"], ROOT
    found["zoco republish"] = [zoco, "republish", "--since", time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))], ROOT
    found["zoco users set-role"] = [zoco, "users", "set-role", os.environ["ZOCO_ADMIN_EMAIL"], "admin"], ROOT
    return found


def end_all_functions():
    """Ends the processes of this cloud's functions, so that each begins anew: what is read at the start is used by every step."""
    of_this_cloud = f"AWS_ENDPOINT_URL={os.environ['AWS_ENDPOINT_URL'].replace('localhost', '127.0.0.1')}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = path.read_bytes().split(b"\0")
            if of_this_cloud in variables and any(one.startswith(b"AWS_LAMBDA_FUNCTION_NAME=") for one in variables):
                os.kill(int(path.parent.name), signal.SIGKILL)
        except (OSError, ValueError):
            pass


def ran(command, folder):
    """Runs a step. Whether it went well, in how many seconds, and the end of what it said."""
    end_all_functions()
    started, environment = time.monotonic(), {**os.environ, "CARGO_MANIFEST_DIR": str(folder), "ZOCO_TEST_PATIENCE": PATIENCE}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=LONGEST, check=False)
        return done.returncode == 0, time.monotonic() - started, done.stdout[-2_000:]
    except subprocess.TimeoutExpired:
        return False, LONGEST, "it took too long"


def record(roles, noted):
    """Runs every step alone, and writes which actions it uses."""
    used = defaultdict(list)
    for name, (command, folder) in steps().items():
        noted.since()
        went_well, seconds, said = ran(command, folder)
        if not went_well:
            print(f"left out, it fails by itself: {name}\n{said}", flush=True)
            continue
        # What follows from events.
        time.sleep(2)
        lines = {(role, action, arn) for decision, role, action, arn in noted.since() if decision == "Allow"}
        keys = {key for role, action, arn in lines if (key := key_of(roles, role, action, arn))}
        for key in keys:
            used[key].append((round(seconds, 1), name))
        print(f"{seconds:5.1f} s  {len(keys):3} actions  {name}", flush=True)
    quickest = {key: [name for _, name in sorted(some)[:KEPT]] for key, some in sorted(used.items())}
    REACHED.write_text(json.dumps(quickest, indent=1) + "\n", encoding="utf-8")
    without = [f"{logical} {action} {' '.join(of)}" for logical, _, _, _, action, of in roles.actions()
               if not any(f"{logical} {action} {one}" in quickest for one in of)]
    print(f"{len(quickest)} actions are used; by no step: {len(without)}", *without, sep="\n")


def key_of(roles, role, action, arn):
    """`GetSaleFunctionRole dynamodb:GetItem SalesTable`; nothing of roles that are no function's."""
    name = roles.logical.get(role.split("/")[1] if "/" in role else role, "")
    return f"{name} {action} {roles.resource(arn)}" if name.endswith("FunctionRole") else None


def name_of(one):
    """An action as people read it: `GetSaleFunction without dynamodb:GetItem on SalesTable`."""
    return f"{one[0].removesuffix('Role')} without {one[4]} on {', '.join(one[5])}"


def taken_away(roles, noted, one, commands, reached, first=None):
    """Takes an action away and runs the steps that use it until one fails, `first` before all others. What failed, or nothing."""
    logical, policy, document, number, action, resources = one
    statement = document["Statement"][number]
    actions = [kept for kept in (statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]) if kept != action]
    rest = [{**statement, "Action": actions}] if actions else []
    less = {**document, "Statement": [*document["Statement"][:number], *rest, *document["Statement"][number + 1 :]]}
    names = [name for resource in resources for name in reached.get(f"{logical} {action} {resource}", [])]
    names = list(dict.fromkeys([first, *names] if first else names))
    roles.put(logical, policy, less)
    try:
        for name in names:
            if name not in commands:
                continue
            noted.since()
            went_well, _, _ = ran(*commands[name])
            if not went_well:
                # That it failed for this reason: the cloud has refused this very action.
                refused = {(roles.logical.get(role.split("/")[1] if "/" in role else role), asked)
                           for decision, role, asked, _ in noted.since() if decision != "Allow"}
                if (logical, action) in refused:
                    return name
    finally:
        roles.put(logical, policy, document)
    return None


def main():
    started, what = time.monotonic(), sys.argv[1] if len(sys.argv) == 2 else "20"
    try:
        resources, noted = Resources(), Noted(Path(os.environ["ZOCO_NOTED"]))
        roles = Roles(resources)
        if what == "record":
            record(roles, noted)
            return
        reached, commands = json.loads(REACHED.read_text(encoding="utf-8")), steps()
        of_all, before = list(roles.actions()), json.loads(MISSED.read_text(encoding="utf-8"))
        known = [one for one in of_all if name_of(one) in before and not WAITED_FOR_BY_NONE.fullmatch(one[0])]
        chosen = of_all if what == "all" else random.SystemRandom().sample(known, int(what))
        missed, by, not_missed = 0, {}, set()
        for one in chosen:
            name = name_of(one)
            failed = taken_away(roles, noted, one, commands, reached, before.get(name))
            missed += failed is not None
            by[name] = failed
            not_missed |= set() if failed else {name}
            print(f"{'ok' if failed else 'FAILED'} {name}: {f'{failed} fails' if failed else 'nothing fails'}", flush=True)
        if what == "all":
            # Several statements may be about the same action and table.
            found = {name: by[name] for name in sorted(by.keys() - not_missed)}
            MISSED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        step(f"each of {len(chosen)} of {len(of_all)} actions is missed", missed == len(chosen), f"{len(chosen) - missed} are not")
        asked = "each action of each policy taken away: at least one test fails"
        print(f"| P14 least privilege | {asked} | {missed} of {len(chosen)} missed | {time.monotonic() - started:.0f} s |", flush=True)
    except (WrongTurn, Failed, OSError) as wrong:
        print(f"FAILED {wrong}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
