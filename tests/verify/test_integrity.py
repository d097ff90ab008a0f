"""Originals are read again, and what leans on a damaged one is raised."""

import io

import pytest
from django.core.management import CommandError, call_command

from claims import attachments, queue, verdicts
from media import ingest, originals

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(photo_bytes, alice):
    """An item whose original lies in the store."""
    return ingest.accept_upload(io.BytesIO(photo_bytes()), by=alice, door="page").item


def test_whole_originals_pass(kept, capsys):
    call_command("check_originals")
    assert "Every original matches" in capsys.readouterr().out


def test_a_changed_original_is_told_and_its_verdicts_are_looked_at_again(
    kept, claim_in, alice, answer_all, settings, capsys
):
    claim = claim_in("open")
    attachments.attach(claim, kept, alice)
    queue.take(claim, alice)
    answer_all(claim, alice)
    verdicts.decide(claim, alice, "true", "It holds.", override_reason="18:30 bulletin.")
    (path,) = [
        one for one in settings.DATA_DIR.rglob("*") if one.is_file() and kept.sha256 in one.name
    ]
    path.chmod(0o600)
    path.write_bytes(b"other")
    assert not originals.is_intact(kept)
    for _ in range(2):
        with pytest.raises(CommandError, match="1 originals"):
            call_command("check_originals")
    assert claim.rechecks.get().kind == "damaged"
    assert "1 verdicts to be looked at again" in capsys.readouterr().out
