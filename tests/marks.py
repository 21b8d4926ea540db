"""The colours and marks of matplotlib's figures: what stands for data, and what tells one thing from another."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from colours import RGB, contrast, on_white
from digits import plots
from drawn import NOTHING, is_colour_bar
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_rgba
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch, StepPatch
from matplotlib.text import Text


def plain_colours(figure: Figure) -> Iterator[tuple[Artist, RGB]]:
    """Every colour in the figure that was chosen by name, not by a colour map, and what bears it."""
    for artist in figure.findobj():
        if not artist.get_visible():
            continue
        found = []
        if isinstance(artist, Text) and artist.get_text().strip():
            found = [artist.get_color()]
        elif isinstance(artist, Line2D):
            found = [artist.get_color()]
            if artist.get_marker() not in NOTHING:
                found += [artist.get_markerfacecolor(), artist.get_markeredgecolor()]
        elif isinstance(artist, Patch) and not (artist.axes and is_colour_bar(artist.axes)):
            found = [artist.get_facecolor(), artist.get_edgecolor()]
        elif isinstance(artist, Collection) and artist.get_array() is None:
            found = [*artist.get_facecolor(), *artist.get_edgecolor()]
        yield from ((artist, on_white(colour, alpha=1)) for colour in found if to_rgba(colour)[3])


def colour_maps(figure: Figure) -> set[str]:
    """The names of the colour maps that turn numbers into colours in this figure."""
    found = set()
    for axes in figure.axes:
        for drawn in (*axes.images, *axes.collections):
            values = drawn.get_array()
            is_photo = drawn in axes.images and np.ndim(values) == 3
            if values is not None and not is_photo:
                found.add(drawn.get_cmap().name)
    return found


@dataclass(frozen=True)
class Mark:
    """How data are drawn somewhere in a figure: the colour as it looks on white paper, and all else that tells apart.

    ``kind`` is "line", "dots", "stretches", "bars" or "area"; ``marker`` and ``line`` are matplotlib's, "" for none.
    """

    label: str
    kind: str
    colour: RGB
    marker: str = ""
    line: str = ""


def marks_of(axes: Axes) -> Iterator[Mark]:
    """All lines, dots, bars and areas that carry data; lines across the whole axes are guides and carry none."""
    for drawn in axes.lines:
        marker = "" if drawn.get_marker() in NOTHING else str(drawn.get_marker())
        line = "" if drawn.get_linestyle() in NOTHING else str(drawn.get_linestyle())
        if not drawn.get_visible() or drawn.get_transform() != axes.transData or not marker + line:
            continue
        colours = [on_white(drawn.get_color(), drawn.get_alpha())] if line else []
        if marker:  # whichever is stronger: a dot may be a ring
            sides = [drawn.get_markerfacecolor(), drawn.get_markeredgecolor()]
            sides = [on_white(side, drawn.get_alpha()) for side in sides if to_rgba(side)[3]]
            colours.append(max(sides, key=contrast))
        for colour in dict.fromkeys(colours):
            kind = "line" if line else "dots"
            yield Mark(str(drawn.get_label()), kind, colour, marker, line)
    for drawn in axes.collections:
        if drawn.get_array() is not None or not drawn.get_visible():
            continue
        faces = [on_white(each) for each in drawn.get_facecolor() if each[3]]
        edges = [on_white(each) for each in drawn.get_edgecolor() if each[3]]
        kind, marker, found = "area", str(drawn.get_hatch() or ""), faces
        if isinstance(drawn, PathCollection):
            kind, marker, found = "dots", _marker_of(drawn), faces or edges
        elif hasattr(drawn, "get_segments"):
            kind, found = "stretches", edges
        elif marker:  # a hatched area is known by its strokes
            found = edges
        for colour in dict.fromkeys(found):
            yield Mark(str(drawn.get_label()), kind, colour, marker)
    for group in (each for each in axes.containers if isinstance(each, BarContainer)):
        for colour in dict.fromkeys(on_white(bar.get_facecolor()) for bar in group):
            yield Mark(str(group.get_label()), "bars", colour)
    for drawn in (each for each in axes.patches if isinstance(each, StepPatch)):
        side = drawn.get_facecolor() if drawn.get_fill() else drawn.get_edgecolor()
        yield Mark(str(drawn.get_label()), "bars" if drawn.get_fill() else "line", on_white(side))


def _marker_of(dots: PathCollection) -> str:
    """The name of the marker that scattered dots have, among those of the style; "?" for another one."""
    shape = dots.get_paths()[0].vertices
    for look in plots.LOOKS.values():
        marker = MarkerStyle(look.marker)
        own = marker.get_path().transformed(marker.get_transform()).vertices
        if own.shape == shape.shape and np.allclose(own, shape):
            return look.marker
    return "?"
