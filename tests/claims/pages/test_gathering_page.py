"""The parts of a claim on its page: each shown, added, changed and taken off by a plain form."""

import re

import pytest
from django.urls import reverse

from claims import chain, places, searches, sources
from claims.models import Claim, Search

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}

# part → (what is typed, what the page shows then, a change, what it shows then)
PARTS = {
    "appearance": (
        {"address": "https://t.me/nm_dnr/9734", "outlet": "@nm_dnr", "seen_on": "2023-02-05"},
        "5 February 2023",
        {"outlet": "The channel"},
        "The channel",
    ),
    "attribution": (
        {"name": "Davyd Arakhamia", "verb": "said", "verdict": "open"},
        "Davyd Arakhamia said",
        {"verdict": "confirmed", "verb": "wrote"},
        "did say it",
    ),
    "search": (
        {"tool": "Reverse search", "query": "frame at 0:03.200", "hits": "0", "at": ""},
        "1 search, 0 hits, last just now",
        {"tool": "Reverse search", "query": "frame", "hits": "3", "outcome": ""},
        "1 search, 3 hits",
    ),
    "date_proof": (
        {"bound": "not_before", "on": "2022-11", "basis": "First snow.", "confidence": "low"},
        "First snow.",
        {"on": "2022-12"},
        "December 2022",
    ),
    "link": (
        {"kind": "contradicts", "other": "#{}", "note": "No figure."},
        "Contradicts",
        {"note": "Without a figure."},
        "Without a figure.",
    ),
}


def text(answer) -> str:
    return answer.content.decode()


def add_at(claim, part) -> str:
    return reverse("part-add", args=[claim.pk, part])


def typed(part, make_claim) -> dict:
    values = dict(PARTS[part][0])
    return {**values, "other": f"#{make_claim().pk}"} if part == "link" else values


def rows(claim: Claim, part: str):
    names = {"link": "links", "search": "searches"}
    return getattr(claim, names.get(part, f"{part}s"))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_goes_by_plain_forms(part, make_claim, alice, client_of):
    claim, browser = make_claim(statement="It fell"), client_of(alice)
    answer = browser.post(add_at(claim, part), typed(part, make_claim), follow=True)
    assert answer.status_code == 200
    assert PARTS[part][1] in text(answer)
    row = rows(claim, part).get()
    address = reverse("part-change", args=[claim.pk, part, row.uuid])
    assert address in text(answer)
    page = browser.post(address, PARTS[part][2], headers=HTMX)
    assert PARTS[part][3] in text(page)
    gone = browser.post(address, {"remove": "yes", "reason": "Wrong claim."}, headers=HTMX)
    assert "The log keeps what it was" in text(gone)
    assert not rows(claim, part).exists()
    assert "Wrong claim." in text(gone)


@pytest.mark.parametrize(
    ("part", "values", "sentence"),
    [
        ("appearance", {"caption": "Seen <b>somewhere</b>"}, "Say where it appeared"),
        ("appearance", {"outlet": "x", "seen_on": "Sunday"}, "is not a date in EDTF"),
        ("attribution", {"name": "Anna", "verb": "says:"}, "one to five words"),
        ("attribution", {"name": "", "verb": "says", "verdict": "confirmed"}, "Nobody is named"),
        ("attribution", {"name": "A", "verb": "says", "order": "x"}, "Write a whole number"),
        ("search", {"tool": "Reverse search", "query": "a frame", "hits": ""}, "0 is an answer"),
        ("search", {"tool": "A", "query": "b", "hits": "many"}, "Write a whole number"),
        ("search", {"tool": "A", "query": "b", "hits": "0", "at": "noon"}, "Write the moment"),
        ("date_proof", {"bound": "not_before", "on": "/2023", "basis": "x"}, "no first day"),
        ("date_proof", {"bound": "not_after", "on": "2023", "basis": ""}, "is a guess"),
        ("link", {"kind": "repeats", "other": "#999999"}, "There is no claim #999999"),
        ("link", {"kind": "repeats", "other": ""}, "Name the other claim"),
    ],
)
def test_what_was_typed_comes_back_with_why(part, values, sentence, make_claim, alice, client_of):
    claim = make_claim()
    answer = client_of(alice).post(add_at(claim, part), values)
    assert answer.status_code == 422
    page = text(answer)
    assert sentence in page
    assert "<b>somewhere" not in page
    for value in filter(None, values.values()):
        assert value.replace("<b>", "&lt;b&gt;").replace("</b>", "&lt;/b&gt;") in page
    assert Claim.objects.get(pk=claim.pk).version == 1


