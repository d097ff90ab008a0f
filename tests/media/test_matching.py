import threading
from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection, transaction
from PIL import Image, ImageDraw, ImageFont, ImageOps

from media import candidates, custody, decisions, derivatives, matching, voting
from media.decoding.protocol import DerivedFile
from media.fingerprints import featurefile, features, stills
from media.models import Fingerprint, Frame, Item, Match
from media.signals import match_found

pytestmark = pytest.mark.django_db

Turn = Image.Transpose


@pytest.fixture
def look_at(make_item) -> Callable[..., Item]:
    """Make an item of the pictures it shows, one each half second, fingerprinted as decoding does.

    One picture makes a still, several a piece of footage.
    """

    def look(*pictures: Image.Image, has_points: bool = True, **fields) -> Item:
        size = {"width_px": pictures[0].width, "height_px": pictures[0].height}
        if len(pictures) > 1:
            size |= {"kind": Item.Kind.FOOTAGE, "duration_ms": 500 * len(pictures)}
        item = make_item(matched_at=None, **size, **fields)
        keep_codes(item, pictures)
        if has_points:
            keep_points(item, pictures)
        return item

    return look


def keep_points(item: Item, pictures) -> None:
    """Keep the points of a frame every two seconds."""
    views = [(2000 * place, features.extract(one)) for place, one in enumerate(pictures[::4])]
    data = featurefile.write(views)
    derivatives.save(item, DerivedFile("features", "application/octet-stream", 1, 1, 0, data))
    item.save(update_fields=["derivatives"])
    voting.note_change(item)


def keep_codes(item: Item, pictures) -> None:
    for place, picture in enumerate(pictures):
        looked = stills.fingerprint(picture)
        frame = Frame.objects.create(
            item=item,
            time_ms=500 * place,
            quality=looked.quality,
            is_comparable=looked.is_comparable,
            trim=looked.trim,
        )
        for code in looked.codes:
            row = candidates.keep_codes(code.algorithm, [code.bits])[code.bits]
            Fingerprint.objects.create(
                frame=frame,
                code=row,
                variant=code.variant,
                quality=code.quality,
                turns=b"".join(code.turns),
            )


def pan(picture: Image.Image, frames: int, first: int = 0, last: int | None = None):
    """What a camera sees that travels over a picture, `first` to `last` of `frames` moments."""
    wide = picture.width * 0.6
    step = (picture.width - wide) / (frames - 1)
    return [
        picture.resize((320, 180), box=(step * i, 0, step * i + wide, wide * 9 / 16))
        for i in range(first, frames if last is None else last)
    ]


@pytest.fixture
def heard():
    sent = []

    def listen(match, **_):
        sent.append(match)

    match_found.connect(listen)
    yield sent
    match_found.disconnect(listen)


def near(corners, px: float = 2.0):
    """Corners to within some pixels: a map found by points is not exact to the last of them."""
    return [pytest.approx(corner, abs=px) for corner in corners]


def words(match: Match) -> list[str]:
    return [word["edit"] for word in match.edits]


# --- Stills -------------------------------------------------------------------------------------


def test_a_smaller_copy_is_the_same_picture(photo, look_at):
    older = look_at(photo("temple"))
    newer = look_at(photo("temple").resize((320, 214)))
    (match,) = matching.find_copies(newer)
    assert (match.older, match.newer) == (older, newer)
    assert match.relation == Match.Relation.SAME_PICTURE
    assert match.decision == Match.Decision.OPEN
    assert match.distance_bits <= 10
    assert match.engine == matching.ENGINE
    assert match.edits == [{"edit": "scaled", "factor": pytest.approx(0.5, abs=0.01)}]
    assert match.region == near([[0, 0], [320, 0], [320, 214], [0, 214]])
    assert match.measures["inliers"] >= match.measures["distinctive"] >= 12
    assert match.measures["agreement"] > 0.9
    assert match.measures["covers_newer"] == pytest.approx(1.0, abs=0.01)
    assert match.measures["covers_older"] == pytest.approx(1.0, abs=0.01)
    assert match.segments == []


