"""Digits in other forms, marks that are no digits, and MNIST's digits altered: what the reading network learns from."""

import numpy as np
import pytest
from digits.handwriting import altered, no_digit, pens, seen, strokes_made
from scipy import ndimage
from skimage.measure import euler_number

each_form = pytest.mark.parametrize("digit, form", strokes_made.ALL_FORMS)
NEAT = pens.Hand((0, 0), (0, 0), (1, 1), (0.05, 0.05), (0, 0))
HOLES = {0: 1, 1: 0, 2: 0, 3: 0, 5: 0, 6: 1, 7: 0, 8: 2, 9: 1}
# Forms with as many holes as they are drawn to have, where these are not the digit's usual ones.
OTHER_HOLES = {(0, "with a loop"): 3, (0, "slashed"): 2, (2, "with a loop"): 1, (3, "with a loop"): 1, (4, "closed"): 1,
               (4, "short stem"): 0, (8, "open above"): 1}  # fmt: skip


@each_form
def test_a_neat_hand_draws_each_form_as_it_is_meant(digit, form):
    """A wrong point would give the network digits that nobody writes."""
    ink = strokes_made.digit_drawn(digit, form, np.random.default_rng(0), NEAT)
    assert ink.dtype == np.float32 and ink.min() == 0 and ink.max() == 1
    _, parts = ndimage.label(ink > 0.5, np.ones((3, 3)))
    assert parts == (2 if form in ("hat apart", "slashed within") else 1)
    holes = parts - euler_number(ink > 0.5, connectivity=2)
    assert holes == OTHER_HOLES.get((digit, form), HOLES.get(digit, 0))


def test_hands_and_pens_differ():
    generator = np.random.default_rng(0)
    inks = [strokes_made.digit_drawn(1, "stroke", generator) for _ in range(30)]
    shares = [float(ink.mean()) for ink in inks]
    assert max(shares) > 1.5 * min(shares)
    widths = {ink.shape[1] for ink in inks}
    assert len(widths) > 10


@pytest.mark.parametrize(
    "make", [strokes_made.digits_made, lambda *how: (no_digit.marks_made(*how),)]
)
def test_the_same_seed_gives_the_same_images_whatever_their_number(make):
    few, many, other = make(20, 3)[0], make(40, 3)[0], make(20, 4)[0]
    assert few.dtype == np.uint8 and few.shape == (20, 28, 28)
    np.testing.assert_array_equal(few, many[:20])
    assert (few != other).any(axis=(1, 2)).all()


def test_made_digits_are_in_mnists_form_and_equally_frequent():
    images, labels = strokes_made.digits_made(200, 0)
    assert np.bincount(labels).tolist() == [20] * 10
    assert (images[:, :1] == 0).all() and (images[:, :, :1] == 0).all()
    rows = np.array([np.ptp(np.nonzero(image.max(axis=1) > 60)[0]) + 1 for image in images])
    columns = np.array([np.ptp(np.nonzero(image.max(axis=0) > 60)[0]) + 1 for image in images])
    longer = np.maximum(rows, columns)
    assert longer.max() <= 20 and np.median(longer) >= 19
    for image in images[:50]:
        assert np.abs(np.array(ndimage.center_of_mass(image)) - 14).max() <= 2.5


@pytest.mark.parametrize("kind", no_digit.KINDS)
def test_each_kind_of_mark_has_ink_and_differs(kind):
    images = no_digit.marks_made(12, 0, kind=kind)
    assert (images.max(axis=(1, 2)) > 200).all()
    assert len({image.tobytes() for image in images}) == 12
    assert images.mean() < 150


def test_letters_come_from_the_fonts_that_were_asked_for():
    """Held-back fonts would be among those that the network has learned from."""
    assert not set(no_digit.FONTS) & set(no_digit.HELD_BACK)
    held_back = no_digit.Rules(no_digit.HELD_BACK)
    no_digit._font.cache_clear()
    no_digit.marks_made(60, 0, held_back, "letter printed")
    assert no_digit._font.cache_info().currsize == len(no_digit.HELD_BACK)
    for font in (*no_digit.FONTS, *no_digit.HELD_BACK):
        index = no_digit._font(font)[1].get_char_index
        assert all(index(ord(letter)) for letter in no_digit.LETTERS)


def test_what_is_a_digit_in_some_handwriting_is_not_called_none():
    assert not set("OoQDIlizZsSbBgGq|01") & set(no_digit.LETTERS + no_digit.SIGNS)


def test_altered_digits_are_still_their_own(full_mnist):
    """The network would learn that any blot is a 7."""
    images = full_mnist["x_train"][:300]
    changed = altered.all_altered(images, 0)
    assert changed.dtype == np.uint8 and changed.shape == images.shape
    before, after = (pixels.reshape(300, -1) - pixels.mean() for pixels in (images, changed))
    likeness = after @ before.T / np.linalg.norm(before, axis=1)
    # Few of the other 299 are more like it than the digit that it was.
    own = likeness[np.arange(300), np.arange(300)]
    assert ((likeness > own[:, np.newaxis]).sum(axis=1) < 15).mean() > 0.9
    inked = (changed > 127).sum(axis=(1, 2)) / (images > 127).sum(axis=(1, 2))
    assert inked.min() < 0.8 and inked.max() > 1.4  # thinner and fatter pens


def _coarsely(ink: np.ndarray, count: int = 60) -> list[np.ndarray]:
    return [seen._coarse(ink, np.random.default_rng(seed)) for seed in range(count)]


def test_coarse_pictures_lose_detail():
    ink = np.zeros((60, 40), dtype=np.float32)
    ink[::4] = 1
    within = [one[20:-20, one.shape[1] // 2] for one in _coarsely(ink)]
    assert np.median([column.std() for column in within]) < 0.5 * ink.std()


def test_some_coarse_pictures_are_stretched_towards_a_square():
    bars = _coarsely(np.ones((120, 40), dtype=np.float32))
    assert all(max(bar.shape) == 84 for bar in bars)
    sides = [
        [np.ptp(np.nonzero((bar > 0.5).any(axis=axis))) + 1 for axis in (0, 1)] for bar in bars
    ]
    wider = 3 * np.divide(*np.transpose(sides))
    assert 0.15 < np.mean(wider > 1.4) < 0.6 and wider.max() < 3.2
