"""The schema is whole and valid, and its page works under its own policy only."""

import pytest
import yaml
from drf_spectacular.validation import validate_schema

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client):
    response = client.get("/api/schema/")
    assert response.status_code == 200
    return yaml.safe_load(response.content)


def test_the_schema_is_valid_and_needs_no_key(schema):
    validate_schema(schema)
    assert schema["info"]["title"] == "Verify"
    assert schema["components"]["securitySchemes"]["token"]["name"] == "Authorization"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/items/", {"get", "post"}),
        ("/api/v1/items/{id}/", {"get"}),
        ("/api/v1/items/{id}/matches/", {"get"}),
        ("/api/v1/items/{id}/original/", {"get"}),
        ("/api/v1/matches/{id}/confirm/", {"post"}),
        ("/api/v1/claims/", {"get", "post"}),
        ("/api/v1/claims/{id}/", {"get", "patch"}),
        ("/api/v1/claims/next/", {"post"}),
        ("/api/v1/claims/{id}/decide/", {"post"}),
        ("/api/v1/steps/{id}/", {"get", "patch"}),
    ],
)
def test_the_schema_names_the_calls(schema, path, methods):
    assert methods <= schema["paths"][path].keys()


def test_an_upload_is_described_with_its_claim(schema):
    body = schema["paths"]["/api/v1/items/"]["post"]["requestBody"]["content"]
    reference = body["multipart/form-data"]["schema"]["$ref"].rsplit("/", 1)[-1]
    fields = schema["components"]["schemas"][reference]["properties"]
    assert {"file", "claim", "role", "origin_url", "posted_on"} <= fields.keys()
    assert fields["file"]["format"] == "binary"


def test_the_page_of_the_docs_relaxes_the_policy_for_itself_alone(client):
    docs = client.get("/api/docs/")
    assert docs.status_code == 200
    assert "unsafe-inline" in docs["Content-Security-Policy"]
    assert "script-src" not in docs["Content-Security-Policy"]
    assert b"<script>" not in docs.content
    assert b"https://" not in docs.content
    other = client.get("/api/schema/")
    assert "unsafe-inline" not in other["Content-Security-Policy"]
