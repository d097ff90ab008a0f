import io

import pytest
from django.test import RequestFactory

from media.pages import ranges

BODY = bytes(range(100))
ETAG = '"v1"'


def ask(method="get", body=BODY, **headers):
    request = getattr(RequestFactory(), method)("/", headers=headers)
    return ranges.serve(request, io.BytesIO(body), content_type="video/mp4", etag="v1")


def read(response):
    return b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=0-", (0, 99)),
        ("bytes=10-19", (10, 19)),
        ("bytes=99-", (99, 99)),
        ("bytes=90-500", (90, 99)),
        ("bytes=-1", (99, 99)),
        ("bytes=-100", (0, 99)),
        ("bytes=-5000", (0, 99)),
        ("BYTES=1-2", (1, 2)),
        ("bytes= 1-2 ", (1, 2)),
        ("bytes=0-" + "9" * 5000, (0, 99)),
        ("bytes=" + "0" * 5000 + "7-8", (7, 8)),
        ("bytes=-" + "9" * 5000, (0, 99)),
    ],
)
def test_a_range_that_exists_is_answered_exactly(header, expected):
    first, last = expected
    response = ask(Range=header)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/100"
    assert response["Content-Length"] == str(last - first + 1)
    assert read(response) == BODY[first : last + 1]


@pytest.mark.parametrize(
    "header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=" + "9" * 5000 + "-"]
)
def test_a_range_past_the_end_is_unsatisfiable(header):
    response = ask(Range=header)
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */100"
    assert read(response) == b""


@pytest.mark.parametrize(
    "header",
    [
        "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1-2,4-5", "bytes=0-0,-1",
        "bytes=" + ",".join(["0-"] * 1300), "items=0-5", "bytes=1.5-3", "bytes=+1-3", "bytes=--5",
        "bytes=1-2;q=1", "bytes=٣-٤", "bytes=0x1-0x2", "bytes 0-5", "bytes=1 - 2", "bytes=1_0-20",
    ],
)  # fmt: skip
def test_what_is_no_single_range_is_answered_with_the_whole(header):
    response = ask(Range=header)
    assert response.status_code == 200
    assert response["Content-Length"] == "100"
    assert response["Accept-Ranges"] == "bytes"
    assert read(response) == BODY


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1"])
def test_an_empty_file_has_no_range(header):
    assert ask(body=b"", Range=header).status_code == 416
    assert read(ask(body=b"")) == b""


def test_if_range_of_this_version_gets_the_part_and_of_another_the_whole():
    assert ask(Range="bytes=1-2", **{"If-Range": ETAG}).status_code == 206
    for other in ['"v0"', 'W/"v1"', "Wed, 21 Oct 2015 07:28:00 GMT", "nonsense"]:
        response = ask(Range="bytes=1-2", **{"If-Range": other})
        assert response.status_code == 200
        assert read(response) == BODY


@pytest.mark.parametrize("tag", [ETAG, 'W/"v1"', "*", '"x", "v1"'])
def test_a_known_version_is_not_sent_again(tag):
    response = ask(Range="bytes=0-1", **{"If-None-Match": tag})
    assert response.status_code == 304
    assert response["ETag"] == ETAG
    assert read(response) == b""


def test_if_match_of_another_version_fails_and_dates_are_ignored():
    assert ask(**{"If-Match": '"v0"'}).status_code == 412
    assert ask(**{"If-Match": '"v1"'}).status_code == 200
    assert ask(**{"If-Unmodified-Since": "Wed, 21 Oct 2015 07:28:00 GMT"}).status_code == 200


def test_head_says_the_length_and_sends_nothing():
    response = ask("head", Range="bytes=5-6")
    assert response.status_code == 200
    assert response["Content-Length"] == "100"
    assert response["Content-Type"] == "video/mp4"
    assert not response.streaming
    assert read(response) == b""


def test_a_server_that_asks_the_part_for_its_size_is_told_the_parts():
    part = ranges.Part(io.BytesIO(BODY), 10, 5)
    assert part.seek(0, io.SEEK_END) == 5
    assert part.seek(2) == 2
    assert part.read(100) == BODY[12:15]
    assert part.read() == b""
    part.seek(-3, io.SEEK_CUR)
    assert part.read(1) == BODY[12:13]


def test_the_answer_closes_its_file(db):
    for headers in [{}, {"Range": "bytes=0-1"}, {"Range": "bytes=500-"}, {"If-None-Match": "*"}]:
        file = io.BytesIO(BODY)
        request = RequestFactory().get("/", headers=headers)
        ranges.serve(request, file, content_type="image/webp", etag="v1").close()
        assert file.closed
