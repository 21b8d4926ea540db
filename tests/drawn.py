"""Looking at matplotlib's figures as the notebooks drew them: the texts, colours and data that reach the reader."""

import functools
import pathlib
import pickle
import re
from unittest import mock

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

NOTHING = ("None", None, "", " ")  # what matplotlib calls no marker, or no line


@functools.cache  # drawing takes a while, and every rule looks at every figure
def read(path: pathlib.Path) -> Figure:
    """A figure that plots.show kept, with its layout done."""
    figure = pickle.loads(path.read_bytes())
    FigureCanvasAgg(figure).draw()
    return figure


# ---------------------------------------------------------------- texts


@functools.cache
def texts(figure: Figure) -> list[Text]:
    """Every text that drawing the figure puts on it: no empty ones, no tick labels beyond an axis's ends."""
    found = []
    draw = Text.draw

    def note(text, renderer):
        if text.get_visible() and text.get_text().strip():
            found.append(text)
        draw(text, renderer)

    with mock.patch.object(Text, "draw", note):
        figure.canvas.draw()
    return list(dict.fromkeys(found))


def corners(text: Text) -> np.ndarray:
    """The corners of the rectangle around a text, slanted as the text is: pixels, shape (4, 2)."""
    angle = text.get_rotation()
    box = text.get_window_extent()
    centre = np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2
    text.set_rotation(0)
    level = text.get_window_extent()
    text.set_rotation(angle)
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [level.width / 2, level.height / 2]
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return centre + half @ np.array([[cos, sin], [-sin, cos]])


