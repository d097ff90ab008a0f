"""What people gather about a claim, as programs write and read it."""

import pytest

from claims import appearances, chain, dateproofs, links, searches, sources
from claims.models import Claim, Source

pytestmark = pytest.mark.django_db

# part → (body that is taken, change, what the change shows, field names of the answer)
PARTS = {
    "appearances": (
        {"address": "https://t.me/nm_dnr/9734", "outlet": "@nm_dnr", "seen_on": "2023-02-05"},
        {"seen_on": "2023-02-04"},
        {"id", "address", "outlet", "seen_on", "caption", "archive_address", "by", "created_at"},
    ),
    "attributions": (
        {"source": {"name": "The agency"}, "verb": "reports"},
        {"verdict": "unverified"},
        {"id", "order", "source", "verb", "verdict", "note", "by", "created_at"},
    ),
    "searches": (
        {"tool": "Reverse search", "query": "frame at 0:03.200", "hits": 0},
        {"hits": 2},
        {"id", "tool", "query", "at", "hits", "outcome", "proof", "note", "by", "created_at"},
    ),
    "date_proofs": (
        {"bound": "not_after", "on": "2023-02-05", "basis": "Obtained then."},
        {"on": "2023-02-04"},
        {"id", "bound", "on", "basis", "confidence", "by", "created_at"},
    ),
    "links": (
        {"other": None, "kind": "contradicts", "note": "Without a figure."},
        {"note": "No figure given."},
        {"id", "other", "kind", "is_from_here", "words", "note", "by", "created_at"},
    ),
}


def at(claim: Claim, part: str, one: str = "") -> str:
    return f"/api/v1/claims/{claim.uuid}/{part}/" + (f"{one}/" if one else "")


def body_of(part: str, make_claim) -> dict:
    body = dict(PARTS[part][0])
    return {**body, "other": str(make_claim().uuid)} if part == "links" else body


def refused(answer, status: int, code: str) -> dict:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_added_read_changed_and_taken_off(part, program_of, alice, make_claim):
    claim, program = make_claim(), program_of(alice)
    made = program.post(at(claim, part), body_of(part, make_claim), "json")
    assert made.status_code == 201, made.content
    assert made.json().keys() == PARTS[part][2]
    assert made["ETag"] == '"2"'
    one = at(claim, part, made.json()["id"])
    assert program.get(one).json() == made.json()
    assert program.get(at(claim, part)).json()["results"] == [made.json()]
    change = PARTS[part][1]
    changed = program.patch(one, change, "json")
    assert changed.status_code == 200, changed.content
    assert {**changed.json(), **change} == changed.json()
    assert changed["ETag"] == '"3"'
    gone = program.delete(one, {"reason": "Written to the wrong claim."}, "json")
    assert (gone.status_code, gone["ETag"]) == (204, '"4"')
    refused(program.get(one), 404, "not_found")
    told = program.get(at(claim, "events")).json()["results"]
    assert told[0]["reason"] == "Written to the wrong claim."
    assert [line["by"] for line in told] == ["alice"] * 3


@pytest.mark.parametrize("part", PARTS)
def test_who_saw_an_older_claim_is_told_and_nothing_is_written(
    part, program_of, alice, bob, make_claim
):
    claim, program = make_claim(), program_of(alice)
    body = body_of(part, make_claim)
    made = program.post(at(claim, part), body, "json", headers={"If-Match": '"1"'}).json()
    late = program_of(bob).post(at(claim, part), body, "json", headers={"If-Match": '"1"'})
    assert refused(late, 412, "stale")["current"]["version"] == 2
    one = at(claim, part, made["id"])
    refused(program.patch(one, PARTS[part][1], "json", headers={"If-Match": '"1"'}), 412, "stale")
    refused(program.delete(one, {"reason": "x"}, "json", headers={"If-Match": '"1"'}), 412, "stale")
    assert program.get(one).json() == made


