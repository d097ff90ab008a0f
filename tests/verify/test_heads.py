"""A HEAD through a real server leaves the connection whole."""

import http.client
import threading

import pytest
from django.http import HttpResponse
from waitress.server import create_server

from verify.heads import HeadsOnly
from verify.wsgi import application


def test_a_head_has_the_length_and_not_the_body(rf):
    answer = HeadsOnly(lambda request: HttpResponse(b"12345"))(rf.head("/"))
    assert (answer.content, answer["Content-Length"]) == (b"", "5")


def test_a_length_that_was_said_is_kept(rf):
    said = HttpResponse(b"", headers={"Content-Length": "7"})
    assert HeadsOnly(lambda request: said)(rf.head("/"))["Content-Length"] == "7"


def test_a_get_is_left_alone(rf):
    assert HeadsOnly(lambda request: HttpResponse(b"12345"))(rf.get("/")).content == b"12345"


@pytest.fixture
def served():
    """The product behind waitress, as embedded; its port."""
    server = create_server(application, host="127.0.0.1", port=0, threads=1)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(timeout=10)


def test_the_next_request_on_the_same_connection_is_answered(served):
    connection = http.client.HTTPConnection("127.0.0.1", served, timeout=30)
    for path in ("/api/v1/items/", "/api/nothing/", "/api/v1/claims/"):
        connection.request("HEAD", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        assert answer.read() == b""
        assert int(answer.headers["Content-Length"]) > 0
        assert answer.status in (401, 404)
    connection.request("GET", "/api/nothing/", headers={"Host": "localhost"})
    answer = connection.getresponse()
    assert answer.status == 404
    assert b"not_found" in answer.read()
    connection.close()
