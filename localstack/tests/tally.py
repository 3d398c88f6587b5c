"""Counts what the tests of `make test` and its steps print."""

import re
import subprocess
import sys
import time

from zoco.workspace import ROOT

# What the tests and steps print, one line each.
RUST_RESULT = re.compile(r"^test result: .*? (\d+) passed; (\d+) failed;")
STEP_RESULT = re.compile(r"^(ok|FAILED) ")


class Tally:
    """How many tests passed, and how many failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, command):
        """A command that counts as one test."""
        heading(name)
        self.step(name, subprocess.run(command, cwd=ROOT, check=False).returncode == 0)

    def tests(self, name, command, **options):
        """A command that prints its own results. One that ends with an error status but reports no failure is one."""
        heading(name)
        failed_before = self.failed
        options = {"cwd": ROOT, **options}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options
        ) as running:
            try:
                for line in running.stdout:
                    sys.stdout.write(line)
                    sys.stdout.flush()
                    self.count(line)
            except BaseException:
                running.terminate()
                raise
        if running.returncode and self.failed == failed_before:
            print(f"FAILED {name}: it ended with status {running.returncode}", flush=True)
            self.failed += 1

    def step(self, what, went_well):
        """Something that was looked at here."""
        line = f"{'ok' if went_well else 'FAILED'} {what}"
        print(line, flush=True)
        self.count(line)

    def take(self, lines):
        """What a command has printed that ran meanwhile."""
        for line in lines:
            print(line, flush=True)
            self.count(line)

    def count(self, line):
        if result := RUST_RESULT.match(line):
            self.passed += int(result[1])
            self.failed += int(result[2])
        elif result := STEP_RESULT.match(line):
            self.passed += result[1] == "ok"
            self.failed += result[1] == "FAILED"


def heading(what):
    print(f"\n── {what} ── {time.strftime('%H:%M:%S')}", flush=True)