def overlap(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    """Whether two rectangles, given by their corners, overlap by more than this on every axis: if not, a line
    between them keeps them apart."""
    for rectangle in (one, other):
        for side in (rectangle[1] - rectangle[0], rectangle[3] - rectangle[0]):
            direction = side / max(np.linalg.norm(side), 1e-9)
            along_one, along_other = one @ direction, other @ direction
            shared = min(along_one.max(), along_other.max()) - max(
                along_one.min(), along_other.min()
            )
            if shared <= tolerance:
                return False
    return True


def overlapping(figure: Figure, tolerance: float = 1.0) -> list[tuple[str, str]]:
    """The pairs of texts that lie on one another; the tolerance is in pixels of the figure's own dpi."""
    placed = [(text.get_text(), corners(text)) for text in texts(figure)]
    lowest = np.array([place.min(axis=0) for _, place in placed]).reshape(-1, 2)
    highest = np.array([place.max(axis=0) for _, place in placed]).reshape(-1, 2)
    pairs = []
    for index, (text, place) in enumerate(placed):
        near = ((lowest <= highest[index]) & (highest >= lowest[index])).all(axis=1)
        pairs += [
            (text, placed[other][0])
            for other in np.flatnonzero(near)
            if other > index and overlap(place, placed[other][1], tolerance)
        ]
    return pairs


def tick_labels(figure: Figure, axis) -> list[str]:
    """The tick labels that are seen on an axis."""
    own = {id(label) for label in axis.get_ticklabels(which="both")}
    return [text.get_text() for text in texts(figure) if id(text) in own]


def numbered_ticks(figure: Figure, axis) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The ticks of an axis whose labels are numbers: their places, the numbers, and half of the last digit's unit."""
    seen, found = {id(text) for text in texts(figure)}, []
    for tick in axis.get_major_ticks():
        for label in (tick.label1, tick.label2):
            text = label.get_text().replace("\N{MINUS SIGN}", "-").replace(",", "")
            number = re.fullmatch(r"(-?\d+\.?(\d*))(\N{NO-BREAK SPACE}%)?", text)
            if id(label) in seen and number:
                found.append((tick.get_loc(), float(number[1]), 0.5 * 10.0 ** -len(number[2])))
    places, numbers, halves = np.reshape(found, (-1, 3)).T
    return places, numbers, halves


# ---------------------------------------------------------------- artists


def is_colour_bar(axes: Axes) -> bool:
    """Whether these are the axes of a colour bar, not of data."""
    return axes.get_label() == "<colorbar>"


def plots_of(figure: Figure) -> list[Axes]:
    """The axes with lines, bars or dots: all but colour bars, images, and places left empty."""
    return [
        axes
        for axes in figure.axes
        if not is_colour_bar(axes)
        and not axes.images
        and (axes.lines or axes.patches or axes.collections)
    ]


def charts_of(figure: Figure) -> list[Axes]:
    """The axes on which data lie at places that mean something: plots, and images with numbers along their sides."""
    images = [axes for axes in figure.axes if axes.images and not is_colour_bar(axes)]
    return plots_of(figure) + [axes for axes in images if len(axes.get_xticks())]


def images_of(figure: Figure) -> list[np.ndarray]:
    """The arrays of all images, in the order of their axes."""
    return [np.asarray(drawn.get_array()) for axes in figure.axes for drawn in axes.images]


def title_of(axes: Axes) -> str:
    """The title of axes, which stands in the middle above digits and on the left above all else."""
    return axes.get_title() or axes.get_title(loc="left")


def titles_of(figure: Figure) -> list[str]:
    """The title of each axes that shows an image."""
    return [title_of(axes) for axes in figure.axes if axes.images and not is_colour_bar(axes)]


def line(axes: Axes, label: str) -> np.ndarray:
    """The points of the line with this label: shape (points, 2)."""
    (found,) = [each for each in axes.lines if each.get_label() == label]
    return points(found)


def points(drawn: Line2D) -> np.ndarray:
    """The points of a line: float, shape (points, 2)."""
    return np.column_stack([drawn.get_xdata(), drawn.get_ydata()]).astype(float)


def bars(axes: Axes) -> list[np.ndarray]:
    """The values of each group of bars, in the order they were drawn."""
    groups = [each for each in axes.containers if isinstance(each, BarContainer)]
    return [np.asarray(group.datavalues, dtype=float) for group in groups]


def dots(axes: Axes) -> list[np.ndarray]:
    """The places of each group of scattered dots: shape (dots, 2)."""
    groups = [each for each in axes.collections if isinstance(each, PathCollection)]
    return [np.asarray(group.get_offsets(), dtype=float) for group in groups]


def stretches(axes: Axes) -> list[np.ndarray]:
    """The ends of each straight piece that hlines and vlines drew: shape (pieces, 2 ends, 2)."""
    groups = [each for each in axes.collections if hasattr(each, "get_segments")]
    return [np.array(group.get_segments(), dtype=float) for group in groups]


# ---------------------------------------------------------------- places


def places_of_data(axes: Axes) -> np.ndarray:
    """Points along everything drawn in the axes, in pixels: along lines closely, dots at their centres, bars' ends."""
    found = [np.empty((0, 2))]
    for drawn in axes.lines:
        way = drawn.get_transform().transform(points(drawn))
        way = way[np.isfinite(way).all(axis=1)]
        if len(way) and drawn.get_linestyle() not in NOTHING:
            steps = np.linspace(0, 1, 20)[:, np.newaxis, np.newaxis]
            way = (way[:-1] + steps * np.diff(way, axis=0)).reshape(-1, 2) if len(way) > 1 else way
        found.append(way)
    found += [axes.transData.transform(group) for group in dots(axes)]
    for patch in axes.patches:
        if isinstance(patch, Rectangle):
            box = patch.get_window_extent()
            across, up = np.linspace(box.x0, box.x1, 5), np.linspace(box.y0, box.y1, 20)
            found.append(np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2))
    return np.concatenate(found)


def hidden_by_legend(axes: Axes) -> int:
    """How many of the data's places lie below the legend of their axes."""
    legend = axes.get_legend()
    if legend is None:
        return 0
    box = legend.get_window_extent()
    return sum(box.contains(*place) for place in places_of_data(axes))


def outside(axes: Axes) -> int:
    """How many points of lines, stretches and dots lie beyond the ends of the axes (a pixel does not count)."""
    frame = axes.get_window_extent().padded(1)
    drawn = [each for each in axes.lines if each.get_transform() == axes.transData]
    placed = [axes.transData.transform(points(each)) for each in drawn if each.get_clip_on()]
    placed += [axes.transData.transform(group) for group in dots(axes)]
    on_data = [each for each in axes.collections if each.get_transform() == axes.transData]
    for each in on_data:
        if hasattr(each, "get_segments"):
            placed += [axes.transData.transform(ends) for ends in each.get_segments()]
    return sum(
        not frame.contains(*place)
        for group in placed
        for place in group
        if np.isfinite(place).all()
    )
