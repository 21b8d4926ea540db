"""One look for all figures, as data, and one way of saving, showing and captioning them. No TensorFlow.

What is drawn again and again (digits, learning curves, ladders, matrices) stands in :mod:`digits.charts`.
"""

import base64
import html
import os
import pathlib
import pickle
import urllib.parse
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from IPython.display import display
from matplotlib import ticker
from matplotlib.axis import Axis, XAxis

from .basics.workspace import write_atomically
from .dataset import mnist
from .store import artifacts
from .store.figure_files import save

# From matplotlib's defaults: what a user's own matplotlibrc says is for other figures.
plt.style.use(["default", pathlib.Path(__file__).with_name("digits.mplstyle")])

# ---------------------------------------------------------------- the style, as data

# The widths of figures in inches. The widest just fits into a page of JupyterLab and of README.md.
NARROW, MEDIUM, WIDE = 6.0, 7.5, 8.7
SMALL = 9  # points: the smallest text

# Dark ink on white paper, as the digits were written.
INK = "gray_r"
# Around a real zero only: blue below, red above.
DIVERGING = "RdBu_r"
# From none to much, where nothing lies on the other side of zero: errors, and amounts.
AMOUNT = "YlOrBr"


@dataclass(frozen=True)
class Look:
    """How one thing is drawn in every figure: its colour, its marker, and the style of its line."""

    colour: str
    marker: str = "o"
    line: str = "-"


# One colour for a family of networks; its members differ by their markers, and by the labels beside them.
# Anybody can tell the colours apart: any two differ by at least 16 (CIEDE2000) with full colour vision and without
# red or green cones (Machado, Oliveira and Fernandes 2009), and each has a contrast of 3 : 1 on white.
_NO_HIDDEN_LAYER, _PUBLISHED, _OWN, _DEEP = "#DA7C0B", "#0A9AB4", "#1257F2", "#14003C"
_CONV, _TUNED, _READING = "#AA562F", "#8A2675", "#0E3803"
_GREY, _BLACK = "#767676", "#222222"

LOOKS = {
    "baseline-softmax": Look(_NO_HIDDEN_LAYER, "s"),
    "baseline-sigmoid": Look(_NO_HIDDEN_LAYER, "p"),
    "D-baseline": Look(_NO_HIDDEN_LAYER, "d"),
    "A-baseline": Look(_NO_HIDDEN_LAYER, "h"),
    "A-hidden": Look(_PUBLISHED, "<"),
    "B": Look(_PUBLISHED, "v"),
    "C": Look(_PUBLISHED, "^"),
    "D-hidden": Look(_PUBLISHED, ">"),
    "E": Look(_PUBLISHED, "8"),
    "own": Look(_OWN, "o"),
    "own-on-split": Look(_OWN, "H"),
    "deep": Look(_DEEP, "D"),
    "deep-undistorted": Look(_DEEP, "s"),
    "conv": Look(_CONV, "P"),
    "conv-undistorted": Look(_CONV, "X"),
    "conv-4": Look(_CONV, "^"),
    "tiny": Look(_CONV, "o"),
    "taught": Look(_DEEP, "v"),
    "tuned": Look(_TUNED, "*"),
    "reading": Look(_READING, "d"),
    "training": Look(_GREY, ".", "--"),
    "validation": Look(_BLACK, "o"),
    "test": Look(_BLACK, "s"),
    "other": Look(_BLACK, "o"),
}

# Where a logarithmic axis bears its ticks, times powers of ten: the fewer, the more it spans.
_STEPS = ((6, (1, 1.5, 2, 3, 5, 7)), (40, (1, 2, 5)), (np.inf, (1, 3)))

# "98.5 %", with a space that does not break; the decimals come from the axis.
_PERCENT_SIGN = "\N{NO-BREAK SPACE}%"


def look(name: str) -> Look:
    """How a thing is drawn; ``KeyError`` with a sentence for one that the table does not have."""
    if name not in LOOKS:
        raise KeyError(f"{name!r} has no colour and marker yet: add it to LOOKS in plots.py.")
    return LOOKS[name]


def headline(figure: plt.Figure, message: str) -> None:
    """The title of a figure of several panels: what all of them say together."""
    figure.suptitle(message, x=0.01, ha="left")


def percent(share: float, decimals: int = 0) -> str:
    """A share in words: 0.985 is "98.5 %" with one decimal."""
    return f"{share:.{decimals}%}".replace("%", _PERCENT_SIGN)


class _Percent(ticker.PercentFormatter):
    """Matplotlib's, without decimals that are 0 at every tick: "90 %", not "90.0 %"."""

    def format_ticks(self, values: list[float]) -> list[str]:
        """The texts of all ticks of an axis, with equally many decimals."""
        texts = super().format_ticks(values)
        for zeros in (".00", ".0"):
            tail = f"{zeros}{_PERCENT_SIGN}"
            if all(text.endswith(tail) for text in texts):
                return [text.removesuffix(tail) + _PERCENT_SIGN for text in texts]
        return texts


def percent_axis(axis: Axis, *, every: float | None = None) -> None:
    """Let an axis of shares from 0 to 1 (``axes.xaxis`` or ``axes.yaxis``) speak in percent.

    With ``every``, a share, it bears a tick at each multiple of that.
    """
    axis.set_major_formatter(_Percent(1, symbol=_PERCENT_SIGN))
    if every is not None:
        axis.set_major_locator(ticker.MultipleLocator(every))


def thousands_axis(axis: Axis) -> None:
    """Let an axis of large whole numbers write them as "60,000"."""
    axis.set_major_formatter(ticker.FuncFormatter(_with_commas))


