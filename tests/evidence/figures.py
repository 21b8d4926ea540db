"""What each figure tells beside its data: labels, scales, colours and markers by name, colour maps, where bars begin.

    python tests/evidence/figures.py HOME     write down what the figures of a home tell, after somebody looked at them

A figure may show the right data and say the wrong thing of them: labels exchanged, minutes for seconds, a bar axis that
does not begin at 0, a colour map turned round. ``figures.json`` holds what they told when somebody last looked;
``tests/test_figures_told.py`` compares. Numbers in texts are left out: they depend on the machine.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "notebooks"))

import drawn
import notebook_files
from digits import series
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer

FILE = pathlib.Path(__file__).with_suffix(".json")
MOST = 60  # lines or groups of dots of one kind; more are data


def told(figure) -> dict:
    """What a figure tells: its own texts, and those, the scales and the looks of each of its axes."""
    own = [text.get_text() for text in figure.texts]
    return {
        "texts": [_words(text) for text in own],
        "axes": [_of_axes(axes) for axes in figure.axes],
    }


def _words(text: str) -> str:
    """A text without its numbers."""
    return re.sub(r"[−-]?\d[\d.,]*", "#", " ".join(text.split()))


def _of_axes(axes) -> dict:
    found = {
        "title": _words(drawn.title_of(axes)),
        "x": [_words(axes.get_xlabel()), axes.get_xscale(), bool(axes.xaxis_inverted())],
        "y": [_words(axes.get_ylabel()), axes.get_yscale(), bool(axes.yaxis_inverted())],
        "ticks": [_units(axes.xaxis), _units(axes.yaxis)],
        "lines": _looks(axes.lines, lambda line: [to_hex(line.get_color()), line.get_linestyle()]),
        "dots": _looks(
            axes.collections, lambda dots: [to_hex(c) for c in dots.get_facecolor()[:1]]
        ),
        "markers": _looks(axes.lines, lambda line: [str(line.get_marker())]),
        "maps": [_map(image) for image in axes.images],
        "bars from": sorted({round(one, 3) for one in _begins(axes)}),
        "reference lines": sorted(_references(axes)),
        "legend": [_words(text.get_text()) for text in _legend(axes)],
        "words": _in_order(axes)[:MOST],
    }
    return {name: value for name, value in found.items() if value}


def _in_order(axes) -> list[list[str]]:
    """The words in a plot with their colours, from left to right; those less than a twelfth apart by the alphabet."""
    width, found = axes.bbox.width / 12, []
    for text in axes.texts:
        if words := _words(text.get_text()):
            place = text.get_transform().transform(text.get_unitless_position())
            found.append((float(place[0]), words, to_hex(text.get_color())))
    groups: list[list[tuple]] = []
    for one in sorted(found):
        if groups and one[0] - groups[-1][-1][0] < width:
            groups[-1].append(one)
        else:
            groups.append([one])
    distinct = [sorted({(words, colour) for _, words, colour in group}) for group in groups]
    return [list(pair) for group in distinct for pair in group]


def _units(axis) -> str:
    """What stands behind the numbers of an axis, such as a percent sign."""
    return "".join(
        sorted({re.sub(r"[−-]?[\d.,]+", "", label.get_text()) for label in axis.get_ticklabels()})
    )[:80]


def _looks(artists, look) -> dict[str, list[str]]:
    """The look of each artist with a name of its own."""
    named = [one for one in artists if not str(one.get_label()).startswith("_")]
    return {_words(str(one.get_label())): look(one) for one in named[:MOST]}


def _map(image) -> list:
    """A colour map, and whether its ends are in order."""
    return [image.get_cmap().name, bool(image.norm.vmin <= image.norm.vmax)]


def _begins(axes) -> list[float]:
    """Where the bars of axes begin."""
    groups = [one for one in axes.containers if isinstance(one, BarContainer)]
    return [
        float(bar.get_y() if group.orientation == "vertical" else bar.get_x())
        for group in groups
        for bar in group.patches
    ]


def _references(axes) -> list[float]:
    """Where straight lines lie that go through the whole plot."""
    across = [axes.get_yaxis_transform(which="grid"), axes.get_xaxis_transform(which="grid")]
    found = []
    for line in axes.lines:
        for transform, values in zip(across, (line.get_ydata(), line.get_xdata()), strict=True):
            if line.get_transform() == transform and len(set(values)) == 1:
                found.append(round(float(values[0]), 6))
    return found


def _legend(axes) -> list:
    return axes.get_legend().get_texts() if axes.get_legend() else []


def figures_in(home: pathlib.Path) -> dict[str, dict]:
    """What all figures tell that notebooks kept in a home."""
    names = [shown.name for step in series.STEPS for shown in notebook_files.figures(step)]
    folder = pathlib.Path(home, "figures")
    return {name: told(drawn.read(folder / f"{name}.pickle")) for name in names}


if __name__ == "__main__":
    all_told = figures_in(pathlib.Path(sys.argv[1])).items()
    lines = [f'"{name}": {json.dumps(one, ensure_ascii=False)}' for name, one in all_told]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")  # one line for each figure
