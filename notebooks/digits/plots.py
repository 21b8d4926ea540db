"""One look for all figures, and one way of saving, showing and captioning them. No TensorFlow."""

import os
import pathlib
import pickle
from collections.abc import Sequence

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Image, Markdown, display
from matplotlib.image import AxesImage

from .basics.workspace import write_atomically
from .dataset import mnist
from .store import artifacts

# From matplotlib's defaults: what a user's own matplotlibrc says is for other figures.
plt.style.use(["default", pathlib.Path(__file__).with_name("digits.mplstyle")])

# Dark ink on white paper, as the digits were written.
INK = "gray_r"
# Around a real zero only: blue below, red above.
DIVERGING = "RdBu_r"
# One inch of a figure is this many pixels on the page: 150 dpi images are then sharp on high-resolution screens.
_PAGE_PIXELS_PER_INCH = 96


def show(figure: plt.Figure, name: str, caption: str) -> None:
    """Save a figure as ``figures/NAME.png`` and show exactly that image, with its caption below.

    The same figure gives the same bytes. On the sample a red line in the figure and the caption say so.
    If DIGITS_KEEP_FIGURES is set, the figure itself is kept beside the image, as ``NAME.pickle``: the tests set it,
    to look at what is drawn rather than at pixels.

    Args:
        figure: a matplotlib figure; it is closed afterwards.
        name: the notebook's number and what the figure shows, such as ``"01_class_balance"``.
        caption: what to see in it, in a sentence; it is the figure's text alternative.
    """
    if mnist.load().is_sample:
        figure.suptitle(
            "Made from the 5,000-image sample: not MNIST's numbers", color="#B00020", fontsize=9
        )
        caption = f"{caption} (Made from the 5,000-image sample: not MNIST's numbers.)"
    path = artifacts.figures_folder() / f"{name}.png"
    with write_atomically(path) as temporary:
        # The version of matplotlib would change the bytes.
        figure.savefig(temporary, metadata={"Software": None})
    width = round(figure.get_size_inches()[0] * _PAGE_PIXELS_PER_INCH)
    plt.close(figure)
    if os.environ.get("DIGITS_KEEP_FIGURES"):
        with write_atomically(path.with_suffix(".pickle")) as temporary:
            temporary.write_bytes(pickle.dumps(figure))
    display(Image(data=path.read_bytes(), format="png", width=width))
    display(Markdown(f"*{caption}*"))


def draw_digit(
    axes: plt.Axes,
    image: np.ndarray,
    title: str = "",
    *,
    cmap: str = INK,
    limit: float | None = None,
) -> AxesImage:
    """Draw one image in a thin frame, without ticks.

    Args:
        axes: where to draw.
        image: shape (784,) for 28 x 28 pixels, or (rows, columns).
        title: a short text above it.
        cmap: name of a colour map.
        limit: the value of the strongest colour: the map then runs from ``-limit`` to ``limit`` if ``cmap`` is
            diverging, else from 0 to ``limit``. None takes the image's own range.

    Returns:
        The drawn image, from which a colour bar can be made.
    """
    lowest = None if limit is None else (-limit if cmap == DIVERGING else 0)
    if np.ndim(image) == 1:
        image = np.reshape(image, (28, 28))
    drawn = axes.imshow(image, cmap=cmap, vmin=lowest, vmax=limit)
    axes.set_title(title, fontsize=9, fontweight="normal", loc="center")
    axes.set(xticks=[], yticks=[])
    # The paper's edge: digits do not float.
    axes.spines[:].set(visible=True, color="0.8", linewidth=0.6)
    return drawn


def draw_digit_map(axes: plt.Axes, values: np.ndarray, title: str) -> None:
    """Draw a filter or a feature map: red for positive values, blue for negative ones, white for 0.

    Args:
        axes: where to draw.
        values: shape (rows, columns), of any size.
        title: a short text above it.
    """
    limit = max(np.abs(values).max(), 1e-9)
    draw_digit(axes, values, title, cmap=DIVERGING, limit=limit)


