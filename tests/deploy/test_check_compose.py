"""docker-compose.yml keeps its promises, and the check notices when it does not."""

import copy
import shutil
from pathlib import Path

import pytest

from deploy import check_compose, rehearsal

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def file():
    return check_compose.read(ROOT / "docker-compose.yml")


@pytest.fixture
def compose(file):
    return copy.deepcopy(file)


def test_the_file_is_in_order(compose):
    assert check_compose.faults_of_form(compose) == []
    assert check_compose.faults_of_names(compose) == []
    assert check_compose.faults_of_promises(compose) == []


def test_a_slip_of_the_pen_is_noticed(compose):
    compose["services"]["web"]["comand"] = ["gunicorn"]
    compose["services"]["db"]["mem_limit"] = "plenty"
    faults = " ".join(check_compose.faults_of_form(compose))
    assert "services.web" in faults
    assert "comand" in faults
    assert "services.db.mem_limit" in faults


@pytest.mark.parametrize(
    ("service", "key", "value", "fault"),
    [
        ("web", "volumes", ["nowhere:/data"], "volumes nowhere"),
        ("web", "networks", ["moon"], "networks moon"),
        ("db", "secrets", ["unknown"], "secrets unknown"),
        ("nginx", "volumes", ["./deploy/no.conf:/x:ro"], "./deploy/no.conf, which does not exist"),
        ("web", "depends_on", {"nobody": {"condition": "service_started"}}, "waits for nobody"),
        ("web", "depends_on", {"migrate": {"condition": "service_healthy"}}, "has no check"),
    ],
)
def test_a_name_nothing_answers_to_is_noticed(compose, service, key, value, fault):
    compose["services"][service][key] = value
    assert fault in " ".join(check_compose.faults_of_names(compose))


@pytest.mark.parametrize(
    ("service", "change", "fault"),
    [
        ("web", {"user": "root"}, "web should be one that runs as an ordinary user"),
        ("db", {"user": "0:0"}, "db should be one that runs as an ordinary user"),
        ("redis", {"read_only": False}, "redis should be one that has a read-only root"),
        ("beat", {"cap_drop": []}, "beat should be one that drops every capability"),
        ("worker-decode", {"networks": ["inside", "outside"]}, "out of the world's reach"),
        ("web", {"environment": {"SECRET_KEY": "x"}}, "takes passwords from files"),
        ("redis", {"image": "redis:latest"}, "names a version of its image"),
        ("beat", {"deploy": {"replicas": 2}}, "beat should be exactly one"),
    ],
)
def test_a_broken_promise_is_noticed(compose, service, change, fault):
    compose["services"][service].update(change)
    assert fault in " ".join(check_compose.faults_of_promises(compose))


@pytest.mark.services
def test_every_command_of_the_file_runs(compose, request, monkeypatch):
    """All of it: migrate twice, web, workers, beat, a broker with passwords, and one upload."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed here; the broker's own start is part of this")
    monkeypatch.setattr(rehearsal, "SERVER", f"{request.config.postgres_server}/postgres")
    said = []
    assert rehearsal.rehearse(compose["services"], said.append) == []
    assert any("an upload: ready" in line for line in said)
