import pytest


def test_the_admin_has_no_sign_in_of_its_own(client, db):
    for path in ("/admin/", "/admin/login/?next=/admin/", "/admin/media/item/"):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/login/?next=/admin/")


def test_a_password_sent_to_the_admins_own_sign_in_is_not_even_tried(client, erin):
    client.post("/admin/login/", {"username": "erin", "password": "correct horse"})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("who", ["alice", "dana", "sam", "vera", "charlie"])
def test_who_is_no_administrator_is_told_so(who, request, client_of):
    browser = client_of(request.getfixturevalue(who))
    for path in ("/admin/", "/admin/login/", "/admin/nonsense/", "/admin/jsi18n/"):
        response = browser.get(path)
        assert response.status_code == 403
        assert "Only administrators enter here." in response.content.decode()


def test_the_relaxed_policy_ends_where_the_admin_ends(erin, client_of):
    browser = client_of(erin)
    inside = browser.get("/admin/")["Content-Security-Policy"]
    outside = browser.get("/library/")["Content-Security-Policy"]
    assert "'unsafe-eval'" in inside
    assert "default-src 'self'" in inside
    assert "unsafe" not in outside
    assert "unsafe" not in browser.get("/administrator/")["Content-Security-Policy"]
