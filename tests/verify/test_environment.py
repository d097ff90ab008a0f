import pytest
from django.core.exceptions import ImproperlyConfigured

from verify import environment


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Files named by NAME_FILE are read once; each test reads anew."""
    monkeypatch.setattr(environment._env.ENVIRON, "files_cache", {})


def test_a_variable_set_to_nothing_counts_as_unset(monkeypatch):
    monkeypatch.setenv("DESK_FOLDER", "")
    assert environment.text("DESK_FOLDER", "./var") == "./var"


def test_a_secret_is_read_from_the_file_its_name_gives(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("DESK_KEY_FILE", str(tmp_path / "secret"))
    assert environment.text("DESK_KEY") == "s3cret"


def test_a_secret_file_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("DESK_KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match=r"DESK_KEY_FILE cannot be read: .*missing"):
        environment.text("DESK_KEY")


@pytest.mark.parametrize("said", ["abc", "-1", "0", "65536", "80.5", "8e3", "٣", "9" * 40])
def test_a_port_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("DESK_PORT", said)
    with pytest.raises(ImproperlyConfigured, match="DESK_PORT must be a whole number from 1 to"):
        environment.whole("DESK_PORT", 8000, highest=65535)


def test_a_whole_number_is_taken(monkeypatch):
    monkeypatch.setenv("DESK_PORT", " 8001 ")
    assert environment.whole("DESK_PORT", 8000) == 8001
    assert environment.whole("DESK_OTHER_PORT", 0, lowest=0) == 0


@pytest.mark.parametrize(("said", "meant"), [("1", True), ("TRUE", True), ("off", False)])
def test_yes_and_no_are_understood(monkeypatch, said, meant):
    monkeypatch.setenv("DESK_HTTPS", said)
    assert environment.flag("DESK_HTTPS", default=not meant) is meant


def test_maybe_is_refused(monkeypatch):
    monkeypatch.setenv("DESK_HTTPS", "maybe")
    with pytest.raises(ImproperlyConfigured, match="DESK_HTTPS must be 1 or 0"):
        environment.flag("DESK_HTTPS", default=False)


def test_names_are_separated_by_commas_or_spaces(monkeypatch):
    monkeypatch.setenv("DESK_NAMES", "a.example.org, b.example.org c")
    assert environment.names("DESK_NAMES", []) == ["a.example.org", "b.example.org", "c"]


@pytest.mark.parametrize("said", ["fast", "10", "0/s", "10/fortnight", "/min"])
def test_a_pace_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("DESK_PACE", said)
    with pytest.raises(ImproperlyConfigured, match="must look like 100/s"):
        environment.rate("DESK_PACE", "1/s")


def test_an_unknown_log_level_is_refused(monkeypatch):
    monkeypatch.setenv("DESK_LOG", "loud")
    with pytest.raises(ImproperlyConfigured, match="must be one of DEBUG, INFO"):
        environment.log_level("DESK_LOG", "INFO")
    monkeypatch.setenv("DESK_LOG", "warning")
    assert environment.log_level("DESK_LOG", "INFO") == "WARNING"


@pytest.mark.parametrize(
    "said", ["redis", "http://127.0.0.1", "redis://", "redis://host:port", "redis://h:99999"]
)
def test_a_broker_address_that_is_none_is_refused_without_repeating_it(monkeypatch, said):
    monkeypatch.setenv("DESK_BROKER", said)
    with pytest.raises(ImproperlyConfigured, match="must be redis://host") as refusal:
        environment.address("DESK_BROKER", ("redis", "rediss"))
    assert f"{said!r}" not in str(refusal.value)


@pytest.mark.parametrize(
    "said", ["nonsense", "postgres://", "mysql://h/name", "postgres://u:secret@h:abc/name"]
)
def test_a_database_address_that_is_none_is_refused_without_its_password(monkeypatch, said):
    monkeypatch.setenv("DESK_DATABASE", said)
    with pytest.raises(ImproperlyConfigured, match="must be postgres://") as refusal:
        environment.database("DESK_DATABASE")
    assert "secret" not in str(refusal.value)


def test_a_database_address_is_taken_apart(monkeypatch):
    monkeypatch.setenv("DESK_DATABASE", "postgres://desk:p%40ss@db:5433/verify")
    config = environment.database("DESK_DATABASE")
    assert (config["USER"], config["PASSWORD"], config["HOST"]) == ("desk", "p@ss", "db")
    assert (str(config["PORT"]), config["NAME"]) == ("5433", "verify")
    assert environment.database("DESK_NO_DATABASE") == {}
