"""The drawing of a network, and an image's way through it: values forward, errors backward."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Rectangle

from .. import plots
from .images import draw_digit


def network_drawing(image: np.ndarray, neurons: tuple[int, int, int], title: str) -> plt.Figure:
    """A network with one hidden layer as circles and lines, beside an image that goes into it.

    Args:
        image: shape (784,).
        neurons: how many inputs, hidden neurons and output neurons there are; fewer are drawn.
        title: the message of the figure.
    """
    figure = plt.figure(figsize=(plots.MEDIUM, 3.9), layout="none")
    plots.headline(figure, title)
    picture = figure.add_axes((0.02, 0.33, 0.17, 0.36))
    draw_digit(picture, image)
    inputs, hidden, outputs = neurons
    columns = {
        0.31: (5, f"{inputs} inputs:\none for each pixel"),
        0.57: (5, f"hidden layer:\n{hidden} neurons, ReLU"),
        0.83: (10, f"output layer:\n{outputs} neurons, softmax"),
    }
    places = []
    for across, (count, words) in columns.items():
        heights = np.linspace(0.78, 0.17, count)
        is_short = count < 10
        shown = [
            height for index, height in enumerate(heights) if not is_short or index != count - 2
        ]
        places.append([(across, height) for height in shown])
        if is_short:
            _write(figure, across, heights[count - 2], "⋮", size=14)
        _write(figure, across, 0.05, words)
    for left, right in itertools.pairwise(places):
        for start in left:
            for end in right:
                figure.add_artist(
                    Line2D(*zip(start, end, strict=True), color="0.72", linewidth=0.5, zorder=0)
                )
    wide, high = figure.get_size_inches()
    for column, radius in zip(places, (0.09, 0.13, 0.12), strict=True):
        for place in column:
            size = {"width": 2 * radius / wide, "height": 2 * radius / high}
            figure.add_artist(Ellipse(place, **size, facecolor="white", edgecolor="0.13"))
    for digit, (across, height) in enumerate(places[-1]):
        _write(figure, across + 0.035, height, str(digit))
    _write(figure, 0.44, 0.86, f"{inputs} × {hidden} weights,\n{hidden} biases")
    _write(figure, 0.70, 0.86, f"{hidden} × {outputs} weights,\n{outputs} biases")
    _write(figure, 0.93, 0.475, "ten\nprobabilities")
    _arrow(figure, (0.195, 0.51), (0.285, 0.51))
    return figure


def _write(figure: plt.Figure, across: float, up: float, words: str, *, size: int = 9) -> None:
    figure.text(across, up, words, ha="center", va="center", fontsize=size, color="0.13")


def _arrow(figure: plt.Figure, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A grey arrow between two places of the figure, each from 0 to 1."""
    # Within the margin that is added when the figure is saved.
    across, up = plt.rcParams["savefig.pad_inches"] / figure.get_size_inches()
    paper = figure.add_axes((across, up, 1 - 2 * across, 1 - 2 * up), facecolor="none")
    paper.set(xlim=(across, 1 - across), ylim=(up, 1 - up))
    paper.set_axis_off()
    paper.annotate(
        "",
        end,
        xytext=start,
        arrowprops={"arrowstyle": "-|>", "color": "0.3", "linewidth": 1.3},
    )


def forward_and_backward(
    image: np.ndarray,
    forward: tuple[np.ndarray, np.ndarray],
    backward: tuple[np.ndarray, np.ndarray],
    gradient: np.ndarray,
    title: str,
) -> plt.Figure:
    """One image's way through a network with one hidden layer, and below it the errors' way back.

    Args:
        image: shape (784,).
        forward: the outputs of the hidden neurons, shape (neurons,), and the ten probabilities.
        backward: the errors of the hidden neurons, shape (neurons,), and those of the ten outputs.
        gradient: of the weights of the hidden neuron with the largest error, which is framed, shape (784,).
        title: the message of the figure.
    """
    figure, axes = plt.subplots(
        2, 3, figsize=(plots.WIDE, 4.9), width_ratios=[1.25, 1.1, 0.5], layout="none"
    )
    figure.subplots_adjust(left=0.05, right=0.9, top=0.82, bottom=0.06, wspace=0.85, hspace=0.5)
    plots.headline(figure, title)
    rows = (
        (
            (image, 1.0, "the image"),
            (forward[0], None, "hidden outputs"),
            (forward[1], 1.0, "probabilities"),
        ),
        (
            (gradient, None, "gradient of one\nneuron's weights"),
            (backward[0], None, "blame of the\nhidden neurons"),
            (backward[1], 1.0, "output errors"),
        ),
    )
    for row, (axis_row, panels) in enumerate(zip(axes, rows, strict=True)):
        cmap = plots.DIVERGING if row else plots.INK
        for axis, (values, limit, words) in zip(axis_row, panels, strict=True):
            grid = _as_grid(np.asarray(values))
            draw_digit(axis, grid, words, cmap=cmap, limit=limit or float(np.abs(grid).max()))
        axis_row[1].add_patch(_frame(_as_grid(np.abs(backward[0])).argmax()))
        axis_row[2].set_yticks(range(10), [str(digit) for digit in range(10)])
        axis_row[2].tick_params(axis="y", length=0, labelsize=plots.SMALL)
        for left, right, words in ((0, 1, _WAYS[row][0]), (1, 2, _WAYS[row][1])):
            _between(figure, axis_row[left], axis_row[right], words, backward=bool(row))
    return figure


def _frame(neuron: np.intp) -> Rectangle:
    """A frame around one of the hidden neurons, which stand in rows of four."""
    row, column = divmod(int(neuron), 4)
    return Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor="black", linewidth=2)


_WAYS = (
    ("weights,\nReLU", "weights,\nsoftmax"),
    ("times\npixels", "weights,\nslope\nof ReLU"),
)


def _as_grid(values: np.ndarray) -> np.ndarray:
    """Pixels as a square; ten outputs below one another; hidden neurons in rows of four."""
    if len(values) == 10:
        return values.reshape(10, 1)
    return values.reshape(28, 28) if len(values) == 784 else values.reshape(-1, 4)


def _between(
    figure: plt.Figure, left: plt.Axes, right: plt.Axes, words: str, *, backward: bool
) -> None:
    """An arrow from one axes to another one on its right, or back, and words above it."""
    figure.canvas.draw()
    ends = [axes.get_position() for axes in (left, right)]
    start, end = ends[0].x1 + 0.012, ends[1].x0 - (0.035 if right.get_yticks().size else 0.012)
    height = (ends[0].y0 + ends[0].y1) / 2
    places = ((end, height), (start, height)) if backward else ((start, height), (end, height))
    _arrow(figure, *places)
    lines_of_text = words.count("\n") + 1
    _write(figure, (start + end) / 2, height + 0.02 + 0.02 * lines_of_text, words)


# ---------------------------------------------------------------- curves and dots
