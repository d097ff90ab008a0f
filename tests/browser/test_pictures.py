"""Comparing, weighing and looking up pictures in a real browser."""

import base64
import io

import pytest
from PIL import ImageOps
from playwright.sync_api import Page, expect

from media import ingest, lookups, tasks
from media.models import Item, Job, Match
from verify.demo import scenes

expect.set_options(timeout=20_000)  # milliseconds: a busy machine is not a fault of the page
pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("beside_a_browser"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def pair(sam) -> tuple[Item, Item]:
    """A photograph and a mirrored crop of it with a caption, received, read and matched."""
    temple = scenes.photo("temple")
    crop = ImageOps.mirror(temple.crop((30, 20, 480, 330)))
    items = []
    for name, picture in (("whole.jpg", temple), ("part.jpg", crop)):
        file = io.BytesIO(scenes.as_bytes(picture))
        items.append(ingest.accept_upload(file, by=sam, door="api", file_name=name).item)
    while job := Job.objects.filter(state=Job.State.PENDING).first():
        tasks.run_job(job.pk)
    return items[0], items[1]


def sign_in(page: Page, live_server) -> None:
    page.goto(f"{live_server.url}/login/")
    page.get_by_label("Name").fill("alice")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/queue/")


def test_a_pair_is_compared_in_every_way_and_a_decision_taken_back(
    page: Page, live_server, pair, alice, console
):
    sign_in(page, live_server)
    match = Match.objects.get()
    page.goto(f"{live_server.url}/matches/{match.uuid}/?from={pair[1].uuid}")
    page.wait_for_load_state("load")
    cells, dots = page.locator(".cells-agreeing"), page.locator("[data-dot]")
    expect(cells.first).to_be_hidden()
    page.keyboard.press("a")
    expect(cells).to_have_count(2)
    expect(page.locator("[data-legend]")).to_contain_text("struck through")
    expect(page.locator(".lines line")).to_have_count(0)
    page.keyboard.press("i")
    expect(page.locator(".lines line")).to_have_count(dots.count() // 2)
    other = page.locator('[data-side="other"] [data-media]')
    for key, mode in (("2", "overlay"), ("3", "blink"), ("4", "difference")):
        page.keyboard.press(key)
        expect(page.locator("[data-compare]")).to_have_attribute("data-mode", mode)
        assert "matrix3d" in other.evaluate("picture => picture.style.transform")
    page.keyboard.press("1")
    expect(page.locator("[data-compare]")).to_have_attribute("data-mode", "side")

    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirmed")
    page.wait_for_load_state("load")
    page.keyboard.press("z")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Is this the same")
    match.refresh_from_db()
    assert match.decision == "open"
    assert "reopened by alice" in match.note
    assert console == []


def test_the_overlay_lies_where_the_match_says(page: Page, live_server, pair, alice):
    """The corners of the other picture, as the browser lays them, against the found region."""
    sign_in(page, live_server)
    match = Match.objects.get()
    page.goto(f"{live_server.url}/matches/{match.uuid}/?from={pair[1].uuid}")
    page.wait_for_load_state("load")
    page.keyboard.press("2")
    expect(page.locator("[data-compare]")).to_have_attribute("data-mode", "overlay")
    laid = page.evaluate(
        """() => {
          const [here, there] = ["this", "other"].map((name) =>
            document.querySelector(`[data-side="${name}"] [data-media]`));
          const box = here.closest("[data-view]"), wide = Number(here.getAttribute("width"));
          const high = Number(here.getAttribute("height"));
          const scale = Math.min(box.clientWidth / wide, box.clientHeight / high);
          const left = (box.clientWidth - wide * scale) / 2;
          const top = (box.clientHeight - high * scale) / 2;
          const map = new DOMMatrix(there.style.transform);
          const otherWide = Number(there.getAttribute("width"));
          const otherHigh = Number(there.getAttribute("height"));
          const fit = Math.min(box.clientWidth / otherWide, box.clientHeight / otherHigh);
          const x0 = (box.clientWidth - otherWide * fit) / 2;
          const y0 = (box.clientHeight - otherHigh * fit) / 2;
          return [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => {
            const at = new DOMPoint(x0 + x * otherWide * fit, y0 + y * otherHigh * fit);
            const put = map.transformPoint(at);
            return [(put.x / put.w - left) / scale, (put.y / put.w - top) / scale];
          });
        }"""
    )
    for corner, expected in zip(laid, match.region, strict=True):
        assert corner == pytest.approx(expected, abs=1.0)  # pixels


def test_any_two_items_are_weighed_from_an_items_page(
    page: Page, live_server, pair, alice, console
):
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/items/{pair[0].uuid}/")
    page.get_by_label("Id or address of another item").fill(
        f"{live_server.url}/items/{pair[1].uuid}/"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Why do these two match?")
    expect(page.locator("main")).to_contain_text("Distinctive points")
    assert console == []


def drop(page: Page, data: bytes, name: str) -> None:
    """Drop a file on the page, as from a folder."""
    page.evaluate(
        """([data, name]) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const carried = new DataTransfer();
          carried.items.add(new File([bytes], name, {type: "image/jpeg"}));
          document.body.dispatchEvent(
            new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
        }""",
        [base64.b64encode(data).decode(), name],
    )


def test_a_dropped_picture_is_looked_up_and_not_kept(
    page: Page, live_server, pair, alice, console, monkeypatch
):
    monkeypatch.setattr(lookups, "_ring", lambda row: tasks.answer_lookup(row.pk))
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/library/")
    page.wait_for_load_state("load")
    answer = page.locator("[data-lookup-answer]")
    drop(page, scenes.as_bytes(scenes.photo("temple").crop((80, 40, 440, 320))), "found.jpg")
    expect(answer).to_contain_text("found.jpg looks like 2 items here")
    expect(answer.get_by_role("link", name="whole.jpg")).to_be_visible()
    drop(page, scenes.as_bytes(scenes.photo("coffee")), "other.jpg")
    expect(answer).to_contain_text("other.jpg: nothing found among 2 items")
    assert Item.objects.count() == 2
    assert console == []