def test_without_points_the_codes_alone_tell(photo, look_at):
    """Items of before there were points, or whose file was lost."""
    look_at(photo("temple"), has_points=False)
    (match,) = matching.find_copies(look_at(photo("temple").resize((320, 214))))
    assert match.relation == Match.Relation.SAME_PICTURE
    assert match.region == [[0, 0], [320, 0], [320, 214], [0, 214]]
    assert match.drawn == {}
    assert match.measures == {
        "inliers": None,
        "distinctive": None,
        "agreement": None,
        "covers_newer": 1.0,
        "covers_older": 1.0,
    }


def test_different_photographs_do_not_match(photo, look_at):
    for name in ("astronaut", "temple", "flower", "cat", "coffee", "rocket"):
        assert matching.find_copies(look_at(photo(name))) == []


def test_a_mirrored_copy_says_so_and_draws_its_corners_mirrored(photo, look_at):
    older = look_at(photo("cat"))
    newer = look_at(photo("cat").transpose(Turn.FLIP_LEFT_RIGHT))
    (match,) = matching.find_copies(newer)
    wide, high = newer.width_px, newer.height_px
    assert match.edits == [{"edit": "mirrored"}]
    assert match.region == near([[wide, 0], [0, 0], [0, high], [wide, high]])
    assert match.older == older


def test_a_turned_copy_says_by_how_much(photo, look_at):
    look_at(photo("temple"))
    newer = look_at(photo("temple").transpose(Turn.ROTATE_270))  # Pillow turns anticlockwise
    (match,) = matching.find_copies(newer)
    assert match.edits == [{"edit": "turned", "degrees": 90}]
    assert match.region[:1] == near([[newer.width_px, 0]])


def test_edits_are_told_from_the_older_to_the_newer(photo, look_at):
    plain = photo("coffee")
    edited = ImageOps.expand(ImageOps.mirror(plain), border=(0, 80), fill="white")
    older, newer = look_at(plain), look_at(edited)
    (match,) = matching.find_copies(older)
    share = pytest.approx(80 / edited.height, abs=0.01)
    assert match.edits == [{"edit": "mirrored"}, {"edit": "bordered", "side_share": share}]
    assert match.measures["covers_newer"] == pytest.approx(plain.height / edited.height, abs=0.01)
    seen = match.seen_from(newer)
    assert seen.region[0] == pytest.approx([edited.width, 80], abs=4)
    assert seen.region[2] == pytest.approx([0, 80 + plain.height], abs=4)


def test_whichever_came_first_the_places_are_the_same(photo, look_at):
    plain = photo("coffee")
    edited = ImageOps.expand(ImageOps.mirror(plain), border=(0, 80), fill="white")
    older = look_at(edited)
    look_at(plain)
    (match,) = matching.find_copies(older)
    assert [one["edit"] for one in match.edits] == ["mirrored", "cropped"]
    assert match.seen_from(older).region[0] == pytest.approx([edited.width, 80], abs=4)
    assert match.measures["covers_newer"] == pytest.approx(1.0, abs=0.01)


def test_pictures_without_detail_match_nothing(look_at):
    for shade in (0, 128, 255):
        item = look_at(Image.new("RGB", (400, 300), (shade,) * 3))
        assert matching.find_copies(item) == []
    assert not Match.objects.exists()


def test_an_item_without_frames_matches_nothing(make_item):
    assert matching.find_copies(make_item()) == []


def test_a_trimmed_code_alone_is_enough(photo, look_at):
    """A photograph in a wide black frame, too poor as a whole."""
    look_at(photo("astronaut"))
    framed = ImageOps.expand(photo("astronaut"), border=300, fill="black")
    (match,) = matching.find_copies(look_at(framed))
    assert "bordered" in words(match)


def test_the_quality_of_codes_is_a_setting(photo, look_at, settings):
    look_at(photo("temple"), has_points=False)
    settings.MATCH_MIN_QUALITY = 101
    assert matching.find_copies(look_at(photo("temple").resize((300, 200)))) == []


# --- Copies that only points can tell -------------------------------------------------------------


