"""MiniStack as `make up` runs it: it saves its state once a minute while that changes, and in seconds when it stops.

MiniStack itself saves only when it stops, and needs minutes for a large shop: it copies everything, then encodes it in
Python. Here a forked process encodes what was there at the moment of the fork, with the encoder written in C, while the
cloud goes on. The files are as MiniStack writes them; all of a save replace those of the one before together, and
`saved.json` says when that was.

It stands behind a guard (`guard.py`): only programs of this machine that have the shop's credentials come through, and all
may ask the shop's API. It also measures how long records of streams wait, which CloudWatch shows on AWS and MiniStack does not."""

import copy
import json
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from ministack import app
from ministack.core import iam_evaluator, persistence, responses
from ministack.services import cloudwatch, dynamodb, iam, lambda_svc, sts

from localstack.cloud.guard import Guard

SECONDS_BETWEEN_SAVES = float(os.environ.get("SECONDS_BETWEEN_SAVES") or 60)
SECONDS_BETWEEN_MEASUREMENTS = 5
# A save that takes longer than this is given up; the next one may be luckier.
PATIENCE = 600
SAVED = "saved.json"


class Saver:
    """Saves the state, one save at a time."""

    def __init__(self):
        self.child, self.lock = None, threading.Lock()

    def save(self):
        """Writes the state of all services. Nothing of it replaces the state before unless all could be written."""
        began, folder = time.time(), Path(persistence.STATE_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        # Nobody changes what is read here: this process is a copy, or it has stopped.
        copy.deepcopy = lambda value, memo=None: value
        written = []
        for service, state_of in app._build_persistence_save_dict().items():
            state = state_of()
            if state is not None:
                document = {"__ministack_format__": persistence._state_format_version(service), "payload": state}
                written.append(write(folder / f"{service}.json", json.dumps(document, default=persistence._json_default)))
        written.append(write(folder / SAVED, json.dumps({"at": began})))
        for path in written:
            os.replace(path, path.with_suffix(""))

    def save_in_a_child(self):
        """Saves in a process of its own, while this one goes on. Whether it went well."""
        with self.lock:
            self.child = os.fork()
            if self.child == 0:
                try:
                    # The port and the connections are the parent's: kept open here, they would outlive it.
                    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
                    self.save()
                    os._exit(0)
                except BaseException:
                    app.logger.exception("the state could not be saved")
                    os._exit(1)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            ended, status = os.waitpid(self.child, os.WNOHANG)
            if ended:
                self.child = None
                return status == 0
            time.sleep(0.1)
        self.stop_child()
        return False

    def stop_child(self):
        """Ends a save that is under way, so that it does not write over a later one."""
        with self.lock:
            if self.child:
                with suppress(ProcessLookupError, ChildProcessError):
                    os.kill(self.child, signal.SIGKILL)
                    os.waitpid(self.child, 0)
                self.child = None

    def save_as_it_goes(self):
        """Saves whenever something has changed, and no more than a tenth of the time."""
        saved, pause = changes(), SECONDS_BETWEEN_SAVES
        while True:
            time.sleep(pause)
            seen, started = changes(), time.monotonic()
            if seen != saved and self.save_in_a_child():
                saved = seen
            pause = max(SECONDS_BETWEEN_SAVES, 10 * (time.monotonic() - started))

    def save_at_the_end(self, _services):
        """In place of MiniStack's own, when it is stopped."""
        self.stop_child()
        self.save()


def changes():
    """Counts the changes of all tables: each is a record of a stream."""
    return dynamodb._stream_seq_counter


def write(path, text):
    """Writes a file beside the one that it will replace, wholly to the disk. Its path."""
    beside = path.with_suffix(".json.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return beside


def measure_streams():
    """Measures the age of the oldest record that waits for each function, as AWS's `IteratorAge`, every few seconds."""
    while True:
        time.sleep(SECONDS_BETWEEN_MEASUREMENTS)
        for account, region, mapping in lambda_svc._iter_all_esms():
            tokens = responses._request_account_id.set(account), responses._request_region.set(region)
            age = oldest_waiting(mapping)
            if age is not None:
                about, unit = {"FunctionName": mapping["FunctionName"]}, "Milliseconds"
                cloudwatch._store_datum("AWS/Lambda", "IteratorAge", about, time.time(), unit, age * 1000, None, None, None)
            responses._request_account_id.reset(tokens[0])
            responses._request_region.reset(tokens[1])


def oldest_waiting(mapping):
    """For how many seconds the oldest record of a stream has waited for a function; `None` when none waits."""
    _, _, stream = mapping.get("EventSourceArn", "").partition(":table/")
    position = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"])
    if not stream or position is None:
        return None
    waiting = dynamodb.stream_records_since(stream.partition("/")[0], position, 1)
    return time.time() - waiting[0]["dynamodb"]["ApproximateCreationDateTime"] if waiting else None


def is_known(access_key):
    """Whether an access key was made here: that of the shop's owner, of a function, or of a user of IAM."""
    if access_key == os.environ["OWNERS_ACCESS_KEY_ID"] and access_key not in sts._sessions:
        # Of MiniStack's own root, which may do everything, it does not check signatures: of a session of its it does.
        owner = {"Arn": "arn:aws:iam::000000000000:root", "SecretAccessKey": os.environ["OWNERS_SECRET_ACCESS_KEY"]}
        sts.register_session(access_key, owner)
    return access_key in sts._sessions or access_key in {key for _, key in iam._access_keys.to_dict()}


def note_decisions(path):
    """Writes what is allowed and refused to whom into a file: the decision, the role, the action, the resource."""
    evaluate = iam_evaluator.evaluate

    def noted(context, *policies):
        result = evaluate(context, *policies)
        role = context.principal_arn.split(":")[-1]
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{result.decision} {role} {context.action} {context.resource_arn}\n")
        return result

    iam_evaluator.evaluate = noted


def main():
    app.app = Guard(app.app, is_known)
    if path := os.environ.get("NOTED"):
        note_decisions(path)
    threading.Thread(target=measure_streams, daemon=True).start()
    if persistence.PERSIST_STATE:
        saver = Saver()
        app.save_all = saver.save_at_the_end
        threading.Thread(target=saver.save_as_it_goes, daemon=True).start()
    app.main()


if __name__ == "__main__":
    main()