@pytest.mark.parametrize("part", PARTS)
def test_twice_with_one_key_is_once(part, program_of, alice, make_claim):
    claim, program = make_claim(), program_of(alice)
    body, key = body_of(part, make_claim), {"Idempotency-Key": "once"}
    first, second = (program.post(at(claim, part), body, "json", headers=key) for _ in range(2))
    assert first.json() == second.json()
    assert len(program.get(at(claim, part)).json()["results"]) == 1


@pytest.mark.parametrize("part", PARTS)
def test_a_lease_of_another_stops_writing(part, program_of, alice, bob, claim_in, make_claim):
    claim = claim_in("in_review")
    made = program_of(bob).post(at(claim, part), body_of(part, make_claim), "json")
    if part == "appearances":
        assert made.status_code == 201
    else:
        refused(made, 409, "lease_held")


@pytest.mark.parametrize("part", PARTS)
def test_a_closed_claim_takes_no_part(part, program_of, dana, claim_in, make_claim):
    claim = claim_in("decided")
    made = program_of(dana).post(at(claim, part), body_of(part, make_claim), "json")
    refused(made, 409, "move_not_allowed")


@pytest.mark.parametrize(
    ("part", "body", "code", "field"),
    [
        ("appearances", {}, "invalid", "outlet"),
        ("appearances", {"address": "javascript:alert(1)"}, "invalid", "address"),
        ("appearances", {"outlet": "x", "seen_on": "Sunday"}, "bad_date", "seen_on"),
        ("appearances", {"outlet": "x", "color": "red"}, "unknown_field", "color"),
        ("attributions", {"source": {}}, "invalid", "source"),
        ("attributions", {"verb": "says:"}, "invalid", "verb"),
        ("attributions", {"verdict": "true"}, "invalid_choice", "verdict"),
        ("attributions", {"source": None, "verdict": "confirmed"}, "invalid", "verdict"),
        ("searches", {"tool": "x"}, "required", "query"),
        ("searches", {"tool": "x", "query": "y"}, "invalid", "hits"),
        ("searches", {"tool": "x", "query": "y", "hits": -1}, "min_value", "hits"),
        ("searches", {"tool": "x", "query": "y", "hits": 1, "outcome": "nothing"}, "invalid",
         "hits"),
        ("searches", {"tool": "x", "query": "y", "hits": 0, "at": "2999-01-01T00:00:00Z"},
         "invalid", "at"),
        ("date_proofs", {"bound": "before", "on": "2023", "basis": "x"}, "invalid_choice", "bound"),
        ("date_proofs", {"bound": "not_before", "on": "/2023", "basis": "x"}, "invalid", "on"),
        ("date_proofs", {"bound": "not_before", "on": "2023"}, "required", "basis"),
        ("links", {"kind": "repeats", "other": "00000000-0000-4000-8000-000000000000"},
         "not_found", "other"),
    ],
)  # fmt: skip
def test_what_is_refused_has_a_code_and_a_field(
    part, body, code, field, program_of, alice, make_claim
):
    claim = make_claim()
    answer = refused(program_of(alice).post(at(claim, part), body, "json"), 400, code)
    assert any(name.startswith(field) for name in answer["errors"]), answer
    assert Claim.objects.get(pk=claim.pk).version == 1


@pytest.mark.parametrize("part", ["searches", "date_proofs"])
def test_what_a_verdict_rests_on_goes_with_a_reason_only(part, program_of, alice, make_claim):
    claim, program = make_claim(), program_of(alice)
    made = program.post(at(claim, part), PARTS[part][0], "json").json()
    refused(program.delete(at(claim, part, made["id"])), 400, "reason_needed")
    assert program.get(at(claim, part, made["id"])).status_code == 200


def test_parts_of_another_claim_are_not_here(program_of, alice, make_claim):
    one, other, program = make_claim(), make_claim(), program_of(alice)
    made = program.post(at(one, "searches"), PARTS["searches"][0], "json").json()
    refused(program.get(at(other, "searches", made["id"])), 404, "not_found")
    refused(program.patch(at(other, "searches", made["id"]), {"hits": 1}, "json"), 404, "not_found")


