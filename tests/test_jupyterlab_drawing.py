"""Notebook 09's pad as a reader meets it: run in a real JupyterLab, draw, see what the network reads."""

import browsers
import lab
import numpy as np
import pytest
from digits import series
from PIL import Image

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
expect.set_options(timeout=30_000)  # for computers that have much else to do

STEP = series.step("09")


def seven() -> np.ndarray:
    """A picture of a 7."""
    picture = np.full((280, 400), 255, dtype=np.uint8)
    picture[60:80, 180:300] = 0
    for row in range(80, 230):
        picture[row, 277 - (row - 80) // 2 : 297 - (row - 80) // 2] = 0
    return picture


# In the place of conv, which takes minutes to train.
YOURS = """keras = training.keras
layers = [keras.Input((784,)), keras.layers.Dense(10, "softmax")]
network = keras.Sequential(layers, name="yours")"""
END_KERNELS = """async () => {
    const {token, baseUrl} = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    const cookie = document.cookie.match(/_xsrf=([^;]*)/);
    const headers = {Authorization: `token ${token}`, "X-XSRFToken": cookie ? cookie[1] : ""};
    const kernels = await (await fetch(`${baseUrl}api/kernels`, {headers})).json();
    for (const {id} of kernels) await fetch(`${baseUrl}api/kernels/${id}`, {method: "DELETE", headers});
    return [kernels.length, (await (await fetch(`${baseUrl}api/kernels`, {headers})).json()).length];
}"""


@pytest.mark.slow
def test_drawing_is_read(home, tmp_path):
    """Only the cells that the pad needs are run, with the network that comes with the project.

    The others do in a browser what they do in any kernel.
    """
    notebook = lab.without_outputs(
        STEP,
        "from digits import charts, drawpad",
        "shipped = reading.load_reader()",
        "drawpad.show(",
    )
    notebook.cells[-1].source = f"{YOURS}\n{notebook.cells[-1].source}"
    with (
        playwright.sync_playwright() as launcher,
        lab.opened(launcher, STEP, notebook, tmp_path, home) as page,
    ):
        lab.run_all_cells(page, notebook)
        assert not lab.errors(page)
        canvas, headline = page.locator(".digits-canvas"), page.locator(".digits-headline")
        canvas.scroll_into_view_if_needed()
        expect(headline).to_have_text("Draw a digit.")
        browsers.draw(page, browsers.SEVEN)
        expect(headline).to_contain_text("7")
        expect(page.locator(".digits-network")).to_have_text(["reading", "yours"])
        expect(page.locator(".digits-bars li")).to_have_count(11 + 10)
        expect(page.locator(".digits-seen")).to_be_visible()
        expect(page.locator(".digits-frame .digits-box")).to_have_count(1)
        page.screenshot(path=tmp_path / "drawn.png")
        undo = page.locator(".digits-buttons button", has_text="Undo")
        undo.focus()
        page.keyboard.press("Enter")
        expect(headline).to_have_text("Draw a digit.")
        expect(undo).to_be_disabled()
        expect(undo).to_be_focused()
        for _ in range(2):
            page.keyboard.press("d")  # with the focus elsewhere, this deletes a cell
        expect(page.locator(".jp-CodeCell")).to_have_count(len(notebook.cells))
        expect(undo).to_be_focused()
        expect(page.locator(".digits-box")).to_have_count(0)
        # As large as a file may be it is read, and the connection to the kernel stays.
        upload = page.get_by_label("Or show a picture")
        Image.fromarray(seven()).save(tmp_path / "seven.png")
        upload.set_input_files(tmp_path / "seven.png")
        expect(page.get_by_role("img", name="The picture seven.png")).to_be_visible()
        expect(page.locator(".digits-preview .digits-box")).to_have_count(1)
        page.screenshot(path=tmp_path / "shown.png")
        for size, sentence in (
            (9 * 1024**2, "This is not an image file"),
            (9 * 1024**2 + 1, "The picture's file is larger than 9 MB"),
        ):
            with open(tmp_path / f"{size}.jpg", "wb") as file:
                file.truncate(size)
            upload.set_input_files(tmp_path / f"{size}.jpg")
            expect(headline).to_contain_text(sentence)
        browsers.draw(page, browsers.SEVEN)
        expect(headline).to_contain_text("7")
        # And without a kernel, as long as the tab is open.
        assert page.evaluate(END_KERNELS) == [1, 0]
        page.locator(".digits-buttons button", has_text="Clear").click()
        expect(headline).to_have_text("Draw a digit.")
        browsers.draw(page, browsers.SEVEN)
        expect(headline).to_contain_text("7")
