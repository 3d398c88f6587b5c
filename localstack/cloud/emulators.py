"""The local cloud: starting it, waiting for it, stopping it, and how tools and functions reach it.

One of three: MiniStack, a process on this machine; LocalStack, in Docker; or whatever already
answers at the `AWS_ENDPOINT_URL` that the caller has set, which is neither started nor stopped."""

import json
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from zoco.target import answers
from zoco.workspace import LOCAL, ROOT, Failed, private_file, run

REGION = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or "us-east-1"
# What a local cloud takes for its root's credentials. They are no secret.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
# What access keys are made of.
KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# MiniStack with a way to save its state that a large shop can wait for.
PROCESS = Path(__file__).with_name("ministack_process.py")
# How long it may take to save its state when it stops, in seconds: 20,000 products take half a minute.
SAVING = 900
# What would lead the AWS tools elsewhere.
FOREIGN = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CA_BUNDLE"]


def wait_for(url, seconds, alive=lambda: True):
    """Waits until an HTTP server answers. False when it does not in time, or is no longer alive."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        if answers(url):
            return True
        time.sleep(0.1)
    return False


def free_port():
    """A port of this machine that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def taken(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Cloud:
    """What every local cloud has: an endpoint for tools, and one by which functions reach its APIs."""

    credentials = CREDENTIALS

    def __init__(self, endpoint):
        self.endpoint = self.functions_endpoint = endpoint

    def environment(self):
        """What AWS tools need to reach it."""
        return {"AWS_ENDPOINT_URL": self.endpoint, **self.credentials, "AWS_DEFAULT_REGION": REGION}

    def use(self):
        """Makes this process, and all that it starts, talk to this cloud and to no other."""
        for name in FOREIGN:
            os.environ.pop(name, None)
        os.environ.update(self.environment(), AWS_REGION=REGION)
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1,localhost.localstack.cloud"


class External(Cloud):
    """One that somebody else started."""

    name = "nothing: AWS_ENDPOINT_URL is set"

    def __init__(self, endpoint):
        super().__init__(endpoint.rstrip("/"))
        self.credentials = {name: os.environ.get(name, value) for name, value in CREDENTIALS.items()}

    def start(self):
        if not wait_for(self.endpoint, 5):
            raise Failed(f"nothing answers at AWS_ENDPOINT_URL={self.endpoint}; unset it to start a local cloud here")

    def stop(self):
        raise Failed(f"{self.endpoint} was not started here: left as it is")

    forget = stop


class LocalStack(Cloud):
    """LocalStack in Docker. Functions run in containers of their own, where `localhost` is another host."""

    name = "LocalStack"

    def __init__(self, port):
        super().__init__(f"http://localhost:{port}")
        self.functions_endpoint = f"http://localhost.localstack.cloud:{port}"

    def start(self):
        self.compose("up", "-d")
        if not wait_for(f"{self.endpoint}/_localstack/health", 120):
            raise Failed("LocalStack does not answer; see docker compose -f localstack/cloud/compose.yaml logs")

    def stop(self):
        self.compose("down")
        return "The shop is down. `make up` starts it again."

    def forget(self):
        self.stop()
        # Written by the container's root.
        print("LocalStack's data is in .local/localstack: remove it by hand if you are not root")
        shutil.rmtree(LOCAL / "localstack", ignore_errors=True)

    def compose(self, *arguments):
        if not shutil.which("docker"):
            raise Failed("EMULATOR=localstack needs Docker; without it, leave EMULATOR out")
        run("docker", "compose", "-f", "localstack/cloud/compose.yaml", *arguments)


class MiniStack(Cloud):
    """MiniStack, a process in the background. It runs functions as processes beside it."""

    name = "MiniStack"

    def __init__(self, port, folder, keep=False):
        super().__init__(f"http://localhost:{port}")
        self.port, self.folder, self.keep = port, folder, keep
        self.log, self.pid_file = folder / "cloud.log", folder / "cloud.pid"
        self.credentials_file = folder / "credentials.json"
        self.process, self.seconds_between_saves = None, 60
        # A file for what IAM allows and refuses, if a test wants that.
        self.noted = None

    def has_credentials(self):
        return self.credentials_file.exists()

    @property
    def credentials(self):
        """Those of this shop's owner, made once. IAM is enforced: nobody without them reads the signing key, say."""
        path = self.credentials_file
        if not self.has_credentials():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            key, secret = "AKIA" + "".join(secrets.choice(KEY_LETTERS) for _ in range(16)), secrets.token_urlsafe(30)
            private_file(path, json.dumps({"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}))
        return json.loads(path.read_text(encoding="utf-8"))

    def start(self):
        pid, port = self.running()
        if pid and port != self.port:
            raise Failed(f"it runs already, on port {port}: `make down` first, or PORT={port}")
        if pid and self.has_credentials():
            return
        if pid:
            # It was started by a version of this project that let everybody in.
            self.stop()
        if platform.system() != "Linux":
            raise Failed("functions are Linux programs, which MiniStack runs as they are: use EMULATOR=localstack here")
        if taken(self.port):
            raise Failed(f"port {self.port} is taken by another program; choose one: make up PORT={free_port()}")
        # Its state has the signing key in it.
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in ("tmp", "home", "state"):
            (self.folder / folder).mkdir(exist_ok=True)
        self.forget_stream_positions()
        with open(self.log, "w", encoding="utf-8") as log:
            # A session of its own: it outlives this command, and Ctrl-C here does not reach it.
            self.process = subprocess.Popen(
                [sys.executable, str(PROCESS)], env=self.own_environment(), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )
        self.pid_file.write_text(f"{self.process.pid} {self.port}", encoding="utf-8")
        # It reads its state first: half a minute for 20,000 products.
        if not wait_for(f"{self.endpoint}/_ministack/health", 300, lambda: self.process.poll() is None):
            raise Failed(f"MiniStack does not answer; see {self.log.relative_to(ROOT)}")

    def forget_stream_positions(self):
        """Its saved positions in streams count records that it does not save: started again, it would publish no event
        before as many new records have come."""
        path = self.folder / "state/lambda.json"
        if path.exists():
            state = json.loads(path.read_text(encoding="utf-8"))
            state["payload"].pop("dynamodb_stream_positions", None)
            private_file(path, json.dumps(state))

    def own_environment(self):
        """Its whole environment, and so that of the functions: none of the caller's secrets or proxies."""
        inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environment = {
            **inherited,
            # Of its root, whose signatures it does not check: the guard lets nobody in with them.
            **CREDENTIALS,
            **{f"OWNERS_{name.removeprefix('AWS_')}": value for name, value in self.credentials.items()},
            "AUTH": "true",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            # Without it functions would call AWS itself.
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "MINISTACK_REGION": REGION,
            "PYTHONUNBUFFERED": "1",
            # Would listen on every interface, on a fixed port.
            "IOT_MTLS_ENABLED": "0",
        }
        if self.noted:
            environment["NOTED"] = str(self.noted)
        if self.keep:
            # Written once a minute and when it stops, read when it starts.
            state = str(self.folder / "state")
            environment.update(PERSIST_STATE="1", STATE_DIR=state, S3_PERSIST="1", S3_DATA_DIR=f"{state}/s3")
            environment["SECONDS_BETWEEN_SAVES"] = str(self.seconds_between_saves)
        return environment

    def running(self):
        """The process that was started here and its port, if it still runs."""
        try:
            pid, port = map(int, self.pid_file.read_text(encoding="utf-8").split())
            # The number may by now be another program's.
            return (pid, port) if b"ministack" in Path(f"/proc/{pid}/cmdline").read_bytes() else (None, None)
        except (OSError, ValueError):
            return None, None

    def stop(self):
        """Stops it, once it has saved its state; what to tell about that. Raises `Failed` when the state was not saved, and
        says since when."""
        asked = time.time()
        was_running = self.end(patience=SAVING if self.keep else 30)
        if not was_running:
            return "No shop was running here."
        if self.keep and self.saved_at() < asked:
            raise Failed(
                f"it is stopped, but could not save its data; what was saved last is of {moment(self.saved_at())}. "
                f"Why is at the end of {self.log}"
            )
        return "The shop is down, its data is saved. `make up` starts it again."

    def end(self, patience):
        """Asks the process to end and waits for so many seconds, then ends it by force. Whether one was running."""
        pid, _ = self.running()
        if pid:
            os.kill(pid, signal.SIGTERM)
            started = shown = time.monotonic()
            while time.monotonic() < started + patience and self.running()[0]:
                if self.process:
                    self.process.poll()
                if time.monotonic() > shown + 5:
                    shown = time.monotonic()
                    print(f"      saving its data … {shown - started:.0f} s", flush=True)
                time.sleep(0.1)
            # What is left of its session, such as a function that is still running.
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            if self.process:
                self.process.wait()
        self.pid_file.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        return bool(pid)

    def saved_at(self):
        """When the state was saved last, in seconds since 1970; 0 if never."""
        try:
            return json.loads((self.folder / "state/saved.json").read_text(encoding="utf-8"))["at"]
        except FileNotFoundError:
            return 0

    def forget(self):
        self.end(patience=5)
        shutil.rmtree(self.folder, ignore_errors=True)


def moment(seconds):
    """A time as people read it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds)) if seconds else "never"


def shops_cloud():
    """The cloud of `make up`, by EMULATOR, PORT and AWS_ENDPOINT_URL."""
    emulator, port = os.environ.get("EMULATOR") or "ministack", int(os.environ.get("PORT") or 4566)
    if emulator not in ("ministack", "localstack"):
        raise Failed(f"EMULATOR is ministack or localstack, not {emulator}")
    named = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    if emulator == "localstack":
        own = LocalStack(port)
        theirs = named and named != own.endpoint
    else:
        own = MiniStack(port, LOCAL / "cloud", keep=True)
        theirs = named and (named != own.endpoint or (taken(port) and not own.running()[0]))
    return External(named) if theirs else own
