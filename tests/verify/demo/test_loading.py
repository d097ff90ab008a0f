"""The demo, loaded as `make run` does it: through the desk's own jobs."""

import pytest
from django.contrib.auth.models import User

from claims import alarms, chain, links, queue, searches
from claims.models import Claim
from claims.states import State
from media.models import Item, Match, Submission
from verify.demo import footage, loading, story

pytestmark = pytest.mark.django_db(transaction=True)


def item_of(demo: footage.DemoFile) -> Item:
    return Submission.objects.get(file_name=demo.name, by__username=demo.sender).item


def test_the_demo_tells_the_case_and_loading_it_again_adds_nothing():
    said: list[str] = []
    loading.load(said.append)
    rows = [model.objects.count() for model in (Item, Submission, Match, Claim)]

    twist = Match.objects.get(older=item_of(footage.ARCHIVE), newer=item_of(footage.NEW_CUT))
    assert (twist.relation, twist.decision) == ("same_footage", "open")
    assert "mirrored" in [edit["edit"] for edit in twist.edits]
    [segment] = twist.segments
    assert segment["query_end_ms"] - segment["query_start_ms"] == pytest.approx(11_000, abs=500)
    assert segment["other_start_ms"] - segment["query_start_ms"] == pytest.approx(3200, abs=250)

    assert "cropped" in [edit["edit"] for edit in twist.edits]

    still = item_of(footage.STILL_OF_CUT)
    told = {match.seen_from(still).other: match.relation for match in Match.objects.of(still)}
    assert told == {
        item_of(footage.ARCHIVE): "part_of",
        item_of(footage.NEW_CUT): "part_of",
        item_of(footage.COLLAGE): "same_picture",
    }
    collage = item_of(footage.COLLAGE)
    held = {match.seen_from(collage).other for match in Match.objects.of(collage)}
    assert held >= {item_of(demo) for demo in footage.STOCK} | {still}
    look_alike = Match.objects.get(newer=item_of(footage.ROAD_NOW))
    assert (look_alike.older, look_alike.decision) == (item_of(footage.ROAD_THEN), "rejected")
    dark = item_of(footage.DARK)
    assert dark.not_comparable
    assert not Match.objects.of(dark).exists()
    assert item_of(footage.SAME_BYTES) == item_of(footage.NEW_CUT)

    states = Claim.objects.values_list("state", flat=True)
    assert len(states) == len(story.STORIES) + 1
    assert set(states) == {
        State.OPEN, State.WAITING, State.IN_REVIEW, State.DECIDED, State.PUBLISHED,
    }  # fmt: skip
    assert (
        queue.ordered(User.objects.get(username="alice")).first().statement
        == story.STORIES[0].statement
    )

    loading.load(said.append)
    assert [model.objects.count() for model in (Item, Submission, Match, Claim)] == rows


def test_what_was_gathered_is_told_and_gathered_once(make_item):
    people = loading.make_people()
    files = (footage.NEW_CUT, footage.STILL_OF_CUT, footage.COLLAGE, footage.ROAD_NOW, footage.DARK)
    loading.enter_claims(people, {demo.name: make_item() for demo in files})
    loading.gather(people)
    claims = [Claim.objects.get(statement=one.statement) for one in story.STORIES]
    told = [chain.sentence_of(claim) for claim in claims]
    assert told[0].startswith(
        "The agency reports that the People’s Militia of the DPR says that attack drones of the"
    )
    assert told[3].startswith("The agency reports that it is reported that Davyd Arakhamia said")
    assert told[4].startswith("The agency reports that it emerged that the ministry paid")
    assert searches.tally(claims[0]).words == "7 searches, 0 hits, last 2 h ago"
    assert alarms.bracket_of(claims[0]).edtf == "/2023-02-05"
    [link] = links.seen_from(claims[1], Claim.objects.all())
    assert (link.words, link.other) == ("is contradicted by", claims[2])
    versions = list(Claim.objects.values_list("version", flat=True))
    loading.gather(people)
    assert list(Claim.objects.values_list("version", flat=True)) == versions


def test_each_role_has_a_sign_in_that_works(client):
    loading.make_people()
    lines = [line.split() for line in loading.sign_ins().splitlines()]
    assert {name for _, name, _ in lines} == set(story.SIGN_INS)
    for _, name, phrase in lines:
        answer = client.post("/login/", {"username": name, "password": phrase})
        assert answer.status_code == 302, name
