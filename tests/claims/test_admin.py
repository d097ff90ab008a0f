import re

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from claims import chain, searches, sources, tokens
from claims.models import ApiToken, Claim, Event, Source
from claims.roles import Role

PEOPLE = "/admin/auth/user/"
KEYS = "/admin/claims/apitoken/"
PASSWORD = "a long pass phrase"


def text(response) -> str:
    return response.content.decode()


def new_person(**values) -> dict[str, str]:
    return {
        "username": "nina", "role": Role.EDITOR, "usable_password": "true",
        "password1": PASSWORD, "password2": PASSWORD, **values,
    }  # fmt: skip


def changed(person, **values) -> dict[str, str]:
    return {"username": person.username, "is_active": "on", **values}


# --- People -----------------------------------------------------------------------------------
@pytest.mark.parametrize("role", Role.values)
def test_a_person_is_made_with_a_role(erin, client_of, role):
    response = client_of(erin).post(f"{PEOPLE}add/", new_person(role=role))
    assert response.status_code == 302
    nina = User.objects.get(username="nina")
    assert [group.name for group in nina.groups.all()] == [role]
    assert nina.is_staff == (role == Role.ADMINISTRATOR)
    assert not nina.is_superuser
    assert nina.check_password(PASSWORD)


def test_a_person_without_a_role_may_nothing(erin, client_of):
    client_of(erin).post(f"{PEOPLE}add/", new_person(role=""))
    nina = User.objects.get(username="nina")
    assert not nina.get_all_permissions()


def test_a_role_is_changed_and_taken_away(erin, alice, client_of):
    browser, page = client_of(erin), f"{PEOPLE}{alice.pk}/change/"
    assert f'<option value="{Role.FACT_CHECKER}" selected>' in text(browser.get(page))
    browser.post(page, changed(alice, role=Role.ADMINISTRATOR))
    alice.refresh_from_db()
    assert (roles_of(alice), alice.is_staff) == ([Role.ADMINISTRATOR], True)
    browser.post(page, changed(alice, role=""))
    alice.refresh_from_db()
    assert (roles_of(alice), alice.is_staff) == ([], False)


def roles_of(person) -> list[str]:
    return [group.name for group in person.groups.all()]


def test_nobody_makes_a_superuser_or_hands_out_single_rights(erin, alice, client_of):
    values = changed(
        alice, role=Role.FACT_CHECKER, is_superuser="on", is_staff="on", user_permissions=["1"]
    )
    client_of(erin).post(f"{PEOPLE}{alice.pk}/change/", values)
    alice.refresh_from_db()
    assert (alice.is_superuser, alice.is_staff) == (False, False)
    assert not alice.user_permissions.exists()


def test_a_superuser_is_out_of_an_administrators_reach(erin, admin_user, client_of):
    browser = client_of(erin)
    assert admin_user.username not in [row.username for row in people_listed(browser)]
    assert browser.get(f"{PEOPLE}{admin_user.pk}/change/").status_code == 302
    password = browser.post(
        f"{PEOPLE}{admin_user.pk}/password/", {"password1": PASSWORD, "password2": PASSWORD}
    )
    assert password.status_code == 404
    admin_user.refresh_from_db()
    assert not admin_user.check_password(PASSWORD)


def people_listed(browser):
    return list(browser.get(PEOPLE).context["cl"].result_list)


def test_nobody_locks_themselves_out(erin, client_of):
    client_of(erin).post(f"{PEOPLE}{erin.pk}/change/", {"username": "erin", "role": ""})
    erin.refresh_from_db()
    assert (roles_of(erin), erin.is_active, erin.is_staff) == ([Role.ADMINISTRATOR], True, True)


def test_people_are_closed_not_removed(erin, alice, client_of):
    browser = client_of(erin)
    assert browser.post(f"{PEOPLE}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    browser.post(f"{PEOPLE}{alice.pk}/change/", {"username": "alice", "role": Role.FACT_CHECKER})
    alice.refresh_from_db()
    assert not alice.is_active


def test_a_password_is_set_for_somebody(erin, alice, client_of):
    browser = client_of(erin)
    browser.post(
        f"{PEOPLE}{alice.pk}/password/",
        {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
    )
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_roles_are_shown_with_what_they_may_and_changed_by_nobody(erin, client_of):
    browser = client_of(erin)
    group = Group.objects.get(name=Role.FACT_CHECKER)
    listed = text(browser.get("/admin/auth/group/"))
    assert "fact-checker" in listed
    assert "confirm and reject matches" in listed
    page = f"/admin/auth/group/{group.pk}/change/"
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"name": "x", "permissions": []}).status_code == 403
    assert browser.post("/admin/auth/group/add/", {"name": "x"}).status_code == 403


