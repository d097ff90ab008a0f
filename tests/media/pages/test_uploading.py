import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from media.models import Item, Job, Submission

UPLOAD = "/upload/"


@pytest.fixture
def picture(photo_bytes):
    def make(name="a.jpg", photo="temple") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, photo_bytes(photo), content_type="text/html")

    return make


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("erin", 200), ("sam", 200), ("vera", 403), ("charlie", 403)],
)
def test_who_may_upload(who, status, request, client_of):
    assert client_of(request.getfixturevalue(who)).get(UPLOAD).status_code == status


def test_files_sent_by_the_plain_form_are_kept_with_their_story(picture, sam, client_of):
    browser = client_of(sam)
    story = {
        "credit": "@nm_dnr/Newsflash",
        "caption": "As posted",
        "posted_on": "2023-02",
        "origin_url": "https://example.org/1",
    }
    response = browser.post(
        UPLOAD, {**story, "file": [picture("a.jpg"), picture("b.jpg", "rocket")]}
    )
    assert response.status_code == 302
    shown = text(browser.get(UPLOAD))
    assert "a.jpg" in shown
    assert "b.jpg" in shown
    assert Item.objects.count() == 2
    assert Job.objects.filter(kind="process").count() == 2
    for submission in Submission.objects.all():
        assert (submission.by, submission.door) == (sam, "page")
        assert {name: getattr(submission, name) for name in story} == story
    assert "a.jpg" not in text(browser.get(UPLOAD))


def test_the_same_bytes_twice_are_one_item_and_the_sender_is_told(picture, alice, client_of):
    browser = client_of(alice)
    browser.post(UPLOAD, {"file": picture()})
    browser.post(UPLOAD, {"file": picture("again.jpg")})
    assert "these bytes are already here" in text(browser.get(UPLOAD))
    assert Item.objects.count() == 1
    assert Submission.objects.count() == 2


def test_what_is_refused_says_why_while_the_rest_is_kept(picture, alice, client_of):
    files = [
        picture(),
        SimpleUploadedFile("page.jpg", b"<html><script>alert(1)</script>"),
        SimpleUploadedFile("<b>empty</b>.png", b""),
    ]
    response = client_of(alice).post(UPLOAD, {"file": files, "credit": "kept words"})
    shown = text(response)
    assert response.status_code == 422
    assert [result["outcome"] for result in response.context["results"]] == [
        "new", "refused", "refused",
    ]  # fmt: skip
    assert [result.get("code") for result in response.context["results"]] == [
        None, "type_not_accepted", "empty_file",
    ]  # fmt: skip
    assert 'value="kept words"' in shown
    assert "<b>empty" not in shown
    assert Item.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("posted_on", "5 Feb 2023"),
        ("posted_on", "2023-13-45"),
        ("origin_url", "javascript:alert(1)"),
        ("origin_url", "no address"),
        ("credit", "x" * 301),
    ],
)
def test_a_story_that_is_not_understood_keeps_what_was_typed_and_stores_nothing(
    picture, alice, client_of, field, value
):
    values = {"file": picture(), "caption": "my long caption", field: value}
    response = client_of(alice).post(UPLOAD, values)
    assert response.status_code == 422
    assert "my long caption" in text(response)
    assert response.context["form"].errors[field]
    assert not Item.objects.exists()


def test_a_form_without_a_file_says_so(alice, client_of):
    response = client_of(alice).post(UPLOAD, {"credit": "typed"})
    assert response.status_code == 422
    assert "Choose at least one file." in text(response)
    assert 'value="typed"' in text(response)


def test_what_is_too_large_is_refused_in_words_before_it_is_read(alice, client_of, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    large = SimpleUploadedFile("large.jpg", b"x" * (5 * 1024 * 1024))
    response = client_of(alice).post(UPLOAD, {"file": large})
    assert response.status_code == 413
    assert "larger than" in text(response)
    assert not Item.objects.exists()


def test_the_script_gets_the_same_lines_without_the_page(picture, alice, client_of):
    browser = client_of(alice)
    hx = {"HX-Request": "true"}
    kept = browser.post(UPLOAD, {"file": picture()}, headers=hx)
    assert kept.status_code == 200
    assert "<html" not in text(kept)
    assert "Open the item" in text(kept)
    refused = browser.post(UPLOAD, {"file": picture(), "posted_on": "soon"}, headers=hx)
    assert refused.status_code == 422
    assert "refused" in text(refused)
    assert "Posted on:" in text(refused)


def test_a_form_without_its_token_is_refused(picture, alice, client_of):
    browser = client_of(alice)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(UPLOAD, {"file": picture()}).status_code == 403
    assert not Item.objects.exists()


def test_who_may_not_upload_leaves_nothing_behind(picture, vera, client_of, data_dir):
    assert client_of(vera).post(UPLOAD, {"file": picture()}).status_code == 403
    assert not Item.objects.exists()
    assert not list(data_dir.rglob("*.part"))