def test_a_search_without_an_answer_needs_no_number(make_claim, alice, client_of):
    claim = make_claim()
    values = {"tool": "Desk Kyiv", "query": "Is it so?", "hits": "", "outcome": "no_answer"}
    assert "no answer" in text(client_of(alice).post(add_at(claim, "search"), values, follow=True))
    assert Search.objects.get().hits is None


def test_a_ledger_line_is_struck_with_a_reason_only(make_claim, alice, client_of):
    claim = make_claim()
    row = searches.add(claim, alice, tool="x", query="y", hits=0)
    address = reverse("part-change", args=[claim.pk, "search", row.uuid])
    answer = client_of(alice).post(address, {"remove": "yes"})
    assert (answer.status_code, "Say why this search is struck" in text(answer)) == (422, True)
    assert Search.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("vera", 403), ("sam", 404), ("charlie", 404), ("dana", 302)]
)
@pytest.mark.parametrize("part", PARTS)
def test_who_may(part, who, status, request, make_claim, client_of):
    claim = make_claim()
    browser = client_of(request.getfixturevalue(who))
    assert browser.post(add_at(claim, part), typed(part, make_claim)).status_code == status


def test_a_submitter_notes_an_appearance_of_their_own_claim(make_claim, sam, client_of):
    claim, browser = make_claim(created_by=sam), client_of(sam)
    page = text(browser.get(reverse("claim", args=[claim.pk])))
    assert add_at(claim, "appearance") in page
    assert add_at(claim, "search") not in page
    answer = browser.post(add_at(claim, "appearance"), PARTS["appearance"][0], follow=True)
    assert "@nm_dnr" in text(answer)


def test_another_lease_stops_it_in_words(claim_in, bob, client_of):
    claim = claim_in("in_review")
    values = PARTS["search"][0]
    answer = client_of(bob).post(add_at(claim, "search"), values)
    assert answer.status_code == 409
    assert "alice is working on claim" in text(answer)


def test_there_is_no_other_kind_of_part(make_claim, alice, client_of):
    assert client_of(alice).post(add_at(make_claim(), "rumour"), {}).status_code == 404


# --- Who ----------------------------------------------------------------------------------------
def test_the_chain_is_told_in_one_sentence(make_claim, alice, client_of, militia):
    claim = make_claim(statement="Attack drones hit a pickup", claimant=militia)
    chain.add(claim, alice, source=sources.find_or_create("The agency"), verb="reports")
    chain.add(claim, alice, source=militia, verdict="contradicted", note="No such post.")
    page = text(client_of(alice).get(reverse("claim", args=[claim.pk])))
    assert "The agency reports that the People&#x27;s Militia of the DPR says that attack" in page
    assert "did not say it" in page
    assert "No such post." in page


def test_a_source_is_graded_where_it_is_met(make_claim, alice, vera, client_of, militia):
    claim = make_claim(claimant=militia)
    address = reverse("claim-grade", args=[claim.pk])
    page = text(client_of(alice).get(reverse("claim", args=[claim.pk])))
    assert "Never graded, which counts as F" in page
    answer = client_of(alice).post(address, {"reliability": "D", "reason": " "})
    assert (answer.status_code, "A grade needs its reason" in text(answer)) == (422, True)
    values = {"reliability": "D", "reason": "Two staged clips."}
    page = text(client_of(alice).post(address, values, follow=True))
    assert "D · not usually reliable" in page
    assert "Two staged clips." in page
    assert client_of(vera).post(address, values).status_code == 403
    nobody = reverse("claim-grade", args=[make_claim().pk])
    assert client_of(alice).post(nobody, values).status_code == 404


