"""`make test`: every check of the project, with a count at the end.

First format, lints, the template, the scripts' own tests, and the builds. Then three things at once: the unit tests and
those on an embedded database; the journeys on a local cloud; and the API against its own description on another, which
nearly only waits. Each cloud has a port of its own and enforces the template's IAM policies, and is stopped whatever
happens. Their output is shown once the unit tests have ended.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from localstack.cloud import deploy
from localstack.cloud.accounts import credentials, ensure_accounts
from localstack.cloud.deploy import build, deploy_locally
from localstack.cloud.emulators import MiniStack, free_port
from localstack.cloud.invoke import invoke_all
from localstack.cloud.shop import variables
from localstack.tests import change_set, first_deployment
from localstack.tests.asyncapi import faults, types
from localstack.tests.documented import run_all
from localstack.tests.event_tap import captured
from localstack.tests.function_logs import logged, secrets_of
from localstack.tests.journey_shop import eventually
from localstack.tests.tally import Tally, heading
from zoco.api import Api, Unexpected
from zoco.keys import ensure_keys
from zoco.resources import Resources
from zoco.workspace import LOCAL, ROOT, Failed, private_file, read_env, run, write_env

CHECKS = {
    "format": ["cargo", "fmt", "--all", "--check"],
    "cfn-lint": ["cfn-lint", "template.yaml"],
    "sam validate": ["sam", "validate", "--lint", "--template-file", "template.yaml", "--region", "us-east-1"],
}
# By folder: what runs before anything is built.
PYTHON_TESTS = {
    "tests of the operator's command line": "ops/tests",
    "tests of the local cloud's scripts": "localstack/tests",
}
# All at once, by clippy, which compiles as rustc does and warns besides: `cargo clippy`, or another choice of packages,
# would take all dependencies anew.
TEST_PROGRAMS = ["cargo", "test", "--locked", "--workspace", "--features", "e2e/shop", "--no-run", "--message-format", "json"]
MODULE = [sys.executable, "-m"]
JOURNEY = [*MODULE, "localstack.tests.journey"]
CATALOGUE = [*MODULE, "localstack.tests.journey_catalogue"]
EVENTS = [*MODULE, "localstack.tests.journey_events"]
RARE = [*MODULE, "localstack.tests.journey_rare"]
MESSAGES = [*MODULE, "localstack.tests.messages_proof"]
PRIVILEGE = [*MODULE, "localstack.tests.least_privilege"]
RESTORE, UPGRADE = ([*MODULE, f"localstack.tests.{what}"] for what in ("restore", "upgrade"))
ZOCO = str(ROOT / ".venv/bin/zoco")
# How long a pending sale waits in the tests.
SALE_DEADLINE_SECONDS = "10"
# Of `provided.al2023`, minor version (AWS Lambda developer guide, "OS-only runtime").
LAMBDAS_GLIBC = 34
CONTRACT = [*MODULE, "localstack.tests.contract", "--max-examples"]
# The API by its paths, to be asked at the same time.
CONTRACT_PARTS = [
    "/(products|reviews)", "/(brands|categories|inventory)", "/(carts|purchases|sales)",
    r"/(\.well-known|auth|docs|health|openapi|users|audit-log)",
]
# These in a process of their own, each with a cloud.
JOURNEYS, CONTRACT_RUN = ([*MODULE, "localstack.tests.run", what] for what in ("journeys", "contract"))
# Of each operation and phase: some 2,000 requests for `make test`, more than 20,000 for `make proof`.
FEW, MANY = "1", "700"
# How many actions `make test` takes away from roles; `make proof` takes all.
DRAWN = "20"



def test_programs():
    """Builds the Rust tests. The command and the folder of each program, by its package and name; and what clippy says of
    our code."""
    heading("build of the tests")
    environment = {**os.environ, "RUSTC_WORKSPACE_WRAPPER": "clippy-driver"}
    built = subprocess.run(TEST_PROGRAMS, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    programs, findings = {}, []
    for message in map(json.loads, built.stdout.splitlines()):
        if message["reason"] == "compiler-message" and message["message"]["level"] in ("warning", "error"):
            findings.append(message["message"]["rendered"])
        if message.get("executable") and message["profile"]["test"]:
            folder = Path(message["manifest_path"]).parent
            programs[f"{folder.name}: {message['target']['name']}, {message['target']['kind'][0]}"] = message["executable"], folder
    if built.returncode:
        raise Failed("\n".join([*findings, "the tests cannot be built"]))
    return dict(sorted(programs.items())), findings


def is_end_to_end(name):
    return name.startswith("e2e:")


def run_tests(tally, programs):
    """Runs test programs as `cargo test` would."""
    for name, (program, folder) in programs.items():
        tally.tests(name, [program], cwd=folder, env={**os.environ, "CARGO_MANIFEST_DIR": str(folder)})


def on_a_cloud_of_its_own(tally, journeys, name="test"):
    """Builds, deploys where IAM is enforced, and does there what is asked for. All that it leaves has that name."""
    folder = LOCAL / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cloud = MiniStack(free_port(), folder / "cloud")
    if name != "test":
        # What is taken away from roles has to be missed.
        cloud.noted = folder / "noted.txt"
        private_file(cloud.noted, "")
        os.environ["ZOCO_NOTED"] = str(cloud.noted)
    try:
        heading(f"deploy to a local cloud that enforces IAM, {cloud.endpoint}")
        cloud.start()
        cloud.use()
        ensure_keys()
        os.environ["ZOCO_SALE_DEADLINE_SECONDS"] = SALE_DEADLINE_SECONDS
        # The same customers buy all day here. The limit of pieces stays, and has its journey.
        os.environ.update(ZOCO_CUSTOMER_OPEN_SALES="0", ZOCO_CUSTOMER_PURCHASES_PER_MINUTE="0")
        stack = deploy_locally(cloud, folder / "deploy.log")
        accounts = credentials({})
        ensure_accounts(stack, Resources(), accounts)
        values = variables(cloud, stack, accounts)
        # The commands that the tests run take this for the shop of this machine, as those of a newcomer take `make up`'s.
        os.environ["ZOCO_SHOP"] = str(LOCAL / f"{name}.env")
        write_env(LOCAL / f"{name}.env", values)
        noted = folder / "secrets.txt"
        private_file(noted, "")
        os.environ.update(values, ZOCO_TEST_SECRETS=str(noted))
        journeys(tally, cloud)
    finally:
        # From here on it ends by itself.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            log = logged(folder / "functions.log") if cloud.running()[0] else ""
        finally:
            cloud.stop()
    if tally.failed:
        # What the functions could not do, and why: 503 and 500 say only that.
        print("\n".join([line for line in log.splitlines() if '"message":"failed"' in line][-20:]), flush=True)
    secrets = secrets_of(values) | set(noted.read_text(encoding="utf-8").splitlines())
    found = [secret[:4] + "…" for secret in secrets if secret in log]
    if found:
        print(f"the log has {len(found)} of {len(secrets)} secrets, such as {found[0]}", flush=True)
    what = f"no function logged any of {len(secrets)} passwords, tokens, keys, addresses, names and national ids"
    # The journeys of `make test` note theirs; proofs have those of the shop alone.
    fewest = 100 if name == "test" else 1
    tally.step(what, log and len(secrets) > fewest and not found)


def journeys(tally, cloud):
    programs = {name: one for name, one in test_programs()[0].items() if is_end_to_end(name)}
    if not programs:
        raise Failed("there are no end-to-end tests")
    started = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    with captured(Resources()) as topic:
        run_tests(tally, programs)
        tally.tests("a customer's journey over HTTP", JOURNEY)
        tally.tests("catalogues from and to files", CATALOGUE)
        tally.tests("the events between the services", EVENTS)
        published(tally, topic, started)
    tally.check("the books of all these journeys balance", [ZOCO, "audit"])
    yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))
    period = ["--from", yesterday, "--to", "2999-12-31", "--file", str(LOCAL / "test" / "sales.csv")]
    tally.check("their sales are exported", [ZOCO, "sales", "export", *period])
    deploy_again(tally, cloud)
    # After that, since `make deploy` is one of the commands, and before the samples, which speak of sales that nobody made,
    # since `make audit` is another.
    documented(tally)
    invoke(tally)
    tally.tests("no message is lost, doubled in effect or stuck", MESSAGES)


def published(tally, topic, started):
    """The events of all these journeys, against the AsyncAPI document; and that nothing in them is personal."""
    heading("the events that were published")
    kinds = lambda: types("events") - {json.loads(body)["type"] for body in topic.messages()}
    missing = eventually(kinds, lambda missing: not missing)
    tally.step(f"there was one of every type but {missing}" if missing else "there was one of every type", not missing)
    wrong = [fault for body in topic.received for fault in faults(body, "events")]
    tally.step("\n".join([f"all {len(topic.received)} are as the AsyncAPI document says", *wrong[:3]]), not wrong)
    secrets = Path(os.environ["ZOCO_TEST_SECRETS"]).read_text(encoding="utf-8").splitlines()
    personal = [body for body in topic.received if "@" in body or any(secret in body for secret in secrets)]
    tally.step("\n".join(["nothing in them is personal", *personal[:3]]), not personal)
    recent = [one for one in map(json.loads, topic.received) if one["time"] > started]
    unknown = [json.dumps(one) for one in recent if not one.get("correlationid")]
    tally.step("\n".join(["each has the id of the request that began it", *unknown[:3]]), not unknown)


def invoke(tally):
    """Every function on its sample event, under the runtime interface emulator, and one as a newcomer would; none of the
    sample messages is given up."""
    heading("make invoke")
    command = ["make", "--no-print-directory", "invoke", "FUNCTION=get-product"]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False).stdout
    tally.step("make invoke FUNCTION=get-product shows a product", said.startswith("200\n"))
    for function, sound in invoke_all():
        tally.step(f"{function} answers its sample event", sound)
    tally.check("zoco queues list --check finds no dead letters", [ZOCO, "queues", "list", "--check"])


def documented(tally):
    """Every command that README and docs show, in a plain shell."""
    heading("the commands that the documents show")
    values = read_env(LOCAL / "test.env")
    product = next(one["id"] for one in Api(values["ZOCO_URL"]).get("/products").data if one["attributes"]["inStock"])
    for what, went_well in run_all(values, product):
        tally.step(what, went_well)


def deploy_again(tally, cloud):
    """A second deployment, of one changed program: its functions get it, the others keep theirs."""
    heading("deploy a changed program")
    folder = LOCAL / "test"
    codes = lambda: {name: Resources().code(f"{name}Function") for name in ("Audit", "GetSale")}
    before, deploy.PROGRAMS = codes(), folder / "programs"
    shutil.copytree(ROOT / "target/lambda", deploy.PROGRAMS)
    with open(deploy.PROGRAMS / "audit/bootstrap", "ab") as program:
        program.write(b"\n")
    deploy_locally(cloud, folder / "deploy.log")
    after = codes()
    tally.step("a changed program reaches its functions", after["Audit"] != before["Audit"])
    tally.step("and no others", after["GetSale"] == before["GetSale"])
    deploy_locally(cloud, folder / "deploy.log")
    tally.step("deployed again, nothing changes", codes() == after)


def contract(tally, cloud):
    with ExitStack() as resources:
        logs = LOCAL / "contract"
        ended = [
            resources.enter_context(meanwhile([*CONTRACT, FEW, "--paths", paths], logs / f"part-{number}.log"))
            for number, paths in enumerate(CONTRACT_PARTS)
        ]
        for paths, wait in zip(CONTRACT_PARTS, ended):
            heading(f"the API against its own description: {paths}")
            tally.take(wait())
    paths = json.loads((ROOT / "functions/edge/openapi.json").read_text(encoding="utf-8"))["paths"]
    once = all(sum(bool(re.match(part, path)) for part in CONTRACT_PARTS) == 1 for path in paths)
    tally.step(f"each of {len(paths)} paths was asked in one part", once)
    heading("a first deployment")
    for what, went_well in [*first_deployment.run_all(cloud), *change_set.run_all(cloud)]:
        tally.step(what, went_well)
    tally.tests("a shop is dumped, forgotten and restored", RESTORE)
    tally.tests("what happens now and then", RARE)
    tally.tests("an action that is taken away from a role is missed", [*PRIVILEGE, DRAWN])
    # The last: it puts another shop in this one's place.
    tally.tests("the recorded shop of the last release becomes one of this release", UPGRADE)


@contextmanager
def meanwhile(command, log):
    """Runs a command of ours beside the rest. What it gives waits for its end and returns its output, line by line."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w+", encoding="utf-8") as output:
        running = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)

        def ended():
            status = running.wait()
            output.seek(0)
            lines = output.read().splitlines()
            reported = any(line.startswith(("FAILED", "test result: FAILED")) for line in lines)
            return lines + ([f"FAILED {command[-1]}: it ended with status {status}"] if status and not reported else [])

        try:
            yield ended
        finally:
            # It stops its cloud.
            running.terminate()
            running.wait()