def test_half_of_a_picture_is_found_where_it_was_cut_out(photo, look_at):
    whole = photo("temple")
    wide, high = whole.size
    box = (wide // 4, high // 5, wide * 19 // 20, high * 9 // 10)
    older = look_at(whole)
    newer = look_at(whole.crop(box))
    (match,) = matching.find_copies(newer)
    assert (match.older, match.relation) == (older, "same_picture")
    kept = (box[2] - box[0]) * (box[3] - box[1]) / (wide * high)
    assert match.edits == [{"edit": "cropped", "share": pytest.approx(1 - kept, abs=0.02)}]
    left, top = -box[0], -box[1]
    assert match.region == near(
        [[left, top], [left + wide, top], [left + wide, top + high], [left, top + high]], px=3
    )
    assert match.measures["covers_newer"] == pytest.approx(1.0, abs=0.01)
    assert match.measures["covers_older"] == pytest.approx(kept, abs=0.02)
    assert set("".join(match.drawn["grid"]["rows"])) <= set("+-.")
    assert len(match.drawn["pairs"]) >= 12


def test_a_mirrored_crop_with_a_caption_over_it_says_all_of_it(photo, look_at):
    look_at(photo("astronaut"))
    wide, high = photo("astronaut").size
    cut = ImageOps.mirror(photo("astronaut").crop((wide // 10, 0, wide, high * 8 // 10)))
    page = Image.new("RGB", (cut.width, cut.height + 90), "white")
    page.paste(cut, (0, 90))
    writing = ImageFont.load_default(size=34)
    ImageDraw.Draw(page).text((10, 20), "They never showed us this", font=writing, fill="black")
    (match,) = matching.find_copies(look_at(page))
    assert words(match)[:2] == ["mirrored", "cropped"]
    assert "captioned" in words(match)


def test_every_picture_of_a_collage_is_found(photo, look_at):
    names = ["temple", "coffee", "cat", "astronaut"]
    older = [look_at(photo(name)) for name in names]
    look_at(photo("rocket"))
    page = Image.new("RGB", (1000, 800), "white")
    for place, name in enumerate(names):
        page.paste(ImageOps.fit(photo(name), (490, 390)), (500 * (place % 2), 400 * (place // 2)))
    found = matching.find_copies(look_at(page))
    assert {match.older for match in found} == set(older)
    assert {match.relation for match in found} <= {"same_picture", "part_of"}
    assert all("inset" in words(match) for match in found)


def test_two_pictures_in_one_frame_of_an_app_are_not_the_same(photo, look_at):
    def screen(name: str) -> Image.Image:
        page = Image.new("RGB", (540, 960), (236, 229, 221))
        draw = ImageDraw.Draw(page)
        draw.rectangle((0, 0, 540, 90), fill=(7, 94, 84))
        draw.text((90, 28), "Neighbours of Hill Street", font=ImageFont.load_default(size=28))
        draw.ellipse((20, 15, 80, 75), fill="white")
        for place, word in enumerate(["Reply", "Forward", "Save", "Report"]):
            draw.text((30 + 125 * place, 900), word, "black", font=ImageFont.load_default(size=26))
        page.paste(ImageOps.fit(photo(name), (500, 620)), (20, 150))
        return page

    look_at(screen("coffee"))
    found = matching.find_copies(look_at(screen("astronaut")))
    assert [match for match in found if match.relation in {"same_picture", "part_of"}] == []


def test_a_cropped_still_is_found_in_footage(photo, look_at):
    clip = look_at(*pan(photo("temple"), 24))
    frame = pan(photo("temple"), 24)[16].resize((640, 360))
    (match,) = matching.find_copies(look_at(frame.crop((60, 30, 560, 330))))
    assert (match.older, match.relation) == (clip, "part_of")
    assert match.older_time_ms == pytest.approx(8000, abs=1000)


def test_cropped_and_mirrored_footage_is_found_with_its_range(photo, look_at):
    older = look_at(*pan(photo("temple"), 48))
    cut = [
        ImageOps.mirror(frame.crop((40, 20, 300, 166)))
        for frame in pan(photo("temple"), 48, 12, 40)
    ]
    (match,) = matching.find_copies(look_at(*cut))
    assert (match.older, match.relation) == (older, "same_footage")
    assert words(match)[0] == "mirrored"
    (segment,) = match.segments
    assert segment["query_start_ms"] == pytest.approx(0, abs=1000)
    assert segment["query_end_ms"] == pytest.approx(14_000, abs=1000)
    assert segment["other_start_ms"] == pytest.approx(6000, abs=1000)
    assert segment["other_end_ms"] == pytest.approx(20_000, abs=1000)


# --- Footage ------------------------------------------------------------------------------------


def test_a_still_is_found_at_its_moment(photo, look_at):
    frames = pan(photo("temple"), 12)
    clip = look_at(*frames)
    still = look_at(frames[7].resize((640, 360)))
    (match,) = matching.find_copies(still)
    assert match.relation == Match.Relation.PART_OF
    assert match.older == clip
    assert match.older_time_ms == 3500
    assert match.newer_time_ms == 0
    assert match.segments == []
    assert match.measures["covers_newer"] == 1.0
    assert 0 < match.measures["covers_older"] < 0.5


def test_footage_that_comes_later_finds_the_still_too(photo, look_at):
    frames = pan(photo("temple"), 12)
    still = look_at(frames[3].resize((640, 360)))
    (match,) = matching.find_copies(look_at(*frames))
    assert (match.older, match.newer_time_ms) == (still, 1500)


def test_a_cut_of_footage_is_found_with_its_ranges(photo, look_at):
    whole = look_at(*pan(photo("temple"), 24))
    cut = look_at(*pan(photo("temple"), 24, 8, 20))
    (match,) = matching.find_copies(cut)
    assert match.relation == Match.Relation.SAME_FOOTAGE
    (segment,) = match.segments
    assert segment["query_start_ms"] == 0
    assert segment["query_end_ms"] == 6000
    assert segment["other_start_ms"] == pytest.approx(4000, abs=500)
    assert segment["other_end_ms"] == pytest.approx(10_000, abs=500)
    assert segment["speed"] == 1.0
    assert match.measures["covers_newer"] == 1.0
    assert match.measures["covers_older"] == pytest.approx(0.5, abs=0.05)
    assert match.older == whole


def test_mirrored_footage_says_so(photo, look_at):
    frames = pan(photo("temple"), 16)
    look_at(*frames)
    (match,) = matching.find_copies(look_at(*(ImageOps.mirror(frame) for frame in frames)))
    assert "mirrored" in words(match)
    assert match.segments


def test_footage_of_another_place_with_the_same_end_card_does_not_match(photo, look_at):
    card = [photo("flower").resize((320, 180))] * 4
    look_at(*pan(photo("temple"), 16), *card)
    black = [Image.new("RGB", (320, 180))] * 4
    assert matching.find_copies(look_at(*black, *pan(photo("coffee"), 16), *card)) == []


def test_unchanging_footage_says_that_the_offset_is_not_known(photo, look_at):
    look_at(*[photo("cat").resize((320, 180))] * 10)
    (match,) = matching.find_copies(look_at(*[photo("cat").resize((320, 180))] * 6))
    (segment,) = match.segments
    assert segment["note"] == "matches throughout, offset not determined"
    assert match.seen_from(match.older).segments[0]["query_end_ms"] == 5000


# --- Rows ---------------------------------------------------------------------------------------


def test_looking_twice_adds_nothing_and_tells_nobody_twice(
    photo, look_at, heard, django_capture_on_commit_callbacks
):
    older, newer = look_at(photo("cat")), look_at(photo("cat").resize((300, 200)))
    with django_capture_on_commit_callbacks(execute=True):
        first = matching.find_copies(newer)
        again = matching.find_copies(newer)
        other_way = matching.find_copies(older)
    assert first == again == other_way
    assert heard == first
    assert Match.objects.count() == 1


def test_a_failing_listener_does_not_undo_the_match(
    photo, look_at, heard, django_capture_on_commit_callbacks
):
    def fail(**_):
        raise RuntimeError("the listener is broken")

    match_found.connect(fail)
    try:
        look_at(photo("cat"))
        with django_capture_on_commit_callbacks(execute=True):
            matching.find_copies(look_at(photo("cat").resize((300, 200))))
    finally:
        match_found.disconnect(fail)
    assert Match.objects.count() == 1


def test_what_was_decided_stays_decided_under_the_same_engine(photo, look_at, alice):
    look_at(photo("cat"))
    newer = look_at(photo("cat").resize((300, 200)))
    (match,) = matching.find_copies(newer)
    decisions.reject(match, alice, "look_alike")
    (again,) = matching.find_copies(newer)
    assert (again.decision, again.decided_by) == ("rejected", alice)


def test_a_new_engine_may_bring_a_rejected_pair_back_with_its_history(
    photo, look_at, alice, heard, monkeypatch, django_capture_on_commit_callbacks
):
    look_at(photo("cat"))
    newer = look_at(photo("cat").resize((300, 200)))
    (match,) = matching.find_copies(newer)
    decisions.reject(match, alice, "look_alike", "not the same cat")
    monkeypatch.setattr(matching, "ENGINE", "hashes-2")
    with django_capture_on_commit_callbacks(execute=True):
        (again,) = matching.find_copies(newer)
        matching.find_copies(newer)
    assert (again.pk, again.decision, again.engine) == (match.pk, "open", "hashes-2")
    assert again.decided_by is None
    assert again.note.startswith("not the same cat\nRejected on ")
    assert "by alice as “look-alike”, under engine sift-1" in again.note
    assert heard == [again]
    assert [entry.action for entry in newer.custody.all()][-1] == "match_reopened"
    assert custody.check_chain(newer) == []


def test_a_new_engine_leaves_confirmed_pairs_alone(photo, look_at, alice, monkeypatch):
    look_at(photo("cat"))
    newer = look_at(photo("cat").resize((300, 200)))
    (match,) = matching.find_copies(newer)
    decisions.confirm(match, alice, "same_picture")
    monkeypatch.setattr(matching, "ENGINE", "hashes-2")
    (again,) = matching.find_copies(newer)
    assert (again.decision, again.engine) == ("confirmed", "sift-1")


# --- The race -----------------------------------------------------------------------------------

PAIRS = 200


def hold(item: Item, code: bytes) -> None:
    """Commit an item's code, as the pipeline does when it has decoded."""
    with transaction.atomic():
        frame = Frame.objects.create(item=item, time_ms=0, quality=100, is_comparable=True)
        row = candidates.keep_codes(stills.PDQ, [code])[code]
        turns = code * len(stills.TURNS)
        Fingerprint.objects.create(frame=frame, code=row, quality=100, turns=turns)


@pytest.mark.django_db(transaction=True)
def test_two_submitters_of_near_identical_files_never_miss_each_other(make_item):
    """Insert, commit, then search: of each pair at least one finds the other."""
    random = np.random.default_rng(21)
    codes = [random.bytes(32) for _ in range(PAIRS)]
    nearly = [bytes([code[0] ^ 0b1011, *code[1:]]) for code in codes]
    pairs = [(make_item(), make_item()) for _ in range(PAIRS)]
    start = threading.Barrier(2)
    faults: list[BaseException] = []

    def submit(side: int, values: list[bytes]) -> None:
        try:
            for pair, code in zip(pairs, values, strict=True):
                start.wait(timeout=60)
                hold(pair[side], code)
                matching.find_copies(pair[side])
        except BaseException as fault:
            faults.append(fault)
            start.abort()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=submit, args=[0, codes]),
        threading.Thread(target=submit, args=[1, nearly]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    found = set(Match.objects.values_list("older", "newer"))
    assert found == {(one.pk, other.pk) for one, other in pairs}


@pytest.mark.django_db(transaction=True)
def test_a_copy_of_very_many_is_flagged_while_others_write(make_item, monkeypatch):
    """No query stays open from one match to the next: SQLite would refuse to write the second."""
    code = np.random.default_rng(22).bytes(32)
    items = [make_item() for _ in range(130)]
    for number, item in enumerate(items):
        hold(item, bytes([code[0] ^ number, *code[1:]]))
    keep_match = matching._keep

    def write_elsewhere() -> None:
        Item.objects.filter(pk=items[0].pk).update(sensitivity="")
        connection.close()

    def keep_after_another(*sides):
        other = threading.Thread(target=write_elsewhere)
        other.start()
        other.join()
        return keep_match(*sides)

    monkeypatch.setattr(matching, "_keep", keep_after_another)
    assert len(matching.find_copies(items[-1])) == len(items) - 1