# --- Where --------------------------------------------------------------------------------------
def place_at(claim, side) -> str:
    return reverse("claim-place", args=[claim.pk, side])


def test_places_are_written_and_held_against_each_other(make_claim, alice, client_of):
    claim, browser = make_claim(), client_of(alice)
    here = {"name": "Bakhmut", "lat": "48,594", "lon": "38.0", "precision": "locality"}
    browser.post(place_at(claim, "claimed"), here)
    there = {**here, "name": "Soledar", "lat": "48.69", "confidence": "high"}
    page = text(browser.post(place_at(claim, "established"), there, follow=True))
    assert "10.7 km north of the claimed one" in page
    assert "not the same place" in page
    page = text(browser.post(place_at(claim, "established"), {**there, "lat": "48.6"}, follow=True))
    assert "places agree" in page
    browser.post(place_at(claim, "established"), {"name": "", "lat": "", "lon": ""})
    claim.refresh_from_db()
    assert claim.place_established is None
    refused = browser.post(place_at(claim, "claimed"), {**here, "lat": "north"})
    assert (refused.status_code, "Write degrees" in text(refused)) == (422, True)
    assert browser.post(place_at(claim, "seen"), here).status_code == 404


def test_a_position_in_a_file_is_shown_as_a_lead_to_those_who_may(
    make_claim, make_item, alice, vera, client_of
):
    place = {"name": "Bakhmut", "lat": 48.594, "lon": 38.0, "precision": "locality"}
    claim = make_claim(place_claimed=place)
    claim.attachments.create(item=make_item(facts={"gps_lat": 48.595, "gps_lon": 38.0}))
    page = text(client_of(alice).get(reverse("claim", args=[claim.pk])))
    assert "Lead, not a fact" in page
    assert "111 m from the claimed place" in page
    assert "Lead, not a fact" not in text(client_of(vera).get(reverse("claim", args=[claim.pk])))


def test_the_sun_over_the_place(make_claim, alice, client_of):
    claim, browser = make_claim(), client_of(alice)
    address = reverse("claim", args=[claim.pk])
    assert "Where the sun stood" not in text(browser.get(address))
    place = {"name": "Bakhmut", "lat": 48.594, "lon": 38.0, "precision": "locality"}
    places.write(claim, alice, "place_claimed", place)
    page = text(browser.get(address, {"sun": "2023-02-05T10:00"}))
    assert re.search(r"The sun stands 25\.\d° high in the south", page)
    assert "no proof" in page
    assert "Write the moment" in text(browser.get(address, {"sun": "noon"}))
    assert "1901 to 2099" in text(browser.get(address, {"sun": "1800-01-01T10:00"}))


def test_who_is_at_risk_is_written_and_shown(make_claim, make_item, alice, client_of):
    claim = make_claim()
    one = claim.attachments.create(item=make_item())
    address = reverse("attachment-judge", args=[claim.pk, one.uuid])
    values = {"people_at_risk": "The driver: cover the face.", "rights": "refused"}
    page = text(client_of(alice).post(address, values, follow=True))
    assert "People at risk:" in page
    assert "The driver: cover the face." in page


def test_a_page_takes_as_many_queries_with_many_parts_as_with_one(
    make_claim, alice, client_of, django_assert_max_num_queries
):
    claim, browser = make_claim(), client_of(alice)
    for number in range(8):
        searches.add(claim, alice, tool="x", query=str(number), hits=0)
        chain.add(claim, alice, source=sources.find_or_create(f"Source {number}"))
    address = reverse("claim", args=[claim.pk])
    browser.get(address)
    with django_assert_max_num_queries(40):
        page = text(browser.get(address))
    assert "all 8" in page