def grid_of_digits(
    images: np.ndarray,
    titles: Sequence[str],
    columns: int,
    *,
    size: float = 0.9,
    wrong: Sequence[bool] = (),
    cmap: str = INK,
    limit: float | None = None,
) -> plt.Figure:
    """A figure with images row by row, each under its title.

    Args:
        images: shape (images, 28, 28) or (images, 784).
        titles: one per image, or an empty sequence for none.
        columns: images in a row.
        size: width of one image in inches.
        wrong: one per image, true where the title shall stand out in bold; or an empty sequence for none.
        cmap, limit: as in :func:`draw_digit`.
    """
    rows = -(-len(images) // columns)
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    figure, axes = plt.subplots(
        rows, columns, figsize=(columns * size, rows * (size + 0.2 * lines)), squeeze=False
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for index, image in enumerate(images):
        axes.flat[index].set_axis_on()
        draw_digit(
            axes.flat[index], image, titles[index] if len(titles) else "", cmap=cmap, limit=limit
        )
        if len(wrong) and wrong[index]:
            axes.flat[index].title.set(weight="bold", color="#B00020")
    return figure


def learning_curves(histories: dict[str, pd.DataFrame], *, coinciding: bool = False) -> plt.Figure:
    """Loss and accuracy per epoch, side by side: one colour per network, dashed for training, solid for validation.

    Args:
        histories: for each network's name the table that :func:`digits.training.fit` returns.
        coinciding: draw earlier networks wider, so that curves which lie on one another are all seen.
    """
    figure, axes = plt.subplots(1, 2, figsize=(8.5, 3.4))
    for column, (axis, quantity) in enumerate(zip(axes, ("loss", "accuracy"), strict=True)):
        for number, (name, history) in enumerate(histories.items()):
            parts = [(quantity, "training", "--")]
            if f"val_{quantity}" in history:
                parts.append((f"val_{quantity}", "validation", "-"))
            for key, part, line in parts:
                marker = "o" if len(history) <= 10 else None
                label = f"{name}, {part}" if len(histories) > 1 else part
                wider = len(histories) - 1 - number if coinciding else 0
                axis.plot(
                    history["epoch"],
                    history[key],
                    line,
                    color=f"C{number}",
                    marker=marker,
                    markersize=4 + 3 * wider,
                    linewidth=1.8 + 3 * wider,
                    alpha=0.5 if wider else 1,
                    label=label,
                )
        axis.set(
            xlabel="epoch",
            title=quantity.capitalize(),
            ylabel="cross-entropy (nats)" if column == 0 else "accuracy",
        )
        axis.grid(axis="y")
        axis.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    axes[1].yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1, decimals=1))
    axes[0].legend(fontsize=9)
    return figure


def confusion_matrix(
    axes: plt.Axes,
    table: pd.DataFrame,
    title: str,
    *,
    decimals: int = 0,
    highest: float | None = None,
) -> None:
    """Draw a confusion matrix: the true digit in rows, the predicted digit in columns, a number in each cell.

    Args:
        axes: where to draw.
        table: 10 x 10, as :func:`digits.evaluation.confusion_counts` and the functions beside it return it.
        title: the text above it.
        decimals: digits after the decimal point; cells that round to 0 stay empty.
        highest: the value of the strongest colour, so that two matrices can share one scale; None for the largest.
    """
    values = table.to_numpy(dtype=float)
    highest = highest or max(values.max(), 1.0)
    axes.imshow(values, cmap="Blues", vmin=0, vmax=highest)
    for (row, column), value in np.ndenumerate(values):
        text = f"{value:.{decimals}f}"
        if float(text) != 0:
            color = "white" if value > 0.55 * highest else "black"
            axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=color)
    axes.set(xlabel=table.columns.name, ylabel=table.index.name, title=title)
    axes.set_xticks(range(10), table.columns)
    axes.set_yticks(range(10), table.index)
    axes.tick_params(length=0)
