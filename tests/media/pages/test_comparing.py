import pytest
from django.urls import reverse

from media.models import Match


@pytest.fixture
def make_match(make_item):
    def make(older=None, newer=None, **fields) -> Match:
        values = {"relation": "same_picture", "distance_bits": 12, "engine": "hashes-1", **fields}
        older = older or make_item()
        return Match.objects.create(older=older, newer=newer or make_item(), **values)

    return make


def page(match, item=None):
    return reverse("match", args=[match.uuid]) + (f"?from={item.uuid}" if item else "")


def decide(browser, match, **values):
    return browser.post(reverse("match-decide", args=[match.uuid]), values)


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("erin", 200), ("vera", 200), ("sam", 403), ("charlie", 403)],
)
def test_who_may_compare(make_match, who, status, request, client_of):
    person = request.getfixturevalue(who)
    assert client_of(person).get(page(make_match())).status_code == status


def test_the_page_is_drawn_from_the_side_a_person_came_from(
    make_match, make_item, alice, client_of
):
    older, newer = make_item(width_px=100, height_px=50), make_item(width_px=80, height_px=40)
    match = make_match(
        older, newer, region=[[0, 0], [80, 0], [80, 40], [0, 40]],
        region_back=[[10, 5], [90, 5], [90, 45], [10, 45]],
    )  # fmt: skip
    from_newer = client_of(alice).get(page(match, newer)).context
    from_older = client_of(alice).get(page(match, older)).context
    assert [side.item for side in from_newer["sides"]] == [newer, older]
    assert from_newer["sides"][0].drawing.region == match.region
    assert [side.item for side in from_older["sides"]] == [older, newer]
    assert from_older["sides"][0].drawing.region == match.region_back


@pytest.mark.parametrize("side", ["nonsense", "", "00000000-0000-0000-0000-000000000000", "<b>"])
def test_a_side_that_is_none_of_the_two_falls_back_to_the_later(make_match, alice, client_of, side):
    match = make_match()
    context = client_of(alice).get(page(match) + f"?from={side}").context
    assert context["seen"].this == match.later


def test_matched_ranges_are_drawn_on_both_lines(make_match, make_item, alice, client_of):
    footage = {"kind": "footage", "duration_ms": 20_000, "frame_rate": 25.0}
    match = make_match(
        make_item(**footage), make_item(**footage), relation="same_footage",
        segments=[{
            "query_start_ms": 400, "query_end_ms": 11_400,
            "other_start_ms": 3600, "other_end_ms": 14_600, "speed": 1.0,
        }],
    )  # fmt: skip
    shown = client_of(alice).get(page(match)).content.decode()
    assert '<rect class="line-in" x="400" y="0" width="11000" height="14"/>' in shown
    assert '<rect class="line-in" x="3600" y="0" width="11000" height="14"/>' in shown
    assert "0:03.600 – 0:14.600" in shown


def test_no_page_holds_an_inline_style_or_script(make_match, alice, client_of):
    shown = client_of(alice).get(page(make_match())).content.decode()
    assert " style=" not in shown
    assert "<script>" not in shown
    assert "onclick" not in shown


@pytest.mark.parametrize(
    ("kinds", "offered"),
    [
        (("still", "still"), ["same_picture", "same_scene_other_angle"]),
        (("footage", "footage"), ["same_footage", "same_scene_other_angle"]),
        (("still", "footage"), ["same_footage", "same_picture", "same_scene_other_angle"]),
    ],
)
def test_what_is_offered_fits_the_two(make_match, make_item, alice, client_of, kinds, offered):
    match = make_match(*(make_item(kind=kind) for kind in kinds))
    choices = client_of(alice).get(page(match)).context["choices"]
    confirming = [choice.value for choice in choices if choice.is_confirming]
    assert confirming == [f"confirm:{kind}" for kind in offered]
    assert choices[0].key == "c"
    assert len({choice.key for choice in choices}) == len(choices)
    assert not {choice.key for choice in choices} & set("jkbuegm1234,.K")


@pytest.mark.parametrize("kind", Match.Kind.values)
def test_a_match_is_confirmed_by_a_plain_form(make_match, alice, client_of, kind):
    match = make_match()
    response = decide(client_of(alice), match, choice=f"confirm:{kind}", note="same tower")
    assert response.status_code == 302
    match.refresh_from_db()
    assert (match.decision, match.kind, match.note) == ("confirmed", kind, "same tower")
    assert match.decided_by == alice


