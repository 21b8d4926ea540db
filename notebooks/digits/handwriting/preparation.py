"""The constants of the handwriting pipeline as data, and which of its steps are left out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preparation:
    """The constants, chosen in *Your own handwriting* on photographs of validation digits and of empty pages.

    What a line, a table, a shadow and a sheet look like is said where they are looked for.

    Attributes:
        working_side: larger pictures are reduced until their longer side has so many pixels.
        smallest_side: smaller pictures are enlarged until their longer side has so many pixels.
        faintest: fainter than this, out of 1 for black on white, ink cannot be told from what light does to paper.
        above_grain: ink is at least so many times as strong as the paper's grain and the camera's noise.
        paper_below, ink_above: how strong a mark must be, out of 1 for the pen's usual strength, to be more than
            paper, and to be fully ink.
        stroke_above: with how much ink, out of 1, a pixel belongs to a stroke.
        smallest_digit: what is less tall is a speck, out of 1 for the picture's longer side.
        smallest_part: a digit's part with less ink is a speck, out of 1 for the part with the most.
        thinnest, thickest: strokes are brought between these, in pixels of the 20 x 20 that a digit fills.
        without: the steps that are left out, of those that the stages of :mod:`digits.handwriting.pipeline` list.
    """

    working_side: int = 480
    smallest_side: int = 112
    faintest: float = 0.1
    above_grain: float = 18.0
    paper_below: float = 0.2
    ink_above: float = 0.9
    stroke_above: float = 0.486
    smallest_digit: float = 0.03
    smallest_part: float = 0.02
    thinnest: float = 1.6
    thickest: float = 3.0
    without: frozenset[str] = frozenset()


STANDARD = Preparation()
