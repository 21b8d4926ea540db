"""The photographs of digits that the project makes: repeatable, of many kinds, and true to their labels."""

import numpy as np
import pytest
from digits.dataset import mnist
from digits.handwriting import page, photographs_of
from digits.handwriting.photographs import _written


@pytest.fixture(scope="module")
def digits(sample_file):
    return mnist.read(sample_file, mnist.SAMPLE_NAME)["x_test"][:80] / np.float32(255)


@pytest.fixture(scope="module")
def photos(digits):
    return photographs_of(digits, 0)


def test_photographs_are_pictures_of_many_sizes(photos):
    for photo in photos:
        assert photo.dtype == np.uint8 and photo.ndim == 3 and photo.shape[2] == 3
        assert all(160 <= side <= 420 for side in photo.shape[:2])
    assert len({photo.shape for photo in photos}) > 60


def test_same_seed_same_photographs(digits, photos):
    again = photographs_of(digits.reshape(-1, 784), 0)
    assert all(np.array_equal(first, second) for first, second in zip(photos, again, strict=True))


def test_another_seed_other_photographs(digits, photos):
    others = photographs_of(digits[:5], 1)
    assert not any(
        np.array_equal(first, second) for first, second in zip(photos[:5], others, strict=True)
    )


def test_a_photograph_depends_on_its_place_and_digit_alone(digits, photos):
    """Making more of them, or changing others, changes none."""
    changed = digits[::-1].copy()
    changed[3] = digits[3]
    assert np.array_equal(photographs_of(changed, 0)[3], photos[3])
    assert not np.array_equal(photographs_of(changed, 0)[4], photos[4])


def test_papers_pens_and_light_differ(photos):
    """Otherwise constants would be chosen for one kind of photograph."""
    papers = np.array([np.median(photo, axis=(0, 1)) for photo in photos])
    assert np.ptp(papers.mean(axis=1)) > 100, "from a blackboard to white paper"
    assert (papers.max(axis=1) - papers.min(axis=1) > 40).any(), "coloured paper"
    corners = [photo.reshape(*photo.shape[:2], 3)[::40, ::40].mean(axis=2) for photo in photos]
    assert np.mean([np.ptp(corner) > 30 for corner in corners]) > 0.5, "uneven light"


def test_some_sheets_are_seen_whole(photos):
    """With the table around them: what a picture shows is not always the page alone."""
    pictures = [photo.astype(np.float32) / 255 for photo in photos]
    found = [page.sheet_in(picture)[0] is not picture for picture in pictures]
    assert 2 <= sum(found) <= 20


def test_digit_lies_on_the_page():
    """A stroke that is cut off could belong to another digit."""
    full = np.zeros((28, 28), dtype=np.float32)
    full[4:24, 4:24] = 1  # the largest that MNIST's digits are
    for number in range(100):
        ink = _written(full, (160, 230), np.random.default_rng(number))
        border = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
        assert border.max() == 0 and ink.max() == 1, number
