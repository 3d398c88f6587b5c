"""Running a script's command: what a person has to act upon is one line, not a traceback."""

import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from zoco.api import Unexpected
from zoco.workspace import Failed


def main(command):
    """Runs a command."""
    try:
        command()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (Failed, Unexpected, BotoCoreError, ClientError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
