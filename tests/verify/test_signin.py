import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import reverse
from django.views import defaults

LOGIN = reverse("login")


def sign_in(client, password: str, name: str = "alice", **more):
    return client.post(LOGIN, {"username": name, "password": password, **more})


def test_signing_in_leads_to_what_was_asked_for(alice, client):
    answer = sign_in(client, "correct horse", next="/claims/3/?step=x")
    assert answer.url == "/claims/3/?step=x"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_signing_in_never_leads_to_another_host(address, alice, client):
    assert sign_in(client, "correct horse", next=address).url == reverse("queue")


@pytest.mark.parametrize("name", ["alice", "nobody", "", "a" * 300, "nul\x00l"])
def test_a_wrong_password_says_the_same_for_every_name(name, alice, client):
    answer = sign_in(client, "wrong", name=name)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_too_many_wrong_passwords_lock_for_a_while_with_a_page_that_says_so(alice, client):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = sign_in(client, "wrong")
    page = last.content.decode()
    assert last.status_code == 429
    assert "Locked for a while" in page
    assert "15 min" in page
    assert sign_in(client, "correct horse").status_code == 429


def test_whoever_is_signed_in_goes_on_to_the_queue(alice, client_of):
    assert client_of(alice).get(LOGIN).url == reverse("queue")


def test_a_part_of_a_page_whose_session_ended_makes_the_page_reload(client, db):
    answer = client.get(reverse("queue-counts"), headers={"HX-Request": "true"}, follow=True)
    assert answer.status_code == 204
    assert answer["HX-Refresh"] == "true"


def test_signing_out_needs_a_form(alice, client_of):
    browser = client_of(alice)
    assert browser.get(reverse("logout")).status_code == 405
    assert browser.post(reverse("logout")).url == LOGIN
    assert browser.get(reverse("queue")).status_code == 302


def test_an_address_nobody_knows_has_a_page_of_its_own(alice, client_of):
    answer = client_of(alice).get("/nowhere/")
    assert answer.status_code == 404
    assert "Nothing here" in answer.content.decode()


def test_our_own_faults_have_a_page_that_needs_nothing():
    answer = defaults.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content
