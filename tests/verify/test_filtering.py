"""A misspelt filter must not answer with everything."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["items/", "claims/", "sources/"])
def test_a_parameter_that_is_not_known_is_refused(alice, program_of, path):
    response = program_of(alice).get(f"/api/v1/{path}?stat=open&cursor=")
    assert response.status_code == 400
    body = response.json()
    assert body["code"] == "unknown_parameter"
    assert list(body["errors"]) == ["stat"]
    assert "cursor" in body["errors"]["stat"][0]


def test_a_value_that_is_none_is_refused(alice, program_of):
    response = program_of(alice).get("/api/v1/items/?state=gone")
    assert response.status_code == 400
    assert "state" in response.json()["errors"]
