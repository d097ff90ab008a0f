import re
import signal
import socket
import sys
import threading

import pytest

from verify import preparation
from verify.parts import Part
from verify.preparation import CannotStartError


def test_a_taken_port_is_refused_with_another_one_to_try():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStartError, match=f"Port {port} on 127.0.0.1 is taken"):
            preparation.refuse_taken_port("127.0.0.1", port)


def test_a_free_port_is_left_free():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    preparation.refuse_taken_port("127.0.0.1", port)
    preparation.refuse_taken_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(CannotStartError, match=r"HOST=192\.0\.2\.1 is no address"):
        preparation.refuse_taken_port("192.0.2.1", 8000)


def test_two_on_one_data_folder_are_refused(data_dir):
    with (
        preparation.only_one_here(),
        pytest.raises(CannotStartError, match=rf"already runs on {re.escape(str(data_dir))}"),
        preparation.only_one_here(),
    ):
        pytest.fail("the second one started")
    with preparation.only_one_here():
        assert (data_dir / "tmp").is_dir()


def test_a_data_folder_that_cannot_be_made_is_refused(data_dir, settings):
    (data_dir / "file").write_text("in the way")
    settings.DATA_DIR = data_dir / "file" / "var"
    with pytest.raises(CannotStartError, match="cannot be written"), preparation.only_one_here():
        pytest.fail("it started")


def demo_that(code):
    return Part("demo", [sys.executable, "-c", code], {}, end_signal=signal.SIGINT)


def test_the_demo_is_loaded_once(data_dir, settings):
    settings.IS_DEMO = True
    note = data_dir / "note"
    code = f"open({str(note)!r}, 'a').write('loaded ')"
    for _ in range(2):
        preparation.load_demo_once(threading.Event(), demo_that(code))
    assert note.read_text() == "loaded "


def test_a_demo_that_failed_is_tried_again_next_time(data_dir, settings, capsys):
    settings.IS_DEMO = True
    preparation.load_demo_once(threading.Event(), demo_that("raise SystemExit(2)"))
    assert "ended with exit code 2" in capsys.readouterr().out
    assert not (data_dir / preparation.DEMO_MARK).exists()


def test_no_demo_where_it_is_not_wanted(data_dir, settings):
    settings.IS_DEMO = False
    preparation.load_demo_once(threading.Event(), demo_that("raise SystemExit(2)"))
    assert not (data_dir / preparation.DEMO_MARK).exists()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123/"),
        ("0.0.0.0", "http://127.0.0.1:8123/"),
        ("::1", "http://[::1]:8123/"),
        ("desk.example.org", "http://desk.example.org:8123/"),
    ],
)
def test_the_address_is_one_a_browser_takes(settings, host, address):
    settings.HOST, settings.PORT = host, 8123
    assert preparation.address() == address


def test_the_welcome_names_the_sign_ins(data_dir):
    assert "createsuperuser" in preparation.welcome("http://127.0.0.1:8000/")
    (data_dir / "demo-sign-ins.txt").write_text("Fact-checker   alice   amber-basin-cedar-1234\n")
    welcome = preparation.welcome("http://127.0.0.1:8000/")
    assert "http://127.0.0.1:8000/" in welcome
    assert "alice   amber-basin-cedar-1234" in welcome


def test_the_welcome_says_what_other_machines_need(settings):
    assert "ALLOWED_HOSTS" not in preparation.welcome("http://127.0.0.1:8000/")
    settings.HOST, settings.ALLOWED_HOSTS = "0.0.0.0", ["localhost", "0.0.0.0"]
    assert "ALLOWED_HOSTS" in preparation.welcome("http://127.0.0.1:8000/")
    settings.ALLOWED_HOSTS = ["localhost", "desk.local"]
    assert "ALLOWED_HOSTS" not in preparation.welcome("http://127.0.0.1:8000/")
