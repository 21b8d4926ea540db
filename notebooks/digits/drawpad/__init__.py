"""A pad to draw digits on: in a notebook as a widget, and as a web page with a server behind it. No TensorFlow.

``show`` puts the pad (``pad.js``) and what is read (``reading.js``) into a notebook (``widget.js``). ``create_app``
makes the web app of notebooks/draw.py, whose page is ``page.html`` with ``page.js``; ``uploads`` finds the picture in
what is sent, ``turns`` says whose is next, ``addresses`` and ``server`` bring the page to a whole class.
"""

from .turns import AT_ONCE
from .webapp import create_app
from .widget import FOLDER, DrawPad, show

__all__ = ["AT_ONCE", "FOLDER", "DrawPad", "create_app", "show"]
