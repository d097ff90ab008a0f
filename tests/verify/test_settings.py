"""The settings as a program sees them that starts with some environment."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ASK = (
    "import json; from django.conf import settings as s; "
    "print(json.dumps({name: getattr(s, name) for name in {names}}, default=str))"
)


def start(tmp_path, names=("DEBUG",), **around):
    """Load the settings in a new process."""
    path = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "var")}
    return subprocess.run(
        [sys.executable, "-c", ASK.replace("{names}", repr(list(names)))],
        cwd=ROOT,
        env={**path, "DJANGO_SETTINGS_MODULE": "verify.settings", **around},
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(tmp_path, *names, **around):
    done = start(tmp_path, names, **around)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_set_is_the_embedded_way(tmp_path):
    found = loaded(
        tmp_path, "IS_EMBEDDED", "IS_HTTPS", "CELERY_BROKER_URL", "DATABASES", "SECRET_KEY"
    )
    assert found["IS_EMBEDDED"] is True
    assert found["IS_HTTPS"] is False
    assert found["CELERY_BROKER_URL"].startswith("filesystem://")
    assert found["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    key = tmp_path / "var" / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text() == found["SECRET_KEY"]
    assert loaded(tmp_path, "SECRET_KEY") == {"SECRET_KEY": found["SECRET_KEY"]}


def test_production_takes_secrets_from_files(tmp_path):
    for name, text in (("key", "k" * 50), ("db", "postgres://u:p@db/verify"), ("b", "redis://r")):
        (tmp_path / name).write_text(f"{text}\n")
    found = loaded(
        tmp_path,
        *("SECRET_KEY", "DATABASES", "CELERY_BROKER_URL", "IS_DEMO", "SESSION_COOKIE_SECURE"),
        SECRET_KEY_FILE=str(tmp_path / "key"),
        DATABASE_URL_FILE=str(tmp_path / "db"),
        BROKER_URL_FILE=str(tmp_path / "b"),
    )
    assert found["SECRET_KEY"] == "k" * 50
    assert found["DATABASES"]["default"]["HOST"] == "db"
    assert found["CELERY_BROKER_URL"] == "redis://r"
    assert found["IS_DEMO"] is False
    assert found["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize(
    ("around", "sentence"),
    [
        ({"DATABASE_URL": "postgres://h/n"}, "SECRET_KEY (or SECRET_KEY_FILE) must be set"),
        ({"PORT": "99999"}, "PORT must be a whole number from 1 to 65535"),
        ({"HTTPS": "perhaps"}, "HTTPS must be 1 or 0"),
        ({"LOG_LEVEL": "chatty"}, "LOG_LEVEL must be one of"),
        ({"API_RATE": "much"}, "API_RATE must look like"),
        ({"BROKER_URL": "amqp://x", "SECRET_KEY": "x"}, "BROKER_URL must be redis://host"),
        ({"DATABASE_URL": "sqlite:///x", "SECRET_KEY": "x"}, "DATABASE_URL must be postgres://"),
        ({"S3_ENDPOINT": "http://s"}, "name the bucket"),
        ({"MAX_UPLOAD_BYTES": "4GB"}, "MAX_UPLOAD_BYTES must be a whole number"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE cannot be read"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(tmp_path, around, sentence):
    done = start(tmp_path, **around)
    assert done.returncode != 0
    assert sentence in done.stderr


def test_the_command_line_says_the_sentence_alone(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "sweep"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "var"), "PORT": "abc"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "PORT must be a whole number from 1 to 65535, not 'abc'.\n"


def test_a_data_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "var").write_text("in the way")
    assert "The data folder" in start(tmp_path).stderr


def test_the_manual_names_every_variable():
    source = (ROOT / "verify/settings.py").read_text()
    names = set(re.findall(r'environment\.\w+\(\s*"([A-Z0-9_]+)"', source))
    assert len(names) > 15
    manual = (ROOT / "docs/operating.md").read_text()
    assert not [name for name in names if f"`{name}`" not in manual]
