"""The role list, and the groups that follow it."""

from io import StringIO
from itertools import pairwise

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from claims import roles
from claims.errors import NotAllowed
from claims.roles import PERMISSIONS, Role

pytestmark = pytest.mark.django_db


def permissions_of(group: Group) -> set[str]:
    return {
        f"{one.content_type.app_label}.{one.codename}"
        for one in group.permissions.select_related("content_type")
    }


@pytest.mark.parametrize("role", Role.values)
def test_after_migrating_each_group_holds_exactly_its_roles_permissions(role):
    assert permissions_of(Group.objects.get(name=role)) == PERMISSIONS[role]


def test_every_permission_of_the_list_exists():
    assert roles.sync_groups() == []


def test_syncing_undoes_what_was_changed_by_hand_and_leaves_other_groups_alone():
    group, other = Group.objects.get(name=Role.SUBMITTER), Group.objects.create(name="interns")
    extra = Permission.objects.get(codename="publish_claim")
    group.permissions.set([extra])
    other.permissions.add(extra)
    out = StringIO()
    for _ in range(2):
        call_command("sync_roles", stdout=out)
    assert permissions_of(group) == PERMISSIONS[Role.SUBMITTER]
    assert permissions_of(other) == {"claims.publish_claim"}
    assert "submitter: 2 permissions" in out.getvalue()


def test_each_desk_role_may_what_the_one_before_may():
    ladder = [Role.SUBMITTER, Role.FACT_CHECKER, Role.EDITOR, Role.ADMINISTRATOR]
    for lower, higher in pairwise(ladder):
        assert PERMISSIONS[lower] < PERMISSIONS[higher]


def test_nobody_may_write_into_log_custody_verdicts_or_publications():
    written = {name for names in PERMISSIONS.values() for name in names}
    for model in ("event", "custodyentry", "verdict", "publication", "stepchange"):
        for verb in ("add", "change", "delete"):
            assert not any(name.endswith(f".{verb}_{model}") for name in written)


def test_a_viewer_reads_and_changes_nothing():
    assert all(".view_" in name for name in PERMISSIONS[Role.VIEWER])


def test_giving_a_role_takes_the_other_away_and_opens_the_admin_to_administrators(alice):
    roles.give(alice, Role.ADMINISTRATOR)
    assert (alice.is_staff, [one.name for one in alice.groups.all()]) == (True, ["administrator"])
    roles.give(alice, Role.FACT_CHECKER)
    assert (alice.is_staff, [one.name for one in alice.groups.all()]) == (False, ["fact_checker"])


@pytest.mark.parametrize(
    ("name", "may_publish"),
    [("alice", False), ("dana", True), ("erin", True), ("vera", False), ("charlie", False)],
)
def test_editors_and_administrators_are_editors(request, name, may_publish):
    person = User.objects.get(pk=request.getfixturevalue(name).pk)
    assert roles.is_editor(person) is may_publish
    if may_publish:
        roles.require(person, roles.PUBLISH, "publish")
    else:
        with pytest.raises(NotAllowed, match="does not allow you to publish"):
            roles.require(person, roles.PUBLISH, "publish")
