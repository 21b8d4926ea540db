"""How long the reading network takes for one image in a browser: part of benchmarks/run.py's inference."""

import base64
import shutil

import draw_load
import numpy as np
from digits.dataset import mnist

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
# The median milliseconds of one image, after all have been read once; many at a time, because clocks are coarse there.
SCRIPT = """async ({images, turns}) => {
    const {readNetwork, probabilities} = await import("./network.js");
    const network = readNetwork(new Uint8Array(await (await fetch("network.bin")).arrayBuffer()));
    const bytes = Uint8Array.from(atob(images), (one) => one.charCodeAt(0));
    const values = new Float32Array(bytes.buffer);
    const took = [];
    for (let turn = 0; turn <= turns; turn += 1) {
        const started = performance.now();
        for (let start = 0; start < values.length; start += 784)
            probabilities(network, values.subarray(start, start + 784));
        took.push((performance.now() - started) / (values.length / 784));
    }
    return took.slice(1).sort((one, other) => one - other)[Math.floor(turns / 2)];
}"""


def browser_milliseconds(images: int, turns: int) -> float | None:
    """What the pad's own network takes for one image in a browser; None without Playwright or one that starts.

    Args:
        images: how many of MNIST's test images.
        turns: how often all are read.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        return None
    scaled = mnist.load().test_images[:images].astype("<f4") / np.float32(255)
    asked = {"images": base64.b64encode(scaled.tobytes()).decode(), "turns": turns}
    try:
        with draw_load.served() as port, sync_playwright() as launcher:
            browser = launcher.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/pad.css")
            return page.evaluate(SCRIPT, asked)
    except Error:
        return None
