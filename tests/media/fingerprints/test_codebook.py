import numpy as np
import pytest

from media.fingerprints import codebook


def points(count, seed=1):
    """Points around a few hundred middles, as unit vectors."""
    random = np.random.default_rng(seed)
    middles = random.random((300, 128))
    near = middles[random.integers(0, 300, count)] + random.normal(0, 0.05, (count, 128))
    near = np.abs(near).astype(np.float32)
    return near / np.linalg.norm(near, axis=1, keepdims=True)


def test_the_same_points_give_the_same_codebook():
    one, other = (codebook.train(points(6000), 64) for _ in range(2))
    assert np.array_equal(one.centres, other.centres)
    assert np.array_equal(one.parts, other.parts)


def test_a_codebook_has_the_lists_asked_for():
    made = codebook.train(points(6000), 128)
    assert made.lists == 128
    assert made.centres.shape == (128, 128)
    assert made.parts.shape == (16, 256, 8)


def test_many_lists_are_found_in_two_steps_and_are_as_many(monkeypatch):
    monkeypatch.setattr(codebook, "_AT_ONCE", 64)
    made = codebook.train(points(12_000), 250)
    assert made.lists == 250
    assert len(np.unique(made.centres, axis=0)) == 250


def test_lists_in_two_steps_lie_about_as_near_as_those_found_at_once(monkeypatch):
    known, asked = points(12_000), points(500, seed=2)
    at_once = codebook.train(known, 256).centres
    monkeypatch.setattr(codebook, "_AT_ONCE", 64)
    in_steps = codebook.train(known, 256).centres

    def away(centres):
        return ((asked[:, None] - centres[None]) ** 2).sum(axis=2).min(axis=1).mean()

    assert away(in_steps) < 1.15 * away(at_once)


@pytest.mark.parametrize(("count", "lists"), [(255, 16), (500, 501)])
def test_too_few_points_are_refused(count, lists):
    with pytest.raises(ValueError, match="too few"):
        codebook.train(points(count), lists)
