"""Commands that documents, help texts and messages name exist, with the options that they are shown with. Those in blocks are
also run (`localstack/tests/documented.py`)."""

import re
import unittest

import typer

from localstack.tests.documented import documents
from zoco import cli
from zoco.workspace import ROOT

INLINE = re.compile(r"`((?:make|zoco) [^`]+)`")


def targets():
    """The targets of the Makefile, each with the variables that it heeds: the words in capitals of its rule."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    exported = set(re.search(r"^export ((?:[A-Z]+ ?)+)$", makefile, re.M)[1].split())
    rules = re.findall(r"^([a-z-]+):(.*(?:\n\t.*)*)", makefile, re.M)
    return {name: exported | set(re.findall(r"[A-Z]{2,}", rule)) for name, rule in rules}


def commands():
    """The commands of `zoco`: their names and options."""

    def walk(command, path):
        found = {path: {option for parameter in command.params for option in parameter.opts}}
        for name, child in getattr(command, "commands", {}).items():
            found |= walk(child, f"{path} {name}".strip())
        return found

    return walk(typer.main.get_command(cli.app), "")


def named():
    """Every command that is named somewhere, with the place."""
    scripts = [*(ROOT / "ops/zoco").rglob("*.py"), *(ROOT / "localstack/cloud").rglob("*.py"), ROOT / "template.yaml"]
    for path in [*documents(), *scripts, *(ROOT / "functions").rglob("*.rs")]:
        for command in INLINE.findall(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT), " ".join(command.split())


class Named(unittest.TestCase):
    def test_every_make_target_exists_and_heeds_the_variables_that_it_is_shown_with(self):
        known, seen = targets(), 0
        for place, command in named():
            words = command.split()
            if words[0] == "make" and len(words) > 1 and re.fullmatch(r"[a-z-]+", words[1]):
                self.assertIn(words[1], known, f"{place}: {command}")
                for variable in re.findall(r"\b([A-Z]+)=", command):
                    self.assertIn(variable, known[words[1]], f"{place}: {command}")
                seen += 1
        self.assertGreater(seen, 50)

    def test_every_command_of_zoco_exists_with_the_options_that_it_is_shown_with(self):
        known, seen = commands(), 0
        for place, command in named():
            words = command.split()
            if words[0] != "zoco" or words[1].startswith(("<", "…")):
                continue
            words = [word for word in words[1:] if not re.fullmatch(r"--(stack|region|profile)|zoco|live", word)]
            path = next((" ".join(words[:end]) for end in (2, 1) if " ".join(words[:end]) in known), None)
            if words[0].startswith("--"):
                path = ""
            self.assertIsNotNone(path, f"{place}: {command}")
            for option in re.findall(r"--[a-z-]+", " ".join(words)):
                self.assertIn(option, known[path] | {"--help"}, f"{place}: {command}")
            seen += 1
        self.assertGreater(seen, 8)
