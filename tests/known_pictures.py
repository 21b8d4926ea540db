"""Pictures made by seeds, and what came of them when somebody last looked: a silent change of a number shows here.

    python tests/known_pictures.py     writes known_pictures.npz anew; look at what changed, and say why in the commit

Each case gives rows of numbers: the marks that the pipeline finds in a picture, what a generator draws, or what becomes
of digits that are disturbed.
"""

import pathlib
import sys
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "notebooks"), str(ROOT / "benchmarks")]

# ruff: noqa: E402 (they lie in folders of their own)
import pictures_made
from digits import handwriting
from digits.dataset import disturbances
from digits.handwriting import altered, no_digit, photographs, readings_in, seen, strokes_made
from digits.handwriting.between import Mark
from digits.handwriting.preparation import STANDARD, Preparation

FILE = pathlib.Path(__file__).with_name("known_pictures.npz")
SEED = 11
OF_EACH_KIND = {
    "photographed": 12,
    "whole numbers": 6,
    "sums": 4,
    "pages of text": 1,
    "blank paper": 2,
}
COMMON = 3  # of each other kind


def marks_of(picture: np.ndarray, preparation: Preparation = STANDARD) -> np.ndarray:
    """What the pipeline finds: a row for each mark and each of its parts, int16, shape (count, 5 + 784).

    A row begins with how many parts the mark has and with its box in thousandths of the picture, and goes on with its
    image, 0 to 255. A picture that is refused has none.
    """

    def rows(marks: tuple[Mark, ...]) -> Iterator[np.ndarray]:
        for mark in marks:
            head = [len(mark.parts), *np.round(1000 * np.array(mark.box))]
            yield np.concatenate([head, np.round(255 * mark.image).ravel()])
            yield from rows(mark.parts)

    try:
        found = list(rows(tuple(readings_in(picture, preparation))))
    except ValueError:  # the sentence that says why is tested elsewhere
        found = []
    return np.array(found, dtype=np.int16).reshape(-1, 5 + 784)


def on_ruled_paper(picture: np.ndarray) -> np.ndarray:
    """A drawing with blue lines over the page and a margin, as exercise books have them."""
    page = np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture.copy()
    page[12::40] = page[12::40] // 2 + np.array([60, 70, 100], np.uint8)
    return page


def in_a_frame(picture: np.ndarray) -> np.ndarray:
    """A drawing in a box of three pixels, with paper around it."""
    framed = np.pad(picture, 3, constant_values=40)
    return np.pad(framed, 30, constant_values=255)


def pictures() -> Iterator[tuple[str, np.ndarray]]:
    """The pictures that are read, by name: of each kind some, and drawings that were changed."""
    images, labels = strokes_made.digits_made(30, SEED)
    source = pictures_made.Source(images, labels)
    for kind in pictures_made.KINDS:
        made = pictures_made.pictures(kind, OF_EACH_KIND.get(kind, COMMON), SEED, source)
        for number, one in enumerate(made):
            yield f"{kind} {number}", one.picture
    drawn = [
        one.picture for one in pictures_made.pictures("drawn on a screen", 5, SEED + 1, source)
    ]
    for number, picture in enumerate(drawn):
        yield f"white on black {number}", 255 - picture
        yield f"faint {number}", 255 - (255 - picture) // 4
        yield f"on ruled paper {number}", on_ruled_paper(picture)
        yield f"in a frame {number}", in_a_frame(picture)
    yield "side by side", np.hstack(drawn)
    yield "one above the other", np.vstack([on_ruled_paper(picture) for picture in drawn[:2]])


def some_pictures() -> dict[str, np.ndarray]:
    """A few of them that meet all stages and steps, by name."""
    wanted = ("photographed 0", "photographed 3", "photographed 7", "whole numbers 1", "sums 2")
    wanted += ("on ruled paper 0", "in a frame 1", "faint 2", "white on black 3", "side by side")
    return {name: picture for name, picture in pictures() if name in wanted}


def on_the_way() -> Iterator[tuple[str, np.ndarray]]:
    """What each stage shows of a few pictures, and what is found when a step is left out, by name."""
    for name, picture in some_pictures().items():
        for stage, result in handwriting.through_stages(picture):
            looks = [_small(_levels(np.clip(look, 0, 1))) for look in stage.look(result)]
            yield f"{stage.name} of {name}", np.array(looks)
        for step in handwriting.STEPS:
            preparation = Preparation(without=frozenset({step}))
            yield f"{name} without {step}", marks_of(picture, preparation)


def _small(picture: np.ndarray) -> np.ndarray:
    """A picture of any size as 48 x 48 pixels, so that it takes little room."""
    return np.asarray(Image.fromarray(picture).resize((48, 48), Image.Resampling.BOX))


def generators() -> Iterator[tuple[str, np.ndarray]]:
    """What the generators draw, by name; uint8."""
    for digit, form in strokes_made.ALL_FORMS:
        generator = np.random.default_rng([SEED, digit])
        ink = strokes_made.digit_drawn(digit, form, generator)
        yield f"{digit} {form}", seen.through_camera(ink, generator)[None]
    for kind in no_digit.KINDS:
        yield f"no digit: {kind}", no_digit.marks_made(3, SEED, kind=kind)
    yield "no digit", no_digit.marks_made(12, SEED)
    images, _ = strokes_made.digits_made(20, SEED)
    yield "digits", images
    yield "altered", altered.all_altered(images, SEED)
    inks = [*images[:10] / np.float32(255), None]
    for number, picture in enumerate(photographs.photographs_of(inks, SEED)):
        yield f"photograph {number}, {picture.shape[0]} x {picture.shape[1]}", _small(picture)


def _levels(images: np.ndarray) -> np.ndarray:
    """Images from 0 to 1 as levels of grey."""
    return np.round(255 * images).astype(np.uint8)


def disturbed() -> Iterator[tuple[str, np.ndarray]]:
    """What disturbances and random distortions make of eight digits, by name; uint8."""
    from digits.training.augmentation import (
        RandomDistortion,
    )  # here, because TensorFlow takes seconds

    images = strokes_made.digits_made(8, SEED)[0] / np.float32(255)
    for kind, (disturb, strengths) in disturbances.KINDS.items():
        for strength in strengths[1:]:
            yield f"{kind} {strength}", _levels(disturb(images, strength))
    for name, strength in {
        "shift": 3,
        "rotation": 25,
        "zoom": 0.3,
        "slant": 0.3,
        "elastic": 1.5,
    }.items():
        layer = RandomDistortion(**{name: strength}, seed=SEED)
        yield name, _levels(layer(images.reshape(8, 784), training=True).numpy())


def known() -> dict[str, np.ndarray]:
    """What was written last, by name."""
    with np.load(FILE) as archive:
        return dict(archive)


CASES: dict[str, Callable[[], dict[str, np.ndarray]]] = {
    "read": lambda: {f"read: {name}": marks_of(picture) for name, picture in pictures()},
    "on the way": lambda: {f"on the way: {name}": rows for name, rows in on_the_way()},
    "drawn": lambda: {f"drawn: {name}": drawn for name, drawn in generators()},
    "disturbed": lambda: {f"disturbed: {name}": images for name, images in disturbed()},
}

if __name__ == "__main__":
    made = {name: rows for make in CASES.values() for name, rows in make().items()}
    np.savez_compressed(FILE, **made)
    print(f"{len(made)} cases, {FILE.stat().st_size / 1024:.0f} KiB")
