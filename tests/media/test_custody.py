"""The chain: who did what, in order, and every way of tampering that shows."""

import hashlib
import json
import threading
from contextlib import contextmanager
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from media import custody
from media.models import CustodyEntry

pytestmark = pytest.mark.django_db

triggers = import_module("media.migrations.0002_custody_append_only")


@pytest.fixture
def chain(make_item, alice):
    """An item with three entries."""
    item = make_item()
    custody.append(item, "received", alice, door="api")
    custody.append(item, "processed", pipeline="process-1")
    custody.append(item, "opened", alice)
    return item


@pytest.fixture
def tampered(chain):
    """tampered(seq, column=value) changes an entry behind the back of the triggers."""

    def change(seq: int, **columns) -> list[tuple[str, int]]:
        with without_triggers():
            CustodyEntry.objects.filter(item=chain, seq=seq).update(**columns)
        return [(fault.code, fault.seq) for fault in custody.check_chain(chain)]

    return change


@contextmanager
def without_triggers():
    """Let rows be changed, as somebody with all rights on the database could."""
    run(triggers.REMOVE)
    yield
    run(triggers.INSTALL)


def run(statements):
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)


def test_a_chain_that_nobody_touched_is_whole(chain, alice):
    assert custody.check_chain(chain) == []
    first, second, third = chain.custody.all()
    assert [entry.seq for entry in (first, second, third)] == [1, 2, 3]
    assert (first.prev_hash, second.prev_hash) == ("", first.hash)
    assert (first.by, second.by) == (alice, None)
    assert custody.body_of(first) == {"door": "api"}


def test_an_entry_keeps_exactly_the_bytes_that_were_hashed(chain):
    entry = chain.custody.get(seq=2)
    hashed = bytes(entry.body)
    assert hashlib.sha256(hashed).hexdigest() == entry.hash
    assert hashed == custody.canonical(json.loads(hashed))
    assert json.loads(hashed)["prev_hash"] == chain.custody.get(seq=1).hash
    assert json.loads(hashed)["sha256"] == chain.sha256


def test_canonical_json_has_one_form():
    assert custody.canonical({"b": "é", "a": [1, None]}) == '{"a":[1,null],"b":"é"}'.encode()
    with pytest.raises(ValueError):
        custody.canonical({"a": float("nan")})


def test_an_item_without_entries_is_a_fault(make_item):
    [fault] = custody.check_chain(make_item())
    assert (fault.code, fault.sentence) == ("empty", "Entry 0: there is no entry at all.")


def test_changed_content_shows(tampered, chain):
    body = bytes(chain.custody.get(seq=2).body).replace(b"process-1", b"process-2")
    assert ("changed", 2) in tampered(2, body=body)


def test_changed_columns_show(tampered, chain, bob):
    assert tampered(1, action="opened") == [("columns", 1)]
    assert ("columns", 3) in tampered(3, by=bob)


def test_content_that_is_no_json_shows(tampered):
    assert tampered(2, body=b"\xff") == [("changed", 2), ("unreadable", 2)]


def test_content_changed_with_its_hash_breaks_the_next_link(tampered, chain):
    body = bytes(chain.custody.get(seq=1).body).replace(b"api", b"web")
    found = tampered(1, body=body, hash=hashlib.sha256(body).hexdigest())
    assert found == [("unlinked", 2)]


def test_a_removed_entry_shows(chain):
    with without_triggers():
        CustodyEntry.objects.filter(item=chain, seq=2).delete()
    found = [(fault.code, fault.seq) for fault in custody.check_chain(chain)]
    assert found == [("missing", 2), ("unlinked", 3)]


def test_an_entry_moved_to_another_item_shows(chain, make_item):
    other = make_item()
    with without_triggers():
        CustodyEntry.objects.filter(item=chain, seq=1).update(item=other)
    assert ("columns", 1) in [(fault.code, fault.seq) for fault in custody.check_chain(other)]


def test_the_database_refuses_to_change_an_entry(chain):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CustodyEntry.objects.filter(item=chain, seq=1).update(action="nothing")
    assert chain.custody.get(seq=1).action == "received"


def test_the_database_refuses_to_remove_an_entry(chain):
    run(triggers.REMOVE)  # conftest.py takes one of them away from tests that empty the tables
    run(triggers.INSTALL)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        chain.custody.all().delete()
    assert chain.custody.count() == 3


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one_chain_without_gaps(make_item):
    item, faults = make_item(), []

    def append() -> None:
        try:
            for number in range(5):
                custody.append(item, "opened", number=number)
        except Exception as error:  # shown by the assertion
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=append) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert [entry.seq for entry in item.custody.all()] == list(range(1, 41))
    assert custody.check_chain(item) == []
