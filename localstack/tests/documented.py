"""Runs every command that README and docs show, as a newcomer would: in a plain shell, in the checkout, on a shop that runs.

A block of commands is run as it stands, but for names that only an example can have (an id, a file), and a refused `curl`
fails it. A block that reads `.local/shop.env` is run before each later block of its document, too, which may use its
variables. What is not run here is listed with the reason."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from localstack.cloud.shop import to_paste
from zoco.workspace import ROOT

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
# Lines that are not run here, and where they are.
ELSEWHERE = {
    "make up": "starts the very shop that this runs on; its steps are those of every run of the journeys",
    "make test": "is what runs this",
    "aws configure": "is about an account of one's own",
}
CATALOGUE = "sku,name,price,stock\nDOCUMENTED-1,Documented cup,12.50,3\n"

# The map that `docs/catalogue-files.md` shows, for the file that it shows it for.
MAP = re.search(r"^```toml\n(.*?)^```", (ROOT / "docs/catalogue-files.md").read_text(encoding="utf-8"), re.M | re.S)[1]


def documents():
    """The documents that people read."""
    folders = ("", "docs/", "docs/decisions/", "localstack/", "ops/", "functions/*/")
    return sorted({path for folder in folders for path in ROOT.glob(f"{folder}*.md")})


def blocks():
    """The blocks of commands: a document and the lines without their comments."""
    for path in documents():
        for block in BLOCK.findall(path.read_text(encoding="utf-8")):
            lines = [re.sub(r"\s+#.*", "", line).strip() for line in block.splitlines()]
            yield path.relative_to(ROOT), [line for line in lines if line and not line.startswith("#")]


def concrete(line, folder, product):
    """A line with what an example leaves open."""
    line = re.sub(r"\b(FILE|MAP)=(\S+)", rf"\1={folder}/\2", line)
    if line.startswith("make export-sales") and "FILE=" not in line:
        line += f" FILE={folder}/sales.csv"
    # A key may be retired 17 minutes after the other was activated: here at once, as if it had leaked.
    line = line.replace("keys STEP=retire", "keys STEP=retire FORCE=1") if line.startswith("make keys") else line
    line = line.replace("curl -s ", "curl -s --fail-with-body ").replace("0193…", product)
    line = line.replace(".local/shop.env", os.environ["ZOCO_SHOP"])
    return line


def plain_shell(script, **variables):
    """Runs a script in a shell that knows nothing but where programs are. Whether it succeeded, and what it printed."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "ZOCO_SHOP", "CARGO_HOME", "RUSTUP_HOME") if name in os.environ}
    command = ["bash", "-euo", "pipefail", "-c", script]
    ran = subprocess.run(
        command, cwd=ROOT, env=environment | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return ran.returncode == 0, ran.stdout


def run_all(values, product):
    """Runs all blocks, and the lines that `make up` ends with. Pairs of what was run and whether it went well."""
    cloud = {name: value for name, value in values.items() if name.startswith("AWS_")}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "products.csv").write_text(CATALOGUE, encoding="utf-8")
        shutil.copy(ROOT / "ops/tests/catalogues/erp.csv", Path(folder, "articles.csv"))
        Path(folder, "map.toml").write_text(MAP, encoding="utf-8")
        prepared = {}
        for path, lines in blocks():
            here = [line for line in lines if line not in ELSEWHERE]
            if not here:
                continue
            script = "\n".join(concrete(line, folder, product) for line in [*prepared.get(path, []), *here])
            if here[0].startswith("set -a; . .local/shop.env"):
                prepared[path] = here
            # Only a deployment needs to know where to; every other command finds the shop by itself.
            variables = cloud if any(line.startswith("make deploy") for line in here) else {}
            went_well, said = plain_shell(script, **variables)
            if not went_well:
                print(said, flush=True)
            yield f"{path}: {'; '.join(here)}", went_well
    went_well, said = plain_shell("\n".join(to_paste(values["ZOCO_URL"], values, product)))
    if not (went_well and '"status":"confirmed"' in said):
        print(said, flush=True)
    yield "the three lines that make up prints", went_well and '"status":"confirmed"' in said
