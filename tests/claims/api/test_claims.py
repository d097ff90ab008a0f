"""The programs' door to claims: entering, reading, changing, and two people at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import attachments, sources
from claims.models import Claim, Event, Source

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/claims/"
CONTRACT = {
    "id", "number", "statement", "words_as_said", "language", "translation", "claimant",
    "event_on", "claimed_on", "undated_by_source", "place_claimed", "place_established", "figure",
    "credibility", "priority", "due_at", "recheck_at", "tags", "state", "assignee", "lease_until",
    "alarms", "reuse", "date_bracket", "disclosure", "version",
}  # fmt: skip
WHOLE = {
    "statement": "A drone hit a pickup",
    "words_as_said": "Наш дрон…",
    "language": "ru",
    "translation": "Our drone…",
    "claimant": {"name": "People's Militia", "platform": "Telegram", "handle": "@nm_dnr"},
    "claimed_on": "2023-02-05",
    "undated_by_source": True,
    "place_claimed": {"name": "near Donetsk", "lat": 48.0, "lon": 37.8, "precision": "region"},
    "figure": {"value": 132160, "unit": "people", "as_of": "2023-02-06", "cumulative": True},
    "credibility": 6,
    "priority": "high",
    "due_at": "2023-02-06T18:30:00Z",
    "tags": ["drones", "№1"],
}


def address_of(claim: Claim, part: str = "") -> str:
    return f"{ADDRESS}{claim.uuid}/{part}"


# --- Entering -----------------------------------------------------------------------------------
def test_a_claim_is_entered_with_everything_the_contract_names(program_of, alice):
    answer = program_of(alice).post(ADDRESS, WHOLE)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body.keys() >= CONTRACT
    for field in WHOLE.keys() - {"claimant", "place_claimed"}:
        assert body[field] == WHOLE[field], field
    assert body["claimant"].keys() >= {"id", "name", "platform", "handle"}
    assert body["claimant"]["handle"] == "@nm_dnr"
    assert body["place_claimed"] == {**WHOLE["place_claimed"], "confidence": ""}
    assert body["state"] == "open"
    assert body["reuse"] == {"count": 0, "undecided": 0}
    assert body["date_bracket"].keys() >= {
        "earliest", "latest", "edtf", "words", "excludes_claimed",
    }  # fmt: skip
    assert body["alarms"] == []
    assert body["number"] == Claim.objects.get().pk
    assert answer["ETag"] == f'"{body["version"]}"'
    assert Event.objects.get().by == alice


def test_the_least_claim_has_every_field_too(program_of, sam):
    body = program_of(sam, "submit").post(ADDRESS, {"statement": "x"}).json()
    assert body.keys() >= CONTRACT
    for field in ("claimant", "place_claimed", "place_established", "figure", "credibility",
                  "due_at", "recheck_at", "assignee", "lease_until"):  # fmt: skip
        assert body[field] is None, field


def test_a_claimant_is_found_again_by_name_or_id(program_of, alice):
    program = program_of(alice)
    first = program.post(ADDRESS, WHOLE).json()["claimant"]["id"]
    second = program.post(ADDRESS, WHOLE).json()["claimant"]["id"]
    third = program.post(ADDRESS, {"statement": "y", "claimant": {"id": first}}).json()
    assert first == second == third["claimant"]["id"]
    assert Source.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("statement", "", "blank"),
        ("statement", None, "null"),
        ("statement", "x" * 501, "max_length"),
        ("statement", {"a": 1}, "invalid"),
        ("statement", "null \x00", "null_characters_not_allowed"),
        ("statment", "x", "unknown_field"),
        ("state", "published", "unknown_field"),
        ("version", 3, "unknown_field"),
        ("event_on", "yesterday", "bad_date"),
        ("event_on", "2023-02-30", "bad_date"),
        ("claimed_on", "05.02.2023", "bad_date"),
        ("language", "not a language", "invalid"),
        ("credibility", 7, "max_value"),
        ("credibility", 0, "min_value"),
        ("credibility", "many", "invalid"),
        ("priority", "extreme", "invalid_choice"),
        ("priority", True, "invalid_choice"),
        ("due_at", "tomorrow", "invalid"),
        ("tags", "drones", "not_a_list"),
        ("tags", ["x" * 61], "max_length"),
        ("tags", [["x"]], "invalid"),
        ("claimant", "militia", "invalid"),
        ("claimant", {}, "invalid"),
        ("claimant", {"id": "7"}, "invalid"),
        ("claimant", {"id": "00000000-0000-4000-8000-000000000000"}, "not_found"),
        ("claimant", {"name": "x", "id": "00000000-0000-4000-8000-000000000000"}, "invalid"),
        ("claimant", {"name": "x", "rank": "1"}, "unknown_field"),
        ("place_claimed", {"lat": 91, "lon": 0}, "invalid"),
        ("place_claimed", {"lat": 10}, "invalid"),
        ("place_claimed", {"lat": "10", "lon": "20"}, "invalid"),
        ("place_claimed", {"name": "x", "precision": "close"}, "invalid_choice"),
        ("place_claimed", {"name": "x", "zoom": 3}, "unknown_field"),
        ("place_claimed", [], "invalid"),
        ("figure", {}, "required"),
        ("figure", {"value": "many"}, "invalid"),
        ("figure", {"value": 10**400}, "invalid"),
        ("figure", {"value": 1, "as_of": "soon"}, "bad_date"),
        ("undated_by_source", "maybe", "invalid"),
        ("recheck_at", 5, "invalid"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_field(program_of, alice, field, value, code):
    answer = program_of(alice).post(ADDRESS, {"statement": "x", field: value})
    assert answer.status_code == 400, answer.content
    body = answer.json()
    assert body["code"] == code, body
    assert any(name.split(".")[0] == field for name in body["errors"])
    assert not Claim.objects.exists()


def test_a_number_beyond_all_numbers_is_refused(program_of, alice):
    for text in ("1e999", "-1e999", "1" * 5000):
        answer = program_of(alice).post(
            ADDRESS,
            f'{{"statement": "x", "figure": {{"value": {text}}}}}',
            content_type="application/json",
        )
        assert answer.status_code == 400, text[:9]


def test_undated_and_dated_at_once_is_refused(program_of, alice):
    body = {"statement": "x", "undated_by_source": True, "event_on": "2023"}
    answer = program_of(alice).post(ADDRESS, body)
    assert answer.status_code == 400
    assert "event_on" in answer.json()["errors"]


def test_a_claim_entered_under_one_key_is_one(program_of, alice):
    program = program_of(alice)
    answers = [program.post(ADDRESS, WHOLE, HTTP_IDEMPOTENCY_KEY="night-1") for _ in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 201]
    assert answers[0].json() == answers[2].json()
    assert answers[0]["ETag"] == answers[2]["ETag"]
    assert Claim.objects.count() == 1


# --- Reading ------------------------------------------------------------------------------------
def test_a_submitter_reads_their_own_claims_and_404_for_the_rest(program_of, sam, make_claim):
    own, other = make_claim(created_by=sam), make_claim()
    program = program_of(sam)
    assert [row["id"] for row in program.get(ADDRESS).json()["results"]] == [str(own.uuid)]
    assert program.get(address_of(own)).status_code == 200
    for part in ("", "attachments/", "claimreview/"):
        assert program.get(address_of(other, part)).status_code == 404


def test_reuse_alarms_bracket_and_caveat_are_told(
    program_of, alice, make_claim, make_item, make_match
):
    old = make_item(first_seen_at=datetime(2020, 10, 14, tzinfo=UTC))
    new = make_item()
    claim = make_claim(event_on="2023-02-05")
    attachments.attach(claim, new, alice)
    program = program_of(alice)
    match = make_match(old, new)
    assert program.get(address_of(claim)).json()["reuse"] == {"count": 1, "undecided": 1}
    program.post(f"/api/v1/matches/{match.uuid}/confirm/", {"kind": "same_picture"})
    body = program.get(address_of(claim)).json()
    assert body["reuse"] == {"count": 1, "undecided": 0}
    [alarm] = body["alarms"]
    assert alarm["kind"] == "earlier_use"
    assert alarm["match"] == str(match.uuid)
    assert alarm["item"] == str(new.uuid)
    assert alarm["proposes"] == "DecontextualizedContent"
    assert body["date_bracket"]["latest"] == "2020-10-14"
    assert body["date_bracket"]["excludes_claimed"] is True
    assert body["disclosure"]
    assert program.get(ADDRESS).json()["results"][0]["alarms"] == body["alarms"]


def test_a_list_costs_the_same_however_long(
    program_of, alice, make_claim, make_item, make_match, militia
):
    sources.grade(militia, alice, "F", "New handle.")
    program, counts = program_of(alice), []
    program.get(ADDRESS)
    for _ in range(2):
        for _ in range(3):
            claim, item = make_claim(claimant=militia, event_on="2023"), make_item()
            attachments.attach(claim, item, alice)
            make_match(item, make_item(), decision="confirmed", kind="same_picture")
        with CaptureQueriesContext(connection) as queries:
            assert program.get(ADDRESS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_filters_narrow_on_every_axis(
    program_of, alice, make_claim, make_item, make_match, militia, claim_in
):
    now = datetime.now(UTC)
    first = make_claim(
        statement="Bridge fell", claimant=militia, tags=["drones", "ночь"], language="ru",
        priority=3, due_at=now + timedelta(hours=1), credibility=6, created_by=alice,
    )  # fmt: skip
    item = make_item()
    attachments.attach(first, item, alice)
    make_match(item, make_item())
    second = claim_in("in_review", statement="Bakhmut", subject="statement")
    third = claim_in("decided", statement="Figures")
    program = program_of(alice)

    def found(**asked):
        answer = program.get(ADDRESS, asked)
        assert answer.status_code == 200, answer.content
        return [row["number"] for row in answer.json()["results"]]

    assert found(state="open") == [first.pk]
    assert found(state=["open", "decided"]) == [third.pk, first.pk]
    assert found(assignee="me", state="in_review") == [second.pk]
    assert found(assignee="none", state="open") == [first.pk]
    assert found(created_by="me") == [first.pk]
    assert found(claimant=str(militia.uuid)) == [first.pk]
    assert found(priority="urgent") == found(priority="3") == [first.pk]
    assert found(language="RU") == [first.pk]
    assert found(tag="ночь") == found(tag="drones") == [first.pk]
    assert found(tag="drone") == []
    assert found(credibility=6) == [first.pk]
    assert found(number=first.pk) == [first.pk]
    assert found(due_before=(now + timedelta(hours=2)).isoformat()) == [first.pk]
    assert found(due_since=(now + timedelta(hours=2)).isoformat()) == []
    assert found(item=str(item.uuid)) == [first.pk]
    assert found(reuse="true") == [first.pk]
    assert found(reuse="false") == [third.pk, second.pk]
    assert found(rating="unverified") == [third.pk]
    assert found(rating="true") == []
    assert found(subject="statement") == [second.pk]
    assert found(rights="unknown") == [first.pk]
    assert found(authenticity="StagedContent") == []
    assert found(q="bridge") == [first.pk]
    assert found(q="bridge bakhmut") == []
    assert found(created_since=(now + timedelta(days=1)).isoformat()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "gone"), ("claimant", "7"), ("credibility", "x"), ("number", "9" * 30),
        ("due_before", "soon"), ("item", "x"), ("rating", "great"), ("q", "\x00"),
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(program_of, alice, name, value):
    answer = program_of(alice).get(ADDRESS, {name: value})
    assert answer.status_code == 400
    assert name in answer.json()["errors"]


# --- Changing -----------------------------------------------------------------------------------
def test_a_change_raises_the_version_and_leaves_the_rest(program_of, alice, make_claim):
    claim = make_claim(statement="Old", language="uk")
    program = program_of(alice)
    before = program.get(address_of(claim))
    answer = program.patch(address_of(claim), {"statement": "New"}, HTTP_IF_MATCH=before["ETag"])
    assert answer.status_code == 200
    body = answer.json()
    assert (body["statement"], body["language"]) == ("New", "uk")
    assert body["version"] == before.json()["version"] + 1
    assert answer["ETag"] == f'"{body["version"]}"'


def test_the_second_of_two_gets_412_with_the_value_as_it_is(program_of, alice, bob, make_claim):
    claim = make_claim(statement="Old")
    seen = program_of(alice).get(address_of(claim))["ETag"]
    program_of(bob).patch(address_of(claim), {"statement": "Bob's"}, HTTP_IF_MATCH=seen)
    answer = program_of(alice).patch(
        address_of(claim), {"statement": "Alice's"}, HTTP_IF_MATCH=seen
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert answer.json()["current"]["statement"] == "Bob's"
    assert answer["ETag"] == f'"{answer.json()["current"]["version"]}"'
    assert Claim.objects.get().statement == "Bob's"
    again = program_of(alice).patch(
        address_of(claim), {"statement": "Both"}, HTTP_IF_MATCH=answer["ETag"]
    )
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("condition", "status"),
    [('W/"1"', 200), ("*", 200), ('"9", "1"', 200), ('"9"', 412), ("1", 412), ("nonsense", 412)],
)
def test_conditions_are_read_as_http_writes_them(program_of, alice, make_claim, condition, status):
    claim = make_claim()
    answer = program_of(alice).patch(address_of(claim), {"tags": ["x"]}, HTTP_IF_MATCH=condition)
    assert answer.status_code == status


def test_a_stale_verb_is_412_too_and_moves_nothing(program_of, alice, make_claim):
    claim = make_claim()
    answer = program_of(alice).post(address_of(claim, "take/"), HTTP_IF_MATCH='"9"')
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert answer.json()["current"]["state"] == "open"


def test_a_submitter_changes_nothing(program_of, sam, make_claim):
    claim = make_claim(created_by=sam)
    assert program_of(sam).patch(address_of(claim), {"statement": "x"}).status_code == 403


def test_what_only_the_desk_computes_cannot_be_written(program_of, alice, make_claim):
    claim = make_claim()
    for field in ("alarms", "reuse", "assignee", "lease_until", "disclosure", "number", "id"):
        answer = program_of(alice).patch(address_of(claim), {field: None})
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
