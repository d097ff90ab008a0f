import pytest
from django.urls import reverse
from django.utils import timezone

from media import custody, matching
from media.models import CustodyEntry, DoorReport, Item, Job, Match, Submission


def page(item):
    return reverse("item", args=[item.uuid])


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("erin", 200), ("vera", 200), ("sam", 404), ("charlie", 404)],
)
def test_who_sees_an_item_that_somebody_else_sent(make_item, who, status, request, client_of):
    person = request.getfixturevalue(who)
    assert client_of(person).get(page(make_item())).status_code == status


def test_a_submitter_sees_their_item_without_the_desks_knowledge(
    make_item, make_claim, alice, sam, client_of
):
    item, other = make_item(by=sam), make_item()
    Submission.objects.create(item=item, by=alice, door="page", file_name="secret-source.jpg")
    Match.objects.create(
        older=item, newer=other, relation="same_picture", distance_bits=3, engine="e"
    )
    custody.append(item, "received", by=alice)
    claim = make_claim(statement="A claim sam did not make")
    claim.items.add(item)

    shown = text(client_of(sam).get(page(item)))

    assert "secret-source.jpg" not in shown
    assert str(other.uuid) not in shown
    assert "Custody" not in shown
    assert "A claim sam did not make" not in shown
    assert "Received" in shown


def test_absent_facts_are_said_to_be_absent(make_item, alice, client_of):
    item = make_item(facts={"format": "JPEG", "camera_make": "Canon", "absent": ["GPS position"]})
    shown = text(client_of(alice).get(page(item)))
    assert '<dt>Position</dt><dd class="soft">not in the file</dd>' in shown
    assert "<dt>Camera</dt><dd>Canon</dd>" in shown


def test_what_points_at_a_person_is_withheld_from_who_may_not_download(
    make_item, alice, vera, client_of
):
    item = make_item(facts={"gps_lat": 48.1, "gps_lon": 37.2, "artist": "Jane Roe"})
    assert "Jane Roe" in text(client_of(alice).get(page(item)))
    shown = text(client_of(vera).get(page(item)))
    assert "Jane Roe" not in shown
    assert "48.1" not in shown
    assert "shown to fact-checkers only" in shown


def test_text_from_files_and_senders_is_escaped(make_item, alice, client_of):
    item = make_item(facts={"software": "<script>x</script>"})
    item.submissions.update(file_name='"><img src=x>.jpg', caption="<b>bold</b>", credit="<i>")
    shown = text(client_of(alice).get(page(item)))
    assert "<script>x" not in shown
    assert "<img src=x" not in shown
    assert "<b>bold" not in shown


def test_an_undecodable_item_says_why_and_offers_its_original(make_item, alice, client_of):
    item = make_item(state="undecodable", reason_code="truncated", reason="It ends too early.")
    shown = text(client_of(alice).get(page(item)))
    assert "It ends too early." in shown
    assert "truncated" in shown
    assert reverse("item-original", args=[item.uuid]) in shown


def test_an_item_in_work_asks_again_by_itself_and_a_ready_one_does_not(make_item, alice, client_of):
    browser = client_of(alice)
    assert "hx-trigger" in text(browser.get(page(make_item(state="processing"))))
    assert "hx-trigger" in text(browser.get(page(make_item(matched_at=None))))
    assert "hx-trigger" not in text(browser.get(page(make_item())))


def test_a_broken_chain_is_shown(make_item, alice, client_of):
    item = make_item()
    custody.append(item, "received", by=alice)
    assert "chain holds" in text(client_of(alice).get(page(item)))
    custody.append(item, "processed")
    # As somebody with the database in hand would: the triggers refuse it from inside.
    CustodyEntry.objects.bulk_create(
        [
            CustodyEntry(
                item=item, seq=9, at=timezone.now(), action="x", body=b"not json", hash="0" * 64
            )
        ]
    )
    shown = text(client_of(alice).get(page(item)))
    assert "chain broken" in shown


def test_graphic_footage_is_covered_and_muted(make_item, alice, client_of):
    entry = {"key": "k", "content_type": "video/mp4", "size_bytes": 1, "width": 640, "height": 360}
    item = make_item(
        kind="footage", sensitivity="graphic", duration_ms=1000, derivatives={"preview": entry}
    )
    shown = text(client_of(alice).get(page(item)))
    assert "Graphic. Click to look." in shown
    video = shown[shown.index("<video") : shown.index("</video>")]
    assert " muted" in video
    assert "autoplay" not in video
    assert 'preload="metadata"' in video


