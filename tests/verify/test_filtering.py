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


@pytest.mark.parametrize(
    "query", ["items/?matching=maybe", "claims/?reuse=2", "claims/?reuse=None"]
)
def test_what_is_neither_true_nor_false_is_refused(alice, program_of, query):
    response = program_of(alice).get(f"/api/v1/{query}")
    assert response.status_code == 400
    assert response.json()["errors"] == {query.split("?")[1].split("=")[0]: ["Use true or false."]}


@pytest.mark.parametrize("value", ["true", "False", "1", "0", ""])
def test_true_and_false_are_understood(alice, program_of, value):
    assert program_of(alice).get(f"/api/v1/items/?matching={value}").status_code == 200
