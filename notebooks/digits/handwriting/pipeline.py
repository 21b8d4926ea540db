"""From any picture to digits as MNIST shows them: the stages in their order, called one after the other.

Read this list first. Each stage stands in a file of its own, takes what the stage before it returns, and calls no
other stage. *Your own handwriting* shows what each gives, and what happens when one of their steps is left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .between import Box, Digit, Mark, Page, Paper, Strokes
from .ink import ink_of
from .mnist_form import all_like_mnist, like_mnist
from .page import page_of
from .paper import paper_of
from .pictures import Source, read_image
from .preparation import STANDARD, Preparation
from .resizing import resized_to
from .segmentation import find_digits
from .strokes import strokes_in


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline.

    Attributes:
        name: what it gives.
        does: what it does, as a sentence.
        run: the stage itself; takes what the stage before it returned, and a :class:`Preparation`.
        look: takes what it returned and gives pictures of it, one or one per digit: float32, shape
            (rows, columns, 3) in colour, or (rows, columns) from 0 for paper to 1 for ink.
        steps: what of it can be left out (:attr:`Preparation.without`).
    """

    name: str
    does: str
    run: Callable[[Any, Preparation], Any]
    look: Callable[[Any], list[np.ndarray]]
    steps: tuple[str, ...] = ()


def _bare_paper(paper: Paper) -> list[np.ndarray]:
    return [resized_to(paper.bare, *paper.page.shape[:2])]


def _written(strokes: Strokes) -> list[np.ndarray]:
    if strokes.parts is None:
        return [strokes.ink]
    numbers = [part.label for part in strokes.parts]
    return [np.where(np.isin(strokes.labels, numbers), strokes.ink, 0)]


def _cut_out(digits: list[Digit]) -> list[np.ndarray]:
    return [digit.ink for digit in digits]


STAGES = (
    Stage(
        "picture",
        "Decode the file, turn it upright, lay transparency over paper.",
        lambda source, preparation: read_image(source),
        lambda image: [image],
    ),
    Stage(
        "page",
        "Leave out the table around a sheet, and bring the page to the working size.",
        page_of,
        lambda page: [page.image],
        ("bare margins cut", "page found"),
    ),
    Stage(
        "paper",
        "Estimate the paper's colour at each place from the places without ink.",
        paper_of,
        _bare_paper,
        ("uneven light removed", "hard shadows removed"),
    ),
    Stage(
        "ink",
        "Measure how far each place differs from the paper, in the pen's direction.",
        ink_of,
        lambda ink: [ink],
        ("polarity found", "ink weighed by light"),
    ),
    Stage(
        "strokes",
        "Keep the pen's strokes; drop lines, shadows and table edges.",
        strokes_in,
        _written,
        ("lines and specks dropped", "faint parts kept", "frames left out"),
    ),
    Stage(
        "digits",
        "Put strokes together to digits, drop specks and commas, sort them in reading order.",
        find_digits,
        _cut_out,
        ("signs left out",),
    ),
    Stage(
        "MNIST's form",
        "Match the strokes' thickness, scale into 20 x 20 pixels, centre by mass in 28 x 28.",
        all_like_mnist,
        lambda images: images,
        ("thickness matched", "aspect kept", "edges smoothed", "centred by mass"),
    ),
)
STEPS = tuple(step for stage in STAGES for step in stage.steps)


def through_stages(
    source: Source, preparation: Preparation = STANDARD
) -> Iterator[tuple[Stage, Any]]:
    """Send a picture through all stages: each stage with what it returned, in their order.

    Args:
        source: as for :func:`digits.handwriting.pictures.read_image`.
        preparation: how; the default is what was found to be best on photographs of validation digits.

    Raises:
        ValueError: it is no picture that can be read, or there is no ink on it, or a step that is to be left out
            does not exist; the message says which.
    """
    unknown = set(preparation.without) - set(STEPS)
    if unknown:
        raise ValueError(f"There is no step {sorted(unknown)}; there are {list(STEPS)}.")
    passed_on: Any = source
    for stage in STAGES:
        passed_on = stage.run(passed_on, preparation)
        yield stage, passed_on


def readings_in(source: Source, preparation: Preparation = STANDARD) -> list[Mark]:
    """All marks of a picture in reading order, each in both readings where it is doubtful: whole, and parted.

    Arguments and errors are those of :func:`digits_in`, and so are the marks' images.
    """
    passed_on = {stage.name: result for stage, result in through_stages(source, preparation)}
    marks, images = passed_on["digits"], passed_on["MNIST's form"]
    page: Page = passed_on["page"]
    return [
        Mark(
            image,
            _box_of(mark, page),
            tuple(
                Mark(like_mnist(part.ink, preparation), _box_of(part, page)) for part in mark.parted
            ),
        )
        for mark, image in zip(marks, images, strict=True)
    ]


def _box_of(digit: Digit, page: Page) -> Box:
    """Where a digit of a page lies in the picture."""
    left, top, right, bottom = page.box
    (rows, columns), (height, width) = page.image.shape[:2], digit.ink.shape
    x = [left + (right - left) * place / columns for place in (digit.left, digit.left + width)]
    y = [top + (bottom - top) * place / rows for place in (digit.top, digit.top + height)]
    return max(x[0], 0.0), max(y[0], 0.0), min(x[1], 1.0), min(y[1], 1.0)


def digits_in(source: Source, preparation: Preparation = STANDARD) -> list[np.ndarray]:
    """All digits of a picture in reading order, as MNIST shows them; arguments and errors as :func:`through_stages`.

    Returns:
        Float32 arrays of shape (28, 28), 0 for paper to 1 for ink; at least one.
    """
    *_, (_, images) = through_stages(source, preparation)
    return images
