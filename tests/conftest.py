"""The one fixture module: people, items, claims, generated pictures and clips."""

import getpass
import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psycopg
import pytest
import redis
from celery import current_app
from django.conf import settings as project_settings
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test import Client
from playwright.sync_api import Page
from rest_framework.test import APIClient

from claims import checklists, publishing, queue, tokens, verdicts, workflow
from claims.models import Claim, Source, Step
from claims.roles import Role
from claims.states import State
from media import derivatives, voting
from media.decoding.protocol import DerivedFile
from media.fingerprints import featurefile
from media.fingerprints.features import Features
from media.models import Item, Match, Submission
from verify.demo import scenes

_numbers = itertools.count(1)


# --- Where files go ---------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings) -> Path:
    """A data folder of its own for each test; nothing is written beside the code."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "files"
    return folder


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """Argon2 takes its time by design; tests sign in often."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """SQLite in a file of its own, as in real life: threads write at the same time there."""
    if connection.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        connection.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _no_broker() -> None:
    """Messages of tests go nowhere: a worker of this machine must not find them."""
    current_app.conf.update(broker_url="memory://", broker_transport_options={})


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Let SQLite be emptied after tests that commit: it deletes rows, which custody refuses.

    PostgreSQL truncates, which does not ask the triggers.
    """
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER custody_refuses_delete")


# --- People -----------------------------------------------------------------------------------
@pytest.fixture
def make_person(db):
    """Make a person with a role (or none). Password: "correct horse"."""

    def make(name: str, role: str | None = None) -> User:
        person = User.objects.create_user(
            name, password="correct horse", is_staff=role == Role.ADMINISTRATOR
        )
        if role:
            person.groups.add(Group.objects.get(name=role))
        return person

    return make


@pytest.fixture
def alice(make_person) -> User:
    """May review."""
    return make_person("alice", Role.FACT_CHECKER)


@pytest.fixture
def bob(make_person) -> User:
    """May review too."""
    return make_person("bob", Role.FACT_CHECKER)


@pytest.fixture
def charlie(make_person) -> User:
    """May nothing."""
    return make_person("charlie")


@pytest.fixture
def dana(make_person) -> User:
    """May publish."""
    return make_person("dana", Role.EDITOR)


@pytest.fixture
def erin(make_person) -> User:
    """Runs the desk."""
    return make_person("erin", Role.ADMINISTRATOR)


@pytest.fixture
def sam(make_person) -> User:
    """Submits, and sees only that."""
    return make_person("sam", Role.SUBMITTER)


@pytest.fixture
def vera(make_person) -> User:
    """Reads data, changes nothing."""
    return make_person("vera", Role.VIEWER)


@pytest.fixture
def client_of():
    """A browser in which somebody is signed in."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def program_of():
    """A REST client with a key of somebody: program_of(alice, "review")."""

    def make(person: User, scope: str = "admin") -> APIClient:
        _, key = tokens.create(person, scope)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
        return client

    return make


# --- Pictures and clips -----------------------------------------------------------------------
@pytest.fixture(scope="session")
def photo():
    """photo("temple") → a photograph, upright RGB. Names: verify/demo/pictures/."""
    return scenes.photo


@pytest.fixture(scope="session")
def photo_bytes():
    """photo_bytes("temple", "PNG") → the encoded file."""

    def make(name: str = "temple", picture_format: str = "JPEG", **options) -> bytes:
        return scenes.as_bytes(scenes.photo(name), picture_format, **options)

    return make


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    """Four seconds of a pan over a photograph, 320x180 H.264 in MP4."""
    path = tmp_path_factory.mktemp("clips") / "pan.mp4"
    return scenes.write_clip(scenes.pan("temple", 4.0), path)


# --- Rows -------------------------------------------------------------------------------------
@pytest.fixture
def make_item(make_person):
    """Make an item's rows (no file, no jobs): already looked at unless said otherwise."""

    def make(**fields) -> Item:
        number = next(_numbers)
        now = datetime.now(UTC)
        values = {
            "sha256": hashlib.sha256(f"item {number}".encode()).hexdigest(),
            "size_bytes": 1000 + number,
            "content_type": "image/jpeg",
            "kind": Item.Kind.STILL,
            "state": Item.State.READY,
            "width_px": 640,
            "height_px": 427,
            "first_seen_at": now,
            "first_seen_on": now.isoformat(),
            "matched_at": now,
            **fields,
        }
        sender = values.pop("by", None)
        item = Item.objects.create(**values)
        if sender is None:
            sender = User.objects.filter(username="wire-intake").first() or make_person(
                "wire-intake", Role.SUBMITTER
            )
        Submission.objects.create(item=item, by=sender, door="api", file_name=f"{number}.jpg")
        return item

    return make


