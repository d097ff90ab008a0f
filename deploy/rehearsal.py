"""Run the commands of docker-compose.yml here, with its environment moved to this machine.

What differs from the containers: names of services become loopback ports, /data and /run/secrets
become folders of a scratch folder, and PostgreSQL is the server that answers on loopback.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

import psycopg

from deploy import try_upload

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("SERVICES_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
PATIENCE_S = 90
LONG_RUNNING = ("web", "worker-decode", "worker-light", "beat")
Say = Callable[[str], None]


class RehearsalError(Exception):
    """Carries what went wrong, in a sentence."""


def rehearse(services: dict[str, dict[str, Any]], say: Say) -> list[str]:
    """Start what the file starts, ask each for its health, end it. Returns faults."""
    try:
        with contextlib.ExitStack() as stack:
            stage = Stage(Path(stack.enter_context(tempfile.TemporaryDirectory())), say)
            stack.callback(stage.clear)
            stage.set_up(services)
            stage.run_once("migrate", services["migrate"])
            for name in LONG_RUNNING:
                stage.start(name, stage.command_of(services[name]), stage.around(name, services))
            stage.wait_for_health(services)
            stage.try_upload(stage.around("web", services))
            for name in reversed(LONG_RUNNING):
                stage.end(name)
    except RehearsalError as sentence:
        return [str(sentence)]
    return []


class Stage:
    """The scratch folder, the moved addresses and the processes of one rehearsal."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder = folder
        self.say = say
        self.ports = {name: _free_port() for name in ("web", "redis", "storage")}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.database = f"verify_rehearsal_{os.getpid()}"
        self.has_storage = shutil.which("weed") is not None and find_spec("boto3") is not None

    def set_up(self, services: dict[str, dict[str, Any]]) -> None:
        """Secrets, database, broker and, where its program is here, storage; nginx's own check."""
        secrets = self.folder / "secrets"
        make = ["sh", "deploy/make-secrets.sh", secrets]
        subprocess.run(make, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        self._make_database()
        for name, there in (("broker_url", "redis:6379"), ("database_url", "db:5432")):
            said = (secrets / name).read_text()
            here = f"127.0.0.1:{self.ports['redis']}" if name == "broker_url" else ""
            (secrets / name).write_text(said.replace(there, here) if here else self._database_url())
        self._start_redis(services["redis"])
        self._start_storage(services["storage"])
        self._check_nginx()

    def _database_url(self) -> str:
        parts = urlsplit(SERVER)
        return f"{parts.scheme}://{parts.netloc}/{self.database}"

    def _make_database(self) -> None:
        try:
            with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as connection:
                connection.execute(f"CREATE DATABASE {self.database}")
        except psycopg.OperationalError as error:
            raise RehearsalError(f"no PostgreSQL to run the commands with: {error}") from error

    def _start_redis(self, service: dict[str, Any]) -> None:
        if not shutil.which("redis-server"):
            raise RehearsalError("no redis-server to run the commands with")
        data = self._folder_of("redis")
        command = [self._moved(word, "redis") for word in service["command"]]
        command = [str(self.ports["redis"]) if word == "6379" else word for word in command]
        command = ["deploy/start-redis.sh" if "start-redis" in word else word for word in command]
        secret = self.folder / "secrets" / "redis_password"
        self.start(
            "redis", command, {"REDIS_PASSWORD_FILE": str(secret), "REDIS_BIND": "127.0.0.1"}
        )
        self._wait(lambda: _listens(self.ports["redis"]), f"redis never listened in {data}")

    def _start_storage(self, service: dict[str, Any]) -> None:
        if not self.has_storage:
            self.say("  storage: `weed` or boto3 is not installed here; files stay in folders")
            return
        command = ["weed", *(self._moved(word, "storage") for word in service["command"])]
        moved = {
            "-s3.port=8333": f"-s3.port={self.ports['storage']}",
            "-ip=storage": "-ip=127.0.0.1",
        }
        self.start("storage", [moved.get(word, word) for word in command], {})
        self._wait(lambda: _listens(self.ports["storage"]), "storage never listened")
        self.say("  storage: listens")

    def _check_nginx(self) -> None:
        if not shutil.which("nginx"):
            self.say("  nginx: not installed here; its configuration is not tried")
            return
        text = (ROOT / "deploy/nginx.conf").read_text().replace("/tmp/", f"{self.folder}/")
        conf = self.folder / "nginx.conf"
        conf.write_text(text.replace("listen 8080", f"listen 127.0.0.1:{_free_port()}"))
        done = subprocess.run(["nginx", "-t", "-c", conf], capture_output=True, text=True)
        if done.returncode:
            raise RehearsalError(f"nginx refuses deploy/nginx.conf: {done.stderr}")
        self.say("  nginx: its configuration is understood")

    # --- One service ----------------------------------------------------------------------------
    def around(self, name: str, services: dict[str, dict[str, Any]]) -> dict[str, str]:
        """The environment the file gives a service, moved to this machine."""
        around = {
            key: self._moved(value, name) for key, value in services[name]["environment"].items()
        }
        around |= {"HOST": "127.0.0.1", "PORT": str(self.ports["web"])}
        if not self.has_storage:
            around = {key: value for key, value in around.items() if not key.startswith("S3_")}
        return around

    def command_of(self, service: dict[str, Any], name: str = "") -> list[str]:
        """A service's command, its paths moved."""
        return [self._moved(word, name or "web") for word in service["command"]]

    def _moved(self, text: str, name: str) -> str:
        text = text.replace("/run/secrets", str(self.folder / "secrets"))
        text = text.replace("http://storage:8333", f"http://127.0.0.1:{self.ports['storage']}")
        return re.sub(r"/data(?![a-z_])", str(self._folder_of(name)), text)

    def _folder_of(self, name: str) -> Path:
        """A folder for each service, as in the file; one for all where files are the storage."""
        is_shared = not self.has_storage and name not in {"redis", "storage"}
        folder = self.folder / ("files" if is_shared else name)
        folder.mkdir(exist_ok=True)
        return folder

    def run_once(self, name: str, service: dict[str, Any]) -> None:
        """Run a service that ends by itself; it must end well, twice."""
        if not self.has_storage:
            service = {**service, "command": [_no_bucket(word) for word in service["command"]]}
        for _ in range(2):
            self.start(name, self.command_of(service, name), self.around(name, {name: service}))
            if self.processes[name].wait(timeout=PATIENCE_S):
                raise RehearsalError(f"{name} ended badly:\n{self._words_of(name)}")
        self.say(f"  {name}: ended well, twice")

    def start(self, name: str, command: list[str], around: dict[str, str]) -> None:
        """Start a command; its words go to a file."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        kept = {key: os.environ[key] for key in ("HOME", "LANG", "USER") if key in os.environ}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**kept, "PATH": path, **around},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _words_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def wait_for_health(self, services: dict[str, dict[str, Any]]) -> None:
        """Wait for each container's own check, and for /healthz, which beat must feed."""
        for name in LONG_RUNNING[:-1]:
            check = services[name]["healthcheck"]["test"][1:]
            around = self.around(name, services)
            self._wait(lambda c=check, a=around: self._is_well(c, a), f"{name} is not well")
            self.say(f"  {name}: well, by its own check")
        self._wait(self._healthz, "/healthz never answered 200")
        self.say("  beat: fed, /healthz answers 200")

    def try_upload(self, around: dict[str, str]) -> None:
        """Send a picture as a client does; it must come out ready."""
        command = ["python", "manage.py", "create_token", "rehearsal", "--role", "submitter"]
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        made = subprocess.run(
            command, cwd=ROOT, env={"PATH": path, **around}, capture_output=True, text=True
        )
        if made.returncode:
            raise RehearsalError(f"create_token: {made.stderr}")
        address, key = f"http://127.0.0.1:{self.ports['web']}", made.stdout.split()[-1]
        sent = try_upload.send(address, key)
        item = try_upload.wait_until_done(address, key, sent["id"])
        if item["state"] != "ready":
            raise RehearsalError(f"an upload ended as {item['state']}:\n{self._all_words()}")
        self.say(f"  an upload: ready, from {'the storage' if self.has_storage else 'a folder'}")

    def _all_words(self) -> str:
        return "\n".join(self._words_of(name) for name in self.processes)

    def _is_well(self, check: list[str], around: dict[str, str]) -> bool:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(check, cwd=ROOT, env={"PATH": path, **around}, capture_output=True)
        return done.returncode == 0

    def _healthz(self) -> bool:
        try:
            address = f"http://127.0.0.1:{self.ports['web']}/healthz"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return not json.load(answer)["missing"]
        except (HTTPError, URLError, OSError):
            return False

    def _wait(self, is_so: Callable[[], bool], sentence: str) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while not is_so():
            for name, process in self.processes.items():
                if name != "migrate" and process.poll() is not None:
                    raise RehearsalError(f"{name} ended by itself:\n{self._words_of(name)}")
            if time.monotonic() > give_up_at:
                raise RehearsalError(f"{sentence} within {PATIENCE_S} s\n{self._all_words()}")
            time.sleep(0.5)

    def end(self, name: str) -> None:
        """Ask a service to end, as Docker does; it must within the grace the file gives."""
        process = self.processes[name]
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            raise RehearsalError(f"{name} did not end within 40 s of SIGTERM") from None
        if code not in {0, -signal.SIGTERM}:
            raise RehearsalError(f"{name} ended with {code}:\n{self._words_of(name)}")

    def clear(self) -> None:
        """End what still runs and drop the database."""
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with contextlib.suppress(psycopg.Error), _server() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")


@contextlib.contextmanager
def _server() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as connection:
        yield connection


def _no_bucket(word: str) -> str:
    return word.replace(" && python deploy/make_bucket.py", "")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
