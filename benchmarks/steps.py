"""What each step and each constant of the pipeline is good for; run by experiments.py.

Pictures of validation digits are prepared without one step, or with another value of one constant, and read by networks
that have seen none of these digits. Empty pages have nothing on them that may be read.
"""

import functools
from dataclasses import replace

import numpy as np
import reading
from pictures_made import Written, pictures

ALSO_FROM = reading.ALSO_FROM
COUNT, SEED = 200, 3  # pictures of each kind
READ = ("photographed", "drawn on a screen", "crops, thin pen", "8 x 8 pixels")
EMPTY = "blank paper"
NOTHING = "nothing"
VALUES = {
    "working_side": (240, 960),
    "smallest_side": (56, 224),
    "faintest": (0.03, 0.3),
    "above_grain": (4, 60),
    "paper_below": (0.15, 0.5),
    "ink_above": (0.6, 1.0),
    "stroke_above": (0.2, 0.6),
    "smallest_digit": (0.01, 0.1),
    "smallest_part": (0.005, 0.1),
    "thinnest": (1.0, 2.6),
    "thickest": (2.0, 4.5),
}


def settings() -> list[dict]:
    """One row for the pipeline as it is, for each step left out, and for each other value of a constant."""
    from digits.handwriting import STEPS

    rows = [(NOTHING, 0.0), *((step, 0.0) for step in STEPS)]
    rows += [(name, float(value)) for name, values in VALUES.items() for value in values]
    return [
        {"changed": changed, "value": value, "pictures": kind}
        for changed, value in rows
        for kind in (*READ, EMPTY)
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Prepare the pictures in each way, and let both networks read them.

    Returns:
        For each setting, of pictures with a digit the shares that *own-on-split* (``own``) and the reading network
        of seed 0 (``reading``) read right, if exactly one mark is found; of empty pages, in both columns, the share
        on which the pipeline finds nothing.
    """
    from digits import training
    from digits.handwriting import STANDARD
    from digits.handwriting.reading import Reader
    from digits.store import artifacts

    data = artifacts.load_arrays("preprocessed.npz")
    readers = {
        "own": Reader(training.load_model("models/own-on-split.keras")),
        "reading": reading.reader("reading", 0, data),
    }
    source = reading.source("validation", data)

    @functools.cache
    def made(kind: str) -> list[Written]:
        return pictures(kind, COUNT, SEED, source)

    results = []
    for one in settings:
        changed = one["changed"]
        if changed in VALUES:
            kind = type(getattr(STANDARD, changed))
            preparation = replace(STANDARD, **{changed: kind(one["value"])})
        else:
            preparation = replace(STANDARD, without=frozenset({changed} - {NOTHING}))
        marks = reading.marks_in(made(one["pictures"]), preparation)
        if one["pictures"] == EMPTY:
            empty = np.mean([not found for found in marks])
            results.append(dict.fromkeys(readers, float(empty)))
            continue
        digits = np.array([written.digits[0] for written in made(one["pictures"])])
        is_one = np.array([len(found) == 1 for found in marks])
        images = np.stack([found[0].image for found in marks if len(found) == 1])
        results.append(
            {
                name: float(
                    np.sum(each.probabilities(images)[:, :10].argmax(axis=1) == digits[is_one])
                    / COUNT
                )
                for name, each in readers.items()
            }
        )
    return results
