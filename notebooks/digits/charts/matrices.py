"""Confusion matrices, in numbers and in pictures: truth in rows, prediction in columns."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .. import evaluation, plots

_DIAGONAL = "0.85"
_PAPER_AROUND = ((0, 4), (2, 2))  # rows above and below, columns on the left and on the right


def confusion_matrices(
    tables: Mapping[str, pd.DataFrame], title: str, *, decimals: int = 0, missed: bool = False
) -> plt.Figure:
    """Confusion matrices side by side on one scale: errors in colour, what was read right on a grey diagonal.

    Args:
        tables: for each network's name a 10 x 10 table, as :func:`digits.evaluation.confusion_counts` and the
            functions beside it return it; an empty diagonal stays empty.
        title: the message of the figure.
        decimals: digits after the decimal point; cells that round to 0 stay empty.
        missed: whether the errors of each row, and their share of it, stand beside it: for counts.
    """
    # Square panels with room below for one line of labels, and above for two titles.
    width = plots.WIDE if len(tables) > 1 else plots.NARROW
    beside = 1.0 if missed else 0.0  # inches for the words beside the rows
    height = 1.2 + (width - beside - 0.7 * len(tables)) / len(tables)
    figure, panels = plt.subplots(1, len(tables), figsize=(width, height), squeeze=False)
    plots.headline(figure, title)
    highest = max(evaluation.errors_only(table).to_numpy().max() for table in tables.values())
    for axes, (name, table) in zip(panels.flat, tables.items(), strict=True):
        _draw_matrix(axes, table, max(float(highest), 1.0), decimals)
        axes.set_title(name, fontweight="normal")
        if missed:
            _write_misses(axes, table)
    return figure


def _write_misses(axes: plt.Axes, table: pd.DataFrame) -> None:
    """Write beside each row of counts how many lie off the diagonal, and which share of the row that is."""
    counts = table.to_numpy()
    beside = {-0.8: "missed"}
    for row, of_digit in enumerate(counts):
        off = of_digit.sum() - of_digit[row]
        beside[row] = f"{off} ({plots.percent(off / of_digit.sum(), 1)})"
    for height, words in beside.items():
        axes.text(len(counts), height, words, fontsize=plots.SMALL, va="center")


def _draw_matrix(axes: plt.Axes, table: pd.DataFrame, highest: float, decimals: int) -> None:
    values = table.to_numpy(dtype=float)
    on_diagonal = np.eye(len(values), dtype=bool)
    colours = plt.get_cmap(plots.AMOUNT).with_extremes(bad=_DIAGONAL)
    drawn = axes.imshow(np.ma.array(values, mask=on_diagonal), cmap=colours, vmin=0, vmax=highest)
    for (row, column), value in np.ndenumerate(values):
        text = f"{value:.{decimals}f}"
        if float(text) != 0:
            colour = "black"
            if row != column:
                colour = readable_on(list(drawn.cmap(drawn.norm(value))))
            axes.text(
                column, row, text, ha="center", va="center", fontsize=plots.SMALL, color=colour
            )
    axes.set(xlabel=table.columns.name, ylabel=table.index.name)
    axes.set_xticks(range(len(values)), table.columns)
    axes.set_yticks(range(len(values)), table.index)
    axes.tick_params(length=0)


def readable_on(colour: Sequence[float]) -> str:
    """Black or white, whichever stands out more on a colour: red, green and blue from 0 to 1."""
    red, green, blue = colour[:3]
    return "white" if 0.3 * red + 0.59 * green + 0.11 * blue < 0.5 else "black"


def picture_matrix(
    images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray, title: str
) -> plt.Figure:
    """A confusion matrix of pictures: each cell shows its most confident mistake, shaded by how many there are.

    The diagonal shows, in grey, the image of each digit that was read right with the largest probability.

    Args:
        images: shape (images, 784) or (images, 28, 28), 0 for paper.
        labels: the true digits, shape (images,).
        probabilities: what a network gave, shape (images, 10).
        title: the message of the figure.
    """
    predicted = evaluation.predicted_digits(probabilities)
    confidence = probabilities.max(axis=1)
    counts = evaluation.errors_only(evaluation.confusion_counts(labels, predicted)).to_numpy()
    # The paper's shade tells the count; the digits stay black on the darkest of them.
    shades = plt.get_cmap(plots.AMOUNT)(0.6 * counts / max(counts.max(), 1))
    figure, axes = plt.subplots(figsize=(plots.WIDE, plots.WIDE))
    for truth, guess in np.ndindex(10, 10):
        rows = np.flatnonzero((labels == truth) & (predicted == guess))
        paper = shades[truth, guess, :3] if truth != guess else np.full(3, float(_DIAGONAL))
        if truth != guess and not len(rows):
            paper = np.ones(3)
        cell = np.broadcast_to(paper, (32, 32, 3))
        if len(rows):
            best = rows[confidence[rows].argmax()]
            # A strip of paper below keeps the count off the digit.
            ink = np.pad(np.reshape(images[best], (28, 28)) / images[best].max(), _PAPER_AROUND)
            cell = cell * (1 - ink[..., np.newaxis] * (1 if truth != guess else 0.55))
        axes.imshow(cell, extent=(guess - 0.5, guess + 0.5, truth + 0.5, truth - 0.5))
        if truth != guess and counts[truth, guess]:
            axes.text(
                guess + 0.46,
                truth + 0.47,
                counts[truth, guess],
                ha="right",
                va="bottom",
                fontsize=plots.SMALL,
            )
    axes.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), xlabel="predicted digit", ylabel="true digit")
    axes.set_xticks(range(10))
    axes.set_yticks(range(10))
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(-0.5, 10), minor=True)
    axes.set_yticks(np.arange(-0.5, 10), minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.set_axisbelow(False)
    axes.tick_params(which="minor", length=0)
    axes.set_title(title)
    return figure
