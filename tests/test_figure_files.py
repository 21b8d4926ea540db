"""How figures are laid out and written: as wide as they were asked to be, and the same bytes each time."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from digits import plots
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

INCHES = (6.0, 3.0)


def figure_of(pads: float | None = None) -> plt.Figure:
    """An image beside a curve, with labels; perhaps with so many inches around each panel."""
    figure, (left, right) = plt.subplots(1, 2, figsize=INCHES, layout="constrained")
    left.imshow(np.arange(12).reshape(3, 4))
    right.plot([0, 1], [0, 2])
    right.set(xlabel="steps", ylabel="loss")
    if pads:
        figure.get_layout_engine().set(w_pad=pads, h_pad=pads)
    return figure


def test_picture_is_as_wide_as_it_was_asked_to_be_and_the_same_each_time(tmp_path):
    for name in ("one.png", "other.png"):
        plots.save(figure_of(), tmp_path / name)
    with Image.open(tmp_path / "one.png") as image:
        size, dpi = image.size, image.info["dpi"][0]
    assert size[0] == pytest.approx(INCHES[0] * dpi, abs=2)
    assert INCHES[1] / 2 < size[1] / dpi < INCHES[1] + 0.1
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()


def test_panels_stay_where_the_layout_puts_them(tmp_path):
    """To twelve digits; and an image keeps the room that it was given, not only what its shape fills of it."""
    figure = figure_of()
    plots.save(figure, tmp_path / "figure.png")
    for axes in figure.axes:
        places = axes.get_position(original=True).bounds
        assert places[:2] == tuple(np.round(places[:2], 12))
        assert axes.get_in_layout()
    image = figure.axes[0]
    given, filled = image.get_position(original=True), image.get_position(original=False)
    assert given.height > 1.2 * filled.height or given.width > 1.2 * filled.width
    assert not isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine)


def test_wider_margins_than_the_papers_are_kept(tmp_path):
    figure = figure_of(pads=0.5)
    plots.save(figure, tmp_path / "figure.png")
    places = np.array([axes.get_position().bounds for axes in figure.axes])
    assert (places[:, :2] * INCHES >= 0.49).all()
    assert ((places[:, :2] + places[:, 2:]) * INCHES <= np.array(INCHES) - 0.49).all()
