import pytest

from media import custody, decisions
from media.errors import AlreadyDecided, BadDecision, NotAllowed, NotDecided
from media.models import Match
from media.signals import match_decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def match(make_item):
    older, newer = make_item(), make_item()
    return Match.objects.create(
        older=older, newer=newer, relation="same_picture", distance_bits=4, engine="test-1"
    )


@pytest.fixture
def heard():
    sent = []

    def listen(match, **_):
        sent.append(match.decision)

    match_decided.connect(listen)
    yield sent
    match_decided.disconnect(listen)


def test_a_confirmed_match_says_what_is_the_same_and_who_said_so(match, alice):
    decisions.confirm(match, alice, "same_picture", "mirrored, but it is ours")
    match = Match.objects.get()
    assert (match.decision, match.kind, match.decided_by) == ("confirmed", "same_picture", alice)
    assert match.note == "mirrored, but it is ours"
    assert match.decided_at is not None


def test_a_rejected_match_says_why(match, bob):
    decisions.reject(match, bob, "template_or_overlay")
    match = Match.objects.get()
    assert (match.decision, match.reject_reason, match.kind) == (
        "rejected",
        "template_or_overlay",
        "",
    )


def test_the_second_of_two_deciders_is_told_who_was_first(match, alice, bob):
    seen_by_bob = Match.objects.get()
    decisions.confirm(match, alice, "same_picture")
    with pytest.raises(AlreadyDecided, match="alice already confirmed"):
        decisions.reject(seen_by_bob, bob, "look_alike")
    match = Match.objects.get()
    assert (match.decision, match.decided_by, match.reject_reason) == ("confirmed", alice, "")
    assert [entry.action for entry in match.newer.custody.all()] == ["match_confirmed"]


def test_both_chains_say_what_was_decided(match, alice):
    decisions.reject(match, alice, "same_place", "another year")
    for item, other in ((match.older, match.newer), (match.newer, match.older)):
        (entry,) = item.custody.all()
        said = custody.body_of(entry)
        assert (entry.action, entry.by) == ("match_rejected", alice)
        assert (said["other_sha256"], said["reject_reason"]) == (other.sha256, "same_place")
        assert custody.check_chain(item) == []


def test_charlie_may_not_decide(match, charlie):
    with pytest.raises(NotAllowed, match="may not decide"):
        decisions.confirm(match, charlie, "same_picture")
    assert Match.objects.get().decision == "open"


@pytest.mark.parametrize("kind", ["", "identical", None, "SAME_PICTURE"])
def test_an_unknown_kind_is_refused(match, alice, kind):
    with pytest.raises(BadDecision, match="same_picture, same_footage"):
        decisions.confirm(match, alice, kind)


def test_an_unknown_reason_is_refused(match, alice):
    with pytest.raises(BadDecision, match="look_alike"):
        decisions.reject(match, alice, "because")


def test_listeners_hear_of_it_after_the_commit(
    match, alice, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        decisions.confirm(match, alice, "same_footage")
        assert heard == []
    assert heard == ["confirmed"]


def test_an_earlier_note_is_kept_below_which_the_new_one_goes(match, alice):
    Match.objects.update(note="Rejected earlier.")
    decisions.confirm(match, alice, "same_picture", "  now certain ")
    assert Match.objects.get().note == "Rejected earlier.\nnow certain"


def test_a_decision_is_undone_and_stays_on_record(match, alice):
    decisions.reject(match, alice, "same_place", "another year")
    decisions.undo(match, alice)
    match = Match.objects.get()
    assert (match.decision, match.reject_reason, match.decided_by, match.decided_at) == (
        "open",
        "",
        None,
        None,
    )
    assert "another year" in match.note
    assert "Rejected as “same place, other picture” by alice" in match.note
    for item in (match.older, match.newer):
        entry = item.custody.last()
        said = custody.body_of(entry)
        assert (entry.action, entry.by) == ("match_reopened", alice)
        assert (said["was"], said["reject_reason"]) == ("rejected", "same_place")
        assert custody.check_chain(item) == []


def test_who_undoes_the_decision_of_another_has_to_say_why(match, alice, bob):
    decisions.confirm(match, alice, "same_picture")
    with pytest.raises(BadDecision, match="alice decided this"):
        decisions.undo(match, bob, "  ")
    assert Match.objects.get().decision == "confirmed"
    decisions.undo(match, bob, "Two different towers.")
    assert "reopened by bob: Two different towers." in Match.objects.get().note


def test_a_reopened_match_is_decided_again(match, alice):
    decisions.confirm(match, alice, "same_picture")
    decisions.undo(match, alice)
    decisions.reject(match, alice, "look_alike")
    assert [entry.action for entry in match.older.custody.all()] == [
        "match_confirmed",
        "match_reopened",
        "match_rejected",
    ]


def test_the_second_of_two_who_undo_is_told(match, alice, bob):
    decisions.confirm(match, alice, "same_picture")
    seen_by_bob = Match.objects.get()
    decisions.undo(match, alice)
    with pytest.raises(NotDecided):
        decisions.undo(seen_by_bob, bob, "Wrong.")
    decisions.confirm(match, alice, "same_footage")
    with pytest.raises(NotDecided, match="decided anew"):
        decisions.undo(seen_by_bob, bob, "Wrong.")
    assert Match.objects.get().kind == "same_footage"


def test_an_open_match_cannot_be_undone(match, alice):
    with pytest.raises(NotDecided):
        decisions.undo(match, alice)


def test_charlie_may_not_undo(match, alice, charlie):
    decisions.confirm(match, alice, "same_picture")
    with pytest.raises(NotAllowed, match="may not reopen"):
        decisions.undo(match, charlie, "Mine.")
