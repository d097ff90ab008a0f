from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from verify import checks


def test_a_sound_machine_passes():
    said = StringIO()
    call_command("check", stdout=said, stderr=said)
    assert "no issues" in said.getvalue()


def test_a_data_folder_that_cannot_be_written_is_an_error(data_dir, settings):
    (data_dir / "file").write_text("in the way")
    settings.DATA_DIR = data_dir / "file"
    (error,) = checks.data_folder_is_writable(None)
    assert error.id == "verify.E001"
    assert str(data_dir / "file") in error.msg


def test_a_lease_longer_than_the_visibility_timeout_is_an_error(settings):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
    assert checks.timeouts_are_in_order(None) == []
    settings.JOB_LEASE_S = 1800
    (error,) = checks.timeouts_are_in_order(None)
    assert error.id == "verify.E003"
    assert "JOB_LEASE_S (1800 s) must be shorter than the broker's visibility" in error.msg


def test_a_heartbeat_slower_than_its_lease_is_an_error(settings):
    settings.JOB_HEARTBEAT_S = settings.JOB_LEASE_S
    assert [error.id for error in checks.timeouts_are_in_order(None)] == ["verify.E003"]


def test_a_limit_the_machine_does_not_offer_is_a_warning(monkeypatch):
    monkeypatch.setattr(
        checks.sandbox, "offers", lambda: {"memory": True, "no new processes": False}
    )
    (warning,) = checks.decoding_is_held(None)
    assert warning.id == "verify.W002"
    assert "no new processes" in warning.msg


def test_a_decode_child_that_does_not_start_is_an_error(monkeypatch):
    def broken(*args):
        raise OSError("no such program")

    monkeypatch.setattr(checks.decoding, "decode", broken)
    with pytest.raises(SystemCheckError, match=r"verify\.E004"):
        call_command("check", "--tag", "decoding", stdout=StringIO(), stderr=StringIO())