@pytest.fixture(scope="session")
def made_up():
    """made_up(7) → features of a picture that shows nothing of any other's, always the same."""

    def make(seed: int, points: int = 250) -> Features:
        random = np.random.default_rng(seed)
        return Features(
            512,
            384,
            (random.random((points, 2)) * [512, 384]).astype(np.float32),
            random.uniform(2, 30, points).astype(np.float32),
            random.uniform(0, 360, points).astype(np.float32),
            random.gamma(0.5, 60, (points, 128)).clip(0, 255).astype(np.uint8),
            np.zeros((40, 53), np.uint8),
        )

    return make


@pytest.fixture
def keep_features():
    """keep_features(item, features, …): keep them in the store, and say so, as processing does."""

    def keep(item: Item, *frames: Features) -> None:
        data = featurefile.write([(2000 * place, one) for place, one in enumerate(frames)])
        derivatives.save(item, DerivedFile("features", "application/octet-stream", 1, 1, 0, data))
        with transaction.atomic():
            item.save(update_fields=["derivatives"])
            voting.note_change(item)

    return keep


@pytest.fixture
def make_claim(make_person):
    """Make a claim's row, open unless said otherwise."""

    def make(**fields) -> Claim:
        author = fields.pop("created_by", None)
        if author is None:
            author = User.objects.filter(username="desk").first() or make_person("desk")
        values = {"statement": f"Statement {next(_numbers)}", **fields}
        return Claim.objects.create(created_by=author, **values)

    return make


@pytest.fixture
def make_match():
    """Make a match of two items, open unless said otherwise; by arrival, as media does."""

    def make(one: Item, other: Item, **fields) -> Match:
        older, newer = sorted((one, other), key=lambda item: item.pk)
        values = {"relation": "same_picture", "distance_bits": 12, "engine": "test", **fields}
        if values.get("decision", "open") != "open":
            values.setdefault("decided_at", datetime.now(UTC))
        return Match.objects.create(older=older, newer=newer, **values)

    return make


@pytest.fixture
def answer_all():
    """Answer every required step of a claim, honestly: nothing could be settled."""

    def answer(claim: Claim, by: User) -> None:
        for step in Step.objects.filter(checklist__claim=claim, answer=None, is_required=True):
            checklists.answer(step, by, "inconclusive", reason="Nothing settles it.")

    return answer


@pytest.fixture
def claim_in(make_claim, alice, dana, answer_all):
    """Bring a claim into a state the way people do: Alice reviews, Dana publishes."""

    def make(state: str, **fields) -> Claim:
        claim = make_claim(**fields)
        if state == State.OPEN:
            return claim
        if state == State.SET_ASIDE:
            workflow.move(claim, "set_aside", alice, reason="An opinion.")
            return claim
        queue.take(claim, alice)
        if state == State.WAITING:
            workflow.move(claim, "ask", alice, reason="Who speaks Farsi?")
        if state in (State.DECIDED, State.PUBLISHED, State.WITHDRAWN):
            answer_all(claim, alice)
            verdicts.decide(claim, alice, "unverified", "Nothing settles it.")
        if state in (State.PUBLISHED, State.WITHDRAWN):
            publishing.publish(claim, dana)
        if state == State.WITHDRAWN:
            publishing.withdraw(claim, dana, "Wrong clip.")
        return claim

    return make


@pytest.fixture
def militia(db) -> Source:
    """The claimant of the reference case."""
    return Source.objects.create(
        name="People's Militia of the DPR",
        kind=Source.Kind.ACCOUNT,
        platform="Telegram",
        handle="@nm_dnr",
        is_party_to_conflict=True,
    )


