"""A pad to draw digits on: in a notebook as a widget, and as a web page with a server behind it. No TensorFlow.

``show`` puts the pad (``pad.js``) into a notebook; ``create_app`` makes the web app of notebooks/draw.py, whose page
is ``page.html`` with ``page.js``.
"""

from .webapp import create_app
from .widget import FOLDER, DrawPad, show

__all__ = ["FOLDER", "DrawPad", "create_app", "show"]
