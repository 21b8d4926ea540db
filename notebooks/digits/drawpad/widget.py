"""A pad to draw digits on, in a notebook; notebooks/draw.py shows the same pad as a web page. No TensorFlow.

The pad is written in JavaScript and comes into the notebook by anywidget (``widget.js``), which works in JupyterLab,
VS Code and Google Colab alike. It reads drawings by itself, also when the kernel is busy or gone.
"""

import pathlib
import re
from collections.abc import Callable, Sequence

import anywidget
import traitlets
from IPython.display import display

from ..basics.workspace import shows_progress

FOLDER = pathlib.Path(__file__).parent
# What every pad is made of, each after those that it imports from.
SCRIPTS = ("grids", "form", "parting", "drawing", "network", "reader", "reading", "examples", "pad")


def _joined(*names: str) -> str:
    """Files of JavaScript as one, which is all that anywidget takes: without the lines that import from each other."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in names]
    return re.sub(r"^import .*\n", "", "\n".join(texts), flags=re.MULTILINE)


class DrawPad(anywidget.AnyWidget):
    """The drawing area, and beside it what networks read. Drawings are read in the browser, files in Python.

    Args:
        read: takes a picture file's bytes and returns the digits in it, each as a dictionary with ``digit``, ``sure``,
            ``probabilities``, ``image`` and ``box``; raises ``ValueError`` with a sentence if there is none.
        networks: files of networks, as ``training/shipping.py`` writes them. The first reads; the answers of the others
            are shown beside its own.
    """

    _esm = _joined(*(f"{name}.js" for name in (*SCRIPTS, "widget")))
    _css = FOLDER / "pad.css"
    networks = traitlets.List(traitlets.Bytes()).tag(sync=True)
    # What comes from the page is a view of memory, which is no bytes object.
    picture = traitlets.Bytes(b"").tag(sync=True, from_json=lambda value, widget: bytes(value))
    # Which picture it is; comes back with its reading.
    source = traitlets.Float(0.0, allow_none=True).tag(sync=True)
    reading = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(self, read: Callable[[bytes], list[dict]], networks: Sequence[bytes]) -> None:
        super().__init__(networks=list(networks))
        self._read = read
        self.observe(self._chosen, "source")  # the same picture may be chosen again

    def _chosen(self, change: traitlets.Bunch) -> None:
        answer: dict = {"source": change.new}
        try:
            answer["digits"] = self._read(self.picture)
        except ValueError as error:
            answer["error"] = str(error)
        self.reading = answer


def show(read: Callable[[bytes], list[dict]], yours: bytes | None = None) -> None:
    """Show a pad to a person at a screen; nothing where nobody can draw, as when all notebooks are run at once.

    Args:
        read: reads the pictures that are chosen, as for :class:`DrawPad`.
        yours: the file of another network, whose answers stand beside those of the one that comes with the project.
    """
    if shows_progress():
        shipped = (FOLDER / "network.bin").read_bytes()
        display(DrawPad(read, [shipped] if yours is None else [shipped, yours]))
