"""What may happen to a digit happens to it: each disturbance on images whose answer is plain."""

import numpy as np
import pytest
from digits.dataset import disturbances


@pytest.fixture
def dots():
    """Eight images with one black pixel each, at row 14 and column 10."""
    images = np.zeros((8, 28, 28), dtype=np.float32)
    images[:, 14, 10] = 1
    return images


def test_digits_move_to_all_four_sides_in_turn(dots):
    """All would move to one side, and a network that knows that side would look better than it is."""
    places = [tuple(np.argwhere(image)[0]) for image in disturbances.moved(dots, 3)]
    assert places == [(14, 13), (14, 7), (17, 10), (11, 10)] * 2


def test_digits_turn_to_both_sides_in_turn(dots):
    """Turned by 90 degrees a pixel left of the middle comes to lie below it or above."""
    left, right = (np.argwhere(image > 0.5)[0] for image in disturbances.turned(dots, 90)[:2])
    assert sorted([tuple(left), tuple(right)]) == [(10, 13), (17, 14)]


def test_noise_is_as_strong_as_told_within_0_and_1_and_the_same_again():
    """Two networks would be asked about different images."""
    grey = np.full((50, 28, 28), 0.5, dtype=np.float32)
    noisy = disturbances.noisy(grey, 0.1)
    assert noisy.dtype == np.float32 and noisy.std() == pytest.approx(0.1, rel=0.05)
    np.testing.assert_array_equal(noisy, disturbances.noisy(grey, 0.1))
    strong = disturbances.noisy(grey, 2)
    assert (strong.min(), strong.max()) == (0, 1)


def test_strokes_grow_and_shrink_by_so_many_pixels(dots):
    """A stroke called a pixel thicker would be so to both sides."""
    assert (disturbances.thickened(dots, 2).sum(axis=(1, 2)) == 9).all()
    assert disturbances.thickened(disturbances.thickened(dots, 1), -1).sum() == dots.sum()
    assert disturbances.thickened(dots, -1).sum() == 0


def test_square_of_paper_lies_somewhere_in_the_middle():
    """It would often cover nothing but margin."""
    covered = 1 - disturbances.occluded(np.ones((200, 28, 28), dtype=np.float32), 6)
    assert (covered.sum(axis=(1, 2)) == 36).all()
    reached = np.argwhere(covered.any(axis=0))
    assert (reached.min(axis=0).tolist(), reached.max(axis=0).tolist()) == ([4, 4], [23, 23])


def test_every_kind_begins_with_no_disturbance_at_all(dots):
    """The left end of each curve would be another than the test error."""
    grey = np.maximum(dots, 0.5)
    for kind, (disturb, levels) in disturbances.KINDS.items():
        np.testing.assert_array_equal(disturb(dots, 0), dots, err_msg=kind)
        assert 0 in levels and levels == sorted(levels)
        assert not np.array_equal(disturb(grey, levels[-1]), grey), kind
