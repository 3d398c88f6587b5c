"""A first deployment as `docs/operations.md` tells it: by a person with a fresh home folder and a profile, on a local cloud, of
a second shop in another region. Deployed again, nothing changes; taken down, its tables stay."""

import os
import shutil
import subprocess

from zoco.workspace import LOCAL, ROOT

STACK, PROFILE, REGION = "first", "live", "eu-west-1"


def steps(cloud):
    """What is done, each with whether it went as told."""
    home = LOCAL / "contract/home"
    shutil.rmtree(home, ignore_errors=True)
    (home / ".aws").mkdir(parents=True)
    keys = "".join(f"{name.lower()} = {value}\n" for name, value in cloud.credentials.items())
    (home / ".aws/config").write_text(f"[profile {PROFILE}]\nregion = {REGION}\n", encoding="utf-8")
    (home / ".aws/credentials").write_text(f"[{PROFILE}]\n{keys}", encoding="utf-8")
    environment = {"PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}", "HOME": str(home), "AWS_ENDPOINT_URL": cloud.endpoint,
                   "NO_PROXY": "localhost,127.0.0.1"}

    def zoco(*command):
        ran = subprocess.run(
            ["zoco", "--stack", STACK, "--profile", PROFILE, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False,
        )
        return ran.returncode == 0, ran.stdout

    went_well, said = zoco("deploy", "--yes")
    told = [f"region {REGION}: new", "Keys made: /first/signing-key", "The tables are protected", "Base URL:"]
    yield "a first deployment goes to the profile's region, makes the keys and protects the tables", went_well, told, said
    went_well, said = zoco("deploy", "--yes")
    told = ["a change", "Keys made: none", "No changes to deploy"]
    yield "deployed again, nothing changes", went_well, told, said
    went_well, said = zoco("destroy", "--yes")
    told = ["The stack is deleted", "delete-table --table-name", "--name /first/signing-key"]
    yield "taken down, it says what stays", went_well, told, said


def run_all(cloud):
    """The steps: what each shows, and whether it did."""
    for what, went_well, told, said in steps(cloud):
        missing = [line for line in told if line not in said]
        if missing or not went_well:
            print(said, flush=True)
        yield f"{what}{f', but does not say {missing}' if missing else ''}", went_well and not missing
