import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from claims import intake, sources
from claims.models import Claim, Source
from media.models import Item

NEW = reverse("claim-new")
LEAST = {"statement": "The bridge fell", "subject": "event", "priority": "1"}


def text(answer) -> str:
    return answer.content.decode()


def changed(browser, claim, **values):
    return browser.post(reverse("claim-change", args=[claim.pk]), {**LEAST, **values})


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("sam", 200), ("vera", 403), ("charlie", 403)],
)
def test_who_may_enter_claims(who, status, request, client_of):
    assert client_of(request.getfixturevalue(who)).get(NEW).status_code == status


def test_a_claim_is_entered_whole(photo_bytes, alice, client_of):
    file = io.BytesIO(photo_bytes())
    file.name = "bridge.jpg"
    done = client_of(alice).post(
        NEW,
        {
            **LEAST,
            "claimant_name": "Night watch",
            "claimant_handle": "@night",
            "event_on": "2023-02-05?",
            "place_claimed_name": "Kherson",
            "place_claimed_lat": "46.63",
            "place_claimed_lon": "32.61",
            "place_claimed_precision": "locality",
            "figure_value": "500",
            "figure_unit": "a day",
            "credibility": "6",
            "due_at": "2031-02-05T18:30",
            "tags": "bridges, кherson ,,bridges",
            "file": file,
            "posted_on": "2023-02-05",
        },
    )
    claim = Claim.objects.get()
    assert done.url == reverse("claim", args=[claim.pk])
    assert (claim.statement, claim.event_on) == ("The bridge fell", "2023-02-05?")
    assert claim.claimant.handle == "@night"
    assert claim.place_claimed["lat"] == 46.63
    assert claim.figure == {"value": 500, "unit": "a day", "as_of": "", "cumulative": False}
    assert claim.due_at == datetime(2031, 2, 5, 18, 30, tzinfo=UTC)
    assert claim.tags == ["bridges", "кherson"]
    assert claim.credibility == 6
    assert claim.items.get().submissions.get().file_name == "bridge.jpg"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"statement": ""}, "required"),
        ({"statement": "x" * 501}, "500"),
        ({"event_on": "5.2.2023"}, "year-month-day"),
        ({"event_on": "2023-02-05", "is_undated_by_source": "on"}, "undated"),
        ({"place_claimed_lat": "95", "place_claimed_lon": "0"}, "-90"),
        ({"place_claimed_lat": "9"}, "together"),
        ({"place_claimed_lat": "nan", "place_claimed_lon": "nan"}, "number"),
        ({"figure_unit": "a day"}, "needs its value"),
        ({"language": "Ukrainian!"}, "language code"),
        ({"due_at": "tomorrow"}, "valid date"),
        ({"priority": "9"}, "valid choice"),
        ({"tags": ",".join(str(n) for n in range(40))}, "30 tags"),
        ({"statement": "a\x00b"}, "ull"),
        ({"claimant_name": "n" * 201}, "200"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    wrong, sentence, alice, client_of
):
    typed = {**LEAST, "words_as_said": "Наші слова", **wrong}
    answer = client_of(alice).post(NEW, typed)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert 'role="alert"' in text(answer)
    assert "Наші слова" in text(answer)
    assert not Claim.objects.exists()


@pytest.mark.parametrize("data", [b"", b"GIF8 not really"])
def test_a_file_that_is_refused_enters_no_claim(data, alice, client_of):
    file = io.BytesIO(data)
    file.name = "a.jpg"
    answer = client_of(alice).post(NEW, {**LEAST, "claimant_name": "Nobody new", "file": file})
    assert answer.status_code == 422
    assert not Claim.objects.exists()
    assert not Item.objects.exists()
    assert not Source.objects.filter(name="Nobody new").exists()


