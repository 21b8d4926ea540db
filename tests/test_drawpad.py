"""The notebook's draw pad, as far as Python sees it; tests/test_jupyterlab_drawing.py draws on it."""

import pytest
from digits import drawpad
from digits.drawpad import widget

SHIPPED = (widget.FOLDER / "network.bin").read_bytes()


def chosen(pad: drawpad.DrawPad, picture: object, source: float) -> None:
    """A picture's file as it comes from the page: the protocol hands over views of memory."""
    pad.set_state({"picture": picture, "source": source})


def test_picture_is_answered_with_its_reading():
    seen = []
    pad = drawpad.DrawPad(lambda picture: seen.append(picture) or [{"digit": 7}], [SHIPPED])
    assert pad.reading is None and pad.networks == [SHIPPED]
    chosen(pad, memoryview(b"a picture"), 0.25)
    assert seen == [b"a picture"]
    assert pad.reading == {"digits": [{"digit": 7}], "source": 0.25}, "it says of what it is"
    chosen(pad, memoryview(b"a picture"), 0.5)
    assert len(seen) == 2 and pad.reading["source"] == 0.5, "the same file, chosen again"


def test_what_cannot_be_read_is_told():
    def read(picture):
        raise ValueError("No ink.")

    pad = drawpad.DrawPad(read, [SHIPPED])
    chosen(pad, b"a picture", 0.25)
    assert pad.reading == {"error": "No ink.", "source": 0.25}


def test_error_of_ours_is_not_hidden():
    def read(picture):
        raise RuntimeError("a bug")

    pad = drawpad.DrawPad(read, [SHIPPED])
    with pytest.raises(RuntimeError, match="a bug"):
        chosen(pad, b"a picture", 0.25)


@pytest.mark.parametrize(("progress", "shown"), [("1", 1), ("0", 0)])
def test_shown_to_a_person_only(monkeypatch, progress, shown):
    """Notebooks that run all by themselves store no widget."""
    monkeypatch.setenv("DIGITS_PROGRESS", progress)
    displayed = []
    monkeypatch.setattr(widget, "display", displayed.append)
    drawpad.show(lambda picture: [], b"yours")
    assert [pad.networks for pad in displayed] == shown * [[SHIPPED, b"yours"]]
