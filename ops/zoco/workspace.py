"""The checkout that the tools work in: where things are, progress lines, commands, files of `KEY=value` lines."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
# What `make up` writes about the shop that runs on this machine.
SHOP = Path(os.environ.get("ZOCO_SHOP") or LOCAL / "shop.env")


class Failed(Exception):
    """Something a person has to read and act upon: printed without a traceback."""


class Unreachable(Failed):
    """The shop does not answer."""


class Progress:
    """Numbered lines, each with the seconds its step took."""

    def __init__(self, steps):
        self.steps, self.done = steps, 0

    @contextmanager
    def step(self, what):
        """Announces a step, and says how long it took once it is done."""
        self.done += 1
        print(f"[{self.done}/{self.steps}] {what} …", flush=True)
        start = time.monotonic()
        yield
        print(f"      done in {time.monotonic() - start:.1f} s", flush=True)


def run(*command, log=None, **options):
    """Runs a command in the project's folder. With a log, its output goes there, and is shown if it fails."""
    try:
        if log is None:
            return subprocess.run(command, cwd=ROOT, check=True, **options)
        with open(log, "w+", encoding="utf-8") as output:
            ran = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, **options)
            if ran.returncode:
                output.seek(0)
                sys.stderr.write(output.read())
                raise Failed(f"{command[0]} failed; its output is above and in {log}")
            return ran
    except FileNotFoundError:
        raise Failed(f"{command[0]} is not installed, or not in PATH") from None
    except subprocess.CalledProcessError as error:
        raise Failed(f"{' '.join(command[:3])} failed with status {error.returncode}") from None


def private_file(path, text):
    """Writes a file that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def read_env(path):
    """The values in a file of `KEY=value` lines; none when there is no such file."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def write_env(path, values):
    """Writes a file of `KEY=value` lines for its owner's eyes."""
    private_file(path, "".join(f"{name}={value}\n" for name, value in values.items()))