def privilege(tally, _cloud):
    """What each step uses (`record`), and what is missed when it is taken away (`20`, `all`)."""
    for what in sys.argv[2:]:
        tally.tests(f"the actions of roles: {what}", [*PRIVILEGE, what])


def proofs(tally, _cloud):
    """The rows of the table of `make proof` that take a local cloud."""
    os.environ["PROOF"] = "full"
    tally.tests("no message is lost, doubled in effect or stuck", MESSAGES)
    passed, failed, started = tally.passed, tally.failed, time.monotonic()
    tally.tests("the API against its own description", [*CONTRACT, MANY])
    took = time.monotonic() - started
    reached = f"{tally.passed - passed} operations as described, {tally.failed - failed} not"
    print(f"| API contract | no 5xx, nothing undocumented, 20,000 requests | {reached} | {took:.0f} s |", flush=True)
    tally.tests("each action that is taken away from a role is missed", [*PRIVILEGE, "all"])
    tally.tests("the recorded shop of the last release becomes one of this release", UPGRADE)


def glibc_needed():
    """The newest minor version of glibc 2 that a program asks for, by the names of the symbols' versions in it."""
    programs = (ROOT / "target/lambda").glob("*/bootstrap")
    return max(int(version) for program in programs for version in re.findall(rb"GLIBC_2\.(\d+)", program.read_bytes()))