# --- Keys -------------------------------------------------------------------------------------
def test_a_key_is_shown_once_and_works(erin, sam, client_of):
    browser = client_of(erin)
    values = {"user": sam.pk, "scope": "submit", "days": "30", "note": "tip line"}
    made = browser.post(f"{KEYS}add/", values)
    token = ApiToken.objects.get()
    key = made.context["key"]

    assert made.status_code == 200
    assert key in text(made)
    assert "no-store" in made["Cache-Control"]
    assert tokens.find(key) == token
    assert (token.user, token.scope, token.note) == (sam, "submit", "tip line")
    assert (token.expires_at - token.created_at).days in (29, 30)
    for page in (KEYS, f"{KEYS}{token.pk}/change/", "/admin/"):
        assert key not in text(browser.get(page))
    assert key not in str(dict(browser.session))
    assert key not in str(browser.cookies)


def test_a_key_without_days_lasts_for_ever_and_nonsense_is_refused(erin, sam, client_of):
    browser = client_of(erin)
    browser.post(f"{KEYS}add/", {"user": sam.pk, "scope": "read", "days": ""})
    assert ApiToken.objects.get().expires_at is None
    for values in ({"days": "0"}, {"days": "-3"}, {"days": "99999"}, {"scope": "root"}):
        page = browser.post(f"{KEYS}add/", {"user": sam.pk, "scope": "read", **values})
        assert page.status_code == 200
        assert "key" not in (page.context or {})
    assert ApiToken.objects.count() == 1


def test_a_key_is_revoked_for_good(erin, sam, client_of):
    token, key = tokens.create(sam, "submit")
    browser = client_of(erin)
    browser.post(KEYS, {"action": "revoke", "_selected_action": [token.pk]})
    assert "revoked" in tokens.why_unusable(tokens.find(key))
    assert "revoked" in text(browser.get(KEYS))


def test_nothing_of_a_key_is_changed_or_removed(erin, sam, client_of):
    token, _ = tokens.create(sam, "submit")
    browser = client_of(erin)
    page = f"{KEYS}{token.pk}/"
    assert browser.post(f"{page}change/", {"scope": "admin"}).status_code == 403
    assert browser.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    token.refresh_from_db()
    assert token.scope == "submit"
    assert token.digest not in text(browser.get(f"{page}change/"))


# --- Sources, claims, the log -------------------------------------------------------------------
def source_form(**values) -> dict[str, str]:
    management = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0"}
    return {
        "name": "Depot watch", "kind": "account",
        **{f"grades-{name}": value for name, value in management.items()}, **values,
    }  # fmt: skip


def test_a_source_is_entered_and_graded_with_who_and_why(erin, client_of):
    graded = {"grades-0-reliability": "C", "grades-0-reason": "Right three times of four."}
    response = client_of(erin).post("/admin/claims/source/add/", source_form(**graded))
    assert response.status_code == 302
    source = Source.objects.get()
    grade = source.grades.get()
    assert (grade.reliability, grade.by, grade.reason) == ("C", erin, "Right three times of four.")


def test_a_grade_without_a_reason_is_refused_and_an_earlier_one_stays(erin, militia, client_of):
    first = sources.grade(militia, erin, "E", "Wrong twice.")
    browser, page = client_of(erin), f"/admin/claims/source/{militia.pk}/change/"
    values = {
        "grades-0-reliability": "A", "grades-0-reason": "", "name": militia.name,
        "grades-0-id": first.pk, "grades-0-source": militia.pk,
    }  # fmt: skip
    browser.post(page, source_form(**values, **{"grades-INITIAL_FORMS": "1"}))
    first.refresh_from_db()
    assert (first.reliability, first.reason) == ("E", "Wrong twice.")
    new = {"grades-0-reliability": "D", "grades-0-reason": ""}
    assert browser.post(page, source_form(name=militia.name, **new)).status_code == 200
    assert militia.grades.count() == 1


def test_claims_and_events_are_for_looking_at(erin, admin_user, make_claim, client_of):
    claim = make_claim(statement="<b>Bold claim</b>")
    event = Event.objects.create(claim=claim, verb="take", by=erin, reason="mine")
    for person in (erin, admin_user):
        browser = client_of(person)
        for model, row in ((Claim, claim), (Event, event)):
            base = reverse(f"admin:claims_{model._meta.model_name}_changelist")
            assert "<b>Bold" not in text(browser.get(base))
            assert browser.get(f"{base}{row.pk}/change/").status_code == 200
            assert browser.post(f"{base}{row.pk}/change/", {"verb": "x"}).status_code == 403
            assert browser.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
            assert browser.get(f"{base}add/").status_code == 403


def test_what_was_gathered_is_read_in_the_admin_and_changed_by_nobody(
    erin, alice, make_claim, militia, client_of
):
    claim = make_claim()
    chain.add(claim, alice, source=militia, verb="boasts")
    searches.add(claim, alice, tool="Reverse search", query="frame at 0:03.200", hits=0)
    address = reverse("admin:claims_claim_change", args=[claim.pk])
    page = client_of(erin).get(address).content.decode()
    assert "boasts" in page
    assert "frame at 0:03.200" in page
    for name in ("verb", "query"):
        assert not re.search(rf'<(input|textarea|select)[^>]*name="[a-z_]+-0-{name}"', page)