def test_marking_as_graphic_is_an_entry_of_the_chain(make_item, alice, client_of):
    item = make_item()
    address = reverse("item-sensitivity", args=[item.uuid])
    assert client_of(alice).post(address, {"sensitivity": "graphic"}).status_code == 302
    item.refresh_from_db()
    assert item.sensitivity == "graphic"
    assert item.custody.get().action == "marked_sensitivity"
    client_of(alice).post(address, {"sensitivity": "nonsense"})
    item.refresh_from_db()
    assert item.sensitivity == "graphic"


@pytest.mark.parametrize("who", ["vera", "sam", "charlie"])
def test_who_may_not_mark_or_retry(make_item, who, request, client_of):
    person = request.getfixturevalue(who)
    item = make_item(by=person, state="failed")
    for name in ("item-sensitivity", "item-retry"):
        answer = client_of(person).post(reverse(name, args=[item.uuid]), {"sensitivity": "graphic"})
        assert answer.status_code == 403
    item.refresh_from_db()
    assert (item.sensitivity, item.state) == ("none", "failed")


def test_a_failed_item_is_retried(make_item, alice, client_of):
    item = make_item(state="failed", reason_code="no_room", reason="No room.")
    job = Job.objects.create(item=item, kind="process", version="process-1", state="failed")
    browser = client_of(alice)
    assert "Retry" in text(browser.get(page(item)))
    browser.post(reverse("item-retry", args=[item.uuid]))
    job.refresh_from_db()
    assert job.state == Job.State.PENDING


def test_a_retry_is_never_a_link(make_item, alice, client_of):
    assert client_of(alice).get(reverse("item-retry", args=[make_item().uuid])).status_code == 405


def test_matches_to_decide_come_first_and_similar_ones_are_folded(make_item, alice, client_of):
    item = make_item()
    rows = [("same_picture", "rejected"), ("same_picture", "open"), ("similar", "open")]
    for relation, decision in rows:
        Match.objects.create(
            older=item, newer=make_item(), relation=relation, decision=decision,
            distance_bits=9, engine="e", decided_at=timezone.now(),
        )  # fmt: skip
    context = client_of(alice).get(page(item)).context
    assert [one.match.decision for one in context["seen"]] == ["open", "rejected"]
    assert len(context["similar"]) == 1
    assert context["undecided"] == 1


def test_an_unknown_item_is_not_found(alice, client_of, db):
    unknown = Item(sha256="0" * 64)
    assert client_of(alice).get(page(unknown)).status_code == 404


# --- Which doors were asked -----------------------------------------------------------------------
def looks_like(client_of, person, item) -> str:
    response = client_of(person).get(reverse("item", args=[item.uuid]))
    return " ".join(response.content.decode().split())


def test_while_doors_are_open_nobody_is_told_that_nothing_was_found(make_item, alice, client_of):
    shown = looks_like(client_of, alice, make_item(matched_at=None))
    assert "matching" in shown
    assert "until then nothing can be said" in shown
    assert "No other item looks like this one" not in shown


def test_a_door_that_is_behind_says_why(make_item, alice, client_of):
    DoorReport.objects.create(door="votes", is_open=False, why="The index is being rebuilt.")
    shown = looks_like(client_of, alice, make_item(matched_at=None))
    assert "The index is being rebuilt. Matching goes on by itself." in shown
    assert "No other item looks like this one" not in shown


def test_afterwards_it_says_which_doors_were_asked(make_item, alice, client_of):
    shown = looks_like(client_of, alice, make_item(matched_by=matching.ENGINE))
    assert "No other item looks like this one" in shown
    assert "Asked: by hash, for near-identical copies; by points, for parts." in shown


@pytest.mark.parametrize(
    ("engine", "sentence"),
    [("hashes-1", "Asked by hash only; by points it was not"), ("old-1", "by an earlier engine")],
)
def test_an_item_of_an_earlier_engine_says_what_is_missing(
    make_item, alice, client_of, engine, sentence
):
    assert sentence in looks_like(client_of, alice, make_item(matched_by=engine))


def test_another_item_to_weigh_it_against_is_asked_for(make_item, alice, sam, client_of):
    item = make_item(by=sam)
    assert reverse("item-why", args=[item.uuid]) in looks_like(client_of, alice, item)
    assert reverse("item-why", args=[item.uuid]) not in looks_like(client_of, sam, item)
