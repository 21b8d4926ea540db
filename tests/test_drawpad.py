"""The notebook's draw pad, as far as Python sees it; tests/test_jupyterlab_drawing.py draws on it."""

import pytest
from digits import drawpad
from digits.drawpad import widget


def test_drawing_is_answered_with_its_reading():
    seen = []
    pad = drawpad.DrawPad(lambda picture: seen.append(picture) or [{"digit": 7}])
    assert pad.reading is None
    pad.drawing = b"a picture"
    assert seen == [b"a picture"] and pad.reading["digits"] == [{"digit": 7}]
    pad.drawing = b""
    assert pad.reading is None and seen == [b"a picture"], "an empty pad is not read"


def test_drawing_as_it_comes_from_the_page():
    """The protocol hands over views of memory."""
    seen = []
    pad = drawpad.DrawPad(lambda picture: seen.append(picture) or [{"digit": 7}])
    pad.set_state({"drawing": memoryview(b"a picture"), "source": 0.25})
    assert seen == [b"a picture"]
    assert pad.reading == {"digits": [{"digit": 7}], "source": 0.25}, "it says of what it is"
    pad.set_state({"drawing": memoryview(b"")})
    assert pad.reading is None


def test_what_cannot_be_read_is_told():
    def read(picture):
        raise ValueError("No ink.")

    pad = drawpad.DrawPad(read)
    pad.drawing = b"a picture"
    assert pad.reading == {"error": "No ink."}


def test_error_of_ours_is_not_hidden():
    def read(picture):
        raise RuntimeError("a bug")

    pad = drawpad.DrawPad(read)
    with pytest.raises(RuntimeError, match="a bug"):
        pad.drawing = b"a picture"


@pytest.mark.parametrize(("progress", "shown"), [("1", 1), ("0", 0)])
def test_shown_to_a_person_only(monkeypatch, progress, shown):
    """Notebooks that run all by themselves store no widget."""
    monkeypatch.setenv("DIGITS_PROGRESS", progress)
    displayed = []
    monkeypatch.setattr(widget, "display", displayed.append)
    drawpad.show(lambda picture: [])
    assert len(displayed) == shown
