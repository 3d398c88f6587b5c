"""Runs the command line `zoco`: what operators do with a shop. Each command says first, on standard error, which shop it talks
to: the one that runs on this machine, unless an option or the AWS variables name another."""

import os
import sys

# In the order in which the help lists their commands.
from zoco.commands import app, shop, data, backup, queues
from zoco.workspace import Failed, Unreachable

DONE, FAILED, UNREACHABLE, STOPPED = 0, 1, 3, 130


def main():
    """Runs a command. What a person has to act upon is one line, never a traceback."""
    sys.exit(run(sys.argv[1:]))


def run(arguments):
    """Runs a command with arguments. The status to end with."""
    try:
        status = app(arguments, standalone_mode=False)
        return status if isinstance(status, int) else DONE
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Whoever read has seen enough; nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return explained(error)


def explained(error):
    """Prints what went wrong in one line. The status to end with."""
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

    from zoco.api import Unexpected

    if hasattr(error, "show") and hasattr(error, "exit_code"):
        # Wrong usage: the command line's own words, with its hint at --help.
        error.show()
        return error.exit_code
    if type(error).__name__ == "Abort":
        print("stopped", file=sys.stderr)
        return STOPPED
    unreachable = isinstance(error, (Unreachable, ConnectionError, HTTPClientError))
    known = isinstance(error, (Failed, Unexpected, BotoCoreError, ClientError, OSError))
    detail = str(error) or type(error).__name__
    print(f"error: {detail if known else f'{type(error).__name__}: {detail}'}", file=sys.stderr)
    return UNREACHABLE if unreachable else FAILED
