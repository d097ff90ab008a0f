"""Lists are paged by cursor: whole, once each, and undisturbed by new rows."""

import pytest

pytestmark = pytest.mark.django_db


def test_pages_together_hold_every_row_once(alice, program_of, make_claim):
    made = [str(make_claim().uuid) for _ in range(7)]
    program = program_of(alice)
    address, seen = "/api/v1/claims/?page_size=3", []
    while address:
        page = program.get(address).json()
        assert page.keys() == {"next", "previous", "results"}
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
        make_claim()  # a row that comes meanwhile shifts nothing
    assert seen == made[::-1]


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "", "1e2", "٣", "99999999999999999999"])
def test_a_page_size_out_of_range_is_refused(alice, program_of, size):
    response = program_of(alice).get("/api/v1/claims/", {"page_size": size})
    assert response.status_code == 400
    assert "page_size" in response.json()["errors"]


@pytest.mark.parametrize("cursor", ["x", "%%%", "cD0x", "cD1hYmM=", "\x00"])
def test_a_cursor_of_nobody_is_refused(alice, program_of, make_claim, cursor):
    make_claim()
    response = program_of(alice).get("/api/v1/claims/", {"cursor": cursor})
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert response.json()["code"] == "bad_cursor"