def test_a_file_that_goes_lost_with_a_wrong_value_is_asked_for_again(photo_bytes, alice, client_of):
    file = io.BytesIO(photo_bytes())
    file.name = "bridge.jpg"
    refused = client_of(alice).post(NEW, {**LEAST, "event_on": "5.2.2023", "file": file})
    assert refused.status_code == 422
    assert "Choose the file again" in text(refused)
    assert not Item.objects.exists()


def test_the_form_to_change_holds_what_is_written(make_claim, alice, client_of):
    source = sources.find_or_create("Night watch", "Telegram", "@night")
    claim = make_claim(
        claimant=source,
        tags=["a", "b"],
        due_at=datetime(2031, 2, 5, 18, 30, tzinfo=UTC),
        place_claimed={"name": "Kherson", "lat": 46.6, "lon": 32.6, "precision": "locality"},
    )
    page = text(client_of(alice).get(reverse("claim-change", args=[claim.pk])))
    for value in ["Night watch", "@night", "a, b", "2031-02-05T18:30", "Kherson", "46.6"]:
        assert f'value="{value}"' in page


def test_saving_a_form_nobody_touched_changes_nothing(make_claim, alice, client_of):
    claim = make_claim(due_at=datetime(2031, 2, 5, 18, 30, tzinfo=UTC), tags=["x"])
    before = claim.version
    typed = {
        **LEAST,
        "statement": claim.statement,
        "due_at": "2031-02-05T18:30",
        "tags": "x",
        "version": before,
    }
    assert changed(client_of(alice), claim, **typed).status_code == 302
    claim.refresh_from_db()
    assert claim.version == before


def test_a_stale_change_shows_both_values_and_saves_what_is_chosen(
    make_claim, alice, bob, client_of
):
    claim = make_claim(statement="First")
    read_at = claim.version
    intake.change_claim(claim, bob, read_at, statement="Bob's", place_claimed={"name": "Kherson"})
    browser = client_of(alice)
    mine = {"statement": "Alice's", "language": "uk", "tags": "bridges", "version": read_at}

    conflict = changed(browser, claim, **mine)

    page = text(conflict)
    assert conflict.status_code == 409
    assert "changed by bob" in page
    assert "Alice&#x27;s" in page
    assert "Bob&#x27;s" in page
    assert "Kherson" in page
    claim.refresh_from_db()
    assert claim.statement == "Bob's"

    chosen = {"statement": "Alice's", "language": "uk", "tags": "bridges"}
    done = changed(browser, claim, **chosen, place_claimed_name="Kherson", version=claim.version)
    assert done.status_code == 302
    claim.refresh_from_db()
    assert (claim.statement, claim.language, claim.tags) == ("Alice's", "uk", ["bridges"])
    assert claim.place_claimed["name"] == "Kherson"


def test_after_a_conflict_a_field_only_the_other_touched_stays_theirs(
    make_claim, alice, bob, client_of
):
    claim = make_claim(statement="First", tags=["old"])
    intake.change_claim(claim, bob, claim.version, tags=["new"])
    opened = {"initial-statement": "First", "initial-tags": "old"}
    mine = {"statement": "Alice's", "tags": "old", "version": claim.version - 1}

    page = text(changed(client_of(alice), claim, **mine, **opened))

    assert 'name="statement" value="Alice&#x27;s" checked' in page
    assert 'name="tags" value="new" checked' in page
    assert "you did not touch it" in page


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_version_that_is_none_never_saves(version, make_claim, alice, client_of):
    claim = make_claim(statement="First")
    answer = changed(client_of(alice), claim, version=version)
    assert answer.status_code in (409, 422)
    claim.refresh_from_db()
    assert claim.statement == "First"


def test_who_may_not_change_is_refused(make_claim, vera, sam, client_of):
    claim = make_claim(statement="First", created_by=sam)
    for person in (vera, sam):
        assert changed(client_of(person), claim, version=1).status_code == 403
    claim.refresh_from_db()
    assert claim.statement == "First"
