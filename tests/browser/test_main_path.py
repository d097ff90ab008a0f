"""The main path in a real browser, by keyboard alone. A screenshot is kept where it fails."""

import io

import pytest
from PIL import ImageOps
from playwright.sync_api import Page, expect

from claims import attachments, intake, sources
from claims.models import Claim
from claims.states import State
from media import ingest, tasks
from media.models import Job
from verify.demo import scenes

expect.set_options(timeout=20_000)  # milliseconds: a busy machine is not a fault of the page
pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("beside_a_browser"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def flagged_claim(sam, alice) -> Claim:
    """A claim whose picture is a mirrored copy of one posted in 2019."""
    temple = scenes.photo("temple")
    for name, picture, posted_on in [
        ("temple.jpg", temple, "2019-03-04"),
        ("burned.jpg", ImageOps.mirror(temple), "2023-02-05"),
    ]:
        file = io.BytesIO(scenes.as_bytes(picture))
        item = ingest.accept_upload(
            file, by=sam, door="api", file_name=name, posted_on=posted_on
        ).item
    while job := Job.objects.filter(state=Job.State.PENDING).first():
        tasks.run_job(job.pk)
    claim = intake.create_claim(
        sam,
        statement="The temple burned down on Sunday",
        claimant=sources.find_or_create("Night watch", "Telegram", "@night"),
        event_on="2023-02-05",
    )
    attachments.attach(claim, item, alice)
    return claim


def sign_in(page: Page, live_server, name: str) -> None:
    page.goto(f"{live_server.url}/login/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/queue/")
    expect(page.locator("html.has-script")).to_be_attached()


def see_page(page: Page, heading: str) -> None:
    """Wait for a page and its scripts: keys pressed before are lost, as for a person."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    page.wait_for_load_state("load")


def test_a_checker_decides_a_flagged_claim_by_keyboard_and_an_editor_publishes(
    page: Page, live_server, flagged_claim, alice, dana, console
):
    sign_in(page, live_server, "alice")
    expect(page.locator("tbody")).to_contain_text("to decide")
    page.keyboard.press("Enter")
    see_page(page, "The temple burned down")
    page.keyboard.press("t")
    expect(page.locator("#top")).to_contain_text("In review")

    see_page(page, "The temple burned down")
    page.keyboard.press("m")
    see_page(page, "same picture")
    expect(page.locator("main")).to_contain_text("mirrored")
    page.keyboard.press("c")
    expect(page.locator("body")).to_contain_text("onfirmed")
    page.goto(f"{live_server.url}/claims/{flagged_claim.pk}/")
    expect(page.locator("main")).to_contain_text("before the claimed event")

    required = page.locator("#checklist .step", has=page.get_by_text("required", exact=True))
    while required.count():
        required.first.locator("summary").focus()
        if required.first.get_attribute("open") is None:
            page.keyboard.press("Enter")
        left = required.count()
        page.keyboard.press("4")
        page.keyboard.type("Nothing in the picture tells.")
        page.keyboard.press("Control+Enter")
        expect(required).to_have_count(left - 1)

    page.keyboard.press("Escape")
    page.locator("body").focus()
    page.keyboard.press("d")
    page.get_by_role("radio", name="Missing context").check(force=True)
    page.get_by_label("What was found").fill("The picture was posted in March 2019.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#top")).to_contain_text("Decided")

    page.context.clear_cookies()
    sign_in(page, live_server, "dana")
    page.goto(f"{live_server.url}/claims/{flagged_claim.pk}/")
    page.keyboard.press("p")
    expect(page.locator("#top")).to_contain_text("Published")
    flagged_claim.refresh_from_db()
    assert flagged_claim.state == State.PUBLISHED

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/published/{flagged_claim.pk}/")
    expect(page.locator("body")).to_contain_text("Missing context")
    assert console == []
