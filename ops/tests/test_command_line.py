"""The command line as people use it: which shop it talks to, what it says when something is wrong, and its exit statuses."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from botocore.exceptions import EndpointConnectionError

from zoco import cli, commands, target
from zoco.workspace import ROOT, Failed

ZOCO = [sys.executable, "-m", "zoco"]
# Nothing answers there.
NOWHERE = "http://127.0.0.1:1"


def plain(**variables):
    """The environment of a plain shell."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables}


def zoco(*arguments, **variables):
    return subprocess.run([*ZOCO, *arguments], capture_output=True, text=True, env=plain(**variables), cwd=ROOT, check=False)


def status_of(error):
    """The status that a command ends with which fails in this way, and what is printed."""
    said = io.StringIO()
    with mock.patch.object(cli, "app", side_effect=error), contextlib.redirect_stderr(said):
        return cli.run([]), said.getvalue()


class ExitStatuses(unittest.TestCase):
    """They are what `zoco --help` says."""

    def test_wrong_usage_ends_with_2_and_names_what_was_wrong(self):
        wrong = (["nothing"], ["audit", "--segments", "0"], ["users", "set-role", "a@b.example", "owner"], ["queues", "redrive"])
        for arguments in wrong:
            ended = zoco(*arguments, AWS_ENDPOINT_URL=NOWHERE)
            self.assertEqual(ended.returncode, 2, arguments)
            self.assertNotIn("Traceback", ended.stderr)

    def test_a_shop_that_does_not_answer_ends_with_3(self):
        ended = zoco("queues", "list", AWS_ENDPOINT_URL=NOWHERE, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
        self.assertEqual((ended.returncode, "Traceback" in ended.stderr), (3, False), ended.stderr)
        self.assertIn("error: ", ended.stderr)
        self.assertEqual(status_of(EndpointConnectionError(endpoint_url=NOWHERE))[0], 3)

    def test_what_cannot_be_done_ends_with_1_and_one_line(self):
        self.assertEqual(status_of(Failed("there is no such thing")), (1, "error: there is no such thing\n"))

    def test_a_file_that_is_not_there_ends_with_1(self):
        ended = zoco("catalogue", "import", "nowhere.csv", ZOCO_URL=NOWHERE)
        self.assertEqual((ended.returncode, ended.stderr.splitlines()[-1]), (1, "error: there is no file nowhere.csv"))

    def test_being_stopped_ends_with_130(self):
        self.assertEqual(status_of(KeyboardInterrupt())[0], 130)

    def test_a_defect_is_one_line_and_no_traceback(self):
        self.assertEqual(status_of(KeyError("Queue")), (1, "error: KeyError: 'Queue'\n"))


class WhichShop(unittest.TestCase):
    """The one of this machine, unless something else is named."""

    def chosen(self, shop_env=None, answers=True, variables=None, **options):
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch.dict(os.environ, plain(**(variables or {})), clear=True),
            mock.patch.object(target, "SHOP", Path(folder) / "shop.env"),
            mock.patch.object(target, "answers", return_value=answers),
        ):
            if shop_env:
                target.SHOP.write_text(shop_env, encoding="utf-8")
            return target.choose(**options), dict(os.environ)

    LOCAL = "ZOCO_URL=http://shop\nAWS_ENDPOINT_URL=http://cloud\nAWS_ACCESS_KEY_ID=test\n"

    def test_in_a_plain_shell_it_is_the_shop_that_runs_here(self):
        line, environment = self.chosen(self.LOCAL)
        self.assertEqual(line, "shop: http://shop, on this machine")
        self.assertEqual(environment["AWS_ENDPOINT_URL"], "http://cloud")

    def test_without_a_shop_it_is_said_how_to_get_one(self):
        with self.assertRaisesRegex(target.Unreachable, "make up"):
            self.chosen()
        with self.assertRaisesRegex(target.Unreachable, "is down"):
            self.chosen(self.LOCAL, answers=False)

    def test_options_and_aws_variables_name_another(self):
        line, environment = self.chosen(self.LOCAL, stack="shop-2", region="eu-west-1", profile="live")
        self.assertEqual(line, "shop: stack shop-2 on AWS, region eu-west-1, profile live")
        self.assertNotIn("AWS_ENDPOINT_URL", environment)
        line, _ = self.chosen(self.LOCAL, variables={"AWS_ENDPOINT_URL": "http://other"})
        self.assertEqual(line, "shop: stack zoco at http://other")


class Help(unittest.TestCase):
    """Every command says what it does."""

    def test_every_command_and_option_has_a_help_text(self):
        for group, app in {"": commands.app, **commands.groups}.items():
            for command in app.registered_commands:
                self.assertTrue(command.callback.__doc__, f"{group} {command.name}")

    def test_help_talks_to_no_shop(self):
        for arguments in (["--help"], ["queues", "--help"], ["queues", "list", "--help"]):
            ended = zoco(*arguments, ZOCO_URL=NOWHERE)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""), arguments)