def _with_commas(value: float, _position: int | None = None) -> str:
    return f"{value:,.0f}"


def error_axis(
    axis: Axis, errors: npt.ArrayLike, *, of: int | None = None, steps: tuple[float, ...] = ()
) -> None:
    """Make an axis one of errors (1 - accuracy), logarithmic: equal steps are equal ratios of errors.

    Args:
        axis: ``axes.xaxis`` or ``axes.yaxis``.
        errors: what will be drawn, as shares above 0; the axis reaches a little beyond its extremes.
        of: None writes percent; a number writes how many of so many images are misread.
        steps: the ticks, each times a power of ten; without them, the fewer, the more the axis spans.
    """
    errors = np.asarray(errors, dtype=float)
    lowest, highest = errors.min() / 1.25, errors.max() * 1.25
    steps = steps or next(chosen for ratio, chosen in _STEPS if highest < ratio * lowest)
    powers = 10.0 ** np.arange(-5, 1)
    ticks = [step * power for power in powers for step in steps]
    ticks = [tick for tick in ticks if lowest <= tick <= min(highest, 1)]
    name = "x" if isinstance(axis, XAxis) else "y"
    axis.axes.set(**{f"{name}scale": "log", f"{name}lim": (lowest, highest)})
    axis.set_major_locator(ticker.FixedLocator(ticks))
    axis.set_minor_locator(ticker.NullLocator())
    if of is None:
        labels = [f"{100 * tick:.4g}{_PERCENT_SIGN}" for tick in ticks]
    else:
        labels = [_with_commas(of * tick) for tick in ticks]
    axis.set_ticklabels(labels)


def above_zero(errors: np.ndarray) -> np.ndarray:
    """Errors for a logarithmic axis, which has no place for 0: a 0 becomes half of the smallest other one."""
    errors = np.asarray(errors, dtype=float)
    smallest = errors.min(where=errors > 0, initial=1)
    return np.maximum(errors, smallest / 2)


def label_lines(axes: plt.Axes, ends: dict[str, float], colours: dict[str, str]) -> None:
    """Write names to the right of the axes, each at the height where its line ends, moved apart where they are close.

    Call it last: it needs the axes' final limits.

    Args:
        axes: where the lines are.
        ends: for each name the height of its line's last point.
        colours: for each name the colour of its line.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    pixels_per_point = figure.dpi / 72
    heights = {
        name: axes.transData.transform((axes.get_xlim()[1], end))[1] / pixels_per_point
        for name, end in ends.items()
    }
    placed = -np.inf
    wanted = sorted(heights.items(), key=lambda item: item[1])
    places = {}
    for name, height in wanted:
        placed = max(height, placed + 1.3 * SMALL)
        places[name] = placed
    # What was pushed up as a whole is lowered by half of it, so that labels stay near their lines.
    lowered = np.median([places[name] - heights[name] for name in places])
    for name, height in heights.items():
        axes.annotate(
            name,
            (1, ends[name]),
            xycoords=("axes fraction", "data"),
            xytext=(6, places[name] - lowered - height),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=colours[name],
            annotation_clip=False,
        )


# ---------------------------------------------------------------- saving and showing

# One inch of a figure is this many pixels on the page: 200 dpi are then sharp on high-resolution screens.
_PAGE_PIXELS_PER_INCH = 96
_SAMPLE = "Made from the 5,000-image sample: not MNIST's numbers"


def show(figure: plt.Figure, name: str, caption: str) -> None:
    """Save a figure as ``figures/NAME.png`` and show exactly that image, with its caption below.

    The same figure gives the same bytes. The caption is also the image's alternative text, for whoever hears the
    page. On the sample a red line in the figure and the caption say so.
    If DIGITS_KEEP_FIGURES is set, the figure itself is kept beside the image, as ``NAME.pickle``: the tests set it,
    to look at what is drawn rather than at pixels.

    Args:
        figure: a matplotlib figure; it is closed afterwards.
        name: the notebook's number and what the figure shows, such as ``"01_pixel_use"``.
        caption: one sentence with the message and one that says how to read the picture; plain text, no markup.
    """
    if mnist.load().is_sample:
        caption = f"{caption} ({_SAMPLE}.)"
        # Above the figure, beyond its layout: savefig's tight box takes it in.
        left = plt.rcParams["savefig.pad_inches"] / figure.get_size_inches()[0]
        figure.text(left, 1, _SAMPLE, color="#B00020", fontsize=SMALL, va="bottom")
    path = artifacts.figures_folder() / f"{name}.png"
    save(figure, path)
    if os.environ.get("DIGITS_KEEP_FIGURES"):
        with write_atomically(path.with_suffix(".pickle")) as temporary:
            temporary.write_bytes(pickle.dumps(figure))
    display({"text/html": _on_page(path.read_bytes(), caption), "text/plain": caption}, raw=True)


def _on_page(png: bytes, caption: str) -> str:
    """An image with its caption below, as HTML.

    JupyterLab and nbconvert give no alternative text to images that they show as such, whatever the metadata say.
    """
    words = html.escape(caption)
    # With %2F for each slash: what looks for paths in a notebook would else find some in the picture.
    data = urllib.parse.quote(base64.b64encode(png), safe="+=")
    # How many pixels wide it is stands in the header of a PNG.
    width = round(int.from_bytes(png[16:20]) / plt.rcParams["savefig.dpi"] * _PAGE_PIXELS_PER_INCH)
    return f'<img src="data:image/png;base64,{data}" width="{width}" alt="{words}"><p>{words}</p>'
