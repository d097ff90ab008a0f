import pytest
from django.db import connection, transaction

from media import voting
from media.models import FeatureChange

pytestmark = pytest.mark.django_db


def featured(make_item, key="derivatives/aa/aa/features-1.features", **fields):
    return make_item(derivatives={"features": {"key": key}}, **fields)


# --- Changes ------------------------------------------------------------------------------------


def test_new_features_take_the_row_of_the_old_under_a_new_number(make_item):
    item = featured(make_item)
    voting.note_change(item)
    first = FeatureChange.objects.get(item=item)
    item.derivatives = {"features": {"key": "derivatives/aa/aa/features-2.features"}}
    voting.note_change(item)
    second = FeatureChange.objects.get(item=item)
    assert second.pk > first.pk
    assert second.key.endswith("features-2.features")


def test_the_same_features_again_are_no_change(make_item):
    item = featured(make_item)
    voting.note_change(item)
    first = FeatureChange.objects.get(item=item)
    voting.note_change(item)
    assert FeatureChange.objects.get(item=item).pk == first.pk


def test_features_that_are_gone_leave_no_row(make_item):
    item = featured(make_item)
    voting.note_change(item)
    item.derivatives = {}
    voting.note_change(item)
    assert not FeatureChange.objects.exists()


def test_a_change_goes_with_its_item(make_item):
    item = featured(make_item)
    voting.note_change(item)
    item.submissions.all().delete()
    item.delete()
    assert not FeatureChange.objects.exists()


def test_a_change_names_the_transaction_that_wrote_it(make_item):
    with transaction.atomic():
        voting.note_change(featured(make_item))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()::text::bigint")
                mine = cursor.fetchone()[0]
        else:
            mine = 0
    assert FeatureChange.objects.get().written_by == mine