def test_a_submitter_notes_appearances_of_their_own_claims(program_of, sam, make_claim):
    own, other, program = make_claim(created_by=sam), make_claim(), program_of(sam, "submit")
    body = PARTS["appearances"][0]
    assert program.post(at(own, "appearances"), body, "json").status_code == 201
    assert len(program.get(at(own, "appearances")).json()["results"]) == 1
    refused(program.post(at(other, "appearances"), body, "json"), 404, "not_found")
    refused(program.get(at(own, "searches")), 403, "not_allowed")


# --- Each part's own ----------------------------------------------------------------------------
def test_a_chain_names_sources_by_id_or_name_and_keeps_its_order(program_of, alice, make_claim,
                                                                 militia):  # fmt: skip
    claim, program = make_claim(), program_of(alice)
    program.post(at(claim, "attributions"), {"source": {"id": str(militia.uuid)}}, "json")
    program.post(at(claim, "attributions"), {"source": None, "verb": "emerged"}, "json")
    outer = {"source": {"name": "The agency"}, "verb": "reports", "order": 1}
    program.post(at(claim, "attributions"), outer, "json")
    rows = program.get(at(claim, "attributions")).json()["results"]
    assert [(row["order"], (row["source"] or {}).get("name")) for row in rows] == [
        (1, "The agency"), (2, "People's Militia of the DPR"), (3, None),
    ]  # fmt: skip
    first = program.get(at(claim, "attributions"), {"page_size": 2}).json()
    assert [row["order"] for row in first["results"]] == [1, 2]
    assert [row["order"] for row in program.get(first["next"]).json()["results"]] == [3]
    assert Source.objects.filter(name="The agency").count() == 1


def test_a_link_is_read_from_both_sides_and_changed_from_one(program_of, alice, make_claim):
    one, other, program = make_claim(), make_claim(), program_of(alice)
    made = program.post(at(one, "links"), {"other": str(other.uuid), "kind": "part_of"}, "json")
    (seen,) = program.get(at(other, "links")).json()["results"]
    assert (seen["words"], seen["other"]["number"], seen["is_from_here"]) == (
        "has as a part", one.pk, False,
    )  # fmt: skip
    change = program.patch(at(other, "links", made.json()["id"]), {"note": "x"}, "json")
    refused(change, 404, "not_found")


def test_where_and_the_sun(program_of, alice, vera, make_claim, make_item):
    place = {"name": "Bakhmut", "lat": 48.594, "lon": 38.0, "precision": "locality"}
    claim = make_claim(place_claimed=place, place_established={**place, "lat": 48.6})
    claim.attachments.create(item=make_item(facts={"gps_lat": 48.595, "gps_lon": 38.0}))
    program = program_of(alice)
    found = program.get(at(claim, "where")).json()
    assert found["apart"]["agrees"] is True
    assert "667 m north" in found["apart"]["words"]
    assert found["leads"][0]["from_claimed_m"] == pytest.approx(111, abs=1)
    assert program_of(vera).get(at(claim, "where")).json()["leads"] == []
    sun = program.get(at(claim, "sun"), {"at": "2023-02-05T12:00:00+02:00"}).json()
    assert (sun["at"], round(sun["azimuth_deg"])) == ("2023-02-05T10:00:00Z", 185)
    south = program.get(at(claim, "sun"), {"at": "2023-02-05T10:00:00Z", "lat": -33.9, "lon": 151})
    assert south.json()["shadow_deg"] is None
    for query, field in (
        ({}, "at"), ({"at": "noon"}, "at"), ({"at": "2023-02-05T10:00:00Z", "lat": 5}, "body"),
        ({"at": "1800-01-01T00:00:00Z"}, "at"), ({"at": "2023-02-05T10:00:00Z", "x": 1}, "x"),
    ):  # fmt: skip
        answer = program.get(at(claim, "sun"), query)
        assert (answer.status_code, field in answer.json()["errors"]) == (400, True), answer.json()
    nowhere = program.get(at(make_claim(), "sun"), {"at": "2023-02-05T10:00:00Z"})
    assert "lat" in refused(nowhere, 400, "invalid")["errors"]


