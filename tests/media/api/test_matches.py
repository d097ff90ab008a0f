"""Matches as programs see them: from one side, in the contract's words, decided once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from media.models import Match

pytestmark = pytest.mark.django_db

CONTRACT = {
    "id", "other", "direction", "relation", "edits", "inliers", "distinctive", "agreement",
    "covers", "distance_bits", "region", "segments", "engine", "decision", "kind",
}  # fmt: skip
THUMBNAIL = {
    "thumbnail": {"key": "x", "content_type": "image/webp", "width": 9, "height": 9, "time_ms": 0}
}


@pytest.fixture
def pair(make_item, make_match):
    def make(**fields):
        older, newer = make_item(derivatives=THUMBNAIL), make_item(derivatives=THUMBNAIL)
        return older, newer, make_match(older, newer, **fields)

    return make


def test_each_side_sees_the_match_its_own_way(program_of, alice, pair):
    segment = {
        "query_start_ms": 0, "query_end_ms": 500, "other_start_ms": 3000, "other_end_ms": 3500,
        "speed": 0.5,
    }  # fmt: skip
    older, newer, match = pair(
        region=[[1, 2], [3, 4], [5, 6], [7, 8]],
        region_back=[[9, 9], [8, 8], [7, 7], [6, 6]],
        segments=[segment],
        measures={"inliers": 46, "agreement": 0.8, "covers_older": 0.9, "covers_newer": 0.3},
        edits=[{"edit": "mirrored"}],
    )
    program = program_of(alice)
    [seen] = program.get(f"/api/v1/items/{newer.uuid}/matches/").json()["results"]
    assert seen.keys() >= CONTRACT
    assert seen["other"].keys() >= {"id", "kind", "thumbnail", "first_seen"}
    assert seen["other"]["id"] == str(older.uuid)
    assert seen["other"]["first_seen"].endswith("Z")
    assert seen["direction"] == "earlier"
    assert seen["covers"] == {"this": 0.3, "other": 0.9}
    assert (seen["inliers"], seen["distinctive"], seen["agreement"]) == (46, None, 0.8)
    assert seen["region"][0] == [1, 2]
    assert seen["segments"] == [segment]
    assert (seen["decision"], seen["kind"]) == ("open", None)
    [back] = program.get(f"/api/v1/items/{older.uuid}/matches/").json()["results"]
    assert back["direction"] == "later"
    assert back["covers"] == {"this": 0.9, "other": 0.3}
    assert back["region"][0] == [9, 9]
    assert back["segments"][0]["query_start_ms"] == 3000
    assert back["segments"][0]["speed"] == 2.0
    one = program.get(f"/api/v1/matches/{match.uuid}/").json()
    assert one["this"]["id"] == str(newer.uuid)
    assert one["other"]["thumbnail"] == (
        f"http://testserver/api/v1/items/{older.uuid}/files/thumbnail/"
    )


def test_similar_ones_are_shown_only_when_asked_for(program_of, alice, pair):
    _, newer, _ = pair(relation="similar")
    program, address = program_of(alice), f"/api/v1/items/{newer.uuid}/matches/"
    assert program.get(address).json()["results"] == []
    assert len(program.get(f"{address}?all=1").json()["results"]) == 1
    assert program.get(f"{address}?al=1").status_code == 400


def test_a_list_of_matches_costs_the_same_however_long(
    program_of, alice, sam, make_item, make_match
):
    item = make_item(by=sam)
    for person in (alice, sam):
        counts, program = [], program_of(person)
        for _ in range(2):
            for _ in range(3):
                make_match(item, make_item(derivatives=THUMBNAIL))
            with CaptureQueriesContext(connection) as queries:
                assert program.get(f"/api/v1/items/{item.uuid}/matches/").status_code == 200
            counts.append(len(queries))
            program.get("/api/v1/items/")
        assert abs(counts[0] - counts[1]) <= 1  # the first use of a key is written down


def test_a_submitter_reads_what_theirs_matched_but_not_the_others_picture(
    program_of, sam, make_item, make_match
):
    own, other, stranger = make_item(by=sam), make_item(derivatives=THUMBNAIL), make_item()
    match = make_match(own, other, note="desk only")
    hidden = make_match(other, stranger)
    program = program_of(sam, "submit")
    [seen] = program.get(f"/api/v1/items/{own.uuid}/matches/").json()["results"]
    assert seen["other"]["id"] == str(other.uuid)
    assert seen["other"]["thumbnail"] is None
    assert seen["note"] == ""
    one = program.get(f"/api/v1/matches/{match.uuid}/").json()
    assert one["this"]["id"] == str(own.uuid)
    assert program.get(f"/api/v1/matches/{hidden.uuid}/").status_code == 404
    answer = program.post(f"/api/v1/matches/{match.uuid}/confirm/", {"kind": "same_picture"})
    assert answer.status_code == 403


def test_a_match_is_confirmed_once_and_the_second_is_told(program_of, alice, bob, pair):
    _, _, match = pair()
    address = f"/api/v1/matches/{match.uuid}/"
    body = {"kind": "same_picture", "note": "Same crack in the wall."}
    answer = program_of(alice).post(f"{address}confirm/", body)
    assert answer.status_code == 200
    assert answer.json()["decision"] == "confirmed"
    assert (answer.json()["kind"], answer.json()["decided_by"]) == ("same_picture", "alice")
    second = program_of(bob).post(f"{address}reject/", {"reason": "look_alike"})
    assert (second.status_code, second.json()["code"]) == (409, "already_decided")
    assert second.json()["current"]["decision"] == "confirmed"
    assert Match.objects.get().decision == "confirmed"


def test_a_match_is_rejected_with_a_reason(program_of, alice, pair):
    _, _, match = pair()
    answer = program_of(alice).post(
        f"/api/v1/matches/{match.uuid}/reject/", {"reason": "template_or_overlay"}
    )
    assert answer.status_code == 200
    assert (answer.json()["decision"], answer.json()["reject_reason"]) == (
        "rejected", "template_or_overlay",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("confirm", {}, "kind"),
        ("confirm", {"kind": "fake"}, "kind"),
        ("confirm", {"kind": "same_picture", "reason": "x"}, "reason"),
        ("confirm", {"kind": None}, "kind"),
        ("confirm", {"kind": ["same_picture"]}, "kind"),
        ("confirm", {"kind": "same_picture", "note": "x" * 2001}, "note"),
        ("reject", {}, "reason"),
        ("reject", {"reason": "same_picture"}, "reason"),
    ],
)
def test_a_decision_that_says_nothing_is_refused(program_of, alice, pair, verb, body, field):
    _, _, match = pair()
    answer = program_of(alice).post(f"/api/v1/matches/{match.uuid}/{verb}/", body)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert Match.objects.get().decision == "open"


def test_half_a_letter_is_no_text(program_of, alice, pair):
    _, _, match = pair()
    answer = program_of(alice).post(
        f"/api/v1/matches/{match.uuid}/confirm/",
        b'{"kind": "same_picture", "note": "\\ud800", "\\udfff": 1}',
        content_type="application/json",
    )
    assert answer.status_code == 400


def test_a_decision_under_one_key_is_made_once(program_of, alice, pair):
    _, _, match = pair()
    program, address = program_of(alice), f"/api/v1/matches/{match.uuid}/confirm/"
    answers = [
        program.post(address, {"kind": "same_picture"}, HTTP_IDEMPOTENCY_KEY="once")
        for _ in range(3)
    ]
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert answers[0].json() == answers[2].json()


def test_decisions_and_relations_narrow_the_list(program_of, alice, make_item, make_match):
    item = make_item()
    make_match(item, make_item())
    make_match(item, make_item(), decision="rejected", relation="part_of")
    program, address = program_of(alice), f"/api/v1/items/{item.uuid}/matches/"
    assert len(program.get(address, {"decision": "rejected"}).json()["results"]) == 1
    assert (
        len(program.get(address, {"relation": ["part_of", "same_picture"]}).json()["results"]) == 2
    )
    assert program.get(address, {"decision": "maybe"}).status_code == 400


def test_a_decision_is_taken_back_once(program_of, alice, pair):
    _, _, match = pair()
    program, address = program_of(alice), f"/api/v1/matches/{match.uuid}/"
    program.post(f"{address}confirm/", {"kind": "same_picture"})
    undone = program.post(f"{address}undo/", {"note": "Too soon."})
    assert (undone.status_code, undone.json()["decision"]) == (200, "open")
    again = program.post(f"{address}undo/")
    assert (again.status_code, again.json()["code"]) == (409, "not_decided")
    assert again.json()["current"]["decision"] == "open"


def test_who_takes_back_the_decision_of_another_says_why(program_of, alice, bob, pair):
    _, _, match = pair()
    address = f"/api/v1/matches/{match.uuid}/"
    program_of(alice).post(f"{address}confirm/", {"kind": "same_picture"})
    refused = program_of(bob).post(f"{address}undo/")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_decision")


@pytest.mark.parametrize(("who", "scope"), [("vera", "admin"), ("alice", "read")])
def test_who_may_not_take_a_decision_back(request, program_of, pair, who, scope):
    _, _, match = pair(decision="confirmed", kind="same_picture")
    program = program_of(request.getfixturevalue(who), scope)
    assert program.post(f"/api/v1/matches/{match.uuid}/undo/").status_code == 403
