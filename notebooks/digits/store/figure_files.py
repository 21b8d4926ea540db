"""Figures as files: laid out once, as wide as they were asked to be, in few colours; equal figures give equal bytes."""

import io
import pathlib

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.image import AxesImage
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

from ..basics.workspace import write_atomically

# Photographs have more colours, for the light on them.
_FEW = 4096


def save(figure: plt.Figure, path: pathlib.Path) -> None:
    """Write a figure as a PNG with its margin, all of it or nothing, and close it; equal figures give equal bytes.

    The image has a palette of 256 colours, to which those drawn are rounded: no channel moves by more than about 20
    of 255, and the file is less than half as large. Photographs are dithered: their soft light would fall into steps.
    """
    _lay_out(figure)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", pil_kwargs={"compress_level": 0})  # it is read at once
    plt.close(figure)
    with Image.open(drawn) as image, write_atomically(path) as temporary:
        # MAXCOVERAGE keeps rare colours, such as those of a few small markers, apart from frequent ones.
        method, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
        drawn_colours = image.convert("RGB")
        few = drawn_colours.quantize(256, method=method, dither=dither)
        in_colours = any(shown.get_shape()[2:] == (3,) for shown in figure.findobj(AxesImage))
        if in_colours and drawn_colours.getcolors(_FEW) is None:  # there are more
            few = drawn_colours.quantize(palette=few, dither=Image.Dither.FLOYDSTEINBERG)
        few.save(temporary, format="PNG", compress_level=8, dpi=image.info["dpi"])


def _lay_out(figure: plt.Figure) -> None:
    """Lay the figure out so that with its margin of paper it is as wide as it was asked to be, and keep it so.

    The solver behind the layout is not the same to the last digit each time: rounded places are.
    """
    engine = figure.get_layout_engine()
    if not isinstance(engine, ConstrainedLayoutEngine):
        return
    width, height = figure.get_size_inches()
    padding = plt.rcParams["savefig.pad_inches"]
    across = max(padding - engine.get()["w_pad"], 0) / width
    up = max(padding - engine.get()["h_pad"], 0) / height
    engine.set(rect=(across, up, 1 - 2 * across, 1 - 2 * up))
    figure.set_dpi(plt.rcParams["savefig.dpi"])
    engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        places = np.round(axes.get_position(original=True).bounds, 12)
        axes.set_position(tuple(places), which="original")
        axes.set_in_layout(True)  # set_position takes the axes out of what is laid out