@pytest.mark.parametrize("reason", Match.RejectReason.values)
def test_a_match_is_rejected_by_a_plain_form(make_match, alice, client_of, reason):
    match = make_match()
    decide(client_of(alice), match, choice=f"reject:{reason}", note="other tower")
    match.refresh_from_db()
    assert (match.decision, match.reject_reason) == ("rejected", reason)


def test_other_needs_a_note_and_nothing_typed_is_lost(make_match, alice, client_of):
    match = make_match()
    response = decide(client_of(alice), match, choice="reject:other", note="  ")
    assert response.status_code == 422
    assert "Say in the note why" in response.content.decode()
    wrong = decide(client_of(alice), match, choice="reject:nonsense", note="kept words")
    assert wrong.status_code == 422
    assert 'value="kept words"' in wrong.content.decode()
    match.refresh_from_db()
    assert match.decision == "open"


def test_the_second_decider_is_told_of_the_first(make_match, alice, bob, client_of):
    match = make_match()
    decide(client_of(alice), match, choice="confirm:same_picture", note="by alice")
    response = decide(client_of(bob), match, choice="reject:look_alike", note="by bob")
    shown = response.content.decode()
    assert response.status_code == 409
    assert "alice" in shown
    assert "by alice" in shown
    match.refresh_from_db()
    assert (match.decision, match.decided_by) == ("confirmed", alice)


@pytest.mark.parametrize("who", ["vera", "sam", "charlie"])
def test_who_may_not_decide(make_match, who, request, client_of):
    match = make_match()
    person = request.getfixturevalue(who)
    assert decide(client_of(person), match, choice="confirm:same_picture").status_code == 403
    match.refresh_from_db()
    assert match.decision == "open"


def test_who_may_only_look_gets_no_buttons(make_match, vera, client_of):
    shown = client_of(vera).get(page(make_match())).content.decode()
    assert "match-decide" not in shown
    assert 'name="choice"' not in shown


def test_a_decision_leads_to_the_next_pair_of_the_same_item(
    make_match, make_item, alice, client_of
):
    item = make_item()
    first, second = make_match(item), make_match(item)
    make_match()
    response = decide(
        client_of(alice), first, choice="confirm:same_picture", **{"from": str(item.uuid)}
    )
    assert response["Location"] == page(second, item)


def test_the_last_decision_of_an_item_stays_and_offers_another_items_pair(
    make_match, alice, client_of
):
    match, elsewhere = make_match(), make_match()
    item = match.later
    values = {"choice": "confirm:same_picture", "from": str(item.uuid)}
    response = decide(client_of(alice), match, **values)
    assert response["Location"] == page(match, item)
    shown = client_of(alice).get(response["Location"]).content.decode()
    assert page(elsewhere, elsewhere.later) in shown
    assert "decided by alice" in shown


def test_the_order_says_where_one_is(make_match, make_item, alice, client_of):
    item = make_item()
    matches = [make_match(item) for _ in range(3)]
    context = client_of(alice).get(page(matches[1], item)).context["order"]
    assert (context["place"], context["waiting"]) == (2, 3)
    assert context["next"] == page(matches[2], item)
    assert context["previous"] == page(matches[0], item)


def test_deciding_is_never_a_link(make_match, alice, client_of):
    match = make_match()
    assert client_of(alice).get(reverse("match-decide", args=[match.uuid])).status_code == 405


def test_a_decision_without_the_forms_token_is_refused(make_match, alice, client_of):
    match = make_match()
    browser = client_of(alice)
    browser.handler.enforce_csrf_checks = True
    assert decide(browser, match, choice="confirm:same_picture").status_code == 403


def test_a_match_without_pictures_still_has_a_page(make_match, make_item, alice, client_of):
    broken = make_item(state="undecodable", reason_code="corrupt", width_px=None, height_px=None)
    response = client_of(alice).get(page(make_match(broken)))
    assert response.status_code == 200


# --- What is drawn ------------------------------------------------------------------------------
DRAWN = {
    "there": [[0.5, 0, 0.25], [0, 0.5, 0.25], [0, 0, 1]],
    "grid": {"side": "newer", "cell": [0.25, 0.25], "rows": ["....", ".+-.", ".++.", "...."]},
    "pairs": [[0.5, 0.5, 0.5, 0.5], [0.3, 0.3, 0.1, 0.1]],
}
MEASURES = {
    "inliers": 46, "distinctive": 41, "agreement": 0.75, "covers_newer": 0.25, "covers_older": 1.0,
}  # fmt: skip


