import io

import pytest

from media import explaining, ingest, pipeline
from media.models import Item, Job, Match
from verify.demo import scenes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def received(sam):
    def receive(*pictures) -> list[Item]:
        files = [scenes.as_bytes(picture) for picture in pictures]
        items = [ingest.accept_upload(io.BytesIO(file), by=sam, door="api").item for file in files]
        for job in Job.objects.filter(kind=Job.Kind.PROCESS, state=Job.State.PENDING):
            pipeline.run(job.pk)
        return list(Item.objects.filter(pk__in=[item.pk for item in items]).order_by("pk"))

    return receive


def outcomes(found: explaining.Explanation) -> dict[str, str]:
    return {one.name: one.outcome for _, _, measures in found.doors for one in measures}


def test_a_crop_is_missed_by_hash_and_reached_by_points(received):
    temple = scenes.photo("temple")
    found = explaining.explain(*received(temple, temple.crop((100, 60, 360, 300))))
    said = outcomes(found)
    assert found.is_alike
    assert said["Distance"] == "missed"
    assert said["Distinctive points"] == said["Agreement"] == "met"
    assert found.match.drawn
    assert "flagged as" in found.summary


def test_the_order_of_the_two_does_not_matter(received):
    temple = scenes.photo("temple")
    one, other = received(temple, temple.crop((100, 60, 360, 300)))
    there, back = explaining.explain(one, other), explaining.explain(other, one)
    assert there.match.newer == back.match.newer == other
    assert there.match.measures == back.match.measures


def test_two_unrelated_pictures_reach_no_threshold_that_counts(received):
    found = explaining.explain(*received(scenes.photo("temple"), scenes.photo("coffee")))
    said = outcomes(found)
    assert not found.is_alike
    assert found.match.relation == ""
    assert said["Points compared"] == "met"
    assert said["Distance"] == said["Distinctive points"] == "missed"
    assert "not flagged" in found.summary


def test_a_picture_without_detail_is_said_to_have_none(received):
    flat = scenes.photo("temple").resize((320, 200)).point(lambda _: 90)
    found = explaining.explain(*received(scenes.photo("temple"), flat))
    assert not found.is_alike
    (sentence,) = found.lacking
    assert "not enough detail to compare" in sentence
    assert outcomes(found)["Points compared"] == "missed"


def test_what_people_decided_is_told_with_it(received, make_match):
    temple = scenes.photo("temple")
    one, other = received(temple, temple.crop((100, 60, 360, 300)))
    row = make_match(one, other, measures={"distinctive": 9})
    found = explaining.explain(one, other)
    assert found.written == row
    values = {one.name: one.value for _, _, measures in found.doors for one in measures}
    assert values["Distinctive points"].endswith("(the matcher counted 9)")
    assert Match.objects.count() == 1
