import pytest

from media import derivatives, shown
from media.decoding.protocol import FEATURES, DerivedFile
from media.fingerprints import featurefile, features
from media.models import Frame, Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_points(make_item, photo):
    """An item with two frames' points."""
    item = make_item(kind=Item.Kind.FOOTAGE, duration_ms=4000)
    frames = [(0, features.extract(photo("cat"))), (2000, features.extract(photo("rocket")))]
    keep(item, featurefile.write(frames))
    return item


def keep(item: Item, data: bytes) -> None:
    derivatives.save(item, DerivedFile(FEATURES, "application/octet-stream", 1, 1, None, data))
    item.save(update_fields=["derivatives"])


def test_points_are_read_frame_by_frame_and_once(with_points, monkeypatch):
    laid_out = shown.of_item(with_points)
    assert list(laid_out.view_times_ms) == [0, 2000]
    second, first = laid_out.views([1, 0])
    assert min(len(first), len(second)) > 100
    monkeypatch.setattr(featurefile, "read", lambda *_: pytest.fail("read again"))
    assert laid_out.views([0])[0] is first


def test_a_lost_or_damaged_file_of_points_leaves_the_codes(with_points, caplog):
    entry = with_points.derivatives[FEATURES]
    with derivatives.open_derivative(with_points, FEATURES) as file:
        data = file.read()
    keep(with_points, data[:40])
    assert not shown.of_item(with_points).view_times_ms
    with_points.derivatives[FEATURES] = {**entry, "key": "derivatives/00/00/features-0.features"}
    assert not shown.of_item(with_points).view_times_ms
    assert caplog.text.count("its points cannot be read") == 2


def test_what_has_not_enough_detail_is_not_compared_by_points(with_points):
    with_points.not_comparable = "only text"
    assert not shown.of_item(with_points).can_be_compared


def test_footage_lasts_as_long_as_its_frames(make_item):
    item = make_item(kind=Item.Kind.FOOTAGE, duration_ms=100)
    Frame.objects.create(item=item, time_ms=2500, quality=0, is_comparable=False)
    assert shown.of_item(item).duration_ms == 2501


def test_trims_are_told_by_moment(make_item):
    item = make_item()
    Frame.objects.create(
        item=item, time_ms=0, quality=80, is_comparable=True, trim=[0.1, 0, 0.9, 1]
    )
    assert shown.of_item(item).trims == {0: (0.1, 0, 0.9, 1)}