def test_region_cells_and_points_are_drawn_on_both_sides(make_match, make_item, alice, client_of):
    older, newer = make_item(width_px=100, height_px=50), make_item(width_px=400, height_px=200)
    match = make_match(older, newer, drawn=DRAWN, measures=MEASURES)
    shown = client_of(alice).get(page(match, newer)).content.decode()
    assert 'points="100,50 300,50 300,150 100,150"' in shown  # the older one, in the newer
    assert 'points="-50,-25 150,-25 150,75 -50,75"' in shown
    assert 'class="cells-differing" d="M200 50L300 50L300 100L200 100z"' in shown
    assert 'class="cells-differing" d="M50 0L100 0L100 25L50 25z"' in shown
    assert shown.count("data-dot") == 4
    assert "struck through: different, 1 cell." in shown


def test_the_numbers_come_with_what_they_mean_and_what_is_needed(make_match, alice, client_of):
    match = make_match(drawn=DRAWN, measures=MEASURES)
    shown = " ".join(client_of(alice).get(page(match, match.newer)).content.decode().split())
    assert "<b>46</b> agree, <b>41</b> of them distinctive" in shown
    assert "(12 for the same picture, 8 for a part)" in shown
    assert "<b>25 %</b> of this, <b>100 %</b> of the other" in shown
    assert "None of these numbers is a probability" in shown


def test_a_match_by_hash_alone_has_no_switches_for_what_was_not_judged(
    make_match, alice, client_of
):
    shown = client_of(alice).get(page(make_match())).content.decode()
    assert "show-cells" not in shown
    assert "show-points" not in shown
    assert "not measured: flagged by hash" in shown


def test_a_match_by_points_alone_says_that_no_hash_was_compared(make_match, alice, client_of):
    shown = client_of(alice).get(page(make_match(distance_bits=None))).content.decode()
    assert "one side has too little detail for a hash" in shown


def test_each_range_has_its_offset_and_speed(make_match, make_item, alice, client_of):
    footage = {"kind": "footage", "duration_ms": 60_000, "frame_rate": 25.0}
    placed = {
        "query_start_ms": 0, "query_end_ms": 10_000,
        "other_start_ms": 5000, "other_end_ms": 17_500, "speed": 1.25,
    }  # fmt: skip
    anywhere = {**placed, "speed": 1.0, "note": "matches throughout, offset not determined"}
    match = make_match(make_item(**footage), make_item(**footage), segments=[placed, anywhere])
    from_newer = client_of(alice).get(page(match, match.newer)).context["parts"]
    from_older = client_of(alice).get(page(match, match.older)).context["parts"]
    assert [(part["is_placed"], part["rate"]) for part in from_newer] == [(True, 1.25), (False, 1)]
    assert [(part["is_placed"], part["rate"]) for part in from_older] == [(True, 0.8), (False, 1)]


# --- Undo ---------------------------------------------------------------------------------------
def undo(browser, match, **values):
    return browser.post(reverse("match-undo", args=[match.uuid]), values)


def test_a_decision_is_undone_by_a_plain_form(make_match, alice, client_of):
    match = make_match()
    browser = client_of(alice)
    decide(browser, match, choice="confirm:same_picture")
    assert reverse("match-undo", args=[match.uuid]) in browser.get(page(match)).content.decode()
    response = undo(browser, match)
    assert response["Location"] == page(match, match.later)
    match.refresh_from_db()
    assert match.decision == "open"
    assert 'name="choice"' in browser.get(page(match)).content.decode()


def test_who_undoes_the_decision_of_another_is_asked_why(make_match, alice, bob, client_of):
    match = make_match()
    decide(client_of(alice), match, choice="confirm:same_picture")
    response = undo(client_of(bob), match)
    assert response.status_code == 422
    assert "alice decided this" in response.content.decode()
    assert undo(client_of(bob), match, note="Two towers.").status_code == 302


def test_undoing_what_is_open_already_says_so(make_match, alice, client_of):
    response = undo(client_of(alice), make_match())
    assert response.status_code == 409
    assert "This match is open" in response.content.decode()


@pytest.mark.parametrize("who", ["vera", "sam", "charlie"])
def test_who_may_not_undo(make_match, who, alice, request, client_of):
    match = make_match()
    decide(client_of(alice), match, choice="confirm:same_picture")
    person = request.getfixturevalue(who)
    assert undo(client_of(person), match, note="Mine.").status_code == 403
    match.refresh_from_db()
    assert match.decision == "confirmed"