def main():
    # A polite end, too, has to stop the cloud.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tally = Tally()
    try:
        run("cargo", "--version")
        if sys.argv[1:] == ["contract"]:
            on_a_cloud_of_its_own(tally, contract, "contract")
            sys.exit(1 if tally.failed else 0)
        if sys.argv[1:2] == ["privilege"]:
            build()
            on_a_cloud_of_its_own(tally, privilege, "privilege")
            sys.exit(1 if tally.failed else 0)
        if sys.argv[1:] == ["journeys"]:
            on_a_cloud_of_its_own(tally, journeys)
            sys.exit(1 if tally.failed else 0)
        if sys.argv[1:] == ["proofs"]:
            build()
            on_a_cloud_of_its_own(tally, proofs, "proof")
            sys.exit(1 if tally.failed else 0)
        for name, command in CHECKS.items():
            tally.check(name, command)
        for name, folder in PYTHON_TESTS.items():
            tally.check(name, [*MODULE, "unittest", "discover", "--top-level-directory", ".", "--start-directory", folder])
        programs, findings = test_programs()
        print("\n".join(findings))
        tally.step("clippy finds nothing", not findings)
        heading("build")
        build()
        needed = glibc_needed()
        tally.step(f"the programs need glibc 2.{needed}, and Lambda has 2.34", needed <= LAMBDAS_GLIBC)
        with meanwhile(CONTRACT_RUN, LOCAL / "contract.log") as contract_ended, meanwhile(JOURNEYS, LOCAL / "journeys.log") as ended:
            run_tests(tally, {name: one for name, one in programs.items() if not is_end_to_end(name)})
            heading("the journeys, on a local cloud")
            tally.take(ended())
            heading("the API against its own description, on another")
            tally.take(contract_ended())
    except KeyboardInterrupt:
        print("\nstopped", flush=True)
        tally.failed += 1
    except Exception as error:  # whatever it is, it is a failure, and the count is still printed
        if not isinstance(error, (Failed, Unexpected)):
            sys.excepthook(type(error), error, error.__traceback__)
        print(f"FAILED {error}", flush=True)
        tally.failed += 1
    print(f"\n{tally.passed} passed, {tally.failed} failed", flush=True)
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