# --- A browser, where Chromium is installed -------------------------------------------------------
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def beside_a_browser() -> Iterator[None]:
    """Playwright keeps an event loop in this thread; Django has to be told that it is meant."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """How pytest-playwright starts Chromium."""
    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
        "--disable-background-networking --disable-component-update"
    )
    return {"executable_path": CHROMIUM, "args": flags.split()}


@pytest.fixture
def console(page: Page) -> list[str]:
    """What the browser complained about: scripts that fail, policies that were broken."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else 0)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


# --- Services: PostgreSQL and Redis, where they answer ------------------------------------------
# Tests marked `services` take the fixture `services`: a database and a broker of their own, for
# programs they start. REQUIRE_SERVICES=1 makes a skip of them, or of a browser test, a failure.
REQUIRE_SERVICES = os.environ.get("REQUIRE_SERVICES", "") not in {"", "0"}
OWN_DATABASE = f"verify_services_{os.getpid()}"


@dataclass(frozen=True)
class Services:
    """Addresses as DATABASE_URL and BROKER_URL take them."""

    database_url: str
    broker_url: str


def _postgres_server() -> str:
    """The address of a server that lets us in, without a database's name; "" where none does."""
    said = os.environ.get("SERVICES_DATABASE_URL") or os.environ.get("DATABASE_URL")
    loopback = [f"postgres://{user}@127.0.0.1:5432" for user in ("postgres", getpass.getuser())]
    for server in [f"postgres://{urlsplit(said).netloc}"] if said else loopback:
        try:
            psycopg.connect(f"{server}/postgres", connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return server
    return ""


def _redis_server() -> str:
    """The address of a Redis that answers, without a database's number; "" where none does."""
    said = urlsplit(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"))
    server = f"{said.scheme}://{said.netloc}"
    try:
        with redis.Redis.from_url(server, socket_connect_timeout=3, socket_timeout=3) as broker:
            broker.ping()
    except redis.RedisError:
        return ""
    return server


def pytest_configure(config: pytest.Config) -> None:
    config.postgres_server, config.redis_server = _postgres_server(), _redis_server()


def pytest_report_header(config: pytest.Config) -> list[str]:
    engine = project_settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    postgres = config.postgres_server.rpartition("@")[2] or "does not answer"
    broker = config.redis_server.rpartition("@")[2] or "does not answer"
    will = "run" if config.postgres_server and config.redis_server else "are skipped"
    return [
        f"database of this run: {engine}",
        f"tests for services {will}: PostgreSQL {postgres}, Redis {broker}",
    ]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and CHROMIUM is None:
        pytest.skip("Chromium is not installed (package chromium)")
    if item.get_closest_marker("services"):
        if not item.config.postgres_server:
            pytest.skip("PostgreSQL does not answer (DATABASE_URL, or 127.0.0.1:5432)")
        if not item.config.redis_server:
            pytest.skip("Redis does not answer (REDIS_URL, or 127.0.0.1:6379)")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> pytest.TestReport:
    report = yield
    is_required = item.get_closest_marker("services") or item.get_closest_marker("browser")
    if report.skipped and REQUIRE_SERVICES and is_required and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where REQUIRE_SERVICES is set: {report.longrepr[2]}"
    return report


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> Iterator[Services]:
    """An empty database and an empty broker of this run alone, for programs a test starts."""
    server = request.config.postgres_server
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {OWN_DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {OWN_DATABASE}")
        number = _take_redis_number(request.config.redis_server)
        broker_url = f"{request.config.redis_server}/{number}"
        yield Services(f"{server}/{OWN_DATABASE}", broker_url)
        connection.execute(f"DROP DATABASE IF EXISTS {OWN_DATABASE} WITH (FORCE)")
    with redis.Redis.from_url(broker_url) as broker:
        broker.flushdb()


def _take_redis_number(server: str) -> int:
    """Take an empty database of the Redis, and mark it so that no other run takes it too."""
    for number in range(15, 0, -1):
        with redis.Redis.from_url(f"{server}/{number}") as broker:
            if broker.dbsize() == 0 and broker.set("taken by tests", os.getpid(), nx=True):
                return number
    pytest.fail("every numbered database of this Redis holds something")