@pytest.mark.parametrize("part", PARTS)
def test_lists_take_as_many_queries_for_many_rows_as_for_one(
    part, program_of, alice, make_claim, django_assert_max_num_queries
):
    one, many = make_claim(), make_claim()
    for claim, count in ((one, 1), (many, 8)):
        for number in range(count):
            _one_more(part, claim, alice, number, make_claim)
    program = program_of(alice)
    program.get(at(one, part))
    for claim, count in ((one, 1), (many, 8)):
        with django_assert_max_num_queries(9):
            assert len(program.get(at(claim, part)).json()["results"]) == count


def _one_more(part: str, claim: Claim, by, number: int, make_claim) -> None:
    if part == "appearances":
        appearances.add(claim, by, outlet=f"Channel {number}")
    elif part == "attributions":
        chain.add(claim, by, source=sources.find_or_create(f"Source {number}"))
    elif part == "searches":
        searches.add(claim, by, tool="x", query=str(number), hits=0)
    elif part == "date_proofs":
        dateproofs.add(claim, by, bound="not_after", on="2023", basis=str(number))
    else:
        links.add(claim, by, other=make_claim(), kind="repeats")


# --- In the claim itself ------------------------------------------------------------------------
def test_a_claim_tells_its_chain_and_what_was_tried(program_of, alice, make_claim, militia):
    claim = make_claim(statement="Attack drones hit a pickup", claimant=militia)
    chain.add(claim, alice, source=sources.find_or_create("The agency"), verb="reports")
    chain.add(claim, alice, source=militia)
    searches.add(claim, alice, tool="Reverse search", query="frame", hits=0)
    dateproofs.add(claim, alice, bound="not_after", on="2023-02-05", basis="Obtained then.")
    shown = program_of(alice).get(f"/api/v1/claims/{claim.uuid}/").json()
    assert shown["attribution"] == (
        "The agency reports that the People's Militia of the DPR says that attack drones hit a "
        "pickup."
    )
    assert (shown["tried"]["count"], shown["tried"]["hits"]) == (1, 0)
    assert shown["tried"]["words"] == "1 search, 0 hits, last just now"
    assert shown["date_bracket"]["edtf"] == "/2023-02-05"
    assert program_of(alice).get("/api/v1/claims/").json()["results"][0]["tried"] == shown["tried"]


def test_who_is_at_risk_is_written_with_the_rights(program_of, alice, make_claim, make_item):
    claim, program = make_claim(), program_of(alice)
    made = program.post(at(claim, "attachments"), {"item": str(make_item().uuid)}, "json").json()
    one = at(claim, "attachments", made["id"])
    change = {"rights": "refused", "people_at_risk": "The driver: cover the face."}
    changed = program.patch(one, change, "json").json()
    assert {**changed, **change} == changed
    codes = ["OriginalMediaContent", "StagedContent"]
    body = refused(program.patch(one, {"authenticity": codes}, "json"), 400, "invalid")
    assert "cannot be original and staged at once" in body["errors"]["authenticity"][0]


def test_what_is_kept_of_a_source_changes(program_of, alice, vera, militia):
    address = f"/api/v1/sources/{militia.uuid}/"
    change = {"kind": "organisation", "party_to_conflict": False, "note": "Formerly a brigade."}
    changed = program_of(alice).patch(address, change, "json").json()
    assert {**changed, **change} == changed
    refused(program_of(alice).patch(address, {"name": "x"}, "json"), 400, "unknown_field")
    refused(program_of(vera).patch(address, change, "json"), 403, "not_allowed")
