"""A pad to draw digits on, in a notebook; notebooks/draw.py shows the same pad as a web page. No TensorFlow.

The pad is written in JavaScript (``pad.js``, ``reading.js``) and comes into the notebook by anywidget
(``widget.js``), which works in JupyterLab, VS Code and Google Colab alike.
"""

import pathlib
import re
from collections.abc import Callable

import anywidget
import traitlets
from IPython.display import display

from ..basics.workspace import shows_progress

FOLDER = pathlib.Path(__file__).parent


def _joined(*names: str) -> str:
    """Files of JavaScript as one, which is all that anywidget takes: without the lines that import from each other."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in names]
    return re.sub(r"^import .*\n", "", "\n".join(texts), flags=re.MULTILINE)


class DrawPad(anywidget.AnyWidget):
    """The drawing area, and beside it what a network reads.

    Args:
        read: takes a PNG file's bytes and returns the digits in it, each as a dictionary with ``digit``, ``sure``,
            ``probabilities``, ``image`` and ``box``; raises ``ValueError`` with a sentence if there is none.
    """

    _esm = _joined("reading.js", "pad.js", "widget.js")
    _css = FOLDER / "pad.css"
    # What comes from the page is a view of memory, which is no bytes object.
    drawing = traitlets.Bytes(b"").tag(sync=True, from_json=lambda value, widget: bytes(value))
    # Whether it is still the same drawing or file; comes back with its reading.
    source = traitlets.Float(0.0).tag(sync=True)
    reading = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(self, read: Callable[[bytes], list[dict]]) -> None:
        super().__init__()
        self._read = read
        self.observe(self._drawn, "drawing")

    def _drawn(self, change: traitlets.Bunch) -> None:
        if not change.new:
            self.set_trait("reading", None)
            return
        try:
            self.reading = {"digits": self._read(change.new), "source": self.source}
        except ValueError as error:
            self.reading = {"error": str(error)}


def show(read: Callable[[bytes], list[dict]]) -> None:
    """Show a pad to a person at a screen; nothing where nobody can draw, as when all notebooks are run at once."""
    if shows_progress():
        display(DrawPad(read))
