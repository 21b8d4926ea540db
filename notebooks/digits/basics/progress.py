"""One kind of progress bar, for a person at a screen."""

import sys
from collections.abc import Iterable

from tqdm import tqdm

from .workspace import shows_progress


def progress_bar(
    iterable: Iterable | None = None,
    *,
    description: str,
    unit: str,
    total: int | None = None,
    leave: bool = False,
    unit_scale: bool = False,
) -> tqdm:
    """A bar that disappears when it is full, and does not appear where ``DIGITS_PROGRESS`` is ``0``.

    Args:
        iterable: what is gone through, if it is; otherwise the caller moves the bar with ``update``.
        description: what is done, shown before the bar.
        unit: what is counted.
        total: how many there are, if the iterable does not tell.
        leave: whether the bar stays when it is full.
        unit_scale: whether large counts are shown in thousands and millions.
    """
    return tqdm(
        iterable,
        desc=description,
        total=total,
        unit=unit,
        unit_scale=unit_scale,
        file=sys.stdout,  # standard error would be shown on red ground
        disable=not shows_progress(),
        leave=leave,
    )
